//! `SignalSet`: a set of signals, for masks and waits.

use crate::{
    Signal,
    sys::{SigSet, WORDS},
};

/// A set of signals. A plain value; either context.
///
/// ```
/// use sigtrip::{Signal, SignalSet};
///
/// assert!(SignalSet::from([Signal::TERM, Signal::INT]).contains(Signal::INT));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SignalSet(sigtrip_core::SignalSet<WORDS>);

impl SignalSet {
    /// Whether the signal is in the set.
    #[must_use]
    pub fn contains(&self, signal: Signal) -> bool {
        self.0.contains(signal.signum())
    }

    /// The signals of the set, ascending.
    pub fn iter(&self) -> impl Iterator<Item = Signal> {
        self.0.iter().map(Signal::of)
    }

    /// The set as the kernel has it.
    pub(crate) fn to_kernel(self) -> SigSet {
        let mut words = [0; WORDS];
        for bit in self.0.iter().map(|signum| signum.get() as usize - 1) {
            words[bit / usize::BITS as usize] |= 1 << (bit % usize::BITS as usize);
        }
        words
    }
}

impl From<Signal> for SignalSet {
    fn from(signal: Signal) -> Self {
        Self::from([signal])
    }
}

impl<const N: usize> From<[Signal; N]> for SignalSet {
    fn from(signals: [Signal; N]) -> Self {
        signals.into_iter().collect()
    }
}

impl FromIterator<Signal> for SignalSet {
    fn from_iter<I: IntoIterator<Item = Signal>>(signals: I) -> Self {
        Self(signals.into_iter().map(Signal::signum).collect())
    }
}
