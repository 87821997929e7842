//! The interval timers, and the alarm clock, which is the first of them.

use core::{ffi::c_int, time::Duration};

use crate::{Error, sys};

/// Which of the process's three interval timers; after POSIX. Each process has one of each.
///
/// ```
/// use sigtrip::{Timer, python};
///
/// assert_eq!(python::ITIMER_REAL, Timer::Real);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Timer {
    /// Counts real time and sends SIGALRM: `ITIMER_REAL`. [`alarm`] and C's `alarm` are the same timer.
    Real,
    /// Counts the processor time of the program alone, and sends SIGVTALRM: `ITIMER_VIRTUAL`.
    Virtual,
    /// Counts the processor time of the program and of the system for it, and sends SIGPROF: `ITIMER_PROF`.
    Prof,
}

impl Timer {
    const fn raw(self) -> c_int {
        match self {
            Self::Real => libc::ITIMER_REAL,
            Self::Virtual => libc::ITIMER_VIRTUAL,
            Self::Prof => libc::ITIMER_PROF,
        }
    }
}

/// How a timer is set: what [`setitimer`] and [`getitimer`] return. A plain value; the default is a timer that is stopped.
///
/// ```
/// use std::time::Duration;
/// use sigtrip::{Timer, TimerSetting, getitimer};
///
/// assert_eq!(getitimer(Timer::Prof)?, TimerSetting { delay: Duration::ZERO, interval: Duration::ZERO });
/// # Ok::<(), sigtrip::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TimerSetting {
    /// The time until the next signal; zero: it does not run. For the two timers of processor time the system may add a
    /// tick of its clock (4 milliseconds, seen on Linux 6.18).
    pub delay: Duration,
    /// The time from each signal to the next; zero: there is no other after it.
    pub interval: Duration,
}

impl TimerSetting {
    /// Zero when stopped, also where the system remembers the interval of a timer that does not run.
    fn new((delay, interval): (Duration, Duration)) -> Self {
        if delay.is_zero() { Self::default() } else { Self { delay, interval } }
    }
}

/// Sets a timer to send its signal to the process after `delay` and then after every `interval` (zero: once): POSIX's
/// `setitimer`. A zero delay stops it. Returns the setting before.
///
/// Both times are rounded up to the microsecond, so that a tiny delay never stops the timer; above 146 years (68 where
/// `time_t` has 32 bits) they are that. A child of fork does not inherit timers; exec keeps them. Any thread; not a
/// safe point.
///
/// # Errors
///
/// [`Error::System`] if the system refuses, which it does not with these arguments.
///
/// ```
/// use std::time::Duration;
/// use sigtrip::{Signal, Timer, on, pause, setitimer};
///
/// # fn main() -> Result<(), sigtrip::Interrupt> {
/// let _session = sigtrip::init()?;
/// on(Signal::ALRM, |_| println!("tick"))?;
/// let tick = Duration::from_millis(10);
/// setitimer(Timer::Real, tick, tick)?;
/// pause()?;
/// pause()?;
/// let was = setitimer(Timer::Real, Duration::ZERO, Duration::ZERO)?;
/// assert_eq!(was.interval, tick);
/// # Ok(())
/// # }
/// ```
pub fn setitimer(which: Timer, delay: Duration, interval: Duration) -> Result<TimerSetting, Error> {
    sys::set_timer(which.raw(), delay, interval).map(TimerSetting::new).map_err(Error::system("setitimer"))
}

/// How a timer is set now: POSIX's and Python's `getitimer`. Any thread; not a safe point.
///
/// # Errors
///
/// [`Error::System`] if the system refuses, which it does not with these arguments.
///
/// ```
/// use std::time::Duration;
/// use sigtrip::{Timer, getitimer, setitimer};
///
/// setitimer(Timer::Virtual, Duration::from_secs(100), Duration::ZERO)?;
/// assert!(getitimer(Timer::Virtual)?.delay > Duration::from_secs(90));
/// # Ok::<(), sigtrip::Error>(())
/// ```
pub fn getitimer(which: Timer) -> Result<TimerSetting, Error> {
    sys::get_timer(which.raw()).map(TimerSetting::new).map_err(Error::system("getitimer"))
}

/// Has SIGALRM sent to the process once, after this time, rounded up to the microsecond; zero cancels it. Returns what was left
/// of the alarm before, or zero.
///
/// It is [`Timer::Real`], without an interval. There is one such timer in a process, the same as C's `alarm`. A child of fork does
/// not inherit it; exec keeps it. Any thread; not a safe point.
///
/// # Errors
///
/// As [`setitimer`].
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
    setitimer(Timer::Real, delay, Duration::ZERO).map(|earlier| earlier.delay)
}
