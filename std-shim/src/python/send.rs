//! Sending to a thread and to a process's descriptor, under Python's names.

#[cfg(any(target_os = "linux", target_os = "android"))]
use std::os::fd::AsFd;

use crate::{Error, Interrupt, LiveThread, Signal};

/// Sends a signal to one thread of this process: [`crate::pthread_kill`], which can also ask without sending, as Python does with
/// the number 0. It takes a handle where Python takes a number that it can not check. A safe point. Any thread.
///
/// # Errors
///
/// [`Error::OutOfRange`], and those of [`crate::pthread_kill`].
///
/// ```
/// use sigtrip::python::{self as signal, SIGWINCH};
///
/// let worker = sigtrip::spawn(|| ());
/// signal::pthread_kill(&worker, SIGWINCH)?; // which is ignored by default
/// # Ok::<(), sigtrip::Interrupt>(())
/// ```
#[track_caller]
pub fn pthread_kill<S>(thread: &impl LiveThread, signalnum: S) -> Result<(), Interrupt>
where
    S: TryInto<Signal>,
    Error: From<S::Error>,
{
    crate::pthread_kill(thread, signalnum.try_into().map_err(Error::from)?)
}

/// Sends a signal to the process of a descriptor: [`crate::pidfd_send_signal`], without Python's `siginfo`, which must be
/// `None`, and `flags`. A safe point. Any thread. Linux alone.
///
/// # Errors
///
/// [`Error::OutOfRange`], and those of [`crate::pidfd_send_signal`].
///
/// ```
/// use sigtrip::python::{self as signal, SIGWINCH};
///
/// let me = sigtrip::pidfd_open(std::process::id() as i32)?;
/// signal::pidfd_send_signal(&me, SIGWINCH)?; // which is ignored by default
/// # Ok::<(), sigtrip::Interrupt>(())
/// ```
#[cfg(any(target_os = "linux", target_os = "android"))]
#[track_caller]
pub fn pidfd_send_signal<S>(pidfd: impl AsFd, signalnum: S) -> Result<(), Interrupt>
where
    S: TryInto<Signal>,
    Error: From<S::Error>,
{
    crate::pidfd_send_signal(pidfd, signalnum.try_into().map_err(Error::from)?)
}
