//! Which signals there are, on FreeBSD: 31 with a name, and real-time ones from 65 to 126 (sys/signal.h). Those in between are
//! libc's (`SIGTHR`, `SIGLIBRT`), or nobody's.

/// The highest of the signals that have a name of their own.
pub(crate) const STANDARD_MAX: u32 = 31;

/// The highest signal number of this platform.
pub(crate) const SIGNAL_MAX: u32 = 126;

/// The first and the last real-time signal. Async-signal-safe.
pub(crate) fn real_time_range() -> (u32, u32) {
    (65, SIGNAL_MAX)
}

/// A descriptor that names a file and can not be read from.
#[cfg(feature = "std")]
pub(super) const O_PATH: core::ffi::c_int = libc::O_PATH;
