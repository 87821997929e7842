//! Iterators of signals: receivers of their own, on any thread, without a session.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use sigtrip::{Error, Interrupt, KernelDisposition, Signal, Signals, kernel_disposition, raise_signal};
use sigtrip_tests::raw::{self, Action, Thread};

use crate::{
    helpers::{
        LONG, SHORT, fail_with, failed_with, log_signal, reserved, send_when_asleep, session, take_log, trip,
        when_asleep,
    },
    hooks::hook,
};

crate::scenarios!(
    what_is_pending_comes_ascending_and_once,
    what_is_not_taken_stays,
    it_needs_no_session_and_any_thread_will_do,
    a_wait_ends_for_a_signal,
    a_wait_ends_for_a_signal_that_came_just_before,
    a_wait_has_an_end,
    a_wait_lasts_in_full_whatever_interrupts_it,
    closing_ends_a_wait_on_another_thread,
    closing_from_a_hook_ends_a_wait,
    what_is_pending_comes_when_it_is_closed,
    a_signal_is_added_while_another_thread_waits,
    a_signal_is_removed,
    each_of_several_receives,
    the_last_one_gives_the_disposition_back,
    a_disposition_that_foreign_code_has_taken_is_left_alone,
    it_lives_together_with_a_handler,
    a_foreign_handler_is_called_too,
    on_the_owners_thread_a_wait_is_a_safe_point,
    a_handler_that_fails_ends_a_wait_and_loses_no_signal,
    a_session_for_polling_can_not_wait,
    what_can_not_be_received,
    inside_a_hook_there_can_be_none,
    a_noisy_signal_costs_no_other,
    a_noisy_signal_does_not_hold_up_another,
    errno_is_kept,
);

/// An iterator of these.
pub(crate) fn signals(signals: impl Into<sigtrip::SignalSet>) -> Signals {
    Signals::new(signals).expect("they can be received")
}

/// What is pending, as a list.
pub(crate) fn take(signals: &Signals) -> Vec<Signal> {
    signals.pending().collect()
}

/// What a wait gives, as a list.
#[track_caller]
pub(crate) fn wait(signals: &Signals) -> Vec<Signal> {
    signals.wait_timeout(LONG).expect("no handler fails").collect()
}

fn what_is_pending_comes_ascending_and_once() {
    let real_time = Signal::real_time(1).expect("there is one");
    let all = [Signal::HUP, Signal::USR1, Signal::TERM, real_time];
    let signals = signals(all);
    assert_eq!(take(&signals), []);
    for signal in all.into_iter().rev().chain(all) {
        trip(signal);
    }
    assert_eq!(take(&signals), all);
    assert_eq!(take(&signals), []);
}

fn what_is_not_taken_stays() {
    let signals = signals([Signal::HUP, Signal::USR1, Signal::TERM]);
    trip(Signal::HUP);
    trip(Signal::TERM);
    let mut first = signals.pending();
    trip(Signal::USR1);
    assert_eq!(first.next(), Some(Signal::HUP));
    trip(Signal::HUP); // behind it: for the next
    assert_eq!(first.next(), Some(Signal::USR1));
    drop(first);
    assert_eq!(take(&signals), [Signal::HUP, Signal::TERM]);
}

fn it_needs_no_session_and_any_thread_will_do() {
    let signals = Arc::new(signals(Signal::USR1));
    let theirs = Arc::clone(&signals);
    trip(Signal::USR1);
    let taken = thread::spawn(move || take(&theirs));
    assert_eq!(taken.join().expect("it does not panic"), [Signal::USR1]);
    assert_eq!(take(&signals), []);
}

fn a_wait_ends_for_a_signal() {
    let signals = signals(Signal::USR1);
    // To a thread that does not wait: nothing interrupts the sleep.
    let elsewhere = when_asleep(|| trip(Signal::USR1));
    assert_eq!(wait(&signals), [Signal::USR1]);
    elsewhere.join().expect("it does not panic");
    let here = send_when_asleep(Signal::USR1);
    assert_eq!(wait(&signals), [Signal::USR1]);
    here.join().expect("it does not panic");
}

fn a_wait_ends_for_a_signal_that_came_just_before() {
    let signals = signals(Signal::USR1);
    trip(Signal::USR1);
    assert_eq!(wait(&signals), [Signal::USR1]);
}

fn a_wait_has_an_end() {
    let signals = signals(Signal::USR1);
    let start = Instant::now();
    assert_eq!(signals.wait_timeout(SHORT).expect("ok").next(), None);
    assert!(start.elapsed() >= SHORT);
    assert_eq!(signals.wait_timeout(Duration::ZERO).expect("ok").next(), None);
}

extern "C" fn nothing(_: i32) {}

fn a_wait_lasts_in_full_whatever_interrupts_it() {
    raw::sigaction(Signal::USR2, Some(Action::new(nothing, 0, 0)));
    let signals = signals(Signal::USR1);
    let sender = send_when_asleep(Signal::USR2);
    let start = Instant::now();
    assert_eq!(signals.wait_timeout(SHORT).expect("ok").next(), None);
    assert!(start.elapsed() >= SHORT);
    sender.join().expect("it does not panic");
}

fn closing_ends_a_wait_on_another_thread() {
    let signals = signals(Signal::USR1);
    let handle = signals.handle();
    let closer = when_asleep({
        let handle = handle.clone();
        move || handle.close()
    });
    assert_eq!(signals.wait().expect("ok").next(), None);
    closer.join().expect("it does not panic");
    assert!(handle.is_closed());
    assert_eq!(signals.wait().expect("ok").next(), None, "it stays closed");
    assert_eq!(handle.add_signal(Signal::HUP), Err(Error::Closed));
    assert_eq!(kernel_disposition(Signal::USR1), Ok(KernelDisposition::Ours), "until it is dropped");
}

fn closing_from_a_hook_ends_a_wait() {
    let signals = signals(Signal::USR1);
    let handle = signals.handle();
    hook(Signal::USR2, move |_| handle.close());
    let sender = when_asleep(|| trip(Signal::USR2));
    assert_eq!(signals.wait().expect("ok").next(), None);
    sender.join().expect("it does not panic");
}

fn what_is_pending_comes_when_it_is_closed() {
    let signals = signals([Signal::USR1, Signal::USR2]);
    trip(Signal::USR1);
    trip(Signal::USR2);
    signals.handle().close();
    let all = signals.forever().collect::<Result<Vec<_>, _>>().expect("no handler fails");
    assert_eq!(all, [Signal::USR1, Signal::USR2]);
    trip(Signal::USR1);
    assert_eq!(wait(&signals), [Signal::USR1]);
}

fn a_signal_is_added_while_another_thread_waits() {
    let signals = signals(Signal::USR1);
    let handle = signals.handle();
    let adder = when_asleep(move || {
        handle.add_signal(Signal::HUP).expect("it can be received");
        handle.add_signal(Signal::HUP).expect("twice is no error");
        trip(Signal::HUP);
    });
    assert_eq!(wait(&signals), [Signal::HUP]);
    adder.join().expect("it does not panic");
    assert!(signals.signals().iter().eq([Signal::HUP, Signal::USR1]));
}

fn a_signal_is_removed() {
    let signals = signals([Signal::USR1, Signal::URG]);
    trip(Signal::URG);
    assert!(signals.handle().remove_signal(Signal::URG));
    assert!(!signals.handle().remove_signal(Signal::URG));
    assert_eq!(kernel_disposition(Signal::URG), Ok(KernelDisposition::Default));
    trip(Signal::URG); // ignored by default
    assert_eq!(take(&signals), [Signal::URG], "the one that came before");
    assert_eq!(take(&signals), []);
    signals.handle().add_signal(Signal::URG).expect("again");
    trip(Signal::URG);
    assert_eq!(take(&signals), [Signal::URG]);
}

fn each_of_several_receives() {
    let all = [signals(Signal::USR1), signals([Signal::USR1, Signal::USR2]), signals(Signal::USR1)];
    trip(Signal::USR1);
    assert_eq!(take(&all[0]), [Signal::USR1]);
    trip(Signal::USR2);
    assert_eq!(take(&all[1]), [Signal::USR1, Signal::USR2]);
    let [first, second, third] = all;
    drop(first);
    assert_eq!(take(&third), [Signal::USR1]);
    trip(Signal::USR1);
    assert_eq!((take(&second), take(&third)), (vec![Signal::USR1], vec![Signal::USR1]));
}

fn the_last_one_gives_the_disposition_back() {
    let earlier = Action::new(nothing, libc::SA_RESTART | libc::SA_NODEFER, 1 << 9);
    raw::sigaction(Signal::USR1, Some(earlier));
    let (one, other) = (signals(Signal::USR1), signals([Signal::USR1, Signal::USR2]));
    drop(one);
    assert_eq!(kernel_disposition(Signal::USR1), Ok(KernelDisposition::Ours));
    drop(other);
    assert_eq!(raw::sigaction(Signal::USR1, None), earlier);
    assert_eq!(raw::sigaction(Signal::USR2, None), Action::DEFAULT);
}

fn a_disposition_that_foreign_code_has_taken_is_left_alone() {
    let foreign = Action::new(nothing, libc::SA_RESTART, 0);
    let signals = signals(Signal::USR1);
    raw::sigaction(Signal::USR1, Some(foreign));
    drop(signals);
    assert_eq!(raw::sigaction(Signal::USR1, None), foreign);
}

fn it_lives_together_with_a_handler() {
    let owner = session();
    log_signal(Signal::USR1);
    let signals = signals([Signal::USR1, Signal::USR2]);
    raise_signal(Signal::USR1).expect("none fails");
    assert_eq!((take_log(), take(&signals)), (vec!["SIGUSR1".to_owned()], vec![Signal::USR1]));
    log_signal(Signal::USR2); // after the iterator
    raise_signal(Signal::USR2).expect("none fails");
    assert_eq!((take_log(), take(&signals)), (vec!["SIGUSR2".to_owned()], vec![Signal::USR2]));
    drop(owner);
    trip(Signal::USR1);
    assert_eq!(take(&signals), [Signal::USR1], "the session is gone, the iterator is not");
    drop(signals);
    assert_eq!(raw::sigaction(Signal::USR1, None), Action::DEFAULT);
}

static FOREIGN: AtomicU32 = AtomicU32::new(0);

extern "C" fn count(_: i32) {
    FOREIGN.fetch_add(1, Ordering::Relaxed);
}

fn a_foreign_handler_is_called_too() {
    raw::sigaction(Signal::USR1, Some(Action::new(count, 0, 0)));
    let signals = signals(Signal::USR1);
    trip(Signal::USR1);
    assert_eq!((FOREIGN.load(Ordering::Relaxed), take(&signals)), (1, vec![Signal::USR1]));
}

fn on_the_owners_thread_a_wait_is_a_safe_point() {
    let _session = session();
    log_signal(Signal::USR2);
    let signals = Arc::new(signals(Signal::USR1));
    let owner = Thread::current();
    let sender = when_asleep(move || {
        owner.send(Signal::USR2); // a handler runs, the wait goes on
        while take_log().is_empty() {
            thread::yield_now();
        }
        trip(Signal::USR1); // to this thread: the owner is woken all the same
    });
    assert_eq!(wait(&signals), [Signal::USR1]);
    sender.join().expect("it does not panic");
    // On another thread it is none.
    trip(Signal::USR2);
    trip(Signal::USR1);
    let theirs = Arc::clone(&signals);
    let taken = thread::spawn(move || wait(&theirs)).join().expect("it does not panic");
    assert_eq!((taken, take_log()), (vec![Signal::USR1], vec![]));
}

fn a_handler_that_fails_ends_a_wait_and_loses_no_signal() {
    let _session = session();
    fail_with(Signal::USR2, 7);
    let signals = signals(Signal::USR1);
    trip(Signal::USR1);
    trip(Signal::USR2);
    failed_with(signals.wait().map(drop), 7);
    let mut forever = signals.forever();
    assert_eq!(forever.next().map(|item| item.expect("none fails")), Some(Signal::USR1));
    trip(Signal::USR2);
    failed_with(forever.next().expect("it is not closed"), 7);
    trip(Signal::USR1);
    assert_eq!(forever.next().map(|item| item.expect("none fails")), Some(Signal::USR1), "it goes on");
}

fn a_session_for_polling_can_not_wait() {
    let _session =
        sigtrip::init_with(sigtrip::Options::untouched().polling(true)).expect("the first session");
    let signals = signals(Signal::USR1);
    trip(Signal::USR1);
    assert!(matches!(signals.wait(), Err(Interrupt::Error(Error::PollingOnly))));
    assert_eq!(take(&signals), [Signal::USR1]);
}

fn what_can_not_be_received() {
    for signal in [Signal::KILL, Signal::STOP] {
        let refused = Signals::new([Signal::HUP, signal, Signal::USR1]).expect_err("nobody can");
        assert_eq!(refused, Error::Uncatchable(signal));
    }
    for signal in [Signal::SEGV, Signal::BUS, Signal::FPE, Signal::ILL] {
        assert_eq!(Signals::new([Signal::HUP, signal]).expect_err("a fault"), Error::Fault(signal));
    }
    for signal in reserved() {
        assert_eq!(Signals::new([Signal::HUP, signal]).expect_err("libc's"), Error::Reserved(signal));
    }
    assert_eq!(raw::sigaction(Signal::HUP, None), Action::DEFAULT, "nothing was changed");
    assert_eq!(raw::sigaction(Signal::USR1, None), Action::DEFAULT, "nothing was changed");
    let none = signals(sigtrip::SignalSet::new());
    assert_eq!(take(&none), []);
}

fn inside_a_hook_there_can_be_none() {
    static REFUSED: AtomicU32 = AtomicU32::new(0);
    let signals = signals(Signal::USR1);
    let handle = signals.handle();
    hook(Signal::USR2, move |_| {
        if handle.add_signal(Signal::HUP) == Err(Error::InsideHook) {
            REFUSED.fetch_add(1, Ordering::Relaxed);
        }
    });
    trip(Signal::USR2);
    assert_eq!(REFUSED.load(Ordering::Relaxed), 1);
    assert_eq!(kernel_disposition(Signal::HUP), Ok(KernelDisposition::Default));
}

/// Where the number goes through a pipe the pipe is full, and SIGTERM is lost.
fn a_noisy_signal_costs_no_other() {
    let signals = signals([Signal::USR1, Signal::TERM]);
    for _ in 0..20_000 {
        trip(Signal::USR1);
    }
    trip(Signal::TERM);
    assert_eq!(wait(&signals), [Signal::USR1, Signal::TERM]);
}

fn a_noisy_signal_does_not_hold_up_another() {
    let signals = signals([Signal::USR1, Signal::TERM]);
    trip(Signal::USR1);
    trip(Signal::TERM);
    let mut received = Vec::new();
    for signal in signals.forever() {
        received.push(signal.expect("none fails"));
        trip(Signal::USR1); // it is pending again, and comes before SIGTERM
        if received.contains(&Signal::TERM) {
            break;
        }
    }
    assert_eq!(received, [Signal::USR1, Signal::TERM]);
}

fn errno_is_kept() {
    let signals = signals(Signal::USR1);
    let _readiness = signals.readiness().expect("a descriptor");
    let waits = when_asleep(move || {
        raw::set_errno(4711);
        trip(Signal::USR1); // wakes a sleeper and writes to the descriptor
        assert_eq!(raw::errno(), 4711);
    });
    assert_eq!(wait(&signals), [Signal::USR1]);
    waits.join().expect("it does not panic");
}
