//! Faults: was a SIGSEGV raised by an instruction or sent by a process, and the way to an earlier handler.
//!
//! A fault that an instruction raised must be dealt with before the handler returns, or the instruction runs again and
//! faults again, for ever. So it is handed over at once; a fault signal that was only sent is deferred like any other.

use core::ffi::{c_int, c_void};

use sigtrip_core::Signum;

use super::{Action, Earlier, ErrnoGuard, Received, codes, numbers, raise, raw, replace};

pub(crate) type InfoHandler = extern "C" fn(c_int, *mut libc::siginfo_t, *mut c_void);

/// A fault signal, as the handler was called with it.
#[derive(Clone, Copy)]
pub(crate) struct Fault(Received);

impl Fault {
    /// The signals that an instruction raises and would raise again.
    pub(crate) const SIGNALS: [c_int; 4] =
        [numbers::SIGSEGV, numbers::SIGBUS, numbers::SIGFPE, numbers::SIGILL];

    pub(crate) const fn new(received: Received) -> Self {
        Self(received)
    }

    /// Whether an instruction raised it, so that returning would raise it again: what the system's codes say. Async-signal-safe.
    pub(crate) fn by_instruction(self) -> bool {
        let Received { number, info, .. } = self.0;
        if info.is_null() {
            return false;
        }
        // SAFETY: not null, so it is the kernel's record of this delivery, valid until the handler returns.
        codes::by_instruction(number, unsafe { (*info).si_code })
    }
}

/// The handlers that stood there before ours, for the four faults: written in owner context before our trampoline is
/// installed, read in signal context.
static EARLIER: [Earlier; Fault::SIGNALS.len()] = [const { Earlier::new() }; Fault::SIGNALS.len()];

fn earlier(number: c_int) -> Option<&'static Earlier> {
    Fault::SIGNALS.iter().position(|&fault| fault == number).and_then(|i| EARLIER.get(i))
}

/// Remembers to whom a fault is to be handed over. Owner context, before the trampoline is installed.
pub(crate) fn hand_over(signal: Signum, to: &Action) {
    if let Some(earlier) = earlier(raw(signal)) {
        earlier.set(to);
    }
}

impl Fault {
    /// Gives the fault to the handler that was there before ours; where there was none, puts the default action back, so
    /// that the instruction faults again and the program dies of it where it happened. Where it may have been sent, so that no
    /// instruction would, it is sent once more, and comes when the handler returns. Async-signal-safe.
    pub(crate) fn hand_over(self) {
        let number = self.0.number;
        if earlier(number).is_some_and(|earlier| earlier.call(self.0)) {
            return;
        }
        if let Some(signal) = Signum::new(number.unsigned_abs()) {
            // A failure would leave our handler in place; there is none for a signal that it was installed for.
            let _ = replace(signal, &Action::DEFAULT);
            if !codes::TELLS_SENT_FROM_RAISED {
                let _errno = ErrnoGuard::new();
                let _ = raise(signal); // to this thread, which blocks it for now
            }
        }
    }
}
