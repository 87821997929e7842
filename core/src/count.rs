//! `Counts`: how many deliveries of each signal there were.
//!
//! One machine word per signal, which signal context adds to by one atomic operation. It wraps round at the word's end: on
//! 64 bits that is never, on 32 after four thousand million, and the difference of two readings is right all the same. Not
//! saturating, for that takes a loop. What can not happen: a delivery that is counted twice or not at all.

use crate::{
    OutOfRange, Signum, WORD_BITS,
    atomic::{AtomicUsize, Ordering, const_unless_loom, zeroed_rows},
};

/// A number for each of the signals 1 to `WORDS * WORD_BITS`: that many words of memory and nothing else.
///
/// ```
/// use sigtrip_core::{Counts, Signum};
///
/// static DELIVERED: Counts<1> = Counts::new();
///
/// let int = Signum::new(2).unwrap();
/// assert!(DELIVERED.add(int)); // in signal context
/// assert!(DELIVERED.add(int));
/// assert_eq!(DELIVERED.get(int), 2);
/// ```
#[derive(Debug)]
pub struct Counts<const WORDS: usize> {
    counts: [[AtomicUsize; WORD_BITS]; WORDS],
}

impl<const WORDS: usize> Counts<WORDS> {
    const_unless_loom! {
        /// Nothing was counted. All zero, so that a `static` costs no space in a program's file.
        ///
        /// ```
        /// # use sigtrip_core::{Counts, Signum};
        /// static REFUSED: Counts<2> = Counts::new();
        /// assert_eq!(REFUSED.get(Signum::new(2).unwrap()), 0);
        /// ```
        #[must_use]
        pub fn new() -> Self {
            Self { counts: zeroed_rows() }
        }
    }

    /// One more. Returns false, and does nothing, for a number beyond the width.
    ///
    /// Signal context: one atomic operation, no loop, no panic. May be called in owner context too.
    ///
    /// ```
    /// # use sigtrip_core::{Counts, Signum};
    /// let counts = Counts::<1>::new();
    /// assert!(counts.add(Signum::new(2).unwrap()));
    /// assert!(!counts.add(Signum::new(1000).unwrap())); // no room for it
    /// ```
    #[inline]
    pub fn add(&self, signal: Signum) -> bool {
        let Some(count) = self.count(signal) else { return false };
        // Relaxed: no partner; nothing is published with a count. Who trips the signal's bit afterwards releases it.
        count.fetch_add(1, Ordering::Relaxed);
        true
    }

    /// How many there were; 0 for a number beyond the width. Either context.
    ///
    /// ```
    /// # use sigtrip_core::{Counts, Signum};
    /// let counts = Counts::<1>::new();
    /// assert_eq!(counts.get(Signum::new(1000).unwrap()), 0);
    /// ```
    #[inline]
    #[must_use]
    pub fn get(&self, signal: Signum) -> usize {
        // Relaxed: as in `add`. Who took the signal's bit sees every count that was made before that trip.
        self.count(signal).map_or(0, |count| count.load(Ordering::Relaxed))
    }

    /// How many there were since the last call. Owner context.
    ///
    /// ```
    /// # use sigtrip_core::{Counts, Signum};
    /// let counts = Counts::<1>::new();
    /// let int = Signum::new(2).unwrap();
    /// counts.add(int);
    /// assert_eq!((counts.take(int), counts.take(int)), (1, 0));
    /// ```
    #[inline]
    pub fn take(&self, signal: Signum) -> usize {
        // Relaxed: as in `get`. A swap, so that what is added meanwhile is in this number or in the next.
        self.count(signal).map_or(0, |count| count.swap(0, Ordering::Relaxed))
    }

    /// Forgets this signal's count. Owner context.
    ///
    /// # Errors
    ///
    /// [`OutOfRange`] for a number beyond the width.
    ///
    /// ```
    /// # use sigtrip_core::{Counts, Signum};
    /// let counts = Counts::<1>::new();
    /// let int = Signum::new(2).unwrap();
    /// counts.add(int);
    /// counts.clear(int)?;
    /// assert_eq!(counts.get(int), 0);
    /// # Ok::<(), sigtrip_core::OutOfRange>(())
    /// ```
    pub fn clear(&self, signal: Signum) -> Result<(), OutOfRange> {
        let capacity = (WORDS * WORD_BITS) as u32;
        let count = self.count(signal).ok_or(OutOfRange { signal, capacity })?;
        // Relaxed: as in `add`.
        count.store(0, Ordering::Relaxed);
        Ok(())
    }

    #[inline]
    fn count(&self, signal: Signum) -> Option<&AtomicUsize> {
        self.counts.as_flattened().get(signal.get() as usize - 1)
    }
}

impl<const WORDS: usize> Default for Counts<WORDS> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use std::{boxed::Box, rc::Rc};

    use super::*;
    use crate::step;

    const BITS: u32 = WORD_BITS as u32;

    fn sig(number: u32) -> Signum {
        Signum::new(number).unwrap()
    }

    #[test]
    fn each_signal_has_a_count_of_its_own() {
        let counts = Counts::<2>::new();
        for (times, number) in [1, 2, BITS, BITS + 1, 2 * BITS].into_iter().enumerate() {
            for _ in 0..=times {
                assert!(counts.add(sig(number)));
            }
            assert_eq!(counts.get(sig(number)), times + 1);
        }
        let sum: usize = (1..=2 * BITS).map(|number| counts.get(sig(number))).sum();
        assert_eq!(sum, 1 + 2 + 3 + 4 + 5);
        counts.clear(sig(BITS)).unwrap();
        assert_eq!([BITS - 1, BITS, BITS + 1].map(|number| counts.get(sig(number))), [0, 0, 4]);
    }

    #[test]
    fn a_number_beyond_the_width_is_refused() {
        let counts = Counts::<1>::new();
        for number in [BITS + 1, u32::MAX] {
            assert!(!counts.add(sig(number)));
            assert_eq!((counts.get(sig(number)), counts.take(sig(number))), (0, 0));
            let refused = OutOfRange { signal: sig(number), capacity: BITS };
            assert_eq!(counts.clear(sig(number)), Err(refused));
        }
    }

    #[test]
    fn it_wraps_round_and_differences_hold() {
        let counts = Counts::<1>::new();
        counts.count(sig(1)).unwrap().store(usize::MAX, Ordering::Relaxed);
        let before = counts.get(sig(1));
        counts.add(sig(1));
        assert_eq!(counts.get(sig(1)).wrapping_sub(before), 1);
    }

    /// A delivery inside every step of a take: it is in this number or in the next.
    #[test]
    fn a_delivery_inside_a_take_is_counted_once() {
        let counts = Rc::new(Counts::<1>::new());
        counts.add(sig(1));
        let inner = counts.clone();
        step(Some(Box::new(move || assert!(inner.add(sig(1))))));
        let first = counts.take(sig(1));
        step(None);
        assert_eq!((first, counts.take(sig(1))), (2, 0));
    }
}
