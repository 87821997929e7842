//! The gate: what a reader in signal context looks at is not taken away under its eyes.

use std::sync::Arc;

use loom::{
    cell::UnsafeCell,
    sync::atomic::{AtomicUsize, Ordering::*},
    thread::{self, JoinHandle},
};
use sigtrip_core::Gate;

use crate::world::{explore, explore_bounded};

/// Readers follow `current` to one of the contents; a writer makes it another, waits, and spoils the old one.
struct House<const SLOTS: usize> {
    gate: Gate<SLOTS>,
    current: AtomicUsize,
    /// Loom reports whoever looks while another writes.
    contents: [UnsafeCell<usize>; 3],
}

const SOUND: usize = 7;
const SPOILED: usize = 666;

// Loom's cells are not `Sync`; it checks each access itself.
unsafe impl<const SLOTS: usize> Sync for House<SLOTS> {}
unsafe impl<const SLOTS: usize> Send for House<SLOTS> {}

impl<const SLOTS: usize> House<SLOTS> {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            gate: Gate::new(),
            current: AtomicUsize::new(0),
            contents: [const { SOUND }; 3].map(UnsafeCell::new),
        })
    }

    fn look(&self) {
        // Acquire: pairs with the Release of `replace`.
        let current = self.current.load(Acquire);
        self.contents[current].with(|content| assert_eq!(unsafe { *content }, SOUND, "taken away"));
    }

    fn read(&self, me: usize) {
        self.gate.inside(me, || self.look());
    }

    /// Release is all that the gate asks of it: who enters later sees it.
    fn replace(&self, old: usize, new: usize) {
        self.current.store(new, Release);
        self.gate.wait(thread::yield_now);
        self.spoil(old);
    }

    fn spoil(&self, old: usize) {
        self.contents[old].with_mut(|content| unsafe { *content = SPOILED });
    }
}

fn reader<const SLOTS: usize>(
    house: &Arc<House<SLOTS>>,
    f: impl FnOnce(&House<SLOTS>) + 'static,
) -> JoinHandle<()> {
    let house = house.clone();
    thread::spawn(move || f(&house))
}

#[test]
fn a_reader_in_a_slot_is_waited_for() {
    explore(|| {
        let house = House::<1>::new();
        let signal = reader(&house, |house| house.read(1));
        house.replace(0, 1);
        signal.join().unwrap();
    });
}

#[test]
fn two_readers_for_two_slots_are_waited_for() {
    explore_bounded(Some(3), || {
        let house = House::<2>::new();
        let signals = [1, 2].map(|me| reader(&house, move |house| house.read(me)));
        house.replace(0, 1);
        signals.into_iter().for_each(|signal| signal.join().unwrap());
    });
}

/// One of them finds no slot, whichever comes second.
#[test]
fn two_readers_for_one_slot_are_waited_for() {
    explore_bounded(Some(3), || {
        let house = House::<1>::new();
        let signals = [1, 2].map(|me| reader(&house, move |house| house.read(me)));
        house.replace(0, 1);
        signals.into_iter().for_each(|signal| signal.join().unwrap());
    });
}

#[test]
fn a_reader_without_a_slot_is_waited_for() {
    explore(|| {
        let house = House::<0>::new();
        let signal = reader(&house, |house| house.read(1));
        house.replace(0, 1);
        signal.join().unwrap();
    });
}

#[test]
fn two_readers_without_slots_are_waited_for() {
    explore_bounded(Some(3), || {
        let house = House::<0>::new();
        let signals = [1, 2].map(|me| reader(&house, move |house| house.read(me)));
        house.replace(0, 1);
        signals.into_iter().for_each(|signal| signal.join().unwrap());
        assert!(!house.gate.is_crowded());
    });
}

/// The slot that the writer looks at is taken again and again: each visit is waited for that could have seen the old.
#[test]
fn a_storm_of_readers_in_one_slot() {
    explore_bounded(Some(4), || {
        let house = House::<1>::new();
        let storm = reader(&house, |house| (0..3).for_each(|_| house.read(1)));
        house.replace(0, 1);
        storm.join().unwrap();
    });
}

#[test]
fn a_storm_of_readers_without_slots() {
    explore_bounded(Some(4), || {
        let house = House::<0>::new();
        let storm = reader(&house, |house| (0..3).for_each(|_| house.read(1)));
        house.replace(0, 1);
        storm.join().unwrap();
    });
}

/// The writer's second change of the same memory: the one before must be over for every reader.
#[test]
fn one_change_after_another() {
    explore_bounded(Some(3), || {
        let house = House::<1>::new();
        let signal = reader(&house, |house| (0..2).for_each(|_| house.read(1)));
        house.replace(0, 1);
        house.replace(1, 2);
        signal.join().unwrap();
    });
}

/// A signal inside a reader, on its thread: it has a slot of its own, or none.
#[test]
fn a_nested_reader_is_waited_for() {
    fn nested<const SLOTS: usize>() {
        explore_bounded(Some(3), || {
            let house = House::<SLOTS>::new();
            let signal = reader(&house, |house| {
                let outer = house.gate.enter(1);
                house.read(1);
                house.look();
                house.gate.leave(outer);
            });
            house.replace(0, 1);
            signal.join().unwrap();
        });
    }
    nested::<2>();
    nested::<1>();
}

/// Whoever finds nobody inside can free what was swapped out before.
#[test]
fn a_quiet_gate_has_nobody_inside() {
    explore_bounded(Some(3), || {
        let house = House::<1>::new();
        let signals = [1, 2].map(|me| reader(&house, move |house| house.read(me)));
        house.current.store(1, Release);
        if house.gate.is_quiet() {
            house.spoil(0);
        }
        signals.into_iter().for_each(|signal| signal.join().unwrap());
    });
}

/// In the child of a fork: this thread was inside twice, once without a slot, and another, which is not there, was too. What
/// it frees is not looked at any more, and it is waited for no more than others.
#[test]
fn a_fork_leaves_no_reader_behind() {
    explore(|| {
        let house = House::<2>::new();
        let gone = house.gate.enter(2);
        let [slot, bank] = [house.gate.enter(1), house.gate.enter(1)];
        house.gate.reset(1);
        drop(gone);
        assert!(house.gate.is_inside(1) && house.gate.may_be_inside(3), "one without a name may be here");
        house.gate.leave(bank);
        house.gate.leave(slot);
        assert!(!house.gate.is_inside(1) && !house.gate.is_inside(2) && !house.gate.is_crowded());
        let signal = reader(&house, |house| house.read(3));
        house.replace(0, 1);
        signal.join().unwrap();
    });
}
