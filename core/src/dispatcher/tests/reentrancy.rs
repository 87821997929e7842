//! A signal that interrupts its own thread: just before each atomic step of what the owner does, and before each step of
//! another signal. Every test runs until the steps are used up, and says how many places it tried.

use core::cell::{Cell, RefCell};
use std::{boxed::Box, rc::Rc, vec::Vec};

use super::model::{ONE, Ours, TWO, World, at_step, interrupted_at, sig};
use crate::{Disposition, WORD_BITS, step};

/// Pending when the interrupted pass begins: the two ends of a word and the start of the next.
const STANDING: [u32; 3] = [3, WORD_BITS as u32, WORD_BITS as u32 + 1];

/// Lower than all of them, between them, each of them, higher than all.
const INTERRUPTS: [u32; 6] = [1, 9, STANDING[0], STANDING[1], STANDING[2], WORD_BITS as u32 + 9];

fn ascending(numbers: &[u32]) -> bool {
    numbers.is_sorted_by(|a, b| a < b)
}

/// Two signals come, the first before step `k` of a pass and the second before step `j`, not earlier. Whether the pass
/// had both steps.
fn a_pass_with_two_interrupts(k: usize, first: u32, j: usize, second: u32) -> bool {
    let world = World::pending(&STANDING);
    world.signals.armed().arm();
    for number in [first, second] {
        world.set(number, Disposition::Handler(&ONE)).unwrap();
    }

    // How often a signal was handled when it was tripped last: more must follow.
    let tripped = Rc::new(RefCell::new(STANDING.map(|number| (number, 0)).to_vec()));
    let steps = Rc::new(Cell::new(0));
    let hook = {
        let (world, tripped, steps) = (world.clone(), tripped.clone(), steps.clone());
        move || {
            let now = steps.replace(steps.get() + 1);
            for (at, number) in [(k, first), (j, second)] {
                if now == at {
                    let so_far = count(&world.seen.borrow(), number);
                    tripped.borrow_mut().push((number, so_far));
                    world.trip(number);
                }
            }
        }
    };
    step(Some(Box::new(hook)));
    world.dispatch();
    step(None);

    let in_first_pass = world.seen.borrow().len();
    let left = world.standing();
    assert!(left.is_empty() || world.kernel.wakes.get() > 0, "left {left:?} and woke nobody");
    world.dispatch();
    let numbers: Vec<_> = world.seen.borrow().iter().map(|&(number, _)| number).collect();
    let (earlier, later) = numbers.split_at(in_first_pass);
    assert!(ascending(earlier) && ascending(later), "k {k} j {j}: {numbers:?}");
    assert!(world.standing().is_empty(), "k {k} j {j}: still pending {:?}", world.standing());
    for &(number, before) in &*tripped.borrow() {
        let after = count(&world.seen.borrow(), number);
        assert!(after > before, "k {k} j {j}: a trip of {number} was lost: {numbers:?}");
    }
    steps.get() > j
}

fn count<T>(seen: &[(u32, T)], number: u32) -> usize {
    seen.iter().filter(|(handled, _)| *handled == number).count()
}

#[test]
fn one_or_two_trips_at_any_steps_of_a_pass_are_handled() {
    let mut places = 0;
    for first in INTERRUPTS {
        for second in INTERRUPTS {
            let mut k = 0;
            while a_pass_with_two_interrupts(k, first, k, second) {
                let mut j = k + 1;
                while a_pass_with_two_interrupts(k, first, j, second) {
                    j += 1;
                }
                places += j - k;
                k += 1;
            }
            // Three signals taken, each by a load, a take and the table's load; one look at each word's end.
            assert!(k >= 11, "only {k} steps in a pass");
        }
    }
    assert!(places > 36 * 66, "only {places} places");
}

type Then = fn(&World, u32) -> Result<(), ()>;

/// The handler of the lowest dispatches what is left.
const NESTING: Then = |world, number| {
    if number == STANDING[0] {
        world.dispatch();
    }
    Ok(())
};

/// The handler of the middle one fails.
const FAILING: Then = |_, number| if number == STANDING[1] { Err(()) } else { Ok(()) };

/// A signal comes before step `k` of a pass whose handlers nest or fail. Whether there was such a step.
fn a_troubled_pass_interrupted_at(k: usize, number: u32, then: Then) -> bool {
    let world = World::pending(&STANDING);
    world.signals.armed().arm();
    let before = Rc::new(Cell::new(0));
    let interrupt = {
        let (world, before) = (world.clone(), before.clone());
        move || {
            before.set(count(&world.seen.borrow(), number));
            world.trip(number);
        }
    };
    let had_k = interrupted_at(k, interrupt, || {
        let _ = world.dispatch_with(|handled| then(&world, handled));
    });
    let left = world.standing();
    assert!(left.is_empty() || world.kernel.wakes.get() == 1, "left {left:?} and woke nobody");
    world.dispatch();
    assert!(world.standing().is_empty());
    let seen = world.seen.borrow();
    assert!(STANDING.iter().all(|&standing| count(&seen, standing) > 0), "k {k}: {seen:?}");
    assert!(!had_k || count(&seen, number) > before.get(), "k {k}: a trip of {number} was lost: {seen:?}");
    had_k
}

#[test]
fn a_trip_at_any_step_of_a_pass_that_nests_or_fails_is_handled() {
    for then in [NESTING, FAILING] {
        for number in INTERRUPTS {
            let mut k = 0;
            while a_troubled_pass_interrupted_at(k, number, then) {
                k += 1;
            }
            assert!(k >= 8, "only {k} steps in a pass");
        }
    }
}

/// A trip comes at step `k`, and before step `j` of that trip another one: the first is itself interrupted.
fn a_pass_with_a_nested_interrupt(k: usize, j: usize, outer: u32, inner: u32) -> [bool; 2] {
    let world = World::pending(&STANDING);
    world.signals.armed().arm();
    let reached = Rc::new(Cell::new(0));
    let at_k = {
        let (world, reached) = (world.clone(), reached.clone());
        move || {
            let innermost = world.clone();
            step(Some(at_step(j, reached.clone(), move || innermost.trip(inner))));
            world.trip(outer);
            step(None);
        }
    };
    let had_k = interrupted_at(k, at_k, || world.dispatch());
    assert!(world.kernel.wakes.get() <= 1, "woken twice for one arming");
    assert!(world.standing().is_empty() || world.kernel.wakes.get() == 1, "left something and woke nobody");
    world.dispatch();
    let numbers = world.numbers();
    for &number in [outer, inner].iter().chain(&STANDING) {
        if had_k && (number != inner || reached.get() > j) {
            assert!(numbers.contains(&number), "k {k} j {j}: {number} was lost: {numbers:?}");
        }
    }
    assert!(world.standing().is_empty());
    [had_k, reached.get() > j]
}

#[test]
fn a_trip_inside_a_trip_inside_a_pass_is_handled() {
    let mut places = 0;
    for outer in INTERRUPTS {
        for inner in INTERRUPTS {
            let mut k = 0;
            while a_pass_with_a_nested_interrupt(k, 0, outer, inner)[0] {
                let mut j = 0;
                while a_pass_with_a_nested_interrupt(k, j, outer, inner)[1] {
                    j += 1;
                }
                assert_eq!(j, 2, "a trip is two steps");
                places += j;
                k += 1;
            }
            assert!(k >= 11, "only {k} steps in a pass");
        }
    }
    assert!(places >= 36 * 22, "only {places} places");
}

/// The dispositions that an owner moves between.
const CHANGES: [(Ours, Ours); 4] = [
    (Disposition::Default, Disposition::Handler(&TWO)),
    (Disposition::Handler(&ONE), Disposition::Handler(&TWO)),
    (Disposition::Handler(&ONE), Disposition::Ignore),
    (Disposition::Handler(&ONE), Disposition::Default),
];

/// At any step of a change a delivery finds a handler if the kernel delivers to us, and the word that a handler
/// interrupting it sees is the old entry or the new one.
#[test]
fn a_trip_at_any_step_of_a_change_finds_the_handler() {
    for (old, new) in CHANGES {
        for refuses in [false, true] {
            let mut k = 0;
            while change_interrupted_at(k, old, new, refuses) {
                k += 1;
            }
            // The swap, and the delivery inside the kernel's call where there is one.
            assert!(k >= 1, "{old:?} to {new:?}, refused {refuses}: only {k} steps");
        }
    }
}

fn change_interrupted_at(k: usize, old: Ours, new: Ours, refuses: bool) -> bool {
    let world = World::new();
    world.set(9, old).unwrap();
    let deliver = {
        let world = world.clone();
        move || {
            // The kernel trips the signal only while the disposition is ours.
            if world.kernel.disposition(sig(9)) == Disposition::Handler(()) {
                world.trip(9);
                world.dispatch();
            }
        }
    };
    world.kernel.refuses.set(refuses);
    // Inside the kernel's call too, just before it takes effect.
    *world.kernel.during.borrow_mut() = Some(Box::new({
        let deliver = deliver.clone();
        move |_| deliver()
    }));
    let had_k = interrupted_at(k, deliver.clone(), || assert_eq!(world.set(9, new).is_err(), refuses));
    *world.kernel.during.borrow_mut() = None;
    deliver();
    for &(_, disposition) in &*world.seen.borrow() {
        assert!(
            matches!(disposition, Disposition::Handler(_)),
            "{old:?} to {new:?}: a delivery met {disposition:?}"
        );
    }
    let delivers = matches!(old, Disposition::Handler(_));
    assert!(!delivers || !world.seen.borrow().is_empty(), "nothing was delivered");
    had_k
}

/// The owner sleeps once while a signal, another event or both come at step `k`. In this model a sleep that begins with
/// the word armed is one that only a later wake ends, so it must not begin with something to do.
fn a_sleep_interrupted_at(k: usize, signal: bool, event: bool) -> bool {
    let world = World::new();
    let happened = Rc::new(Cell::new(false));
    let interrupt = {
        let (world, happened) = (world.clone(), happened.clone());
        move || {
            if event {
                happened.set(true);
                world.signals.wake(&world.kernel);
            }
            if signal {
                world.trip(9);
            }
        }
    };
    let had_k = interrupted_at(k, interrupt, || {
        world.signals.sleep_unless(
            || happened.get(),
            || {
                // These looks are steps too, so that a signal comes inside the sleep; then it must have been woken.
                let asleep = world.signals.armed().is_armed();
                let something = world.signals.any_pending() || happened.get();
                let woken = world.kernel.wakes.get() > 0;
                assert!(!(asleep && something) || woken, "asleep with something to do, and not woken");
            },
        );
    });
    assert!(!world.signals.armed().is_armed(), "step {k}: left armed");
    assert!(world.kernel.wakes.get() <= 1, "step {k}: woken twice");
    assert_eq!(world.standing().len(), usize::from(signal && had_k));
    had_k
}

#[test]
fn a_trip_or_an_event_at_any_step_of_a_sleep_is_not_slept_through() {
    for (signal, event) in [(true, false), (false, true), (true, true)] {
        let mut k = 0;
        while a_sleep_interrupted_at(k, signal, event) {
            k += 1;
        }
        // To arm, to look at two words, to disarm.
        assert!(k >= 4, "only {k} steps in a sleep");
    }
}
