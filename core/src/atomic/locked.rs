//! The body for targets that load and store in one step and can do no more (Cortex-M0, RISC-V without A): what
//! reads *and* writes does so in a critical section.
//!
//! The section is that of the crate `critical-section`, for which the program brings the implementation: the
//! interrupts masked on one core, a lock of the hardware's beside that on several. An interrupt comes before a section
//! or after it, so that each operation is one step, as the other bodies' are. A load is the target's own: a safe point
//! with nothing pending masks nothing. A store takes the section too, or another core's could fall between the load
//! and the store of an operation, and be undone.
//!
//! What can not happen: an ordering that is weaker than what was asked for. Sections of one lock follow each other, and
//! the load and the store inside have the halves of the ordering besides, for those who load outside. Nobody asks for
//! the strongest one; `tidy` sees to that.
//!
//! To offer one more operation is one word in the list of its type, at the end.

use core::sync::atomic;

pub(crate) use core::sync::atomic::Ordering;

/// The half of an ordering that is the load's.
const fn of_the_load(order: Ordering) -> Ordering {
    match order {
        // Acquire and AcqRel: pairs with whatever the caller pairs them with.
        Ordering::Acquire | Ordering::AcqRel => Ordering::Acquire,
        // Relaxed: nothing was asked of the load.
        _ => Ordering::Relaxed,
    }
}

/// The half that is the store's.
const fn of_the_store(order: Ordering) -> Ordering {
    match order {
        // Release and AcqRel: pairs with whatever the caller pairs them with.
        Ordering::Release | Ordering::AcqRel => Ordering::Release,
        // Relaxed: nothing was asked of the store.
        _ => Ordering::Relaxed,
    }
}

/// One operation, by its name.
macro_rules! operation {
    (store, $value:ty) => {
        pub(crate) fn store(&self, new: $value, order: Ordering) {
            self.replace(order, |_| new);
        }
    };
    (swap, $value:ty) => {
        pub(crate) fn swap(&self, new: $value, order: Ordering) -> $value {
            self.replace(order, |_| new)
        }
    };
    (fetch_or, $value:ty) => {
        pub(crate) fn fetch_or(&self, bits: $value, order: Ordering) -> $value {
            self.replace(order, |old| old | bits)
        }
    };
    (fetch_and, $value:ty) => {
        pub(crate) fn fetch_and(&self, bits: $value, order: Ordering) -> $value {
            self.replace(order, |old| old & bits)
        }
    };
    (fetch_add, $value:ty) => {
        pub(crate) fn fetch_add(&self, more: $value, order: Ordering) -> $value {
            self.replace(order, |old| old.wrapping_add(more))
        }
    };
    (fetch_sub, $value:ty) => {
        pub(crate) fn fetch_sub(&self, less: $value, order: Ordering) -> $value {
            self.replace(order, |old| old.wrapping_sub(less))
        }
    };
    // In a failure the old value is stored again: nobody can tell, for none came between. The failure's ordering is no
    // stronger than the success's, as the callers write them.
    (compare_exchange, $value:ty) => {
        pub(crate) fn compare_exchange(
            &self,
            current: $value,
            new: $value,
            success: Ordering,
            _failure: Ordering,
        ) -> Result<$value, $value> {
            let old = self.replace(success, |old| if old == current { new } else { old });
            if old == current { Ok(old) } else { Err(old) }
        }
    };
}

/// A type with the operations that are named, beside `new` and `load`.
macro_rules! locked {
    ($name:ident $(<$param:ident>)?, $value:ty, $($operation:ident)*) => {
        #[derive(Debug)]
        pub(crate) struct $name $(<$param>)? (atomic::$name $(<$param>)?);

        impl $(<$param>)? $name $(<$param>)? {
            pub(crate) const fn new(value: $value) -> Self {
                Self(atomic::$name::new(value))
            }

            #[inline]
            pub(crate) fn load(&self, order: Ordering) -> $value {
                self.0.load(order)
            }

            $(operation!($operation, $value);)*

            /// The one place that reads and writes; returns what was there.
            fn replace(&self, order: Ordering, new: impl FnOnce($value) -> $value) -> $value {
                critical_section::with(|_| {
                    let old = self.0.load(of_the_load(order));
                    self.0.store(new(old), of_the_store(order));
                    old
                })
            }
        }
    };
}

locked!(AtomicUsize, usize, store fetch_or fetch_and);
locked!(AtomicU32, u32, swap);
locked!(AtomicPtr<T>, *mut T, swap);

impl AtomicU32 {
    pub(crate) const fn as_ptr(&self) -> *mut u32 {
        self.0.as_ptr()
    }
}

#[cfg(test)]
mod tests {
    use core::sync::atomic::AtomicUsize as Native;
    use std::thread;

    use super::{Ordering, atomic, of_the_load, of_the_store};

    /// Every operation there is, whether the core uses it or not.
    mod every {
        use super::{Ordering, atomic, of_the_load, of_the_store};

        locked!(AtomicUsize, usize, store swap fetch_or fetch_and fetch_add fetch_sub compare_exchange);
    }
    use every::AtomicUsize as Locked;

    const VALUES: [usize; 5] = [0, 1, 0b1100, usize::MAX - 1, usize::MAX];

    /// What an operation returned and left, on both.
    macro_rules! agree {
        ($before:expr, $operation:ident($($argument:expr),*)) => {
            let (native, locked) = (Native::new($before), Locked::new($before));
            let both = (native.$operation($($argument),*), locked.$operation($($argument),*));
            assert_eq!(both.0, both.1);
            // Relaxed: one thread.
            assert_eq!(native.load(Ordering::Relaxed), locked.load(Ordering::Relaxed));
        };
    }

    #[test]
    fn every_operation_does_what_the_processors_own_does() {
        for before in VALUES {
            for operand in VALUES {
                // AcqRel: any would do, on one thread.
                let order = Ordering::AcqRel;
                agree!(before, store(operand, of_the_store(order)));
                agree!(before, swap(operand, order));
                agree!(before, fetch_or(operand, order));
                agree!(before, fetch_and(operand, order));
                agree!(before, fetch_add(operand, order));
                agree!(before, fetch_sub(operand, order));
                for current in VALUES {
                    agree!(before, compare_exchange(current, operand, order, of_the_load(order)));
                }
            }
        }
    }

    /// Each thread sets and clears bits of its own, and adds above them: one update that is undone by another shows.
    #[test]
    fn no_operation_falls_between_the_halves_of_another() {
        const ROUNDS: usize = 20_000;
        let word = Locked::new(0);
        thread::scope(|scope| {
            for bit in [1, 2] {
                let word = &word;
                scope.spawn(move || {
                    for _ in 0..ROUNDS {
                        // Relaxed: only the value is looked at.
                        assert_eq!(word.fetch_or(bit, Ordering::Relaxed) & bit, 0);
                        // Relaxed: as above.
                        word.fetch_add(4, Ordering::Relaxed);
                        // Relaxed: as above.
                        assert_eq!(word.fetch_and(!bit, Ordering::Relaxed) & bit, bit);
                    }
                });
            }
        });
        // Relaxed: the threads have ended.
        assert_eq!(word.load(Ordering::Relaxed), 2 * ROUNDS * 4);
    }

    /// A store that another thread's operation could undo would leave the word set for ever.
    #[test]
    fn a_store_does_not_fall_between_the_halves_of_an_operation() {
        const ROUNDS: usize = 20_000;
        let word = Locked::new(0);
        let stored = Native::new(0);
        thread::scope(|scope| {
            scope.spawn(|| {
                for round in 1..=ROUNDS {
                    // Relaxed: only values are looked at.
                    word.store(round << 1, Ordering::Relaxed);
                    // Release: pairs with the Acquire below.
                    stored.store(round, Ordering::Release);
                }
            });
            while word.load(Ordering::Relaxed) >> 1 < ROUNDS {
                // Acquire: pairs with the Release above: what was stored by then must still be there, or a later one.
                let at_least = stored.load(Ordering::Acquire);
                // Relaxed: as above.
                assert!(word.fetch_or(1, Ordering::Relaxed) >> 1 >= at_least, "a store was undone");
            }
        });
    }

    #[test]
    fn an_ordering_keeps_both_its_halves() {
        // Relaxed, Acquire, Release, AcqRel: all that there are here.
        let orders = [Ordering::Relaxed, Ordering::Acquire, Ordering::Release, Ordering::AcqRel];
        // Relaxed, Acquire: what a load may have.
        let loads = [Ordering::Relaxed, Ordering::Acquire, Ordering::Relaxed, Ordering::Acquire];
        // Relaxed, Release: what a store may have.
        let stores = [Ordering::Relaxed, Ordering::Relaxed, Ordering::Release, Ordering::Release];
        assert_eq!(orders.map(of_the_load), loads);
        assert_eq!(orders.map(of_the_store), stores);
    }
}
