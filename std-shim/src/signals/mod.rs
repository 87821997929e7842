//! Iterators of signals: for a program that receives its signals where it likes, on any thread, without a session.
//!
//! A [`Signals`] is a receiver of its own: it has a bit for each signal, which a hook sets at each delivery, and whoever iterates
//! takes. There may be any number of them, also for the same signals; each receives each delivery, beside a session's handlers and
//! beside foreign ones. When the last is dropped that receives a signal, and nothing else wants it, the disposition that stood there before is
//! given back.
//!
//! ```
//! use sigtrip::{Signal, Signals, raise_signal};
//!
//! let signals = Signals::new([Signal::HUP, Signal::TERM])?;
//! raise_signal(Signal::HUP)?;
//! for signal in signals.wait()? {
//!     match signal {
//!         Signal::HUP => println!("reloading"),
//!         _ => println!("bye"),
//!     }
//! }
//! # Ok::<(), sigtrip::Interrupt>(())
//! ```
//!
//! | you want | use |
//! |---|---|
//! | to look, now and then | [`Signals::pending`] |
//! | a thread that does nothing else | [`Signals::forever`] |
//! | to wait for some, or for a time | [`Signals::wait`], [`Signals::wait_timeout`] |
//! | to end that from elsewhere, or to receive more | [`Signals::handle`] |
//! | a descriptor for an event loop | [`Signals::readiness`] |
//! | to await them | `SignalStream`, `ctrl_c().await`, with the feature `async` |
//! | to know who has sent it | [`Signals::with_records`] |
//!
//! Deliveries of one signal that come before it is taken are one, as everywhere; a noisy signal never costs another one. With
//! records each delivery is told of by itself, while there is room.
//!
//! # Fork
//!
//! In a child of fork an iterator goes on as the child's own, with nothing pending; it neither takes what came to its parent nor wakes it. Where
//! it has a descriptor that number stands for another file in the child, so that an event loop (whose own descriptor is shared) is to be made
//! anew there.

mod handle;
mod iter;
mod readiness;
mod received;
#[cfg(feature = "async")]
mod stream;

pub use handle::Handle;
pub use iter::{Forever, Pending, Receivable};
pub use readiness::Readiness;
pub use received::Received;
#[cfg(feature = "async")]
pub use stream::{FirstOf, SignalStream, ctrl_c, first_of};

use core::{fmt, marker::PhantomData, time::Duration};
use std::sync::Arc;

use crate::{
    Error, Frame, Interrupt, Signal, SignalSet,
    owner::{instance::Instance, wait::deadline_in},
    trip::Ring,
};

/// A receiver of signals. See the [module](self).
///
/// Any thread may use it, several at once too; each signal goes to one of them. Dropped, it gives the dispositions back, and what was not taken is
/// gone with it. Not for signal context, but for what says so.
pub struct Signals<T: Receivable = Signal> {
    instance: Arc<Instance>,
    gives: PhantomData<fn() -> T>,
}

impl Signals {
    /// Receives these signals from now on: an array of them, or a [`SignalSet`].
    ///
    /// # Errors
    ///
    /// [`Error::Uncatchable`], [`Error::Reserved`]; [`Error::Fault`] for a signal that instructions raise; [`Error::InsideHook`],
    /// [`Error::HooksCrowded`]; [`Error::System`]. No disposition is changed then.
    ///
    /// ```
    /// use sigtrip::{Error, Signal, Signals};
    ///
    /// let signals = Signals::new([Signal::INT, Signal::TERM])?;
    /// assert_eq!(signals.pending().next(), None);
    ///
    /// assert_eq!(Signals::new(Signal::KILL).unwrap_err(), Error::Uncatchable(Signal::KILL));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn new(signals: impl Into<SignalSet>) -> Result<Self, Error> {
        Ok(Self { instance: Instance::new(signals.into(), false)?, gives: PhantomData })
    }

    /// The same with a record of each delivery: who has sent it, and with what value. They come in the order of delivery.
    ///
    /// There is room for 1024; what comes while it is full is counted as [`refused`](Signals::refused), and its signal comes once without a
    /// record. Real-time signals, which the kernel queues, so come complete with their values while there is room; of a
    /// standard signal the kernel keeps one until it is delivered.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    ///
    /// ```
    /// use sigtrip::{Signal, Signals, sigqueue};
    ///
    /// let work = Signal::real_time(0)?;
    /// let signals = Signals::with_records([work, Signal::TERM])?;
    /// for value in [1, 2, 3] {
    ///     sigqueue(std::process::id() as i32, work, value)?;
    /// }
    /// let values = signals.pending().map(|received| received.info().unwrap().value().unwrap());
    /// assert!(values.eq([1, 2, 3]));
    /// # Ok::<(), sigtrip::Interrupt>(())
    /// ```
    pub fn with_records(signals: impl Into<SignalSet>) -> Result<Signals<Received>, Error> {
        Ok(Signals { instance: Instance::new(signals.into(), true)?, gives: PhantomData })
    }
}

impl Signals<Received> {
    /// How many deliveries have no record because there was no room for it. Any context.
    ///
    /// ```
    /// use sigtrip::{Signal, Signals};
    ///
    /// let signals = Signals::with_records(Signal::USR1)?;
    /// assert_eq!(signals.refused(), 0);
    /// # Ok::<(), sigtrip::Error>(())
    /// ```
    #[must_use]
    pub fn refused(&self) -> usize {
        self.instance.ring().map_or(0, Ring::refused)
    }
}

impl<T: Receivable> Signals<T> {
    /// What is pending now, ascending, each signal at most once. It never blocks. What one does not take stays pending.
    ///
    /// ```
    /// use sigtrip::{Signal, Signals, raise_signal};
    ///
    /// let signals = Signals::new([Signal::USR1, Signal::USR2])?;
    /// raise_signal(Signal::USR2)?;
    /// raise_signal(Signal::USR1)?;
    /// raise_signal(Signal::USR1)?;
    /// assert!(signals.pending().eq([Signal::USR1, Signal::USR2]));
    /// assert_eq!(signals.pending().count(), 0);
    /// # Ok::<(), sigtrip::Interrupt>(())
    /// ```
    #[must_use = "signals stay pending until they are taken"]
    pub fn pending(&self) -> Pending<'_, T> {
        Pending::new(&self.instance)
    }

    /// Waits until something is pending, and returns that. It is empty if the iterator was closed, or if another thread was quicker.
    ///
    /// On a session's owner thread it is a safe point: handlers run meanwhile. On any other it just sleeps.
    ///
    /// # Errors
    ///
    /// What a handler failed with; [`Error::PollingOnly`] on the thread that owns a session for polling alone.
    ///
    /// ```
    /// use sigtrip::{Signal, Signals, kill};
    ///
    /// let signals = Signals::new(Signal::USR1)?;
    /// let me = std::process::id() as i32;
    /// std::thread::spawn(move || kill(me, Signal::USR1));
    /// assert!(signals.wait()?.eq([Signal::USR1]));
    /// # Ok::<(), sigtrip::Interrupt>(())
    /// ```
    #[track_caller]
    pub fn wait(&self) -> Result<Pending<'_, T>, Interrupt> {
        self.instance.wait(None, Frame::caller())?;
        Ok(self.pending())
    }

    /// As [`wait`](Self::wait), but no longer than this: then it is empty.
    ///
    /// # Errors
    ///
    /// As [`wait`](Self::wait).
    ///
    /// ```
    /// use std::time::Duration;
    /// use sigtrip::{Signal, Signals};
    ///
    /// let signals = Signals::new(Signal::USR1)?;
    /// assert_eq!(signals.wait_timeout(Duration::from_millis(1))?.next(), None);
    /// # Ok::<(), sigtrip::Interrupt>(())
    /// ```
    #[track_caller]
    pub fn wait_timeout(&self, timeout: Duration) -> Result<Pending<'_, T>, Interrupt> {
        self.instance.wait(Some(deadline_in(timeout)), Frame::caller())?;
        Ok(self.pending())
    }

    /// Waits for one signal after the other, until it is closed. Signals take turns: a noisy one does not hold up the others.
    ///
    /// On a session's owner thread each wait is a safe point, and what a handler failed with comes as an error. On any other there is
    /// none.
    ///
    /// ```
    /// use sigtrip::{Signal, Signals, raise_signal};
    ///
    /// let signals = Signals::new([Signal::USR1, Signal::TERM])?;
    /// let handle = signals.handle();
    /// raise_signal(Signal::TERM)?;
    /// for signal in signals.forever() {
    ///     if signal? == Signal::TERM {
    ///         handle.close();
    ///     }
    /// }
    /// # Ok::<(), sigtrip::Interrupt>(())
    /// ```
    #[track_caller]
    pub fn forever(&self) -> Forever<'_, T> {
        Forever::new(&self.instance, Frame::caller())
    }

    /// A handle to close it, or to change what it receives, from elsewhere.
    ///
    /// ```
    /// use sigtrip::{Signal, Signals};
    ///
    /// let signals = Signals::new(Signal::HUP)?;
    /// let handle = signals.handle();
    /// std::thread::spawn(move || handle.close());
    /// assert_eq!(signals.forever().count(), 0); // until it is closed
    /// # Ok::<(), sigtrip::Error>(())
    /// ```
    #[must_use]
    pub fn handle(&self) -> Handle {
        Handle::new(Arc::clone(&self.instance))
    }

    /// The signals that it receives.
    ///
    /// ```
    /// use sigtrip::{Signal, Signals};
    ///
    /// let signals = Signals::new([Signal::HUP, Signal::TERM])?;
    /// assert!(signals.signals().contains(Signal::TERM));
    /// # Ok::<(), sigtrip::Error>(())
    /// ```
    #[must_use]
    pub fn signals(&self) -> SignalSet {
        self.instance.signals()
    }

    /// A descriptor that is readable while something is pending, for an event loop. It is made at the first call; there is one for each
    /// `Signals`.
    ///
    /// # Errors
    ///
    /// [`Error::System`] if there can be no more descriptors.
    ///
    /// ```
    /// use std::os::fd::AsFd;
    /// use sigtrip::{PollFd, Signal, Signals, poll, raise_signal};
    ///
    /// let signals = Signals::new(Signal::USR1)?;
    /// let readiness = signals.readiness()?;
    /// raise_signal(Signal::USR1)?;
    /// assert_eq!(poll(&mut [PollFd::readable(readiness.as_fd())], None)?, 1);
    /// assert!(signals.pending().eq([Signal::USR1]));
    /// # Ok::<(), sigtrip::Interrupt>(())
    /// ```
    pub fn readiness(&self) -> Result<Readiness, Error> {
        Readiness::new(&self.instance)
    }
}

impl<T: Receivable> Drop for Signals<T> {
    fn drop(&mut self) {
        self.instance.retire();
    }
}

impl<T: Receivable> fmt::Debug for Signals<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signals").field("signals", &self.signals()).finish_non_exhaustive()
    }
}
