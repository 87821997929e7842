//! `poll`: waiting for descriptors, as PEP 475 has it.

use core::{ffi::c_short, fmt, marker::PhantomData, time::Duration};
use std::{
    os::fd::{AsRawFd, BorrowedFd},
    vec::Vec,
};

use super::{
    on_descriptors,
    wait::{Ended, deadline_in},
};
use crate::{
    Error, Frame, Interrupt,
    sys::{self, Errno, PollEntry},
};

/// A descriptor for [`poll`]: what to wait for, and what was found. It borrows the descriptor, which can not be closed meanwhile.
///
/// A plain value; any thread. What was found is that of the last [`poll`] that returned `Ok`; nothing before the first.
///
/// ```
/// use std::os::fd::AsFd;
/// use sigtrip::{PollFd, poll};
///
/// let (reader, writer) = std::io::pipe()?;
/// let mut fds = [PollFd::readable(reader.as_fd()), PollFd::writable(writer.as_fd())];
/// assert_eq!(poll(&mut fds, None)?, 1);
/// assert!(!fds[0].is_readable() && fds[1].is_writable());
/// # Ok::<(), sigtrip::Interrupt>(())
/// ```
#[derive(Clone, Copy)]
pub struct PollFd<'fd> {
    entry: PollEntry,
    descriptor: PhantomData<BorrowedFd<'fd>>,
}

impl<'fd> PollFd<'fd> {
    /// To wait until it can be read: there is data, or its end.
    ///
    /// ```
    /// use std::os::fd::AsFd;
    /// use sigtrip::{PollFd, poll};
    ///
    /// let (reader, writer) = std::io::pipe()?;
    /// drop(writer);
    /// assert_eq!(poll(&mut [PollFd::readable(reader.as_fd())], None)?, 1); // its end
    /// # Ok::<(), sigtrip::Interrupt>(())
    /// ```
    #[must_use]
    pub fn readable(descriptor: BorrowedFd<'fd>) -> Self {
        Self::new(descriptor, sys::POLL_READ)
    }

    /// To wait until it can be written to.
    ///
    /// ```
    /// # use std::os::fd::AsFd;
    /// # use sigtrip::{PollFd, poll};
    /// let (_reader, writer) = std::io::pipe()?;
    /// assert_eq!(poll(&mut [PollFd::writable(writer.as_fd())], None)?, 1);
    /// # Ok::<(), sigtrip::Interrupt>(())
    /// ```
    #[must_use]
    pub fn writable(descriptor: BorrowedFd<'fd>) -> Self {
        Self::new(descriptor, sys::POLL_WRITE)
    }

    /// To wait until it can be read or written to.
    ///
    /// ```
    /// # use std::os::fd::AsFd;
    /// # use sigtrip::{PollFd, poll};
    /// let (one, _other) = std::os::unix::net::UnixStream::pair()?;
    /// let mut fds = [PollFd::readable_or_writable(one.as_fd())];
    /// poll(&mut fds, None)?;
    /// assert!(fds[0].is_writable() && !fds[0].is_readable());
    /// # Ok::<(), sigtrip::Interrupt>(())
    /// ```
    #[must_use]
    pub fn readable_or_writable(descriptor: BorrowedFd<'fd>) -> Self {
        Self::new(descriptor, sys::POLL_READ | sys::POLL_WRITE)
    }

    fn new(descriptor: BorrowedFd<'fd>, events: c_short) -> Self {
        Self { entry: sys::entry(descriptor.as_raw_fd(), events), descriptor: PhantomData }
    }

    /// Whether a read would not block. `POLLIN`.
    ///
    /// ```
    /// use std::os::fd::AsFd;
    /// use sigtrip::{PollFd, poll};
    ///
    /// let null = std::fs::File::open("/dev/null")?;
    /// let mut fds = [PollFd::readable(null.as_fd())];
    /// assert!(!fds[0].is_readable()); // nothing was found yet
    /// poll(&mut fds, None)?;
    /// assert!(fds[0].is_readable());
    /// # Ok::<(), sigtrip::Interrupt>(())
    /// ```
    #[must_use]
    pub const fn is_readable(&self) -> bool {
        self.has(sys::POLL_READ)
    }

    /// Whether a write would not block. `POLLOUT`.
    ///
    /// ```
    /// # use std::os::fd::AsFd;
    /// # use sigtrip::{PollFd, poll};
    /// let (_reader, writer) = std::io::pipe()?;
    /// let mut fds = [PollFd::writable(writer.as_fd())];
    /// poll(&mut fds, None)?;
    /// assert!(fds[0].is_writable());
    /// # Ok::<(), sigtrip::Interrupt>(())
    /// ```
    #[must_use]
    pub const fn is_writable(&self) -> bool {
        self.has(sys::POLL_WRITE)
    }

    /// Whether there is an error on it, or the reading end of a pipe was closed. Told whatever was waited for. `POLLERR`.
    ///
    /// ```
    /// # use std::os::fd::AsFd;
    /// # use sigtrip::{PollFd, poll};
    /// let (reader, writer) = std::io::pipe()?;
    /// drop(reader);
    /// let mut fds = [PollFd::writable(writer.as_fd())];
    /// poll(&mut fds, None)?;
    /// assert!(fds[0].has_error());
    /// # Ok::<(), sigtrip::Interrupt>(())
    /// ```
    #[must_use]
    pub const fn has_error(&self) -> bool {
        self.has(sys::POLL_ERROR)
    }

    /// Whether the other end was closed; there may still be data to read. Told whatever was waited for. `POLLHUP`.
    ///
    /// ```
    /// # use std::os::fd::AsFd;
    /// # use sigtrip::{PollFd, poll};
    /// let (reader, writer) = std::io::pipe()?;
    /// drop(writer);
    /// let mut fds = [PollFd::readable(reader.as_fd())];
    /// poll(&mut fds, None)?;
    /// assert!(fds[0].has_hung_up());
    /// # Ok::<(), sigtrip::Interrupt>(())
    /// ```
    #[must_use]
    pub const fn has_hung_up(&self) -> bool {
        self.has(sys::POLL_HANG_UP)
    }

    /// Whether it is not open at all, which a borrowed descriptor should never be. `POLLNVAL`.
    ///
    /// ```
    /// # use std::os::fd::AsFd;
    /// # use sigtrip::{PollFd, poll};
    /// let null = std::fs::File::open("/dev/null")?;
    /// let mut fds = [PollFd::readable(null.as_fd())];
    /// poll(&mut fds, None)?;
    /// assert!(!fds[0].is_invalid());
    /// # Ok::<(), sigtrip::Interrupt>(())
    /// ```
    #[must_use]
    pub const fn is_invalid(&self) -> bool {
        self.has(sys::POLL_INVALID)
    }

    const fn has(&self, event: c_short) -> bool {
        self.entry.revents & event != 0
    }
}

impl fmt::Debug for PollFd<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PollFd")
            .field("descriptor", &self.entry.fd)
            .field("events", &self.entry.events)
            .field("found", &self.entry.revents)
            .finish()
    }
}

/// Waits until one of the descriptors has what it is waited for, or an error; no longer than the timeout (`None`: without end;
/// zero only looks). Returns how many have; 0 when the time has passed. POSIX's `poll`, Python's `select.poll`.
///
/// Handlers run as their signals come, and the wait goes on with what is left of its time (PEP 475). If a handler has run since
/// something was found, it is looked for again: what the handler has read is not told as readable.
///
/// A safe point. Any thread; on one that is not the owner no handler runs, and the wait goes on likewise.
///
/// # Errors
///
/// What a handler failed with; [`Error::PollingOnly`](crate::Error::PollingOnly);
/// [`Error::System`](crate::Error::System): more descriptors than a process may have (`EINVAL`), or no memory (`ENOMEM`), or no
/// descriptor for the owner's own use (`EMFILE`). What was found before stays then.
///
/// ```
/// use std::{io::Write, os::fd::AsFd, time::Duration};
/// use sigtrip::{PollFd, poll};
///
/// # fn main() -> Result<(), sigtrip::Interrupt> {
/// let _session = sigtrip::init()?;
/// let (reader, mut writer) = std::io::pipe()?;
/// let mut fds = [PollFd::readable(reader.as_fd())];
/// assert_eq!(poll(&mut fds, Some(Duration::from_millis(10)))?, 0);
/// writer.write_all(b"x")?;
/// assert_eq!(poll(&mut fds, None)?, 1);
/// assert!(fds[0].is_readable());
/// # Ok(())
/// # }
/// ```
#[track_caller]
pub fn poll(fds: &mut [PollFd<'_>], timeout: Option<Duration>) -> Result<usize, Interrupt> {
    let deadline = timeout.map(deadline_in);
    let mut entries = entries_of(fds)?;
    let ended = on_descriptors::wait_for(&mut entries, deadline, Frame::caller())?;
    for (fd, entry) in fds.iter_mut().zip(&entries[1..]) {
        fd.entry.revents = if ended == Ended::Ready { entry.revents } else { 0 };
    }
    Ok(fds.iter().filter(|fd| fd.entry.revents != 0).count())
}

/// The wait's own entry, and theirs.
fn entries_of(fds: &[PollFd<'_>]) -> Result<Vec<PollEntry>, Error> {
    let mut entries = Vec::new();
    let refused = |_| Error::system("poll")(Errno::NO_MEMORY);
    entries.try_reserve_exact(fds.len().saturating_add(1)).map_err(refused)?;
    entries.push(sys::NO_ENTRY);
    entries.extend(fds.iter().map(|fd| sys::entry(fd.entry.fd, fd.entry.events)));
    Ok(entries)
}

/// Waits until this one descriptor can be read.
pub(super) fn until_readable(descriptor: BorrowedFd<'_>, frame: Frame) -> Result<(), Interrupt> {
    let mut entries = [sys::NO_ENTRY, sys::readable(descriptor.as_raw_fd())];
    on_descriptors::wait_for(&mut entries, None, frame).map(drop)
}
