//! What `smallest` does, for one interrupt and without the core: a flag.
#![no_std]
#![no_main]

use core::sync::atomic::{AtomicBool, Ordering};

use cortex_m::{Peripherals, asm, interrupt, peripheral::syst::SystClkSource};
use cortex_m_rt::{entry, exception};
use cortex_m_semihosting::debug;
use firmware as _; // its panic handler

static TICKED: AtomicBool = AtomicBool::new(false);

#[exception]
fn SysTick() {
    TICKED.store(true, Ordering::Relaxed);
}

fn tick() {
    debug::exit(debug::EXIT_SUCCESS);
}

#[entry]
fn main() -> ! {
    if let Some(Peripherals { mut SYST, .. }) = Peripherals::take() {
        SYST.set_clock_source(SystClkSource::Core);
        SYST.set_reload(10_000);
        SYST.clear_current();
        SYST.enable_counter();
        SYST.enable_interrupt();
    }
    loop {
        interrupt::free(|_| {
            if !TICKED.load(Ordering::Relaxed) {
                asm::wfi();
            }
        });
        if TICKED.load(Ordering::Relaxed) {
            TICKED.store(false, Ordering::Relaxed);
            tick();
        }
    }
}
