//! `Gate`: grace periods. Signal context reads what another thread may be taking away.
//!
//! A *reader* (signal context) enters, follows a pointer, uses what it finds, leaves. It never waits: entering is a bounded
//! number of tries. A *writer* takes something out of the readers' reach by a swap of that pointer, then waits until nobody is
//! left inside who could have seen it; after that it is free to reuse the memory. It does not wait for readers who came
//! later, so that an endless storm of them does not hold it up.
//!
//! A reader publishes who it is, a word that is not zero, in the first slot that it finds free. So a thread can learn whether it is
//! itself inside, which no counter tells: a writer that waited for its own reader would wait for ever.
//!
//! ```text
//! reader                                          writer
//! (a) slot.who.compare_exchange(0, me)            (w) pointer.swap(new)
//! (b) pointer.load(), use what it points to       (x) slot.who.fetch_add(0): 0? nobody here
//! (c) slot.left.store(slot.left + 1)              (y) else note slot.left ...
//! (d) slot.who.swap(0)                            (z) ... until it has changed, or who is 0
//! ```
//!
//! The interleaving that must not be: (b) reads the old pointer, and (x) reads 0. With a plain store in (a) or a plain load in (x) it can
//! be: it is store buffering, each side's store still on its way while its load reads the old value. Here (a) and (x) move
//! the *same* word by a read-modify-write, and such moves have one order. If (a) comes first, (x) sees who is inside. If
//! (x) comes first, (a) reads what it wrote, and by Release and Acquire (b) sees (w).
//!
//! That `left` is noted after (x), and not before, keeps a reader from being taken for the one who had the slot before; that it counts
//! at all, and the writer does not simply wait for 0, keeps a slot that is always taken again from holding the writer up. And (c)
//! stands before (d): a count that came late would be taken for that of the next reader.
//!
//! A reader who finds every slot taken counts itself in one of two *banks*. It has no name then: [`Gate::is_crowded`] says
//! so to whoever would rely on names. The writer points newcomers to the other bank before it waits for one to be empty.
//!
//! Fork: the child has one thread. [`Gate::reset`] keeps the slots of that thread, whose frames are still on its stack and
//! will leave, and frees the others, whose threads are not there. Readers without a name may be either; they belong to the old
//! *generation*, and leave without a trace. Nobody can know whether one of them is still there, so that the child never takes
//! itself for outside for sure: [`Gate::may_be_inside`].

use crate::atomic::{AtomicUsize, Ordering, const_unless_loom, zeroed_words};

/// Who is reading, in `SLOTS` places, and how to wait until they have left.
///
/// ```
/// use std::sync::atomic::{AtomicPtr, Ordering};
/// use sigtrip_core::Gate;
///
/// static GATE: Gate<8> = Gate::new();
/// static SHARED: AtomicPtr<u32> = AtomicPtr::new(std::ptr::null_mut());
///
/// // A reader, in signal context; 7 is its thread.
/// let entered = GATE.enter(7);
/// let seen = SHARED.load(Ordering::Acquire); // ... and use what it points to
/// GATE.leave(entered);
///
/// // A writer, on thread 8.
/// let old = SHARED.swap(std::ptr::null_mut(), Ordering::AcqRel);
/// assert!(!GATE.may_be_inside(8)); // else it would wait for itself
/// GATE.wait(std::thread::yield_now);
/// // Nobody has `old` any more.
/// # assert_eq!(old, seen);
/// ```
#[derive(Debug)]
pub struct Gate<const SLOTS: usize> {
    /// Who is inside, or 0.
    who: [AtomicUsize; SLOTS],
    /// How often each slot was left.
    left: [AtomicUsize; SLOTS],
    /// How many are inside without a slot.
    banks: [AtomicUsize; 2],
    /// The bank for newcomers.
    bank: AtomicUsize,
    /// Of the readers without a slot: how often the process was a child since.
    generation: AtomicUsize,
    /// Whether there may be readers without a slot of an earlier generation.
    orphans: AtomicUsize,
}

/// That a reader is inside: to be given back by [`Gate::leave`].
#[derive(Debug)]
#[must_use = "a reader who does not leave is waited for, for ever"]
pub struct Entered(Place);

#[derive(Debug)]
enum Place {
    Slot(usize),
    Bank { bank: usize, generation: usize },
}

impl<const SLOTS: usize> Gate<SLOTS> {
    const_unless_loom! {
        /// Nobody is inside.
        ///
        /// ```
        /// # use sigtrip_core::Gate;
        /// static GATE: Gate<4> = Gate::new();
        /// assert!(GATE.is_quiet());
        /// ```
        #[must_use]
        pub fn new() -> Self {
            Self {
                who: zeroed_words(),
                left: zeroed_words(),
                banks: zeroed_words(),
                bank: AtomicUsize::new(0),
                generation: AtomicUsize::new(0),
                orphans: AtomicUsize::new(0),
            }
        }
    }

    /// Reads inside the gate: enters, calls `read`, leaves. As [`enter`](Self::enter) and [`leave`](Self::leave), but where nobody else
    /// is inside it is nearly nothing. If `read` unwinds its reader never leaves.
    ///
    /// Signal context, as far as `read` is.
    ///
    /// ```
    /// # use sigtrip_core::Gate;
    /// let gate = Gate::<4>::new();
    /// assert!(gate.inside(7, || gate.is_inside(7)));
    /// assert!(gate.is_quiet());
    /// ```
    #[inline]
    pub fn inside<R>(&self, me: usize, read: impl FnOnce() -> R) -> R {
        if let (Some(who), Some(left)) = (self.who.first(), self.left.first())
            && me != 0
            && take(who, me)
        {
            let result = read();
            free(who, left);
            return result;
        }
        self.inside_elsewhere(me, read)
    }

    #[cold]
    #[inline(never)]
    fn inside_elsewhere<R>(&self, me: usize, read: impl FnOnce() -> R) -> R {
        let entered = self.enter(me);
        let result = read();
        self.leave(entered);
        result
    }

    /// Enters, before the reader looks at what a writer may take away. `me` is not zero and says who it is, the same at
    /// each call on one thread; with zero it has no name.
    ///
    /// Signal context, nested in itself: at most `SLOTS + 1` atomic operations and two loads.
    ///
    /// ```
    /// # use sigtrip_core::Gate;
    /// let gate = Gate::<1>::new();
    /// let outer = gate.enter(7);
    /// let nested = gate.enter(7); // no slot is left: it is counted
    /// assert!(gate.is_inside(7) && gate.is_crowded());
    /// gate.leave(nested);
    /// gate.leave(outer);
    /// assert!(gate.is_quiet());
    /// ```
    #[inline]
    pub fn enter(&self, me: usize) -> Entered {
        for (index, who) in self.who.iter().enumerate().take_while(|_| me != 0) {
            if take(who, me) {
                return Entered(Place::Slot(index));
            }
        }
        self.enter_a_bank()
    }

    #[cold]
    #[inline(never)]
    fn enter_a_bank(&self) -> Entered {
        // Relaxed: changed in the child of a fork alone, which has one thread.
        let generation = self.generation.load(Ordering::Relaxed);
        // Relaxed: either will do; the writer looks at both.
        let bank = self.bank.load(Ordering::Relaxed);
        if let Some(count) = self.banks.get(bank) {
            // Acquire: as in `take`.
            count.fetch_add(1, Ordering::Acquire);
        }
        Entered(Place::Bank { bank, generation })
    }

    /// Leaves. The reader does not look any more at what it saw. Signal context: three atomic operations.
    ///
    /// ```
    /// # use sigtrip_core::Gate;
    /// let gate = Gate::<4>::new();
    /// let entered = gate.enter(7);
    /// gate.leave(entered);
    /// assert!(!gate.is_inside(7));
    /// ```
    #[inline]
    pub fn leave(&self, entered: Entered) {
        match entered.0 {
            Place::Slot(index) => {
                if let (Some(left), Some(who)) = (self.left.get(index), self.who.get(index)) {
                    free(who, left);
                }
            }
            Place::Bank { bank, generation } => self.leave_a_bank(bank, generation),
        }
    }

    #[cold]
    #[inline(never)]
    fn leave_a_bank(&self, bank: usize, generation: usize) {
        // Relaxed: as in `enter_a_bank`.
        if generation == self.generation.load(Ordering::Relaxed)
            && let Some(count) = self.banks.get(bank)
        {
            // Release: pairs with the Acquire of `is_taken`.
            count.fetch_sub(1, Ordering::Release);
        }
    }

    /// Whether a reader of this name is inside. Exact for the calling thread's own name, unless [`is_crowded`](Self::is_crowded).
    /// Either context.
    ///
    /// ```
    /// # use sigtrip_core::Gate;
    /// let gate = Gate::<4>::new();
    /// let entered = gate.enter(7);
    /// assert!(gate.is_inside(7) && !gate.is_inside(8));
    /// gate.leave(entered);
    /// ```
    #[must_use]
    pub fn is_inside(&self, me: usize) -> bool {
        // Relaxed: a thread sees its own stores, and no other thread stores its name.
        self.who.iter().any(|who| who.load(Ordering::Relaxed) == me)
    }

    /// Whether a reader is inside who has found no slot, and so no name. One's own is always seen. Either context.
    ///
    /// ```
    /// # use sigtrip_core::Gate;
    /// let gate = Gate::<1>::new();
    /// let [first, second] = [gate.enter(7), gate.enter(8)];
    /// assert!(gate.is_crowded());
    /// gate.leave(first);
    /// gate.leave(second);
    /// assert!(!gate.is_crowded());
    /// ```
    #[must_use]
    pub fn is_crowded(&self) -> bool {
        // Relaxed: a thread sees its own steps.
        self.banks.iter().any(|bank| bank.load(Ordering::Relaxed) != 0)
    }

    /// Whether the calling thread could be inside, as far as can be known: then it must not [`wait`](Self::wait). Either
    /// context.
    ///
    /// ```
    /// # use sigtrip_core::Gate;
    /// let gate = Gate::<1>::new();
    /// let [first, second] = [gate.enter(7), gate.enter(8)];
    /// assert!(gate.may_be_inside(9)); // the second has no name: it could be this one
    /// # gate.leave(first);
    /// # gate.leave(second);
    /// ```
    #[must_use]
    pub fn may_be_inside(&self, me: usize) -> bool {
        // Relaxed: set in the child of a fork, before it had another thread.
        self.is_inside(me) || self.is_crowded() || self.orphans.load(Ordering::Relaxed) != 0
    }

    /// Waits until everybody has left who could have seen what the caller has swapped out before; `pause` is called between two
    /// looks. Later readers are not waited for.
    ///
    /// Not in signal context, and not while the caller [may be inside](Self::may_be_inside): it would wait for itself.
    ///
    /// ```
    /// # use sigtrip_core::Gate;
    /// let gate = Gate::<4>::new();
    /// gate.wait(std::thread::yield_now); // nobody is there
    /// ```
    pub fn wait(&self, mut pause: impl FnMut()) {
        for (who, left) in self.who.iter().zip(&self.left) {
            wait_for_slot(who, left, &mut pause);
        }
        for bank in [0, 1] {
            self.wait_for_bank(bank, &mut pause);
        }
    }

    fn wait_for_bank(&self, bank: usize, pause: &mut impl FnMut()) {
        // Relaxed: who still reads the old one is counted there, and waited for, or comes too late to see anything.
        self.bank.store(1 - bank, Ordering::Relaxed);
        while self.banks.get(bank).is_some_and(is_taken) {
            pause();
        }
    }

    /// Whether nobody at all is inside: then nobody can have seen what the caller has swapped out before. It does not wait.
    /// Either context.
    ///
    /// ```
    /// # use sigtrip_core::Gate;
    /// let gate = Gate::<4>::new();
    /// let entered = gate.enter(7);
    /// assert!(!gate.is_quiet());
    /// gate.leave(entered);
    /// assert!(gate.is_quiet());
    /// ```
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        // Relaxed: set in the child of a fork, before it had another thread.
        self.orphans.load(Ordering::Relaxed) == 0 && !self.who.iter().chain(&self.banks).any(is_taken)
    }

    /// In the child of a fork, on its one thread: the readers of the other threads are gone. Those of `me`, the thread that
    /// forked, are still there and will leave. Nothing may enter meanwhile: signals are blocked.
    ///
    /// ```
    /// # use sigtrip_core::Gate;
    /// let gate = Gate::<4>::new();
    /// let [mine, _of_a_thread_that_is_not_there] = [gate.enter(7), gate.enter(8)];
    /// gate.reset(7);
    /// assert!(gate.is_inside(7) && !gate.is_inside(8));
    /// gate.leave(mine);
    /// assert!(gate.is_quiet());
    /// ```
    pub fn reset(&self, me: usize) {
        for who in &self.who {
            // Relaxed, all of them: there is no other thread.
            if who.load(Ordering::Relaxed) != me {
                who.store(0, Ordering::Relaxed);
            }
        }
        if self.is_crowded() {
            // Relaxed: as above.
            self.orphans.store(1, Ordering::Relaxed);
        }
        for bank in &self.banks {
            // Relaxed: as above.
            bank.store(0, Ordering::Relaxed);
        }
        // Relaxed: as above.
        self.generation.fetch_add(1, Ordering::Relaxed);
    }
}

impl<const SLOTS: usize> Default for Gate<SLOTS> {
    fn default() -> Self {
        Self::new()
    }
}

/// Takes a slot, if it is free.
#[inline]
fn take(who: &AtomicUsize, me: usize) -> bool {
    // Acquire: pairs with the Release of `is_taken`: if that came first, what the writer swapped before is seen. No Release: nothing
    // was done yet that a writer waits for. Relaxed where it fails: it is not this slot by which the two meet.
    who.compare_exchange(0, me, Ordering::Acquire, Ordering::Relaxed).is_ok()
}

/// Frees the slot of this reader.
#[inline]
fn free(who: &AtomicUsize, left: &AtomicUsize) {
    // Relaxed: nobody else writes it while the slot is this reader's.
    let times = left.load(Ordering::Relaxed).wrapping_add(1);
    // Release: pairs with the Acquire in `wait_for_slot`: what this reader did is over for whoever sees it.
    left.store(times, Ordering::Release);
    // Release: pairs with the Acquire of whoever sees the slot free. A swap: a writer's look writes too, and this comes after each look
    // that has seen the reader.
    who.swap(0, Ordering::Release);
}

/// Whether anybody is in a slot or a bank: a read-modify-write, never a load. See the file's head.
fn is_taken(place: &AtomicUsize) -> bool {
    // AcqRel: Release pairs with the Acquire of `take` and `enter_a_bank`: who enters later sees what was swapped before. Acquire
    // pairs with the Release of `free` and `leave_a_bank`.
    place.fetch_add(0, Ordering::AcqRel) != 0
}

/// Waits until the reader who is in the slot now has left it.
fn wait_for_slot(who: &AtomicUsize, left: &AtomicUsize, pause: &mut impl FnMut()) {
    if !is_taken(who) {
        return;
    }
    // Relaxed: `is_taken` has acquired from this reader, who has acquired from all before.
    let noted = left.load(Ordering::Relaxed);
    // Acquire: pairs with the Release in `free`. It is not older than who is there now: `is_taken` has acquired from that one.
    while is_taken(who) && left.load(Ordering::Acquire) == noted {
        pause();
    }
}

#[cfg(test)]
mod tests;
