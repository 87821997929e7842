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
        #[must_use]
        pub fn new() -> Self {
            Self { words: zeroed_words() }
        }
    }

    /// Records a delivery. Returns false, and does nothing, for a number beyond the width.
    ///
    /// Signal context: one atomic operation, no loop, no panic. May be called in owner context too.
    #[inline]
    pub fn trip(&self, signal: Signum) -> bool {
        let Some(word) = self.words.get(signal.word()) else { return false };
        // Release: pairs with the Acquire of `take_next`. What was written before the trip is seen by whoever takes it.
        word.fetch_or(signal.mask(), Ordering::Release);
        true
    }

    /// Whether anything is pending: one load per word. Either context.
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
    #[inline]
    pub fn take_next(&self, after: Option<Signum>) -> Option<Signum> {
        let start = after.map_or(0, |signal| signal.get() as usize);
        let mut window = usize::MAX << (start % WORD_BITS);
        let mut index = start / WORD_BITS;
        while let Some(word) = self.words.get(index) {
            if let Some(bit) = take_lowest(word, window) {
                return Signum::at(index, bit);
            }
            window = usize::MAX;
            index += 1;
        }
        None
    }

    /// What is pending now, left as it is. Either context.
    #[must_use]
    pub fn snapshot(&self) -> SignalSet<WORDS> {
        // Relaxed: as in `any`.
        SignalSet::from_words(core::array::from_fn(|i| self.words[i].load(Ordering::Relaxed)))
    }

    /// Forgets all that is pending: in the child of a fork, and before an owner starts. Owner context.
    pub fn clear(&self) {
        for word in &self.words {
            // Relaxed: nothing that was published with these bits is looked at, so there is no partner.
            word.store(0, Ordering::Relaxed);
        }
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
