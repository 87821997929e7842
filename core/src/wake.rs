//! The armed word: how the owner goes to sleep without missing a signal.
//!
//! Two states: 0, *nobody sleeps*, and 1, *the owner is about to sleep or sleeps*.
//!
//! - 0 → 1: [`Armed::arm`], the owner alone;
//! - 1 → 0: [`Armed::disarm`], the owner after its sleep; or [`Armed::fire`], signal context, any thread, and whoever
//!   gets to turn the 1 into 0 there must wake the owner, once.
//!
//! The protocol, each side in this order:
//!
//! ```text
//! owner                                     signal context
//! (a) armed.swap(1)                         (x) set the signal's bit
//! (b) look at the bits: any? do not sleep   (y) armed.fetch_and(0): was it 1? wake the owner
//! (c) sleep, unless the word is 0 again
//! (d) armed.swap(0)
//! ```
//!
//! The interleaving that must not be: (b) sees no bit, (y) sees 0, and the owner sleeps on a pending signal. With
//! plain stores and loads it can be, however strong their Release and Acquire: it is store buffering, each side's
//! store still on its way while its load reads the old value. Here both sides move the *same* word by a
//! read-modify-write, and such moves have one order. If (a) comes first, (y) reads 1 and wakes. If (y) comes
//! first, (a) reads what (y) wrote, and by Release and Acquire sees (x), so that (b) finds the bit. A sleep that can
//! not begin when the word is 0 (a futex compares it, a descriptor stays readable) closes the gap between (b) and
//! (c).
//!
//! `fire` takes the one bit out and is no swap, because that is two instructions where a swap and a comparison are four.
//!
//! A wake too many can happen and is harmless: the owner looks again. A lost one can not.

use crate::atomic::{AtomicU32, Ordering, const_unless_loom};

/// The word on which the owner sleeps and which signal context disarms: four bytes, 1 while the owner may sleep.
///
/// ```
/// use sigtrip_core::Armed;
///
/// let armed = Armed::new();
/// assert!(!armed.fire()); // nobody sleeps: nobody to wake
/// armed.arm();
/// assert!(armed.fire()); // the one that must wake
/// assert!(!armed.fire()); // the wake was given
/// ```
#[derive(Debug)]
pub struct Armed {
    word: AtomicU32,
}

impl Armed {
    /// The value of the word while the owner may sleep: what a futex compares.
    ///
    /// ```
    /// # use sigtrip_core::Armed;
    /// assert_eq!(Armed::ARMED, 1);
    /// ```
    pub const ARMED: u32 = 1;
    const IDLE: u32 = 0;

    const_unless_loom! {
        /// Not armed.
        ///
        /// ```
        /// # use sigtrip_core::Armed;
        /// let armed = Armed::new();
        /// assert!(!armed.is_armed());
        /// ```
        #[must_use]
        pub fn new() -> Self {
            Self { word: AtomicU32::new(Self::IDLE) }
        }
    }

    /// Says that the owner is about to sleep. It must look for pending signals after this and before it sleeps.
    ///
    /// Owner context.
    ///
    /// ```
    /// # use sigtrip_core::Armed;
    /// let armed = Armed::new();
    /// armed.arm();
    /// assert!(armed.is_armed());
    /// ```
    #[inline]
    pub fn arm(&self) {
        // AcqRel: Acquire pairs with the Release of `fire`: if that came first, the look that follows sees its bit.
        // Release pairs with the Acquire of `fire`: what the owner wrote before it armed is seen by whoever wakes it. A
        // swap, never a store: see the file's head.
        self.word.swap(Self::ARMED, Ordering::AcqRel);
    }

    /// Says that the owner is awake. Unconditional, after every sleep and before the owner looks at what is pending.
    ///
    /// Owner context.
    ///
    /// ```
    /// # use sigtrip_core::Armed;
    /// let armed = Armed::new();
    /// armed.arm();
    /// armed.disarm();
    /// assert!(!armed.fire()); // the owner is awake: nobody to wake
    /// ```
    #[inline]
    pub fn disarm(&self) {
        // Acquire: pairs with the Release of `fire`, whose bit the scan that follows must see. Nobody acquires from here, so
        // no Release; and a swap, never a store, so that the next `arm` still reads from an earlier `fire` through it.
        self.word.swap(Self::IDLE, Ordering::Acquire);
    }

    /// Disarms from signal context, after the bit is set. If it returns true the caller must wake the owner.
    ///
    /// Signal context: one atomic operation, no loop, no panic. May be called in owner context too.
    ///
    /// ```
    /// # use sigtrip_core::Armed;
    /// let armed = Armed::new();
    /// armed.arm();
    /// assert!(armed.fire()); // wake the owner
    /// assert!(!armed.fire()); // once
    /// ```
    #[inline]
    #[must_use = "if it returns true the owner sleeps and must be woken"]
    pub fn fire(&self) -> bool {
        // AcqRel: Release pairs with the Acquire of `arm` and `disarm` (the bit set before this is seen); Acquire pairs
        // with the Release of `arm`, so that the wake sees what the owner wrote before it armed.
        self.word.fetch_and(!Self::ARMED, Ordering::AcqRel) & Self::ARMED != 0
    }

    /// Whether the owner armed the word and nobody has fired it yet: the sleep may go on. One load.
    ///
    /// For a kernel that sleeps on something else than the address of the word: a condition variable (look with
    /// its lock held, and take that lock in [`Kernel::wake`](crate::Kernel::wake)), or an instruction that waits for
    /// an interrupt. Either context.
    ///
    /// ```
    /// # use sigtrip_core::Armed;
    /// let armed = Armed::new();
    /// armed.arm();
    /// assert!(armed.is_armed()); // sleep on
    /// assert!(armed.fire() && !armed.is_armed()); // sleep no more
    /// ```
    #[inline]
    #[must_use]
    pub fn is_armed(&self) -> bool {
        // Relaxed: no partner. It says whether to sleep, nothing is read because of it; `disarm` acquires.
        self.word.load(Ordering::Relaxed) == Self::ARMED
    }

    /// The address of the word, for a system call that sleeps on it or wakes its sleepers.
    ///
    /// Either context. Nobody may write through it. Not there under loom, whose words have no address.
    ///
    /// ```
    /// # use sigtrip_core::Armed;
    /// let armed = Armed::new();
    /// armed.arm();
    /// // SAFETY: the word lives, and no other thread has it.
    /// assert_eq!(unsafe { armed.as_ptr().read() }, Armed::ARMED);
    /// ```
    #[cfg(not(sigtrip_loom))]
    #[inline]
    #[must_use]
    pub const fn as_ptr(&self) -> *mut u32 {
        self.word.as_ptr()
    }
}

impl Default for Armed {
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

    #[test]
    fn one_wake_for_each_time_it_was_armed() {
        let armed = Armed::new();
        assert!(!armed.fire());
        armed.arm();
        armed.arm();
        assert!(armed.is_armed());
        assert!(armed.fire());
        assert!(!armed.is_armed());
        assert!(!armed.fire());
    }

    #[test]
    fn no_wake_once_the_owner_has_disarmed() {
        let armed = Armed::new();
        armed.arm();
        armed.disarm();
        assert!(!armed.is_armed());
        assert!(!armed.fire());
    }

    #[test]
    fn the_address_shows_the_word() {
        let armed = Armed::new();
        let bytes = size_of_val(&armed);
        assert_eq!((bytes, armed.as_ptr().cast_const()), (4, (&raw const armed).cast()));
    }

    /// A signal that interrupts the firing of another: of the two, one wakes.
    #[test]
    fn of_two_nested_fires_one_wakes() {
        let armed = Rc::new(Armed::new());
        let inner = Rc::new(Cell::new(None));
        armed.arm();
        let hook = (armed.clone(), inner.clone());
        step(Some(Box::new(move || hook.1.set(Some(hook.0.fire())))));
        let outer = armed.fire();
        step(None);
        assert_eq!((inner.get(), outer), (Some(true), false));
    }
}
