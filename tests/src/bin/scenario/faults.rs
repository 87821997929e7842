//! Faults that were sent; those that an instruction raised end the process and are in `ends.rs`.

use sigtrip::{Signal, check_signals};
use sigtrip_tests::raw::Thread;

use crate::helpers::{log_signal, session, take_log, trip};

crate::scenarios!(one_that_was_sent_is_deferred, one_that_another_thread_sent_is_deferred);

fn one_that_was_sent_is_deferred() {
    let _session = session();
    for target in [Signal::ILL, Signal::BUS, Signal::FPE, Signal::SEGV] {
        log_signal(target);
        trip(target);
        trip(target); // signal-hook's chain to std dies at the second one
        check_signals().expect("none fails");
        assert_eq!(take_log(), [target.to_string()]);
        sigtrip::kill(std::process::id().cast_signed(), target).expect("none fails");
        assert_eq!(take_log(), [target.to_string()]);
    }
}

fn one_that_another_thread_sent_is_deferred() {
    let _session = session();
    log_signal(Signal::SEGV);
    let owner = Thread::current();
    std::thread::spawn(move || owner.send(Signal::SEGV)).join().expect("it does not panic");
    while take_log().is_empty() {
        check_signals().expect("none fails");
    }
}
