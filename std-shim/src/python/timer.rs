//! Timers, under Python's names: in seconds with a fraction.

use core::time::Duration;

use crate::{Error, Timer, TimerSetting};

/// [`Timer::Real`].
pub const ITIMER_REAL: Timer = Timer::Real;

/// [`Timer::Virtual`].
pub const ITIMER_VIRTUAL: Timer = Timer::Virtual;

/// [`Timer::Prof`].
pub const ITIMER_PROF: Timer = Timer::Prof;

/// Sets a timer and returns its earlier delay and interval: [`crate::setitimer`], in seconds. Any thread; not a safe point.
///
/// Rounded up to the microsecond: a tiny delay does not stop the timer. Python refuses a time that is too large; here it
/// becomes the longest there is.
///
/// # Errors
///
/// [`Error::Time`] if one of the times is negative or not a number; the timer is as it was.
///
/// ```
/// use sigtrip::python::{self as signal, ITIMER_REAL};
///
/// assert_eq!(signal::setitimer(ITIMER_REAL, 100.0, 0.25)?, (0.0, 0.0));
/// let (delay, interval) = signal::setitimer(ITIMER_REAL, 0.0, 0.0)?;
/// assert!(delay > 90.0);
/// assert_eq!(interval, 0.25);
/// # Ok::<(), sigtrip::Error>(())
/// ```
pub fn setitimer(which: Timer, seconds: f64, interval: f64) -> Result<(f64, f64), Error> {
    crate::setitimer(which, duration(seconds)?, duration(interval)?).map(in_seconds)
}

/// A timer's delay and interval: [`crate::getitimer`], in seconds. Any thread; not a safe point.
///
/// # Errors
///
/// Those of [`crate::getitimer`].
///
/// ```
/// use sigtrip::python::{self as signal, ITIMER_REAL};
///
/// assert_eq!(signal::getitimer(ITIMER_REAL)?, (0.0, 0.0));
/// # Ok::<(), sigtrip::Error>(())
/// ```
pub fn getitimer(which: Timer) -> Result<(f64, f64), Error> {
    crate::getitimer(which).map(in_seconds)
}

fn in_seconds(setting: TimerSetting) -> (f64, f64) {
    (setting.delay.as_secs_f64(), setting.interval.as_secs_f64())
}

/// Std's conversion rounds to the nearest nanosecond, and refuses what is too large.
fn duration(seconds: f64) -> Result<Duration, Error> {
    if seconds.is_nan() || seconds < 0.0 {
        return Err(Error::Time);
    }
    let least = if seconds > 0.0 { Duration::from_nanos(1) } else { Duration::ZERO };
    Ok(Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX).max(least))
}
