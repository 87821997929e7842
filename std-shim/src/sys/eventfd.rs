//! The wake descriptor: Linux's eventfd, whose two ends are one.

use core::{ffi::c_int, ptr};

use super::{Errno, WakeEnds};

/// The call that makes one.
pub(crate) const WAKE_CALL: &str = "eventfd";

/// A new descriptor that is readable once it has been woken: closed by exec, never blocking.
pub(crate) fn new_wake_descriptor() -> Result<WakeEnds, Errno> {
    // SAFETY: numbers in, a descriptor or -1 out.
    let number = Errno::check(unsafe { libc::eventfd(0, libc::EFD_CLOEXEC | libc::EFD_NONBLOCK) })?;
    Ok(WakeEnds { read: number, write: number })
}

/// Makes it readable. Async-signal-safe, but it may change `errno`: the caller keeps it.
pub(crate) fn wake_descriptor(writes: c_int) {
    let one = 1_u64;
    // A full counter refuses: then it is readable already.
    // SAFETY: eight bytes of one live number.
    unsafe { libc::write(writes, ptr::from_ref(&one).cast(), size_of::<u64>()) };
}

/// Makes it unreadable again. It never blocks.
pub(crate) fn quiet_descriptor(reads: c_int) {
    let mut count = 0_u64;
    // SAFETY: room for eight bytes.
    unsafe { libc::read(reads, ptr::from_mut(&mut count).cast(), size_of::<u64>()) };
}
