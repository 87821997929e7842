//! The armed word: who goes to sleep against who trips. A lost wake is a deadlock.

use std::sync::{Arc, atomic::Ordering::SeqCst};

use loom::{sync::atomic::Ordering::Relaxed, thread::JoinHandle};

use crate::world::{ONE, THREE, TWO, World, explore, explore_bounded, sig, spawn};

#[test]
fn a_trip_wakes_who_goes_to_sleep() {
    explore(|| {
        let world = World::new();
        let signal = spawn(&world, |world| world.trip(ONE));
        world.sleep_until_handled(ONE);
        signal.join().unwrap();
        assert_eq!(world.times(ONE), 1);
    });
}

#[test]
fn the_second_of_two_trips_wakes_too() {
    explore(|| {
        let world = World::new();
        let signals = spawn(&world, |world| {
            world.trip(ONE);
            world.trip(THREE);
        });
        world.sleep_until_handled(ONE);
        world.sleep_until_handled(THREE);
        signals.join().unwrap();
        assert_eq!((world.times(ONE), world.times(THREE)), (1, 1));
    });
}

#[test]
fn two_threads_that_trip_both_wake() {
    // Three preemptions: three threads and a lock did not end in two minutes without a bound. Without the lock and the loop
    // they are gone through in full, below.
    explore_bounded(Some(3), || {
        let world = World::new();
        let signals = [ONE, THREE].map(|number| spawn(&world, move |world| world.trip(number)));
        world.sleep_until_handled(ONE);
        world.sleep_until_handled(THREE);
        for signal in signals {
            signal.join().unwrap();
        }
        assert!(world.wakes.load(SeqCst) <= 2);
    });
}

#[test]
fn another_event_wakes_too() {
    explore(|| {
        let world = World::new();
        let event = spawn(&world, |world| {
            world.write(1);
            world.signals.wake(world);
        });
        let happened = || world.contents[1].load(Relaxed) == 1;
        while !happened() {
            world.signals.sleep_unless(happened, || world.sleep());
        }
        event.join().unwrap();
    });
}

/// Sleeps once, for as long as a sleep can last: until the others have ended. Whoever still sleeps then sleeps for ever.
fn sleep_through(world: &Arc<World>, others: [JoinHandle<()>; 2], ready: impl Fn() -> bool) {
    let mut others = Some(others);
    let end = |others: &mut Option<[JoinHandle<()>; 2]>| {
        for other in others.take().into_iter().flatten() {
            other.join().unwrap();
        }
    };
    world.signals.sleep_unless(ready, || {
        end(&mut others);
        assert!(!world.signals.armed().is_armed(), "nobody wakes who sleeps");
    });
    end(&mut others);
    assert!(world.wakes.load(SeqCst) <= 1, "woken twice for one sleep");
}

#[test]
fn whichever_of_two_threads_trips_first_who_sleeps_is_woken() {
    explore(|| {
        let world = World::new();
        let signals = [ONE, THREE].map(|number| spawn(&world, move |world| world.trip(number)));
        sleep_through(&world, signals, || false);
        world.dispatch();
        assert_eq!((world.times(ONE), world.times(THREE)), (1, 1));
    });
}

#[test]
fn a_trip_and_another_event_at_once_wake() {
    explore(|| {
        let world = World::new();
        let signal = spawn(&world, |world| world.trip(ONE));
        let event = spawn(&world, |world| {
            world.write(1);
            world.signals.wake(world);
        });
        sleep_through(&world, [signal, event], || world.contents[1].load(Relaxed) == 1);
        world.dispatch();
        assert_eq!(world.times(ONE), 1);
    });
}

/// A sleep may end for no reason, and brings no order with it then. What a wake was given for is seen by the pass that
/// follows the sleep all the same.
#[test]
fn the_pass_after_a_sleep_sees_what_it_was_woken_for() {
    explore(|| {
        let world = World::new();
        let signal = spawn(&world, |world| world.trip(ONE));
        world.signals.sleep_unless(|| false, || ());
        world.dispatch();
        let at_once = world.times(ONE);
        signal.join().unwrap();
        assert!(at_once == 1 || world.wakes.load(SeqCst) == 0, "woken, and found nothing");
        world.dispatch();
        assert_eq!(world.times(ONE), 1);
    });
}

#[test]
fn a_trip_during_a_sleep_that_ended_early_is_not_slept_through() {
    explore(|| {
        let world = World::new();
        let signal = spawn(&world, |world| world.trip(ONE));
        world.signals.sleep_unless(|| false, || ());
        world.dispatch();
        world.sleep_until_handled(ONE);
        signal.join().unwrap();
        assert_eq!(world.times(ONE), 1);
    });
}

/// What the owner wrote before it armed (where it sleeps, say) is seen by whoever wakes it.
#[test]
fn a_wake_sees_what_the_owner_wrote_before_it_armed() {
    explore(|| {
        let world = World::new();
        let signal = spawn(&world, |world| world.trip(ONE));
        world.write(0);
        world.sleep_until_handled(ONE);
        signal.join().unwrap();
        assert!(world.seen_at_wake.lock().unwrap().iter().all(|&seen| seen == 1));
    });
}

/// One thread sleeps; another dispatches, and fails with a signal left that was tripped without a wake.
#[test]
fn a_pass_that_fails_wakes_who_sleeps() {
    explore(|| {
        let world = World::new();
        world.trip(ONE);
        let mut owner = None;
        let failed = world.signals.dispatch(&*world, |_, _| {
            owner = Some(spawn(&world, |world| world.sleep_until_handled(TWO)));
            world.signals.trip_unarmed(sig(TWO));
            Err(())
        });
        assert_eq!(failed, Err(()));
        owner.unwrap().join().unwrap();
        assert_eq!(world.times(TWO), 1);
    });
}

/// The same of a pass that ends well, and whose handler tripped what was behind its cursor.
#[test]
fn a_pass_that_leaves_a_bit_behind_its_cursor_wakes_who_sleeps() {
    explore(|| {
        let world = World::new();
        world.trip(TWO);
        let mut owner = None;
        let done: Result<(), ()> = world.signals.dispatch(&*world, |_, _| {
            owner = Some(spawn(&world, |world| world.sleep_until_handled(ONE)));
            world.signals.trip_unarmed(sig(ONE));
            Ok(())
        });
        done.unwrap();
        owner.unwrap().join().unwrap();
        assert_eq!(world.times(ONE), 1);
    });
}
