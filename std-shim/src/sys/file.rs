//! Descriptors of the user's: what is told of them, what a wakeup descriptor must be, and reading.

use core::ffi::c_int;
#[cfg(feature = "std")]
use core::ffi::c_short;
#[cfg(feature = "std")]
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};

use super::Errno;
#[cfg(feature = "std")]
use super::{WakeEnds, platform};

/// Something can be written: a bit of an entry, as the next ones.
#[cfg(feature = "std")]
pub(crate) const POLL_WRITE: c_short = libc::POLLOUT;
/// There is an error.
#[cfg(feature = "std")]
pub(crate) const POLL_ERROR: c_short = libc::POLLERR;
/// The other end was closed.
#[cfg(feature = "std")]
pub(crate) const POLL_HANG_UP: c_short = libc::POLLHUP;

/// Whether the descriptor never blocks; an error if it is not open.
pub(crate) fn is_nonblocking(descriptor: c_int) -> Result<bool, Errno> {
    // SAFETY: numbers in, a number out.
    let flags = Errno::check(unsafe { libc::fcntl(descriptor, libc::F_GETFL) })?;
    Ok(flags & libc::O_NONBLOCK != 0)
}

/// That the descriptor is open, and for reading: `EBADF` if not.
#[cfg(feature = "std")]
pub(crate) fn check_readable(descriptor: c_int) -> Result<(), Errno> {
    // SAFETY: numbers in, a number out.
    let flags = Errno::check(unsafe { libc::fcntl(descriptor, libc::F_GETFL) })?;
    let readable = flags & libc::O_ACCMODE != libc::O_WRONLY && flags & platform::O_PATH == 0;
    if readable { Ok(()) } else { Err(Errno::from_return(libc::EBADF)) }
}

/// A wake descriptor that is closed when it is dropped: what is handed to users is its reading end.
#[cfg(feature = "std")]
#[derive(Debug)]
pub(crate) struct OwnedWake {
    reads: OwnedFd,
    /// Where it is another.
    writes: Option<OwnedFd>,
}

#[cfg(feature = "std")]
impl OwnedWake {
    /// A new one, as of [`new_wake_descriptor`](super::new_wake_descriptor).
    pub(crate) fn new() -> Result<Self, Errno> {
        let ends = super::new_wake_descriptor()?;
        // SAFETY: a new descriptor, which nobody else knows.
        let reads = unsafe { OwnedFd::from_raw_fd(ends.read) };
        // SAFETY: the same, if it is another.
        let writes = (ends.write != ends.read).then(|| unsafe { OwnedFd::from_raw_fd(ends.write) });
        Ok(Self { reads, writes })
    }

    pub(crate) fn ends(&self) -> WakeEnds {
        let read = self.reads.as_raw_fd();
        WakeEnds { read, write: self.writes.as_ref().map_or(read, AsRawFd::as_raw_fd) }
    }
}

#[cfg(feature = "std")]
impl AsFd for OwnedWake {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.reads.as_fd()
    }
}

/// A second descriptor of the same open file, closed by exec.
pub(crate) fn duplicate(descriptor: c_int) -> Result<c_int, Errno> {
    // SAFETY: numbers in, a number out.
    Errno::check(unsafe { libc::fcntl(descriptor, libc::F_DUPFD_CLOEXEC, 3) })
}

/// Reads what is there, at most the buffer's length; 0 is the end.
#[cfg(feature = "std")]
pub(crate) fn read(descriptor: c_int, buffer: &mut [u8]) -> Result<usize, Errno> {
    // SAFETY: pointer and length are of one live slice.
    let read = unsafe { libc::read(descriptor, buffer.as_mut_ptr().cast(), buffer.len()) };
    usize::try_from(read).map_err(|_| Errno::last())
}
