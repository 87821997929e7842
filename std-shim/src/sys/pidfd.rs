//! Descriptors of processes: Linux's pidfd.

use core::ffi::c_int;
use std::os::fd::{FromRawFd, OwnedFd};

use super::Errno;

/// Linux's `pidfd_open`: a descriptor of a process, closed by exec.
pub(crate) fn pidfd_open(pid: libc::pid_t) -> Result<OwnedFd, Errno> {
    let no_flags: libc::c_uint = 0;
    // SAFETY: numbers in, a number out.
    let fd = unsafe { libc::syscall(libc::SYS_pidfd_open, pid, no_flags) } as c_int;
    Errno::check(fd)?;
    // SAFETY: a new descriptor, which nobody else knows.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}
