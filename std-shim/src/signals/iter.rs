//! What the iterators give, and in which order.
//!
//! A *pass* goes over what is pending: ascending, each signal at most once, so that it ends even while signals keep coming. Who takes
//! without end begins a new pass at the end of each: no signal can starve another.

use core::fmt;

use sigtrip_core::Signum;

use crate::{Frame, Interrupt, Signal, owner::instance::Instance, trip::Inbox};

/// What an iterator of signals gives. Implemented here alone.
pub trait Received: sealed::Received {}

impl Received for Signal {}

/// How far a pass is.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pass {
    after: Option<Signum>,
}

mod sealed {
    use super::{Inbox, Pass};

    pub trait Received: Sized {
        /// Takes the next in this pass.
        #[allow(private_interfaces)]
        fn take(inbox: &Inbox, pass: &mut Pass) -> Option<Self>;
    }
}

impl sealed::Received for Signal {
    #[allow(private_interfaces)]
    fn take(inbox: &Inbox, pass: &mut Pass) -> Option<Self> {
        let taken = inbox.take_next(pass.after)?;
        pass.after = Some(taken);
        Some(Self::of(taken))
    }
}

/// Takes the next, in a new pass if this one is over.
pub(crate) fn take_in_turn<T: Received>(inbox: &Inbox, pass: &mut Pass) -> Option<T> {
    T::take(inbox, pass).or_else(|| {
        *pass = Pass::default();
        T::take(inbox, pass)
    })
}

/// What is pending: one pass. Made by [`Signals::pending`](super::Signals::pending) and the waits.
///
/// Each is taken when it is asked for; what one does not ask for stays pending.
///
/// ```
/// use sigtrip::{Signal, Signals, raise_signal};
///
/// let signals = Signals::new([Signal::USR1, Signal::USR2])?;
/// raise_signal(Signal::USR1)?;
/// raise_signal(Signal::USR2)?;
/// assert_eq!(signals.pending().next(), Some(Signal::USR1));
/// assert_eq!(signals.pending().next(), Some(Signal::USR2)); // it was not lost
/// # Ok::<(), sigtrip::Interrupt>(())
/// ```
#[must_use = "signals stay pending until they are taken"]
pub struct Pending<'a, T: Received = Signal> {
    instance: &'a Instance,
    /// `None`: it is over.
    pass: Option<Pass>,
    gives: core::marker::PhantomData<fn() -> T>,
}

impl<'a, T: Received> Pending<'a, T> {
    pub(super) fn new(instance: &'a Instance) -> Self {
        Self { instance, pass: Some(Pass::default()), gives: core::marker::PhantomData }
    }
}

impl<T: Received> Iterator for Pending<'_, T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        let taken = T::take(self.instance.inbox(), self.pass.as_mut()?);
        if taken.is_none() {
            self.pass = None;
            self.instance.inbox().settle();
        }
        taken
    }
}

impl<T: Received> core::iter::FusedIterator for Pending<'_, T> {}

impl<T: Received> Drop for Pending<'_, T> {
    fn drop(&mut self) {
        if self.pass.is_some() {
            self.instance.inbox().settle();
        }
    }
}

impl<T: Received> fmt::Debug for Pending<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pending").finish_non_exhaustive()
    }
}

/// One signal after the other, until the iterator is closed. Made by [`Signals::forever`](super::Signals::forever).
///
/// ```
/// use sigtrip::{Signal, Signals, raise_signal};
///
/// let signals = Signals::new(Signal::USR1)?;
/// raise_signal(Signal::USR1)?;
/// signals.handle().close();
/// let received = signals.forever().collect::<Result<Vec<_>, _>>()?;
/// assert_eq!(received, [Signal::USR1]); // what is pending comes still
/// # Ok::<(), sigtrip::Interrupt>(())
/// ```
#[must_use = "an iterator does nothing by itself"]
pub struct Forever<'a, T: Received = Signal> {
    instance: &'a Instance,
    pass: Pass,
    frame: Frame,
    gives: core::marker::PhantomData<fn() -> T>,
}

impl<'a, T: Received> Forever<'a, T> {
    pub(super) fn new(instance: &'a Instance, frame: Frame) -> Self {
        Self { instance, pass: Pass::default(), frame, gives: core::marker::PhantomData }
    }
}

impl<T: Received> Iterator for Forever<'_, T> {
    type Item = Result<T, Interrupt>;

    fn next(&mut self) -> Option<Self::Item> {
        let inbox = self.instance.inbox();
        loop {
            let closed = inbox.is_closed(); // before it takes: what came before that is taken
            if let Some(taken) = take_in_turn(inbox, &mut self.pass) {
                return Some(Ok(taken));
            }
            if closed {
                return None;
            }
            if let Err(interrupt) = self.instance.wait(None, self.frame) {
                return Some(Err(interrupt));
            }
        }
    }
}

impl<T: Received> fmt::Debug for Forever<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Forever").finish_non_exhaustive()
    }
}
