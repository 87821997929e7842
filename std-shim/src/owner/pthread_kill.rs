//! Sending a signal to a thread.
//!
//! C's `pthread_kill` takes a number which is that of another thread, or of none, once its thread was joined or
//! detached: Python's crashes on a wrong one. Here it takes a handle that was neither.

use super::{dispatch, thread::JoinHandle};
use crate::{
    Error, Frame, Interrupt, Signal,
    sys::{self, Pthread},
};

/// A thread that can be named safely: std's and this library's `JoinHandle`. It can not be implemented elsewhere.
///
/// ```
/// use sigtrip::{LiveThread, pthread_kill};
///
/// fn is_there(thread: &impl LiveThread) -> bool {
///     pthread_kill(thread, None).is_ok()
/// }
/// assert!(is_there(&std::thread::spawn(|| ())));
/// ```
pub trait LiveThread: Sealed {}

mod sealed {
    use super::{Error, Pthread};

    pub trait Sealed {
        fn pthread(&self) -> Result<Pthread<'_>, Error>;
    }
}
use sealed::Sealed;

impl<T> Sealed for std::thread::JoinHandle<T> {
    fn pthread(&self) -> Result<Pthread<'_>, Error> {
        Ok(Pthread::of(self))
    }
}
impl<T> LiveThread for std::thread::JoinHandle<T> {}

impl<T> Sealed for JoinHandle<T> {
    fn pthread(&self) -> Result<Pthread<'_>, Error> {
        self.unjoined().map(Pthread::of).ok_or(Error::AlreadyJoined)
    }
}
impl<T> LiveThread for JoinHandle<T> {}

/// Sends a signal to one thread of this process: POSIX's and Python's `pthread_kill`. `None` sends nothing and only asks.
///
/// The signal's disposition is the process's: with the default action it ends the process and not the thread, and a handler of
/// this library runs on the owner's thread, whichever thread receives the signal. What it is good for is to interrupt a system
/// call of that thread. One that has ended but was not joined receives nothing, which is no error (POSIX.1-2024; glibc
/// before 2.34 says `ESRCH`).
///
/// A safe point: a signal that the owner sends to its own thread, through a handle that another thread shares with it, has been
/// handled when the call returns, unless the thread blocks it. Any thread.
///
/// # Errors
///
/// What a handler failed with; [`Error::AlreadyJoined`]; [`Error::Reserved`] for a number that libc keeps for itself;
/// [`Error::System`] with what `pthread_kill` says. But for the first, nothing was sent.
///
/// ```
/// use sigtrip::{Signal, on, pthread_kill};
/// use std::sync::mpsc::channel;
///
/// # fn main() -> Result<(), sigtrip::Interrupt> {
/// let _session = sigtrip::init()?;
/// on(Signal::USR1, |_| ())?; // or it would end the process
/// let (stop, wait) = channel::<()>();
/// let mut worker = sigtrip::spawn(move || wait.recv());
/// pthread_kill(&worker, Signal::USR1)?;
/// drop(stop);
/// assert!(worker.join()?.is_ok());
/// assert!(pthread_kill(&worker, None).is_err()); // it was joined
/// # Ok(())
/// # }
/// ```
#[track_caller]
pub fn pthread_kill(thread: &impl LiveThread, signal: impl Into<Option<Signal>>) -> Result<(), Interrupt> {
    let signal = signal.into();
    if let Some(reserved) = signal.filter(|signal| signal.is_reserved()) {
        return Err(Error::Reserved(reserved).into());
    }
    sys::pthread_kill(thread.pthread()?, signal.map(Signal::signum))
        .map_err(Error::system("pthread_kill"))?;
    dispatch::safe_point(Frame::caller())
}
