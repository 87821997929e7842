//! Masks and sets, under Python's names.

use crate::{Error, Interrupt, MaskHow, Signal, SignalSet};

pub use crate::sigpending;

/// [`MaskHow::Block`].
pub const SIG_BLOCK: MaskHow = MaskHow::Block;

/// [`MaskHow::Unblock`].
pub const SIG_UNBLOCK: MaskHow = MaskHow::Unblock;

/// [`MaskHow::SetMask`].
pub const SIG_SETMASK: MaskHow = MaskHow::SetMask;

/// Changes which signals the calling thread blocks, and returns those that it blocked before:
/// [`crate::pthread_sigmask`], with any list of signals or numbers. A safe point. Any thread.
///
/// # Errors
///
/// [`Error::OutOfRange`], and those of [`crate::pthread_sigmask`]. One differs from Python, which skips a number that libc keeps
/// for itself with a warning: here it is [`Error::Reserved`].
///
/// ```
/// use sigtrip::python::{self as signal, SIG_BLOCK, SIG_SETMASK, SIGINT, SIGTERM};
///
/// let earlier = signal::pthread_sigmask(SIG_BLOCK, [SIGINT, SIGTERM])?;
/// signal::pthread_sigmask(SIG_BLOCK, 34..40)?;
/// signal::pthread_sigmask(SIG_SETMASK, earlier)?;
/// # Ok::<(), sigtrip::Interrupt>(())
/// ```
#[track_caller]
pub fn pthread_sigmask<S>(how: MaskHow, mask: impl IntoIterator<Item = S>) -> Result<SignalSet, Interrupt>
where
    S: TryInto<Signal>,
    Error: From<S::Error>,
{
    let mut signals = SignalSet::new();
    for signal in mask {
        signals.insert(signal.try_into().map_err(Error::from)?);
    }
    crate::pthread_sigmask(how, signals)
}

/// The signals that a program may use: [`SignalSet::valid`]. Either context.
///
/// ```
/// use sigtrip::python::{SIGINT, valid_signals};
///
/// assert!(valid_signals().contains(SIGINT));
/// ```
#[must_use]
pub fn valid_signals() -> SignalSet {
    SignalSet::valid()
}
