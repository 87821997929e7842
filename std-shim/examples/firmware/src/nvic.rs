//! The interrupt controller as the core's `Kernel`: a disposition is a line masked or not, and to wake the owner takes
//! nothing, since the interrupt that would wake him has ended his `wfi` already.

use cortex_m::{asm, interrupt::InterruptNumber, peripheral::NVIC};
use sigtrip_core::{Armed, Disposition, Kernel, OutOfRange, Signum};

/// The exception number of the first interrupt line.
const FIRST: u32 = 16;

/// A line of the controller, by its number.
#[derive(Clone, Copy)]
pub struct Line(u16);

// SAFETY: a line's number is what `line` made it from, and never changes.
unsafe impl InterruptNumber for Line {
    fn number(self) -> u16 {
        self.0
    }
}

/// The line of an exception number, if it is one of the 32 that both boards have.
pub fn line(signal: Signum) -> Option<Line> {
    let line = signal.get().checked_sub(FIRST)?;
    (line < 32).then_some(Line(line as u16))
}

/// The exception number of a line.
pub fn number(line: u16) -> Option<Signum> {
    Signum::new(u32::from(line) + FIRST)
}

/// The kernel of a program without one.
#[derive(Debug)]
pub struct Nvic;

impl Nvic {
    /// The owner's sleep, as `Dispatcher::sleep_unless` wants it: until an interrupt, and not if one has come since the
    /// word was armed.
    ///
    /// The look and the `wfi` are one step for the interrupts, which are masked: one that comes in between stays pending in the
    /// controller, ends the `wfi` (it does even where it is masked) and runs when they are unmasked.
    #[cfg(not(feature = "broken-sleep"))]
    pub fn sleep(&self, armed: &Armed) {
        cortex_m::interrupt::free(|_| {
            if armed.is_armed() {
                asm::wfi();
            }
        });
    }

    /// What everybody writes first: an interrupt that comes just before the `wfi` is slept through.
    #[cfg(feature = "broken-sleep")]
    pub fn sleep(&self, armed: &Armed) {
        if armed.is_armed() {
            asm::wfi();
        }
    }
}

impl Kernel for Nvic {
    type Foreign = ();
    type Error = OutOfRange;

    /// Unmasks the line if there is to be a handler, and masks it if not. What is no line (SysTick, numbers that software
    /// trips) is not asked for here.
    fn set_disposition(&self, signal: Signum, new: &Disposition<()>) -> Result<Disposition<()>, OutOfRange> {
        let Some(line) = line(signal) else { return Ok(Disposition::Default) };
        let before = if NVIC::is_enabled(line) { Disposition::Handler(()) } else { Disposition::Default };
        match new {
            // SAFETY: no code here takes a masked interrupt for a critical section: those mask all, by PRIMASK.
            Disposition::Handler(()) => unsafe { NVIC::unmask(line) },
            Disposition::Default | Disposition::Ignore | Disposition::Foreign(()) => NVIC::mask(line),
        }
        Ok(before)
    }

    fn wake(&self) {}
}
