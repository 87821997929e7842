//! What `si_code` says, on Linux.

use core::ffi::c_int;

use super::numbers::SIGBUS;

pub(super) use super::numbers::{
    SI_ASYNCIO, SI_KERNEL, SI_MESGQ, SI_QUEUE, SI_TIMER, SI_TKILL as SI_THREAD, SI_USER,
};

/// A descriptor with a signal of its own (`F_SETSIG`) is ready.
pub(super) const SI_SIGIO: c_int = -5;

pub(crate) const OUT_OF_BOUNDS: c_int = 3; // SEGV_BNDERR
pub(crate) const PROTECTION_KEY: c_int = 4; // SEGV_PKUERR
pub(crate) const BROKEN_MEMORY: c_int = libc::BUS_MCEERR_AR;
pub(crate) const BROKEN_MEMORY_UNUSED: c_int = libc::BUS_MCEERR_AO;

/// Whether it is a reason that the kernel had, of that signal's own.
pub(super) const fn is_reason(code: c_int) -> bool {
    code > 0
}

/// Whether this code of a fault's record means that an instruction raised it, so that returning would raise it again.
/// Async-signal-safe.
///
/// A positive code comes from the kernel, zero or less from a process. One kernel code is no fault of this instruction:
/// `BUS_MCEERR_AO`, an optional word about broken memory somewhere.
pub(super) const fn by_instruction(number: c_int, code: c_int) -> bool {
    code > 0 && !(number == SIGBUS && code == BROKEN_MEMORY_UNUSED)
}

/// Whether that can be relied on: a fault that was sent has another code than one that was raised.
pub(super) const TELLS_SENT_FROM_RAISED: bool = true;
