//! Living together: other libraries that handle signals, for other signals and for the same.

#![allow(unsafe_code)]

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use sigtrip::{
    Disposition, KernelDisposition, Signal, check_signals, getsignal, kernel_disposition, signal,
    unregister_hook,
};
use sigtrip_tests::{PATIENCE, raw};
use tokio::signal::unix::{SignalKind, signal as tokio_signal};

use crate::{
    helpers::{log_signal, session, take_log, trip},
    hooks::{counting, more, read},
};

crate::scenarios!(
    signal_hook_for_other_signals,
    signal_hook_before_us,
    signal_hook_after_us,
    signal_hook_around_us,
    a_session_beside_signal_hook,
    tokio_for_other_signals,
    tokio_before_us,
    tokio_after_us,
);

/// Counts with signal-hook; never taken away.
fn foreign_count(signal: Signal) -> Arc<AtomicUsize> {
    let count = Arc::new(AtomicUsize::new(0));
    let counts = count.clone();
    // SAFETY: it counts.
    unsafe { signal_hook::low_level::register(signal.number(), move || more(&counts)) }.expect("ok");
    count
}

fn signal_hook_for_other_signals() {
    let flag = Arc::new(AtomicBool::new(false));
    signal_hook::flag::register(libc::SIGHUP, flag.clone()).expect("ok");
    let (id, count) = counting(Signal::USR1);
    let foreign = foreign_count(Signal::USR2);
    trip(Signal::HUP);
    trip(Signal::USR1);
    trip(Signal::USR2);
    assert!(flag.load(Ordering::Relaxed));
    assert_eq!((read(count), read(&foreign)), (1, 1));
    assert!(unregister_hook(id));
    trip(Signal::USR2);
    assert_eq!(read(&foreign), 2);
}

/// Ours chains to theirs.
fn signal_hook_before_us() {
    let foreign = foreign_count(Signal::USR1);
    let theirs = raw::sigaction(Signal::USR1, None);
    let (id, count) = counting(Signal::USR1);
    trip(Signal::USR1);
    assert_eq!((read(&foreign), read(count)), (1, 1));
    let second = foreign_count(Signal::USR1); // they believe that they are installed
    trip(Signal::USR1);
    assert_eq!((read(&foreign), read(&second), read(count)), (2, 1, 2));
    assert!(unregister_hook(id));
    assert_eq!(raw::sigaction(Signal::USR1, None), theirs);
    trip(Signal::USR1);
    assert_eq!((read(&foreign), read(count)), (3, 2));
}

/// Theirs chains to ours, and is left alone.
fn signal_hook_after_us() {
    let (id, count) = counting(Signal::USR1);
    let foreign = foreign_count(Signal::USR1);
    let theirs = raw::sigaction(Signal::USR1, None);
    assert!(matches!(kernel_disposition(Signal::USR1), Ok(KernelDisposition::Foreign(_))));
    trip(Signal::USR1);
    assert_eq!((read(&foreign), read(count)), (1, 1));
    let (second, after) = counting(Signal::USR1);
    trip(Signal::USR1);
    assert_eq!((read(&foreign), read(count), read(after)), (2, 2, 1), "theirs chains to all of ours");
    assert!(unregister_hook(id) && unregister_hook(second));
    assert_eq!(raw::sigaction(Signal::USR1, None), theirs);
    trip(Signal::USR1);
    assert_eq!((read(&foreign), read(count)), (3, 2));
}

/// First ours, then theirs, then ours again: each is run once.
fn signal_hook_around_us() {
    let (id, _) = counting(Signal::USR1);
    let foreign = foreign_count(Signal::USR1);
    let theirs = raw::sigaction(Signal::USR1, None);
    assert!(unregister_hook(id));
    let (id, count) = counting(Signal::USR1);
    for times in 1..=3 {
        trip(Signal::USR1);
        assert_eq!((read(&foreign), read(count)), (times, times));
    }
    assert!(unregister_hook(id));
    assert_eq!(raw::sigaction(Signal::USR1, None), theirs);
}

fn a_session_beside_signal_hook() {
    let foreign = foreign_count(Signal::USR1);
    let theirs = raw::sigaction(Signal::USR1, None);
    {
        let _session = session();
        log_signal(Signal::USR2);
        log_signal(Signal::USR1); // it replaces theirs
        trip(Signal::USR1);
        trip(Signal::USR2);
        check_signals().expect("none fails");
        assert_eq!(take_log(), ["SIGUSR1", "SIGUSR2"]);
        assert_eq!(read(&foreign), 0);
        let earlier = signal(Signal::USR1, Disposition::Ignore).expect("ok");
        assert!(matches!(earlier, Disposition::Handler(_)));
    }
    assert_eq!(raw::sigaction(Signal::USR1, None), theirs);
    trip(Signal::USR1);
    assert_eq!(read(&foreign), 1);
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// That the signal arrives at this stream, sent when it listens.
fn arrives(runtime: &tokio::runtime::Runtime, stream: &mut tokio::signal::unix::Signal, signal: Signal) {
    trip(signal);
    runtime.block_on(async {
        let received = tokio::time::timeout(PATIENCE, stream.recv()).await;
        assert_eq!(received, Ok(Some(())), "{signal}");
    });
}

fn listen(runtime: &tokio::runtime::Runtime, signal: Signal) -> tokio::signal::unix::Signal {
    let _inside = runtime.enter();
    tokio_signal(SignalKind::from_raw(signal.number())).expect("ok")
}

fn tokio_for_other_signals() {
    let _session = session();
    let runtime = runtime();
    let mut stream = listen(&runtime, Signal::HUP);
    log_signal(Signal::USR1);
    let (id, count) = counting(Signal::USR2);
    for times in 1..=3 {
        arrives(&runtime, &mut stream, Signal::HUP);
        trip(Signal::USR1);
        trip(Signal::USR2);
        check_signals().expect("none fails");
        assert_eq!((take_log().len(), read(count)), (1, times));
    }
    assert!(unregister_hook(id));
    arrives(&runtime, &mut stream, Signal::HUP);
    assert!(matches!(getsignal(Signal::HUP), Ok(Disposition::Foreign(_))));
}

fn tokio_before_us() {
    let runtime = runtime();
    let mut stream = listen(&runtime, Signal::USR1);
    let theirs = raw::sigaction(Signal::USR1, None);
    let (id, count) = counting(Signal::USR1);
    arrives(&runtime, &mut stream, Signal::USR1);
    assert_eq!(read(count), 1);
    assert!(unregister_hook(id));
    assert_eq!(raw::sigaction(Signal::USR1, None), theirs);
    arrives(&runtime, &mut stream, Signal::USR1);
}

fn tokio_after_us() {
    let runtime = runtime();
    let (id, count) = counting(Signal::USR1);
    let mut stream = listen(&runtime, Signal::USR1);
    arrives(&runtime, &mut stream, Signal::USR1);
    assert_eq!(read(count), 1);
    assert!(unregister_hook(id));
    arrives(&runtime, &mut stream, Signal::USR1);
    // Nothing comes twice.
    let quiet =
        runtime.block_on(async { tokio::time::timeout(Duration::from_millis(50), stream.recv()).await });
    assert!(quiet.is_err());
}
