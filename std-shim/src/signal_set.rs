//! `SignalSet`: a set of signals, for masks and waits.
//!
//! The core's set, of this system's width. What can not happen: a number in it that is no [`Signal`], because only
//! signals go in, and the complement is taken within 1 to [`Signal::MAX`].

use core::{
    fmt,
    iter::FusedIterator,
    ops::{BitAnd, BitOr, BitXor, Not, Sub},
};

use crate::{
    Error, Signal,
    sys::{SigSet, WORDS},
};

type Core = sigtrip_core::SignalSet<WORDS>;

/// A set of signals.
///
/// A plain value of 8 bytes on Linux (16 on MIPS); every method may be called in either context. The operators are those of
/// `BTreeSet`: `|` union, `&` intersection, `-` difference, `^` symmetric difference; `!` is the complement within
/// 1 to [`Signal::MAX`]. Wherever a set is asked for, one signal or an array of signals will do.
///
/// ```
/// use sigtrip::{Signal, SignalSet};
///
/// let stop = SignalSet::from([Signal::TERM, Signal::INT]);
/// assert!(stop.contains(Signal::INT));
/// assert!(stop.iter().eq([Signal::INT, Signal::TERM])); // ascending
/// assert_eq!((stop - Signal::INT.into()).len(), 1);
/// assert_eq!(format!("{stop:?}"), "{SIGINT, SIGTERM}");
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct SignalSet(Core);

impl SignalSet {
    /// The empty set.
    ///
    /// ```
    /// assert!(sigtrip::SignalSet::new().is_empty());
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        Self(Core::new())
    }

    /// The signals that a program may use: all but the numbers that libc keeps for itself. Python's `valid_signals()`, C's
    /// `sigfillset`. SIGKILL and SIGSTOP are in it, though nobody can handle or block them.
    ///
    /// ```
    /// use sigtrip::{Signal, SignalSet};
    ///
    /// assert!(SignalSet::valid().contains(Signal::KILL));
    /// assert!(!SignalSet::valid().contains(Signal::from_raw(32)?)); // glibc's own
    /// # Ok::<(), sigtrip::Error>(())
    /// ```
    #[must_use]
    pub fn valid() -> Self {
        Signal::all().filter(|signal| !signal.is_reserved()).collect()
    }

    /// Adds a signal. Returns whether it was new.
    ///
    /// ```
    /// use sigtrip::{Signal, SignalSet};
    ///
    /// let mut set = SignalSet::new();
    /// assert!(set.insert(Signal::HUP));
    /// assert!(!set.insert(Signal::HUP));
    /// ```
    pub fn insert(&mut self, signal: Signal) -> bool {
        // There is room: the width is that of the highest signal.
        self.0.insert(signal.signum()).unwrap_or(false)
    }

    /// Takes a signal out. Returns whether it was there.
    ///
    /// ```
    /// use sigtrip::{Signal, SignalSet};
    ///
    /// let mut set = SignalSet::from(Signal::HUP);
    /// assert!(set.remove(Signal::HUP));
    /// assert!(!set.remove(Signal::HUP));
    /// ```
    pub fn remove(&mut self, signal: Signal) -> bool {
        self.0.remove(signal.signum())
    }

    /// Whether the signal is in the set.
    ///
    /// ```
    /// use sigtrip::{Signal, SignalSet};
    ///
    /// assert!(SignalSet::from(Signal::HUP).contains(Signal::HUP));
    /// ```
    #[must_use]
    pub fn contains(&self, signal: Signal) -> bool {
        self.0.contains(signal.signum())
    }

    /// How many signals are in the set.
    ///
    /// ```
    /// # use sigtrip::{Signal, SignalSet};
    /// assert_eq!(SignalSet::from([Signal::HUP, Signal::HUP, Signal::INT]).len(), 2);
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether no signal is in the set.
    ///
    /// ```
    /// # use sigtrip::{Signal, SignalSet};
    /// assert!(!SignalSet::from(Signal::HUP).is_empty());
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The signals of the set, ascending by number.
    ///
    /// ```
    /// # use sigtrip::{Signal, SignalSet};
    /// let set = SignalSet::from([Signal::TERM, Signal::HUP]);
    /// assert!(set.iter().eq([Signal::HUP, Signal::TERM]));
    /// ```
    #[must_use]
    pub const fn iter(&self) -> SignalSetIter {
        SignalSetIter(self.0.iter())
    }

    /// The set as the kernel has it.
    pub(crate) fn to_kernel(self) -> SigSet {
        let mut words = [0; WORDS];
        for signal in self {
            let (word, bit) = place(signal);
            words[word] |= bit;
        }
        words
    }

    /// The same of a set that is to hold nothing of libc's own.
    pub(crate) fn checked(self) -> Result<SigSet, Error> {
        match self.iter().find(|signal| signal.is_reserved()) {
            Some(reserved) => Err(Error::Reserved(reserved)),
            None => Ok(self.to_kernel()),
        }
    }

    /// The set that the kernel told; bits that are no signal are left out.
    pub(crate) fn from_kernel(words: SigSet) -> Self {
        let is_set = |&signal: &Signal| {
            let (word, bit) = place(signal);
            words[word] & bit != 0
        };
        Signal::all().filter(is_set).collect()
    }
}

/// Where the kernel has a signal's bit: in which word, and that bit alone. `WORDS` words hold every signal.
fn place(signal: Signal) -> (usize, usize) {
    let index = signal.signum().get() as usize - 1;
    let bits = usize::BITS as usize;
    (index / bits, 1 << (index % bits))
}

impl BitOr for SignalSet {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitAnd for SignalSet {
    type Output = Self;
    fn bitand(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

impl BitXor for SignalSet {
    type Output = Self;
    fn bitxor(self, other: Self) -> Self {
        Self(self.0 ^ other.0)
    }
}

impl Sub for SignalSet {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl Not for SignalSet {
    type Output = Self;
    /// Every signal that is not in it, also those that libc keeps: see [`valid`](Self::valid).
    fn not(self) -> Self {
        Signal::all().collect::<Self>() - self
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

impl Extend<Signal> for SignalSet {
    fn extend<I: IntoIterator<Item = Signal>>(&mut self, signals: I) {
        for signal in signals {
            self.insert(signal);
        }
    }
}

impl FromIterator<Signal> for SignalSet {
    fn from_iter<I: IntoIterator<Item = Signal>>(signals: I) -> Self {
        let mut set = Self::new();
        set.extend(signals);
        set
    }
}

impl IntoIterator for SignalSet {
    type Item = Signal;
    type IntoIter = SignalSetIter;
    fn into_iter(self) -> SignalSetIter {
        self.iter()
    }
}

impl IntoIterator for &SignalSet {
    type Item = Signal;
    type IntoIter = SignalSetIter;
    fn into_iter(self) -> SignalSetIter {
        self.iter()
    }
}

impl fmt::Debug for SignalSet {
    /// The names: `{SIGINT, SIGTERM}`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(Plain)).finish()
    }
}

/// A signal that is shown as its name alone.
struct Plain(Signal);

impl fmt::Debug for Plain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// The signals of a [`SignalSet`], ascending; made by [`SignalSet::iter`]. Either context.
///
/// ```
/// use sigtrip::{Signal, SignalSet};
///
/// let mut signals = SignalSet::from([Signal::TERM, Signal::HUP]).iter();
/// assert_eq!(signals.next(), Some(Signal::HUP));
/// assert_eq!(signals.len(), 1);
/// ```
#[derive(Clone, Debug)]
pub struct SignalSetIter(sigtrip_core::Iter<WORDS>);

impl Iterator for SignalSetIter {
    type Item = Signal;

    fn next(&mut self) -> Option<Signal> {
        self.0.next().map(Signal::of)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl ExactSizeIterator for SignalSetIter {}
impl FusedIterator for SignalSetIter {}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Some sets that reach both ends of the numbers, with the same sets of another make.
    fn pairs() -> Vec<(SignalSet, BTreeSet<Signal>)> {
        let all = Signal::all().collect::<Vec<_>>();
        let ends = [all[0], all[30], all[31], all[32], all[all.len() - 1]];
        let lists = [vec![], ends.to_vec(), all.iter().copied().step_by(3).collect(), all];
        lists.map(|list| (list.iter().copied().collect(), list.into_iter().collect())).into()
    }

    fn same(set: SignalSet, oracle: &BTreeSet<Signal>) {
        assert!(set.iter().eq(oracle.iter().copied()), "{set:?} {oracle:?}");
        assert_eq!((set.len(), set.is_empty()), (oracle.len(), oracle.is_empty()));
        assert!(Signal::all().all(|signal| set.contains(signal) == oracle.contains(&signal)));
    }

    #[test]
    fn the_operators_are_those_of_a_btree_set() {
        let all = Signal::all().collect::<BTreeSet<_>>();
        for (a, x) in pairs() {
            same(!a, &(&all - &x));
            for (b, y) in pairs() {
                same(a | b, &(&x | &y));
                same(a & b, &(&x & &y));
                same(a - b, &(&x - &y));
                same(a ^ b, &(&x ^ &y));
            }
        }
    }

    #[test]
    fn insert_and_remove_say_whether_they_did_something() {
        for signal in Signal::all() {
            let mut set = SignalSet::new();
            assert!(!set.remove(signal));
            assert!(set.insert(signal));
            assert!(!set.insert(signal));
            same(set, &BTreeSet::from([signal]));
            assert!(set.remove(signal));
            same(set, &BTreeSet::new());
        }
    }

    #[test]
    fn the_kernels_bits_are_number_minus_one() {
        for (set, oracle) in pairs() {
            let words = set.to_kernel();
            for signal in Signal::all() {
                let index = signal.number() as usize - 1;
                let bits = usize::BITS as usize;
                assert_eq!(words[index / bits] >> (index % bits) & 1 != 0, oracle.contains(&signal));
            }
            assert_eq!(SignalSet::from_kernel(words), set);
        }
    }

    #[test]
    fn valid_is_all_but_what_libc_keeps() {
        let reserved = Signal::all().filter(|signal| signal.is_reserved()).collect::<SignalSet>();
        assert_eq!(!SignalSet::valid(), reserved);
        assert!(reserved.iter().all(|signal| signal.check_catchable().is_err()));
    }

    #[test]
    fn it_is_shown_as_names() {
        let set = SignalSet::from([Signal::TERM, Signal::INT]);
        assert_eq!(format!("{set:?}"), "{SIGINT, SIGTERM}");
        assert_eq!(format!("{:?}", SignalSet::new()), "{}");
        assert_eq!(SignalSet::valid().iter().len(), SignalSet::valid().len());
    }
}
