//! `Frame`: the place in the program where a handler runs.

use core::{fmt, panic::Location};

/// The safe point at which a handler runs: the file and line of the call that dispatched.
///
/// Python hands a handler the main thread's frame; this is the same idea. It is where the program *was* when it looked,
/// not where the signal interrupted it. A plain value; displayed as `file:line`.
///
/// ```
/// let here = sigtrip::Frame::caller();
/// assert_eq!(here.to_string(), format!("{}:{}", here.file(), here.line()));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Frame(&'static Location<'static>);

impl Frame {
    /// The place of the caller. Owner context.
    ///
    /// ```
    /// let here = sigtrip::Frame::caller();
    /// assert!(here.line() > 0);
    /// ```
    #[must_use]
    #[track_caller]
    pub const fn caller() -> Self {
        Self(Location::caller())
    }

    /// The source file, as the compiler was given its path.
    ///
    /// ```
    /// # use sigtrip::Frame;
    /// assert_eq!(Frame::caller().file(), file!());
    /// ```
    #[must_use]
    pub const fn file(&self) -> &'static str {
        self.0.file()
    }

    /// The line in that file, from 1 up.
    ///
    /// ```
    /// # use sigtrip::Frame;
    /// assert_eq!(Frame::caller().line(), line!());
    /// ```
    #[must_use]
    pub const fn line(&self) -> u32 {
        self.0.line()
    }
}

impl fmt::Display for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file(), self.line())
    }
}

impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Frame({self})")
    }
}
