//! The channel whose receiver waits at a safe point.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicU32, Ordering},
        mpsc::{RecvError, RecvTimeoutError, TryRecvError},
    },
    thread,
    time::{Duration, Instant},
};

use sigtrip::{Error, Interrupt, Options, Signal, channel, on};
use sigtrip_tests::raw;

use crate::helpers::{
    LONG, SHORT, error, fail_with, failed_with, interrupt_every_few_milliseconds, log, log_signal,
    send_when_asleep, session, stop_interrupting, take_log, trip, when_asleep,
};

crate::scenarios!(
    messages_come_in_order,
    recv_waits_while_handlers_run,
    recv_timeout_lasts_in_full_although_handlers_run,
    recv_timeout_of_zero_and_for_ever,
    the_end_of_the_last_sender_wakes_the_receiver,
    a_sender_without_a_receiver_gets_its_message_back,
    a_failing_handler_ends_the_wait_and_loses_no_message,
    no_message_is_lost_although_handlers_fail_all_the_time,
    a_signal_that_another_thread_receives_is_handled_during_the_wait,
    a_handler_that_came_just_before_runs,
    a_handler_may_send,
    a_handler_may_receive_too,
    another_thread_receives,
    a_polling_session_does_not_wait,
    no_wake_is_lost_when_messages_come_just_before_the_sleep,
    no_wake_is_lost_when_signals_come_just_before_the_sleep,
);

fn messages_come_in_order() {
    const MESSAGES: u32 = 10_000;
    let _session = session();
    let (sender, receiver) = channel();
    let helper = thread::spawn(move || (0..MESSAGES).try_for_each(|n| sender.send(n)));
    for n in 0..MESSAGES {
        assert_eq!(receiver.recv().expect("none fails"), Ok(n));
    }
    assert_eq!(receiver.recv().expect("none fails"), Err(RecvError));
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Disconnected));
    helper.join().expect("it does not panic").expect("the receiver is there");
}

fn recv_waits_while_handlers_run() {
    let _session = session();
    interrupt_every_few_milliseconds();
    let (sender, receiver) = channel();
    let helper = thread::spawn(move || {
        thread::sleep(SHORT);
        sender.send("late").expect("the receiver is there");
    });
    assert_eq!(receiver.recv().expect("none fails"), Ok("late"));
    assert!(stop_interrupting() > 0);
    helper.join().expect("it does not panic");
}

fn recv_timeout_lasts_in_full_although_handlers_run() {
    let _session = session();
    let (_sender, receiver) = channel::<()>();
    interrupt_every_few_milliseconds();
    let start = Instant::now();
    assert_eq!(receiver.recv_timeout(SHORT).expect("none fails"), Err(RecvTimeoutError::Timeout));
    assert!(start.elapsed() >= SHORT, "{:?}", start.elapsed());
    assert!(stop_interrupting() > 0);
}

fn recv_timeout_of_zero_and_for_ever() {
    let _session = session();
    let (sender, receiver) = channel();
    assert_eq!(receiver.recv_timeout(Duration::ZERO).expect("none fails"), Err(RecvTimeoutError::Timeout));
    sender.send(1).expect("the receiver is there");
    assert_eq!(receiver.recv_timeout(Duration::ZERO).expect("none fails"), Ok(1));
    let helper = when_asleep(move || sender.send(2).expect("the receiver is there"));
    assert_eq!(receiver.recv_timeout(Duration::MAX).expect("none fails"), Ok(2));
    helper.join().expect("it does not panic");
    let left = receiver.recv_timeout(Duration::ZERO).expect("none fails");
    assert_eq!(left, Err(RecvTimeoutError::Disconnected));
}

fn the_end_of_the_last_sender_wakes_the_receiver() {
    let _session = session();
    let (sender, receiver) = channel::<()>();
    let second = sender.clone();
    drop(sender);
    let helper = when_asleep(move || drop(second));
    assert_eq!(receiver.recv().expect("none fails"), Err(RecvError));
    helper.join().expect("it does not panic");
}

fn a_sender_without_a_receiver_gets_its_message_back() {
    let (sender, receiver) = channel();
    drop(receiver);
    assert_eq!(sender.send("back").expect_err("nobody listens").0, "back");
}

fn a_failing_handler_ends_the_wait_and_loses_no_message() {
    let _session = session();
    fail_with(Signal::USR1, 5);
    let (sender, receiver) = channel();
    let helper = send_when_asleep(Signal::USR1);
    let start = Instant::now();
    failed_with(receiver.recv_timeout(LONG), 5);
    assert!(start.elapsed() < LONG);
    helper.join().expect("it does not panic");
    sender.send(1).expect("the receiver is there");
    trip(Signal::USR1);
    failed_with(receiver.recv(), 5);
    assert_eq!(receiver.recv().expect("none fails"), Ok(1));
}

/// Each round a message and then a signal come at about the moment when the owner goes to sleep: now and then the wait has
/// found the message when the handler fails.
fn no_message_is_lost_although_handlers_fail_all_the_time() {
    const ROUNDS: u32 = 20_000;
    static RECEIVED: AtomicU32 = AtomicU32::new(0);
    let _session = session();
    fail_with(Signal::USR1, 5);
    let (sender, receiver) = channel();
    raw::block(Signal::USR1, true); // received on the other thread
    let helper = thread::spawn(move || {
        raw::block(Signal::USR1, false);
        for round in 0..ROUNDS {
            sender.send(round).expect("the receiver is there");
            trip(Signal::USR1);
            while RECEIVED.load(Ordering::Relaxed) <= round {
                thread::yield_now();
            }
        }
    });
    let mut failures = 0;
    while RECEIVED.load(Ordering::Relaxed) < ROUNDS {
        match receiver.recv() {
            Ok(message) => assert_eq!(message, Ok(RECEIVED.fetch_add(1, Ordering::Relaxed))),
            failed => {
                failed_with(failed, 5);
                failures += 1;
            }
        }
    }
    assert!(failures > 0);
    helper.join().expect("it does not panic");
}

fn a_signal_that_another_thread_receives_is_handled_during_the_wait() {
    let _session = session();
    let (sender, receiver) = channel();
    on(Signal::USR1, move |_| {
        log("during the wait");
        sender.send(1).map_err(Interrupt::other)
    })
    .expect("ok");
    let helper = when_asleep(|| trip(Signal::USR1)); // received there
    raw::block(Signal::USR1, true);
    assert_eq!(receiver.recv().expect("none fails"), Ok(1));
    assert_eq!(take_log(), ["during the wait"]);
    helper.join().expect("it does not panic");
}

fn a_handler_that_came_just_before_runs() {
    let _session = session();
    log_signal(Signal::USR1);
    let (sender, receiver) = channel();
    sender.send(1).expect("the receiver is there");
    trip(Signal::USR1);
    assert_eq!(receiver.recv().expect("none fails"), Ok(1));
    assert_eq!(take_log(), ["SIGUSR1"]);
}

fn a_handler_may_send() {
    let _session = session();
    let (sender, receiver) = channel();
    on(Signal::USR1, move |delivery| sender.send(delivery.signal()).map_err(Interrupt::other)).expect("ok");
    let helper = send_when_asleep(Signal::USR1);
    assert_eq!(receiver.recv().expect("none fails"), Ok(Signal::USR1));
    helper.join().expect("it does not panic");
}

/// A wait inside a wait, on another channel.
fn a_handler_may_receive_too() {
    let _session = session();
    let (inner_sender, inner) = channel();
    let (sender, receiver) = channel();
    let inner = Mutex::new(inner);
    on(Signal::USR1, move |_| {
        let inner_sender = inner_sender.clone();
        let helper = when_asleep(move || inner_sender.send("inner").expect("the receiver is there"));
        let message = inner.lock().expect("no handler panics with it").recv()?;
        let _ = helper.join();
        log(message.unwrap_or("nothing"));
        sender.send("outer").map_err(Interrupt::other)
    })
    .expect("ok");
    let helper = send_when_asleep(Signal::USR1);
    assert_eq!(receiver.recv().expect("none fails"), Ok("outer"));
    helper.join().expect("it does not panic");
    assert_eq!(take_log(), ["inner"]);
}

fn another_thread_receives() {
    let _session = session();
    let (sender, receiver) = channel();
    let other = thread::spawn(move || {
        let first = receiver.recv().expect("no handlers here");
        let second = receiver.recv_timeout(LONG).expect("no handlers here");
        let third = receiver.recv_timeout(Duration::ZERO).expect("no handlers here");
        (first, second, third.is_err(), receiver.recv().expect("no handlers here"))
    });
    sender.send(1).expect("the receiver is there");
    sender.send(2).expect("the receiver is there");
    let helper = thread::spawn(move || {
        thread::sleep(SHORT);
        drop(sender);
    });
    assert_eq!(other.join().expect("it does not panic"), (Ok(1), Ok(2), true, Err(RecvError)));
    helper.join().expect("it does not panic");
}

fn a_polling_session_does_not_wait() {
    let _session = sigtrip::init_with(Options::untouched().polling(true)).expect("the first");
    let (sender, receiver) = channel();
    sender.send(1).expect("the receiver is there");
    assert_eq!(error(receiver.recv()), Error::PollingOnly);
    assert_eq!(error(receiver.recv_timeout(LONG)), Error::PollingOnly);
    assert_eq!(receiver.try_recv(), Ok(1));
}

/// Each round a message comes at about the moment when the owner goes to sleep. A wake that is lost ends the test by the
/// watchdog.
fn no_wake_is_lost_when_messages_come_just_before_the_sleep() {
    const ROUNDS: u32 = 20_000;
    static RECEIVED: AtomicU32 = AtomicU32::new(0);
    let _session = session();
    let (sender, receiver) = channel();
    let helper = thread::spawn(move || {
        for round in 0..ROUNDS {
            sender.send(round).expect("the receiver is there");
            while RECEIVED.load(Ordering::Relaxed) <= round {
                thread::yield_now();
            }
        }
    });
    for round in 0..ROUNDS {
        assert_eq!(receiver.recv().expect("none fails"), Ok(round));
        RECEIVED.fetch_add(1, Ordering::Relaxed);
    }
    helper.join().expect("it does not panic");
}

/// As in `waits.rs`, with `recv` instead of `pause`.
fn no_wake_is_lost_when_signals_come_just_before_the_sleep() {
    const ROUNDS: u32 = 20_000;
    static HANDLED: AtomicU32 = AtomicU32::new(0);
    let _session = session();
    let (sender, receiver) = channel();
    on(Signal::USR1, move |_| {
        if HANDLED.fetch_add(1, Ordering::Relaxed) + 1 == ROUNDS {
            let _ = sender.send("all");
        }
    })
    .expect("ok");
    raw::block(Signal::USR1, true); // received on the other thread
    let helper = thread::spawn(|| {
        raw::block(Signal::USR1, false);
        for round in 0..ROUNDS {
            trip(Signal::USR1);
            while HANDLED.load(Ordering::Relaxed) <= round {
                thread::yield_now();
            }
        }
    });
    assert_eq!(receiver.recv().expect("none fails"), Ok("all"));
    helper.join().expect("it does not panic");
}
