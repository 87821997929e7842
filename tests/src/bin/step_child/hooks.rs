//! Hooks: registering them, taking them away, and what goes on beside them. Where nothing else counts a delivery, the hook does.

#![allow(unsafe_code)]

use sigtrip::{HookId, Signal, check_signals, init_with, on, register_hook, unregister_hook};
use sigtrip_tests::{
    injected::{Broken, status_of_runs},
    raw::{self, Action},
};

use crate::stage::{Stage, bare_session, check, count, deliver_first, foreign_handler, runs, session};

/// A hook that counts.
fn counting(signal: Signal, which: usize) -> HookId {
    // SAFETY: an atomic addition.
    unsafe { register_hook(signal, move |_| count(which)) }.expect("it can have a hook")
}

/// A hook that does nothing.
fn idle(signal: Signal) -> HookId {
    // SAFETY: nothing is async-signal-safe.
    unsafe { register_hook(signal, |_| ()) }.expect("it can have a hook")
}

/// A foreign handler of the second signal, as [`foreign_handler`] is one of the first.
fn second_foreign_handler() -> Action {
    extern "C" fn foreign(_: i32) {
        count(1);
    }
    let like = foreign_handler();
    Action::new(foreign, like.flags, like.mask)
}

/// Both have a foreign handler.
fn both_foreign(a: Signal, b: Signal) {
    raw::sigaction(a, Some(foreign_handler()));
    raw::sigaction(b, Some(second_foreign_handler()));
}

fn register(stage: Stage, hook: impl FnOnce() -> HookId) {
    hook();
    stage.end();
    stage.finish();
}

fn unregister(stage: Stage, hook: HookId) {
    let gone = unregister_hook(hook);
    stage.end();
    check(gone, Broken::Returned);
    stage.finish();
}

pub(crate) fn register_over_default(a: Signal, b: Signal) {
    counting(b, 1);
    register(Stage::begin(a, b).expect_as_second(), || counting(a, 0));
}

/// The foreign handler is called first: it runs at each delivery, before and after. The mask is its own.
pub(crate) fn register_over_foreign(a: Signal, b: Signal) {
    both_foreign(a, b);
    idle(b);
    let ours = raw::sigaction(b, None);
    register(Stage::begin(a, b).expect(ours), || idle(a));
}

pub(crate) fn register_over_a_handler(a: Signal, b: Signal) {
    let _session = session(a, b);
    idle(b);
    register(Stage::begin(a, b).expect_as_second(), || idle(a));
}

pub(crate) fn register_beside_another(a: Signal, b: Signal) {
    counting(a, 0);
    counting(b, 1);
    register(Stage::begin(a, b), || idle(a));
}

pub(crate) fn unregister_last(a: Signal, b: Signal) {
    let hook = counting(a, 0);
    counting(b, 1);
    unregister(Stage::begin(a, b).expect(Action::DEFAULT), hook);
}

pub(crate) fn unregister_over_foreign(a: Signal, b: Signal) {
    both_foreign(a, b);
    let hook = idle(a);
    unregister(Stage::begin(a, b).expect(foreign_handler()), hook);
}

pub(crate) fn unregister_over_a_handler(a: Signal, b: Signal) {
    let _session = session(a, b);
    let hook = idle(a);
    unregister(Stage::begin(a, b).expect_as_second(), hook);
}

pub(crate) fn unregister_one_of_two(a: Signal, b: Signal) {
    let hook = idle(a);
    counting(a, 0);
    counting(b, 1);
    unregister(Stage::begin(a, b), hook);
}

pub(crate) fn dispatch(a: Signal, b: Signal) {
    let _session = session(a, b);
    idle(a);
    idle(b);
    deliver_first(a);
    let stage = Stage::begin(a, b);
    let done = check_signals();
    stage.end_with_errno();
    check(done.is_ok(), Broken::Returned);
    stage.finish();
}

pub(crate) fn on_beside_a_hook(a: Signal, b: Signal) {
    let _session = bare_session();
    idle(a);
    idle(b);
    on(b, |_| count(1)).expect("a signal that can be handled");
    let stage = Stage::begin(a, b).expect_as_second();
    let replaced = on(a, |_| count(0));
    stage.end();
    check(replaced.is_ok(), Broken::Returned);
    stage.finish();
}

/// The session goes, and the hooks stay.
pub(crate) fn leave(a: Signal, b: Signal) {
    counting(a, 0);
    counting(b, 1);
    let hooks_alone = raw::sigaction(a, None);
    let session = init_with(sigtrip::Options::untouched()).expect("no session is open");
    for signal in [a, b] {
        on(signal, |_| ()).expect("a signal that can be handled");
    }
    let stage = Stage::begin(a, b).expect_both(hooks_alone);
    drop(session);
    stage.end();
    stage.finish();
}

/// What was delivered to the parent before it forked its hooks have counted in memory that the child has a copy of: what comes later is
/// not the child's.
pub(crate) fn fork(a: Signal, b: Signal) {
    counting(a, 0);
    counting(b, 1);
    let stage = Stage::begin(a, b);
    let pid = raw::fork();
    stage.end();
    if pid != 0 && raw::is_our_child(pid) {
        let most = status_of_runs(runs());
        check([0, most].contains(&raw::wait_for_exit(pid)), Broken::Child);
    }
    stage.finish();
}
