//! `siginterrupt`: whether calls that a signal interrupts start again.

use std::{
    ffi::c_int,
    io::{PipeWriter, Write},
    sync::atomic::{AtomicU32, Ordering},
    thread,
};

use sigtrip::{
    Disposition, Error, Signal, check_signals, getsignal, init, on, pause, python, siginterrupt, signal,
};
use sigtrip_tests::raw::{self, Action, sigaction};

use crate::helpers::{OUT_OF_RANGE, is_handler, log_signal, reserved, session, take_log};

crate::scenarios!(
    a_read_is_interrupted,
    a_read_starts_again,
    a_read_starts_again_under_a_foreign_handler,
    only_the_one_flag_changes,
    the_next_handler_undoes_it,
    a_handler_that_is_refused_undoes_nothing,
    getsignal_does_not_repair_it_away,
    getsignal_repairs_with_it,
    our_waits_end_all_the_same,
    the_end_of_the_session_gives_back_our_flags,
    the_end_of_the_session_gives_back_foreign_flags,
    what_foreign_code_did_after_it_is_left_alone,
    a_foreign_handler_that_was_put_back_is_left_alone,
    without_a_session_it_stays,
    any_thread_may_say_it,
    a_later_session_knows_nothing_of_it,
    signals_for_which_it_is_refused,
    it_is_kept_in_a_forked_child,
);

static FOREIGN_RAN: AtomicU32 = AtomicU32::new(0);

extern "C" fn foreign(_: c_int) {
    FOREIGN_RAN.fetch_add(1, Ordering::Relaxed);
}

/// With flags and a mask that nobody else has.
fn foreign_action(flags: c_int) -> Action {
    Action::new(foreign, libc::SA_NODEFER | flags, (1 << 2) | (1 << 40))
}

fn restarts(signal: Signal) -> bool {
    sigaction(signal, None).flags & libc::SA_RESTART != 0
}

/// Sends a signal to this thread when it sleeps; when it sleeps again, with the signal delivered, writes to the pipe. It sleeps
/// again in the call that started again, or, where that failed, when it joins the sender.
fn disturb(mut writer: PipeWriter) -> thread::JoinHandle<()> {
    let (target, tid) = (raw::Thread::current(), raw::tid());
    thread::spawn(move || {
        raw::wait_until_it_sleeps(tid);
        target.send(Signal::USR1);
        while raw::is_pending(tid, Signal::USR1) {
            thread::yield_now();
        }
        raw::wait_until_it_sleeps(tid);
        writer.write_all(b"!").expect("there is a reader");
    })
}

/// What `read(2)` says that a signal disturbs.
fn disturbed_read() -> Result<usize, c_int> {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    let sender = disturb(writer);
    let read = raw::read_once(&reader);
    sender.join().expect("it does not panic");
    read
}

fn a_read_is_interrupted() {
    let _session = session();
    log_signal(Signal::USR1);
    assert_eq!(disturbed_read(), Err(libc::EINTR), "that is the default");
    siginterrupt(Signal::USR1, true).expect("ok");
    assert_eq!(disturbed_read(), Err(libc::EINTR));
    siginterrupt(Signal::USR1, false).expect("ok");
    siginterrupt(Signal::USR1, true).expect("ok");
    assert_eq!(disturbed_read(), Err(libc::EINTR));
}

fn a_read_starts_again() {
    let _session = session();
    log_signal(Signal::USR1);
    siginterrupt(Signal::USR1, false).expect("ok");
    assert_eq!(disturbed_read(), Ok(1));
    assert!(take_log().is_empty(), "it waits for a safe point");
    check_signals().expect("none fails");
    assert_eq!(take_log(), ["SIGUSR1"]);
    log_signal(Signal::USR1);
    assert_eq!(disturbed_read(), Err(libc::EINTR), "undone");
}

fn a_read_starts_again_under_a_foreign_handler() {
    sigaction(Signal::USR1, Some(foreign_action(0)));
    siginterrupt(Signal::USR1, false).expect("without a session too");
    assert_eq!(disturbed_read(), Ok(1));
    siginterrupt(Signal::USR1, true).expect("ok");
    assert_eq!(disturbed_read(), Err(libc::EINTR));
    assert_eq!(FOREIGN_RAN.load(Ordering::Relaxed), 2);
}

fn only_the_one_flag_changes() {
    let _session = session();
    log_signal(Signal::USR1);
    log_signal(Signal::SEGV); // with another trampoline and another flag
    sigaction(Signal::USR2, Some(foreign_action(0)));
    sigaction(Signal::HUP, Some(Action::IGNORE));
    for target in [Signal::USR1, Signal::SEGV, Signal::USR2, Signal::HUP, Signal::TERM] {
        let before = sigaction(target, None);
        assert_eq!(before.flags & libc::SA_RESTART, 0);
        let with = Action { flags: before.flags | libc::SA_RESTART, ..before };
        for (flag, expected) in [(false, with), (false, with), (true, before), (true, before), (false, with)]
        {
            siginterrupt(target, flag).expect("ok");
            assert_eq!(sigaction(target, None), expected, "{target} {flag}");
        }
    }
}

fn the_next_handler_undoes_it() {
    let _session = session();
    log_signal(Signal::USR1);
    let ours = sigaction(Signal::USR1, None);
    let undo: [fn(); 3] = [
        || log_signal(Signal::USR1),
        || drop(signal(Signal::USR1, |_: &sigtrip::Delivery| ()).expect("ok")),
        || drop(python::signal(libc::SIGUSR1, |_: &sigtrip::Delivery| ()).expect("ok")),
    ];
    for undo in undo {
        siginterrupt(Signal::USR1, false).expect("ok");
        assert_ne!(sigaction(Signal::USR1, None), ours);
        undo();
        assert_eq!(sigaction(Signal::USR1, None), ours);
        getsignal(Signal::USR1).expect("ok");
        assert_eq!(sigaction(Signal::USR1, None), ours, "and there is nothing to repair");
    }
}

fn a_handler_that_is_refused_undoes_nothing() {
    let _session = session();
    log_signal(Signal::USR1);
    siginterrupt(Signal::USR1, false).expect("ok");
    let Ok(unknown) = getsignal(reserved()[0]) else { panic!("it is foreign") };
    signal(Signal::USR1, unknown).expect_err("what is not known can not be put there");
    getsignal(Signal::USR1).expect("ok");
    assert!(restarts(Signal::USR1));
}

fn getsignal_does_not_repair_it_away() {
    let _session = session();
    log_signal(Signal::USR1);
    siginterrupt(Signal::USR1, false).expect("ok");
    let with = sigaction(Signal::USR1, None);
    is_handler(&getsignal(Signal::USR1).expect("ok"), "{{closure}}");
    assert_eq!(sigaction(Signal::USR1, None), with);
}

fn getsignal_repairs_with_it() {
    let _session = session();
    log_signal(Signal::USR1);
    let without = sigaction(Signal::USR1, None);
    siginterrupt(Signal::USR1, false).expect("ok");
    let with = sigaction(Signal::USR1, None);
    sigaction(Signal::USR1, Some(without)); // an older copy, put back by foreign code
    getsignal(Signal::USR1).expect("ok");
    assert_eq!(sigaction(Signal::USR1, None), with);
    siginterrupt(Signal::USR1, true).expect("ok");
    sigaction(Signal::USR1, Some(with));
    getsignal(Signal::USR1).expect("ok");
    assert_eq!(sigaction(Signal::USR1, None), without);
}

fn our_waits_end_all_the_same() {
    let _session = session();
    log_signal(Signal::USR1);
    siginterrupt(Signal::USR1, false).expect("ok");
    for _ in 0..10 {
        let (target, tid) = (raw::Thread::current(), raw::tid());
        let sender = thread::spawn(move || {
            raw::wait_until_it_sleeps(tid);
            target.send(Signal::USR1);
        });
        pause().expect("none fails");
        assert_eq!(take_log(), ["SIGUSR1"]);
        sender.join().expect("it does not panic");
    }
}

fn the_end_of_the_session_gives_back_our_flags() {
    let before = foreign_action(libc::SA_RESTART);
    sigaction(Signal::USR1, Some(before));
    for flag in [false, true] {
        let session = init().expect("there is none");
        log_signal(Signal::USR1);
        log_signal(Signal::TERM);
        for target in [Signal::USR1, Signal::TERM, Signal::INT, Signal::PIPE] {
            siginterrupt(target, flag).expect("ok");
        }
        drop(session);
        assert_eq!(sigaction(Signal::USR1, None), before);
        assert_eq!(sigaction(Signal::TERM, None), Action::DEFAULT);
        assert_eq!(sigaction(Signal::INT, None), Action::DEFAULT);
    }
}

fn the_end_of_the_session_gives_back_foreign_flags() {
    let before = [
        (Signal::USR1, foreign_action(0), false),
        (Signal::USR2, foreign_action(libc::SA_RESTART), true),
        (Signal::HUP, Action::IGNORE, false),
        (Signal::TERM, Action::DEFAULT, false),
    ];
    for (target, action, _) in before {
        sigaction(target, Some(action));
    }
    let session = session();
    for (target, action, flag) in before {
        siginterrupt(target, flag).expect("ok");
        assert_ne!(sigaction(target, None), action);
    }
    // One of them has a handler for a while, and is told as it was then.
    let old = on(Signal::USR1, |_| ()).expect("ok");
    signal(Signal::USR1, old).expect("ok");
    assert!(restarts(Signal::USR1), "what stood there was put back to the bit");
    siginterrupt(Signal::USR1, false).expect("ok");
    drop(session);
    for (target, action, _) in before {
        assert_eq!(sigaction(target, None), action, "{target}");
    }
}

fn what_foreign_code_did_after_it_is_left_alone() {
    extern "C" fn another(_: c_int) {}
    sigaction(Signal::USR1, Some(foreign_action(0)));
    let later = Action::new(another, libc::SA_RESTART, 0);
    let session = session();
    siginterrupt(Signal::USR1, false).expect("ok");
    sigaction(Signal::USR1, Some(later));
    drop(session);
    assert_eq!(sigaction(Signal::USR1, None), later);
}

fn a_foreign_handler_that_was_put_back_is_left_alone() {
    let other_flags = foreign_action(libc::SA_RESTART);
    sigaction(Signal::USR1, Some(other_flags));
    let session = session();
    let old = on(Signal::USR1, |_| ()).expect("ok");
    siginterrupt(Signal::USR1, false).expect("ok");
    signal(Signal::USR1, old).expect("ok");
    // The user's own wish, which is not ours to give back.
    sigaction(Signal::USR1, Some(foreign_action(0)));
    drop(session);
    assert_eq!(sigaction(Signal::USR1, None), foreign_action(0));
}

fn without_a_session_it_stays() {
    siginterrupt(Signal::USR1, false).expect("ok");
    let changed = sigaction(Signal::USR1, None);
    assert_eq!(changed, Action { flags: libc::SA_RESTART, ..Action::DEFAULT });
    let session = session();
    log_signal(Signal::USR1);
    assert!(!restarts(Signal::USR1), "a new handler, a new flag");
    drop(session);
    assert_eq!(sigaction(Signal::USR1, None), changed);
}

fn any_thread_may_say_it() {
    let session = session();
    log_signal(Signal::USR1);
    thread::spawn(|| {
        siginterrupt(Signal::USR1, false).expect("ok");
        siginterrupt(Signal::USR2, false).expect("ok");
    })
    .join()
    .expect("it does not panic");
    getsignal(Signal::USR1).expect("ok");
    assert!(restarts(Signal::USR1));
    drop(session);
    assert_eq!(sigaction(Signal::USR1, None), Action::DEFAULT);
    assert_eq!(sigaction(Signal::USR2, None), Action::DEFAULT);
}

fn a_later_session_knows_nothing_of_it() {
    let first = session();
    log_signal(Signal::USR1);
    siginterrupt(Signal::USR1, false).expect("ok");
    drop(first);
    let second = session();
    assert_eq!(on(Signal::USR1, |_| ()).expect("ok"), Disposition::Default);
    getsignal(Signal::USR1).expect("ok");
    assert!(!restarts(Signal::USR1));
    drop(second);
    assert_eq!(sigaction(Signal::USR1, None), Action::DEFAULT);
}

fn signals_for_which_it_is_refused() {
    let refuses = || {
        for flag in [false, true] {
            for number in OUT_OF_RANGE {
                assert_eq!(python::siginterrupt(number, flag), Err(Error::OutOfRange(number)));
            }
            for target in [Signal::KILL, Signal::STOP] {
                assert_eq!(siginterrupt(target, flag), Err(Error::Uncatchable(target)));
                assert_eq!(python::siginterrupt(target.number(), flag), Err(Error::Uncatchable(target)));
            }
            for target in reserved() {
                assert_eq!(siginterrupt(target, flag), Err(Error::Reserved(target)));
            }
        }
    };
    refuses();
    let _session = session();
    refuses();
}

fn it_is_kept_in_a_forked_child() {
    let _session = session();
    log_signal(Signal::USR1);
    siginterrupt(Signal::USR1, false).expect("ok");
    let kept = raw::in_a_fork(|| {
        getsignal(Signal::USR1).expect("ok");
        i32::from(restarts(Signal::USR1))
    });
    assert_eq!(kept, 1);
}
