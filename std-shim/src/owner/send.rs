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
    dispatch::drain(Frame::caller()).map(drop)
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
    dispatch::drain(Frame::caller()).map(drop)
}
