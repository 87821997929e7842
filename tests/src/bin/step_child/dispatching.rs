//! `check_signals`, and the core's dispatch with it.

use sigtrip::{Options, Signal, check_signals, on};
use sigtrip_tests::{injected::Broken, raw};

use crate::stage::{
    Stage, bare_session, check, count, count_other, deliver_first, fails, session, session_with,
    two_others_pending,
};

pub(crate) fn nothing_pending(a: Signal, b: Signal) {
    let _session = session(a, b);
    dispatch(a, b, 0);
}

pub(crate) fn one_pending(a: Signal, b: Signal) {
    let _session = session(a, b);
    deliver_first(a);
    dispatch(a, b, 0);
}

pub(crate) fn three_pending(a: Signal, b: Signal) {
    let _session = session(a, b);
    two_others_pending();
    deliver_first(a);
    dispatch(a, b, 2);
}

pub(crate) fn polling(a: Signal, b: Signal) {
    let _session = session_with(Options::untouched().polling(true), a, b);
    deliver_first(a);
    dispatch(a, b, 0);
}

/// The copies that the stepper makes are other threads to the kick, which goes to one that is not there.
pub(crate) fn with_a_kick(a: Signal, b: Signal) {
    let _session = session_with(Options::untouched().kick(Signal::URG), a, b);
    deliver_first(a);
    dispatch(a, b, 0);
}

fn dispatch(a: Signal, b: Signal, others: u32) {
    let stage = Stage::begin(a, b).expect_others(others);
    let done = check_signals();
    stage.end_with_errno();
    check(done.is_ok(), Broken::Returned);
    stage.finish();
}

/// The first handler has a safe point of its own, where the others run.
pub(crate) fn nested(a: Signal, b: Signal) {
    let _session = session(a, b);
    two_others_pending();
    let handler = |_: &_| {
        count_other();
        check_signals()
    };
    on(Signal::HUP, handler).expect("a signal that can be handled");
    deliver_first(a);
    raw::send_to_process(Signal::HUP);
    raw::send_to_process(Signal::TERM);
    dispatch(a, b, 4);
}

/// The second of three fails.
pub(crate) fn failing(a: Signal, b: Signal) {
    let _session = bare_session();
    on(a, |_| fails(0)).expect("a signal that can be handled");
    on(b, |_| count(1)).expect("a signal that can be handled");
    two_others_pending();
    deliver_first(a);
    let stage = Stage::begin(a, b).expect_others(2);
    let done = check_signals();
    stage.end();
    check(done.is_err(), Broken::Returned);
    stage.finish();
}

pub(crate) fn self_replacing(a: Signal, b: Signal) {
    let _session = session(a, b);
    let replaces_itself = move |_: &_| {
        count(0);
        on(a, |_| count(0)).map(drop)
    };
    on(a, replaces_itself).expect("a signal that can be handled");
    deliver_first(a);
    let stage = Stage::begin(a, b);
    let done = check_signals();
    stage.end();
    check(done.is_ok(), Broken::Returned);
    stage.finish();
}
