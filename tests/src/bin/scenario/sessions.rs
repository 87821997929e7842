//! What a session may leave to the next one, or to a child: nothing.

use std::{
    io::Read,
    os::fd::AsFd,
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
};

use sigtrip::{
    Options, Session, Signal, check_signals,
    embed::{self, Disposition, Host, Word},
    getsignal, init_with, on, set_wakeup_fd,
};
use sigtrip_tests::raw::{self, Action, in_a_fork, sigaction};

use crate::helpers::{log, log_signal, session, take_log, trip};

crate::scenarios!(
    what_comes_between_two_sessions_is_nobodys,
    a_session_left_by_a_panic_handles_the_rest,
    a_value_that_panics_when_it_is_freed_strands_nobody,
    two_handlers_that_panic_at_the_end_strand_nobody,
    a_handler_that_simulates_its_own_signal_does_not_keep_the_session,
    what_a_host_had_is_not_seen_after_it,
    a_kick_is_given_back_by_a_host,
    a_kick_of_an_earlier_session_is_not_this_ones,
    a_kick_of_the_parent_is_not_the_childs,
    who_reads_the_wakeup_bytes_sees_their_end,
    a_child_keeps_no_wakeup_descriptor,
    a_broken_wakeup_pipe_whose_signal_is_handled,
);

/// Other code that kept our disposition may put it back when the session is over.
fn what_comes_between_two_sessions_is_nobodys() {
    let first = session();
    log_signal(Signal::USR1);
    let stop = sigtrip::shutdown_flag([Signal::TERM]).expect("ok");
    let ours = [Signal::USR1, Signal::TERM].map(|target| (target, sigaction(target, None)));
    drop(first);
    for (target, action) in ours {
        sigaction(target, Some(action));
        trip(target);
    }
    let _second = session();
    assert!(!embed::any_pending());
    assert!(!stop.is_set());
}

struct PanicsWhenFreed;

impl Drop for PanicsWhenFreed {
    fn drop(&mut self) {
        panic!("on purpose");
    }
}

fn is_captured<T>(_: &T) {}

fn leave(session: Session) -> bool {
    catch_unwind(AssertUnwindSafe(|| drop(session))).is_ok()
}

fn a_value_that_panics_when_it_is_freed_strands_nobody() {
    struct Logs;
    impl Drop for Logs {
        fn drop(&mut self) {
            log("freed");
        }
    }
    let first = session();
    let (panics, logs) = (PanicsWhenFreed, Logs);
    on(Signal::USR1, move |_| is_captured(&panics)).expect("ok");
    on(Signal::USR2, move |_| is_captured(&logs)).expect("ok");
    assert!(!leave(first));
    assert_eq!(take_log(), ["freed"], "the next one");
    let _second = session();
    check_signals().expect("none fails");
}

fn two_handlers_that_panic_at_the_end_strand_nobody() {
    let first = session();
    let panic = [Signal::HUP, Signal::USR1, Signal::USR2];
    for target in panic {
        on(target, |delivery| {
            log(delivery.signal().to_string());
            panic!("on purpose")
        })
        .expect("ok");
    }
    log_signal(Signal::TERM);
    panic.into_iter().chain([Signal::TERM]).for_each(trip);
    assert!(!leave(first));
    assert_eq!(take_log(), ["SIGHUP", "SIGUSR1", "SIGUSR2", "SIGTERM"]);
    drop(session());
}

fn a_session_left_by_a_panic_handles_the_rest() {
    let program = catch_unwind(|| {
        let _session = session();
        on(Signal::USR1, |_| panic!("on purpose, too")).expect("ok");
        log_signal(Signal::USR2);
        trip(Signal::USR1);
        trip(Signal::USR2);
        panic!("on purpose");
    });
    assert_eq!(program.expect_err("it panics").downcast_ref(), Some(&"on purpose"), "the first one");
    assert_eq!(take_log(), ["SIGUSR2"]);
    drop(session());
}

fn what_a_host_had_is_not_seen_after_it() {
    let host = Host::open(Options::untouched()).expect("the first");
    host.set(Signal::USR1, Disposition::Handler(Word::new(1).expect("small"))).expect("ok");
    let ours = sigaction(Signal::USR1, None);
    drop(host);
    sigaction(Signal::USR1, Some(ours)); // as above
    assert_eq!(getsignal(Signal::USR1), Ok(sigtrip::Disposition::Ignore));
}

fn a_kick_is_given_back_by_a_host() {
    let host = Host::open(Options::untouched().kick(Signal::URG)).expect("the first");
    assert_ne!(sigaction(Signal::URG, None), Action::DEFAULT);
    assert!(!matches!(host.get(Signal::URG), Ok(Disposition::Handler(_))), "no word of the host's");
    drop(host);
    assert_eq!(sigaction(Signal::URG, None), Action::DEFAULT);
}

/// Has another thread receive a signal. Returns whether this thread, which blocks SIGURG, was kicked.
fn is_kicked() -> bool {
    raw::block(Signal::URG, true);
    thread::spawn(|| trip(Signal::USR1)).join().expect("it does not panic");
    raw::is_pending(raw::tid(), Signal::URG)
}

fn kicked_host() -> Host {
    let host = Host::open(Options::untouched().kick(Signal::URG)).expect("there is none");
    host.set(Signal::USR1, Disposition::Handler(Word::new(1).expect("small"))).expect("ok");
    host
}

fn a_kick_of_an_earlier_session_is_not_this_ones() {
    for _ in 0..2 {
        let _host = kicked_host(); // which never drains
        assert!(is_kicked());
        assert!(raw::take_queued(Signal::URG).is_some());
    }
}

fn a_kick_of_the_parent_is_not_the_childs() {
    let _session = init_with(Options::untouched().kick(Signal::URG)).expect("the first");
    log_signal(Signal::USR1);
    assert!(is_kicked());
    assert_eq!(in_a_fork(|| i32::from(!is_kicked())), 0);
}

fn who_reads_the_wakeup_bytes_sees_their_end() {
    let _session = session();
    let (mut reader, writer) = std::io::pipe().expect("a pipe");
    raw::set_nonblocking(writer.as_fd());
    set_wakeup_fd(Some(writer.as_fd()), true).expect("ok");
    set_wakeup_fd(None, true).expect("ok");
    drop(writer);
    assert_eq!(reader.read(&mut [0]).expect("it can be read"), 0);
}

/// Or whoever reads would wait for the child to end.
fn a_child_keeps_no_wakeup_descriptor() {
    let _session = session();
    let (_reader, writer) = std::io::pipe().expect("a pipe");
    raw::set_nonblocking(writer.as_fd());
    let open = || std::fs::read_dir("/proc/self/fd").expect("there is one").count();
    let before = open();
    set_wakeup_fd(Some(writer.as_fd()), true).expect("ok");
    assert_eq!(open(), before + 1, "the library has its own");
    assert_eq!(in_a_fork(|| i32::from(open() != before)), 0);
}

/// Each failed write raises SIGPIPE; its delivery must not write again, and so on for ever.
fn a_broken_wakeup_pipe_whose_signal_is_handled() {
    let _session = session();
    log_signal(Signal::PIPE);
    log_signal(Signal::USR1);
    let (reader, writer) = std::io::pipe().expect("a pipe");
    raw::set_nonblocking(writer.as_fd());
    set_wakeup_fd(Some(writer.as_fd()), true).expect("ok");
    drop(reader);
    trip(Signal::USR1);
    check_signals().expect("none fails");
    assert_eq!(take_log(), ["SIGUSR1", "SIGPIPE"]);
}

fn a_handler_that_simulates_its_own_signal_does_not_keep_the_session() {
    let first = session();
    on(Signal::USR1, |_| {
        embed::trip(Signal::USR1);
    })
    .expect("ok");
    trip(Signal::USR1);
    drop(first);
    assert!(!embed::any_pending());
    drop(session());
}
