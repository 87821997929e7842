//! Sending signals to a group, and to a thread.

use sigtrip_core::Signum;

use super::{Errno, raw};

/// POSIX `killpg`; signal 0 only asks whether it could be sent. Async-signal-safe.
pub(crate) fn killpg(group: libc::pid_t, signal: Option<Signum>) -> Result<(), Errno> {
    // SAFETY: numbers in, a number out; what is not a group or a signal is an error of the call.
    Errno::check(unsafe { libc::killpg(group, signal.map_or(0, raw)) }).map(drop)
}

/// A thread as POSIX names it, while the handle `'a` keeps that name valid.
#[cfg(feature = "std")]
#[derive(Clone, Copy, Debug)]
#[allow(
    unreachable_pub,
    reason = "a sealed trait, which is as public as its methods' types must be, returns it"
)]
pub struct Pthread<'a> {
    thread: libc::pthread_t,
    handle: core::marker::PhantomData<&'a ()>,
}

#[cfg(feature = "std")]
impl<'a> Pthread<'a> {
    /// The thread of a handle.
    pub(crate) fn of<T>(handle: &'a std::thread::JoinHandle<T>) -> Self {
        use std::os::unix::thread::JoinHandleExt;
        #[allow(trivial_numeric_casts, reason = "for musl, where std's type is not libc's own")]
        let thread = handle.as_pthread_t() as libc::pthread_t;
        Self { thread, handle: core::marker::PhantomData }
    }
}

/// POSIX `pthread_kill`; signal 0 only asks. Async-signal-safe.
#[cfg(feature = "std")]
pub(crate) fn pthread_kill(thread: Pthread<'_>, signal: Option<Signum>) -> Result<(), Errno> {
    // SAFETY: the name of a thread is valid until it is joined or detached, also when it has ended. Std joins when the
    // handle is given up and detaches when it is dropped; the borrow in `thread` says that neither has happened.
    match unsafe { libc::pthread_kill(thread.thread, signal.map_or(0, raw)) } {
        0 => Ok(()),
        errno => Err(Errno::from_return(errno)),
    }
}

/// The same of a thread that C names.
///
/// # Safety
///
/// - It is a thread of this process that was neither joined nor detached; it may have ended.
#[cfg(feature = "capi")]
pub(crate) unsafe fn pthread_kill_of(thread: libc::pthread_t, signal: Option<Signum>) -> Result<(), Errno> {
    // SAFETY: by the caller's promise the name is valid.
    match unsafe { libc::pthread_kill(thread, signal.map_or(0, raw)) } {
        0 => Ok(()),
        errno => Err(Errno::from_return(errno)),
    }
}
