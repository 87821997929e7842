//! Several threads that sleep on one inbox.

use std::sync::{Arc, Mutex as Notebook};

use loom::{
    sync::{
        Condvar, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering::*},
    },
    thread::{self, JoinHandle},
};
use sigtrip_core::Inbox;

use crate::world::{ONE, TWO, explore, explore_bounded, sig};

struct Shared {
    inbox: Inbox<2>,
    /// What other code writes, Relaxed, before it delivers; whoever takes must see it.
    contents: [AtomicUsize; 2],
    closed: AtomicBool,
    lock: Mutex<()>,
    condvar: Condvar,
    taken: Notebook<Vec<u32>>,
}

impl Shared {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            inbox: Inbox::new(),
            contents: Default::default(),
            closed: AtomicBool::new(false),
            lock: Mutex::default(),
            condvar: Condvar::new(),
            taken: Notebook::default(),
        })
    }

    /// As a futex: only who sleeps now is woken.
    fn wake(&self) {
        let _not_between_look_and_sleep = self.lock.lock().unwrap();
        self.condvar.notify_all();
    }

    /// As on a futex: if the word is armed, until a wake. If none comes, loom reports a deadlock.
    fn sleep(&self) {
        let locked = self.lock.lock().unwrap();
        if self.inbox.armed().is_armed() {
            drop(self.condvar.wait(locked).unwrap());
        }
    }

    fn deliver(&self, number: u32) {
        self.contents[number as usize - 1].store(1, Relaxed);
        self.inbox.deliver(sig(number), || self.wake());
    }

    fn close(&self) {
        self.closed.store(true, Release);
        self.inbox.fire(|| self.wake());
    }

    /// Waits until there is something, takes one, and goes away. Returns false if it was closed.
    fn take_one(&self) -> bool {
        let closed = || self.closed.load(Acquire);
        loop {
            if let Some(signal) = self.inbox.take_next(None) {
                assert_eq!(
                    self.contents[signal.get() as usize - 1].load(Relaxed),
                    1,
                    "what was written before"
                );
                self.taken.lock().unwrap().push(signal.get());
                return true;
            }
            if closed() {
                return false;
            }
            if !self.inbox.is_ready_or_armed(closed, || self.wake()) {
                self.sleep();
            }
        }
    }

    fn taken(&self) -> Vec<u32> {
        let mut taken = self.taken.lock().unwrap().clone();
        taken.sort_unstable();
        taken
    }
}

fn spawn(shared: &Arc<Shared>, f: impl FnOnce(&Shared) + 'static) -> JoinHandle<()> {
    let shared = Arc::clone(shared);
    thread::spawn(move || f(&shared))
}

#[test]
fn one_that_sleeps_is_woken_by_a_delivery() {
    explore(|| {
        let shared = Shared::new();
        let signal = spawn(&shared, |shared| shared.deliver(ONE));
        assert!(shared.take_one());
        signal.join().unwrap();
        assert_eq!(shared.taken(), [ONE]);
    });
}

#[test]
fn two_that_take_one_each_are_both_woken() {
    explore_bounded(Some(3), || {
        let shared = Shared::new();
        let signal = spawn(&shared, |shared| {
            shared.deliver(ONE);
            shared.deliver(TWO);
        });
        let other = spawn(&shared, |shared| assert!(shared.take_one()));
        assert!(shared.take_one());
        other.join().unwrap();
        signal.join().unwrap();
        assert_eq!(shared.taken(), [ONE, TWO]);
    });
}

#[test]
fn two_that_sleep_are_both_woken_when_it_is_closed() {
    explore_bounded(Some(3), || {
        let shared = Shared::new();
        let closer = spawn(&shared, Shared::close);
        let other = spawn(&shared, |shared| assert!(!shared.take_one()));
        assert!(!shared.take_one());
        other.join().unwrap();
        closer.join().unwrap();
    });
}
