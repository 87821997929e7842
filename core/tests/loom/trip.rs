//! Trips against each other and against a pass, and two passes at once.

use std::sync::Arc;

use loom::thread;
use sigtrip_core::Pending;

use crate::world::{ONE, THREE, TWO, World, explore, sig, spawn};

#[test]
fn a_trip_is_dispatched_once_and_its_data_is_seen() {
    explore(|| {
        let world = World::new();
        let signal = spawn(&world, |world| {
            world.write(0);
            world.trip(ONE);
        });
        world.dispatch();
        signal.join().unwrap();
        let early = world.times(ONE);
        world.dispatch();
        assert_eq!(world.times(ONE), 1, "{early} before it was joined");
        assert_eq!(world.last_seen(ONE), [1, 0, 0]);
    });
}

#[test]
fn trips_of_two_signals_are_not_lost_to_each_other_nor_to_the_take() {
    explore(|| {
        let world = World::new();
        let first = spawn(&world, |world| world.trip(ONE));
        let second = spawn(&world, |world| world.trip(TWO));
        world.dispatch();
        first.join().unwrap();
        second.join().unwrap();
        world.dispatch();
        assert_eq!((world.times(ONE), world.times(TWO)), (1, 1));
    });
}

#[test]
fn trips_of_one_signal_coalesce_and_the_last_handling_sees_all_their_data() {
    explore(|| {
        let world = World::new();
        let trips = [0, 1].map(|index| {
            spawn(&world, move |world| {
                world.write(index);
                world.trip(THREE);
            })
        });
        world.dispatch();
        for trip in trips {
            trip.join().unwrap();
        }
        world.dispatch();
        assert!((1..=2).contains(&world.times(THREE)));
        assert_eq!(world.last_seen(THREE), [1, 1, 0]);
    });
}

#[test]
fn a_trip_while_its_handler_runs_is_handled_again() {
    explore(|| {
        let world = World::new();
        world.trip(ONE);
        let signal = spawn(&world, |world| {
            world.write(0);
            world.trip(ONE);
        });
        world.dispatch();
        signal.join().unwrap();
        world.dispatch();
        assert!((1..=2).contains(&world.times(ONE)));
        assert_eq!(world.last_seen(ONE), [1, 0, 0]);
    });
}

#[test]
fn of_two_dispatchers_one_gets_each_trip() {
    explore(|| {
        let world = World::new();
        world.trip(ONE);
        world.trip(TWO);
        let other = spawn(&world, World::dispatch);
        world.dispatch();
        other.join().unwrap();
        assert_eq!((world.times(ONE), world.times(TWO), world.signals.any_pending()), (1, 1, false));
    });
}

#[test]
fn of_two_dispatchers_one_gets_a_trip_that_comes_meanwhile() {
    explore(|| {
        let world = World::new();
        let signal = spawn(&world, |world| {
            world.write(0);
            world.trip(ONE);
        });
        let other = spawn(&world, World::dispatch);
        world.dispatch();
        signal.join().unwrap();
        other.join().unwrap();
        world.dispatch();
        assert_eq!((world.times(ONE), world.last_seen(ONE)), (1, [1, 0, 0]));
    });
}

/// The bitmap alone, with two takers of neighbouring bits: the table and the look at the end hide nothing here.
#[test]
fn takers_of_one_word_do_not_undo_each_other() {
    explore(|| {
        let pending = Arc::new(Pending::<1>::new());
        pending.trip(sig(ONE));
        pending.trip(sig(TWO));
        let other = pending.clone();
        let taker = thread::spawn(move || other.take_next(None));
        let here = pending.take_next(None);
        let there = taker.join().unwrap();
        assert!(here.is_some() && there.is_some() && here != there, "{here:?} {there:?}");
        assert!(!pending.any());
    });
}
