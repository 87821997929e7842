//! A new pipe, where `pipe2` is not to be had: macOS.

use core::ffi::c_int;

use super::{Errno, close, close_on_exec};

/// A pipe, the reading end first: closed by exec, never blocking. A program that another thread starts at this very moment may
/// inherit it, where it is only a number in use.
pub(super) fn new_pipe() -> Result<[c_int; 2], Errno> {
    let mut ends = [-1; 2];
    // SAFETY: room for two numbers.
    Errno::check(unsafe { libc::pipe(ends.as_mut_ptr()) })?;
    match ends.iter().try_for_each(|&end| close_on_exec(end).and_then(|()| never_blocks(end))) {
        Ok(()) => Ok(ends),
        Err(errno) => {
            ends.into_iter().for_each(close);
            Err(errno)
        }
    }
}

fn never_blocks(descriptor: c_int) -> Result<(), Errno> {
    // SAFETY: numbers in, a number out.
    Errno::check(unsafe { libc::fcntl(descriptor, libc::F_SETFL, libc::O_NONBLOCK) }).map(drop)
}
