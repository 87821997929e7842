//! `Signum`: the number of a signal or an interrupt.
//!
//! Numbers start at 1, as POSIX has them; number *n* is bit *n - 1* of a bitmap. What can not happen: a `Signum`
//! of 0, so that `Option<Signum>` is as small as the number and a bit index never wraps.

use core::{error::Error, fmt, num::NonZeroU32};

use crate::atomic::WORD_BITS;

/// A signal or interrupt number, from 1 up.
///
/// Any number but 0 can be named; whether a bitmap or a table has room for it is asked there (a `Pending<1>` of
/// a 64-bit machine holds 1 to 64). A plain value: every method may be called in signal context.
///
/// ```
/// use sigtrip_core::Signum;
///
/// let int = Signum::new(2).unwrap();
/// assert_eq!(int.get(), 2);
/// assert_eq!(Signum::new(0), None);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Signum(NonZeroU32);

impl Signum {
    /// The signal with this number; `None` for 0.
    ///
    /// ```
    /// # use sigtrip_core::Signum;
    /// assert!(Signum::new(1).is_some());
    /// assert!(Signum::new(0).is_none());
    /// ```
    #[inline]
    #[must_use]
    pub const fn new(number: u32) -> Option<Self> {
        match NonZeroU32::new(number) {
            Some(number) => Some(Self(number)),
            None => None,
        }
    }

    /// The number, 1 or more.
    ///
    /// ```
    /// # use sigtrip_core::Signum;
    /// let term = Signum::new(15).unwrap();
    /// assert_eq!(term.get(), 15);
    /// ```
    #[inline]
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0.get()
    }

    /// The signal of this bit of this word.
    #[inline]
    pub(crate) const fn at(word: usize, bit: usize) -> Option<Self> {
        Self::new((word * WORD_BITS + bit + 1) as u32)
    }

    /// Which word of a bitmap holds this signal.
    #[inline]
    pub(crate) const fn word(self) -> usize {
        (self.get() as usize - 1) / WORD_BITS
    }

    /// Which bit of that word, counted from the lowest.
    #[inline]
    pub(crate) const fn bit(self) -> usize {
        (self.get() as usize - 1) % WORD_BITS
    }

    /// That bit alone.
    #[inline]
    pub(crate) const fn mask(self) -> usize {
        1 << self.bit()
    }
}

impl fmt::Display for Signum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Signum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signum({})", self.0)
    }
}

/// The error for a number that a set or a table has no room for. Nothing was changed.
///
/// ```
/// use sigtrip_core::{OutOfRange, SignalSet, Signum};
///
/// let far = Signum::new(1000).unwrap();
/// let error = SignalSet::<1>::new().insert(far).unwrap_err();
/// assert_eq!(error, OutOfRange { signal: far, capacity: SignalSet::<1>::CAPACITY });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfRange {
    /// The number that was asked for.
    pub signal: Signum,
    /// The highest number that there is room for.
    pub capacity: u32,
}

impl fmt::Display for OutOfRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "signal number {} is out of range: 1 to {}", self.signal, self.capacity)
    }
}

impl Error for OutOfRange {}

#[cfg(test)]
mod tests {
    use std::format;

    use super::*;

    #[test]
    fn it_is_shown_as_its_number() {
        let [int, far] = [2, 1000].map(|number| Signum::new(number).unwrap());
        assert_eq!(
            (format!("{int}"), format!("{int:?}"), format!("{int:>3}")),
            ("2".into(), "Signum(2)".into(), "  2".into())
        );
        let error = OutOfRange { signal: far, capacity: 64 };
        assert_eq!(format!("{error}"), "signal number 1000 is out of range: 1 to 64");
    }

    #[test]
    fn number_n_is_bit_n_minus_1() {
        let bits = WORD_BITS as u32;
        for (number, word, bit) in
            [(1, 0, 0), (2, 0, 1), (bits, 0, WORD_BITS - 1), (bits + 1, 1, 0), (2 * bits + 3, 2, 2)]
        {
            let signal = Signum::new(number).unwrap();
            assert_eq!((signal.word(), signal.bit(), signal.mask()), (word, bit, 1 << bit));
            assert_eq!(Signum::at(word, bit), Some(signal));
        }
    }

    #[test]
    fn an_option_is_as_small_as_the_number() {
        assert_eq!(size_of::<Option<Signum>>(), size_of::<u32>());
    }
}
