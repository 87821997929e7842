//! `Pending`: the bitmap of signals that were tripped and not yet taken.
//!
//! Each signal is one bit with two states:
//!
//! - *clear → set* by [`Pending::trip`], in signal context, any thread, nested in itself;
//! - *set → clear* by [`Pending::take_next`] or [`Pending::clear`], in owner context.
//!
//! Both are single atomic read-modify-writes of one word, so that no trip can fall between a look and a clear.
//! What can not happen: a trip that is lost. A trip that comes before the take joins it (that is coalescing, as
//! the kernel does it with standard signals); one that comes after it sets the bit again, and a later pass takes
//! it. There is no summary flag beside the words whose order could be wrong.

use crate::{
    SignalSet, Signum, WORD_BITS,
    atomic::{AtomicUsize, Ordering, const_unless_loom, zeroed_words},
};

/// The pending signals 1 to `WORDS * WORD_BITS`: `WORDS` words of memory and nothing else.
///
/// ```
/// use sigtrip_core::{Pending, Signum};
///
/// static PENDING: Pending<1> = Pending::new();
///
/// let int = Signum::new(2).unwrap();
/// assert!(PENDING.trip(int)); // in signal context
/// assert!(PENDING.trip(int)); // coalesces with the first
/// assert_eq!(PENDING.take_next(None), Some(int)); // in owner context
/// assert_eq!(PENDING.take_next(None), None);
/// ```
#[derive(Debug)]
pub struct Pending<const WORDS: usize> {
    words: [AtomicUsize; WORDS],
}

impl<const WORDS: usize> Pending<WORDS> {
    const_unless_loom! {
        /// Nothing pending. All bits zero, so that a `static` costs no space in a program's file.
        ///
        /// ```
        /// # use sigtrip_core::Pending;
        /// static PENDING: Pending<2> = Pending::new();
        /// assert!(!PENDING.any());
        /// ```
        #[must_use]
        pub fn new() -> Self {
            Self { words: zeroed_words() }
        }
    }

    /// Records a delivery. Returns false, and does nothing, for a number beyond the width.
    ///
    /// Signal context: one atomic operation, no loop, no panic. May be called in owner context too.
    ///
    /// ```
    /// # use sigtrip_core::{Pending, Signum};
    /// let pending = Pending::<1>::new();
    /// assert!(pending.trip(Signum::new(2).unwrap()));
    /// assert!(!pending.trip(Signum::new(1000).unwrap())); // no room for it
    /// ```
    #[inline]
    pub fn trip(&self, signal: Signum) -> bool {
        let Some(word) = self.words.get(signal.word()) else { return false };
        // Release: pairs with the Acquire of `take_next`. What was written before the trip is seen by whoever takes it.
        word.fetch_or(signal.mask(), Ordering::Release);
        true
    }

    /// Whether anything is pending: one load per word. Either context.
    ///
    /// ```
    /// # use sigtrip_core::{Pending, Signum};
    /// let pending = Pending::<1>::new();
    /// assert!(!pending.any());
    /// pending.trip(Signum::new(2).unwrap());
    /// assert!(pending.any());
    /// ```
    #[inline]
    #[must_use]
    pub fn any(&self) -> bool {
        // Relaxed: a hint alone; what is taken is acquired by `take_next`. It sees every trip of its own thread, and
        // after `Armed::arm` every trip whose wake did not find the word armed (see `wake.rs`).
        self.words.iter().any(|word| word.load(Ordering::Relaxed) != 0)
    }

    /// Takes the lowest pending signal above `after` (from the start: `None`): clears its bit and returns it.
    ///
    /// Owner context. A pass that hands back what it was given takes each signal at most once, ascending, and ends
    /// even while signals keep coming. When several threads take at once each trip goes to one of them.
    ///
    /// ```
    /// # use sigtrip_core::{Pending, Signum};
    /// let pending = Pending::<1>::new();
    /// let [hup, int] = [1, 2].map(|n| Signum::new(n).unwrap());
    /// pending.trip(int);
    /// pending.trip(hup);
    /// assert_eq!(pending.take_next(None), Some(hup));
    /// assert_eq!(pending.take_next(Some(hup)), Some(int));
    /// ```
    #[inline]
    pub fn take_next(&self, after: Option<Signum>) -> Option<Signum> {
        let start = after.map_or(0, |signal| signal.get() as usize);
        Pass { words: &self.words, index: start / WORD_BITS, window: usize::MAX << (start % WORD_BITS) }
            .next()
    }

    /// One pass: takes what is pending, ascending and each signal at most once, as [`take_next`](Self::take_next) does
    /// when it is handed back what it gave. Owner context.
    #[inline]
    pub(crate) const fn pass(&self) -> Pass<'_, WORDS> {
        Pass { words: &self.words, index: 0, window: usize::MAX }
    }

    /// What is pending now, left as it is. Either context.
    ///
    /// ```
    /// # use sigtrip_core::{Pending, Signum};
    /// let pending = Pending::<1>::new();
    /// pending.trip(Signum::new(2).unwrap());
    /// assert_eq!(pending.snapshot().len(), 1);
    /// assert!(pending.any()); // it was looked at, not taken
    /// ```
    #[must_use]
    pub fn snapshot(&self) -> SignalSet<WORDS> {
        // Relaxed: as in `any`.
        SignalSet::from_words(core::array::from_fn(|i| self.words[i].load(Ordering::Relaxed)))
    }

    /// Forgets all that is pending: in the child of a fork, and before an owner starts. Owner context.
    ///
    /// ```
    /// # use sigtrip_core::{Pending, Signum};
    /// let pending = Pending::<1>::new();
    /// pending.trip(Signum::new(2).unwrap());
    /// pending.clear();
    /// assert!(!pending.any());
    /// ```
    pub fn clear(&self) {
        for word in &self.words {
            // Relaxed: nothing that was published with these bits is looked at, so there is no partner. A read-modify-write
            // like every other move of a word: loom does not know that a store may not come between the two halves of one.
            word.fetch_and(0, Ordering::Relaxed);
        }
    }
}

/// What a pass has still before it: of the word at `index` the bits of `window`, and the words after it.
#[derive(Debug)]
pub(crate) struct Pass<'a, const WORDS: usize> {
    words: &'a [AtomicUsize; WORDS],
    index: usize,
    window: usize,
}

impl<const WORDS: usize> Iterator for Pass<'_, WORDS> {
    type Item = Signum;

    #[inline]
    fn next(&mut self) -> Option<Signum> {
        while let Some(word) = self.words.get(self.index) {
            if let Some(bit) = take_lowest(word, self.window) {
                self.window = !1 << bit; // the bits above it: none, if it is the highest
                return Signum::at(self.index, bit);
            }
            self.window = usize::MAX;
            self.index += 1;
        }
        None
    }
}

/// Clears the lowest set bit of `word & window` and says which it was.
///
/// It loops only if another taker was quicker with that very bit.
#[inline]
fn take_lowest(word: &AtomicUsize, window: usize) -> Option<usize> {
    loop {
        // Relaxed: which bit to try; the read-modify-write below decides.
        let seen = word.load(Ordering::Relaxed) & window;
        if seen == 0 {
            return None;
        }
        let bit = seen.trailing_zeros() as usize;
        // Acquire: pairs with the Release of `trip`. A read-modify-write, so that a trip that comes between the load
        // and here is kept, and so that of two takers one sees the bit.
        if word.fetch_and(!(1 << bit), Ordering::Acquire) & (1 << bit) != 0 {
            return Some(bit);
        }
    }
}

impl<const WORDS: usize> Default for Pending<WORDS> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use core::cell::Cell;
    use std::{boxed::Box, rc::Rc, vec::Vec};

    use super::*;
    use crate::step;

    const BITS: u32 = WORD_BITS as u32;

    fn sig(number: u32) -> Signum {
        Signum::new(number).unwrap()
    }

    /// One pass, as the dispatcher makes it.
    fn pass<const WORDS: usize>(pending: &Pending<WORDS>) -> Vec<u32> {
        pending.pass().map(Signum::get).collect()
    }

    #[test]
    fn a_pass_takes_each_once_and_ascending_across_words() {
        let pending = Pending::<3>::new();
        let numbers = [1, 2, BITS - 1, BITS, BITS + 1, 2 * BITS, 2 * BITS + 1, 3 * BITS];
        for &number in numbers.iter().rev().chain(&numbers) {
            assert!(pending.trip(sig(number)));
        }
        assert_eq!(pass(&pending), numbers);
        assert!(!pending.any());
    }

    #[test]
    fn taking_the_next_after_each_is_a_pass() {
        let pending = Pending::<3>::new();
        let numbers = [1, BITS - 1, BITS, BITS + 1, 3 * BITS];
        for number in numbers {
            pending.trip(sig(number));
        }
        let first = pending.take_next(None);
        let taken = core::iter::successors(first, |&last| pending.take_next(Some(last)));
        assert_eq!(taken.map(Signum::get).collect::<Vec<_>>(), numbers);
    }

    #[test]
    fn a_number_beyond_the_width_is_refused() {
        let pending = Pending::<1>::new();
        for number in [BITS + 1, 2 * BITS, u32::MAX] {
            assert!(!pending.trip(sig(number)));
            assert_eq!(pending.take_next(Some(sig(number))), None);
        }
        assert!(!pending.any());
    }

    #[test]
    fn what_is_behind_the_cursor_stays() {
        let pending = Pending::<2>::new();
        for number in [3, BITS, BITS + 5] {
            pending.trip(sig(number));
        }
        assert_eq!(pending.take_next(Some(sig(3))), Some(sig(BITS)));
        assert_eq!(pending.take_next(Some(sig(BITS))), Some(sig(BITS + 5)));
        assert_eq!(pending.take_next(Some(sig(2 * BITS))), None);
        assert_eq!(pending.snapshot(), SignalSet::from_iter([sig(3)]));
    }

    #[test]
    fn a_snapshot_takes_nothing_and_clear_takes_all() {
        let pending = Pending::<2>::new();
        let set = SignalSet::from_iter([sig(7), sig(BITS + 7)]);
        for signal in set {
            pending.trip(signal);
        }
        assert_eq!((pending.snapshot(), pending.snapshot(), pending.any()), (set, set, true));
        pending.clear();
        assert_eq!((pending.snapshot(), pending.any()), (SignalSet::new(), false));
    }

    /// Runs `pass` on {2, 3} with a trip of `number` just before its atomic step `k`; `None` if it has no such step.
    fn pass_interrupted_at(k: usize, number: u32) -> Option<[Vec<u32>; 2]> {
        let pending = Rc::new(Pending::<1>::new());
        for standing in [2, 3] {
            pending.trip(sig(standing));
        }
        let steps = Rc::new(Cell::new(0));
        let (target, count) = (pending.clone(), steps.clone());
        step(Some(Box::new(move || {
            if count.replace(count.get() + 1) == k {
                target.trip(sig(number));
            }
        })));
        let first = pass(&pending);
        step(None);
        (steps.get() > k).then(|| [first, pass(&pending)])
    }

    /// The trip comes before the bit is taken and joins it, or after and is taken once more: never neither.
    #[test]
    fn a_trip_between_any_two_steps_of_a_take_is_not_lost() {
        let [mut early, mut late] = [0, 0];
        for number in 1..=4 {
            let mut k = 0;
            while let Some([first, second]) = pass_interrupted_at(k, number) {
                let mut both = first.clone();
                both.extend(&second);
                assert!(first.is_sorted_by(|a, b| a < b), "step {k}: {first:?}");
                assert!(both.contains(&2) && both.contains(&3), "step {k}: {both:?}");
                let times = both.iter().filter(|&&taken| taken == number).count();
                assert!((1..=2).contains(&times), "step {k}: {number} taken {times} times");
                *if second.is_empty() { &mut early } else { &mut late } += 1;
                k += 1;
            }
            assert!(k >= 5, "only {k} places to interrupt");
        }
        assert!(early > 0 && late > 0, "{early} joined the pass, {late} came after it");
    }

    /// Another taker interrupts a take of {2, 3} just before its atomic step `k`; `None` if it has no such step.
    fn take_interrupted_at(k: usize) -> Option<[Option<Signum>; 3]> {
        let pending = Rc::new(Pending::<1>::new());
        for standing in [2, 3] {
            pending.trip(sig(standing));
        }
        let steps = Rc::new(Cell::new(0));
        let quicker = Rc::new(Cell::new(None));
        let (target, count, got) = (pending.clone(), steps.clone(), quicker.clone());
        step(Some(Box::new(move || {
            if count.replace(count.get() + 1) == k {
                got.set(target.take_next(None));
            }
        })));
        let taken = pending.take_next(None);
        step(None);
        (steps.get() > k).then(|| [quicker.get(), taken, pending.take_next(None)])
    }

    /// Between the look and the take: the bit is gone, and the take goes on to the next.
    #[test]
    fn of_two_takers_each_bit_goes_to_one() {
        let mut k = 0;
        while let Some(taken) = take_interrupted_at(k) {
            assert_eq!(taken, [Some(sig(2)), Some(sig(3)), None], "step {k}");
            k += 1;
        }
        assert!(k >= 2, "only {k} places to interrupt");
    }
}
