//! `Records`: what is known of each delivery, in a fixed ring, oldest first.
//!
//! Many producers push, in signal context: on any thread, one interrupted by another at any instruction. Whoever takes is in
//! owner context. Nobody ever waits for anybody.
//!
//! A record has a *position*: how many were claimed before it. Its slot is the position modulo `SLOTS`, and the slot's *stamp*
//! says how far it is, as the position of the round's first slot plus
//!
//! - 0, *free*: nothing is there. Or it is claimed and being written, which nobody but its producer can see;
//! - 1, *published*: free → published by that producer, when every word of the record is written;
//! - 2, *taken*: published → taken by a compare-and-swap, so that each record goes to one taker;
//! - `SLOTS`, *free* for the next round: taken → free by whoever moves `head` past it.
//!
//! `tail` is the next position to claim, and moves by a producer's compare-and-swap; `head` is the oldest that is not free
//! yet, and moves by a taker's. All zero is the empty ring.
//!
//! What can not happen:
//!
//! - a torn record: words are written between claim and publication alone, when the slot is the producer's, and what a
//!   taker has read counts only if its compare-and-swap then finds the slot still published;
//! - a record that comes twice, or is lost without being counted: a push that can not have a slot says so and counts;
//! - a producer that makes others fail for ever: one that was interrupted between claim and publication holds back what was
//!   claimed after it, until it goes on. Takers do not wait, they find nothing. Who trips a signal's bit after the push, and
//!   at each bit takes all that is there, strands nothing: the late producer's own bit is still to come.
//!
//! The order is that of the claims; so of one thread's deliveries it is the order in which they came.

mod cursor;
#[cfg(all(test, not(sigtrip_loom)))]
mod tests;

pub use cursor::Cursor;

use crate::atomic::{AtomicUsize, Ordering, const_unless_loom, zeroed_rows, zeroed_words};

/// A ring of `SLOTS` records, each `LENGTH` machine words, whose meaning is its user's. `SLOTS` is a power of two, at least 4.
///
/// Fixed memory: `SLOTS * (LENGTH + 1) + 3` words, all zero at the start.
///
/// ```
/// use sigtrip_core::Records;
///
/// static RECORDS: Records<2, 4> = Records::new();
///
/// assert!(RECORDS.push([10, 501])); // in signal context: the signal and who sent it, say
/// assert!(RECORDS.push([12, 501]));
/// assert_eq!(RECORDS.take(), Some([10, 501])); // in owner context
/// assert_eq!(RECORDS.take(), Some([12, 501]));
/// assert_eq!((RECORDS.take(), RECORDS.refused()), (None, 0));
/// ```
#[derive(Debug)]
pub struct Records<const LENGTH: usize, const SLOTS: usize> {
    tail: AtomicUsize,
    head: AtomicUsize,
    refused: AtomicUsize,
    stamps: [AtomicUsize; SLOTS],
    words: [[AtomicUsize; LENGTH]; SLOTS],
}

/// What is added to the stamp of a free slot.
const PUBLISHED: usize = 1;
const TAKEN: usize = 2;

/// How often a push tries for a slot. Each try that fails is another producer's success in the few instructions between.
const TRIES: usize = 16;

impl<const LENGTH: usize, const SLOTS: usize> Records<LENGTH, SLOTS> {
    const_unless_loom! {
        /// The empty ring.
        ///
        /// ```
        /// # use sigtrip_core::Records;
        /// static RECORDS: Records<1, 8> = Records::new();
        /// assert_eq!(RECORDS.len(), 0);
        /// ```
        #[must_use]
        pub fn new() -> Self {
            const { assert!(SLOTS.is_power_of_two() && SLOTS >= 4, "a power of two, at least 4") };
            Self {
                tail: AtomicUsize::new(0),
                head: AtomicUsize::new(0),
                refused: AtomicUsize::new(0),
                stamps: zeroed_words(),
                words: zeroed_rows(),
            }
        }
    }

    /// Adds a record. Returns false if it was refused, which is counted: the ring is full, or, so rare that nobody will see it,
    /// sixteen other producers were quicker one after the other.
    ///
    /// It may be shorter than `LENGTH`: then the other words are whatever an earlier record has left there, and the record itself
    /// must say that they mean nothing. Longer ones do not compile.
    ///
    /// Signal context: a store for each word, one store more, and at most 16 atomic operations, as a rule one; no panic. May be
    /// called in owner context too.
    ///
    /// ```
    /// # use sigtrip_core::Records;
    /// let records = Records::<1, 4>::new();
    /// let pushed = [1, 2, 3, 4, 5].map(|word| records.push([word]));
    /// assert_eq!(pushed, [true, true, true, true, false]); // four slots
    /// assert_eq!(records.refused(), 1);
    /// ```
    #[inline(always)]
    pub fn push<const WORDS: usize>(&self, record: [usize; WORDS]) -> bool {
        self.try_push(record) || self.keep_trying(&record)
    }

    /// The first try of a [`push`](Self::push). Returns false if it fails; nothing is refused and counted then.
    ///
    /// For a signal handler that is to be short where nobody interferes: it leaves the rest to a function of its own, which calls `push`. Signal
    /// context.
    ///
    /// ```
    /// # use sigtrip_core::Records;
    /// let records = Records::<1, 4>::new();
    /// assert!(records.try_push([7]) || records.push([7]));
    /// ```
    #[inline(always)]
    pub fn try_push<const WORDS: usize>(&self, record: [usize; WORDS]) -> bool {
        const { assert!(WORDS <= LENGTH, "a record has at most LENGTH words") };
        // Relaxed: a guess, which the compare-and-swap verifies.
        let claimed = self.try_to_claim(self.tail.load(Ordering::Relaxed));
        claimed.is_ok_and(|position| self.publish(position, &record))
    }

    #[cold]
    #[inline(never)]
    fn keep_trying(&self, record: &[usize]) -> bool {
        // Relaxed: as in `try_push`.
        let mut tail = Some(self.tail.load(Ordering::Relaxed));
        for _ in 1..TRIES {
            let Some(position) = tail else { break };
            match self.try_to_claim(position) {
                Ok(position) => return self.publish(position, record),
                Err(now) => tail = now,
            }
        }
        // Relaxed: no partner; a number that somebody reads.
        self.refused.fetch_add(1, Ordering::Relaxed);
        false
    }

    /// Writes the record at a position that is the caller's alone.
    #[inline(always)]
    fn publish(&self, position: usize, record: &[usize]) -> bool {
        let Some((stamp, words)) = self.slot(position) else { return false };
        for (word, &value) in words.iter().zip(record) {
            // Relaxed: the Release below publishes it.
            word.store(value, Ordering::Relaxed);
        }
        // Release: pairs with the Acquire in `take_where`, whose reader sees every word.
        stamp.store(Self::free(position) + PUBLISHED, Ordering::Release);
        true
    }

    /// This position if it is the tail and free; else the tail as it is now, or `None` if the ring is full.
    #[inline(always)]
    fn try_to_claim(&self, position: usize) -> Result<usize, Option<usize>> {
        let (stamp, _) = self.slot(position).ok_or(None)?;
        // Acquire: pairs with the Release in `free_what_is_taken`: the last taker has read the slot before it is written.
        if stamp.load(Ordering::Acquire) == Self::free(position) {
            let next = position.wrapping_add(1);
            // Relaxed, both: the tail orders nothing, the stamps do. A compare-and-swap, so that a position is one producer's.
            return self
                .tail
                .compare_exchange(position, next, Ordering::Relaxed, Ordering::Relaxed)
                .map_err(Some);
        }
        // Relaxed: as above. If this position was claimed, the Acquire above has seen it, and so does this load. If it was not, its
        // slot is not free since its last round: the ring is full.
        let now = self.tail.load(Ordering::Relaxed);
        Err((now != position).then_some(now))
    }

    /// Takes the oldest record, if one is there that is published.
    ///
    /// Owner context. Several may take at once, also one inside another: each record goes to one of them.
    ///
    /// ```
    /// # use sigtrip_core::Records;
    /// let records = Records::<1, 4>::new();
    /// records.push([7]);
    /// assert_eq!((records.take(), records.take()), (Some([7]), None));
    /// ```
    pub fn take(&self) -> Option<[usize; LENGTH]> {
        self.take_where(&mut self.start(), |_| true)
    }

    /// The cursor before the oldest record. Owner context.
    ///
    /// ```
    /// # use sigtrip_core::Records;
    /// let records = Records::<1, 4>::new();
    /// records.push([7]);
    /// assert_eq!(records.take_where(&mut records.start(), |_| true), Some([7]));
    /// ```
    #[must_use]
    pub fn start(&self) -> Cursor {
        Cursor(self.oldest())
    }

    /// Takes the first record from the cursor on for which `wanted` says yes, and leaves the cursor behind it. The others stay.
    ///
    /// It looks no further than the first that is claimed and not yet published, and then leaves the cursor before that.
    /// Owner context; as [`take`](Self::take). `wanted` may push and take.
    ///
    /// ```
    /// # use sigtrip_core::Records;
    /// let records = Records::<1, 4>::new();
    /// for word in [1, 2, 3, 4] {
    ///     records.push([word]);
    /// }
    /// let even = |&[word]: &[usize; 1]| word % 2 == 0;
    /// let mut cursor = records.start();
    /// assert_eq!(records.take_where(&mut cursor, even), Some([2]));
    /// assert_eq!(records.take_where(&mut cursor, even), Some([4]));
    /// assert_eq!(records.take_where(&mut cursor, even), None);
    /// assert_eq!((records.take(), records.take()), (Some([1]), Some([3])));
    /// ```
    pub fn take_where(
        &self,
        cursor: &mut Cursor,
        mut wanted: impl FnMut(&[usize; LENGTH]) -> bool,
    ) -> Option<[usize; LENGTH]> {
        self.free_what_is_taken();
        loop {
            let position = self.in_the_ring(cursor.0);
            *cursor = Cursor(position);
            let (stamp, words) = self.slot(position)?;
            // Acquire: pairs with the Release in `publish`, so that the words are whole, and with those in `free_what_is_taken`,
            // so that `head` is seen behind a slot that is in a later round.
            let seen = stamp.load(Ordering::Acquire);
            if seen == Self::free(position) + PUBLISHED {
                // Relaxed: ordered by the Acquire above. If the slot is taken meanwhile, what was read does not count.
                let record = words.each_ref().map(|word| word.load(Ordering::Relaxed));
                *cursor = Cursor(position.wrapping_add(1));
                if wanted(&record) && self.mark_as_taken(position, stamp) {
                    self.free_what_is_taken();
                    return Some(record);
                }
            } else if seen == Self::free(position) + TAKEN {
                *cursor = Cursor(position.wrapping_add(1));
            } else if self.in_the_ring(position) == position {
                return None; // not claimed, or not yet published
            }
        }
    }

    /// Of several takers that have read a record one gets it.
    fn mark_as_taken(&self, position: usize, stamp: &AtomicUsize) -> bool {
        let published = Self::free(position) + PUBLISHED;
        let taken = Self::free(position) + TAKEN;
        // Release: pairs with the Acquire in `free_what_is_taken`: the words were read before the slot is free.
        // Relaxed where it fails: nothing is done then.
        stamp.compare_exchange(published, taken, Ordering::Release, Ordering::Relaxed).is_ok()
    }

    /// Moves `head` past what is taken, so that producers have the slots again. Each slot is freed by one.
    fn free_what_is_taken(&self) {
        loop {
            let head = self.oldest();
            let Some((stamp, _)) = self.slot(head) else { return };
            // Acquire: pairs with the Release in `mark_as_taken`, so that the taker's reads come before the slot is free.
            if stamp.load(Ordering::Acquire) != Self::free(head) + TAKEN {
                return;
            }
            let next = head.wrapping_add(1);
            // Relaxed, both: the Release below publishes it. A compare-and-swap, so that of two takers one frees the slot.
            if self.head.compare_exchange(head, next, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
                // Release: pairs with the Acquire in `try_to_claim`, and with that in `take_where`.
                stamp.store(Self::free(head.wrapping_add(SLOTS)), Ordering::Release);
            }
        }
    }

    /// How many records are in the ring or being written. Either context; a hint where others push or take.
    ///
    /// ```
    /// # use sigtrip_core::Records;
    /// let records = Records::<1, 4>::new();
    /// records.push([7]);
    /// assert_eq!(records.len(), 1);
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        // Relaxed: a hint.
        self.tail.load(Ordering::Relaxed).wrapping_sub(self.oldest()).min(SLOTS)
    }

    /// Whether there is none: see [`len`](Self::len). Either context.
    ///
    /// ```
    /// # use sigtrip_core::Records;
    /// assert!(Records::<1, 4>::new().is_empty());
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many records were refused, ever; as [`Counts`](crate::Counts) it wraps round. Either context.
    ///
    /// ```
    /// # use sigtrip_core::Records;
    /// assert_eq!(Records::<1, 4>::new().refused(), 0);
    /// ```
    #[must_use]
    pub fn refused(&self) -> usize {
        // Relaxed: a number that was counted and publishes nothing.
        self.refused.load(Ordering::Relaxed)
    }

    /// Empties the ring, with what is claimed and will never be published: for the child of a fork, whose other threads, and
    /// with them producers in the midst of a push, are not there. A taker that is interrupted by this gets nothing.
    ///
    /// Owner context, while nobody pushes: where somebody might, [`take`](Self::take) until there is none. It looks at each slot, and
    /// writes to those alone that are not free.
    ///
    /// ```
    /// # use sigtrip_core::Records;
    /// let records = Records::<1, 4>::new();
    /// records.push([7]);
    /// records.forget_all();
    /// assert_eq!(records.take(), None);
    /// ```
    pub fn forget_all(&self) {
        // Relaxed, in all of this: nobody else is there.
        let tail = self.tail.load(Ordering::Relaxed);
        self.refused.store(0, Ordering::Relaxed); // Relaxed: as above
        self.head.store(tail, Ordering::Relaxed); // Relaxed: as above
        for position in (0..SLOTS).map(|ahead| tail.wrapping_add(ahead)) {
            let (Some((stamp, _)), free) = (self.slot(position), Self::free(position)) else { return };
            // Relaxed, both: as above.
            if stamp.load(Ordering::Relaxed) != free {
                stamp.store(free, Ordering::Relaxed);
            }
        }
    }

    /// The oldest position that is not free yet.
    #[inline]
    fn oldest(&self) -> usize {
        // Relaxed: the stamp that is looked at next decides.
        self.head.load(Ordering::Relaxed)
    }

    /// This position, if it is between the oldest and one behind the newest that there can be; else the oldest.
    fn in_the_ring(&self, position: usize) -> usize {
        let oldest = self.oldest();
        if position.wrapping_sub(oldest) <= SLOTS { position } else { oldest }
    }

    /// The stamp of a slot that is free for this position: where its round begins.
    const fn free(position: usize) -> usize {
        position & !(SLOTS - 1)
    }

    /// There is one for every position; `None` only for the compiler.
    #[inline]
    fn slot(&self, position: usize) -> Option<(&AtomicUsize, &[AtomicUsize; LENGTH])> {
        let index = position & (SLOTS - 1);
        Some((self.stamps.get(index)?, self.words.get(index)?))
    }
}

impl<const LENGTH: usize, const SLOTS: usize> Default for Records<LENGTH, SLOTS> {
    fn default() -> Self {
        Self::new()
    }
}
