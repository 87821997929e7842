//! Opening a session and leaving it.

use sigtrip::{Interrupt, Signal, check_signals, embed, on};
use sigtrip_tests::{
    injected::Broken,
    raw::{self, Action},
};

use crate::stage::{Stage, bare_session, check, count, deliver_first, foreign_handler};

/// The second signal has a handler of somebody else, who is not to notice anything.
fn second_is_foreign(b: Signal) {
    extern "C" fn foreign(_: i32) {
        count(1);
    }
    raw::sigaction(b, Some(Action::new(foreign, libc::SA_ONSTACK, 0)));
}

/// That SIGINT becomes an interrupt counts as a run.
pub(crate) fn init(a: Signal, b: Signal) {
    raw::sigaction(Signal::PIPE, Some(Action::DEFAULT)); // std has ignored it
    second_is_foreign(b);
    let stage = Stage::begin(a, b);
    let session = sigtrip::init();
    stage.end();
    check(session.is_ok(), Broken::Returned);
    let interrupted = check_signals();
    if matches!(interrupted, Err(Interrupt::KeyboardInterrupt(_))) {
        count(0);
    }
    let installed = raw::sigaction(a, None);
    check(installed == Action::IGNORE || installed.flags == libc::SA_ONSTACK, Broken::Disposition);
    stage.expect(installed).finish();
}

pub(crate) fn init_beside_foreign(a: Signal, b: Signal) {
    raw::sigaction(a, Some(foreign_handler()));
    second_is_foreign(b);
    let stage = Stage::begin(a, b);
    let session = sigtrip::init();
    stage.end();
    check(session.is_ok(), Broken::Returned);
    stage.finish();
}

pub(crate) fn leave(a: Signal, b: Signal) {
    second_is_foreign(b);
    leave_to(a, b, Action::DEFAULT, session_with_first);
}

fn session_with_first(a: Signal) -> sigtrip::Session {
    let session = bare_session();
    on(a, |_| count(0)).expect("a signal that can be handled");
    session
}

pub(crate) fn leave_to_foreign(a: Signal, b: Signal) {
    second_is_foreign(b);
    raw::sigaction(a, Some(foreign_handler()));
    leave_to(a, b, foreign_handler(), session_with_first);
}

pub(crate) fn leave_with_one_pending(a: Signal, b: Signal) {
    second_is_foreign(b);
    raw::sigaction(a, Some(foreign_handler()));
    leave_to(a, b, foreign_handler(), |a| {
        let session = session_with_first(a);
        deliver_first(a);
        session
    });
}

fn leave_to(a: Signal, b: Signal, earlier: Action, open: fn(Signal) -> sigtrip::Session) {
    let session = open(a);
    let stage = Stage::begin(a, b).expect(earlier);
    drop(session);
    stage.end();
    check(!embed::any_pending(), Broken::LeftPending);
    stage.finish();
}
