//! `Error`: what can be wrong with a call.

use core::{convert::Infallible, fmt};

use sigtrip_core::OutOfRange;

use crate::{Signal, sys::Errno};

/// Why a call was refused. Nothing was changed.
///
/// A plain value; each kind of mistake is a variant of its own.
///
/// ```
/// use sigtrip::{Disposition, Error, Interrupt, Signal};
///
/// assert_eq!(Signal::from_raw(1000), Err(Error::OutOfRange(1000)));
///
/// // No session was opened here:
/// let refused = sigtrip::signal(Signal::USR1, Disposition::Ignore).unwrap_err();
/// assert!(matches!(refused, Interrupt::Error(Error::NotInitialized)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The number is not a signal of this system: it is not in 1 to [`Signal::MAX`].
    OutOfRange(i32),
    /// SIGKILL and SIGSTOP: the system lets nobody handle or ignore them.
    Uncatchable(Signal),
    /// A number that libc keeps for itself (32 and 33 with glibc).
    Reserved(Signal),
    /// Only the thread that opened the session may do this.
    NotOwner,
    /// No session is open: call [`init`](crate::init) or `run` first.
    NotInitialized,
    /// A session is open already; a process has one at a time.
    AlreadyInitialized,
    /// The session was opened for polling alone (see [`Options::polling`](crate::Options::polling)): it can not wait.
    PollingOnly,
    /// The session belongs to a host runtime, which installs and drains by [`embed`](crate::embed).
    Hosted,
    /// A signal that an instruction raises: a hook for it is registered by the `_unchecked` functions alone.
    Fault(Signal),
    /// Back-pressure can not be had for this signal: it is not a real-time one, which alone the kernel queues, or where a signal frame has its mask
    /// is not known for this processor.
    NoBackPressure(Signal),
    /// A hook can not be registered from inside a hook.
    InsideHook,
    /// More threads are inside hooks than can be told apart, so that the caller could be one of them. It passes in a moment.
    HooksCrowded,
    /// The static hook is registered already, or was unregistered from inside a hook a moment ago.
    HookInUse,
    /// The iterator of signals that the handle belongs to was closed or dropped.
    Closed,
    /// Writes to this descriptor could block.
    Blocking(i32),
    /// The disposition to put back is not known: the system did not tell it when it was asked for.
    Unknown,
    /// The thread was joined before.
    AlreadyJoined,
    /// The line is not UTF-8 text.
    NotUtf8,
    /// The number is not a process group that can be signalled alone: it is negative, or 1, which C's `killpg` would take for
    /// *every process*.
    ProcessGroup(i32),
    /// The time is negative or not a number.
    Time,
    /// The system refused.
    System {
        /// The call that failed.
        call: &'static str,
        /// Why.
        errno: Errno,
    },
}

impl Error {
    /// For `map_err`: the error of this system call.
    pub(crate) fn system(call: &'static str) -> impl FnOnce(Errno) -> Self {
        move |errno| Self::System { call, errno }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OutOfRange(number) => {
                write!(f, "signal number {number} is out of range: 1 to {}", Signal::MAX)
            }
            Self::Uncatchable(signal) => write!(f, "{signal} can be neither handled nor ignored"),
            Self::Reserved(signal) => write!(f, "signal {} is reserved by the C library", signal.number()),
            Self::NotOwner => f.write_str("only the thread that opened the session may do this"),
            Self::NotInitialized => {
                f.write_str("no session is open: call sigtrip::init or sigtrip::run first")
            }
            Self::AlreadyInitialized => f.write_str("a session is open already: a process has one at a time"),
            Self::PollingOnly => f.write_str("the session was opened for polling only: it can not wait"),
            Self::Hosted => {
                f.write_str("the session belongs to a host runtime, which installs and drains by itself")
            }
            Self::Fault(signal) => {
                write!(
                    f,
                    "{signal} is raised by instructions: only the unchecked functions take a hook for it"
                )
            }
            Self::NoBackPressure(signal) => write!(f, "back-pressure can not be had for {signal}"),
            Self::InsideHook => f.write_str("a hook can not be registered from inside a hook"),
            Self::HooksCrowded => {
                f.write_str("more threads run hooks at this moment than can be told apart: try again")
            }
            Self::HookInUse => f.write_str("this static hook is registered already"),
            Self::Closed => f.write_str("the iterator of signals was closed"),
            Self::Blocking(descriptor) => {
                write!(f, "the descriptor {descriptor} must be in non-blocking mode")
            }
            Self::Unknown => f.write_str("the earlier disposition is not known, so it can not be put back"),
            Self::AlreadyJoined => f.write_str("the thread was joined before"),
            Self::NotUtf8 => f.write_str("the line is not UTF-8 text"),
            Self::ProcessGroup(group) => write!(f, "process group {group} can not be signalled alone"),
            Self::Time => f.write_str("the time is negative or not a number"),
            Self::System { call, errno } => write!(f, "{call}: {errno}"),
        }
    }
}

impl core::error::Error for Error {}

impl From<OutOfRange> for Error {
    fn from(error: OutOfRange) -> Self {
        Self::OutOfRange(error.signal.get().cast_signed())
    }
}

/// So that a [`Signal`] can stand wherever a number that may be none is taken.
impl From<Infallible> for Error {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

#[cfg(feature = "std")]
impl From<Error> for std::io::Error {
    fn from(error: Error) -> Self {
        match error {
            Error::System { errno, .. } => Self::from_raw_os_error(errno.raw()),
            Error::OutOfRange(_)
            | Error::Uncatchable(_)
            | Error::Reserved(_)
            | Error::Fault(_)
            | Error::NoBackPressure(_)
            | Error::ProcessGroup(_)
            | Error::Time => Self::new(std::io::ErrorKind::InvalidInput, error),
            Error::NotUtf8 => Self::new(std::io::ErrorKind::InvalidData, error),
            _ => Self::other(error),
        }
    }
}
