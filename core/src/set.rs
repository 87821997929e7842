//! `SignalSet`: a set of signals as a plain value.
//!
//! Nothing here is shared and nothing is atomic: a set is a copy of bits. What can not happen: a bit above the
//! capacity, because every way in goes through `insert`, and complement masks.

use core::{
    fmt,
    ops::{BitAnd, BitOr, BitXor, Not, Sub},
};

use crate::{OutOfRange, Signum, WORD_BITS};

/// The bits that a word of a bitmap uses.
const FULL: usize = usize::MAX >> (usize::BITS as usize - WORD_BITS);

/// A set of signals numbered 1 to [`CAPACITY`](Self::CAPACITY), `WORDS` machine words wide.
///
/// A plain value of `WORDS * size_of::<usize>()` bytes; may be used in either context. The operators are those
/// of `BTreeSet`: `|` union, `&` intersection, `-` difference, `^` symmetric difference; `!` is the complement.
///
/// ```
/// use sigtrip_core::{SignalSet, Signum};
///
/// let [int, term] = [2, 15].map(|n| Signum::new(n).unwrap());
/// let both: SignalSet<1> = [term, int].into_iter().collect();
/// assert!(both.contains(int));
/// assert_eq!(both.iter().collect::<Vec<_>>(), [int, term]); // ascending
/// assert_eq!((both - SignalSet::from_iter([int])).len(), 1);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SignalSet<const WORDS: usize> {
    words: [usize; WORDS],
}

impl<const WORDS: usize> SignalSet<WORDS> {
    /// The highest number that the set has room for.
    ///
    /// ```
    /// # use sigtrip_core::{SignalSet, WORD_BITS};
    /// assert_eq!(SignalSet::<2>::CAPACITY as usize, 2 * WORD_BITS);
    /// ```
    pub const CAPACITY: u32 = (WORDS * WORD_BITS) as u32;

    /// The empty set.
    ///
    /// ```
    /// # use sigtrip_core::SignalSet;
    /// let set = SignalSet::<1>::new();
    /// assert!(set.is_empty());
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        Self { words: [0; WORDS] }
    }

    /// The set of every number from 1 to [`CAPACITY`](Self::CAPACITY).
    ///
    /// ```
    /// # use sigtrip_core::SignalSet;
    /// let all = SignalSet::<1>::full();
    /// assert_eq!(!all, SignalSet::new());
    /// ```
    #[must_use]
    pub const fn full() -> Self {
        Self { words: [FULL; WORDS] }
    }

    pub(crate) const fn from_words(words: [usize; WORDS]) -> Self {
        Self { words }
    }

    /// Adds a signal. Returns whether it was new.
    ///
    /// ```
    /// # use sigtrip_core::{SignalSet, Signum};
    /// let (mut set, int) = (SignalSet::<1>::new(), Signum::new(2).unwrap());
    /// assert_eq!(set.insert(int), Ok(true));
    /// assert_eq!(set.insert(int), Ok(false)); // it was there
    /// assert!(set.insert(Signum::new(1000).unwrap()).is_err());
    /// ```
    ///
    /// # Errors
    ///
    /// [`OutOfRange`] if the set has no room for the number; the set is as it was.
    pub fn insert(&mut self, signal: Signum) -> Result<bool, OutOfRange> {
        let out_of_range = OutOfRange { signal, capacity: Self::CAPACITY };
        let word = self.words.get_mut(signal.word()).ok_or(out_of_range)?;
        let new = *word & signal.mask() == 0;
        *word |= signal.mask();
        Ok(new)
    }

    /// Takes a signal out. Returns whether it was there (one out of range never is).
    ///
    /// ```
    /// # use sigtrip_core::{SignalSet, Signum};
    /// let (mut set, int) = (SignalSet::<1>::full(), Signum::new(2).unwrap());
    /// assert!(set.remove(int));
    /// assert!(!set.remove(int)); // it was gone
    /// ```
    pub fn remove(&mut self, signal: Signum) -> bool {
        let there = self.contains(signal);
        if let Some(word) = self.words.get_mut(signal.word()) {
            *word &= !signal.mask();
        }
        there
    }

    /// Whether the signal is in the set (one out of range never is).
    ///
    /// ```
    /// # use sigtrip_core::{SignalSet, Signum};
    /// let [int, term] = [2, 15].map(|n| Signum::new(n).unwrap());
    /// let set = SignalSet::<1>::from_iter([int]);
    /// assert!(set.contains(int) && !set.contains(term));
    /// ```
    #[must_use]
    pub fn contains(&self, signal: Signum) -> bool {
        self.words.get(signal.word()).is_some_and(|word| word & signal.mask() != 0)
    }

    /// Whether the set is empty.
    ///
    /// ```
    /// # use sigtrip_core::SignalSet;
    /// assert!(SignalSet::<1>::new().is_empty());
    /// assert!(!SignalSet::<1>::full().is_empty());
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|&word| word == 0)
    }

    /// How many signals are in the set.
    ///
    /// ```
    /// # use sigtrip_core::{SignalSet, Signum};
    /// let set = SignalSet::<1>::from_iter([2, 15, 2].map(|n| Signum::new(n).unwrap()));
    /// assert_eq!(set.len(), 2); // each counts once
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// The signals of the set, ascending.
    ///
    /// ```
    /// # use sigtrip_core::{SignalSet, Signum};
    /// let set = SignalSet::<1>::from_iter([15, 2].map(|n| Signum::new(n).unwrap()));
    /// assert_eq!(set.iter().map(Signum::get).collect::<Vec<_>>(), [2, 15]);
    /// ```
    #[must_use]
    pub const fn iter(&self) -> Iter<WORDS> {
        Iter { rest: *self, word: 0 }
    }

    fn zip(self, other: Self, f: impl Fn(usize, usize) -> usize) -> Self {
        Self { words: core::array::from_fn(|i| f(self.words[i], other.words[i])) }
    }
}

impl<const WORDS: usize> Default for SignalSet<WORDS> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const WORDS: usize> BitOr for SignalSet<WORDS> {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        self.zip(other, BitOr::bitor)
    }
}

impl<const WORDS: usize> BitAnd for SignalSet<WORDS> {
    type Output = Self;
    fn bitand(self, other: Self) -> Self {
        self.zip(other, BitAnd::bitand)
    }
}

impl<const WORDS: usize> BitXor for SignalSet<WORDS> {
    type Output = Self;
    fn bitxor(self, other: Self) -> Self {
        self.zip(other, BitXor::bitxor)
    }
}

impl<const WORDS: usize> Sub for SignalSet<WORDS> {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self.zip(other, |a, b| a & !b)
    }
}

impl<const WORDS: usize> Not for SignalSet<WORDS> {
    type Output = Self;
    fn not(self) -> Self {
        Self::full() - self
    }
}

impl<const WORDS: usize> Extend<Signum> for SignalSet<WORDS> {
    /// Adds each signal.
    ///
    /// # Panics
    ///
    /// If the set has no room for a number; [`insert`](SignalSet::insert) returns that as an error instead.
    fn extend<I: IntoIterator<Item = Signum>>(&mut self, signals: I) {
        for signal in signals {
            if let Err(error) = self.insert(signal) {
                panic!("{error}");
            }
        }
    }
}

impl<const WORDS: usize> FromIterator<Signum> for SignalSet<WORDS> {
    /// The set of these signals.
    ///
    /// # Panics
    ///
    /// If the set has no room for a number; [`insert`](SignalSet::insert) returns that as an error instead.
    fn from_iter<I: IntoIterator<Item = Signum>>(signals: I) -> Self {
        let mut set = Self::new();
        set.extend(signals);
        set
    }
}

impl<const WORDS: usize> IntoIterator for SignalSet<WORDS> {
    type Item = Signum;
    type IntoIter = Iter<WORDS>;
    fn into_iter(self) -> Iter<WORDS> {
        self.iter()
    }
}

impl<const WORDS: usize> IntoIterator for &SignalSet<WORDS> {
    type Item = Signum;
    type IntoIter = Iter<WORDS>;
    fn into_iter(self) -> Iter<WORDS> {
        self.iter()
    }
}

impl<const WORDS: usize> fmt::Debug for SignalSet<WORDS> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(Signum::get)).finish()
    }
}

/// The signals of a [`SignalSet`], ascending; made by [`SignalSet::iter`].
///
/// ```
/// # use sigtrip_core::{SignalSet, Signum};
/// let mut signals = SignalSet::<1>::from_iter([15, 2].map(|n| Signum::new(n).unwrap())).iter();
/// assert_eq!(signals.len(), 2);
/// assert_eq!(signals.next(), Signum::new(2));
/// assert_eq!(signals.next(), Signum::new(15));
/// assert_eq!(signals.next(), None);
/// ```
#[derive(Clone, Debug)]
pub struct Iter<const WORDS: usize> {
    rest: SignalSet<WORDS>,
    word: usize,
}

impl<const WORDS: usize> Iterator for Iter<WORDS> {
    type Item = Signum;

    fn next(&mut self) -> Option<Signum> {
        while let Some(word) = self.rest.words.get_mut(self.word) {
            if *word != 0 {
                let bit = word.trailing_zeros() as usize;
                *word &= *word - 1;
                return Signum::at(self.word, bit);
            }
            self.word += 1;
        }
        None
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let len = self.rest.len();
        (len, Some(len))
    }
}

impl<const WORDS: usize> ExactSizeIterator for Iter<WORDS> {}
impl<const WORDS: usize> core::iter::FusedIterator for Iter<WORDS> {}
