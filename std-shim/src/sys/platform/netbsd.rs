//! Which signals there are, on NetBSD: 32 with a name, the last of them SIGPWR, and real-time ones from 33 to 63 (sys/signal.h).

/// The highest of the signals that have a name of their own.
pub(crate) const STANDARD_MAX: u32 = 32;

/// The highest signal number of this platform.
pub(crate) const SIGNAL_MAX: u32 = 63;

/// The first and the last real-time signal. Async-signal-safe.
pub(crate) fn real_time_range() -> (u32, u32) {
    (33, SIGNAL_MAX)
}

/// There are no descriptors that name a file and can not be read from.
#[cfg(feature = "std")]
pub(super) const O_PATH: core::ffi::c_int = 0;
