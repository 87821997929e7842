//! Faults: was a SIGSEGV raised by an instruction or sent by a process, and the way to an earlier handler.
//!
//! A fault that an instruction raised must be dealt with before the handler returns, or the instruction runs again and
//! faults again, for ever. So it is handed over at once; a fault signal that was only sent is deferred like any other.

use core::{
    ffi::{c_int, c_void},
    mem, ptr,
    sync::atomic::{AtomicI32, AtomicUsize, Ordering},
};

use sigtrip_core::Signum;

use super::{Action, numbers, raw, replace};

pub(crate) type InfoHandler = extern "C" fn(c_int, *mut libc::siginfo_t, *mut c_void);
type PlainHandler = extern "C" fn(c_int);

/// What a handler with `SA_SIGINFO` was called with. Lives in signal context, for the time of one delivery.
#[derive(Clone, Copy)]
pub(crate) struct Fault {
    number: c_int,
    info: *mut libc::siginfo_t,
    context: *mut c_void,
}

impl Fault {
    /// The signals that an instruction raises and would raise again.
    pub(crate) const SIGNALS: [c_int; 4] =
        [numbers::SIGSEGV, numbers::SIGBUS, numbers::SIGFPE, numbers::SIGILL];

    pub(crate) const fn new(number: c_int, info: *mut libc::siginfo_t, context: *mut c_void) -> Self {
        Self { number, info, context }
    }

    /// Whether an instruction raised it, so that returning would raise it again. Async-signal-safe.
    ///
    /// Linux: a positive `si_code` comes from the kernel, zero or less from a process. One kernel code is no fault of
    /// this instruction: `BUS_MCEERR_AO`, an optional word about broken memory somewhere.
    pub(crate) fn by_instruction(self) -> bool {
        if self.info.is_null() {
            return false;
        }
        // SAFETY: not null, so it is the kernel's record of this delivery, valid until the handler returns.
        let code = unsafe { (*self.info).si_code };
        code > 0 && !(self.number == numbers::SIGBUS && code == libc::BUS_MCEERR_AO)
    }
}

/// The handlers that stood there before ours, for the four faults: written in owner context before our trampoline is
/// installed, read in signal context.
static EARLIER: [Slot; Fault::SIGNALS.len()] = [const { Slot::new() }; Fault::SIGNALS.len()];

/// An address and whether it takes the siginfo. One word could be enough, but a handler's address has no spare bit.
struct Slot {
    handler: AtomicUsize,
    wants_info: AtomicI32,
}

impl Slot {
    const fn new() -> Self {
        Self { handler: AtomicUsize::new(libc::SIG_DFL), wants_info: AtomicI32::new(0) }
    }

    fn of(number: c_int) -> Option<&'static Self> {
        Fault::SIGNALS.iter().position(|&fault| fault == number).and_then(|i| EARLIER.get(i))
    }
}

/// Remembers to whom a fault is to be handed over. Owner context, before the trampoline is installed.
pub(crate) fn hand_over(signal: Signum, earlier: &Action) {
    let Some(slot) = Slot::of(raw(signal)) else { return };
    // Relaxed: it is read only together with the handler below.
    slot.wants_info.store(earlier.wants_info().into(), Ordering::Relaxed);
    // Release: pairs with the Acquire in `Fault::hand_over`, so that the flag belongs to the handler.
    slot.handler.store(earlier.handler(), Ordering::Release);
}

impl Fault {
    /// Gives the fault to the handler that was there before ours; where there was none, puts the default action back, so
    /// that the instruction faults again and the program dies of it where it happened. Async-signal-safe.
    pub(crate) fn hand_over(self) {
        let slot = Slot::of(self.number);
        // Acquire: pairs with the Release in the function above.
        let handler = slot.map_or(libc::SIG_DFL, |slot| slot.handler.load(Ordering::Acquire));
        if handler == libc::SIG_DFL || handler == libc::SIG_IGN {
            if let Some(signal) = Signum::new(self.number.unsigned_abs()) {
                // A failure would leave our handler in place; there is none for a signal that it was installed for.
                let _ = replace(signal, &Action::DEFAULT);
            }
            return;
        }
        // Relaxed: ordered by the Acquire above.
        let wants_info = slot.is_some_and(|slot| slot.wants_info.load(Ordering::Relaxed) != 0);
        let handler = ptr::with_exposed_provenance::<()>(handler);
        if wants_info {
            // SAFETY: the kernel had this address with SA_SIGINFO, so it is a handler with these arguments.
            let handler = unsafe { mem::transmute::<*const (), InfoHandler>(handler) };
            handler(self.number, self.info, self.context);
        } else {
            // SAFETY: the kernel had this address without SA_SIGINFO, so it is a handler that takes the number.
            let handler = unsafe { mem::transmute::<*const (), PlainHandler>(handler) };
            handler(self.number);
        }
    }
}
