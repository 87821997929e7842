//! The wake descriptor: a pipe, where there is no eventfd.
//!
//! Both ends are the library's own and live as long as each other, so that a write never finds that nobody reads.

use core::{ffi::c_int, ptr};

use super::{Errno, WakeEnds, new_pipe};

/// The call that makes one.
pub(crate) const WAKE_CALL: &str = "pipe";

/// A new descriptor that is readable once it has been woken: closed by exec, never blocking.
pub(crate) fn new_wake_descriptor() -> Result<WakeEnds, Errno> {
    new_pipe().map(|[read, write]| WakeEnds { read, write })
}

/// Makes it readable. Async-signal-safe, but it may change `errno`: the caller keeps it.
pub(crate) fn wake_descriptor(writes: c_int) {
    let byte = 0_u8;
    // A full pipe refuses: then it is readable already.
    // SAFETY: one live byte.
    unsafe { libc::write(writes, ptr::from_ref(&byte).cast(), 1) };
}

/// Makes it unreadable again. It never blocks.
pub(crate) fn quiet_descriptor(reads: c_int) {
    let mut bytes = [0_u8; 64];
    // One byte comes for each time that somebody went to sleep: the second read is rare.
    // SAFETY: pointer and length are of one live array.
    while unsafe { libc::read(reads, bytes.as_mut_ptr().cast(), bytes.len()) } == bytes.len() as isize {}
}
