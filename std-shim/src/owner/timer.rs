//! The alarm clock.

use core::time::Duration;

use crate::{Error, sys};

/// Has SIGALRM sent to the process once, after this time, rounded up to the microsecond; zero cancels it. Returns what was left
/// of the alarm before, or zero.
///
/// There is one such timer in a process, the same as C's `alarm` and `ITIMER_REAL`. A child of fork does not inherit it;
/// exec keeps it. Any thread; not a safe point.
///
/// # Errors
///
/// [`Error::System`] if the system refuses, as it does for a time that it can not count.
///
/// ```
/// use std::time::Duration;
/// use sigtrip::alarm;
///
/// alarm(Duration::from_secs(100))?;
/// let left = alarm(Duration::ZERO)?; // no alarm after all
/// assert!(left > Duration::from_secs(90));
/// # Ok::<(), sigtrip::Error>(())
/// ```
pub fn alarm(delay: Duration) -> Result<Duration, Error> {
    sys::set_real_timer(delay).map_err(Error::system("setitimer"))
}
