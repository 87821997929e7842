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

locked!(AtomicUsize, usize, store swap fetch_or fetch_and fetch_add fetch_sub compare_exchange);
locked!(AtomicU32, u32, swap fetch_and);
locked!(AtomicPtr<T>, *mut T, swap);

impl AtomicU32 {
    pub(crate) const fn as_ptr(&self) -> *mut u32 {
        self.0.as_ptr()
    }
}

#[cfg(test)]
mod tests {
    use core::sync::atomic::{AtomicBool, AtomicUsize as Native};
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

    /// How often one thread must see the other at work before the test is over.
    const ENOUGH: usize = 100;

    /// Two threads at one word, each doing this with its own bit until it says that it is over. Whether both said that all was
    /// well; one that did not ends the other too.
    fn two_threads(each: fn(&Locked, usize, &mut usize) -> bool) -> bool {
        let (word, over) = (Locked::new(0), AtomicBool::new(false));
        let run = |bit| {
            let (mut seen, mut well) = (0, true);
            // Relaxed: a flag that says nothing else.
            while well && seen < ENOUGH && !over.load(Ordering::Relaxed) {
                well = each(&word, bit, &mut seen);
            }
            // Relaxed: as above.
            over.store(true, Ordering::Relaxed);
            well
        };
        thread::scope(|scope| {
            let other = scope.spawn(|| run(1));
            run(2) & other.join().unwrap()
        })
    }

    /// A bit that no other thread touches is always as this one left it, unless another's operation undid this one's.
    #[test]
    fn no_operation_falls_between_the_halves_of_another() {
        assert!(two_threads(|word, mine, seen| {
            // Relaxed: only the values are looked at.
            let cleared = word.fetch_or(mine, Ordering::Relaxed);
            // Relaxed: as above.
            let set = word.fetch_and(!mine, Ordering::Relaxed);
            *seen += usize::from((cleared ^ set) & !mine != 0);
            cleared & mine == 0 && set & mine != 0
        }));
    }

    /// One thread stores ever higher values and finds them there; the other sets a bit below them.
    #[test]
    fn a_store_does_not_fall_between_the_halves_of_an_operation() {
        assert!(two_threads(|word, mine, seen| {
            if mine == 1 {
                // Relaxed: only the values are looked at.
                word.fetch_or(mine, Ordering::Relaxed);
                return true;
            }
            // Relaxed: as above.
            let next = (word.load(Ordering::Relaxed) | 1) + 1;
            // Relaxed: as above.
            word.store(next, Ordering::Relaxed);
            // Relaxed: as above.
            let found = word.load(Ordering::Relaxed);
            *seen += found & 1;
            found & !1 == next
        }));
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
