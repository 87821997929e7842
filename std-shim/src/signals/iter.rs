//! What the iterators give, and in which order.
//!
//! A *pass* goes over what is pending: ascending, each signal at most once; with records, as many as there is room for, in the order in
//! which they came. So it ends even while signals keep coming. Who takes without end begins a new pass at the end of each: no signal can
//! starve another.

use core::fmt;

use sigtrip_core::Signum;

use super::Received;
use crate::{
    Frame, Interrupt, SigInfo, Signal,
    owner::instance::Instance,
    sys,
    trip::{ROOM, Ring},
};

/// What an iterator of signals gives: a [`Signal`], or with records a [`Received`]. Implemented here alone.
pub trait Receivable: sealed::Receivable {}

impl Receivable for Signal {}
impl Receivable for Received {}

/// How far a pass is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pass {
    after: Option<Signum>,
    /// So many records more.
    left: usize,
}

impl Pass {
    pub(super) const fn new() -> Self {
        Self { after: None, left: ROOM }
    }
}

mod sealed {
    use super::{Instance, Pass};

    pub trait Receivable: Sized {
        /// Takes the next in this pass.
        #[allow(private_interfaces)]
        fn take(instance: &Instance, pass: &mut Pass) -> Option<Self>;
    }
}

impl sealed::Receivable for Signal {
    #[allow(private_interfaces)]
    fn take(instance: &Instance, pass: &mut Pass) -> Option<Self> {
        pass.after = Some(instance.inbox().take_next(pass.after)?);
        pass.after.map(Self::of)
    }
}

impl sealed::Receivable for Received {
    /// A bit is cleared when there is nothing more in the ring; then one looks again, since a record comes before its bit. If there is
    /// something then the bit is set again, for there may be more behind it.
    #[allow(private_interfaces)]
    fn take(instance: &Instance, pass: &mut Pass) -> Option<Self> {
        pass.left = pass.left.checked_sub(1)?;
        let mut cleared = None;
        loop {
            if let Some(received) = take_recorded(instance.ring()?, pass) {
                if let Some(signal) = cleared {
                    instance.inbox().deliver(signal);
                }
                return Some(received);
            }
            cleared = Some(instance.inbox().take_next(None)?);
        }
    }
}

/// What has a record and what has none take turns, so that neither waits for the end of the other in a storm.
fn take_recorded(ring: &Ring, pass: &mut Pass) -> Option<Received> {
    let with = || SigInfo::new(sys::SigInfo::kept(&ring.take()?)).map(Received::recorded);
    let mut without = || {
        pass.after = Some(ring.take_without(pass.after)?);
        pass.after.map(Signal::of).map(Received::without)
    };
    if pass.left.is_multiple_of(2) { with().or_else(without) } else { without().or_else(with) }
}

/// Takes the next, in a new pass if this one is over.
pub(super) fn take_in_turn<T: Receivable>(instance: &Instance, pass: &mut Pass) -> Option<T> {
    T::take(instance, pass).or_else(|| {
        *pass = Pass::new();
        T::take(instance, pass)
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
pub struct Pending<'a, T: Receivable = Signal> {
    instance: &'a Instance,
    /// `None`: it is over.
    pass: Option<Pass>,
    gives: core::marker::PhantomData<fn() -> T>,
}

impl<'a, T: Receivable> Pending<'a, T> {
    pub(super) fn new(instance: &'a Instance) -> Self {
        Self { instance, pass: Some(Pass::new()), gives: core::marker::PhantomData }
    }
}

impl<T: Receivable> Iterator for Pending<'_, T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        let taken = T::take(self.instance, self.pass.as_mut()?);
        if taken.is_none() {
            self.pass = None;
            self.instance.inbox().settle();
        }
        taken
    }
}

impl<T: Receivable> core::iter::FusedIterator for Pending<'_, T> {}

impl<T: Receivable> Drop for Pending<'_, T> {
    fn drop(&mut self) {
        if self.pass.is_some() {
            self.instance.inbox().settle();
        }
    }
}

impl<T: Receivable> fmt::Debug for Pending<'_, T> {
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
pub struct Forever<'a, T: Receivable = Signal> {
    instance: &'a Instance,
    pass: Pass,
    frame: Frame,
    gives: core::marker::PhantomData<fn() -> T>,
}

impl<'a, T: Receivable> Forever<'a, T> {
    pub(super) fn new(instance: &'a Instance, frame: Frame) -> Self {
        Self { instance, pass: Pass::new(), frame, gives: core::marker::PhantomData }
    }
}

impl<T: Receivable> Iterator for Forever<'_, T> {
    type Item = Result<T, Interrupt>;

    fn next(&mut self) -> Option<Self::Item> {
        let inbox = self.instance.inbox();
        loop {
            let closed = inbox.is_closed(); // before it takes: what came before that is taken
            if let Some(taken) = take_in_turn(self.instance, &mut self.pass) {
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

impl<T: Receivable> fmt::Debug for Forever<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Forever").finish_non_exhaustive()
    }
}
