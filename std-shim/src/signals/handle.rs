//! `Handle`: an iterator of signals, from elsewhere.

use core::fmt;
use std::sync::Arc;

use crate::{Error, Signal, owner::instance::Instance};

/// A handle of a [`Signals`](super::Signals): closes it, or changes what it receives, from any thread. Clone it at will; it
/// does not keep the iterator alive.
///
/// ```
/// use sigtrip::{Error, Signal, Signals};
///
/// let signals = Signals::new(Signal::HUP)?;
/// let handle = signals.handle();
/// drop(signals);
/// assert!(handle.is_closed());
/// assert_eq!(handle.add_signal(Signal::TERM), Err(Error::Closed));
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone)]
pub struct Handle(Arc<Instance>);

impl Handle {
    pub(super) const fn new(instance: Arc<Instance>) -> Self {
        Self(instance)
    }

    /// Closes the iterator: its waits end, those under way and later ones, and so does [`forever`](super::Signals::forever) when
    /// it has given what is pending. Signals are received still, so that none has its default action before the iterator is dropped.
    ///
    /// Any thread, and a hook.
    ///
    /// ```
    /// use sigtrip::{Signal, Signals};
    ///
    /// let signals = Signals::new(Signal::HUP)?;
    /// signals.handle().close();
    /// assert_eq!(signals.wait()?.count(), 0);
    /// # Ok::<(), sigtrip::Interrupt>(())
    /// ```
    pub fn close(&self) {
        self.0.inbox().close();
    }

    /// Whether it was closed, or dropped. Any thread, and a hook.
    ///
    /// ```
    /// use sigtrip::{Signal, Signals};
    ///
    /// let signals = Signals::new(Signal::HUP)?;
    /// let (one, other) = (signals.handle(), signals.handle());
    /// assert!(!one.is_closed());
    /// other.close();
    /// assert!(one.is_closed());
    /// # Ok::<(), sigtrip::Error>(())
    /// ```
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.0.inbox().is_closed()
    }

    /// Has the iterator receive this signal too; one that it receives already is no error. Any thread.
    ///
    /// # Errors
    ///
    /// [`Error::Closed`]; otherwise as [`Signals::new`](super::Signals::new).
    ///
    /// ```
    /// use sigtrip::{Signal, Signals, raise_signal};
    ///
    /// let signals = Signals::new(Signal::HUP)?;
    /// signals.handle().add_signal(Signal::USR1)?;
    /// raise_signal(Signal::USR1)?;
    /// assert!(signals.pending().eq([Signal::USR1]));
    /// # Ok::<(), sigtrip::Interrupt>(())
    /// ```
    pub fn add_signal(&self, signal: Signal) -> Result<(), Error> {
        self.0.add(signal)
    }

    /// Has the iterator receive this signal no more; what is pending stays. If nothing else wants the signal its disposition is given
    /// back. Returns whether it was received. Any thread.
    ///
    /// ```
    /// use sigtrip::{Signal, Signals};
    ///
    /// let signals = Signals::new([Signal::HUP, Signal::TERM])?;
    /// assert!(signals.handle().remove_signal(Signal::HUP));
    /// assert!(!signals.handle().remove_signal(Signal::HUP));
    /// # Ok::<(), sigtrip::Error>(())
    /// ```
    pub fn remove_signal(&self, signal: Signal) -> bool {
        self.0.remove(signal)
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle").field("closed", &self.is_closed()).finish_non_exhaustive()
    }
}
