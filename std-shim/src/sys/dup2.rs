//! One descriptor in another's place, where `dup3` is not to be had: macOS.

use core::ffi::c_int;

use super::Errno;

/// The call that does it.
#[cfg(any(feature = "std", feature = "capi"))]
pub(crate) const DUPLICATE_CALL: &str = "dup2";

/// Makes `number`, a descriptor of ours, stand for the open file of `descriptor`, in one step: whoever uses `number` at that
/// moment finds the one file or the other. A program that another thread starts at this very moment may inherit it.
pub(crate) fn duplicate_onto(descriptor: c_int, number: c_int) -> Result<(), Errno> {
    // SAFETY: numbers in, a number out; `number` is ours to replace.
    Errno::check(unsafe { libc::dup2(descriptor, number) })?;
    close_on_exec(number)
}

/// Has exec close it.
pub(super) fn close_on_exec(descriptor: c_int) -> Result<(), Errno> {
    // SAFETY: numbers in, a number out.
    Errno::check(unsafe { libc::fcntl(descriptor, libc::F_SETFD, libc::FD_CLOEXEC) }).map(drop)
}
