//! The dispatcher against a model kernel: what one thread sees, with no signal that interrupts it. The signals that
//! do are in `reentrancy`.

mod model;
mod reentrancy;

use core::{cell::Cell, convert::Infallible};
use std::{
    boxed::Box,
    panic::{AssertUnwindSafe, catch_unwind, panic_any},
    rc::Rc,
    vec,
};

use model::{CAPACITY, Handler, Model, ONE, Refused, Signals, TWO, World, sig};

use crate::{Disposition, OutOfRange, Replaced, WORD_BITS};

const BITS: u32 = WORD_BITS as u32;

#[test]
fn a_pass_is_ascending_across_words_and_takes_each_once() {
    let world = World::pending(&[CAPACITY, BITS + 1, BITS, 15, 2, 1]);
    world.trip(15);
    world.dispatch();
    assert_eq!(world.numbers(), [1, 2, 15, BITS, BITS + 1, CAPACITY]);
    world.dispatch();
    assert_eq!(world.numbers(), []);
}

#[test]
fn a_trip_beyond_the_width_is_refused_and_wakes_nobody() {
    let world = World::new();
    let far = sig(CAPACITY + 1);
    world.signals.armed().arm();
    assert!(!world.signals.trip(&world.kernel, far));
    assert!(!world.signals.trip_unarmed(far));
    assert_eq!((world.signals.any_pending(), world.kernel.wakes.get()), (false, 0));
    assert!(world.signals.armed().is_armed());
}

#[test]
fn a_trip_wakes_once_for_each_time_the_owner_armed() {
    let world = World::new();
    world.trip(1);
    assert_eq!(world.kernel.wakes.get(), 0);
    world.signals.armed().arm();
    assert!(world.signals.trip_unarmed(sig(2)));
    assert_eq!(world.kernel.wakes.get(), 0);
    world.trip(3);
    world.trip(4);
    assert_eq!((world.kernel.wakes.get(), world.standing()), (1, vec![1, 2, 3, 4]));
}

#[test]
fn tripped_in_its_own_handler_it_is_handled_by_a_later_pass() {
    let world = World::pending(&[5]);
    world
        .dispatch_with(|number| {
            world.trip(number);
            Ok::<_, Infallible>(())
        })
        .unwrap();
    assert_eq!((world.numbers(), world.standing()), (vec![5], vec![5]));
    world.dispatch();
    assert_eq!((world.numbers(), world.standing()), (vec![5], vec![]));
}

#[test]
fn a_trip_ahead_of_the_pass_joins_it_and_one_behind_waits_for_the_next() {
    let world = World::pending(&[5]);
    let first = Cell::new(true);
    world
        .dispatch_with(|_| {
            if first.replace(false) {
                world.trip(9);
                world.trip(2);
            }
            Ok::<_, Infallible>(())
        })
        .unwrap();
    assert_eq!((world.numbers(), world.standing()), (vec![5, 9], vec![2]));
    world.dispatch();
    assert_eq!(world.numbers(), [2]);
}

#[test]
fn a_failing_handler_leaves_the_rest_pending_and_wakes_who_sleeps() {
    let world = World::pending(&[1, 2, 3, BITS + 4]);
    world.signals.armed().arm();
    let failed = world.dispatch_with(|number| if number == 2 { Err("two") } else { Ok(()) });
    assert_eq!(failed, Err("two"));
    assert_eq!((world.numbers(), world.standing()), (vec![1, 2], vec![3, BITS + 4]));
    assert_eq!(world.kernel.wakes.get(), 1);
    world.dispatch();
    assert_eq!(world.numbers(), [3, BITS + 4]);
}

#[test]
fn a_panicking_handler_leaves_the_rest_pending_and_wakes_who_sleeps() {
    let world = World::pending(&[1, 2, 3]);
    world.signals.armed().arm();
    let caught = catch_unwind(AssertUnwindSafe(|| {
        world.dispatch_with(|number| if number == 2 { panic_any("two") } else { Ok::<_, Infallible>(()) })
    }));
    assert_eq!(caught.unwrap_err().downcast_ref(), Some(&"two"));
    assert_eq!((world.numbers(), world.standing()), (vec![1, 2], vec![3]));
    assert_eq!(world.kernel.wakes.get(), 1);
}

#[test]
fn a_pass_that_leaves_nothing_wakes_nobody() {
    let world = World::pending(&[1, 2]);
    world.signals.armed().arm();
    world.dispatch();
    assert_eq!((world.kernel.wakes.get(), world.signals.armed().is_armed()), (0, true));
}

#[test]
fn a_handler_may_dispatch_and_each_signal_still_runs_once() {
    let world = World::pending(&[1, 2, 3]);
    world
        .dispatch_with(|number| {
            if number == 1 {
                world.trip(1);
                world.dispatch();
            }
            Ok::<_, Infallible>(())
        })
        .unwrap();
    assert_eq!((world.numbers(), world.standing()), (vec![1, 1, 2, 3], vec![]));
}

#[test]
fn an_entry_replaced_during_the_pass_is_reported_as_it_is_now() {
    for new in
        [Disposition::Default, Disposition::Ignore, Disposition::Foreign(7), Disposition::Handler(&TWO)]
    {
        let world = World::pending(&[1, 2]);
        world
            .dispatch_with(|number| {
                if number == 1 {
                    world.trip(1);
                    world.set(1, new).unwrap();
                    world.set(2, new).unwrap();
                }
                Ok::<_, Infallible>(())
            })
            .unwrap();
        world.dispatch();
        let reported = in_table(new);
        let before = Disposition::Handler(&ONE);
        assert_eq!(*world.seen.borrow(), [(1, before), (2, reported), (1, reported)]);
    }
}

/// What the table keeps of a disposition.
fn in_table(disposition: model::Ours) -> Disposition<Handler> {
    match disposition {
        Disposition::Default => Disposition::Default,
        Disposition::Ignore => Disposition::Ignore,
        Disposition::Handler(handler) => Disposition::Handler(handler),
        Disposition::Foreign(_) => Disposition::Foreign(()),
    }
}

/// What the kernel is told of it.
fn in_kernel(disposition: model::Ours) -> Disposition<(), model::Foreign> {
    match disposition {
        Disposition::Default => Disposition::Default,
        Disposition::Ignore => Disposition::Ignore,
        Disposition::Handler(_) => Disposition::Handler(()),
        Disposition::Foreign(foreign) => Disposition::Foreign(foreign),
    }
}

const ALL: [model::Ours; 5] = [
    Disposition::Default,
    Disposition::Ignore,
    Disposition::Handler(&ONE),
    Disposition::Handler(&TWO),
    Disposition::Foreign(7),
];

#[test]
fn from_each_disposition_to_each_and_the_earlier_one_comes_back() {
    for old in ALL {
        for new in ALL {
            let world = World::new();
            world.set(9, old).unwrap();
            assert_eq!(world.set(9, new), Ok(Replaced { disposition: old, stale: None }));
            assert_eq!(world.signals.disposition(sig(9)), in_table(new));
            assert_eq!(world.kernel.disposition(sig(9)), in_kernel(new));
        }
    }
}

#[test]
fn when_the_kernel_refuses_all_is_as_it_was() {
    for old in ALL {
        for new in ALL {
            let world = World::new();
            world.set(9, old).unwrap();
            world.kernel.refuses.set(true);
            assert_eq!(world.set(9, new), Err(Refused::ByTheKernel));
            assert_eq!(world.signals.disposition(sig(9)), in_table(old));
            assert_eq!(world.kernel.disposition(sig(9)), in_kernel(old));
        }
    }
}

#[test]
fn a_number_beyond_the_width_changes_nothing_in_the_kernel_either() {
    let far = sig(CAPACITY + 1);
    for new in ALL {
        let world = World::new();
        let error = OutOfRange { signal: far, capacity: CAPACITY };
        assert_eq!(world.set(far.get(), new), Err(Refused::OutOfRange(error)));
        assert!(world.kernel.dispositions.borrow().is_empty(), "{new:?} reached the kernel");
    }
}

/// A delivery that comes while the kernel is at work finds the handler: the new one is there already, the old one is
/// there still.
#[test]
fn the_table_is_set_before_the_kernel_installs_and_after_it_removes() {
    for new in ALL {
        let world = World::new();
        world.set(9, Disposition::Handler(&ONE)).unwrap();
        let in_between = Rc::new(Cell::new(None));
        let (inner, seen) = (Rc::downgrade(&world), in_between.clone());
        *world.kernel.during.borrow_mut() = Some(Box::new(move |signal| {
            seen.set(inner.upgrade().map(|world| world.signals.disposition(signal)));
        }));
        world.set(9, new).unwrap();
        let during = if let Disposition::Handler(new) = new { new } else { &ONE };
        assert_eq!(in_between.get(), Some(Disposition::Handler(during)));
    }
}

#[test]
fn a_handler_that_foreign_code_displaced_is_handed_back_as_stale() {
    for foreign in [Disposition::Default, Disposition::Ignore, Disposition::Foreign(8)] {
        for new in ALL {
            let world = World::new();
            world.set(9, Disposition::Handler(&ONE)).unwrap();
            world.kernel.dispositions.borrow_mut().insert(sig(9), foreign);
            let Replaced { disposition, stale } = world.set(9, new).unwrap();
            assert_eq!((in_kernel(disposition), stale), (foreign, Some(&ONE)));
        }
    }
}

/// Foreign code put an older copy of our handler back: the kernel says ours, and the table has none. Such a delivery does
/// nothing, and to put that back must not become the end of the program.
#[test]
fn ours_in_the_kernel_and_none_in_the_table_is_ignore() {
    for entry in [Disposition::Default, Disposition::Ignore, Disposition::Foreign(7)] {
        let world = World::new();
        world.set(9, entry).unwrap();
        world.kernel.dispositions.borrow_mut().insert(sig(9), Disposition::Handler(()));
        let replaced = world.set(9, Disposition::Default);
        assert_eq!(replaced, Ok(Replaced { disposition: Disposition::Ignore, stale: None }));
    }
}

#[test]
fn an_entry_that_is_noted_comes_back_and_the_kernel_is_not_asked() {
    let world = World::new();
    let mut before = Disposition::Default;
    for entry in ALL.map(in_table) {
        assert_eq!(world.signals.note_disposition(sig(9), entry), Ok(before));
        assert_eq!(world.signals.disposition(sig(9)), entry);
        before = entry;
    }
    assert!(world.kernel.dispositions.borrow().is_empty());
    let error = OutOfRange { signal: sig(CAPACITY + 1), capacity: CAPACITY };
    assert_eq!(world.signals.note_disposition(error.signal, Disposition::Ignore), Err(error));
}

#[test]
fn clear_forgets_what_is_pending_and_keeps_the_dispositions() {
    let world = World::pending(&[1, CAPACITY]);
    world.signals.clear_pending();
    assert!(!world.signals.any_pending());
    assert_eq!(world.signals.disposition(sig(CAPACITY)), Disposition::Handler(&ONE));
}

#[test]
fn it_sleeps_when_nothing_is_there_and_returns_what_the_sleep_did() {
    let world = World::new();
    let slept = world.signals.sleep_unless(|| false, || world.signals.armed().is_armed());
    assert_eq!(slept, Some(true));
    assert!(!world.signals.armed().is_armed());
}

#[test]
fn it_does_not_sleep_when_a_signal_is_pending() {
    let world = World::pending(&[CAPACITY]);
    assert_eq!(world.signals.sleep_unless(|| false, || unreachable!("it slept")), None);
    assert!(!world.signals.armed().is_armed());
}

#[test]
fn it_asks_whether_it_is_ready_after_it_armed_and_does_not_sleep_then() {
    let world = World::new();
    let ready = || world.signals.armed().is_armed();
    assert_eq!(world.signals.sleep_unless(ready, || unreachable!("it slept")), None);
    assert!(!world.signals.armed().is_armed());
}

#[test]
fn a_panic_in_a_sleep_or_a_look_leaves_the_word_disarmed() {
    let signals = Signals::new();
    let sleep = || signals.sleep_unless(|| false, || panic_any("asleep"));
    assert!(catch_unwind(AssertUnwindSafe(sleep)).is_err());
    assert!(!signals.armed().is_armed());
    let look = || signals.sleep_unless(|| panic_any("looking"), || ());
    assert!(catch_unwind(AssertUnwindSafe(look)).is_err());
    assert!(!signals.armed().is_armed());
}

#[test]
fn another_event_wakes_too() {
    let (signals, kernel) = (Signals::new(), Model::default());
    signals.wake(&kernel);
    assert_eq!(kernel.wakes.get(), 0);
    signals.sleep_unless(|| false, || signals.wake(&kernel));
    assert_eq!(kernel.wakes.get(), 1);
}
