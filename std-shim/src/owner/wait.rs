//! Waiting: what every wait of the owner has in common, and the waits for time and for signals.
//!
//! Each is the same loop: run the handlers of what is pending; see whether it is time to go; sleep unless something came
//! meanwhile (the core's `sleep_unless`). There is no window between the look and the sleep, so that no signal is missed,
//! whichever thread receives it. It sleeps on the armed word, or, to wait for descriptors too, on a descriptor.

use core::{cell::Cell, time::Duration};

use super::{descriptor, dispatch, session};
use crate::{
    Error, Frame, Interrupt,
    sys::{self, PollEntry, Woken},
    trip::{self, DISPATCHER},
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
        let armed = DISPATCHER.armed().as_ptr();
        self.run(&ready, || {
            let sleep = || sys::sleep_on(armed, sigtrip_core::Armed::ARMED, self.deadline);
            Ok(DISPATCHER.sleep_unless(&ready, sleep).unwrap_or(Woken::Changed))
        })
    }

    /// Waits until one of the entries is ready, with this mask if one is given. The first entry is used by the wait itself.
    pub(super) fn for_descriptors(
        self,
        entries: &mut [PollEntry],
        mask: Option<&sys::SigSet>,
    ) -> Result<Ended, Interrupt> {
        let ready = Cell::new(false);
        self.run(
            || ready.get(),
            || {
                let (woken, reported) = sleep_on_descriptors(entries, self.deadline, mask)?;
                ready.set(reported);
                Ok(woken)
            },
        )
    }

    fn run(
        self,
        ready: impl Fn() -> bool,
        mut sleep: impl FnMut() -> Result<Woken, Error>,
    ) -> Result<Ended, Interrupt> {
        session::check_waits()?;
        let mut slept = None;
        loop {
            let ran = dispatch::drain(self.frame)?;
            if ready() {
                return Ok(Ended::Ready);
            }
            if self.ends_when_handled && (ran > 0 || slept == Some(Woken::Interrupted)) {
                return Ok(Ended::Handled);
            }
            if slept == Some(Woken::TimedOut) {
                return Ok(Ended::TimedOut);
            }
            slept = Some(sleep()?);
        }
    }
}

/// One sleep until an entry is ready, the deadline, or a signal; none if something is pending. The first entry is taken for the
/// wake descriptor. Returns why it ended, and whether one of the others is ready.
pub(crate) fn sleep_on_descriptors(
    entries: &mut [PollEntry],
    deadline: Option<Duration>,
    mask: Option<&sys::SigSet>,
) -> Result<(Woken, bool), Error> {
    let wake = descriptor::wake_descriptor()?;
    if let Some(first) = entries.first_mut() {
        *first = sys::readable(wake);
    }
    trip::sleep_on(Some(wake)); // before the word is armed
    let slept = DISPATCHER.sleep_unless(|| false, || sys::poll_until(entries, deadline, mask));
    trip::sleep_on(None);
    let woken = slept.unwrap_or(Ok(Woken::Changed)).map_err(Error::system("ppoll"))?;
    let [first, others @ ..] = entries else { return Ok((woken, false)) };
    // What poll reports is left from an earlier call unless it says that something is ready.
    if woken != Woken::Changed || slept.is_none() {
        return Ok((woken, false));
    }
    if first.revents != 0 {
        sys::quiet_descriptor(wake);
    }
    Ok((woken, others.iter().any(|entry| entry.revents != 0)))
}

/// A moment on the monotonic clock; one too far away is the end of time.
pub(super) fn deadline_in(time: Duration) -> Duration {
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
