//! Installing, asking, and changing a flag.

use sigtrip::{Disposition, Signal, on, signal};
use sigtrip_tests::{
    injected::Broken,
    raw::{self, Action},
};

use crate::stage::{Stage, bare_session, check, count, foreign_handler, session};

/// The second has its handler already, by which one sees how the first is to be installed.
fn session_with_second(b: Signal) -> sigtrip::Session {
    let session = bare_session();
    on(b, |_| count(1)).expect("a signal that can be handled");
    session
}

pub(crate) fn on_over_default(a: Signal, b: Signal) {
    let _session = session_with_second(b);
    install(a, b, &Disposition::Default);
}

pub(crate) fn on_over_foreign(a: Signal, b: Signal) {
    let _session = session_with_second(b);
    raw::sigaction(a, Some(foreign_handler()));
    let foreign = sigtrip::getsignal(a).expect("any thread may ask");
    install(a, b, &foreign);
}

pub(crate) fn on_over_a_handler(a: Signal, b: Signal) {
    let _session = session(a, b);
    let ours = sigtrip::getsignal(a).expect("any thread may ask");
    install(a, b, &ours);
}

fn install(a: Signal, b: Signal, earlier: &Disposition) {
    let stage = Stage::begin(a, b).expect_as_second();
    let replaced = on(a, |_| count(0));
    stage.end();
    check(replaced.is_ok_and(|it| it == *earlier), Broken::Returned);
    stage.finish();
}

pub(crate) fn back_to_default(a: Signal, b: Signal) {
    remove(a, b, Disposition::Default, Action::DEFAULT);
}

pub(crate) fn ignore(a: Signal, b: Signal) {
    remove(a, b, Disposition::Ignore, Action::IGNORE);
}

fn remove(a: Signal, b: Signal, disposition: Disposition, action: Action) {
    let _session = session(a, b);
    put(a, b, disposition, action);
}

fn put(a: Signal, b: Signal, disposition: Disposition, action: Action) {
    let stage = Stage::begin(a, b).expect(action);
    let replaced = signal(a, disposition);
    stage.end();
    check(matches!(replaced, Ok(Disposition::Handler(_))), Broken::Returned);
    stage.finish();
}

/// What came before is the old handler's, what comes after is the foreign one's: none falls between the two.
pub(crate) fn foreign_put_back(a: Signal, b: Signal) {
    let _session = session_with_second(b);
    raw::sigaction(a, Some(foreign_handler()));
    let foreign = on(a, |_| count(0)).expect("a signal that can be handled");
    put(a, b, foreign, foreign_handler());
}

/// A fault signal, for which std has a handler; one that is sent is deferred.
pub(crate) fn fault(a: Signal, b: Signal) {
    let _session = session_with_second(b);
    raw::sigaction(a, Some(Action::DEFAULT));
    let stage = Stage::begin(a, b);
    let replaced = on(a, |_| count(0));
    stage.end();
    check(replaced.is_ok_and(|it| it == Disposition::Default), Broken::Returned);
    let installed = raw::sigaction(a, None);
    check(installed.flags == libc::SA_ONSTACK | libc::SA_SIGINFO, Broken::Disposition);
    stage.expect(installed).finish();
}

pub(crate) fn getsignal(a: Signal, b: Signal) {
    let _session = session(a, b);
    let stage = Stage::begin(a, b);
    let told = sigtrip::getsignal(a);
    stage.end();
    check(matches!(told, Ok(Disposition::Handler(_))), Broken::Returned);
    stage.finish();
}

/// Other code has put an older copy of ours back, with other flags.
pub(crate) fn getsignal_repairs(a: Signal, b: Signal) {
    let _session = session(a, b);
    let ours = raw::sigaction(a, None);
    raw::sigaction(a, Some(Action { flags: ours.flags | libc::SA_RESTART, ..ours }));
    let stage = Stage::begin(a, b).expect_as_second();
    let told = sigtrip::getsignal(a);
    stage.end();
    check(matches!(told, Ok(Disposition::Handler(_))), Broken::Returned);
    stage.finish();
}

pub(crate) fn siginterrupt(a: Signal, b: Signal) {
    let _session = session(a, b);
    let ours = raw::sigaction(a, None);
    let stage = Stage::begin(a, b).expect(Action { flags: ours.flags | libc::SA_RESTART, ..ours });
    let done = sigtrip::siginterrupt(a, false);
    stage.end_with_errno();
    check(done.is_ok(), Broken::Returned);
    stage.finish();
}

/// That the flag is set counts as a run: the signal trips, and has no handler that could.
pub(crate) fn shutdown_flag(a: Signal, b: Signal) {
    let _session = session_with_second(b);
    let stage = Stage::begin(a, b);
    let flag = sigtrip::shutdown_flag([a]);
    stage.end();
    check(flag.as_ref().is_ok_and(|flag| flag.signal().is_none_or(|it| it == a)), Broken::Returned);
    if flag.is_ok_and(|flag| flag.is_set()) {
        count(0);
    }
    let installed = raw::sigaction(a, None);
    check(installed.flags == libc::SA_ONSTACK, Broken::Disposition);
    stage.expect(installed).finish();
}
