//! Bad input: the documented error, and nothing changed.

use std::time::Duration;

use sigtrip::{
    Delivery, Disposition, Error, Options, Signal, getsignal, init, init_with, on, python, signal,
};
use sigtrip_tests::raw::sigaction;

use crate::helpers::{error, session, trip};

crate::scenarios!(
    numbers_out_of_range,
    signals_that_can_not_be_handled,
    without_a_session,
    on_another_thread,
    a_second_session,
    a_third_session_when_the_first_is_gone,
    waits_of_a_polling_session,
    a_shutdown_flag_that_is_refused_changes_nothing,
    numbers_that_can_not_be_sent,
    a_thread_that_was_joined,
);

fn handler(_: &Delivery) {}

fn numbers_out_of_range() {
    let _session = session();
    for number in [0, -1, 65, 1000, i32::MIN, i32::MAX] {
        let expected = Error::OutOfRange(number);
        assert_eq!(Signal::from_raw(number), Err(expected));
        assert_eq!(error(python::signal(number, handler)), expected);
        assert_eq!(python::getsignal(number), Err(expected));
        assert_eq!(error(python::raise_signal(number)), expected);
    }
    assert!(Error::OutOfRange(65).to_string().contains("65 is out of range: 1 to 64"));
}

fn signals_that_can_not_be_handled() {
    let _session = session();
    let reserved = [32, 33].map(|number| Signal::from_raw(number).expect("in range"));
    let cases = [
        (Signal::KILL, Error::Uncatchable(Signal::KILL)),
        (Signal::STOP, Error::Uncatchable(Signal::STOP)),
        (reserved[0], Error::Reserved(reserved[0])),
        (reserved[1], Error::Reserved(reserved[1])),
    ];
    for (target, expected) in cases {
        assert_eq!(error(on(target, |_| {})), expected);
        assert_eq!(error(signal(target, Disposition::Ignore)), expected);
        assert_eq!(
            error(signal(target, Disposition::Default)),
            expected,
            "not even the default, as in CPython"
        );
        assert_eq!(error(sigtrip::shutdown_flag([target])), expected);
    }
    assert_eq!(getsignal(Signal::KILL), Ok(Disposition::Default));
    assert!(matches!(getsignal(reserved[0]), Ok(Disposition::Foreign(_))));
}

fn without_a_session() {
    assert_eq!(error(on(Signal::USR1, |_| {})), Error::NotInitialized);
    assert_eq!(
        error(signal(Signal::KILL, Disposition::Ignore)),
        Error::NotInitialized,
        "before the signal is looked at"
    );
    assert_eq!(error(python::signal(1000, handler)), Error::NotInitialized, "before the number is looked at");
    assert_eq!(error(sigtrip::shutdown_flag([Signal::INT])), Error::NotInitialized);
    assert!(sigtrip::check_signals().is_ok());
    assert!(sigtrip::sleep(Duration::from_millis(1)).is_ok());
    drop(session());
    assert_eq!(error(on(Signal::USR1, |_| {})), Error::NotInitialized);
}

fn on_another_thread() {
    let _session = session();
    on(Signal::USR1, |_| panic!("it must not run on another thread")).expect("ok");
    let before = sigaction(Signal::USR1, None);
    trip(Signal::USR1);
    std::thread::spawn(|| {
        assert_eq!(error(on(Signal::USR1, |_| {})), Error::NotOwner);
        assert_eq!(error(signal(Signal::USR1, Disposition::Default)), Error::NotOwner);
        assert_eq!(error(python::signal(1000, handler)), Error::NotOwner);
        assert_eq!(error(sigtrip::shutdown_flag([Signal::INT])), Error::NotOwner);
        assert_eq!(init().map(drop), Err(Error::AlreadyInitialized));
        assert!(sigtrip::check_signals().is_ok(), "it does nothing");
        assert!(sigtrip::raise_signal(Signal::USR1).is_ok(), "any thread may send");
    })
    .join()
    .expect("nothing ran there");
    assert_eq!(sigaction(Signal::USR1, None), before);
    // It was for the owner, where it is still pending.
    let handled = std::panic::catch_unwind(|| sigtrip::check_signals().is_ok());
    assert!(handled.is_err(), "the handler has run, here");
}

fn a_second_session() {
    let _session = session();
    assert_eq!(init().map(drop), Err(Error::AlreadyInitialized));
    assert_eq!(init_with(Options::untouched()).map(drop), Err(Error::AlreadyInitialized));
    on(Signal::USR1, |_| {}).expect("the first session still stands");
}

fn a_third_session_when_the_first_is_gone() {
    for _ in 0..3 {
        let session = init().expect("there is none");
        on(Signal::USR1, |_| {}).expect("ok");
        drop(session);
    }
    // On another thread too: ownership is claimed by the thread that calls.
    std::thread::spawn(|| drop(init().expect("there is none"))).join().expect("it does not panic");
}

fn waits_of_a_polling_session() {
    let _session = init_with(Options::untouched().polling(true)).expect("the first");
    on(Signal::USR1, |_| crate::helpers::log("handled")).expect("ok");
    assert_eq!(error(sigtrip::pause()), Error::PollingOnly);
    assert_eq!(error(sigtrip::sleep(Duration::ZERO)), Error::PollingOnly);
    assert_eq!(error(sigtrip::pause_for(Duration::ZERO)), Error::PollingOnly);
    let mut thread = sigtrip::spawn(|| 7);
    assert_eq!(error(thread.join()), Error::PollingOnly);
    trip(Signal::USR1);
    sigtrip::check_signals().expect("no handler fails");
    assert_eq!(crate::helpers::take_log(), ["handled"]);
}

fn a_shutdown_flag_that_is_refused_changes_nothing() {
    let _session = session();
    crate::helpers::log_signal(Signal::TERM);
    let before = [Signal::INT, Signal::TERM].map(|target| (sigaction(target, None), getsignal(target)));
    let refused = sigtrip::shutdown_flag([Signal::INT, Signal::TERM, Signal::KILL]);
    assert_eq!(error(refused), Error::Uncatchable(Signal::KILL));
    let after = [Signal::INT, Signal::TERM].map(|target| (sigaction(target, None), getsignal(target)));
    assert_eq!(after, before);
}

fn numbers_that_can_not_be_sent() {
    let no_such_process = error(sigtrip::kill(1 << 30, Signal::TERM));
    assert_eq!(no_such_process.to_string(), "kill: No such process (os error 3)");
    let io: std::io::Error = no_such_process.into();
    assert_eq!(io.raw_os_error(), Some(libc::ESRCH));
}

fn a_thread_that_was_joined() {
    let _session = session();
    let mut thread = sigtrip::spawn(|| 7);
    assert_eq!(thread.join().expect("no handler fails").expect("it does not panic"), 7);
    assert_eq!(error(thread.join().map(drop)), Error::AlreadyJoined);
}
