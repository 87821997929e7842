//! Sending signals.

use super::dispatch;
use crate::{Error, Frame, Interrupt, Signal, sys};

/// Sends a signal to the calling thread: C's `raise`. On the owner's thread it has been handled when the call returns (unless
/// the thread blocks it).
///
/// A safe point. Any thread.
///
/// # Errors
///
/// What a handler failed with; [`Error::System`] for a number that libc reserves.
///
/// ```
/// use sigtrip::{Signal, on, raise_signal};
/// use std::sync::atomic::{AtomicBool, Ordering};
///
/// static SEEN: AtomicBool = AtomicBool::new(false);
///
/// # fn main() -> Result<(), sigtrip::Interrupt> {
/// let _session = sigtrip::init()?;
/// on(Signal::USR1, |_| SEEN.store(true, Ordering::Relaxed))?;
/// raise_signal(Signal::USR1)?;
/// assert!(SEEN.load(Ordering::Relaxed));
/// # Ok(())
/// # }
/// ```
#[track_caller]
pub fn raise_signal(signal: Signal) -> Result<(), Interrupt> {
    sys::raise(signal.signum()).map_err(Error::system("raise"))?;
    dispatch::safe_point(Frame::caller())
}

/// Sends a signal to a process (`pid` > 0), to the caller's process group (0), to a process group (-`pid`), or to all that may
/// be signalled (-1): C's `kill`. `None` sends nothing and only asks whether it could.
///
/// A safe point: a signal that the owner sends to its own process has been handled when the call returns, if the system
/// delivers it to the owner's thread. Linux does so when that is the process's first thread and does not block it; a
/// process's signal may always go to another thread. Any thread.
///
/// # Errors
///
/// What a handler failed with; [`Error::System`]: there is no such process (`ESRCH`), or it may not be signalled (`EPERM`).
///
/// ```
/// let me = std::process::id() as i32;
/// sigtrip::kill(me, None)?; // I am there
/// # Ok::<(), sigtrip::Interrupt>(())
/// ```
#[track_caller]
pub fn kill(pid: i32, signal: impl Into<Option<Signal>>) -> Result<(), Interrupt> {
    sys::kill(pid, signal.into().map(Signal::signum)).map_err(Error::system("kill"))?;
    dispatch::safe_point(Frame::caller())
}

/// Sends a signal to every process of a group (`group` > 1), or of the caller's own (0): C's `killpg`. `None` sends nothing
/// and only asks whether it could.
///
/// A safe point; what [`kill`] says of a signal to the own process holds. Any thread.
///
/// # Errors
///
/// What a handler failed with; [`Error::ProcessGroup`] if the number is negative or 1, and nothing is sent;
/// [`Error::System`]: there is no such group (`ESRCH`), or none of its processes may be signalled (`EPERM`).
///
/// ```
/// use sigtrip::{Error, Interrupt, Signal, killpg};
///
/// killpg(0, None)?; // my own group is there
/// assert!(matches!(killpg(1, Signal::TERM), Err(Interrupt::Error(Error::ProcessGroup(1)))));
/// # Ok::<(), Interrupt>(())
/// ```
#[track_caller]
pub fn killpg(group: i32, signal: impl Into<Option<Signal>>) -> Result<(), Interrupt> {
    // POSIX leaves 1 undefined; as `kill(-1)` it would reach every process.
    if group < 0 || group == 1 {
        return Err(Error::ProcessGroup(group).into());
    }
    sys::killpg(group, signal.into().map(Signal::signum)).map_err(Error::system("killpg"))?;
    dispatch::safe_point(Frame::caller())
}

/// Sends a signal to a process together with an int, which the receiver reads as `si_value.sival_int`: POSIX's `sigqueue`.
/// `None` sends nothing and only asks whether it could.
///
/// Real-time signals queue, each with its value; of a standard signal that is pending already a second one is dropped, with its
/// value. A handler finds the value in the record, where one is kept: see [`record`](crate::record()).
///
/// A safe point; what [`kill`] says of a signal to the own process holds. Any thread. Not on macOS and OpenBSD, which have no such call.
///
/// # Errors
///
/// What a handler failed with; [`Error::System`]: the number is no process's (`ESRCH`; groups can not be addressed), the
/// process may not be signalled (`EPERM`), or the queue of its user is full (`EAGAIN`).
///
/// ```
/// use sigtrip::{Signal, on, sigqueue};
///
/// # fn main() -> Result<(), sigtrip::Interrupt> {
/// let _session = sigtrip::init()?;
/// on(Signal::real_time(0)?, |_| println!("there is work"))?;
/// sigqueue(std::process::id() as i32, Signal::real_time(0)?, 42)?;
/// # Ok(())
/// # }
/// ```
#[cfg(not(any(target_vendor = "apple", target_os = "openbsd")))]
#[track_caller]
pub fn sigqueue(pid: i32, signal: impl Into<Option<Signal>>, value: i32) -> Result<(), Interrupt> {
    sys::sigqueue(pid, signal.into().map(Signal::signum), value).map_err(Error::system("sigqueue"))?;
    dispatch::safe_point(Frame::caller())
}
