//! `errno`: reading it, and keeping it while signal context makes a system call.

use core::{error::Error, ffi::c_int, fmt};

use super::errno_place::location;

/// The number of a system error, as in `errno`.
///
/// A plain value; may be used in either context.
///
/// ```
/// let error = sigtrip::kill(1 << 30, None).unwrap_err(); // no such process
/// # use sigtrip::{Error, Interrupt};
/// let Interrupt::Error(Error::System { errno, .. }) = error else { panic!("{error}") };
/// assert_eq!(errno.raw(), 3); // ESRCH
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Errno(c_int);

impl Errno {
    /// There is no memory, as the heap says it without a number.
    #[cfg(feature = "std")]
    pub(crate) const NO_MEMORY: Self = Self(libc::ENOMEM);

    /// All places are taken.
    #[cfg(feature = "capi")]
    pub(crate) const NO_ROOM: Self = Self(libc::ENOSPC);

    /// The number: `EINVAL` is 22 on Linux.
    ///
    /// ```
    /// use sigtrip::{Error, Interrupt, kill};
    ///
    /// let failed = kill(1 << 30, None);
    /// assert!(matches!(failed, Err(Interrupt::Error(Error::System { errno, .. })) if errno.raw() == 3)); // ESRCH
    /// ```
    #[must_use]
    pub const fn raw(self) -> i32 {
        self.0
    }

    /// `None` for 0, which is no error.
    pub(crate) fn from_raw(errno: c_int) -> Option<Self> {
        (errno != 0).then_some(Self(errno))
    }

    /// Whether it says that the call would have had to wait.
    pub(crate) const fn would_block(self) -> bool {
        self.0 == libc::EAGAIN || self.0 == libc::EWOULDBLOCK
    }

    /// Whether it says that nobody reads what is written.
    #[cfg(feature = "std")]
    pub(crate) const fn is_broken_pipe(self) -> bool {
        self.0 == libc::EPIPE
    }

    /// Whether it says that a handler ran on this thread and ended the call.
    pub(crate) const fn interrupted(self) -> bool {
        self.0 == libc::EINTR
    }

    /// What the last failed call of this thread left.
    pub(super) fn last() -> Self {
        // SAFETY: libc's own pointer to this thread's errno is valid for as long as the thread runs.
        Self(unsafe { *location() })
    }

    /// What a call that returns -1 on failure says. Async-signal-safe.
    pub(super) fn check(returned: c_int) -> Result<c_int, Self> {
        if returned == -1 { Err(Self::last()) } else { Ok(returned) }
    }

    /// What a call that returns the error itself says.
    pub(super) const fn from_return(errno: c_int) -> Self {
        Self(errno)
    }

    pub(super) const fn is(self, errno: c_int) -> bool {
        self.0 == errno
    }
}

impl fmt::Debug for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Errno({})", self.0)
    }
}

impl fmt::Display for Errno {
    #[cfg(feature = "std")]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        std::io::Error::from_raw_os_error(self.0).fmt(f)
    }

    #[cfg(not(feature = "std"))]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "os error {}", self.0)
    }
}

impl Error for Errno {}

/// Keeps `errno` as it was when the guard was made: for signal context, before any call that may set it.
/// Async-signal-safe.
pub(crate) struct ErrnoGuard {
    location: *mut c_int,
    kept: c_int,
}

impl ErrnoGuard {
    pub(crate) fn new() -> Self {
        let location = location();
        // SAFETY: see `Errno::last`.
        Self { location, kept: unsafe { *location } }
    }
}

impl ErrnoGuard {
    /// The calling thread's identity, as [`thread_of_errno`] has it: at no further cost.
    pub(crate) fn thread(&self) -> usize {
        self.location.addr()
    }
}

/// The calling thread's identity, by where its `errno` is: not 0, unique among the threads alive, and the same in the child of a fork.
/// Async-signal-safe.
pub(crate) fn thread_of_errno() -> usize {
    location().addr()
}

impl Drop for ErrnoGuard {
    fn drop(&mut self) {
        // SAFETY: the same thread's errno, since the guard lives in one stack frame; only this thread touches it.
        unsafe { *self.location = self.kept };
    }
}
