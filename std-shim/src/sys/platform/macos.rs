//! Which signals there are, on macOS: 31, and no real-time ones.

/// The highest of the signals that have a name of their own.
pub(crate) const STANDARD_MAX: u32 = 31;

/// The highest signal number of this platform.
pub(crate) const SIGNAL_MAX: u32 = 31;

/// The first and the last real-time signal: there is none, so the first stands above the last. Async-signal-safe.
pub(crate) fn real_time_range() -> (u32, u32) {
    (SIGNAL_MAX + 1, SIGNAL_MAX)
}

/// There are no descriptors that name a file and can not be read from.
#[cfg(feature = "std")]
pub(super) const O_PATH: core::ffi::c_int = 0;
