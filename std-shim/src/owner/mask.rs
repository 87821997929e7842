//! Masks: which signals the calling thread blocks.
//!
//! A blocked signal waits in the kernel, where it trips nothing. So a change of the mask is a safe point: what it let through
//! has tripped when the system call is over, and is handled before the function returns.

use core::marker::PhantomData;

use super::dispatch;
use crate::{
    Error, Frame, Interrupt, SignalSet,
    sys::{self, MaskChange, SigSet},
};

/// What [`pthread_sigmask`] does with the signals.
///
/// ```
/// use sigtrip::{MaskHow, python};
///
/// assert_eq!(python::SIG_SETMASK, MaskHow::SetMask);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MaskHow {
    /// Blocks them too: C's and Python's `SIG_BLOCK`.
    Block,
    /// Blocks them no more: `SIG_UNBLOCK`.
    Unblock,
    /// Blocks them and no others: `SIG_SETMASK`.
    SetMask,
}

impl From<MaskHow> for MaskChange {
    fn from(how: MaskHow) -> Self {
        match how {
            MaskHow::Block => Self::Block,
            MaskHow::Unblock => Self::Unblock,
            MaskHow::SetMask => Self::Set,
        }
    }
}

/// Changes which signals the calling thread blocks: POSIX's and Python's `pthread_sigmask`. Returns those that it blocked
/// before, without the numbers that libc keeps for itself, so that they may be set again.
///
/// A blocked signal waits in the kernel until it is unblocked; a standard signal that comes twice meanwhile counts once. One sent
/// to the process goes to a thread that does not block it, if there is one. SIGKILL and SIGSTOP are silently not
/// blocked (POSIX). The mask is the thread's own: a new thread and the child of a fork start with a copy of it, and exec
/// keeps it.
///
/// What [back-pressure](crate::RecordOptions::back_pressure) holds back is not blocked by that, as far as this tells and changes the mask.
///
/// A safe point, after the change: on the owner's thread the handlers of signals that were pending here and are
/// unblocked have run when the call returns. Any thread.
///
/// # Errors
///
/// - [`Error::Reserved`] for a set with a number that libc keeps for itself: nothing is changed;
/// - [`Error::System`] with what the system says, which should be nothing: nothing is changed;
/// - what a handler failed with: then the mask **was** changed.
///
/// ```
/// use sigtrip::{MaskHow, Signal, SignalSet, on, pthread_sigmask, raise_signal, sigpending};
///
/// # fn main() -> Result<(), sigtrip::Interrupt> {
/// let _session = sigtrip::init()?;
/// on(Signal::USR1, |_| println!("handled"))?;
/// let earlier = pthread_sigmask(MaskHow::Block, Signal::USR1)?;
/// raise_signal(Signal::USR1)?;
/// assert_eq!(sigpending(), SignalSet::from(Signal::USR1));
/// pthread_sigmask(MaskHow::SetMask, earlier)?; // prints "handled"
/// assert!(sigpending().is_empty());
/// # Ok(())
/// # }
/// ```
#[track_caller]
pub fn pthread_sigmask(how: MaskHow, signals: impl Into<SignalSet>) -> Result<SignalSet, Interrupt> {
    let before = change(how, signals.into())?;
    dispatch::safe_point(Frame::caller())?;
    Ok(SignalSet::from_kernel(before) & SignalSet::valid())
}

/// Returns the mask before. No safe point.
pub(crate) fn change(how: MaskHow, signals: SignalSet) -> Result<SigSet, Error> {
    sys::change_mask(how.into(), signals.checked()?).map_err(Error::system("pthread_sigmask"))
}

/// The signals that wait because the calling thread blocks them, be they sent to the thread or to the process: POSIX's and
/// Python's `sigpending`.
///
/// It is the kernel's word. What has tripped and waits for a safe point is not among them, nor what back-pressure holds back. Any thread; not a safe point.
///
/// ```
/// use sigtrip::{Signal, block, raise_signal, sigpending};
///
/// # fn main() -> Result<(), sigtrip::Interrupt> {
/// let _session = sigtrip::init()?;
/// sigtrip::on(Signal::TERM, |_| ())?;
/// let blocked = block(Signal::TERM)?;
/// raise_signal(Signal::TERM)?;
/// assert!(sigpending().contains(Signal::TERM));
/// blocked.restore()?;
/// # Ok(())
/// # }
/// ```
#[must_use]
pub fn sigpending() -> SignalSet {
    SignalSet::from_kernel(sys::pending())
}

/// Blocks these signals, in the calling thread, for as long as the guard lives; then the mask is exactly as it was.
///
/// Otherwise as [`pthread_sigmask`] with [`MaskHow::Block`]. A safe point: handlers of what had come before run now.
/// Any thread.
///
/// # Errors
///
/// As [`pthread_sigmask`], except that after any error the mask is as it was.
///
/// ```
/// use sigtrip::{Signal, block};
///
/// # fn main() -> Result<(), sigtrip::Interrupt> {
/// let _session = sigtrip::init()?;
/// let undisturbed = block([Signal::INT, Signal::TERM])?;
/// // ... what must not be interrupted ...
/// undisturbed.restore()?; // and here Ctrl-C is handled
/// # Ok(())
/// # }
/// ```
#[track_caller]
pub fn block(signals: impl Into<SignalSet>) -> Result<MaskGuard, Interrupt> {
    let guard = MaskGuard { earlier: change(MaskHow::Block, signals.into())?, stays_here: PhantomData };
    dispatch::safe_point(Frame::caller())?; // if a handler fails the guard is dropped
    Ok(guard)
}

/// Signals blocked in this thread; made by [`block`]. Dropped, it sets the mask that was there when it was made.
///
/// It stays on its thread. Guards nest: drop the last one first, as the end of a scope does, since each sets what it found. A
/// drop is no safe point, for it could not report a handler's failure: what came meanwhile is handled at the next one, or
/// use [`restore`](Self::restore).
///
/// ```compile_fail
/// fn can_be_sent<T: Send>(_: T) {}
/// can_be_sent(sigtrip::block(sigtrip::Signal::INT).unwrap()); // it can not
/// ```
#[derive(Debug)]
#[must_use = "dropping the guard unblocks the signals"]
pub struct MaskGuard {
    earlier: SigSet,
    /// `!Send` and `!Sync`: a mask is a thread's.
    stays_here: PhantomData<*const ()>,
}

impl MaskGuard {
    /// Sets the mask that was there when the guard was made.
    ///
    /// A safe point, after the change: on the owner's thread what came meanwhile has been handled when it returns.
    ///
    /// # Errors
    ///
    /// What a handler failed with; the mask was set all the same.
    ///
    /// ```
    /// use sigtrip::{Interrupt, Signal, block, on, raise_signal};
    ///
    /// # fn main() -> Result<(), Interrupt> {
    /// let _session = sigtrip::init()?;
    /// on(Signal::TERM, |_| Err(Interrupt::exit(0)))?;
    /// let blocked = block(Signal::TERM)?;
    /// raise_signal(Signal::TERM)?;
    /// assert!(matches!(blocked.restore(), Err(Interrupt::Exit(0))));
    /// # Ok(())
    /// # }
    /// ```
    #[track_caller]
    pub fn restore(self) -> Result<(), Interrupt> {
        drop(self);
        dispatch::safe_point(Frame::caller())
    }
}

impl Drop for MaskGuard {
    fn drop(&mut self) {
        // It can not fail: the thread had this very mask.
        let _ = sys::change_mask(MaskChange::Set, self.earlier);
    }
}
