//! The monotonic clock.

use core::{mem::MaybeUninit, time::Duration};

/// The monotonic clock's time since its start.
pub(crate) fn now() -> Duration {
    let (seconds, nanoseconds) = clock();
    Duration::new(seconds, nanoseconds)
}

/// The same, in seconds and nanoseconds. Async-signal-safe: to make a `Duration` of them can panic, as far as the compiler knows.
pub(super) fn clock() -> (u64, u32) {
    let mut time = MaybeUninit::<libc::timespec>::zeroed();
    // SAFETY: room for a timespec; this clock always exists.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, time.as_mut_ptr()) };
    // SAFETY: filled in by the call, and zeroed it was valid already.
    let time = unsafe { time.assume_init() };
    // This clock has no negative time.
    (u64::try_from(time.tv_sec).unwrap_or(0), u32::try_from(time.tv_nsec).unwrap_or(0))
}

/// A time as the kernel takes it; one beyond its range becomes the latest.
pub(super) fn timespec(time: Duration) -> libc::timespec {
    let tv_sec = libc::time_t::try_from(time.as_secs()).unwrap_or(libc::time_t::MAX);
    libc::timespec { tv_sec, tv_nsec: time.subsec_nanos().cast_signed().into() }
}
