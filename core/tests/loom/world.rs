//! The world that a model plays in: one dispatcher, a kernel of two cells and a lock, and notes of what happened.

use std::sync::{
    Arc, Mutex as Notebook,
    atomic::{AtomicUsize as Count, Ordering::SeqCst},
};

use loom::{
    sync::{
        Condvar, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering::*},
    },
    thread::{self, JoinHandle},
};
use sigtrip_core::{Dispatcher, Disposition, Kernel, OutOfRange, SignalSet, Signum, WORD_BITS};

/// A handler says which of `World::contents` it stands for: what a pointer would point to.
pub(crate) type Handler = fn(Signum) -> usize;

pub(crate) const fn old(_: Signum) -> usize {
    0
}
pub(crate) const fn new(_: Signum) -> usize {
    1
}
pub(crate) const fn newer(_: Signum) -> usize {
    2
}

/// Words are two bits wide under loom: 1 and 2 share one, 3 is in the next.
pub(crate) const ONE: u32 = 1;
pub(crate) const TWO: u32 = 2;
pub(crate) const THREE: u32 = 3;

pub(crate) const fn sig(number: u32) -> Signum {
    Signum::new(number).unwrap()
}

/// A signal that was dispatched, what was to be done with it, and what `contents` was then.
pub(crate) type Handled = (u32, Disposition<Handler>, [usize; 3]);

/// Bookkeeping is by `std`'s types, which loom does not see: they add no interleaving and, above all, no order. Their locks
/// are never held across a step that loom sees.
#[derive(Default)]
pub(crate) struct World {
    pub(crate) signals: Dispatcher<Handler, 2>,
    /// What other code writes, Relaxed, before it trips or installs; whoever handles must see it.
    pub(crate) contents: [AtomicUsize; 3],
    pub(crate) lock: Mutex<()>,
    pub(crate) condvar: Condvar,
    pub(crate) wakes: Count,
    /// The kernel's side of one signal: whether a delivery would trip it.
    pub(crate) ours: AtomicBool,
    /// What `contents[0]` was at each wake.
    pub(crate) seen_at_wake: Notebook<Vec<usize>>,
    pub(crate) handled: Notebook<Vec<Handled>>,
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
    pub(crate) fn new() -> Arc<Self> {
        Arc::default()
    }

    /// Sleeps as on a futex: unless the word is disarmed, and until a wake. If none comes, loom reports a deadlock.
    pub(crate) fn sleep(&self) {
        let mut locked = self.lock.lock().unwrap();
        while self.signals.armed().is_armed() {
            locked = self.condvar.wait(locked).unwrap();
        }
    }

    pub(crate) fn trip(&self, number: u32) {
        assert!(self.signals.trip(self, sig(number)));
    }

    pub(crate) fn write(&self, index: usize) {
        self.contents[index].store(1, Relaxed);
    }

    pub(crate) fn read(&self) -> [usize; 3] {
        self.contents.each_ref().map(|cell| cell.load(Relaxed))
    }

    /// One pass; each handler writes down what it sees.
    pub(crate) fn dispatch(&self) {
        let done: Result<(), ()> = self.signals.dispatch(self, |signal, disposition| {
            let seen = self.read();
            self.handled.lock().unwrap().push((signal.get(), disposition, seen));
            Ok(())
        });
        done.unwrap();
    }

    /// The owner's loop: sleeps and dispatches until this signal was handled.
    pub(crate) fn sleep_until_handled(&self, number: u32) {
        while self.times(number) == 0 {
            self.signals.sleep_unless(|| false, || self.sleep());
            self.dispatch();
        }
    }

    pub(crate) fn times(&self, number: u32) -> usize {
        self.handled.lock().unwrap().iter().filter(|handled| handled.0 == number).count()
    }

    pub(crate) fn last_seen(&self, number: u32) -> [usize; 3] {
        let handled = self.handled.lock().unwrap();
        handled.iter().rev().find(|handled| handled.0 == number).expect("it was not handled").2
    }
}

pub(crate) fn spawn(world: &Arc<World>, f: impl FnOnce(&World) + 'static) -> JoinHandle<()> {
    let world = world.clone();
    thread::spawn(move || f(&world))
}

/// Goes through the interleavings, all of them or those with at most `preemptions` switches away from a thread that
/// could have gone on (a thread that blocks or ends is no preemption), and prints how many they were.
pub(crate) fn explore_bounded(preemptions: Option<usize>, model: impl Fn() + Send + Sync + 'static) {
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

pub(crate) fn explore(model: impl Fn() + Send + Sync + 'static) {
    explore_bounded(None, model);
}

/// What the models take for granted, and what no other test sees at this width: a set has no bit above it.
#[test]
fn words_are_two_bits_wide() {
    assert_eq!((WORD_BITS, SignalSet::<2>::CAPACITY), (2, 4));
    assert!(SignalSet::<2>::full().iter().map(Signum::get).eq(1..=4));
    assert_eq!(!SignalSet::<2>::full(), SignalSet::new());
}
