//! Signals to a process by descriptor: Linux's pidfd.
//!
//! A process's number is another's soon after it has ended; its descriptor is not.

use std::os::fd::{AsFd, OwnedFd};

use super::dispatch;
use crate::{Error, Frame, Interrupt, Signal, sys};

/// A descriptor of the process with this number: Linux's `pidfd_open`. It refers to that process for as long as it is open, also
/// when the process has ended; `poll` finds it readable then. It is closed by exec.
///
/// Any thread; not a safe point. Linux 5.3 or later.
///
/// # Errors
///
/// [`Error::System`]: the number is 0 or negative (`EINVAL`), no process has it (`ESRCH`), there are too many
/// descriptors (`EMFILE`, `ENFILE`), no memory (`ENOMEM`), or the kernel is too old (`ENOSYS`).
///
/// ```
/// let me = sigtrip::pidfd_open(std::process::id() as i32)?;
/// sigtrip::pidfd_send_signal(&me, None)?;
/// # Ok::<(), sigtrip::Interrupt>(())
/// ```
pub fn pidfd_open(pid: i32) -> Result<OwnedFd, Error> {
    sys::pidfd_open(pid).map_err(Error::system("pidfd_open"))
}

/// Sends a signal to the process of a descriptor from [`pidfd_open`]: Linux's and Python's `pidfd_send_signal`, without flags.
/// `None` sends nothing and only asks whether it could. It never reaches another process that has got the same number.
///
/// A safe point; what [`kill`](crate::kill) says of a signal to the own process holds. Any thread. Linux 5.1 or later.
///
/// # Errors
///
/// What a handler failed with; [`Error::System`]: the descriptor is not a process's (`EBADF`), the process has ended and was
/// waited for (`ESRCH`), it may not be signalled (`EPERM`), or the kernel is too old (`ENOSYS`).
///
/// ```
/// use sigtrip::{Signal, pidfd_open, pidfd_send_signal};
/// use std::{os::unix::process::ExitStatusExt, process::Command};
///
/// let mut child = Command::new("sleep").arg("1000").spawn().unwrap();
/// let process = pidfd_open(child.id() as i32)?;
/// pidfd_send_signal(&process, Signal::KILL)?;
/// assert_eq!(child.wait().unwrap().signal(), Some(Signal::KILL.number()));
/// # Ok::<(), sigtrip::Interrupt>(())
/// ```
#[track_caller]
pub fn pidfd_send_signal(process: impl AsFd, signal: impl Into<Option<Signal>>) -> Result<(), Interrupt> {
    sys::pidfd_send_signal(process.as_fd(), signal.into().map(Signal::signum))
        .map_err(Error::system("pidfd_send_signal"))?;
    dispatch::safe_point(Frame::caller())
}
