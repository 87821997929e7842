//! `Inbox`: pending signals for which several threads may wait.
//!
//! A [`Dispatcher`](crate::Dispatcher) has one owner, who disarms its word when he is awake. Here several sleep on one word, so that nobody
//! may disarm it in silence: that would strand the others. The word moves
//!
//! - *idle → armed*: by whoever has found nothing and is about to sleep, before he looks again;
//! - *armed → idle*: by a delivery, after its bit; by another event, after its flag; and by whoever has armed it and then found something. Whoever
//!   gets to do it wakes *all* that sleep.
//!
//! ```text
//! one                         another                     signal context
//! (a) arm                                                 (w) set bits 1 and 2
//! (b) look: nothing                                       (x) fire: idle, nobody is asleep yet
//!                             (c) arm
//!                             (d) look: 1 and 2
//!                             (e) fire: wake all
//! (f) sleep, unless idle      (g) take 1, and go away
//! ```
//!
//! The interleaving that must not be: without (e) the word is armed at (f) although (x) has come, and the one sleeps on signal 2. So while
//! the word is armed nothing is pending, or somebody stands between (c) and (e).
//!
//! What can not happen: a thread that sleeps while something is pending and nobody is awake who has seen it. That each such thread looks
//! again is enough, since it takes what is there or finds that another has.

use crate::{Armed, Pending, Signum, atomic::const_unless_loom};

/// Pending signals 1 to `WORDS * WORD_BITS`, and the word on which any number of threads sleep for them.
///
/// ```
/// use sigtrip_core::{Inbox, Signum};
///
/// static INBOX: Inbox<1> = Inbox::new();
///
/// let int = Signum::new(2).unwrap();
/// // A thread that waits: nothing is there, so that it sleeps on the word.
/// assert!(!INBOX.is_ready_or_armed(|| false, || unreachable!()));
/// // A delivery, in signal context.
/// let mut woken = false;
/// INBOX.deliver(int, || woken = true);
/// assert!(woken);
/// // The thread again.
/// assert!(INBOX.is_ready_or_armed(|| false, || ()));
/// assert_eq!(INBOX.take_next(None), Some(int));
/// ```
#[derive(Debug)]
pub struct Inbox<const WORDS: usize> {
    pending: Pending<WORDS>,
    armed: Armed,
}

impl<const WORDS: usize> Inbox<WORDS> {
    const_unless_loom! {
        /// Nothing is pending, and nobody sleeps.
        ///
        /// ```
        /// # use sigtrip_core::Inbox;
        /// static INBOX: Inbox<1> = Inbox::new();
        /// assert_eq!(INBOX.take_next(None), None);
        /// ```
        #[must_use]
        pub fn new() -> Self {
            Self { pending: Pending::new(), armed: Armed::new() }
        }
    }

    /// Records a delivery, and has whoever sleeps woken: `wake` wakes all. A number beyond the width wakes and does nothing else.
    ///
    /// Signal context: two atomic operations, and `wake`.
    ///
    /// ```
    /// # use sigtrip_core::{Inbox, Signum};
    /// let inbox = Inbox::<1>::new();
    /// inbox.deliver(Signum::new(2).unwrap(), || unreachable!("nobody sleeps"));
    /// assert_eq!(inbox.take_next(None), Signum::new(2));
    /// ```
    #[inline]
    pub fn deliver(&self, signal: Signum, wake: impl FnOnce()) {
        self.pending.trip(signal);
        self.fire(wake); // in this order: see `wake.rs`
    }

    /// Something has happened for which one may wait, and that `ready` tells of: as [`deliver`](Self::deliver) otherwise. Either context.
    ///
    /// ```
    /// # use sigtrip_core::Inbox;
    /// let inbox = Inbox::<1>::new();
    /// assert!(!inbox.is_ready_or_armed(|| false, || ()));
    /// let mut woken = 0;
    /// inbox.fire(|| woken += 1);
    /// inbox.fire(|| woken += 1);
    /// assert_eq!(woken, 1);
    /// ```
    #[inline]
    pub fn fire(&self, wake: impl FnOnce()) {
        if self.armed.fire() {
            wake();
        }
    }

    /// Whether a wait has an end: something is pending, or `ready` says so. Otherwise the word is armed: one may sleep while it is, and looks
    /// again when one is woken. `wake` is as for [`deliver`](Self::deliver).
    ///
    /// Owner context, on any number of threads.
    ///
    /// ```
    /// # use sigtrip_core::Inbox;
    /// let inbox = Inbox::<1>::new();
    /// assert!(inbox.is_ready_or_armed(|| true, || ()));
    /// assert!(!inbox.armed().is_armed());
    /// assert!(!inbox.is_ready_or_armed(|| false, || ()));
    /// assert!(inbox.armed().is_armed());
    /// ```
    pub fn is_ready_or_armed(&self, ready: impl Fn() -> bool, wake: impl FnOnce()) -> bool {
        let is_ready = || self.pending.any() || ready();
        if is_ready() {
            return true;
        }
        self.armed.arm();
        let found = is_ready();
        if found {
            self.fire(wake); // another may be about to sleep who has looked before: see the file's head
        }
        found
    }

    /// Takes the lowest pending signal above `after`, as [`Pending::take_next`] does. Owner context.
    ///
    /// ```
    /// # use sigtrip_core::{Inbox, Signum};
    /// let inbox = Inbox::<1>::new();
    /// let [hup, int] = [1, 2].map(|n| Signum::new(n).unwrap());
    /// [int, hup].map(|signal| inbox.deliver(signal, || ()));
    /// assert_eq!(inbox.take_next(None), Some(hup));
    /// assert_eq!(inbox.take_next(Some(hup)), Some(int));
    /// ```
    #[inline]
    pub fn take_next(&self, after: Option<Signum>) -> Option<Signum> {
        self.pending.take_next(after)
    }

    /// The word to sleep on while it is armed. Nobody but this type moves it. Either context.
    ///
    /// ```
    /// # use sigtrip_core::Inbox;
    /// assert!(!Inbox::<1>::new().armed().is_armed());
    /// ```
    pub const fn armed(&self) -> &Armed {
        &self.armed
    }

    /// Forgets what is pending, and who sleeps: in the child of a fork, where nobody does. Owner context.
    ///
    /// ```
    /// # use sigtrip_core::{Inbox, Signum};
    /// let inbox = Inbox::<1>::new();
    /// inbox.deliver(Signum::new(2).unwrap(), || ());
    /// inbox.forget();
    /// assert_eq!(inbox.take_next(None), None);
    /// ```
    pub fn forget(&self) {
        self.pending.clear();
        self.armed.disarm();
    }
}

impl<const WORDS: usize> Default for Inbox<WORDS> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use core::cell::Cell;
    use std::{boxed::Box, rc::Rc};

    use super::*;
    use crate::step;

    /// A wait for which `interrupt` runs before its step `k`, as a signal does that comes just then, and then whoever waits sleeps if it
    /// may. Returns whether there was such a step.
    fn a_wait_interrupted_at(k: usize, interrupt: impl Fn(&Inbox<2>, &Cell<usize>) + 'static) -> bool {
        let state = Rc::new((Inbox::<2>::new(), Cell::new(0), Cell::new(0)));
        let hook = Rc::clone(&state);
        step(Some(Box::new(move || {
            let (inbox, wakes, steps) = &*hook;
            if steps.replace(steps.get() + 1) == k {
                interrupt(inbox, wakes);
            }
        })));
        let (inbox, wakes, steps) = &*state;
        let ready = inbox.is_ready_or_armed(|| false, || wakes.set(wakes.get() + 1));
        step(None);
        let sleeps = !ready && inbox.armed().is_armed();
        assert!(!sleeps || inbox.take_next(None).is_none(), "step {k}: asleep on a pending signal");
        steps.get() > k
    }

    #[test]
    fn a_delivery_at_any_step_of_a_wait_is_not_slept_through() {
        let deliver = |inbox: &Inbox<2>, wakes: &Cell<usize>| {
            inbox.deliver(Signum::new(70).unwrap(), || wakes.set(wakes.get() + 1));
        };
        let mut k = 0;
        while a_wait_interrupted_at(k, deliver) {
            k += 1;
        }
        assert_eq!(k, 2 + 1 + 2, "to look at two words, to arm, to look again");
    }

    /// Another thread has looked before, and stands before its sleep.
    #[test]
    fn who_finds_something_after_arming_leaves_nobody_asleep() {
        let deliver = |inbox: &Inbox<2>, wakes: &Cell<usize>| {
            for number in [1, 2] {
                inbox.deliver(Signum::new(number).unwrap(), || wakes.set(wakes.get() + 1));
            }
        };
        let inbox = Rc::new(Inbox::<2>::new());
        let inner = Rc::clone(&inbox);
        let (mut steps, wakes) = (0, Cell::new(0));
        step(Some(Box::new(move || {
            steps += 1;
            if steps == 3 {
                deliver(&inner, &wakes); // between the look at the second word and the arming
            }
        })));
        assert!(inbox.is_ready_or_armed(|| false, || ()));
        step(None);
        assert_eq!(inbox.take_next(None), Signum::new(1));
        assert!(!inbox.armed().is_armed(), "the other one would sleep on signal 2");
    }
}
