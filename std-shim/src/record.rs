//! `Record`: what is known of one delivery, as a handler or whoever asks gets it.

use core::{fmt, time::Duration};

use crate::{Origin, SigInfo, Signal, sys};

/// What is known of one delivery of a signal for which [`record`](crate::record()) was called: all that the kernel told of it, and
/// the extras that were asked for.
///
/// From [`Delivery::records`](crate::Delivery::records) or [`take_records`](crate::take_records). A plain value. Either context.
///
/// ```
/// use sigtrip::{RecordOptions, Origin, Signal, on, raise_signal, record};
///
/// let _session = sigtrip::init()?;
/// record(Signal::USR1, RecordOptions::new())?;
/// on(Signal::USR1, |delivery| {
///     for record in delivery.records() {
///         assert!(matches!(record.origin(), Origin::Process { pid, .. } if pid == std::process::id() as i32));
///     }
/// })?;
/// raise_signal(Signal::USR1)?;
/// # Ok::<(), sigtrip::Interrupt>(())
/// ```
#[derive(Clone, Copy)]
pub struct Record {
    signal: Signal,
    raw: sys::RawRecord,
}

impl Record {
    /// `None` for one that names no signal, as none does.
    pub(crate) fn new(raw: sys::RawRecord) -> Option<Self> {
        raw.signum().map(|signum| Self { signal: Signal::of(signum), raw })
    }

    /// The signal.
    ///
    /// ```
    /// # use sigtrip::{RecordOptions, Signal, on, raise_signal, record, take_records};
    /// # let _session = sigtrip::init()?;
    /// record(Signal::USR1, RecordOptions::new())?;
    /// on(Signal::USR1, |_| ())?;
    /// raise_signal(Signal::USR1)?;
    /// assert_eq!(take_records()?.next().unwrap().signal(), Signal::USR1);
    /// # Ok::<(), sigtrip::Interrupt>(())
    /// ```
    #[must_use]
    pub const fn signal(&self) -> Signal {
        self.signal
    }

    /// Who sent it, and what came with it.
    ///
    /// ```
    /// # use sigtrip::{RecordOptions, Origin, Signal, on, record, sigqueue, take_records};
    /// # let _session = sigtrip::init()?;
    /// record(Signal::USR1, RecordOptions::new())?;
    /// on(Signal::USR1, |_| ())?;
    /// sigqueue(std::process::id() as i32, Signal::USR1, 42)?;
    /// let record = take_records()?.next().unwrap();
    /// assert!(matches!(record.origin(), Origin::Queue { value: 42, .. }));
    /// # Ok::<(), sigtrip::Interrupt>(())
    /// ```
    #[must_use]
    pub fn origin(&self) -> Origin {
        Origin::of(&self.raw.info())
    }

    /// The same in POSIX's fields.
    ///
    /// ```
    /// # use sigtrip::{RecordOptions, Signal, on, raise_signal, record, take_records};
    /// # let _session = sigtrip::init()?;
    /// record(Signal::USR1, RecordOptions::new())?;
    /// on(Signal::USR1, |_| ())?;
    /// raise_signal(Signal::USR1)?;
    /// let record = take_records()?.next().unwrap();
    /// assert_eq!(record.info().pid(), Some(std::process::id() as i32));
    /// # Ok::<(), sigtrip::Interrupt>(())
    /// ```
    #[must_use]
    pub fn info(&self) -> SigInfo {
        SigInfo::of(self.raw.info())
    }

    /// The thread that received it, by its number in the kernel; if [`RecordOptions::thread`](crate::RecordOptions::thread) was said.
    ///
    /// ```
    /// # use sigtrip::{RecordOptions, Signal, on, raise_signal, record, take_records};
    /// # let _session = sigtrip::init()?;
    /// record(Signal::USR1, RecordOptions::new().thread(true))?;
    /// on(Signal::USR1, |_| ())?;
    /// raise_signal(Signal::USR1)?;
    /// assert!(take_records()?.next().unwrap().thread().is_some());
    /// # Ok::<(), sigtrip::Interrupt>(())
    /// ```
    #[must_use]
    pub fn thread(&self) -> Option<i32> {
        self.raw.thread()
    }

    /// When it was received, on the monotonic clock (`CLOCK_MONOTONIC`); if [`RecordOptions::time`](crate::RecordOptions::time) was said.
    ///
    /// ```
    /// # use sigtrip::{RecordOptions, Signal, on, raise_signal, record, take_records};
    /// # let _session = sigtrip::init()?;
    /// record(Signal::USR1, RecordOptions::new().time(true))?;
    /// on(Signal::USR1, |_| ())?;
    /// raise_signal(Signal::USR1)?;
    /// raise_signal(Signal::USR1)?;
    /// let times: Vec<_> = take_records()?.map(|record| record.time()).collect();
    /// assert!(times[0].is_some() && times[0] <= times[1]);
    /// # Ok::<(), sigtrip::Interrupt>(())
    /// ```
    #[must_use]
    pub fn time(&self) -> Option<Duration> {
        self.raw.time()
    }

    /// Where the thread that received it was interrupted: the address of its next instruction; if
    /// [`RecordOptions::program_counter`](crate::RecordOptions::program_counter) was said, on x86-64 and 64-bit Arm.
    ///
    /// ```
    /// # use sigtrip::{RecordOptions, Signal, on, raise_signal, record, take_records};
    /// # let _session = sigtrip::init()?;
    /// record(Signal::USR1, RecordOptions::new())?;
    /// on(Signal::USR1, |_| ())?;
    /// raise_signal(Signal::USR1)?;
    /// assert_eq!(take_records()?.next().unwrap().program_counter(), None); // it was not said
    /// # Ok::<(), sigtrip::Interrupt>(())
    /// ```
    #[must_use]
    pub fn program_counter(&self) -> Option<usize> {
        self.raw.program_counter()
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record")
            .field("signal", &self.signal)
            .field("origin", &self.origin())
            .field("thread", &self.thread())
            .field("time", &self.time())
            .field("program_counter", &self.program_counter())
            .finish()
    }
}
