//! `Records`: the records that are there, taken one by one.

use sigtrip_core::Cursor;

use crate::{Record, Signal, trip};

/// An iterator that takes records of deliveries, the oldest first: those of one signal
/// ([`Delivery::records`](crate::Delivery::records)) or of all ([`take_records`](crate::take_records)).
///
/// Each is taken when [`next`](Iterator::next) returns it, and comes to nobody else; those that it has not come to stay. It may
/// go on after it has returned `None`, when more has come. Owner context, as a rule; on another thread it is sound too.
///
/// ```
/// use sigtrip::{RecordOptions, Signal, on, raise_signal, record, take_records};
///
/// let _session = sigtrip::init()?;
/// record(Signal::USR1, RecordOptions::new())?;
/// on(Signal::USR1, |_| ())?;
/// raise_signal(Signal::USR1)?;
/// raise_signal(Signal::USR1)?;
/// assert_eq!(take_records()?.count(), 2);
/// assert_eq!(take_records()?.count(), 0);
/// # Ok::<(), sigtrip::Interrupt>(())
/// ```
#[derive(Clone, Debug)]
pub struct Records {
    cursor: Cursor,
    signal: Option<Signal>,
}

impl Records {
    pub(crate) fn of(signal: Option<Signal>) -> Self {
        Self { cursor: trip::record::start(), signal }
    }
}

impl Iterator for Records {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        trip::record::take(&mut self.cursor, self.signal.map(Signal::signum)).and_then(Record::new)
    }
}
