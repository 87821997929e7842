//! `Readiness`: a descriptor for whoever has an event loop.
//!
//! It only wakes: what has come stands in the bits. Signal context writes to it once until somebody has looked at all there is.

use std::{
    os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd},
    sync::Arc,
};

use crate::{Error, owner::instance::Instance, sys::OwnedWake};

/// A descriptor that is readable while its [`Signals`](super::Signals) has something pending, and when it was closed. For `poll`,
/// `epoll`, tokio's `AsyncFd`, mio's `SourceFd`, async-io's `Async`.
///
/// Never read from it, nor write. It becomes unreadable when somebody has iterated to the end of
/// [`pending`](super::Signals::pending): where readiness is told of by its edges (tokio, mio) clear it first, then iterate to the end. It lives
/// as long as this value does. Readable it may be in vain: another thread was quicker.
///
/// ```
/// use std::{os::fd::AsFd, time::Duration};
/// use sigtrip::{PollFd, Signal, Signals, poll, raise_signal};
///
/// let signals = Signals::new(Signal::USR1)?;
/// let readiness = signals.readiness()?;
/// let is_ready = || poll(&mut [PollFd::readable(readiness.as_fd())], Some(Duration::ZERO));
/// assert_eq!(is_ready()?, 0);
/// raise_signal(Signal::USR1)?;
/// assert_eq!(is_ready()?, 1);
/// assert_eq!(signals.pending().count(), 1);
/// assert_eq!(is_ready()?, 0);
/// # Ok::<(), sigtrip::Interrupt>(())
/// ```
#[derive(Debug)]
pub struct Readiness(Arc<OwnedWake>);

impl Readiness {
    pub(super) fn new(instance: &Instance) -> Result<Self, Error> {
        Ok(Self(instance.descriptor()?))
    }
}

impl AsFd for Readiness {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

impl AsRawFd for Readiness {
    fn as_raw_fd(&self) -> RawFd {
        self.as_fd().as_raw_fd()
    }
}
