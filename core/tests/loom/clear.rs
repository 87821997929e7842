//! To forget what is pending, while other threads trip and dispatch: as a session does that begins, with signals coming.

use std::sync::{
    Arc,
    atomic::{AtomicUsize as Count, Ordering::SeqCst},
};

use crate::world::{ONE, THREE, TWO, World, explore, sig, spawn};

/// Neighbours in a word, and in the next one.
#[test]
fn what_was_pending_is_forgotten_and_a_trip_meanwhile_is_whole_or_gone() {
    let outcomes = Arc::new([Count::new(0), Count::new(0)]);
    let counted = outcomes.clone();
    explore(move || {
        let world = World::new();
        world.trip(ONE);
        world.trip(THREE);
        let signal = spawn(&world, |world| {
            world.write(0);
            world.trip(TWO);
        });
        world.signals.clear_pending();
        world.dispatch();
        signal.join().unwrap();
        world.dispatch();
        assert_eq!((world.times(ONE), world.times(THREE)), (0, 0), "what was pending is handled");
        let times = world.times(TWO);
        assert!(times == 0 || world.last_seen(TWO) == [1, 0, 0], "handled, and its data was not seen");
        counted[times].fetch_add(1, SeqCst);
    });
    assert!(outcomes.iter().all(|count| count.load(SeqCst) > 0), "both are tried: {outcomes:?}");
}

#[test]
fn what_was_forgotten_is_not_put_back_by_a_pass() {
    explore(|| {
        let world = World::new();
        world.trip(ONE);
        world.trip(TWO);
        let other = spawn(&world, |world| {
            let _ = world.signals.dispatch(world, |_, _| Err(())); // takes one, and leaves the other
        });
        world.signals.clear_pending();
        other.join().unwrap();
        assert!(!world.signals.any_pending(), "{:?}", world.signals.pending());
    });
}

/// A trip of the clearing thread, after the clear, with a trip of another thread at any moment.
#[test]
fn a_trip_after_the_clear_is_handled() {
    explore(|| {
        let world = World::new();
        let signal = spawn(&world, |world| world.trip(TWO));
        world.signals.clear_pending();
        world.signals.trip_unarmed(sig(ONE));
        world.dispatch();
        signal.join().unwrap();
        world.dispatch();
        assert_eq!(world.times(ONE), 1);
        assert!(world.times(TWO) <= 1);
    });
}
