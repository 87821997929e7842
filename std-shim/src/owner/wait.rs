//! Waiting: sleeps that are safe points.
//!
//! Every wait of the owner is the same loop: run the handlers of what is pending; see whether it is time to go; sleep on the
//! armed word unless something came meanwhile (the core's `sleep_unless`). There is no window between the look and the
//! sleep, so that no signal is missed, whichever thread receives it.

use core::time::Duration;

use super::{dispatch, session};
use crate::{
    Error, Frame, Interrupt,
    sys::{self, Woken},
    trip::DISPATCHER,
};

/// Why a wait ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// What it waited for is there.
    Ready,
    /// A handler has run, ours or (on this thread) a foreign one.
    Handled,
    /// The deadline has passed.
    TimedOut,
}

/// What a wait of the owner waits for.
pub(super) struct Wait<R: Fn() -> bool> {
    /// On the monotonic clock.
    pub(super) deadline: Option<Duration>,
    /// Whether the end of a handler ends the wait.
    pub(super) ends_when_handled: bool,
    /// The event; what makes it true must call the dispatcher's `wake`.
    pub(super) ready: R,
}

impl<R: Fn() -> bool> Wait<R> {
    pub(super) fn run(&self, frame: Frame) -> Result<Ended, Interrupt> {
        if session::polls_only() {
            return Err(Error::PollingOnly.into());
        }
        let mut slept = None;
        loop {
            let ran = dispatch::drain(frame)?;
            if (self.ready)() {
                return Ok(Ended::Ready);
            }
            if self.ends_when_handled && (ran > 0 || slept == Some(Woken::Interrupted)) {
                return Ok(Ended::Handled);
            }
            if slept == Some(Woken::TimedOut) {
                return Ok(Ended::TimedOut);
            }
            slept = DISPATCHER.sleep_unless(&self.ready, || {
                let armed = DISPATCHER.armed().as_ptr();
                sys::sleep_on(armed, sigtrip_core::Armed::ARMED, self.deadline)
            });
        }
    }
}

fn deadline_in(time: Duration) -> Duration {
    sys::now().saturating_add(time)
}

/// Sleeps for this long, in full, running handlers as their signals come: Python's `time.sleep`.
///
/// A safe point. Ends early only when a handler fails; `Duration::MAX` is for ever. On a thread that is not the owner it
/// just sleeps.
///
/// # Errors
///
/// What a handler failed with; [`Error::PollingOnly`].
///
/// ```
/// use std::time::{Duration, Instant};
///
/// # fn main() -> Result<(), sigtrip::Interrupt> {
/// let _session = sigtrip::init()?;
/// let start = Instant::now();
/// sigtrip::sleep(Duration::from_millis(20))?;
/// assert!(start.elapsed() >= Duration::from_millis(20));
/// # Ok(())
/// # }
/// ```
#[track_caller]
pub fn sleep(duration: Duration) -> Result<(), Interrupt> {
    sleep_till(deadline_in(duration), Frame::caller())
}

/// Sleeps until this moment, in full, running handlers as their signals come. As [`sleep`] otherwise.
///
/// # Errors
///
/// What a handler failed with; [`Error::PollingOnly`].
#[cfg(feature = "std")]
#[track_caller]
pub fn sleep_until(deadline: std::time::Instant) -> Result<(), Interrupt> {
    let left = deadline.saturating_duration_since(std::time::Instant::now());
    sleep_till(deadline_in(left), Frame::caller())
}

fn sleep_till(deadline: Duration, frame: Frame) -> Result<(), Interrupt> {
    if session::is_owner() {
        Wait { deadline: Some(deadline), ends_when_handled: false, ready: || false }.run(frame)?;
    } else {
        while sys::sleep_thread(deadline) > Duration::ZERO {}
    }
    Ok(())
}

/// Waits until a signal has been handled: POSIX's `pause`, without its lost wake-up. A signal that came just before, and is
/// still pending, ends it too.
///
/// A safe point. On a thread that is not the owner it is POSIX's own: it ends when a handler has run in that very thread.
///
/// # Errors
///
/// What a handler failed with; [`Error::PollingOnly`].
///
/// ```
/// use std::time::Duration;
/// use sigtrip::{Signal, alarm, on, pause};
///
/// # fn main() -> Result<(), sigtrip::Interrupt> {
/// let _session = sigtrip::init()?;
/// on(Signal::ALRM, |_| println!("wake up"))?;
/// alarm(Duration::from_millis(10))?;
/// pause()?;
/// # Ok(())
/// # }
/// ```
#[track_caller]
pub fn pause() -> Result<(), Interrupt> {
    if session::is_owner() {
        Wait { deadline: None, ends_when_handled: true, ready: || false }.run(Frame::caller())?;
    } else {
        sys::pause();
    }
    Ok(())
}

/// Waits until a signal has been handled, but no longer than this. Returns the time left, zero if no signal came: POSIX's
/// `sleep`.
///
/// A safe point. On a thread that is not the owner it ends when a handler has run in that very thread.
///
/// # Errors
///
/// What a handler failed with; [`Error::PollingOnly`].
///
/// ```
/// use std::time::Duration;
///
/// # fn main() -> Result<(), sigtrip::Interrupt> {
/// let _session = sigtrip::init()?;
/// assert_eq!(sigtrip::pause_for(Duration::from_millis(10))?, Duration::ZERO);
/// # Ok(())
/// # }
/// ```
#[track_caller]
pub fn pause_for(duration: Duration) -> Result<Duration, Interrupt> {
    let deadline = deadline_in(duration);
    if !session::is_owner() {
        return Ok(sys::sleep_thread(deadline));
    }
    match (Wait { deadline: Some(deadline), ends_when_handled: true, ready: || false }).run(Frame::caller())?
    {
        Ended::TimedOut => Ok(Duration::ZERO),
        Ended::Handled | Ended::Ready => Ok(deadline.saturating_sub(sys::now())),
    }
}
