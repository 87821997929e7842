//! The ring of records, and the counts.
//!
//! Loom looks for a conflict with the last access of a word alone, and a push begins by looking at the stamp that it will write. So
//! who takes runs in the thread that loom lets come second: then it is a taker's look that meets a producer's store.

use super::*;
use sigtrip_core::{Counts, Records};

/// Two words that belong together: a torn record shows.
type Ring = Records<2, 4>;

const fn record(n: usize) -> [usize; 2] {
    [n, !n]
}

/// A ring with so many records, and what the test's threads write, Relaxed, beside it.
struct Shared {
    ring: Ring,
    notes: [AtomicUsize; 3],
}

impl Shared {
    fn with(records: usize) -> Arc<Self> {
        let shared = Self { ring: Ring::new(), notes: Default::default() };
        for n in 0..records {
            assert!(shared.ring.push(record(n)));
        }
        Arc::new(shared)
    }

    fn take(&self) -> Option<usize> {
        self.ring.take().map(whole)
    }

    fn drain(&self) -> Vec<usize> {
        std::iter::from_fn(|| self.take()).collect()
    }

    fn note(&self, index: usize) {
        self.notes[index].store(1, Relaxed);
    }

    fn noted(&self, index: usize) -> bool {
        self.notes[index].load(Relaxed) == 1
    }
}

fn whole([n, check]: [usize; 2]) -> usize {
    assert_eq!(check, !n, "torn");
    n
}

fn with<T: 'static>(shared: &Arc<Shared>, f: impl FnOnce(&Shared) -> T + 'static) -> JoinHandle<T> {
    let shared = shared.clone();
    thread::spawn(move || f(&shared))
}

/// Taken early or late, it is whole, and what was written before the push is seen.
#[test]
fn a_record_is_taken_whole_and_once() {
    explore(|| {
        let shared = Shared::with(0);
        let taker = with(&shared, |shared| {
            let early = shared.take();
            assert!(early.is_none() || shared.noted(0));
            early
        });
        shared.note(0);
        assert!(shared.ring.push(record(7)));
        let early = taker.join().unwrap();
        assert_eq!([early, shared.take()].into_iter().flatten().collect::<Vec<_>>(), [7]);
    });
}

/// The same in a slot's second round: what was there before does not show through.
#[test]
fn a_record_in_a_used_slot_is_taken_whole() {
    explore(|| {
        let shared = Shared::with(4);
        assert_eq!(shared.drain(), [0, 1, 2, 3]);
        let taker = with(&shared, Shared::take);
        assert!(shared.ring.push(record(4)));
        let early = taker.join().unwrap();
        assert_eq!([early, shared.take()].into_iter().flatten().collect::<Vec<_>>(), [4]);
    });
}

#[test]
fn two_producers_have_a_slot_each() {
    explore(|| {
        let shared = Shared::with(0);
        let producer = with(&shared, |shared| assert!(shared.ring.push(record(1))));
        assert!(shared.ring.push(record(2)));
        producer.join().unwrap();
        let mut taken = shared.drain();
        taken.sort_unstable();
        assert_eq!((taken, shared.ring.refused()), (vec![1, 2], 0));
    });
}

/// Two producers and a taker who looks meanwhile: in the order of the claims, each thread's own order kept, none lost.
#[test]
fn what_one_thread_pushes_stays_in_its_order() {
    explore_bounded(Some(2), || {
        let shared = Shared::with(0);
        let two = with(&shared, |shared| assert!(shared.ring.push(record(1)) && shared.ring.push(record(2))));
        let one = with(&shared, |shared| assert!(shared.ring.push(record(9))));
        let meanwhile = with(&shared, Shared::drain);
        two.join().unwrap();
        one.join().unwrap();
        let mut taken = meanwhile.join().unwrap();
        taken.extend(shared.drain());
        assert!([[1, 2, 9], [1, 9, 2], [9, 1, 2]].contains(&taken[..].try_into().unwrap()), "{taken:?}");
    });
}

/// Of two producers at the last slot one is refused, and counted.
#[test]
fn of_two_producers_for_one_slot_one_is_refused() {
    explore(|| {
        let shared = Shared::with(3);
        let other = with(&shared, |shared| shared.ring.push(record(3)));
        let here = shared.ring.push(record(3));
        assert!(here != other.join().unwrap());
        assert_eq!((shared.ring.refused(), shared.drain()), (1, vec![0, 1, 2, 3]));
    });
}

#[test]
fn of_two_refused_both_are_counted() {
    explore(|| {
        let shared = Shared::with(4);
        let other = with(&shared, |shared| shared.ring.push(record(4)));
        assert!(!shared.ring.push(record(4)) && !other.join().unwrap());
        assert_eq!(shared.ring.refused(), 2);
    });
}

/// Who gets a slot that was full comes after the taker: it writes when the taker has read.
#[test]
fn a_slot_is_written_after_its_record_was_read() {
    explore(|| {
        let shared = Shared::with(4);
        let producer = with(&shared, |shared| {
            let pushed = shared.ring.push(record(4));
            assert!(!pushed || shared.noted(0), "a slot of which the taker was not seen");
            pushed
        });
        shared.note(0);
        assert_eq!(shared.take(), Some(0));
        let pushed = producer.join().unwrap();
        assert_eq!(shared.drain(), (1..4 + usize::from(pushed)).collect::<Vec<_>>());
    });
}

/// The same where one taker takes out of its turn, and another one frees the slot.
#[test]
fn a_slot_that_another_taker_frees_is_written_after_its_record_was_read() {
    explore_bounded(Some(3), || {
        let shared = Shared::with(4);
        let out_of_turn = with(&shared, |shared| {
            shared.note(0);
            let second = shared.ring.take_where(&mut shared.ring.start(), |&[n, _]| n == 1);
            assert_eq!(second.map(whole), Some(1));
        });
        let producer = with(&shared, |shared| {
            let pushed = [4, 5].map(|n| shared.ring.push(record(n)));
            assert!(pushed != [true; 2] || shared.noted(0), "a slot of which its taker was not seen");
        });
        assert_eq!(shared.ring.take_where(&mut shared.ring.start(), |&[n, _]| n == 0).map(whole), Some(0));
        out_of_turn.join().unwrap();
        producer.join().unwrap();
        assert_eq!(shared.drain()[..2], [2, 3]);
    });
}

#[test]
fn of_two_takers_one_gets_each_record() {
    explore_bounded(Some(4), || {
        let shared = Shared::with(2);
        let other = with(&shared, Shared::take);
        let mut taken = vec![shared.take(), other.join().unwrap()];
        taken.sort_unstable();
        assert_eq!(taken, [Some(0), Some(1)]);
        assert_eq!(shared.take(), None); // who came second may have left a slot to whoever looks next
        assert!((2..6).all(|n| shared.ring.push(record(n))), "every slot is free");
        assert_eq!(shared.drain(), [2, 3, 4, 5]);
    });
}

/// Two takers of a full ring, and a producer that follows them closely: a slot is freed once, and not after it was used again.
#[test]
fn a_slot_is_freed_once() {
    explore_bounded(Some(3), || {
        let shared = Shared::with(4);
        let taker = with(&shared, Shared::take);
        let producer = with(&shared, |shared| usize::from(shared.ring.push(record(4))));
        let mut taken = vec![shared.take()];
        taken.push(taker.join().unwrap());
        let pushed = producer.join().unwrap();
        taken.extend(shared.drain().into_iter().map(Some));
        taken.sort_unstable();
        assert_eq!(taken, (0..4 + pushed).map(Some).collect::<Vec<_>>());
    });
}

/// Records, then bit: whoever takes a bit takes all that is there. The late producer's bit brings what it has held back.
#[test]
fn what_a_late_producer_holds_back_comes_with_its_own_bit() {
    fn deliver(shared: &(Arc<Shared>, Pending<2>), number: u32) {
        assert!(shared.0.ring.push(record(number as usize)));
        shared.1.trip(sig(number));
    }
    fn pass(shared: &(Arc<Shared>, Pending<2>)) -> Vec<usize> {
        let bits = std::iter::successors(shared.1.take_next(None), |&last| shared.1.take_next(Some(last)));
        bits.flat_map(|_| shared.0.drain()).collect()
    }
    explore_bounded(Some(3), || {
        let shared = Arc::new((Shared::with(0), Pending::<2>::new()));
        let producers = [ONE, THREE].map(|number| {
            let shared = shared.clone();
            thread::spawn(move || deliver(&shared, number))
        });
        let meanwhile = shared.clone();
        let owner = thread::spawn(move || pass(&meanwhile));
        for producer in producers {
            producer.join().unwrap();
        }
        let mut taken = owner.join().unwrap();
        taken.extend(pass(&shared));
        taken.sort_unstable();
        assert_eq!(taken, [ONE as usize, THREE as usize]);
    });
}

// The counts.

#[test]
fn two_deliveries_are_two() {
    explore(|| {
        let counts = Arc::new(Counts::<1>::new());
        let other = counts.clone();
        let delivery = thread::spawn(move || other.add(sig(TWO)));
        assert!(counts.add(sig(TWO)) && delivery.join().unwrap());
        assert_eq!(counts.get(sig(TWO)), 2);
    });
}

#[test]
fn a_delivery_is_in_one_number_that_is_taken_or_in_the_next() {
    explore(|| {
        let counts = Arc::new(Counts::<1>::new());
        counts.add(sig(ONE));
        let other = counts.clone();
        let delivery = thread::spawn(move || other.add(sig(ONE)));
        let first = counts.take(sig(ONE));
        delivery.join().unwrap();
        assert_eq!(first + counts.take(sig(ONE)), 2);
    });
}
