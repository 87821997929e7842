//! A host's wait for a signal or for something to read, whichever comes first.

#[cfg(any(feature = "std", feature = "capi"))]
use core::{ffi::c_int, time::Duration};

#[cfg(any(feature = "std", feature = "capi"))]
use crate::{
    Error,
    embed::any_pending,
    owner::{on_descriptors, session::check_armed},
    sys::{self, Woken},
};

/// Why [`Host::wait_readable`](super::Host::wait_readable) ended.
///
/// ```
/// # use sigtrip::embed::Waited;
/// assert_ne!(Waited::Readable, Waited::TimedOut);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waited {
    /// A signal is pending: drain.
    Pending,
    /// Something can be read.
    Readable,
    /// The time is over.
    TimedOut,
}

#[cfg(feature = "std")]
impl super::Host {
    /// Sleeps until a signal is pending, something can be read from the descriptor (or it is at its end), or this time is over
    /// (`None`: without end): for a prompt, or for an event loop's own descriptor. Misses nothing, as [`wait`](Self::wait).
    ///
    /// # Errors
    ///
    /// [`Error::PollingOnly`] if the options said so; [`Error::System`].
    ///
    /// ```
    /// # use std::os::fd::AsFd;
    /// # use sigtrip::{Options, embed::{Host, Waited}};
    /// let host = Host::open(Options::untouched())?;
    /// let (reader, _) = std::io::pipe()?; // at its end: nobody writes
    /// assert_eq!(host.wait_readable(reader.as_fd(), None)?, Waited::Readable);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn wait_readable(
        &self,
        descriptor: std::os::fd::BorrowedFd<'_>,
        timeout: Option<Duration>,
    ) -> Result<Waited, Error> {
        wait_readable_number(std::os::fd::AsRawFd::as_raw_fd(&descriptor), timeout)
    }
}

/// `Host::wait_readable`, of a number. Owner context, in a host's session.
#[cfg(any(feature = "std", feature = "capi"))]
pub(crate) fn wait_readable_number(descriptor: c_int, timeout: Option<Duration>) -> Result<Waited, Error> {
    check_armed()?;
    let deadline = timeout.map(|timeout| sys::now().saturating_add(timeout));
    let mut entries = [sys::readable(-1), sys::readable(descriptor)];
    while !any_pending() {
        match on_descriptors::sleep_once(&mut entries, deadline)? {
            (_, true) => return Ok(Waited::Readable),
            (Woken::TimedOut, _) if !any_pending() => return Ok(Waited::TimedOut),
            _ => {}
        }
    }
    Ok(Waited::Pending)
}
