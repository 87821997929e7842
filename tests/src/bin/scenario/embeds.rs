//! A host runtime: opaque words, a hook in signal context, safe points of its own.

#![allow(unsafe_code)]

use std::{
    cell::RefCell,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::atomic::{AtomicBool, AtomicU32, Ordering},
    thread,
    time::{Duration, Instant},
};

use sigtrip::{
    Error, Options, Signal,
    embed::{self, Disposition, Host, Word},
};
use sigtrip_tests::{
    PATIENCE,
    raw::{self, Action, sigaction},
};

use crate::helpers::{error, trip};

crate::scenarios!(
    the_table_is_filled_and_nothing_is_installed,
    words_are_installed_and_given_back,
    a_drain_hands_over_words_in_order,
    a_drain_that_fails_leaves_the_rest_and_tells_again,
    a_drain_that_panics_leaves_the_rest_and_tells_again,
    drains_nest,
    the_hook_is_called_at_each_delivery,
    a_simulated_signal,
    a_host_that_feeds_its_own_signals,
    a_wait_ends_when_a_signal_is_pending,
    a_word_that_other_code_pushed_aside_comes_back_as_stale,
    closures_are_refused,
    two_lives_one_after_the_other,
    failed_wakeup_writes_are_asked_for,
    python_start_up_leaves_ctrl_c_to_the_host,
);

fn host() -> Host {
    Host::open(Options::untouched()).expect("the first")
}

fn word(number: usize) -> Disposition {
    Disposition::Handler(Word::new(number).expect("small"))
}

/// What a drain hands over: the signal and the word's number, 0 for anything else.
fn drained(host: &Host) -> Vec<(Signal, usize)> {
    let seen = RefCell::new(Vec::new());
    let done: Result<(), ()> = host.drain(|signal, disposition| {
        seen.borrow_mut()
            .push((signal, if let Disposition::Handler(word) = disposition { word.get() } else { 0 }));
        Ok(())
    });
    done.expect("it does not fail");
    seen.into_inner()
}

fn the_table_is_filled_and_nothing_is_installed() {
    let actions = || Signal::all().filter(|s| !matches!(s.number(), 32 | 33)).map(|s| sigaction(s, None));
    sigaction(Signal::HUP, Some(Action::IGNORE));
    let before: Vec<_> = actions().collect();
    let host = host();
    assert_eq!(actions().collect::<Vec<_>>(), before);
    assert_eq!(host.get(Signal::USR1), Ok(Disposition::Default));
    assert_eq!(host.get(Signal::HUP), Ok(Disposition::Ignore));
    assert!(matches!(host.get(Signal::SEGV), Ok(Disposition::Foreign(_))));
    // The tags are there for simulated signals.
    assert!(!embed::trip(Signal::USR1) && !embed::trip(Signal::HUP));
    assert!(embed::trip(Signal::SEGV), "as in CPython: a foreign one trips, and is reported");
    assert_eq!(drained(&host), [(Signal::SEGV, 0)]);
}

fn words_are_installed_and_given_back() {
    let host = host();
    let replaced = host.set(Signal::USR1, word(7)).expect("ok");
    assert_eq!((replaced.disposition, replaced.stale), (Disposition::Default, None));
    assert_eq!(host.get(Signal::USR1), Ok(word(7)));
    let replaced = host.set(Signal::USR1, word(8)).expect("ok");
    assert_eq!(replaced.disposition, word(7));
    let replaced = host.set(Signal::USR1, Disposition::Ignore).expect("ok");
    assert_eq!(replaced.disposition, word(8));
    assert_eq!(host.set(Signal::KILL, word(1)), Err(Error::Uncatchable(Signal::KILL)));
    host.set(Signal::TERM, word(9)).expect("ok");
    drop(host);
    assert_eq!(sigaction(Signal::USR1, None), Action::DEFAULT);
    assert_eq!(sigaction(Signal::TERM, None), Action::DEFAULT);
    assert_eq!(Word::new(0), None);
    assert_eq!(Word::new(usize::MAX), None);
    assert_eq!(Word::new(usize::MAX - 1), None);
    assert_eq!(Word::new(usize::MAX - 2).map(Word::get), Some(usize::MAX - 2));
}

fn a_drain_hands_over_words_in_order() {
    let host = host();
    for (target, number) in [(Signal::TERM, 3), (Signal::HUP, 1), (Signal::USR1, 2)] {
        host.set(target, word(number)).expect("ok");
        trip(target);
    }
    assert!(embed::any_pending());
    assert_eq!(drained(&host), [(Signal::HUP, 1), (Signal::USR1, 2), (Signal::TERM, 3)]);
    assert!(!embed::any_pending());
}

static BREAKER: AtomicBool = AtomicBool::new(false);

fn set_breaker(_: Signal) {
    BREAKER.store(true, Ordering::Relaxed);
}

/// A host whose hook sets its eval breaker, with USR1 and USR2 pending and the breaker taken.
fn host_with_two_pending() -> Host {
    let host = host();
    // SAFETY: it stores to a static atomic.
    unsafe { host.set_notify(Some(set_breaker)) };
    for (target, number) in [(Signal::USR1, 1), (Signal::USR2, 2)] {
        host.set(target, word(number)).expect("ok");
        trip(target);
    }
    assert!(BREAKER.swap(false, Ordering::Relaxed));
    host
}

fn a_drain_that_fails_leaves_the_rest_and_tells_again() {
    let host = host_with_two_pending();
    assert_eq!(host.drain(|signal, _| Err(signal)), Err(Signal::USR1));
    assert!(BREAKER.swap(false, Ordering::Relaxed), "told again");
    assert_eq!(drained(&host), [(Signal::USR2, 2)]);
    assert!(!BREAKER.load(Ordering::Relaxed), "and not when nothing is left");
}

fn a_drain_that_panics_leaves_the_rest_and_tells_again() {
    let host = host_with_two_pending();
    let panicked =
        catch_unwind(AssertUnwindSafe(|| host.drain(|_, _| -> Result<(), ()> { panic!("on purpose") })));
    assert!(panicked.is_err());
    assert!(BREAKER.swap(false, Ordering::Relaxed), "told again");
    assert_eq!(drained(&host), [(Signal::USR2, 2)]);
}

fn drains_nest() {
    let host = host_with_two_pending();
    let mut inner = Vec::new();
    let outer: Result<(), ()> = host.drain(|signal, _| {
        assert_eq!(signal, Signal::USR1, "the inner drain takes the other");
        inner = drained(&host);
        host.set(Signal::USR1, word(10)).map(drop).map_err(drop)
    });
    assert_eq!((outer, inner), (Ok(()), vec![(Signal::USR2, 2)]));
    trip(Signal::USR1);
    assert_eq!(drained(&host), [(Signal::USR1, 10)]);
}

static CALLS: AtomicU32 = AtomicU32::new(0);
static LAST: AtomicU32 = AtomicU32::new(0);

fn count_calls(signal: Signal) {
    CALLS.fetch_add(1, Ordering::Relaxed);
    LAST.store(signal.number().unsigned_abs(), Ordering::Relaxed);
}

fn the_hook_is_called_at_each_delivery() {
    let host = host();
    host.set(Signal::USR1, word(1)).expect("ok"); // before there is a hook: it gets it later
    // SAFETY: it adds to static atomics.
    unsafe { host.set_notify(Some(count_calls)) };
    host.set(Signal::SEGV, word(2)).expect("ok");
    raw::set_errno(12345);
    for target in [Signal::USR1, Signal::USR1, Signal::SEGV] {
        trip(target);
        assert_eq!(LAST.load(Ordering::Relaxed), target.number().unsigned_abs());
    }
    assert_eq!((CALLS.load(Ordering::Relaxed), raw::errno()), (3, 12345));
    // SAFETY: none is set.
    unsafe { host.set_notify(None) };
    trip(Signal::USR1);
    assert_eq!(CALLS.load(Ordering::Relaxed), 3);
}

/// CPython's T8: `_thread.interrupt_main`.
fn a_simulated_signal() {
    let host = host();
    host.set(Signal::INT, word(1)).expect("ok");
    assert!(embed::trip(Signal::INT));
    assert_eq!(drained(&host), [(Signal::INT, 1)]);
    assert!(thread::spawn(|| embed::trip(Signal::INT)).join().expect("it does not panic"));
    assert_eq!(drained(&host), [(Signal::INT, 1)]);
    for ignored in [Disposition::Ignore, Disposition::Default] {
        host.set(Signal::INT, ignored).expect("ok");
        assert!(!embed::trip(Signal::INT), "nothing, and the process lives");
    }
    assert_eq!(drained(&host), []);
    drop(host);
    assert!(!embed::trip(Signal::INT));
}

extern "C" fn feed(number: std::ffi::c_int) {
    if let Ok(signal) = Signal::from_raw(number) {
        embed::trip(signal);
    }
}

fn a_host_that_feeds_its_own_signals() {
    let own = Action::new(feed, libc::SA_RESTART, 0);
    sigaction(Signal::USR1, Some(own));
    let host = host();
    let earlier =
        host.set_fed(Signal::USR1, sigtrip_core::Disposition::Handler(Word::new(5).expect("small")));
    assert_eq!(earlier, Ok(sigtrip_core::Disposition::Foreign(())));
    assert_eq!(sigaction(Signal::USR1, None), own, "the kernel was not touched");
    assert_eq!(host.get(Signal::USR1), Ok(word(5)));
    trip(Signal::USR1);
    assert_eq!(drained(&host), [(Signal::USR1, 5)]);
    assert_eq!(
        host.set_fed(Signal::STOP, sigtrip_core::Disposition::Default),
        Err(Error::Uncatchable(Signal::STOP))
    );
    drop(host);
    assert_eq!(sigaction(Signal::USR1, None), own);
}

fn a_wait_ends_when_a_signal_is_pending() {
    let host = host();
    host.set(Signal::USR1, word(1)).expect("ok");
    assert_eq!(host.wait(Some(Duration::from_millis(10))), Ok(false));
    trip(Signal::USR1);
    assert_eq!(host.wait(None), Ok(true), "one that came just before");
    drained(&host);
    // Received by another thread, while this one blocks it.
    let tid = raw::tid();
    let receiver = thread::spawn(move || {
        raw::wait_until_it_sleeps(tid);
        trip(Signal::USR1);
    });
    raw::block(Signal::USR1, true);
    let start = Instant::now();
    assert_eq!(host.wait(Some(PATIENCE)), Ok(true));
    assert!(start.elapsed() < PATIENCE);
    receiver.join().expect("it does not panic");
}

fn a_word_that_other_code_pushed_aside_comes_back_as_stale() {
    let host = host();
    host.set(Signal::USR1, word(1)).expect("ok");
    sigaction(Signal::USR1, Some(Action::IGNORE));
    assert_eq!(host.get(Signal::USR1), Ok(Disposition::Ignore));
    let replaced = host.set(Signal::USR1, word(2)).expect("ok");
    assert_eq!((replaced.disposition, replaced.stale), (Disposition::Ignore, Word::new(1)));
}

fn closures_are_refused() {
    let host = host();
    host.set(Signal::USR1, word(1)).expect("ok");
    assert_eq!(error(sigtrip::on(Signal::USR1, |_| {})), Error::Hosted);
    assert_eq!(sigtrip::getsignal(Signal::USR1), Err(Error::Hosted));
    assert_eq!(error(sigtrip::pause()), Error::Hosted);
    trip(Signal::USR1);
    assert!(sigtrip::check_signals().is_ok(), "it is not to run");
    assert_eq!(drained(&host), [(Signal::USR1, 1)]);
}

fn two_lives_one_after_the_other() {
    for _ in 0..2 {
        let host = host();
        host.set(Signal::USR1, word(1)).expect("ok");
        trip(Signal::USR1);
        drop(host); // what is pending is forgotten
        assert!(!embed::any_pending());
        let session = crate::helpers::session();
        crate::helpers::log_signal(Signal::USR1);
        trip(Signal::USR1);
        drop(session);
        assert_eq!(crate::helpers::take_log(), ["SIGUSR1"]);
    }
}

fn failed_wakeup_writes_are_asked_for() {
    use std::os::fd::AsFd;
    let host = host();
    host.set(Signal::USR1, word(1)).expect("ok");
    let (reader, writer) = std::io::pipe().expect("a pipe");
    raw::set_nonblocking(writer.as_fd());
    sigtrip::set_wakeup_fd(Some(writer.as_fd()), true).expect("ok");
    trip(Signal::USR1);
    assert_eq!(host.failed_wakeup_write(), None);
    drop(reader);
    sigaction(Signal::PIPE, Some(Action::IGNORE));
    trip(Signal::USR1);
    assert_eq!(host.failed_wakeup_write().map(sigtrip::Errno::raw), Some(libc::EPIPE));
    assert_eq!(host.failed_wakeup_write(), None, "told once");
}

fn python_start_up_leaves_ctrl_c_to_the_host() {
    sigaction(Signal::PIPE, Some(Action::DEFAULT));
    let host = Host::open(Options::python()).expect("the first");
    assert_eq!(host.get(Signal::INT), Ok(Disposition::Default));
    assert_eq!(host.get(Signal::PIPE), Ok(Disposition::Ignore));
    drop(host);
    assert_eq!(sigaction(Signal::PIPE, None), Action::DEFAULT);
}
