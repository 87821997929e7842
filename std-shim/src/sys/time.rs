//! The monotonic clock and the real timer.

use core::{mem::MaybeUninit, time::Duration};

use super::Errno;

/// The monotonic clock's time since its start. Async-signal-safe.
pub(crate) fn now() -> Duration {
    let mut time = MaybeUninit::<libc::timespec>::zeroed();
    // SAFETY: room for a timespec; this clock always exists.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, time.as_mut_ptr()) };
    // SAFETY: filled in by the call, and zeroed it was valid already.
    let time = unsafe { time.assume_init() };
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec.unsigned_abs() as u32)
}

/// A time as the kernel takes it; one beyond its range becomes the latest.
pub(super) fn timespec(time: Duration) -> libc::timespec {
    let tv_sec = libc::time_t::try_from(time.as_secs()).unwrap_or(libc::time_t::MAX);
    libc::timespec { tv_sec, tv_nsec: time.subsec_nanos().cast_signed().into() }
}

/// Starts the real timer (`ITIMER_REAL`) to fire once after `delay`, rounded up to the microsecond; zero stops it.
/// Returns what was left of the one before, or zero. Async-signal-safe.
pub(crate) fn set_real_timer(delay: Duration) -> Result<Duration, Errno> {
    let new = libc::itimerval { it_interval: timeval(Duration::ZERO), it_value: timeval(delay) };
    let mut old = MaybeUninit::<libc::itimerval>::zeroed();
    // SAFETY: `new` is a valid itimerval, `old` has room for one; both outlive the call.
    let returned = unsafe { libc::setitimer(libc::ITIMER_REAL, &raw const new, old.as_mut_ptr()) };
    Errno::check(returned)?;
    // SAFETY: filled in by the call, and zeroed it was valid already.
    let left = unsafe { old.assume_init() }.it_value;
    Ok(Duration::new(left.tv_sec.unsigned_abs(), left.tv_usec.unsigned_abs() as u32 * 1000))
}

/// Rounded up to the microsecond, so that a tiny delay does not become the zero that stops the timer.
fn timeval(time: Duration) -> libc::timeval {
    let rounded = time.saturating_add(Duration::from_nanos(999));
    let tv_sec = libc::time_t::try_from(rounded.as_secs()).unwrap_or(libc::time_t::MAX);
    libc::timeval { tv_sec, tv_usec: rounded.subsec_micros().cast_signed().into() }
}
