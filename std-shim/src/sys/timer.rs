//! The interval timers.

use core::{ffi::c_int, mem::MaybeUninit, time::Duration};

use super::Errno;

/// The longest time that is handed to the kernel: 2^62 nanoseconds, 146 years. It counts in 63 bits, and the timers of
/// processor time wrap to a negative rest when they are set beyond that less a tick (seen on Linux 6.18).
const LONGEST: Duration = Duration::from_nanos(1 << 62);

/// POSIX `setitimer`: delay and interval are rounded up to the microsecond; a zero delay stops the timer. Returns what was
/// set before. Async-signal-safe.
pub(crate) fn set_timer(
    which: c_int,
    delay: Duration,
    interval: Duration,
) -> Result<(Duration, Duration), Errno> {
    let new = libc::itimerval { it_interval: timeval(interval), it_value: timeval(delay) };
    let mut old = MaybeUninit::<libc::itimerval>::zeroed();
    // SAFETY: `new` is a valid itimerval, `old` has room for one; both outlive the call.
    Errno::check(unsafe { libc::setitimer(which, &raw const new, old.as_mut_ptr()) })?;
    // SAFETY: filled in by the call, and zeroed it was valid already.
    Ok(setting(unsafe { old.assume_init() }))
}

/// POSIX `getitimer`: the time left, and the interval. Async-signal-safe.
pub(crate) fn get_timer(which: c_int) -> Result<(Duration, Duration), Errno> {
    let mut now = MaybeUninit::<libc::itimerval>::zeroed();
    // SAFETY: room for an itimerval that outlives the call.
    Errno::check(unsafe { libc::getitimer(which, now.as_mut_ptr()) })?;
    // SAFETY: filled in by the call, and zeroed it was valid already.
    Ok(setting(unsafe { now.assume_init() }))
}

fn setting(timer: libc::itimerval) -> (Duration, Duration) {
    (duration(timer.it_value), duration(timer.it_interval))
}

/// A negative rest is that of a timer which other code set beyond [`LONGEST`].
fn duration(time: libc::timeval) -> Duration {
    u64::try_from(time.tv_sec)
        .map_or(LONGEST, |seconds| Duration::new(seconds, u32::try_from(time.tv_usec).unwrap_or(0) * 1000))
}

/// Rounded up to the microsecond, so that a tiny delay does not become the zero that stops the timer.
fn timeval(time: Duration) -> libc::timeval {
    let rounded = time.min(LONGEST).saturating_add(Duration::from_nanos(999));
    let tv_sec = libc::time_t::try_from(rounded.as_secs()).unwrap_or(libc::time_t::MAX);
    libc::timeval { tv_sec, tv_usec: rounded.subsec_micros().cast_signed().into() }
}
