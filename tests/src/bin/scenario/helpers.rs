//! What several scenarios need.

use std::sync::Mutex;

use sigtrip::{Disposition, Interrupt, Options, Session, Signal};

/// A session in which nothing was touched.
pub(crate) fn session() -> Session {
    sigtrip::init_with(Options::untouched()).expect("the first session")
}

/// A log that handlers write and the scenario reads.
pub(crate) static LOG: Mutex<Vec<String>> = Mutex::new(Vec::new());

pub(crate) fn log(entry: impl Into<String>) {
    LOG.lock().expect("no handler panics with the log").push(entry.into());
}

pub(crate) fn take_log() -> Vec<String> {
    std::mem::take(&mut *LOG.lock().expect("no handler panics with the log"))
}

/// Installs a handler that logs the signal's name.
pub(crate) fn log_signal(signal: Signal) {
    sigtrip::on(signal, |delivery| log(delivery.signal().to_string())).expect("it can be handled");
}

/// Makes a signal pending without a safe point: sent to this thread by libc.
pub(crate) fn trip(signal: Signal) {
    sigtrip_tests::raw::Thread::current().send(signal);
}

/// The error of this library that an interrupt carries.
#[track_caller]
pub(crate) fn error<T: std::fmt::Debug>(result: Result<T, Interrupt>) -> sigtrip::Error {
    match result {
        Err(Interrupt::Error(error)) => error,
        other => panic!("expected an error, got {other:?}"),
    }
}

/// That it is a handler, whose name ends so.
#[track_caller]
pub(crate) fn is_handler(disposition: &Disposition, name: &str) {
    match disposition {
        Disposition::Handler(handler) => assert!(handler.name().ends_with(name), "{handler:?}"),
        other => panic!("expected {name}, got {other:?}"),
    }
}

/// Numbers that are no signal.
pub(crate) const OUT_OF_RANGE: [i32; 6] = [0, -1, 65, 1000, i32::MIN, i32::MAX];

/// The numbers that glibc keeps for itself.
pub(crate) fn reserved() -> [Signal; 2] {
    [32, 33].map(|number| Signal::from_raw(number).expect("in range"))
}

/// The system's error that an interrupt carries.
#[track_caller]
pub(crate) fn errno<T: std::fmt::Debug>(result: Result<T, Interrupt>) -> i32 {
    match error(result) {
        sigtrip::Error::System { errno, .. } => errno.raw(),
        other => panic!("expected a system error, got {other:?}"),
    }
}
