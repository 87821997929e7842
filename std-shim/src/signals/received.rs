//! `Received`: one delivery, as an iterator with records gives it.

use crate::{SigInfo, Signal};

/// One delivery of a signal, from [`Signals::with_records`](super::Signals::with_records). A plain value.
///
/// ```
/// use sigtrip::{Signal, Signals, raise_signal};
///
/// let signals = Signals::with_records(Signal::USR1)?;
/// raise_signal(Signal::USR1)?;
/// for received in signals.pending() {
///     println!("{} from {:?}", received.signal(), received.info().and_then(|info| info.pid()));
/// }
/// # Ok::<(), sigtrip::Interrupt>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Received {
    signal: Signal,
    info: Option<SigInfo>,
}

impl Received {
    pub(super) const fn recorded(info: SigInfo) -> Self {
        Self { signal: info.signal(), info: Some(info) }
    }

    pub(super) const fn without(signal: Signal) -> Self {
        Self { signal, info: None }
    }

    /// The signal.
    ///
    /// ```
    /// use sigtrip::{Signal, Signals, raise_signal};
    ///
    /// let signals = Signals::with_records([Signal::USR1, Signal::USR2])?;
    /// raise_signal(Signal::USR2)?;
    /// raise_signal(Signal::USR1)?;
    /// let order = signals.pending().map(|received| received.signal());
    /// assert!(order.eq([Signal::USR2, Signal::USR1]));
    /// # Ok::<(), sigtrip::Interrupt>(())
    /// ```
    #[must_use]
    pub const fn signal(&self) -> Signal {
        self.signal
    }

    /// What the system tells of it; `None` if there was no room for it.
    ///
    /// ```
    /// use sigtrip::{Signal, Signals, raise_signal};
    ///
    /// let signals = Signals::with_records(Signal::USR1)?;
    /// raise_signal(Signal::USR1)?;
    /// let received = signals.pending().next().unwrap();
    /// assert_eq!(received.info().unwrap().pid(), Some(std::process::id() as i32));
    /// # Ok::<(), sigtrip::Interrupt>(())
    /// ```
    #[must_use]
    pub const fn info(&self) -> Option<SigInfo> {
        self.info
    }
}
