//! A new pipe, closed by exec from the beginning.

use core::ffi::c_int;

use super::Errno;

/// A pipe, the reading end first: closed by exec, never blocking.
pub(super) fn new_pipe() -> Result<[c_int; 2], Errno> {
    let mut ends = [-1; 2];
    // SAFETY: room for two numbers.
    Errno::check(unsafe { libc::pipe2(ends.as_mut_ptr(), libc::O_CLOEXEC | libc::O_NONBLOCK) })?;
    Ok(ends)
}
