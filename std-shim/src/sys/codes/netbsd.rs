//! What `si_code` says, on NetBSD (sys/siginfo.h): a process's codes are zero or less, the kernel's positive.

use core::ffi::c_int;

pub(super) const SI_USER: c_int = 0;
pub(super) const SI_QUEUE: c_int = -1;
pub(super) const SI_TIMER: c_int = -2;
pub(super) const SI_ASYNCIO: c_int = -3;
pub(super) const SI_MESGQ: c_int = -4;
pub(super) const SI_THREAD: c_int = -5; // SI_LWP: pthread_kill
pub(super) const SI_KERNEL: c_int = 32767; // SI_NOINFO

// Those that are not told here have numbers that no code has.
pub(super) const SI_SIGIO: c_int = c_int::MIN;
pub(crate) const OUT_OF_BOUNDS: c_int = c_int::MIN + 1;
pub(crate) const PROTECTION_KEY: c_int = c_int::MIN + 2;
pub(crate) const BROKEN_MEMORY: c_int = c_int::MIN + 3;
pub(crate) const BROKEN_MEMORY_UNUSED: c_int = c_int::MIN + 4;

/// Whether it is a reason that the kernel had, of that signal's own.
pub(super) const fn is_reason(code: c_int) -> bool {
    code > 0
}

/// Whether this code of a fault's record means that an instruction raised it, so that returning would raise it again.
/// Async-signal-safe.
///
/// A trap has a positive code. `SI_NOINFO`, which is positive too, is of a signal that the kernel sent without a record: it is taken
/// for a trap's, since one that is deferred would hang the program.
pub(super) const fn by_instruction(_: c_int, code: c_int) -> bool {
    code > 0
}

/// Whether that can be relied on: a fault that was sent has another code than one that was raised.
pub(super) const TELLS_SENT_FROM_RAISED: bool = true;
