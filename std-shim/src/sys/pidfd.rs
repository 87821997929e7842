//! Descriptors of processes: Linux's pidfd.

use core::{
    ffi::{c_int, c_long},
    ptr,
};
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};

use sigtrip_core::Signum;

use super::{Errno, raw};

/// Linux's `pidfd_open`: a descriptor of a process, closed by exec.
pub(crate) fn pidfd_open(pid: libc::pid_t) -> Result<OwnedFd, Errno> {
    let no_flags: libc::c_uint = 0;
    // SAFETY: numbers in, a number out.
    let fd = check_call(unsafe { libc::syscall(libc::SYS_pidfd_open, pid, no_flags) })?;
    // SAFETY: a new descriptor, which nobody else knows.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// Linux's `pidfd_send_signal`; signal 0 only asks whether it could be sent.
pub(crate) fn pidfd_send_signal(process: BorrowedFd<'_>, signal: Option<Signum>) -> Result<(), Errno> {
    let number = signal.map_or(0, raw);
    let no_info = ptr::null::<libc::siginfo_t>();
    let no_flags: libc::c_uint = 0;
    // SAFETY: a descriptor that is open, a number, and no siginfo: the kernel makes one as for `kill`.
    let returned =
        unsafe { libc::syscall(libc::SYS_pidfd_send_signal, process.as_raw_fd(), number, no_info, no_flags) };
    check_call(returned).map(drop)
}

/// What is readable when a child has ended.
pub(crate) type ChildEnd = OwnedFd;

/// The call that makes one.
pub(crate) const CHILD_END_CALL: &str = "pidfd_open";

/// A descriptor that is readable when the child with this number, which was not waited for, has ended. `None`: it has.
pub(crate) fn child_end(pid: libc::pid_t) -> Result<Option<ChildEnd>, Errno> {
    pidfd_open(pid).map(Some)
}

/// What `syscall` says, which returns a long; no call here returns more than an int.
fn check_call(returned: c_long) -> Result<c_int, Errno> {
    Errno::check(c_int::try_from(returned).unwrap_or(-1))
}
