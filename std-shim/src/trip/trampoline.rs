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
//! One that belongs to a part of the library which this program does not use is not in the program: see `parts.rs`.
//!
//! `errno` is saved only where something can touch it: setting a bit can not. What can not happen: a panic or an endless
//! loop. Every path is straight; a number out of range does nothing.

use core::ffi::{c_int, c_void};

use sigtrip_core::Signum;

use super::{
    DISPATCHER, Unix, extras, hook,
    parts::{EXTRAS, FAULTS, HOOKS, KICK, RECORDS, SHUTDOWN},
    record, shutdown,
};
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

/// A function that the kernel can call, of either kind.
enum Function {
    /// It takes the number alone.
    Plain(extern "C" fn(c_int)),
    /// It takes the siginfo.
    WithInfo(InfoHandler),
}

impl Trampoline {
    const ALL: [Self; 17] = [
        Self::Lean,
        Self::Armed,
        Self::Full,
        Self::Fault,
        Self::Counted,
        Self::CountedLean,
        Self::Recording,
        Self::RecordingFull,
        Self::RecordingFault,
        Self::Shutdown,
        Self::Kick,
        Self::Informed,
        Self::Hooks,
        Self::InformedFault,
        Self::FaultHooks,
        Self::InformedShutdown,
        Self::InformedKick,
    ];

    /// Its function, if its part of the library is used: otherwise it was never installed.
    #[inline]
    fn function(self) -> Option<Function> {
        match self {
            Self::Lean => Some(Function::Plain(lean)),
            Self::Armed => Some(Function::Plain(armed)),
            Self::Full if EXTRAS.is_used() => Some(Function::Plain(full)),
            Self::Fault if FAULTS.is_used() => Some(Function::WithInfo(fault)),
            Self::Shutdown if SHUTDOWN.is_used() => Some(Function::Plain(shutdown)),
            Self::Kick if KICK.is_used() => Some(Function::Plain(kick)),
            Self::Counted if RECORDS.is_used() => Some(Function::Plain(counted)),
            Self::CountedLean if RECORDS.is_used() => Some(Function::Plain(counted_lean)),
            Self::Recording if RECORDS.is_used() => Some(Function::WithInfo(recording)),
            Self::RecordingFull if RECORDS.is_used() => Some(Function::WithInfo(recording_full)),
            Self::RecordingFault if RECORDS.is_used() => Some(Function::WithInfo(recording_fault)),
            Self::Informed if HOOKS.is_used() => Some(Function::WithInfo(informed)),
            Self::Hooks if HOOKS.is_used() => Some(Function::WithInfo(hooks)),
            Self::InformedFault if HOOKS.is_used() => Some(Function::WithInfo(informed_fault)),
            Self::FaultHooks if HOOKS.is_used() => Some(Function::WithInfo(fault_hooks)),
            Self::InformedShutdown if HOOKS.is_used() => Some(Function::WithInfo(informed_shutdown)),
            Self::InformedKick if HOOKS.is_used() => Some(Function::WithInfo(informed_kick)),
            _ => None,
        }
    }

    /// The kernel disposition that installs it.
    pub(crate) fn action(self) -> Action {
        match self.function() {
            Some(Function::WithInfo(function)) => Action::with_info(function),
            Some(Function::Plain(function)) => Action::plain(function),
            // It can not be: who chooses it has asked for its part. This one loses no signal.
            None => Action::plain(armed),
        }
    }

    /// Which of ours a kernel disposition is, whatever its flags.
    pub(crate) fn of(action: &Action) -> Option<Self> {
        Self::ALL.into_iter().find(|it| match it.function() {
            Some(Function::Plain(function)) => action.calls(function),
            Some(Function::WithInfo(function)) => action.calls_with_info(function),
            None => false,
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
