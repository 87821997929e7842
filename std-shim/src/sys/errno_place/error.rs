//! Where `errno` is, with macOS and FreeBSD.

use core::ffi::c_int;

/// Where this thread's `errno` is. Async-signal-safe: an address, computed from the thread pointer.
pub(super) fn location() -> *mut c_int {
    // SAFETY: no arguments, no preconditions.
    unsafe { libc::__error() }
}
