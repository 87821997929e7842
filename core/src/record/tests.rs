//! The ring, interrupted at every atomic step: what loom has no way to show.

use core::cell::{Cell, RefCell};
use std::{boxed::Box, rc::Rc, vec, vec::Vec};

use super::*;
use crate::step;

/// Two words that belong together: a torn record shows.
type Ring = Records<2, 4>;

const fn record(n: usize) -> [usize; 2] {
    [n, !n]
}

/// All that is there, each whole.
fn drain(ring: &Ring) -> Vec<usize> {
    let each = core::iter::from_fn(|| ring.take());
    each.inspect(|&[n, check]| assert_eq!(check, !n, "torn")).map(|[n, _]| n).collect()
}

/// Runs `what` with `inside` just before its atomic step `k`; `None` if it has no such step.
fn interrupted_at<T>(k: usize, inside: impl Fn() + 'static, what: impl FnOnce() -> T) -> Option<T> {
    let steps = Rc::new(Cell::new(0));
    let count = steps.clone();
    step(Some(Box::new(move || {
        if count.replace(count.get() + 1) == k {
            inside();
        }
    })));
    let result = what();
    step(None);
    (steps.get() > k).then_some(result)
}

/// A ring that has this many records behind it.
fn ring_at(position: usize) -> Rc<Ring> {
    let ring = Ring::new();
    ring.tail.store(position, Ordering::Relaxed);
    ring.forget_all();
    Rc::new(ring)
}

/// The places where positions wrap round, and some in the midst.
fn positions() -> impl Iterator<Item = usize> {
    (0..4).chain((0..9).map(|back| 4_usize.wrapping_sub(back)))
}

/// What the first try does is whole; what it does not is not counted.
#[test]
fn a_first_try_is_enough_where_there_is_room() {
    let ring = ring_at(0);
    assert_eq!([0, 1, 2, 3, 4].map(|n| ring.try_push(record(n))), [true, true, true, true, false]);
    assert_eq!(ring.refused(), 0);
    assert_eq!(drain(&ring), [0, 1, 2, 3]);
}

#[test]
fn first_in_first_out_and_what_does_not_fit_is_counted() {
    for position in positions() {
        let ring = ring_at(position);
        for round in 0..5 {
            let pushed: Vec<_> = (0..6).map(|n| ring.push(record(n))).collect();
            assert_eq!(pushed, [true, true, true, true, false, false], "round {round} from {position}");
            assert_eq!((ring.len(), ring.refused()), (4, 2 * (round + 1)));
            assert!(!ring.is_empty());
            assert_eq!(drain(&ring), [0, 1, 2, 3]);
            assert!(ring.is_empty());
        }
    }
}

#[test]
fn what_is_not_wanted_stays_in_its_order() {
    for position in positions() {
        let ring = ring_at(position);
        for n in 0..4 {
            ring.push(record(n));
        }
        let mut cursor = ring.start();
        let odd = |&[n, _]: &[usize; 2]| n % 2 == 1;
        assert_eq!(ring.take_where(&mut cursor, odd), Some(record(1)));
        assert!(!ring.push(record(9)), "the oldest is still there");
        assert_eq!(ring.take(), Some(record(0)));
        assert!(ring.push(record(4)) && ring.push(record(5)), "both are free");
        assert_eq!(ring.take_where(&mut cursor, odd), Some(record(3)));
        assert_eq!(ring.take_where(&mut cursor, odd), Some(record(5)));
        assert_eq!(ring.take_where(&mut cursor, odd), None);
        assert_eq!(drain(&ring), [2, 4]);
    }
}

#[test]
fn a_cursor_that_was_overtaken_goes_on_from_the_oldest() {
    let ring = ring_at(0);
    let mut cursor = ring.start();
    for n in 0..20 {
        ring.push(record(n));
        assert_eq!(ring.take(), Some(record(n)));
    }
    ring.push(record(20));
    assert_eq!(ring.take_where(&mut cursor, |_| true), Some(record(20)));
    assert_eq!(Cursor::from_word(cursor.to_word()), cursor);
    assert_eq!(ring.take_where(&mut Cursor::from_word(usize::MAX), |_| true), None);
}

/// Two producers, one inside another: both records come, whole and once, whichever was first to claim.
#[test]
fn a_push_inside_any_step_of_a_push() {
    for position in positions() {
        let mut orders = vec![];
        for k in 0.. {
            let ring = ring_at(position);
            let inner = ring.clone();
            let pushed = interrupted_at(k, move || assert!(inner.push(record(1))), || ring.push(record(0)));
            let Some(pushed) = pushed else { break };
            assert!(pushed, "step {k}");
            orders.push(drain(&ring));
        }
        assert!(orders.contains(&vec![0, 1]) && orders.contains(&vec![1, 0]), "{orders:?}");
        assert!(orders.iter().all(|order| order.len() == 2), "{orders:?}");
    }
}

/// Two interrupts, at any two steps: with room for all it is never refused.
#[test]
fn pushes_inside_any_two_steps_of_a_push() {
    for (first, second) in (0..12).flat_map(|first| (0..first).map(move |second| (first, second))) {
        let ring = Rc::new(Ring::new());
        let (inner, steps) = (ring.clone(), Rc::new(Cell::new(0)));
        step(Some(Box::new(move || {
            let now = steps.replace(steps.get() + 1);
            if now == first || now == second {
                inner.push(record(now));
            }
        })));
        let pushed = ring.push(record(99));
        step(None);
        assert!(pushed && ring.refused() == 0, "steps {first} and {second}");
        assert!(drain(&ring).contains(&99));
    }
}

/// While a producer is in the midst of it takers find nothing behind it, and do not wait; afterwards all is there.
#[test]
fn a_push_and_a_take_inside_any_step_of_a_push() {
    let mut held_back = 0;
    for k in 0.. {
        let ring = ring_at(0);
        let (inner, early) = (ring.clone(), Rc::new(RefCell::new(vec![])));
        let seen = early.clone();
        let inside = move || {
            assert!(inner.push(record(1)));
            seen.borrow_mut().extend(drain(&inner));
        };
        let Some(pushed) = interrupted_at(k, inside, || ring.push(record(0))) else { break };
        let (early, late) = (early.take(), drain(&ring));
        assert!(pushed, "step {k}");
        assert!([&[1][..], &[]].contains(&&early[..]), "step {k}: {early:?}");
        let mut both = [early.clone(), late.clone()].concat();
        held_back += usize::from(early.is_empty());
        assert!(!early.is_empty() || late == [0, 1], "step {k}: in the order of the claims: {late:?}");
        both.sort_unstable();
        assert_eq!(both, [0, 1], "step {k}");
    }
    assert!(held_back >= 3, "between the claim and the publication there are three steps");
}

#[test]
fn a_take_inside_any_step_of_a_push_that_finds_the_ring_full() {
    let mut outcomes = vec![];
    for k in 0.. {
        let ring = ring_at(7);
        for n in 0..4 {
            ring.push(record(n));
        }
        let inner = ring.clone();
        let inside = move || assert_eq!(inner.take(), Some(record(0)));
        let Some(pushed) = interrupted_at(k, inside, || ring.push(record(4))) else { break };
        assert_eq!(ring.refused(), usize::from(!pushed));
        assert_eq!(drain(&ring), (1..4 + usize::from(pushed)).collect::<Vec<_>>());
        outcomes.push(pushed);
    }
    assert!(outcomes.contains(&true) && outcomes.contains(&false), "{outcomes:?}");
}

/// Every try fails, because at each step another producer comes: it gives up after a bounded number of them.
#[test]
fn a_push_that_is_always_overtaken_gives_up_and_is_counted() {
    let ring = Rc::new(Records::<1, 64>::new());
    let (inner, steps) = (ring.clone(), Rc::new(Cell::new(0)));
    let count = steps.clone();
    step(Some(Box::new(move || {
        count.set(count.get() + 1);
        inner.push([1]);
    })));
    let pushed = ring.push([0]);
    step(None);
    assert!(!pushed && steps.get() <= 3 * TRIES + 2, "{} steps", steps.get());
    assert_eq!(ring.refused(), 1, "there was room for the others");
    assert!(core::iter::from_fn(|| ring.take()).all(|word| word == [1]));
}

/// Inside every step of a take: another producer, another taker, or both on a full ring.
#[test]
fn a_push_and_a_take_inside_any_step_of_a_take() {
    for (push, take) in [(true, false), (false, true), (true, true)] {
        for position in positions() {
            for k in 0.. {
                let ring = ring_at(position);
                for n in 0..4 {
                    ring.push(record(n));
                }
                let (inner, others) = (ring.clone(), Rc::new(RefCell::new(vec![])));
                let seen = others.clone();
                let inside = move || {
                    seen.borrow_mut().extend(if take { inner.take() } else { None });
                    if push {
                        inner.push(record(4));
                    }
                };
                let Some(taken) = interrupted_at(k, inside, || ring.take()) else { break };
                let taken = taken.expect("there are records all the time");
                let pushed = usize::from(push) - ring.refused();
                let mut all = [vec![taken[0]], others.take().iter().map(|it| it[0]).collect()].concat();
                let rest = drain(&ring);
                assert!(rest.is_sorted(), "step {k} from {position}: {rest:?}");
                all.extend(rest);
                all.sort_unstable();
                assert_eq!(all, (0..4 + pushed).collect::<Vec<_>>(), "step {k} from {position}");
                // And no slot is lost.
                assert!((0..4).all(|n| ring.push(record(n))) && !ring.push(record(4)));
            }
        }
    }
}

/// A fork inside any step of a take: in the child the ring is empty, and works.
#[test]
fn a_fork_inside_any_step_of_a_take() {
    for position in positions() {
        for k in 0.. {
            let ring = ring_at(position);
            for n in 0..3 {
                ring.push(record(n));
            }
            let inner = ring.clone();
            let Some(taken) = interrupted_at(k, move || inner.forget_all(), || ring.take()) else { break };
            assert!(taken.is_none_or(|it| it == record(0)));
            assert_eq!(drain(&ring), [0; 0], "step {k} from {position}");
            assert!((0..4).all(|n| ring.push(record(n))), "step {k} from {position}");
            assert_eq!(drain(&ring), [0, 1, 2, 3], "step {k} from {position}");
        }
    }
}

/// A fork while another thread, which the child does not have, is in the midst of a push or a take.
#[test]
fn what_a_thread_that_is_gone_has_begun_is_forgotten() {
    struct Gone;
    for position in positions() {
        for k in 0..12 {
            for push in [true, false] {
                let ring = ring_at(position);
                ring.push(record(0));
                let steps = Cell::new(0);
                step(Some(Box::new(move || {
                    if steps.replace(steps.get() + 1) == k {
                        std::panic::panic_any(Gone); // it stops there for good
                    }
                })));
                let other = ring.clone();
                let thread = core::panic::AssertUnwindSafe(|| {
                    if push {
                        other.push(record(1));
                    } else {
                        other.take();
                    }
                });
                // Whether it got so far makes no difference.
                let _ = std::panic::catch_unwind(thread);
                step(None);
                ring.forget_all();
                assert_eq!((ring.take(), ring.len()), (None, 0));
                assert!((0..4).all(|n| ring.push(record(n))), "step {k} from {position}");
                assert_eq!(drain(&ring), [0, 1, 2, 3], "step {k} from {position}");
            }
        }
    }
}
