//! What `si_code` says, on FreeBSD (sys/signal.h): a process's codes stand above 65536, and so does the kernel's for no reason.

use core::ffi::c_int;

pub(super) const SI_USER: c_int = 0x1_0001;
pub(super) const SI_QUEUE: c_int = 0x1_0002;
pub(super) const SI_TIMER: c_int = 0x1_0003;
pub(super) const SI_ASYNCIO: c_int = 0x1_0004;
pub(super) const SI_MESGQ: c_int = 0x1_0005;
pub(super) const SI_KERNEL: c_int = 0x1_0006;
pub(super) const SI_THREAD: c_int = 0x1_0007; // SI_LWP: pthread_kill
pub(crate) const PROTECTION_KEY: c_int = 100; // SEGV_PKUERR

// Those that are not told here have numbers that no code has.
pub(super) const SI_SIGIO: c_int = c_int::MIN;
pub(crate) const OUT_OF_BOUNDS: c_int = c_int::MIN + 1;
pub(crate) const BROKEN_MEMORY: c_int = c_int::MIN + 2;
pub(crate) const BROKEN_MEMORY_UNUSED: c_int = c_int::MIN + 3;

/// Whether it is a reason that the kernel had, of that signal's own.
pub(super) const fn is_reason(code: c_int) -> bool {
    0 < code && code < SI_USER
}

/// Whether this code of a fault's record means that an instruction raised it, so that returning would raise it again.
/// Async-signal-safe.
///
/// The kernel's traps have the small positive codes of their signal; 0 (`SI_UNDEFINED`) says nothing and is taken for a trap's,
/// since one that is deferred would hang the program.
pub(super) const fn by_instruction(_: c_int, code: c_int) -> bool {
    code >= 0 && code < SI_USER
}

/// Whether that can be relied on: a fault that was sent has another code than one that was raised.
pub(super) const TELLS_SENT_FROM_RAISED: bool = true;
