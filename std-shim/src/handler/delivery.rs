//! `Delivery`: what a handler is told.

use crate::{Frame, Record, Records, Signal};

/// What a handler is told.
///
/// It lives for the time of the call. Owner context.
///
/// ```
/// use sigtrip::{Delivery, Signal, on, raise_signal};
///
/// fn report(delivery: &Delivery) {
///     assert_eq!(delivery.signal(), Signal::USR1);
///     println!("{} at {}", delivery.signal(), delivery.frame());
/// }
/// # let _session = sigtrip::init()?;
/// on(Signal::USR1, report)?;
/// raise_signal(Signal::USR1)?;
/// # Ok::<(), sigtrip::Interrupt>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Delivery {
    signal: Signal,
    frame: Frame,
    count: Option<usize>,
}

impl Delivery {
    /// At this safe point, of a signal that is still to be said.
    pub(crate) const fn at(frame: Frame) -> Self {
        Self { signal: Signal::HUP, frame, count: None }
    }

    #[inline]
    pub(crate) const fn is_of(&mut self, signal: Signal) {
        self.signal = signal;
    }

    pub(crate) const fn count_is(&mut self, count: Option<usize>) {
        self.count = count;
    }

    /// The signal. One call stands for one delivery or more: those that came before the call coalesce.
    ///
    /// ```
    /// # use sigtrip::{Signal, on, raise_signal};
    /// # let _session = sigtrip::init()?;
    /// on(Signal::HUP, |delivery| assert_eq!(delivery.signal(), Signal::HUP))?;
    /// raise_signal(Signal::HUP)?;
    /// # Ok::<(), sigtrip::Interrupt>(())
    /// ```
    #[must_use]
    pub const fn signal(&self) -> Signal {
        self.signal
    }

    /// The safe point at which the handler runs.
    ///
    /// ```
    /// # use sigtrip::{Signal, on, raise_signal};
    /// # let _session = sigtrip::init()?;
    /// on(Signal::HUP, |delivery| assert_eq!(delivery.frame().file(), file!()))?;
    /// raise_signal(Signal::HUP)?; // this line
    /// # Ok::<(), sigtrip::Interrupt>(())
    /// ```
    #[must_use]
    pub const fn frame(&self) -> Frame {
        self.frame
    }

    /// How many deliveries this call stands for, if they are counted: see [`record`](crate::record()).
    ///
    /// It may be 0: an earlier call took this one's delivery too, between its count and its bit, or nobody sent the signal
    /// ([`embed::trip`](crate::embed::trip)). The sum over all calls is exact.
    ///
    /// ```
    /// # use sigtrip::{RecordOptions, Signal, block, on, raise_signal, record};
    /// # let _session = sigtrip::init()?;
    /// let work = Signal::real_time(0)?;
    /// record(work, RecordOptions::count_only())?;
    /// on(work, |delivery| assert_eq!(delivery.count(), Some(3)))?;
    /// let blocked = block(work)?;
    /// for _ in 0..3 {
    ///     raise_signal(work)?;
    /// }
    /// blocked.restore()?; // one call for the three
    /// # Ok::<(), sigtrip::Interrupt>(())
    /// ```
    #[must_use]
    pub const fn count(&self) -> Option<usize> {
        self.count
    }

    /// Takes the records of this signal's deliveries, the oldest first, if they are kept: see [`record`](crate::record()).
    ///
    /// What it is not asked for stays, for the next call or for [`take_records`](crate::take_records). As a rule there are as many as
    /// [`count`](Self::count) says; one that another thread was interrupted at while it wrote it comes with a later call.
    ///
    /// ```
    /// # use sigtrip::{RecordOptions, Origin, Signal, on, record, sigqueue};
    /// # let _session = sigtrip::init()?;
    /// record(Signal::USR1, RecordOptions::new())?;
    /// on(Signal::USR1, |delivery| {
    ///     let origins: Vec<_> = delivery.records().map(|record| record.origin()).collect();
    ///     assert!(matches!(origins[..], [Origin::Queue { value: 42, .. }]));
    /// })?;
    /// sigqueue(std::process::id() as i32, Signal::USR1, 42)?;
    /// # Ok::<(), sigtrip::Interrupt>(())
    /// ```
    #[must_use]
    pub fn records(&self) -> Records {
        Records::of(Some(self.signal))
    }

    /// Takes the oldest record of this signal: the first of [`records`](Self::records). For a standard signal, of which there is
    /// rarely more than one.
    ///
    /// ```
    /// # use sigtrip::{RecordOptions, Signal, on, raise_signal, record};
    /// # let _session = sigtrip::init()?;
    /// record(Signal::HUP, RecordOptions::new())?;
    /// on(Signal::HUP, |delivery| {
    ///     let record = delivery.record().unwrap();
    ///     assert_eq!(record.info().pid(), Some(std::process::id() as i32));
    /// })?;
    /// raise_signal(Signal::HUP)?;
    /// # Ok::<(), sigtrip::Interrupt>(())
    /// ```
    #[must_use]
    pub fn record(&self) -> Option<Record> {
        self.records().next()
    }
}
