//! Back-pressure: the frame that closes the door, and what opens it. The two signals are real-time ones, and the records are one
//! short of the mark when it begins, so that each delivery closes.

use std::sync::atomic::{
    AtomicUsize,
    Ordering::Relaxed, // one thread writes
};

use sigtrip::{
    RecordOptions, Session, Signal, SignalSet, block, check_signals, delivered, embed, on, pause, record,
    take_records,
};
use sigtrip_tests::{
    injected::{Broken, status_of_runs},
    raw,
};

use crate::stage::{Stage, bare_session, check, count, deliver_first};

/// Three quarters of the room.
const HIGH_WATER: usize = 768;

/// Records that the handlers have taken.
static TAKEN: AtomicUsize = AtomicUsize::new(0);

/// Long records, so that the trampoline is the same with back-pressure and without.
const fn options() -> RecordOptions {
    RecordOptions::new().program_counter(true)
}

fn take(most: usize) {
    let records = take_records().map_or(0, |records| records.take(most).count());
    TAKEN.fetch_add(records, Relaxed);
}

/// Each handler takes so many records: with two the next delivery finds room below the mark, with none it closes the door again.
fn session(a: Signal, b: Signal, taken_by_each: usize) -> Session {
    let session = bare_session();
    let filler = Signal::real_time_max();
    record(filler, RecordOptions::new()).expect("it can be recorded");
    on(filler, |_| ()).expect("a signal that can be handled");
    for (which, signal) in [a, b].into_iter().enumerate() {
        record(signal, options().back_pressure(true)).expect("a real-time signal");
        let handler = move |_: &_| {
            count(which);
            take(taken_by_each);
        };
        on(signal, handler).expect("a signal that can be handled");
    }
    (1..HIGH_WATER).for_each(|_| raw::Thread::current().send(filler));
    check_signals().expect("none fails");
    session
}

fn closed(a: Signal) {
    deliver_first(a);
    check(raw::blocks(a), Broken::Mask);
}

/// Takes what there is, has safe points until nothing is pending, and looks whether the door is open and every record is there.
fn finish(stage: Stage, [a, b]: [Signal; 2]) -> ! {
    while take_records().is_ok_and(|mut records| records.next().is_some()) {
        TAKEN.fetch_add(1, Relaxed);
    }
    while embed::any_pending() {
        check(check_signals().is_ok(), Broken::Returned);
        take(usize::MAX);
    }
    stage.check_mask();
    check(TAKEN.load(Relaxed) == HIGH_WATER - 1 + delivered(a) + delivered(b), Broken::LeftPending);
    stage.finish_settled()
}

pub(crate) fn closes(a: Signal, b: Signal) {
    let _session = session(a, b, 0);
    let stage = Stage::begin(a, b);
    let done = check_signals();
    stage.end_with_errno();
    check(done.is_ok(), Broken::Returned);
    finish(stage, [a, b]);
}

fn safe_point(a: Signal, b: Signal, taken_by_each: usize) {
    let _session = session(a, b, taken_by_each);
    let stage = Stage::begin_after(a, b, || closed(a));
    let done = check_signals();
    stage.end();
    check(done.is_ok(), Broken::Returned);
    finish(stage, [a, b]);
}

pub(crate) fn opens(a: Signal, b: Signal) {
    safe_point(a, b, 2);
}

/// The second one waits at the door, is let in, and closes it.
pub(crate) fn opens_for_one(a: Signal, b: Signal) {
    safe_point(a, b, 0);
}

pub(crate) fn waits(a: Signal, b: Signal) {
    let _session = session(a, b, 2);
    let stage = Stage::begin_after(a, b, || closed(a));
    let waited = pause();
    stage.end();
    check(waited.is_ok(), Broken::Returned);
    finish(stage, [a, b]);
}

pub(crate) fn guard(a: Signal, b: Signal) {
    let _session = session(a, b, 0);
    let stage = Stage::begin_after(a, b, || closed(a));
    let only_a = [a].into_iter().collect::<SignalSet>();
    let restored = block(only_a).and_then(sigtrip::MaskGuard::restore);
    stage.end();
    check(restored.is_ok(), Broken::Returned);
    finish(stage, [a, b]);
}

/// Each delivery closes the door, at whatever instruction of the two changes of the mask.
pub(crate) fn guard_while_open(a: Signal, b: Signal) {
    let _session = session(a, b, 0);
    let stage = Stage::begin(a, b);
    let restored = block(Signal::USR2).and_then(sigtrip::MaskGuard::restore);
    stage.end();
    check(restored.is_ok(), Broken::Returned);
    finish(stage, [a, b]);
}

pub(crate) fn asked_for_no_more(a: Signal, b: Signal) {
    let _session = session(a, b, 0);
    let stage = Stage::begin_after(a, b, || closed(a));
    let done = record(a, options()).and_then(|()| record(b, options()));
    stage.end();
    check(done.is_ok(), Broken::Returned);
    check(raw::mask() == 0, Broken::Mask);
    finish(stage, [a, b]);
}

/// The child starts with the door open and no records.
pub(crate) fn forks(a: Signal, b: Signal) {
    let _session = session(a, b, 2);
    let stage = Stage::begin_after(a, b, || closed(a));
    let pid = raw::fork();
    stage.end();
    if pid == 0 {
        TAKEN.store(HIGH_WATER - 1, Relaxed); // as if it had its parent's
    } else if raw::is_our_child(pid) {
        check(raw::wait_for_exit(pid) == status_of_runs([0, 0]), Broken::Child);
    }
    finish(stage, [a, b]);
}
