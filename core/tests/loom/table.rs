//! The table against trips and passes, and against the kernel.

use std::sync::Arc;

use loom::{
    sync::atomic::{AtomicUsize, Ordering::*},
    thread,
};
use sigtrip_core::{Disposition, HandlerTable};

use crate::world::{Handler, ONE, World, explore, new, newer, old, sig, spawn};

#[test]
fn a_handler_that_is_replaced_meanwhile_is_the_old_or_the_new_and_whole() {
    explore(|| {
        let world = World::new();
        world.write(0);
        world.signals.set_disposition(&*world, sig(ONE), Disposition::Handler(old)).unwrap();
        world.trip(ONE);
        let installer = spawn(&world, |world| {
            world.write(1);
            let replaced = world.signals.set_disposition(world, sig(ONE), Disposition::Handler(new)).unwrap();
            let Disposition::Handler(before) = replaced.disposition else {
                panic!("the old one was not handed back")
            };
            assert_eq!((before(sig(ONE)), replaced.stale), (0, None));
        });
        world.dispatch();
        installer.join().unwrap();
        let handled = world.handled.lock().unwrap();
        let [(_, Disposition::Handler(handler), contents)] = handled[..] else { panic!("{handled:?}") };
        assert_eq!(contents[handler(sig(ONE))], 1, "a handler was called before what it points to was there");
    });
}

/// Three owners of a value each: what goes in comes out once, and whoever gets it may free it.
#[test]
fn of_two_swaps_each_old_value_goes_to_one_and_is_whole() {
    fn swap(table: &HandlerTable<Handler, 1>, contents: &[AtomicUsize; 3], handler: Handler) -> usize {
        contents[handler(sig(ONE))].store(1, Relaxed);
        let Ok(Disposition::Handler(before)) = table.swap(sig(ONE), Disposition::Handler(handler)) else {
            panic!("the entry held a handler")
        };
        assert_eq!(contents[before(sig(ONE))].load(Relaxed), 1, "handed back before it was seen whole");
        before(sig(ONE))
    }
    explore(|| {
        let shared = Arc::new((HandlerTable::<Handler, 1>::new(), <[AtomicUsize; 3]>::default()));
        shared.1[0].store(1, Relaxed);
        shared.0.swap(sig(ONE), Disposition::Handler(old)).unwrap();
        let there = shared.clone();
        let swapper = thread::spawn(move || swap(&there.0, &there.1, new));
        let mut out = [swap(&shared.0, &shared.1, newer), swapper.join().unwrap(), 0];
        let Disposition::Handler(last) = shared.0.get(sig(ONE)) else { panic!("the entry holds a handler") };
        out[2] = last(sig(ONE));
        out.sort_unstable();
        assert_eq!(out, [0, 1, 2]);
    });
}

#[test]
fn a_delivery_during_an_install_finds_the_handler() {
    explore(|| {
        let world = World::new();
        let deliver = spawn(&world, |world| {
            if world.ours.load(Acquire) {
                world.trip(ONE);
                world.dispatch();
            }
        });
        world.signals.set_disposition(&*world, sig(ONE), Disposition::Handler(new)).unwrap();
        deliver.join().unwrap();
        for (_, disposition, _) in &*world.handled.lock().unwrap() {
            assert!(matches!(disposition, Disposition::Handler(_)), "delivered to {disposition:?}");
        }
    });
}

/// The other way round: the watcher looks at the table first, so that it sees the one before the other if they go the wrong
/// way.
#[test]
fn there_is_no_moment_when_the_kernel_delivers_and_the_table_has_no_handler() {
    for removed in [Disposition::Default, Disposition::Ignore, Disposition::Foreign(())] {
        explore(move || {
            let world = World::new();
            world.signals.set_disposition(&*world, sig(ONE), Disposition::Handler(new)).unwrap();
            let watcher = spawn(&world, |world| {
                let entry = world.signals.disposition(sig(ONE));
                let delivers = world.ours.load(Acquire);
                assert!(!delivers || matches!(entry, Disposition::Handler(_)), "delivered to {entry:?}");
            });
            world.signals.set_disposition(&*world, sig(ONE), removed).unwrap();
            watcher.join().unwrap();
        });
    }
}

#[test]
fn a_handler_that_was_set_before_the_trip_is_the_one_that_runs() {
    explore(|| {
        let world = World::new();
        let signal = spawn(&world, |world| {
            world.signals.note_disposition(sig(ONE), Disposition::Handler(new)).unwrap();
            world.trip(ONE);
        });
        world.dispatch();
        signal.join().unwrap();
        world.dispatch();
        let handled = world.handled.lock().unwrap();
        assert!(matches!(handled[..], [(ONE, Disposition::Handler(_), _)]), "{handled:?}");
    });
}

/// Three threads: one replaces the handler, one trips the signal, one dispatches it.
#[test]
fn a_change_a_trip_and_a_pass_at_once() {
    explore(|| {
        let world = World::new();
        world.write(0);
        world.signals.note_disposition(sig(ONE), Disposition::Handler(old)).unwrap();
        let installer = spawn(&world, |world| {
            world.write(1);
            world.signals.set_disposition(world, sig(ONE), Disposition::Handler(new)).unwrap();
        });
        let signal = spawn(&world, |world| {
            world.write(2);
            world.trip(ONE);
        });
        world.dispatch();
        installer.join().unwrap();
        signal.join().unwrap();
        world.dispatch();
        let handled = world.handled.lock().unwrap();
        let [(_, Disposition::Handler(handler), contents)] = handled[..] else { panic!("{handled:?}") };
        assert_eq!(
            (contents[handler(sig(ONE))], contents[2]),
            (1, 1),
            "a handler or a trip was not seen whole"
        );
    });
}
