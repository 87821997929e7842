//! Forks: the child is safe without a call from the user.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use sigtrip::{Disposition, Signal, check_signals, getsignal, on, raise_signal, signal};
use sigtrip_tests::raw::{self, in_a_fork};

use crate::helpers::{log, log_signal, session, take_log, trip};

crate::scenarios!(
    what_is_pending_is_handled_by_the_parent_alone,
    the_child_handles_its_own_signals,
    a_thread_that_forks_owns_the_child,
    a_fork_inside_a_handler,
    a_fork_by_a_thread_while_the_owner_runs_a_handler,
    a_fork_in_a_thread_while_the_owner_sleeps,
    a_fork_while_another_thread_holds_the_lock,
    a_fork_in_a_handler_while_the_session_is_left,
    a_fork_by_a_thread_while_the_session_is_left,
    a_fork_without_a_session,
    the_shutdown_request_is_the_parents,
    an_owner_that_sleeps_is_not_asleep_in_the_child,
    a_child_has_a_wake_descriptor_of_its_own,
    a_command_runs_in_a_clean_child,
);

fn what_is_pending_is_handled_by_the_parent_alone() {
    let _session = session();
    log_signal(Signal::USR1);
    trip(Signal::USR1);
    let ran_in_the_child = in_a_fork(|| {
        check_signals().expect("none fails");
        i32::try_from(take_log().len()).expect("a few")
    });
    assert_eq!(ran_in_the_child, 0);
    check_signals().expect("none fails");
    assert_eq!(take_log(), ["SIGUSR1"]);
}

fn the_child_handles_its_own_signals() {
    let _session = session();
    log_signal(Signal::USR1);
    let status = in_a_fork(|| {
        raise_signal(Signal::USR1).expect("none fails");
        on(Signal::USR2, |_| log("new in the child")).expect("it is the owner");
        raise_signal(Signal::USR2).expect("none fails");
        assert_eq!(take_log(), ["SIGUSR1", "new in the child"]);
        0
    });
    assert_eq!(status, 0);
    assert_eq!(getsignal(Signal::USR2), Ok(Disposition::Default), "the parent's is as it was");
    assert_eq!(take_log(), [""; 0]);
}

fn a_thread_that_forks_owns_the_child() {
    let _session = session();
    log_signal(Signal::USR1);
    let status = thread::spawn(|| {
        in_a_fork(|| {
            raise_signal(Signal::USR1).expect("none fails");
            assert_eq!(take_log(), ["SIGUSR1"]);
            signal(Signal::USR1, Disposition::Ignore).expect("it is the owner");
            0
        })
    });
    assert_eq!(status.join().expect("it does not panic"), 0);
    raise_signal(Signal::USR1).expect("none fails");
    assert_eq!(take_log(), ["SIGUSR1"], "the parent's owner is the same as before");
}

fn a_fork_inside_a_handler() {
    let _session = session();
    log_signal(Signal::HUP);
    on(Signal::USR1, |_| {
        trip(Signal::HUP);
        let status = in_a_fork(|| {
            check_signals().expect("none fails");
            assert_eq!(take_log(), [""; 0]);
            raise_signal(Signal::HUP).expect("none fails");
            assert_eq!(take_log(), ["SIGHUP"]);
            0
        });
        log(format!("child: {status}"));
    })
    .expect("ok");
    raise_signal(Signal::USR1).expect("none fails");
    check_signals().expect("none fails");
    assert_eq!(take_log(), ["child: 0", "SIGHUP"]);
}

fn a_fork_by_a_thread_while_the_owner_runs_a_handler() {
    let _session = session();
    log_signal(Signal::USR2);
    on(Signal::USR1, |_| {
        let forker = thread::spawn(|| {
            in_a_fork(|| {
                // No handler runs in the child, so that this is a safe point there.
                trip(Signal::USR2);
                on(Signal::USR2, |_| log("new")).expect("it is the owner");
                assert_eq!(take_log(), ["SIGUSR2"]);
                0
            })
        });
        assert_eq!(forker.join().expect("it does not panic"), 0);
    })
    .expect("ok");
    raise_signal(Signal::USR1).expect("none fails");
}

fn a_fork_in_a_thread_while_the_owner_sleeps() {
    let _session = session();
    let tid = raw::tid();
    let forker = thread::spawn(move || {
        raw::wait_until_it_sleeps(tid);
        in_a_fork(|| {
            log_signal(Signal::USR1);
            trip(Signal::USR1);
            sigtrip::pause().expect("none fails");
            assert_eq!(take_log(), ["SIGUSR1"]);
            0
        })
    });
    let mut joiner = sigtrip::spawn(move || forker.join().expect("it does not panic"));
    assert_eq!(joiner.join().expect("none fails").expect("it does not panic"), 0);
}

fn a_fork_while_another_thread_holds_the_lock() {
    static STOP: AtomicBool = AtomicBool::new(false);
    let _session = session();
    log_signal(Signal::USR1);
    let asker = thread::spawn(|| {
        while !STOP.load(Ordering::Relaxed) {
            getsignal(Signal::USR1).expect("it is known");
        }
    });
    for _ in 0..300 {
        let status = in_a_fork(|| {
            // A lock that the other thread had taken when memory was copied would be held here for ever.
            signal(Signal::USR1, Disposition::Ignore).expect("ok");
            0
        });
        assert_eq!(status, 0);
    }
    STOP.store(true, Ordering::Relaxed);
    asker.join().expect("it does not panic");
}

/// In the child the session is being left too, and nothing can be installed in it.
fn a_fork_in_a_handler_while_the_session_is_left() {
    let leaving = session();
    on(Signal::USR1, |_| {
        let status = in_a_fork(|| {
            let refused = crate::helpers::error(on(Signal::USR2, |_| {}));
            i32::from(refused != sigtrip::Error::NotInitialized)
        });
        log(format!("child: {status}"));
    })
    .expect("ok");
    trip(Signal::USR1);
    drop(leaving);
    assert_eq!(take_log(), ["child: 0"]);
}

/// In the child nobody is there to leave it: so it is over, and another can be opened.
fn a_fork_by_a_thread_while_the_session_is_left() {
    let leaving = session();
    on(Signal::USR1, |_| {
        let forker = thread::spawn(|| {
            in_a_fork(|| {
                let _session = session();
                log_signal(Signal::USR2);
                raise_signal(Signal::USR2).expect("none fails");
                assert_eq!(take_log(), ["SIGUSR2"]);
                0
            })
        });
        log(format!("child: {}", forker.join().expect("it does not panic")));
    })
    .expect("ok");
    trip(Signal::USR1);
    drop(leaving);
    assert_eq!(take_log(), ["child: 0"]);
}

fn a_fork_without_a_session() {
    drop(session()); // the functions at fork stay
    let status = in_a_fork(|| {
        let _session = session();
        log_signal(Signal::USR1);
        raise_signal(Signal::USR1).expect("none fails");
        assert_eq!(take_log(), ["SIGUSR1"]);
        0
    });
    assert_eq!(status, 0);
}

fn the_shutdown_request_is_the_parents() {
    let _session = session();
    let stop = sigtrip::shutdown_flag([Signal::TERM]).expect("ok");
    trip(Signal::TERM);
    let status = in_a_fork(|| {
        assert!(!stop.is_set());
        trip(Signal::TERM); // the child's first
        i32::from(!stop.is_set())
    });
    assert_eq!(status, 0);
    assert!(stop.is_set());
}

/// The armed word is copied as it stands: in a child that is made while the parent's owner sleeps it says so.
fn an_owner_that_sleeps_is_not_asleep_in_the_child() {
    let _session = session();
    on(Signal::USR1, |_| {}).expect("ok");
    // Inside a safe point the word is idle; a foreign handler that forks finds it armed.
    extern "C" fn fork_here(_: std::ffi::c_int) {
        let status = in_a_fork(|| {
            trip(Signal::USR1);
            i32::from(sigtrip::pause().is_err())
        });
        assert_eq!(status, 0);
    }
    raw::sigaction(Signal::HUP, Some(raw::Action::new(fork_here, 0, 0)));
    let (owner, tid) = (raw::Thread::current(), raw::tid());
    let sender = thread::spawn(move || {
        raw::wait_until_it_sleeps(tid);
        owner.send(Signal::HUP);
    });
    sigtrip::pause().expect("a foreign handler ends it");
    sender.join().expect("it does not panic");
}

/// With its parent's it would wake its parent, who would take the wake away.
fn a_child_has_a_wake_descriptor_of_its_own() {
    let _session = session();
    let ids = || {
        sigtrip::poll(&mut [], Some(Duration::ZERO)).expect("none fails"); // makes it
        raw::eventfds()
    };
    let parents = ids();
    assert_eq!(parents.len(), 1);
    let status = in_a_fork(|| {
        let own = ids();
        i32::from(own.len() != 1 || own == parents)
    });
    assert_eq!(status, 0);
    assert_eq!(ids(), parents, "the parent's is as it was");
}

fn a_command_runs_in_a_clean_child() {
    let _session = sigtrip::init().expect("the first");
    log_signal(Signal::USR1);
    // Caught signals have their default action after exec: it dies by SIGUSR1.
    let status =
        std::process::Command::new("sh").args(["-c", "kill -USR1 $$; exit 1"]).status().expect("a shell");
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&status), Some(Signal::USR1.number()));
    check_signals().expect("none fails");
    assert_eq!(take_log(), [""; 0]);
}
