//! Records: asking for them, and taking them. What counts a delivery is its record.

use sigtrip::{
    Delivery, RecordOptions, Session, Signal, check_signals, delivered, on, record, refused, take_records,
    unrecorded,
};
use sigtrip_tests::injected::Broken;

use crate::stage::{Stage, bare_session, check, count, deliver_first, runs, session};

fn ask(signal: Signal) {
    record(signal, RecordOptions::new()).expect("a signal that can be recorded");
}

/// Both are recorded, and have this handler.
fn recorded(a: Signal, b: Signal, handler: fn(usize, &Delivery)) -> Session {
    let session = bare_session();
    for (which, signal) in [a, b].into_iter().enumerate() {
        on(signal, move |delivery| handler(which, delivery)).expect("a signal that can be handled");
        ask(signal);
    }
    session
}

fn count_records(which: usize, delivery: &Delivery) {
    delivery.records().for_each(|_| count(which));
}

/// Nothing was refused, and each delivery of which there was to be a record has had it.
fn finish(a: Signal, b: Signal, stage: Stage) {
    for (signal, runs) in [a, b].into_iter().zip(runs()) {
        let with_record = delivered(signal) - unrecorded(signal);
        check(refused(signal) == 0 && with_record == runs as usize, Broken::Returned);
    }
    stage.finish_settled();
}

pub(crate) fn turn_on(a: Signal, b: Signal) {
    let _session = session(a, b);
    ask(b);
    let stage = Stage::begin(a, b).expect_as_second();
    let asked = record(a, RecordOptions::new());
    stage.end();
    check(asked.is_ok(), Broken::Returned);
    stage.finish();
}

pub(crate) fn turn_off(a: Signal, b: Signal) {
    let _session = session(a, b);
    ask(a);
    let stage = Stage::begin(a, b).expect_as_second();
    let asked = record(a, None);
    stage.end();
    check(asked.is_ok(), Broken::Returned);
    stage.finish();
}

/// Each handler takes the records of its signal.
pub(crate) fn dispatch(a: Signal, b: Signal) {
    let _session = recorded(a, b, count_records);
    deliver_first(a);
    let stage = Stage::begin(a, b);
    let done = check_signals();
    stage.end_with_errno();
    check(done.is_ok(), Broken::Returned);
    settle();
    stage.check_mask();
    finish(a, b, stage);
}

/// The program takes those of all signals itself.
pub(crate) fn take(a: Signal, b: Signal) {
    let _session = recorded(a, b, |_, _| ());
    deliver_first(a);
    let stage = Stage::begin(a, b);
    take_all(a);
    stage.end_with_errno();
    settle();
    take_all(a);
    stage.check_mask();
    finish(a, b, stage);
}

fn take_all(a: Signal) {
    let records = take_records().expect("the owner asks");
    records.for_each(|record| count(usize::from(record.signal() != a)));
}

fn settle() {
    check(check_signals().is_ok(), Broken::Returned);
}
