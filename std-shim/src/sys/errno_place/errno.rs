//! Where `errno` is, with Android, NetBSD and OpenBSD.

use core::ffi::c_int;

/// Where this thread's `errno` is. Async-signal-safe: an address, computed from the thread pointer.
pub(super) fn location() -> *mut c_int {
    // SAFETY: no arguments, no preconditions.
    unsafe { libc::__errno() }
}
