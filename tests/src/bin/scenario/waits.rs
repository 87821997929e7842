//! Waits: in full or cut short, with no signal missed, whichever thread receives it.

use std::{
    thread,
    time::{Duration, Instant},
};

use sigtrip::{Interrupt, Signal, alarm, on, pause, pause_for, python, sleep, sleep_until, spawn};
use sigtrip_tests::{PATIENCE, raw};

use crate::helpers::{LONG, SHORT, log, log_signal, send_when_asleep, session, take_log, trip};

crate::scenarios!(
    sleep_lasts_in_full_and_runs_handlers,
    sleep_ends_when_a_handler_fails,
    sleep_for_ever_is_possible,
    sleep_until_a_moment,
    sleep_of_another_thread_is_left_alone,
    pause_ends_when_a_handler_has_run,
    pause_ends_for_a_signal_that_came_just_before,
    pause_ends_when_a_foreign_handler_has_run,
    pause_passes_a_failure_on,
    pause_for_returns_what_is_left,
    a_signal_that_another_thread_receives_ends_the_wait,
    an_ignored_signal_ends_nothing,
    join_runs_handlers,
    join_that_is_interrupted_loses_no_thread,
    join_returns_a_panic,
    waits_nest_in_handlers,
    alarm_rounds_up_and_returns_what_was_left,
    no_wake_is_lost_when_signals_come_just_before_the_sleep,
);

fn sleep_lasts_in_full_and_runs_handlers() {
    let _session = session();
    on(Signal::ALRM, |_| {
        log("alarm");
        alarm(Duration::from_millis(20)).map(drop).map_err(Interrupt::from)
    })
    .expect("ok");
    alarm(Duration::from_millis(20)).expect("ok");
    let start = Instant::now();
    sleep(SHORT).expect("none fails");
    let elapsed = start.elapsed();
    assert!(elapsed >= SHORT, "{elapsed:?}");
    alarm(Duration::ZERO).expect("ok"); // after the session it would kill
    assert!(!take_log().is_empty());
}

fn sleep_ends_when_a_handler_fails() {
    let _session = session();
    on(Signal::USR1, |_| Err(Interrupt::exit(5))).expect("ok");
    let sender = send_when_asleep(Signal::USR1);
    let start = Instant::now();
    assert!(matches!(sleep(LONG), Err(Interrupt::Exit(5))));
    assert!(start.elapsed() < LONG);
    sender.join().expect("it does not panic");
}

fn sleep_for_ever_is_possible() {
    let _session = session();
    on(Signal::USR1, |_| Err(Interrupt::exit(5))).expect("ok");
    let sender = send_when_asleep(Signal::USR1);
    assert!(matches!(sleep(Duration::MAX), Err(Interrupt::Exit(5))));
    sender.join().expect("it does not panic");
    assert!(sleep(Duration::ZERO).is_ok());
}

fn sleep_until_a_moment() {
    let _session = session();
    let moment = Instant::now() + SHORT;
    sleep_until(moment).expect("none fails");
    assert!(Instant::now() >= moment);
    sleep_until(moment).expect("one that has passed: at once");
}

fn sleep_of_another_thread_is_left_alone() {
    let _session = session();
    log_signal(Signal::USR1);
    let (sender, receiver) = std::sync::mpsc::channel();
    let sleeper = thread::spawn(move || {
        sender.send((raw::Thread::current(), raw::tid())).expect("main listens");
        let start = Instant::now();
        sleep(SHORT).expect("handlers do not run here");
        start.elapsed()
    });
    let (target, tid) = receiver.recv().expect("it says who it is");
    raw::wait_until_it_sleeps(tid);
    target.send(Signal::USR1);
    let slept = sleeper.join().expect("it does not panic");
    assert!(slept >= SHORT, "{slept:?}");
    sigtrip::check_signals().expect("none fails");
    assert_eq!(take_log(), ["SIGUSR1"], "received there, handled here");
}

fn pause_ends_when_a_handler_has_run() {
    let _session = session();
    log_signal(Signal::USR1);
    let sender = send_when_asleep(Signal::USR1);
    pause().expect("none fails");
    assert_eq!(take_log(), ["SIGUSR1"]);
    sender.join().expect("it does not panic");
}

/// The lost wake-up of POSIX's and CPython's `pause`.
fn pause_ends_for_a_signal_that_came_just_before() {
    let _session = session();
    log_signal(Signal::USR1);
    trip(Signal::USR1);
    pause().expect("none fails");
    assert_eq!(take_log(), ["SIGUSR1"]);
}

fn pause_ends_when_a_foreign_handler_has_run() {
    extern "C" fn foreign(_: std::ffi::c_int) {}
    let _session = session();
    raw::sigaction(Signal::USR1, Some(raw::Action::new(foreign, 0, 0)));
    let sender = send_when_asleep(Signal::USR1);
    pause().expect("none fails");
    sender.join().expect("it does not panic");
}

fn pause_passes_a_failure_on() {
    let _session = session();
    on(Signal::USR1, python::default_int_handler).expect("ok");
    trip(Signal::USR1);
    let failure = pause().expect_err("the handler fails");
    let line = line!() - 1;
    let Interrupt::KeyboardInterrupt(frame) = failure else { panic!("{failure:?}") };
    assert_eq!(frame.line(), line);
}

fn pause_for_returns_what_is_left() {
    let _session = session();
    log_signal(Signal::USR1);
    assert_eq!(pause_for(Duration::from_millis(10)).expect("none fails"), Duration::ZERO);
    let sender = send_when_asleep(Signal::USR1);
    let left = pause_for(LONG).expect("none fails");
    assert!(left > Duration::ZERO && left < LONG, "{left:?}");
    sender.join().expect("it does not panic");
    trip(Signal::USR1);
    assert!(pause_for(LONG).expect("none fails") > LONG / 2, "one that came just before");
}

/// CPython's hole: the main thread blocks the signal, another receives it, and main sleeps on.
fn a_signal_that_another_thread_receives_ends_the_wait() {
    let _session = session();
    log_signal(Signal::USR1);
    let tid = raw::tid();
    let receiver = thread::spawn(move || {
        raw::wait_until_it_sleeps(tid);
        trip(Signal::USR1); // to this thread
    });
    raw::block(Signal::USR1, true);
    pause().expect("none fails");
    assert_eq!(take_log(), ["SIGUSR1"]);
    receiver.join().expect("it does not panic");
}

fn an_ignored_signal_ends_nothing() {
    let _session = session();
    sigtrip::signal(Signal::USR1, sigtrip::Disposition::Ignore).expect("ok");
    let sender = send_when_asleep(Signal::USR1);
    let start = Instant::now();
    assert_eq!(pause_for(SHORT).expect("none fails"), Duration::ZERO);
    assert!(start.elapsed() >= SHORT);
    sender.join().expect("it does not panic");
}

fn join_runs_handlers() {
    let _session = session();
    let (sender, receiver) = std::sync::mpsc::channel();
    let sender = std::sync::Mutex::new(sender);
    on(Signal::USR1, move |_| {
        log("during the join");
        let _ = sender.lock().map(|sender| sender.send(()));
    })
    .expect("ok");
    let (target, tid) = (raw::Thread::current(), raw::tid());
    let mut worker = spawn(move || {
        raw::wait_until_it_sleeps(tid);
        target.send(Signal::USR1);
        // It ends only when the handler has run: so that runs during the join, or never.
        receiver.recv_timeout(PATIENCE).is_ok()
    });
    assert!(worker.join().expect("none fails").expect("it does not panic"));
    assert_eq!(take_log(), ["during the join"]);
}

fn join_that_is_interrupted_loses_no_thread() {
    let _session = session();
    on(Signal::USR1, |_| Err(Interrupt::exit(6))).expect("ok");
    let (go, wait) = std::sync::mpsc::channel::<()>();
    let mut worker = spawn(move || wait.recv().is_ok());
    let sender = send_when_asleep(Signal::USR1);
    assert!(matches!(worker.join(), Err(Interrupt::Exit(6))));
    sender.join().expect("it does not panic");
    assert!(!worker.is_finished());
    go.send(()).expect("it listens");
    assert!(worker.join().expect("none fails").expect("it does not panic"));
    assert!(worker.is_finished());
}

fn join_returns_a_panic() {
    let _session = session();
    let mut worker = spawn(|| panic!("on purpose"));
    let ended = worker.join().expect("none fails");
    let payload = ended.expect_err("it panicked");
    assert_eq!(payload.downcast_ref::<&str>(), Some(&"on purpose"));
}

fn waits_nest_in_handlers() {
    let _session = session();
    log_signal(Signal::HUP);
    on(Signal::USR1, |_| {
        log("outer starts");
        let sender = send_when_asleep(Signal::HUP);
        pause()?;
        let _ = sender.join();
        log("outer ends");
        Ok(())
    })
    .expect("ok");
    let sender = send_when_asleep(Signal::USR1);
    let start = Instant::now();
    sleep(SHORT).expect("none fails");
    assert!(start.elapsed() >= SHORT, "the outer wait goes on");
    sender.join().expect("it does not panic");
    assert_eq!(take_log(), ["outer starts", "SIGHUP", "outer ends"]);
}

fn alarm_rounds_up_and_returns_what_was_left() {
    let _session = session();
    log_signal(Signal::ALRM);
    assert_eq!(alarm(Duration::from_nanos(1)).expect("ok"), Duration::ZERO);
    pause().expect("a tiny delay does not disarm");
    assert_eq!(take_log(), ["SIGALRM"]);
    alarm(Duration::from_secs(100)).expect("ok");
    let left = alarm(Duration::from_secs(10)).expect("ok");
    assert!(left <= Duration::from_secs(100) && left > Duration::from_secs(90), "{left:?}");
    assert_eq!(python::alarm(0), 10);
    assert_eq!(alarm(Duration::ZERO).expect("ok"), Duration::ZERO);
    alarm(Duration::MAX).expect("as long as the kernel can count");
    assert!(alarm(Duration::ZERO).expect("ok") > Duration::from_secs(1 << 30));
}

/// The window between the look and the sleep, hammered: each round the signal comes from another thread at about the
/// moment when the owner goes to sleep. A wake that is lost ends the test by the watchdog.
fn no_wake_is_lost_when_signals_come_just_before_the_sleep() {
    const ROUNDS: u32 = 20_000;
    let _session = session();
    static HANDLED: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    on(Signal::USR1, |_| {
        HANDLED.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    })
    .expect("ok");
    raw::block(Signal::USR1, true); // received on the other thread, so that only the armed word can wake this one
    let receiver = thread::spawn(|| {
        raw::block(Signal::USR1, false);
        for round in 0..ROUNDS {
            trip(Signal::USR1);
            // The next one when this one is handled: so a lost wake is a standstill, and not covered by its successor.
            while HANDLED.load(std::sync::atomic::Ordering::Relaxed) <= round {
                thread::yield_now();
            }
        }
    });
    while HANDLED.load(std::sync::atomic::Ordering::Relaxed) < ROUNDS {
        pause().expect("none fails");
    }
    receiver.join().expect("it does not panic");
}
