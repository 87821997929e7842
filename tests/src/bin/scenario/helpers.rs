//! What several scenarios need.

use std::{sync::Mutex, thread, time::Duration};

use sigtrip::{Disposition, Interrupt, Options, Session, Signal, alarm};
use sigtrip_tests::{PATIENCE, raw};

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
    raw::Thread::current().send(signal);
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

/// For what must not end by itself.
pub(crate) const LONG: Duration = PATIENCE;
/// For what must last in full.
pub(crate) const SHORT: Duration = Duration::from_millis(150);

/// Sends from another thread when this one sleeps.
pub(crate) fn send_when_asleep(signal: Signal) -> thread::JoinHandle<()> {
    let owner = raw::Thread::current();
    when_asleep(move || owner.send(signal))
}

/// Does something on another thread when this one sleeps.
pub(crate) fn when_asleep(what: impl FnOnce() + Send + 'static) -> thread::JoinHandle<()> {
    let tid = raw::tid();
    thread::spawn(move || {
        raw::wait_until_it_sleeps(tid);
        what();
    })
}

/// From now on a handler of SIGALRM runs every few milliseconds, logs, and starts the next alarm.
pub(crate) fn interrupt_every_few_milliseconds() {
    let again = || alarm(Duration::from_millis(5)).map(drop).map_err(Interrupt::from);
    sigtrip::on(Signal::ALRM, move |_| {
        log("alarm");
        again()
    })
    .expect("ok");
    again().expect("ok");
}

/// Ends that, and says how often it has happened.
pub(crate) fn stop_interrupting() -> usize {
    alarm(Duration::ZERO).expect("ok");
    sigtrip::check_signals().expect("none fails");
    alarm(Duration::ZERO).expect("ok"); // the last handler has started another
    take_log().into_iter().filter(|entry| entry == "alarm").count()
}

/// Installs a handler that fails with this exit status.
pub(crate) fn fail_with(signal: Signal, status: i32) {
    sigtrip::on(signal, move |_| Err(Interrupt::exit(status))).expect("ok");
}

/// That it ended because a handler failed so.
#[track_caller]
pub(crate) fn failed_with<T: std::fmt::Debug>(result: Result<T, Interrupt>, status: i32) {
    match result {
        Err(Interrupt::Exit(it)) if it == status => {}
        other => panic!("expected exit({status}), got {other:?}"),
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
