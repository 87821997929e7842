//! CPython's stress tests (`test_signal.StressTest`): chains, pairs, and handlers that come and go.

use std::{
    sync::atomic::{AtomicBool, AtomicU32, Ordering},
    thread,
    time::Duration,
};

use sigtrip::{Disposition, Signal, Timer, check_signals, on, pause_for, setitimer, signal};
use sigtrip_tests::{
    PATIENCE,
    raw::{Thread, send_to_process},
};

use crate::helpers::{session, trip};

crate::scenarios!(
    ten_thousand_signals_each_sent_by_the_handler_of_the_one_before,
    five_thousand_pairs_at_the_same_time,
    handlers_flipped_while_other_threads_send,
);

/// How often each of these was handled.
static HANDLED: AtomicU32 = AtomicU32::new(0);
static ALARMS: AtomicU32 = AtomicU32::new(0);

fn count(target: Signal, counter: &'static AtomicU32) {
    on(target, |_| {
        counter.fetch_add(1, Ordering::Relaxed);
    })
    .expect("it can be handled");
}

/// Waits for the next handler; a signal that was lost would leave it waiting.
fn wait_for_a_handler() {
    assert_ne!(pause_for(PATIENCE).expect("none fails"), Duration::ZERO, "a signal was lost");
}

/// From one microsecond up, so that it comes at ever another instruction.
fn alarm_soon(number: u32) {
    let delay = Duration::from_micros((1 + number % 11).into());
    setitimer(Timer::Real, delay, Duration::ZERO).expect("ok");
}

/// Has the next signal of the chain sent: none of these calls is a safe point. A timer of processor time is slow, a tick
/// of the system's clock.
fn send_number(number: u32) {
    match (number % 200, number % 3) {
        (0, _) => {
            setitimer(Timer::Prof, Duration::from_micros(1), Duration::ZERO).expect("ok");
        }
        (_, 0) => send_to_process(Signal::USR1),
        (_, 1) => alarm_soon(number),
        _ => trip(Signal::USR2),
    }
}

fn ten_thousand_signals_each_sent_by_the_handler_of_the_one_before() {
    const ALL: u32 = 10_000;
    let _session = session();
    for target in [Signal::PROF, Signal::ALRM, Signal::USR1, Signal::USR2] {
        on(target, |_| {
            let number = HANDLED.fetch_add(1, Ordering::Relaxed) + 1;
            if number < ALL {
                send_number(number);
            }
        })
        .expect("ok");
    }
    send_number(0);
    loop {
        let number = HANDLED.load(Ordering::Relaxed);
        if number == ALL {
            break;
        }
        if number.is_multiple_of(200) {
            check_signals().expect("none fails"); // its timer counts only what is worked
        } else {
            wait_for_a_handler();
        }
    }
    check_signals().expect("none fails");
    assert_eq!(HANDLED.load(Ordering::Relaxed), ALL, "each once");
}

fn five_thousand_pairs_at_the_same_time() {
    let _session = session();
    count(Signal::ALRM, &ALARMS);
    count(Signal::USR1, &HANDLED);
    for number in 1..=5_000 {
        alarm_soon(number);
        send_to_process(Signal::USR1);
        while [&ALARMS, &HANDLED].iter().any(|handled| handled.load(Ordering::Relaxed) < number) {
            wait_for_a_handler();
        }
    }
    assert_eq!((ALARMS.load(Ordering::Relaxed), HANDLED.load(Ordering::Relaxed)), (5_000, 5_000));
}

/// CPython's bpo-43406: a handler that goes away while its signal is pending. That may be reported, and no more.
fn handlers_flipped_while_other_threads_send() {
    static STOP: AtomicBool = AtomicBool::new(false);
    const TARGET: Signal = Signal::WINCH; // by default it does nothing
    let _session = session();
    let owner = Thread::current();
    // One raises it in itself, one sends it to the owner.
    let here = move || {
        while !STOP.load(Ordering::Relaxed) {
            trip(TARGET);
        }
    };
    let there = move || {
        while !STOP.load(Ordering::Relaxed) {
            owner.send(TARGET);
        }
    };
    let senders = [thread::spawn(here), thread::spawn(there)];
    for _ in 0..10_000 {
        count(TARGET, &HANDLED);
        signal(TARGET, Disposition::Ignore).expect("ok");
        // One with data, which is freed when it goes.
        let captured = Box::new(1);
        on(TARGET, move |_| {
            HANDLED.fetch_add(*captured, Ordering::Relaxed);
        })
        .expect("ok");
        signal(TARGET, Disposition::Default).expect("ok");
    }
    STOP.store(true, Ordering::Relaxed);
    for sender in senders {
        sender.join().expect("it does not panic");
    }
    count(TARGET, &HANDLED);
    let before = HANDLED.load(Ordering::Relaxed);
    trip(TARGET);
    check_signals().expect("none fails");
    assert_eq!(HANDLED.load(Ordering::Relaxed), before + 1);
}
