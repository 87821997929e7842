//! The core under loom: every interleaving of two threads, and of three where that ends, each load reading any value
//! that the memory model lets it read. A signal on another thread is a thread here; a signal that interrupts its own
//! thread is not loom's to show, and is played in `src/dispatcher/tests/reentrancy.rs`.
//!
//! ```text
//! RUSTFLAGS="--cfg sigtrip_loom" cargo test -p sigtrip-core --release --test loom --target-dir target/loom
//! ```
//!
//! Each test prints how many interleavings it went through (`-- --nocapture`). That it would fail if the code were
//! weaker is itself tested, in `tests/tests/loom_mutants.rs`; who adds a test here adds its mutant there.
#![cfg(sigtrip_loom)]

#[path = "loom/inbox.rs"]
mod inbox;
#[path = "loom/record.rs"]
mod record;

use std::sync::{
    Arc, Mutex as Notebook,
    atomic::{AtomicUsize as Count, Ordering::SeqCst},
};

use loom::{
    cell::UnsafeCell,
    sync::{
        Condvar, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering::*},
    },
    thread::{self, JoinHandle},
};
use sigtrip_core::{Dispatcher, Disposition, Gate, HandlerTable, Kernel, OutOfRange, Pending, Signum};

/// A handler says which of `World::contents` it stands for: what a pointer would point to.
type Handler = fn(Signum) -> usize;

const fn old(_: Signum) -> usize {
    0
}
const fn new(_: Signum) -> usize {
    1
}
const fn newer(_: Signum) -> usize {
    2
}

/// Words are two bits wide under loom: 1 and 2 share one, 3 is in the next.
const ONE: u32 = 1;
const TWO: u32 = 2;
const THREE: u32 = 3;

const fn sig(number: u32) -> Signum {
    Signum::new(number).unwrap()
}

/// A signal that was dispatched, what was to be done with it, and what `contents` was then.
type Handled = (u32, Disposition<Handler>, [usize; 3]);

/// Bookkeeping is by `std`'s types, which loom does not see: they add no interleaving and, above all, no order. Their locks
/// are never held across a step that loom sees.
#[derive(Default)]
struct World {
    signals: Dispatcher<Handler, 2>,
    /// What other code writes, Relaxed, before it trips or installs; whoever handles must see it.
    contents: [AtomicUsize; 3],
    lock: Mutex<()>,
    condvar: Condvar,
    wakes: Count,
    /// The kernel's side of one signal: whether a delivery would trip it.
    ours: AtomicBool,
    /// What `contents[0]` was at each wake.
    seen_at_wake: Notebook<Vec<usize>>,
    handled: Notebook<Vec<Handled>>,
}

impl Kernel for World {
    type Foreign = ();
    type Error = OutOfRange;

    fn set_disposition(&self, _: Signum, new: &Disposition<()>) -> Result<Disposition<()>, OutOfRange> {
        // Release and Acquire: what the lock does that a kernel takes for this, and to deliver a signal.
        let ours = self.ours.swap(matches!(new, Disposition::Handler(())), AcqRel);
        Ok(if ours { Disposition::Handler(()) } else { Disposition::Default })
    }

    fn wake(&self) {
        self.wakes.fetch_add(1, SeqCst);
        let seen = self.contents[0].load(Relaxed);
        self.seen_at_wake.lock().unwrap().push(seen);
        // As a futex: the lock excludes the sleeper's look, and only who sleeps now is woken.
        let _not_between_look_and_sleep = self.lock.lock().unwrap();
        self.condvar.notify_one();
    }
}

impl World {
    fn new() -> Arc<Self> {
        Arc::default()
    }

    /// Sleeps as on a futex: unless the word is disarmed, and until a wake. If none comes, loom reports a deadlock.
    fn sleep(&self) {
        let mut locked = self.lock.lock().unwrap();
        while self.signals.armed().is_armed() {
            locked = self.condvar.wait(locked).unwrap();
        }
    }

    fn trip(&self, number: u32) {
        assert!(self.signals.trip(self, sig(number)));
    }

    fn write(&self, index: usize) {
        self.contents[index].store(1, Relaxed);
    }

    fn read(&self) -> [usize; 3] {
        self.contents.each_ref().map(|cell| cell.load(Relaxed))
    }

    /// One pass; each handler writes down what it sees.
    fn dispatch(&self) {
        let done: Result<(), ()> = self.signals.dispatch(self, |signal, disposition| {
            let seen = self.read();
            self.handled.lock().unwrap().push((signal.get(), disposition, seen));
            Ok(())
        });
        done.unwrap();
    }

    /// The owner's loop: sleeps and dispatches until this signal was handled.
    fn sleep_until_handled(&self, number: u32) {
        while self.times(number) == 0 {
            self.signals.sleep_unless(|| false, || self.sleep());
            self.dispatch();
        }
    }

    fn times(&self, number: u32) -> usize {
        self.handled.lock().unwrap().iter().filter(|handled| handled.0 == number).count()
    }

    fn last_seen(&self, number: u32) -> [usize; 3] {
        let handled = self.handled.lock().unwrap();
        handled.iter().rev().find(|handled| handled.0 == number).expect("it was not handled").2
    }
}

fn spawn(world: &Arc<World>, f: impl FnOnce(&World) + 'static) -> JoinHandle<()> {
    let world = world.clone();
    thread::spawn(move || f(&world))
}

/// Goes through the interleavings, all of them or those with at most `preemptions` switches away from a thread that
/// could have gone on (a thread that blocks or ends is no preemption), and prints how many they were.
fn explore_bounded(preemptions: Option<usize>, model: impl Fn() + Send + Sync + 'static) {
    let count = Arc::new(Count::new(0));
    let counter = count.clone();
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = preemptions;
    builder.check(move || {
        counter.fetch_add(1, SeqCst);
        model();
    });
    let test = std::thread::current().name().unwrap_or("?").to_owned();
    println!("{test}: {} interleavings", count.load(SeqCst));
}

fn explore(model: impl Fn() + Send + Sync + 'static) {
    explore_bounded(None, model);
}

// Trip and dispatch.

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

// The table.

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

// The armed word. A lost wake is a deadlock.

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
    // Three preemptions: three threads and a lock did not end in two minutes without a bound.
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

// The gate: what a reader in signal context looks at is not taken away under its eyes.

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
