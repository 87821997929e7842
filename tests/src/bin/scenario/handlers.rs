//! Handlers: order, coalescing, nesting, failing, replacing.

use std::{
    panic::catch_unwind,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use sigtrip::{Delivery, Disposition, Interrupt, Signal, check_signals, getsignal, on, raise_signal, signal};

use crate::helpers::{log, log_signal, session, take_log, trip};

crate::scenarios!(
    they_run_in_ascending_order_whatever_the_order_of_arrival,
    deliveries_of_one_signal_coalesce,
    one_that_fails_leaves_the_others_pending,
    two_that_fail_fail_one_after_the_other,
    one_that_panics_leaves_the_others_pending,
    they_nest,
    one_may_be_interrupted_by_itself,
    a_signal_in_its_own_handler_is_a_new_one,
    a_lower_number_behind_the_pass_waits_for_the_next,
    one_may_replace_itself,
    one_that_is_replaced_while_pending_is_not_run,
    one_that_became_ignored_while_pending_is_not_run,
    one_that_is_replaced_is_freed,
    all_are_freed_when_the_session_ends,
    they_may_allocate_lock_and_print,
    the_frame_is_the_safe_point,
    a_signal_sent_to_oneself_has_been_handled,
    a_handler_runs_only_at_a_safe_point,
);

fn they_run_in_ascending_order_whatever_the_order_of_arrival() {
    let _session = session();
    let last = Signal::from_raw(Signal::MAX).expect("in range");
    let targets = [Signal::HUP, Signal::USR1, Signal::USR2, Signal::TERM, last];
    targets.into_iter().for_each(log_signal);
    targets.into_iter().rev().for_each(trip);
    check_signals().expect("none fails");
    assert_eq!(take_log(), ["SIGHUP", "SIGUSR1", "SIGUSR2", "SIGTERM", "SIGRTMAX"]);
}

fn deliveries_of_one_signal_coalesce() {
    let _session = session();
    log_signal(Signal::USR1);
    (0..5).for_each(|_| trip(Signal::USR1));
    check_signals().expect("none fails");
    assert_eq!(take_log(), ["SIGUSR1"]);
    check_signals().expect("none fails");
    assert_eq!(take_log(), [""; 0]);
}

/// CPython's own example: `['a', 'b!', 'c', 'd', 'caught b']`.
fn one_that_fails_leaves_the_others_pending() {
    let _session = session();
    log_signal(Signal::HUP);
    on(Signal::USR1, |_| {
        log("fails");
        Err(Interrupt::exit(3))
    })
    .expect("ok");
    log_signal(Signal::USR2);
    log_signal(Signal::TERM);
    [Signal::TERM, Signal::USR2, Signal::USR1, Signal::HUP].into_iter().for_each(trip);
    assert!(matches!(check_signals(), Err(Interrupt::Exit(3))));
    assert_eq!(take_log(), ["SIGHUP", "fails"]);
    check_signals().expect("no more fails");
    assert_eq!(take_log(), ["SIGUSR2", "SIGTERM"]);
}

fn two_that_fail_fail_one_after_the_other() {
    let _session = session();
    on(Signal::USR1, |_| Err(Interrupt::exit(1))).expect("ok");
    on(Signal::USR2, |_| Err(Interrupt::exit(2))).expect("ok");
    trip(Signal::USR1);
    trip(Signal::USR2);
    assert!(matches!(check_signals(), Err(Interrupt::Exit(1))));
    assert!(matches!(check_signals(), Err(Interrupt::Exit(2))));
    assert!(check_signals().is_ok());
}

fn one_that_panics_leaves_the_others_pending() {
    let _session = session();
    on(Signal::USR1, |_| panic!("on purpose")).expect("ok");
    log_signal(Signal::USR2);
    trip(Signal::USR1);
    trip(Signal::USR2);
    assert!(catch_unwind(|| check_signals().is_ok()).is_err());
    check_signals().expect("none fails");
    assert_eq!(take_log(), ["SIGUSR2"]);
}

fn they_nest() {
    let _session = session();
    log_signal(Signal::HUP);
    on(Signal::USR1, |_| {
        log("outer starts");
        raise_signal(Signal::HUP)?; // a safe point of its own
        log("outer ends");
        Ok(())
    })
    .expect("ok");
    raise_signal(Signal::USR1).expect("none fails");
    assert_eq!(take_log(), ["outer starts", "SIGHUP", "outer ends"]);
}

fn one_may_be_interrupted_by_itself() {
    static DEPTH: AtomicU32 = AtomicU32::new(0);
    let _session = session();
    on(Signal::USR1, |_| {
        let depth = DEPTH.fetch_add(1, Ordering::Relaxed);
        log(format!("in {depth}"));
        if depth < 3 {
            raise_signal(Signal::USR1)?;
        }
        log(format!("out {depth}"));
        Ok(())
    })
    .expect("ok");
    raise_signal(Signal::USR1).expect("none fails");
    assert_eq!(take_log(), ["in 0", "in 1", "in 2", "in 3", "out 3", "out 2", "out 1", "out 0"]);
}

fn a_signal_in_its_own_handler_is_a_new_one() {
    let _session = session();
    on(Signal::USR1, |_| {
        log("handled");
        if take_log().len() == 1 {
            log("once");
            trip(Signal::USR1);
        }
    })
    .expect("ok");
    trip(Signal::USR1);
    check_signals().expect("none fails");
    assert_eq!(take_log(), ["once"], "at most once in a pass");
    log("before");
    check_signals().expect("none fails");
    assert_eq!(take_log(), [""; 0], "the second one ran, and took the log of two");
}

fn a_lower_number_behind_the_pass_waits_for_the_next() {
    let _session = session();
    log_signal(Signal::HUP);
    on(Signal::USR1, |_| {
        log("SIGUSR1");
        trip(Signal::HUP);
        trip(Signal::USR2);
    })
    .expect("ok");
    log_signal(Signal::USR2);
    trip(Signal::USR1);
    check_signals().expect("none fails");
    assert_eq!(take_log(), ["SIGUSR1", "SIGUSR2"]);
    check_signals().expect("none fails");
    assert_eq!(take_log(), ["SIGHUP"]);
}

fn one_may_replace_itself() {
    let _session = session();
    let data = Arc::new("still here after it was replaced".to_owned());
    let kept = Arc::clone(&data);
    on(Signal::USR1, move |_| {
        log("first");
        on(Signal::USR1, |_| log("second"))?;
        assert_eq!(kept.len(), 32, "what it captured outlives the table's handle");
        assert_eq!(Arc::strong_count(&kept), 2);
        Ok(())
    })
    .expect("ok");
    raise_signal(Signal::USR1).expect("none fails");
    assert_eq!(Arc::strong_count(&data), 1, "freed when the call was over");
    raise_signal(Signal::USR1).expect("none fails");
    assert_eq!(take_log(), ["first", "second"]);
}

fn one_that_is_replaced_while_pending_is_not_run() {
    let _session = session();
    on(Signal::HUP, |_| {
        // USR1 is pending behind this in the same pass, which goes on with what stands there then.
        on(Signal::USR1, |_| log("new"))?;
        Ok(())
    })
    .expect("ok");
    on(Signal::USR1, |_| log("old")).expect("ok");
    trip(Signal::HUP);
    trip(Signal::USR1);
    check_signals().expect("none fails");
    assert_eq!(take_log(), ["new"], "as in CPython");
    // Outside of a handler it is a safe point, with the old handlers.
    trip(Signal::USR1);
    on(Signal::USR1, |_| log("newer")).expect("ok");
    assert_eq!(take_log(), ["new"]);
}

/// CPython's bpo-43406. The report on standard error is compared with CPython's in `tests/cpython.rs`.
fn one_that_became_ignored_while_pending_is_not_run() {
    let _session = session();
    on(Signal::HUP, |_| signal(Signal::USR1, Disposition::Ignore).map(drop)).expect("ok");
    log_signal(Signal::USR1);
    log_signal(Signal::USR2);
    [Signal::HUP, Signal::USR1, Signal::USR2].into_iter().for_each(trip);
    check_signals().expect("none fails");
    assert_eq!(take_log(), ["SIGUSR2"]);
    assert_eq!(getsignal(Signal::USR1), Ok(Disposition::Ignore));
}

/// Counts how many of it are alive.
struct Counted(Arc<AtomicU32>);

impl Counted {
    fn new(alive: &Arc<AtomicU32>) -> Self {
        alive.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(alive))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
        // A destructor is user code: it may ask.
        let _ = getsignal(Signal::USR1);
    }
}

fn counting_handler(alive: &Arc<AtomicU32>) -> impl Fn(&Delivery) + Send + Sync + 'static {
    let counted = Counted::new(alive);
    move |_| assert!(counted.0.load(Ordering::Relaxed) > 0)
}

fn one_that_is_replaced_is_freed() {
    let alive = Arc::new(AtomicU32::new(0));
    let count = || alive.load(Ordering::Relaxed);
    let _session = session();
    let first = on(Signal::USR1, counting_handler(&alive)).expect("ok");
    assert_eq!((count(), first), (1, Disposition::Default));
    let second = on(Signal::USR1, counting_handler(&alive)).expect("ok");
    assert_eq!(count(), 2, "the earlier one is in our hands");
    let third = signal(Signal::USR1, second.clone()).expect("ok");
    drop(third);
    assert_eq!(count(), 1);
    drop(second);
    assert_eq!(count(), 1, "the table has its own handle");
    for _ in 0..100 {
        let _ = getsignal(Signal::USR1);
        raise_signal(Signal::USR1).expect("none fails");
    }
    assert_eq!(count(), 1);
    drop(signal(Signal::USR1, Disposition::Default).expect("ok"));
    assert_eq!(count(), 0);
    // Refused: not installed, and freed.
    let _ = on(Signal::KILL, counting_handler(&alive));
    assert_eq!(count(), 0);
}

fn all_are_freed_when_the_session_ends() {
    let alive = Arc::new(AtomicU32::new(0));
    let session = session();
    for target in [Signal::USR1, Signal::USR2, Signal::TERM] {
        on(target, counting_handler(&alive)).expect("ok");
    }
    // One that foreign code has pushed aside as well.
    sigtrip_tests::raw::sigaction(Signal::TERM, Some(sigtrip_tests::raw::Action::IGNORE));
    let kept = getsignal(Signal::USR1);
    drop(session);
    assert_eq!(alive.load(Ordering::Relaxed), 1, "the one that we hold");
    drop(kept);
    assert_eq!(alive.load(Ordering::Relaxed), 0);
}

fn they_may_allocate_lock_and_print() {
    let _session = session();
    on(Signal::USR1, |delivery| {
        println!("{}", "x".repeat(10_000));
        log(format!("{delivery:?}"));
    })
    .expect("ok");
    for _ in 0..100 {
        raise_signal(Signal::USR1).expect("none fails");
    }
    assert_eq!(take_log().len(), 100);
}

fn the_frame_is_the_safe_point() {
    let _session = session();
    on(Signal::USR1, |delivery| {
        log(format!(
            "{}:{}",
            delivery.frame().file().rsplit('/').next().unwrap_or(""),
            delivery.frame().line()
        ));
    })
    .expect("ok");
    trip(Signal::USR1);
    check_signals().expect("none fails");
    let line = line!() - 1;
    assert_eq!(take_log(), [format!("handlers.rs:{line}")]);
}

fn a_signal_sent_to_oneself_has_been_handled() {
    let _session = session();
    log_signal(Signal::USR1);
    raise_signal(Signal::USR1).expect("none fails");
    assert_eq!(take_log(), ["SIGUSR1"]);
    // One thread, and it does not block the signal: POSIX says that it is delivered before kill returns.
    sigtrip::kill(std::process::id().cast_signed(), Signal::USR1).expect("none fails");
    assert_eq!(take_log(), ["SIGUSR1"]);
    // A handler's failure comes back from the call that sent.
    on(Signal::USR1, |_| Err(Interrupt::exit(4))).expect("ok");
    assert!(matches!(raise_signal(Signal::USR1), Err(Interrupt::Exit(4))));
}

fn a_handler_runs_only_at_a_safe_point() {
    let _session = session();
    log_signal(Signal::USR1);
    trip(Signal::USR1);
    assert_eq!(take_log(), [""; 0]);
    check_signals().expect("none fails");
    assert_eq!(take_log(), ["SIGUSR1"]);
}
