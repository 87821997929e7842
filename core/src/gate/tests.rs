//! A reader that comes at each step of a writer, and of another reader, of the same thread: what a signal does.

use core::cell::{Cell, RefCell};
use std::{boxed::Box, rc::Rc, thread, vec::Vec};

use super::Gate;
use crate::step;

/// Runs `interrupt` before step `k` of `body`. Whether there was such a step.
fn interrupted_at(k: usize, interrupt: impl FnOnce() + 'static, body: impl FnOnce()) -> bool {
    let (steps, mut interrupt) = (Rc::new(Cell::new(0)), Some(interrupt));
    let count = steps.clone();
    step(Some(Box::new(move || {
        if count.replace(count.get() + 1) == k
            && let Some(interrupt) = interrupt.take()
        {
            interrupt();
        }
    })));
    body();
    step(None);
    steps.get() > k
}

/// At each step of `body` once; how many there were.
fn at_each_step<const SLOTS: usize>(
    interrupt: impl Fn(&Gate<SLOTS>) + Copy + 'static,
    body: impl Fn(&Gate<SLOTS>),
) -> usize {
    let mut k = 0;
    loop {
        let gate = Rc::new(Gate::<SLOTS>::new());
        let inner = gate.clone();
        if !interrupted_at(k, move || interrupt(&inner), || body(&gate)) {
            return k;
        }
        assert!(gate.is_quiet(), "step {k}: everybody has left");
        k += 1;
    }
}

fn visit<const SLOTS: usize>(gate: &Gate<SLOTS>) {
    let entered = gate.enter(7);
    assert!(gate.is_inside(7) || gate.is_crowded());
    gate.leave(entered);
}

fn visit_inside<const SLOTS: usize>(gate: &Gate<SLOTS>) {
    assert!(gate.inside(7, || gate.is_inside(7) || gate.is_crowded()));
}

#[test]
fn a_reader_nested_at_each_step_of_a_reader() {
    assert_eq!(at_each_step::<2>(visit, visit), 5, "enter, look, and three to leave");
    let nested = |gate: &Gate<1>| visit(gate); // sometimes without a slot
    assert!(at_each_step::<1>(nested, visit) >= 5);
    assert_eq!(at_each_step::<2>(visit_inside, visit_inside), 5);
    assert!(at_each_step::<1>(visit_inside, visit_inside) >= 5);
    assert!(at_each_step::<0>(visit_inside, visit) >= 5, "all of them without a slot");
}

#[test]
fn a_reader_at_each_step_of_a_writer_that_waits() {
    let steps = at_each_step::<2>(visit, |gate| gate.wait(|| panic!("nobody stays inside")));
    assert_eq!(steps, 2 + 4, "each slot, and each bank twice");
}

#[test]
fn a_reader_is_inside_by_its_own_name_until_it_leaves() {
    let gate = Gate::<3>::new();
    let outer = gate.enter(7);
    let inner = gate.enter(7);
    assert!(gate.is_inside(7) && gate.may_be_inside(7));
    assert!(!gate.is_inside(8) && !gate.may_be_inside(8));
    gate.leave(inner);
    assert!(gate.is_inside(7));
    gate.leave(outer);
    assert!(!gate.is_inside(7) && gate.is_quiet());
}

#[test]
fn readers_without_a_slot_are_counted_and_could_be_anybody() {
    for me in [7, 0] {
        let gate = Gate::<2>::new();
        assert_eq!(gate.inside(me, || gate.is_crowded()), me == 0, "zero is no name");
        let entered: Vec<_> = (0..5).map(|_| gate.enter(me)).collect();
        assert!(gate.is_crowded() && gate.may_be_inside(1) && !gate.is_inside(1));
        assert!(!gate.is_quiet());
        entered.into_iter().for_each(|entered| gate.leave(entered));
        assert!(!gate.is_crowded() && gate.is_quiet() && !gate.may_be_inside(1));
    }
}

/// The writer waits for those of either bank.
#[test]
fn a_reader_without_a_slot_is_waited_for() {
    for waits_before in 0..3 {
        let gate = Gate::<0>::new();
        (0..waits_before).for_each(|_| gate.wait(|| panic!("nobody is inside")));
        assert!(gate.inside(7, || gate.is_crowded()), "it is counted");
        let entered = Cell::new(Some(gate.enter(7)));
        let looks = Cell::new(0);
        gate.wait(|| {
            looks.set(looks.get() + 1);
            if looks.get() == 3 {
                gate.leave(entered.take().expect("it was inside"));
            }
        });
        assert_eq!(looks.get(), 3);
    }
}

/// The place where a reader stood is never free when the writer looks: another has come meanwhile.
#[test]
fn a_storm_of_readers_does_not_hold_the_writer_up() {
    fn storm<const SLOTS: usize>() {
        let gate = Gate::<SLOTS>::new();
        let inside = RefCell::new(vec_of(|| gate.enter(7)));
        let mut looks = 0;
        gate.wait(|| {
            looks += 1;
            assert!(looks <= 4, "it waits for those who came later");
            // The oldest leaves when another has come; with slots, into its slot.
            let oldest = inside.borrow_mut().remove(0);
            if SLOTS == 0 {
                inside.borrow_mut().push(gate.enter(7));
                gate.leave(oldest);
            } else {
                gate.leave(oldest);
                inside.borrow_mut().push(gate.enter(7));
            }
        });
        assert!(looks >= 1 && !gate.is_quiet());
    }
    fn vec_of<T>(make: impl Fn() -> T) -> Vec<T> {
        Vec::from([make(), make()])
    }
    storm::<2>();
    storm::<0>();
}

#[test]
fn a_fork_keeps_the_readers_of_its_own_thread_and_frees_the_others() {
    let gate = Gate::<3>::new();
    let mine = gate.enter(7);
    let _gone = gate.enter(8);
    gate.reset(7);
    assert!(gate.is_inside(7) && !gate.is_inside(8) && !gate.may_be_inside(8));
    let again = gate.enter(9); // the freed slot
    gate.leave(mine);
    gate.leave(again);
    assert!(gate.is_quiet());
    gate.wait(|| panic!("nobody is inside"));
}

/// Whoever was without a slot may be this thread: it can not be told, and nothing is ever freed under its feet.
#[test]
fn a_fork_with_nameless_readers_lets_them_leave_without_a_trace() {
    let gate = Gate::<0>::new();
    let [mine, _gone] = [gate.enter(7), gate.enter(8)];
    gate.reset(7);
    assert!(!gate.is_crowded(), "those that are gone hold nobody up");
    assert!(gate.may_be_inside(7) && !gate.is_quiet(), "but one of them may be here");
    let new = gate.enter(7);
    gate.leave(mine);
    assert!(gate.is_crowded(), "the old one has not left for the new one");
    gate.leave(new);
    assert!(!gate.is_crowded());
    gate.wait(|| panic!("nobody is counted"));
}

/// What loom shows for each interleaving of a few steps, with real threads and many: no reader finds the memory freed.
#[test]
fn many_threads() {
    use std::sync::atomic::{AtomicBool, AtomicPtr, Ordering};
    const WRITES: usize = 2000;
    let gate = Gate::<2>::new();
    let shared = AtomicPtr::new(Box::into_raw(Box::new([1_u64; 16])));
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        for me in 1..=4 {
            let (gate, shared, stop) = (&gate, &shared, &stop);
            scope.spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    let entered = gate.enter(me);
                    check(shared.load(Ordering::Acquire));
                    gate.leave(entered);
                }
            });
        }
        for _ in 0..WRITES {
            let old = shared.swap(Box::into_raw(Box::new([1; 16])), Ordering::AcqRel);
            gate.wait(thread::yield_now);
            free(old);
        }
        stop.store(true, Ordering::Relaxed);
    });
    free(shared.into_inner());
}

/// Overwritten first: a reader that still looks sees it.
#[allow(unsafe_code)]
fn free(old: *mut [u64; 16]) {
    // SAFETY: made by `Box::into_raw`, swapped out once; no reader has it any more, which is what is tested.
    let mut old = unsafe { Box::from_raw(old) };
    old.fill(0);
    std::hint::black_box(&old);
}

#[allow(unsafe_code)]
fn check(seen: *const [u64; 16]) {
    // SAFETY: the reader is inside, and it was swapped out at most since.
    assert!(unsafe { (*seen).iter().all(|&word| word == 1) }, "freed under a reader");
}
