//! The smallest program with the core: SysTick trips, the main loop handles it at its safe point and sleeps. For its size
//! `smallest_by_hand` does the same without.
#![no_std]
#![no_main]

use core::convert::Infallible;

use cortex_m::{Peripherals, peripheral::syst::SystClkSource};
use cortex_m_rt::{entry, exception};
use cortex_m_semihosting::debug;
use firmware::{Dispatcher, Nvic, WORDS};
use sigtrip_core::{Disposition, Signum};

static SIGNALS: Dispatcher<fn(Signum), WORDS> = Dispatcher::new();

const SYSTICK: Option<Signum> = Signum::new(15);

#[exception]
fn SysTick() {
    if let Some(signal) = SYSTICK {
        SIGNALS.trip(&Nvic, signal);
    }
}

fn tick(_: Signum) {
    debug::exit(debug::EXIT_SUCCESS);
}

#[entry]
fn main() -> ! {
    if let Some(signal) = SYSTICK {
        let _ = SIGNALS.note_disposition(signal, Disposition::Handler(tick));
    }
    if let Some(Peripherals { mut SYST, .. }) = Peripherals::take() {
        SYST.set_clock_source(SystClkSource::Core);
        SYST.set_reload(10_000);
        SYST.clear_current();
        SYST.enable_counter();
        SYST.enable_interrupt();
    }
    loop {
        let Ok(()) = SIGNALS.dispatch(&Nvic, |signal, disposition| {
            if let Disposition::Handler(handler) = disposition {
                handler(signal);
            }
            Ok::<(), Infallible>(())
        });
        SIGNALS.sleep_unless(|| false, || Nvic.sleep(SIGNALS.armed()));
    }
}
