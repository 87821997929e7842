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
//! | `Counted`, `CountedLean` | a signal of which the deliveries are counted | counts, then as `Armed` or as `Lean` |
//! | `Recording` | one of which records are kept | keeps one, counts, then as `Armed` |
//! | `RecordingFull` | the same with extras of either kind, or with back-pressure | keeps a long one, counts, then as `Full` |
//! | `RecordingFault` | and one of those four | as `RecordingFull`, or as `Fault` |
//! | `Shutdown` | [`shutdown_flag`](crate::shutdown_flag) | the first time as `Full`, the second time ends the process |
//! | `Kick` | [`Options::kick`](crate::Options::kick) | nearly nothing: that it ran has interrupted a system call |
//! | `Informed` | a signal with hooks | the hooks, with the siginfo, then what is kept of the delivery, then as `Full` |
//! | `Hooks` | one with hooks and no handler | the hooks alone |
//! | `InformedFault`, `FaultHooks`, `InformedShutdown`, `InformedKick` | the same for those above | the hooks, then as theirs |
//!
//! Hooks run before the bit is set: what they write the handler finds.
//!
//! `errno` is saved only where something can touch it: setting a bit can not. What can not happen: a panic or an endless
//! loop. Every path is straight; a number out of range does nothing.

use core::ffi::{c_int, c_void};

use sigtrip_core::Signum;

use super::{DISPATCHER, Unix, extras, hook, record, shutdown};
use crate::sys::{Action, ErrnoGuard, Fault, InfoHandler, Received};

/// Which function the kernel is to call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trampoline {
    Lean,
    Armed,
    Full,
    Fault,
    Counted,
    CountedLean,
    Recording,
    RecordingFull,
    RecordingFault,
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
const PLAIN: [(Trampoline, extern "C" fn(c_int)); 7] = [
    (Trampoline::Lean, lean),
    (Trampoline::Armed, armed),
    (Trampoline::Full, full),
    (Trampoline::Counted, counted),
    (Trampoline::CountedLean, counted_lean),
    (Trampoline::Shutdown, shutdown),
    (Trampoline::Kick, kick),
];

/// Those that take the siginfo.
const WITH_INFO: [(Trampoline, InfoHandler); 10] = [
    (Trampoline::Fault, fault),
    (Trampoline::Recording, recording),
    (Trampoline::RecordingFull, recording_full),
    (Trampoline::RecordingFault, recording_fault),
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
            Self::Counted => Action::plain(counted),
            Self::CountedLean => Action::plain(counted_lean),
            Self::Recording => Action::with_info(recording),
            Self::RecordingFull => Action::with_info(recording_full),
            Self::RecordingFault => Action::with_info(recording_fault),
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
            Self::Counted | Self::CountedLean | Self::Recording | Self::RecordingFull => Self::Informed,
            Self::Fault | Self::RecordingFault => Self::InformedFault,
            Self::Shutdown => Self::InformedShutdown,
            Self::Kick => Self::InformedKick,
            hooked => hooked,
        }
    }
}

extern "C" fn lean(number: c_int) {
    match record::unless_any(number) {
        Some(signal) => {
            DISPATCHER.trip_unarmed(signal);
        }
        None => not_noted(number),
    }
}

extern "C" fn armed(number: c_int) {
    match record::unless_any(number) {
        Some(signal) => {
            DISPATCHER.trip(&Unix::ANY, signal);
        }
        None => not_noted(number),
    }
}

extern "C" fn full(number: c_int) {
    match record::unless_any(number) {
        Some(signal) => {
            deliver(signal);
        }
        None => not_noted(number),
    }
}

/// The same as any of the three, where something was asked for some signal. A record that was asked for after its trampoline was
/// entered is missing: that is counted.
#[cold]
#[inline(never)]
fn not_noted(number: c_int) {
    if let Some(signal) = Signum::new(number.cast_unsigned()) {
        record::not_noted(signal);
        deliver(signal);
    }
}

extern "C" fn counted_lean(number: c_int) {
    if let Some(signal) = record::signal(number) {
        record::count(signal);
        DISPATCHER.trip_unarmed(signal);
    }
}

extern "C" fn counted(number: c_int) {
    if let Some(signal) = record::signal(number) {
        record::count(signal);
        DISPATCHER.trip(&Unix::ANY, signal);
    }
}

#[allow(unsafe_code)]
extern "C" fn recording(number: c_int, info: *mut libc::siginfo_t, _: *mut c_void) {
    if let Some(signal) = record::signal(number) {
        // SAFETY: the kernel's own, for this delivery.
        if unsafe { record::note(signal, info) } {
            DISPATCHER.trip(&Unix::ANY, signal);
        } else {
            record_slowly(signal, info);
        }
    }
}

#[cold]
#[inline(never)]
#[allow(unsafe_code)]
fn record_slowly(signal: Signum, info: *mut libc::siginfo_t) {
    // SAFETY: as above.
    unsafe { record::note_slowly(signal, info) };
    DISPATCHER.trip(&Unix::ANY, signal);
}

#[allow(unsafe_code)]
extern "C" fn recording_full(number: c_int, info: *mut libc::siginfo_t, context: *mut c_void) {
    if let Some(signal) = record::signal(number) {
        // SAFETY: the kernel's own, for this delivery.
        unsafe { record::note_all(signal, info, context) };
        deliver(signal);
    }
}

extern "C" fn recording_fault(number: c_int, info: *mut libc::siginfo_t, context: *mut c_void) {
    let fault = Fault::new(Received::new(number, info, context));
    if fault.by_instruction() {
        hand_over(fault);
    } else {
        recording_full(number, info, context);
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
        noted(number, info, context);
    }
}

/// As `full`, and keeps what was asked for this signal.
#[inline]
fn noted(number: c_int, info: *mut libc::siginfo_t, context: *mut c_void) {
    match record::unless_any(number) {
        Some(signal) => {
            deliver(signal);
        }
        None => note_what_was_asked(number, info, context),
    }
}

/// Foreign code that chains to us may give no siginfo: then there is no record.
#[cold]
#[inline(never)]
#[allow(unsafe_code)]
fn note_what_was_asked(number: c_int, info: *mut libc::siginfo_t, context: *mut c_void) {
    let Some(signal) = record::signal(number) else { return };
    if record::asked(signal).has(record::Asked::RECORD) && !info.is_null() {
        // SAFETY: the kernel's own, for this delivery, or what foreign code made of it and passed on.
        unsafe { record::note_all(signal, info, context) };
    } else {
        record::not_noted(signal);
    }
    deliver(signal);
}

extern "C" fn hooks(number: c_int, info: *mut libc::siginfo_t, context: *mut c_void) {
    hook::run(Received::new(number, info, context));
}

extern "C" fn informed_fault(number: c_int, info: *mut libc::siginfo_t, context: *mut c_void) {
    let received = Received::new(number, info, context);
    if !hook::run(received) {
        return;
    }
    let fault = Fault::new(received);
    if fault.by_instruction() {
        hand_over(fault);
    } else {
        noted(number, info, context);
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
