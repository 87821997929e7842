//! The trampolines: the functions that the kernel calls.
//!
//! Several, so that each delivery pays for what its signal needs and no more:
//!
//! | trampoline | for | what it does |
//! |---|---|---|
//! | `Lean` | a session that only polls | the bit |
//! | `Armed` | otherwise | the bit, then wakes the owner if it sleeps |
//! | `Full` | either, while extras are wanted | as `Armed`, then the extras |
//! | `Fault` | SIGSEGV, SIGBUS, SIGFPE, SIGILL | hands a real fault over at once; one that was sent: as `Full` |
//! | `Shutdown` | [`shutdown_flag`](crate::shutdown_flag) | the first time as `Full`, the second time ends the process |
//! | `Kick` | [`Options::kick`](crate::Options::kick) | nearly nothing: that it ran has interrupted a system call |
//! | `Informed` | a signal with hooks | the hooks, with the siginfo, then as `Full` |
//! | `Hooks` | one with hooks and no handler | the hooks alone |
//! | `InformedFault`, `FaultHooks`, `InformedShutdown`, `InformedKick` | the same for those above | the hooks, then as theirs |
//!
//! Hooks run before the bit is set: what they write the handler finds.
//!
//! `errno` is saved only where something can touch it: setting a bit can not. What can not happen: a panic or an endless
//! loop. Every path is straight; a number out of range does nothing.

use core::ffi::{c_int, c_void};

use sigtrip_core::Signum;

use super::{DISPATCHER, Unix, extras, hook, shutdown};
use crate::sys::{Action, ErrnoGuard, Fault, InfoHandler, Received};

/// Which function the kernel is to call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trampoline {
    Lean,
    Armed,
    Full,
    Fault,
    Shutdown,
    Kick,
    Informed,
    Hooks,
    InformedFault,
    FaultHooks,
    InformedShutdown,
    InformedKick,
}

/// Those that take the number alone.
const PLAIN: [(Trampoline, extern "C" fn(c_int)); 5] = [
    (Trampoline::Lean, lean),
    (Trampoline::Armed, armed),
    (Trampoline::Full, full),
    (Trampoline::Shutdown, shutdown),
    (Trampoline::Kick, kick),
];

/// Those that take the siginfo.
const WITH_INFO: [(Trampoline, InfoHandler); 7] = [
    (Trampoline::Fault, fault),
    (Trampoline::Informed, informed),
    (Trampoline::Hooks, hooks),
    (Trampoline::InformedFault, informed_fault),
    (Trampoline::FaultHooks, fault_hooks),
    (Trampoline::InformedShutdown, informed_shutdown),
    (Trampoline::InformedKick, informed_kick),
];

impl Trampoline {
    /// The kernel disposition that installs it.
    pub(crate) fn action(self) -> Action {
        match self {
            Self::Lean => Action::plain(lean),
            Self::Armed => Action::plain(armed),
            Self::Full => Action::plain(full),
            Self::Fault => Action::with_info(fault),
            Self::Shutdown => Action::plain(shutdown),
            Self::Kick => Action::plain(kick),
            Self::Informed => Action::with_info(informed),
            Self::Hooks => Action::with_info(hooks),
            Self::InformedFault => Action::with_info(informed_fault),
            Self::FaultHooks => Action::with_info(fault_hooks),
            Self::InformedShutdown => Action::with_info(informed_shutdown),
            Self::InformedKick => Action::with_info(informed_kick),
        }
    }

    /// Which of ours a kernel disposition is, whatever its flags.
    pub(crate) fn of(action: &Action) -> Option<Self> {
        PLAIN.iter().find_map(|&(it, function)| action.calls(function).then_some(it)).or_else(|| {
            WITH_INFO.iter().find_map(|&(it, function)| action.calls_with_info(function).then_some(it))
        })
    }

    /// Whether a kernel disposition is one of ours, whatever its flags.
    pub(crate) fn is_ours(action: &Action) -> bool {
        Self::of(action).is_some()
    }

    /// The one that does the same and runs the hooks before.
    pub(crate) const fn with_hooks(self) -> Self {
        match self {
            Self::Lean | Self::Armed | Self::Full => Self::Informed,
            Self::Fault => Self::InformedFault,
            Self::Shutdown => Self::InformedShutdown,
            Self::Kick => Self::InformedKick,
            hooked => hooked,
        }
    }
}

extern "C" fn lean(number: c_int) {
    if let Some(signal) = Signum::new(number.cast_unsigned()) {
        DISPATCHER.trip_unarmed(signal);
    }
}

extern "C" fn armed(number: c_int) {
    if let Some(signal) = Signum::new(number.cast_unsigned()) {
        DISPATCHER.trip(&Unix::ANY, signal);
    }
}

extern "C" fn full(number: c_int) {
    if let Some(signal) = Signum::new(number.cast_unsigned()) {
        deliver(signal);
    }
}

extern "C" fn fault(number: c_int, info: *mut libc::siginfo_t, context: *mut c_void) {
    let fault = Fault::new(Received::new(number, info, context));
    if fault.by_instruction() {
        hand_over(fault);
    } else {
        full(number);
    }
}

extern "C" fn informed(number: c_int, info: *mut libc::siginfo_t, context: *mut c_void) {
    if hook::run(Received::new(number, info, context)) {
        full(number);
    }
}

extern "C" fn hooks(number: c_int, info: *mut libc::siginfo_t, context: *mut c_void) {
    hook::run(Received::new(number, info, context));
}

extern "C" fn informed_fault(number: c_int, info: *mut libc::siginfo_t, context: *mut c_void) {
    if hook::run(Received::new(number, info, context)) {
        fault(number, info, context);
    }
}

extern "C" fn fault_hooks(number: c_int, info: *mut libc::siginfo_t, context: *mut c_void) {
    let received = Received::new(number, info, context);
    let fault = Fault::new(received);
    if hook::run(received) && fault.by_instruction() {
        hand_over(fault);
    }
}

extern "C" fn informed_shutdown(number: c_int, info: *mut libc::siginfo_t, context: *mut c_void) {
    if hook::run(Received::new(number, info, context)) {
        shutdown(number);
    }
}

extern "C" fn informed_kick(number: c_int, info: *mut libc::siginfo_t, context: *mut c_void) {
    if hook::run(Received::new(number, info, context)) {
        kick(number);
    }
}

/// Cold, so that a fault signal which was only sent pays for none of it.
#[cold]
#[inline(never)]
fn hand_over(fault: Fault) {
    let _errno = ErrnoGuard::new();
    fault.hand_over();
}

extern "C" fn shutdown(number: c_int) {
    shutdown::request(number);
    full(number);
}

/// Says that it ran, so that a wait which it has interrupted is not taken to have been ended by a foreign handler. A function
/// that did nothing could be given the address of somebody else's, who would then be taken for us.
extern "C" fn kick(_: c_int) {
    extras::kick_has_come();
}

/// A delivery with all that belongs to it: the bit, the wake, the extras. Returns false, and does nothing, for a number
/// beyond the width. Any context.
#[inline(always)]
pub(crate) fn deliver(signal: Signum) -> bool {
    let tripped = DISPATCHER.trip(&Unix::ANY, signal);
    if tripped && extras::wanted() {
        extras::run(signal);
    }
    tripped
}
