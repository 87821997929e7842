//! Waiting: what every wait of the owner has in common, and the waits for time and for signals.
//!
//! Each is the same loop: run the handlers of what is pending; see whether it is time to go; sleep unless something came
//! meanwhile (the core's `sleep_unless`). There is no window between the look and the sleep, so that no signal is missed,
//! whichever thread receives it. It sleeps on the armed word, or, to wait for descriptors too, on a descriptor.

use core::time::Duration;

use super::{dispatch, session};
use crate::{
    Error, Frame, Interrupt,
    sys::{self, Woken},
    trip::{DISPATCHER, extras},
};

/// What a wait of the owner sleeps on, and for what.
pub(super) trait Sleeper {
    /// Whether what it waits for is there. `handled` says that handlers have run since it was last asked, and may have
    /// used it up.
    fn is_ready(&mut self, handled: bool) -> Result<bool, Error>;

    /// Sleeps, unless something came meanwhile: by the dispatcher's `sleep_unless`.
    fn sleep(&mut self, deadline: Option<Duration>) -> Result<Woken, Error>;
}

/// Sleeps on the armed word, until this says yes.
struct OnWord<F>(F);

impl<F: Fn() -> bool> Sleeper for OnWord<F> {
    fn is_ready(&mut self, _handled: bool) -> Result<bool, Error> {
        Ok((self.0)())
    }

    fn sleep(&mut self, deadline: Option<Duration>) -> Result<Woken, Error> {
        let armed = DISPATCHER.armed().as_ptr();
        let sleep = || sys::sleep_on(armed, sigtrip_core::Armed::ARMED, deadline);
        Ok(DISPATCHER.sleep_unless(&self.0, sleep).unwrap_or(Woken::Changed))
    }
}

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

/// A wait of the owner.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wait {
    frame: Frame,
    deadline: Option<Duration>,
    ends_when_handled: bool,
}

impl Wait {
    /// Without end, as far as time and signals go.
    pub(super) const fn new(frame: Frame) -> Self {
        Self { frame, deadline: None, ends_when_handled: false }
    }

    /// No longer than until then, on the monotonic clock.
    pub(super) const fn until(mut self, deadline: Option<Duration>) -> Self {
        self.deadline = deadline;
        self
    }

    /// No longer than until a handler has run.
    pub(super) const fn or_handled(mut self) -> Self {
        self.ends_when_handled = true;
        self
    }

    /// Waits until `ready`; what makes it true must call the dispatcher's `wake` afterwards.
    pub(super) fn for_event(self, ready: impl Fn() -> bool) -> Result<Ended, Interrupt> {
        self.run(&mut OnWord(ready))
    }

    /// The loop of every wait. When it is ready no handler has run since it was found so.
    pub(super) fn run(self, sleeper: &mut impl Sleeper) -> Result<Ended, Interrupt> {
        session::check_waits()?;
        let mut slept = None;
        loop {
            let ran = dispatch::drain(self.frame)?;
            if sleeper.is_ready(ran > 0)? {
                return Ok(Ended::Ready);
            }
            if self.ends_when_handled && (ran > 0 || slept == Some(Woken::Interrupted)) {
                return Ok(Ended::Handled);
            }
            if slept == Some(Woken::TimedOut) {
                return Ok(Ended::TimedOut);
            }
            extras::take_kick(); // one that came before has interrupted nothing here
            slept = Some(match sleeper.sleep(self.deadline)? {
                Woken::Interrupted if extras::take_kick() => Woken::Changed,
                woken => woken,
            });
        }
    }
}

/// A moment on the monotonic clock; one too far away is the end of time.
pub(crate) fn deadline_in(time: Duration) -> Duration {
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
///
/// ```
/// use std::time::{Duration, Instant};
///
/// # fn main() -> Result<(), sigtrip::Interrupt> {
/// let _session = sigtrip::init()?;
/// let soon = Instant::now() + Duration::from_millis(10);
/// sigtrip::sleep_until(soon)?;
/// assert!(Instant::now() >= soon);
/// # Ok(())
/// # }
/// ```
#[cfg(feature = "std")]
#[track_caller]
pub fn sleep_until(deadline: std::time::Instant) -> Result<(), Interrupt> {
    let left = deadline.saturating_duration_since(std::time::Instant::now());
    sleep_till(deadline_in(left), Frame::caller())
}

fn sleep_till(deadline: Duration, frame: Frame) -> Result<(), Interrupt> {
    if session::is_owner() {
        Wait::new(frame).until(Some(deadline)).for_event(|| false)?;
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
        Wait::new(Frame::caller()).or_handled().for_event(|| false)?;
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
    match Wait::new(Frame::caller()).until(Some(deadline)).or_handled().for_event(|| false)? {
        Ended::TimedOut => Ok(Duration::ZERO),
        Ended::Handled | Ended::Ready => Ok(deadline.saturating_sub(sys::now())),
    }
}
