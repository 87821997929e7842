//! The functions that C has installed: one for each signal, and what it is to be given.
//!
//! In the table every one of them is the same handler of ours, which looks here; so none needs a heap. The owner alone writes, with
//! the writers' lock held, after the table was changed; other threads read with the lock held, the owner as it likes. What can
//! not happen: a function that is called with another one's data; a child of a fork that finds half of a change, since fork takes
//! that lock.

use core::{
    ptr,
    sync::atomic::{AtomicPtr, Ordering},
};

use super::table::Table;
use crate::{Signal, sys};

/// A function of C's, as an address, and what it is given. A null function is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pair {
    pub(crate) function: *mut (),
    pub(crate) data: *mut (),
}

impl Pair {
    pub(crate) const NONE: Self = Self { function: ptr::null_mut(), data: ptr::null_mut() };
}

struct Slot {
    function: AtomicPtr<()>,
    data: AtomicPtr<()>,
}

impl Slot {
    const fn new() -> Self {
        Self { function: AtomicPtr::new(ptr::null_mut()), data: AtomicPtr::new(ptr::null_mut()) }
    }

    fn get(&self) -> Pair {
        // Relaxed, both: by the owner, who wrote it, or under the writers' lock.
        Pair { function: self.function.load(Ordering::Relaxed), data: self.data.load(Ordering::Relaxed) }
    }

    fn set(&self, pair: Pair) {
        // Relaxed, both: under the writers' lock.
        self.function.store(pair.function, Ordering::Relaxed);
        self.data.store(pair.data, Ordering::Relaxed);
    }
}

static SLOTS: [Slot; sys::SIGNAL_MAX as usize] = [const { Slot::new() }; sys::SIGNAL_MAX as usize];

/// Every signal has its place.
fn slot(signal: Signal) -> Option<&'static Slot> {
    SLOTS.get(signal.number().unsigned_abs() as usize - 1)
}

/// What the owner is to call. Owner context.
pub(crate) fn of(signal: Signal) -> Pair {
    slot(signal).map_or(Pair::NONE, Slot::get)
}

/// The same for any thread.
pub(crate) fn seen_from_anywhere(signal: Signal) -> Pair {
    let _no_change = Table::lock();
    of(signal)
}

/// Notes what was installed just now. Returns what was there. Owner context; no handler may run in between.
pub(crate) fn replace(signal: Signal, new: Pair) -> Pair {
    let _change = Table::lock();
    let earlier = of(signal);
    if let Some(slot) = slot(signal) {
        slot.set(new);
    }
    earlier
}
