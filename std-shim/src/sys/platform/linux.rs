//! Which signals there are, on Linux: libc says which real-time ones it leaves to programs.

/// The highest of the signals that have a name of their own.
pub(crate) const STANDARD_MAX: u32 = 31;

/// The first and the last real-time signal that libc leaves to programs. Async-signal-safe.
pub(crate) fn real_time_range() -> (u32, u32) {
    (libc::SIGRTMIN().unsigned_abs(), libc::SIGRTMAX().unsigned_abs())
}

/// A descriptor that names a file and can not be read from.
#[cfg(feature = "std")]
pub(super) const O_PATH: core::ffi::c_int = libc::O_PATH;
