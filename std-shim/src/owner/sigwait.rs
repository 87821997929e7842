//! Accepting blocked signals without a handler: the `sigwait` family.
//!
//! How the owner waits, which is to hear of handled signals too, is in `accept_by_descriptor.rs` and `accept_by_call.rs`, one of which is
//! chosen. What can not happen: a signal that is taken and not returned, since nothing can fail after it is taken.

use core::time::Duration;

#[cfg(not(any(target_vendor = "apple", target_os = "openbsd")))]
use super::wait::deadline_in;
use super::{accepting, session, wait::Wait};
use crate::{
    Error, Frame, Interrupt, SigInfo, Signal, SignalSet,
    sys::{self, SigSet},
};

/// Waits until one of these signals is pending, takes it and returns it: POSIX's `sigwait`. Its handler is not run.
///
/// Block the signals first, in every thread (a new thread inherits its creator's mask). One that is not blocked is delivered
/// like any other: its handler runs, or its default action is done. Of several, the lowest number comes first (Linux). An
/// empty set waits for ever.
///
/// A safe point: handlers of other signals run, and the wait goes on (Python's own `sigwait` runs them only when it ends). Any
/// thread; on one that is not the owner no handler runs. On macOS and the BSDs it is the system's own wait: handlers run before it, and when
/// one has come to the owner's own thread meanwhile; for a signal that came just before it begins, or to another thread, when it ends.
///
/// # Errors
///
/// What a handler failed with: nothing was taken then. [`Error::Reserved`] for a set with a number that libc keeps for itself.
/// [`Error::PollingOnly`]. [`Error::System`] if there is no descriptor to be had.
///
#[cfg_attr(feature = "std", doc = "```no_run")]
#[cfg_attr(not(feature = "std"), doc = "```ignore")]
/// use sigtrip::{Signal, sigwait};
///
/// # fn main() -> Result<(), sigtrip::Interrupt> {
/// // ... SIGTERM and SIGHUP were blocked before the first thread was started ...
/// while sigwait([Signal::TERM, Signal::HUP])? == Signal::HUP {
///     println!("reloading");
/// }
/// # Ok(())
/// # }
/// ```
#[track_caller]
pub fn sigwait(signals: impl Into<SignalSet>) -> Result<Signal, Interrupt> {
    wait_for_one(signals.into(), Frame::caller()).map(|info| info.signal())
}

/// As [`sigwait`], but returns all that is known of the signal: POSIX's and Python's `sigwaitinfo`. Not on macOS and OpenBSD, which
/// have no such call.
///
/// # Errors
///
/// As [`sigwait`].
///
/// ```
/// use sigtrip::{Signal, block, raise_signal, sigwaitinfo};
///
/// let _blocked = block(Signal::USR1)?;
/// raise_signal(Signal::USR1)?;
/// let info = sigwaitinfo([Signal::USR1, Signal::USR2])?;
/// assert_eq!(info.signal(), Signal::USR1);
/// # Ok::<(), sigtrip::Interrupt>(())
/// ```
#[cfg(not(any(target_vendor = "apple", target_os = "openbsd")))]
#[track_caller]
pub fn sigwaitinfo(signals: impl Into<SignalSet>) -> Result<SigInfo, Interrupt> {
    wait_for_one(signals.into(), Frame::caller())
}

/// As [`sigwaitinfo`], but no longer than this: then `None`. Zero takes what is pending and does not wait. POSIX's and Python's
/// `sigtimedwait`. Not on macOS and OpenBSD, which have no such call.
///
/// The time is in full, though handlers run; when one lasts beyond it the result is what is pending by then, or `None`.
///
/// # Errors
///
/// As [`sigwait`].
///
/// ```
/// use std::time::Duration;
/// use sigtrip::{Signal, sigtimedwait};
///
/// assert!(sigtimedwait(Signal::USR2, Duration::from_millis(1))?.is_none());
/// # Ok::<(), sigtrip::Interrupt>(())
/// ```
#[cfg(not(any(target_vendor = "apple", target_os = "openbsd")))]
#[track_caller]
pub fn sigtimedwait(signals: impl Into<SignalSet>, timeout: Duration) -> Result<Option<SigInfo>, Interrupt> {
    accept(signals.into(), Some(deadline_in(timeout)), Frame::caller())
}

fn wait_for_one(signals: SignalSet, frame: Frame) -> Result<SigInfo, Interrupt> {
    loop {
        if let Some(info) = accept(signals, None, frame)? {
            return Ok(info);
        }
    }
}

fn accept(
    signals: SignalSet,
    deadline: Option<Duration>,
    frame: Frame,
) -> Result<Option<SigInfo>, Interrupt> {
    let signals = signals.checked()?;
    if session::is_owner() {
        accepting::accept_as_owner(signals, deadline, frame)
    } else {
        Ok(accept_as_any(signals, deadline)?)
    }
}

fn accept_as_any(signals: SigSet, deadline: Option<Duration>) -> Result<Option<SigInfo>, Error> {
    loop {
        let left = deadline.map(|deadline| deadline.saturating_sub(sys::now()));
        let taken = take(signals, left)?;
        // Without a signal the time has passed, or a handler has run on this thread: then it goes on.
        if taken.is_some() || deadline.is_some_and(|deadline| deadline <= sys::now()) {
            return Ok(taken);
        }
    }
}

/// One system call; `None` also if a handler interrupted it.
pub(super) fn take(signals: SigSet, time: Option<Duration>) -> Result<Option<SigInfo>, Error> {
    match sys::accept_signal(signals, time) {
        Ok(record) => Ok(record.and_then(SigInfo::new)),
        Err(errno) if errno.interrupted() => Ok(None),
        Err(errno) => Err(Error::system(sys::ACCEPT_CALL)(errno)),
    }
}

/// Waits until a signal has been handled, with this as the thread's mask while it waits: POSIX's `sigsuspend`. The mask changes
/// with the beginning of the wait in one step, and is as before when a handler runs and when this returns.
///
/// A signal that is pending at entry ends it: one that has tripped, and one that was blocked until now. So this is the way to
/// look at something that handlers change and then wait for a change, with no window between. As for `pause`, a foreign
/// handler that runs on this thread ends it too.
///
/// A safe point. On a thread that is not the owner it is POSIX's own: it ends when a handler has run in that very thread.
///
/// # Errors
///
/// What a handler failed with; the mask is as before then too. [`Error::Reserved`] for a mask with a number that libc
/// keeps for itself. [`Error::PollingOnly`]. [`Error::System`] if there is no descriptor to be had.
///
/// ```
/// use std::time::Duration;
/// use sigtrip::{Signal, SignalSet, alarm, on, sigsuspend};
///
/// # fn main() -> Result<(), sigtrip::Interrupt> {
/// let _session = sigtrip::init()?;
/// on(Signal::ALRM, |_| println!("wake up"))?;
/// alarm(Duration::from_millis(10))?;
/// sigsuspend(SignalSet::default())?; // nothing is blocked meanwhile
/// # Ok(())
/// # }
/// ```
#[track_caller]
pub fn sigsuspend(mask: impl Into<SignalSet>) -> Result<(), Interrupt> {
    let mask = mask.into().checked()?;
    if session::is_owner() {
        let mut wake_alone = [sys::NO_ENTRY];
        Wait::new(Frame::caller()).or_handled().for_descriptors(&mut wake_alone, Some(&mask))?;
    } else {
        sys::sigsuspend(mask);
    }
    Ok(())
}
