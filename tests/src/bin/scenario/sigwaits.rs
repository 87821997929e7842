//! Accepting blocked signals, and waiting with another mask.

use std::{
    sync::atomic::{AtomicBool, AtomicU32, Ordering},
    thread,
    time::{Duration, Instant},
};

use sigtrip::{
    Error, Signal, SignalSet, kill, on, raise_signal, sigsuspend, sigtimedwait, sigwait, sigwaitinfo,
};
use sigtrip_tests::raw;

use crate::helpers::{
    LONG, SHORT, error, fail_with, failed_with, interrupt_every_few_milliseconds, log, log_signal,
    send_when_asleep, session, stop_interrupting, take_log, trip, when_asleep,
};

crate::scenarios!(
    sigwait_returns_the_signal_and_runs_no_handler_of_it,
    sigwaitinfo_goes_on_while_handlers_run,
    sigtimedwait_lasts_in_full_although_handlers_run,
    sigtimedwait_of_zero_takes_what_is_pending,
    sigtimedwait_is_none_when_a_handler_outlives_it,
    sigtimedwait_for_ever_is_possible,
    what_is_known_of_a_signal_is_told,
    a_child_that_ends_is_told_of,
    real_time_signals_come_in_order,
    a_failing_handler_ends_the_wait_and_takes_nothing,
    a_handler_that_came_just_before_runs,
    a_signal_that_another_thread_receives_is_handled_during_the_wait,
    a_signal_that_another_thread_takes_ends_no_wait,
    reserved_numbers_are_refused,
    another_thread_waits_too,
    another_thread_waits_in_full,
    waits_nest_in_handlers,
    sigsuspend_ends_for_a_signal_that_was_blocked,
    sigsuspend_ends_for_one_that_came_just_before,
    sigsuspend_keeps_what_its_mask_blocks,
    sigsuspend_ends_for_one_that_another_thread_receives,
    sigsuspend_passes_a_failure_on_with_the_mask_as_before,
    sigsuspend_of_another_thread,
    no_signal_is_lost_between_the_look_and_sigsuspend,
    a_wake_descriptor_that_was_closed_is_replaced,
    a_fork_in_a_handler_during_the_wait,
    a_polling_session_does_not_wait,
);

/// The signals are blocked in this thread, and in those that it starts.
fn block(signals: impl IntoIterator<Item = Signal>) {
    for signal in signals {
        raw::block(signal, true);
    }
}

fn sigwait_returns_the_signal_and_runs_no_handler_of_it() {
    let _session = session();
    log_signal(Signal::USR1);
    block([Signal::USR1, Signal::USR2]);
    trip(Signal::USR1);
    assert_eq!(sigwait([Signal::USR1, Signal::USR2]).expect("none fails"), Signal::USR1);
    let sender = send_when_asleep(Signal::USR2);
    assert_eq!(sigwait([Signal::USR1, Signal::USR2]).expect("none fails"), Signal::USR2);
    sender.join().expect("it does not panic");
    assert_eq!(take_log(), [""; 0]);
}

/// CPython's `test_sigwaitinfo`: handled signals do not end it, the blocked one does.
fn sigwaitinfo_goes_on_while_handlers_run() {
    let _session = session();
    block([Signal::USR1]);
    interrupt_every_few_milliseconds();
    let me = std::process::id().cast_signed();
    let sender = thread::spawn(move || {
        thread::sleep(SHORT);
        kill(me, Signal::USR1).expect("it is there");
    });
    assert_eq!(sigwaitinfo(Signal::USR1).expect("none fails").signal(), Signal::USR1);
    assert!(stop_interrupting() > 0);
    sender.join().expect("it does not panic");
}

fn sigtimedwait_lasts_in_full_although_handlers_run() {
    let _session = session();
    block([Signal::USR1]);
    interrupt_every_few_milliseconds();
    let start = Instant::now();
    assert!(sigtimedwait(Signal::USR1, SHORT).expect("none fails").is_none());
    assert!(start.elapsed() >= SHORT, "{:?}", start.elapsed());
    assert!(stop_interrupting() > 0);
}

fn sigtimedwait_of_zero_takes_what_is_pending() {
    let _session = session();
    block([Signal::USR1]);
    assert!(sigtimedwait(Signal::USR1, Duration::ZERO).expect("none fails").is_none());
    trip(Signal::USR1);
    let info = sigtimedwait(Signal::USR1, Duration::ZERO).expect("none fails").expect("it is pending");
    assert_eq!(info.signal(), Signal::USR1);
    assert!(sigtimedwait(Signal::USR1, Duration::ZERO).expect("none fails").is_none(), "it was taken");
}

/// CPython returns a record of garbage here.
fn sigtimedwait_is_none_when_a_handler_outlives_it() {
    let _session = session();
    block([Signal::USR1]);
    on(Signal::USR2, |_| {
        log("long");
        thread::sleep(SHORT * 2);
    })
    .expect("ok");
    let sender = send_when_asleep(Signal::USR2);
    assert!(sigtimedwait(Signal::USR1, SHORT).expect("none fails").is_none());
    sender.join().expect("it does not panic");
    sigtrip::check_signals().expect("none fails"); // under load it may come after the wait
    assert_eq!(take_log(), ["long"]);
}

fn sigtimedwait_for_ever_is_possible() {
    let _session = session();
    block([Signal::USR1]);
    let sender = send_when_asleep(Signal::USR1);
    assert!(sigtimedwait(Signal::USR1, Duration::MAX).expect("none fails").is_some());
    sender.join().expect("it does not panic");
}

fn what_is_known_of_a_signal_is_told() {
    let _session = session();
    block([Signal::USR1]);
    let me = std::process::id().cast_signed();
    kill(me, Signal::USR1).expect("ok");
    let info = sigwaitinfo(Signal::USR1).expect("none fails");
    assert_eq!((info.code(), info.errno(), info.pid()), (libc::SI_USER, 0, Some(me)));
    assert_eq!((info.status(), info.band(), info.value()), (None, None, None));
    assert_eq!((info.si_signo(), info.si_code(), info.si_errno()), (Signal::USR1.number(), 0, 0));
    assert_eq!((info.si_pid(), info.si_status(), info.si_band()), (me, 0, 0));
    assert_eq!(info.uid(), Some(info.si_uid()));
    raw::queue(Signal::USR1, -7);
    let info = sigwaitinfo(Signal::USR1).expect("none fails");
    assert_eq!((info.code(), info.value(), info.pid()), (libc::SI_QUEUE, Some(-7), Some(me)));
}

fn a_child_that_ends_is_told_of() {
    let _session = session();
    block([Signal::CHLD]);
    let mut child = std::process::Command::new("sh").args(["-c", "exit 3"]).spawn().expect("a shell");
    let info = sigwaitinfo(Signal::CHLD).expect("none fails");
    assert_eq!(info.code(), libc::CLD_EXITED);
    assert_eq!((info.pid(), info.status()), (Some(child.id().cast_signed()), Some(3)));
    child.wait().expect("it has ended");
}

fn real_time_signals_come_in_order() {
    let _session = session();
    let [low, high] = [1, 2].map(|n| Signal::real_time(n).expect("there are as many"));
    block([low, high]);
    for (signal, value) in [(high, 1), (low, 2), (low, 3), (high, 4)] {
        raw::queue(signal, value);
    }
    let next = || sigwaitinfo([low, high]).expect("none fails");
    let got: Vec<_> =
        (0..4).map(|_| next()).map(|info| (info.signal(), info.si_pid(), info.value())).collect();
    let me = std::process::id().cast_signed();
    assert_eq!(got, [(low, me, Some(2)), (low, me, Some(3)), (high, me, Some(1)), (high, me, Some(4))]);
}

fn a_failing_handler_ends_the_wait_and_takes_nothing() {
    let _session = session();
    fail_with(Signal::USR2, 5);
    block([Signal::USR1]);
    let sender = send_when_asleep(Signal::USR2);
    failed_with(sigwait(Signal::USR1), 5);
    sender.join().expect("it does not panic");
    trip(Signal::USR1);
    trip(Signal::USR2);
    failed_with(sigwaitinfo(Signal::USR1), 5);
    assert_eq!(sigwait(Signal::USR1).expect("none fails"), Signal::USR1, "it was not taken");
}

fn a_handler_that_came_just_before_runs() {
    let _session = session();
    log_signal(Signal::USR2);
    block([Signal::USR1]);
    trip(Signal::USR2);
    assert!(sigtimedwait(Signal::USR1, Duration::ZERO).expect("none fails").is_none());
    assert_eq!(take_log(), ["SIGUSR2"]);
}

fn a_signal_that_another_thread_receives_is_handled_during_the_wait() {
    let _session = session();
    block([Signal::USR1]);
    let owner = raw::Thread::current();
    on(Signal::USR2, move |_| {
        log("during the wait");
        owner.send(Signal::USR1); // so it ends only when this has run
    })
    .expect("ok");
    let receiver = when_asleep(|| trip(Signal::USR2)); // received there
    block([Signal::USR2]);
    assert_eq!(sigwait(Signal::USR1).expect("none fails"), Signal::USR1);
    assert_eq!(take_log(), ["during the wait"]);
    receiver.join().expect("it does not panic");
}

/// Two threads wait for one signal of the process at a time: one of them gets it, the other goes on. As many are taken as
/// were sent.
fn a_signal_that_another_thread_takes_ends_no_wait() {
    const ROUNDS: u32 = 2000;
    static TAKEN: AtomicU32 = AtomicU32::new(0);
    let _session = session();
    block([Signal::USR1]);
    let take_all = || {
        while TAKEN.load(Ordering::Relaxed) < ROUNDS {
            if sigtimedwait(Signal::USR1, Duration::from_millis(5)).expect("none fails").is_some() {
                TAKEN.fetch_add(1, Ordering::Relaxed);
            }
        }
    };
    let other = thread::spawn(take_all);
    let me = std::process::id().cast_signed();
    let sender = thread::spawn(move || {
        for round in 0..ROUNDS {
            kill(me, Signal::USR1).expect("it is there");
            while TAKEN.load(Ordering::Relaxed) <= round {
                thread::yield_now();
            }
        }
    });
    take_all();
    for thread in [other, sender] {
        thread.join().expect("it does not panic");
    }
    assert_eq!(TAKEN.load(Ordering::Relaxed), ROUNDS);
}

fn reserved_numbers_are_refused() {
    let _session = session();
    let reserved = Signal::from_raw(32).expect("in range");
    block([Signal::USR1]);
    trip(Signal::USR1);
    let set = SignalSet::from([reserved, Signal::USR1]);
    assert_eq!(error(sigwait(set)), Error::Reserved(reserved));
    assert_eq!(error(sigwaitinfo(set)), Error::Reserved(reserved));
    assert_eq!(error(sigtimedwait(set, LONG)), Error::Reserved(reserved));
    assert_eq!(error(sigsuspend(set)), Error::Reserved(reserved));
    assert_eq!(sigwait(Signal::USR1).expect("none fails"), Signal::USR1, "nothing was done");
    assert_eq!(
        sigtimedwait([Signal::KILL, Signal::STOP], Duration::ZERO)
            .expect("they never come")
            .map(|i| i.si_signo()),
        None
    );
}

fn another_thread_waits_too() {
    let _session = session();
    log_signal(Signal::USR2);
    block([Signal::USR1]);
    let (sender, receiver) = std::sync::mpsc::channel();
    let waiter = thread::spawn(move || {
        sender.send((raw::Thread::current(), raw::tid())).expect("main listens");
        sigwait(Signal::USR1).expect("no handlers here")
    });
    let (thread, tid) = receiver.recv().expect("it says who it is");
    raw::wait_until_it_sleeps(tid);
    thread.send(Signal::USR2); // interrupts the system call, and ends nothing
    raw::wait_until_it_sleeps(tid);
    thread.send(Signal::USR1);
    assert_eq!(waiter.join().expect("it does not panic"), Signal::USR1);
    sigtrip::check_signals().expect("none fails");
    assert_eq!(take_log(), ["SIGUSR2"]);
}

fn another_thread_waits_in_full() {
    let _session = session();
    log_signal(Signal::USR2);
    block([Signal::USR1]);
    let (sender, receiver) = std::sync::mpsc::channel();
    let waiter = thread::spawn(move || {
        sender.send((raw::Thread::current(), raw::tid())).expect("main listens");
        let start = Instant::now();
        assert!(sigtimedwait(Signal::USR1, SHORT).expect("no handlers here").is_none());
        start.elapsed()
    });
    let (thread, tid) = receiver.recv().expect("it says who it is");
    raw::wait_until_it_sleeps(tid);
    thread.send(Signal::USR2);
    assert!(waiter.join().expect("it does not panic") >= SHORT);
}

fn waits_nest_in_handlers() {
    let _session = session();
    block([Signal::USR1, Signal::HUP]);
    on(Signal::USR2, |_| {
        log("inner waits");
        let sender = send_when_asleep(Signal::HUP);
        let signal = sigwait(Signal::HUP)?;
        let _ = sender.join();
        log(format!("inner got {signal}"));
        raise_signal(Signal::USR1)
    })
    .expect("ok");
    let sender = send_when_asleep(Signal::USR2);
    assert_eq!(sigwait(Signal::USR1).expect("none fails"), Signal::USR1);
    sender.join().expect("it does not panic");
    assert_eq!(take_log(), ["inner waits", "inner got SIGHUP"]);
}

fn sigsuspend_ends_for_a_signal_that_was_blocked() {
    let _session = session();
    log_signal(Signal::USR1);
    block([Signal::USR1]);
    let mask = raw::mask();
    trip(Signal::USR1);
    sigtrip::check_signals().expect("none fails");
    assert_eq!(take_log(), [""; 0], "it is blocked");
    sigsuspend([]).expect("none fails");
    assert_eq!(take_log(), ["SIGUSR1"]);
    assert_eq!(raw::mask(), mask);
    let sender = send_when_asleep(Signal::USR1);
    sigsuspend([]).expect("none fails");
    assert_eq!(take_log(), ["SIGUSR1"]);
    sender.join().expect("it does not panic");
}

fn sigsuspend_ends_for_one_that_came_just_before() {
    let _session = session();
    log_signal(Signal::USR1);
    trip(Signal::USR1);
    sigsuspend([]).expect("none fails");
    assert_eq!(take_log(), ["SIGUSR1"]);
}

fn sigsuspend_keeps_what_its_mask_blocks() {
    let _session = session();
    log_signal(Signal::USR1);
    log_signal(Signal::USR2);
    block([Signal::USR1, Signal::USR2]);
    let owner = raw::Thread::current();
    let sender = when_asleep(move || {
        owner.send(Signal::USR1);
        owner.send(Signal::USR2);
    });
    sigsuspend(Signal::USR1).expect("none fails");
    assert_eq!(take_log(), ["SIGUSR2"]);
    sender.join().expect("it does not panic");
    sigsuspend(Signal::USR2).expect("none fails");
    assert_eq!(take_log(), ["SIGUSR1"]);
}

fn sigsuspend_ends_for_one_that_another_thread_receives() {
    let _session = session();
    another_thread_ends_a_sigsuspend(Signal::USR1);
}

/// The owner blocks the signal, so that another thread receives it.
fn another_thread_ends_a_sigsuspend(signal: Signal) {
    log_signal(signal);
    let receiver = when_asleep(move || trip(signal));
    block([signal]);
    sigsuspend(signal).expect("none fails");
    assert_eq!(take_log(), [signal.to_string()]);
    receiver.join().expect("it does not panic");
}

fn sigsuspend_passes_a_failure_on_with_the_mask_as_before() {
    let _session = session();
    static BLOCKED_IN_THE_HANDLER: AtomicBool = AtomicBool::new(false);
    on(Signal::USR1, |_| {
        let blocked = raw::mask() & 1 << (Signal::USR1.number() - 1) != 0;
        BLOCKED_IN_THE_HANDLER.store(blocked, Ordering::Relaxed);
        Err(sigtrip::Interrupt::exit(4))
    })
    .expect("ok");
    block([Signal::USR1]);
    let mask = raw::mask();
    let sender = send_when_asleep(Signal::USR1);
    failed_with(sigsuspend([]), 4);
    assert_eq!(raw::mask(), mask);
    assert!(BLOCKED_IN_THE_HANDLER.load(Ordering::Relaxed));
    sender.join().expect("it does not panic");
}

fn sigsuspend_of_another_thread() {
    let _session = session();
    log_signal(Signal::USR1);
    block([Signal::USR1]);
    let waiter = thread::spawn(|| {
        trip(Signal::USR1);
        sigsuspend([]).expect("no handlers here");
    });
    waiter.join().expect("it does not panic");
    sigtrip::check_signals().expect("none fails");
    assert_eq!(take_log(), ["SIGUSR1"]);
}

/// What `sigsuspend` is for: look with the signal blocked, then wait with it open.
fn no_signal_is_lost_between_the_look_and_sigsuspend() {
    const ROUNDS: u32 = 5000;
    static HANDLED: AtomicU32 = AtomicU32::new(0);
    let _session = session();
    on(Signal::USR1, |_| {
        HANDLED.fetch_add(1, Ordering::Relaxed);
    })
    .expect("ok");
    block([Signal::USR1]);
    let owner = raw::Thread::current();
    let sender = thread::spawn(move || {
        for round in 0..ROUNDS {
            owner.send(Signal::USR1);
            while HANDLED.load(Ordering::Relaxed) <= round {
                thread::yield_now();
            }
        }
    });
    while HANDLED.load(Ordering::Relaxed) < ROUNDS {
        sigsuspend([]).expect("none fails");
    }
    sender.join().expect("it does not panic");
}

/// A daemon that closes all descriptors that it does not know closes ours too.
fn a_wake_descriptor_that_was_closed_is_replaced() {
    let _session = session();
    log_signal(Signal::USR1);
    let wait = || assert_eq!(sigtrip::poll(&mut [], Some(SHORT)).expect("none fails"), 0);
    wait();
    assert_eq!(eventfds(), 1);
    for descriptor in 3..64 {
        raw::close(descriptor);
    }
    assert_eq!(eventfds(), 0);
    wait(); // before anything else is opened, which would get its number
    assert_eq!(eventfds(), 1);
    let receiver = when_asleep(|| trip(Signal::USR1));
    block([Signal::USR1]);
    sigsuspend(Signal::USR1).expect("none fails");
    assert_eq!(take_log(), ["SIGUSR1"]);
    receiver.join().expect("it does not panic");
}

fn eventfds() -> usize {
    let open = std::fs::read_dir("/proc/self/fd").expect("the kernel tells");
    let names = open.filter_map(|entry| std::fs::read_link(entry.ok()?.path()).ok());
    names.filter(|name| name.to_string_lossy().contains("eventfd")).count()
}

/// The child goes on in the wait of its parent, with a wake descriptor of its own.
fn a_fork_in_a_handler_during_the_wait() {
    let _session = session();
    block([Signal::USR1]);
    on(Signal::USR2, |_| match raw::fork() {
        0 => log("child"),
        child => {
            assert_eq!(raw::wait_for_exit(child), 0, "the child's waits work");
            log("parent");
            trip(Signal::USR1);
        }
    })
    .expect("ok");
    let sender = send_when_asleep(Signal::USR2);
    // In the child the wait ends by the time, in the parent by the signal.
    let taken = sigtimedwait(Signal::USR1, Duration::from_secs(1)).expect("none fails");
    if take_log() == ["child"] {
        let status = std::panic::catch_unwind(|| {
            assert!(taken.is_none());
            another_thread_ends_a_sigsuspend(Signal::HUP);
        });
        raw::exit_now(i32::from(status.is_err()));
    }
    assert!(taken.is_some());
    sender.join().expect("it does not panic");
}

fn a_polling_session_does_not_wait() {
    let _session = sigtrip::init_with(sigtrip::Options::untouched().polling(true)).expect("the first");
    assert_eq!(error(sigwait(Signal::USR1)), Error::PollingOnly);
    assert_eq!(error(sigtimedwait(Signal::USR1, Duration::ZERO)), Error::PollingOnly);
    assert_eq!(error(sigsuspend([])), Error::PollingOnly);
}
