//! What `si_code` says, on macOS: hardly anything.
//!
//! Its header has codes for who has sent a signal, but the kernel (xnu, `bsd/kern/kern_sig.c`) writes none of them: 0 stands in the
//! record of whatever is no SIGCHLD and no fault, whoever sent it, with the process that was running at that moment. For a fault it is
//! made from the signal's number alone (`sendsig` in `bsd/dev/arm/unix_signal.c`: each SIGSEGV is `SEGV_ACCERR`, each SIGBUS
//! `BUS_ADRALN`), or, on x86-64, from what the last exception of the thread was; Go's runtime finds 0 also for faults.

use core::ffi::c_int;

pub(super) const SI_USER: c_int = 0; // and for all that the kernel sends

// Those that are not told here have numbers that no code has.
pub(super) const SI_QUEUE: c_int = c_int::MIN;
pub(super) const SI_MESGQ: c_int = c_int::MIN + 1;
pub(super) const SI_TIMER: c_int = c_int::MIN + 2;
pub(super) const SI_ASYNCIO: c_int = c_int::MIN + 3;
pub(super) const SI_KERNEL: c_int = c_int::MIN + 4;
pub(super) const SI_THREAD: c_int = c_int::MIN + 5;
pub(super) const SI_SIGIO: c_int = c_int::MIN + 6;
pub(crate) const OUT_OF_BOUNDS: c_int = c_int::MIN + 7;
pub(crate) const PROTECTION_KEY: c_int = c_int::MIN + 8;
pub(crate) const BROKEN_MEMORY: c_int = c_int::MIN + 9;
pub(crate) const BROKEN_MEMORY_UNUSED: c_int = c_int::MIN + 10;

/// Whether it is a reason that the kernel had, of that signal's own.
pub(super) const fn is_reason(code: c_int) -> bool {
    code > 0
}

/// Whether this code of a fault's record means that an instruction raised it, so that returning would raise it again.
/// Async-signal-safe.
///
/// The code does not tell: so each is taken for one that an instruction raised. A program that is sent a SIGSEGV dies of it, as it would
/// without a handler, or has its earlier handler called; one that raises it can not be hung. The other way round it could.
pub(super) const fn by_instruction(_: c_int, _: c_int) -> bool {
    true
}

/// Whether that can be relied on: a fault that was sent has another code than one that was raised.
pub(super) const TELLS_SENT_FROM_RAISED: bool = false;
