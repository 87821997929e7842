//! Back-pressure: a storm of a real-time signal, of which nothing is refused, and whatever may end it.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use sigtrip::{
    Delivery, Error, Options, Origin, Record, RecordOptions, Signal, SignalSet, check_signals, delivered,
    embed::{self, Host, Word},
    init_with, on, pause, pause_for, record, refused, sigqueue, sleep, take_records,
};
use sigtrip_tests::{PATIENCE, raw};

use crate::{
    doors::told,
    helpers::{errno, fail_with, failed_with, session},
    hooks::hook,
};

crate::scenarios!(
    a_hundred_thousand_are_all_received_in_order,
    without_it_what_does_not_fit_is_refused,
    a_sender_is_told_when_the_kernels_queue_is_full,
    a_wait_lets_them_in,
    a_full_sleep_lets_them_all_in,
    handlers_that_leave_their_records_are_called_all_the_same,
    a_handler_that_fails_leaves_it_open,
    a_handler_that_panics_leaves_it_open,
    a_handler_with_a_safe_point,
    closed_inside_a_foreign_handler,
    another_thread_that_receives_it,
    with_a_hook_and_with_extras,
    a_session_that_polls,
    a_hosts_drain_opens_it,
    asked_for_no_more,
    two_signals_behind_one_door,
    a_session_ends_with_all_handled,
    a_session_that_ends_with_a_panic_gives_all_back,
    a_session_that_ends_with_records_that_nobody_takes,
    a_hosts_session_ends_open,
    only_real_time_signals,
    errno_is_kept,
);

/// Where the door is closed, and how many the ring has room for.
pub(crate) const HIGH_WATER: i32 = 768;
const ROOM: usize = 1024;
/// More than there is room for.
pub(crate) const MANY: i32 = 3000;

static TAKEN: Mutex<Vec<Record>> = Mutex::new(Vec::new());

/// The values that handlers have taken.
pub(crate) fn values() -> Vec<i32> {
    TAKEN.lock().expect("nobody panics with it").iter().map(value).collect()
}

fn value(record: &Record) -> i32 {
    match record.origin() {
        Origin::Queue { value, .. } => value,
        other => panic!("queued, not {other:?}"),
    }
}

pub(crate) fn work() -> Signal {
    Signal::real_time(3).expect("there are more")
}

pub(crate) fn with_back_pressure() -> RecordOptions {
    RecordOptions::new().back_pressure(true)
}

/// Has a handler take all records of this signal.
pub(crate) fn take_all_of(target: Signal) {
    record(target, with_back_pressure()).expect("a real-time signal");
    on(target, take).expect("ok");
}

/// What such a handler does.
pub(crate) fn take(delivery: &Delivery) {
    TAKEN.lock().expect("nobody panics with it").extend(delivery.records());
}

/// Queues these for this process, which is this thread, and has no safe point.
pub(crate) fn queue(target: Signal, values: std::ops::RangeInclusive<i32>) {
    values.for_each(|value| raw::queue(target, value));
}

/// So many are queued that the door is closed.
pub(crate) fn close() {
    queue(work(), 1..=MANY);
    assert!(raw::blocks(work()), "it is closed");
    assert_eq!(delivered(work()), HIGH_WATER as usize);
}

/// Safe points until all are there.
#[track_caller]
pub(crate) fn all_come() {
    while delivered(work()) < MANY as usize {
        pause().expect("none fails");
    }
    check_signals().expect("none fails");
    assert_eq!((values(), refused(work())), ((1..=MANY).collect(), 0));
    assert_eq!(raw::mask(), 0);
}

fn fork_a_sender(all: i32, last: Signal) -> i32 {
    let parent = std::process::id().cast_signed();
    let send = move |signal, value| {
        while sigqueue(parent, signal, value).is_err() {
            thread::yield_now(); // the queue is full
        }
    };
    let sender = raw::fork();
    if sender == 0 {
        (1..=all).for_each(|number| send(work(), number));
        send(last, 0);
        raw::exit_now(0);
    }
    sender
}

/// From another process, as fast as it can, to one whose handlers are slow. Returns what was received, and how often the door was closed.
fn storm(all: i32, options: RecordOptions) -> (Vec<i32>, usize) {
    static DONE: AtomicBool = AtomicBool::new(false);
    static CLOSED: AtomicUsize = AtomicUsize::new(0);
    record(work(), options).expect("a real-time signal");
    on(work(), |delivery| {
        CLOSED.fetch_add(usize::from(raw::blocks(work())), Ordering::Relaxed);
        thread::sleep(Duration::from_millis(2));
        take(delivery);
    })
    .expect("ok");
    let last = Signal::real_time(4).expect("there are more");
    on(last, |_| DONE.store(true, Ordering::Relaxed)).expect("ok");
    let sender = fork_a_sender(all, last);
    while !DONE.load(Ordering::Relaxed) {
        assert_ne!(pause_for(PATIENCE).expect("none fails"), Duration::ZERO, "the last one was lost");
    }
    assert_eq!(raw::wait_for_exit(sender), 0);
    while embed::any_pending() {
        check_signals().expect("none fails");
    }
    (values(), CLOSED.load(Ordering::Relaxed))
}

fn a_hundred_thousand_are_all_received_in_order() {
    const ALL: i32 = 100_000;
    let _session = session();
    let (values, closed) = storm(ALL, with_back_pressure());
    println!("sent {ALL}, received {}, refused {}, closed {closed} times", values.len(), refused(work()));
    assert_eq!(values, (1..=ALL).collect::<Vec<_>>());
    assert_eq!((delivered(work()), refused(work()), raw::mask()), (ALL as usize, 0, 0));
    assert!(closed > 10, "this is no storm: {closed}");
}

/// The same storm, so that the other shows something.
fn without_it_what_does_not_fit_is_refused() {
    const ALL: i32 = 100_000;
    let _session = session();
    let (values, closed) = storm(ALL, RecordOptions::new());
    let refused = refused(work());
    println!("sent {ALL}, received {}, refused {refused}, closed {closed} times", values.len());
    assert!(values.is_sorted_by(|a, b| a < b), "in order, and each once");
    assert_eq!((values.len() + refused, delivered(work()), closed), (ALL as usize, ALL as usize, 0));
    assert!(refused > 0, "this is no storm");
}

/// What the kernel has taken comes; what it has not taken the sender knows of.
fn a_sender_is_told_when_the_kernels_queue_is_full() {
    let _session = session();
    take_all_of(work());
    close();
    raw::limit_queue(MANY.unsigned_abs() / 2); // less than what waits
    let me = std::process::id().cast_signed();
    let sender = || {
        assert_eq!(errno(sigqueue(me, work(), MANY + 1)), libc::EAGAIN);
        0
    };
    assert_eq!(raw::in_a_fork(sender), 0, "it was not told");
    all_come();
}

/// Each of them, and each by itself: with the signal behind the door nothing would wake it.
fn a_wait_lets_them_in() {
    let _session = session();
    take_all_of(work());
    close();
    pause().expect("none fails");
    assert_eq!(values().len(), HIGH_WATER as usize);
    assert_eq!(delivered(work()), 2 * HIGH_WATER as usize, "and the next");
    assert!(pause_for(PATIENCE).expect("none fails") > Duration::ZERO);
    assert_eq!(values().len(), 2 * HIGH_WATER as usize);
    all_come();
}

fn a_full_sleep_lets_them_all_in() {
    let _session = session();
    take_all_of(work());
    close();
    sleep(Duration::from_millis(1)).expect("none fails");
    all_come();
    assert_eq!(pause_for(Duration::from_millis(1)).expect("none fails"), Duration::ZERO, "and no more");
}

/// Then each safe point lets one in; what has no room in the end is refused, and counted.
fn handlers_that_leave_their_records_are_called_all_the_same() {
    static CALLS: AtomicUsize = AtomicUsize::new(0);
    let _session = session();
    record(work(), with_back_pressure()).expect("a real-time signal");
    on(work(), |_| {
        CALLS.fetch_add(1, Ordering::Relaxed);
    })
    .expect("ok");
    close();
    while delivered(work()) < MANY as usize {
        pause().expect("none fails");
    }
    check_signals().expect("none fails");
    assert_eq!(CALLS.load(Ordering::Relaxed), (MANY - HIGH_WATER + 1) as usize);
    assert_eq!(take_records().expect("ok").count() + refused(work()), MANY as usize);
    assert_eq!((refused(work()), raw::mask()), (MANY as usize - ROOM, 0));
}

fn a_handler_that_fails_leaves_it_open() {
    let _session = session();
    record(work(), with_back_pressure()).expect("a real-time signal");
    fail_with(work(), 3);
    queue(work(), 1..=HIGH_WATER);
    assert!(raw::blocks(work()));
    failed_with(check_signals(), 3);
    assert_eq!((raw::mask(), embed::any_pending()), (0, false), "nothing would open it");
}

fn a_handler_that_panics_leaves_it_open() {
    let _session = session();
    record(work(), with_back_pressure()).expect("a real-time signal");
    on(work(), |_| -> () { panic!("on purpose") }).expect("ok");
    queue(work(), 1..=HIGH_WATER);
    assert!(raw::blocks(work()));
    assert!(catch_unwind(AssertUnwindSafe(check_signals)).is_err());
    assert_eq!((raw::mask(), embed::any_pending()), (0, false), "nothing would open it");
}

/// The inner pass opens, its own signals close, and the outer goes on.
fn a_handler_with_a_safe_point() {
    static DEPTH: AtomicUsize = AtomicUsize::new(0);
    let _session = session();
    record(work(), with_back_pressure()).expect("a real-time signal");
    on(work(), |delivery| {
        take(delivery);
        if DEPTH.fetch_add(1, Ordering::Relaxed) < 2 {
            check_signals()?;
        }
        Ok(())
    })
    .expect("ok");
    close();
    check_signals().expect("none fails");
    all_come();
}

/// The frame that was closed returns to the foreign handler, and that one's own frame opens it again. It is found out anew.
fn closed_inside_a_foreign_handler() {
    extern "C" fn foreign(_: i32) {
        queue(work(), 1..=HIGH_WATER + 10);
        INSIDE.store(raw::blocks(work()), Ordering::Relaxed);
    }
    static INSIDE: AtomicBool = AtomicBool::new(false);
    let _session = session();
    take_all_of(work());
    raw::sigaction(Signal::USR1, Some(raw::Action::new(foreign, 0, 0)));
    raw::send_to_process(Signal::USR1);
    assert!(INSIDE.load(Ordering::Relaxed), "it was closed there");
    let after = (delivered(work()), raw::blocks(work()));
    assert_eq!(after, ((HIGH_WATER + 1) as usize, true), "it was open, one came through, and has closed it");
    queue(work(), HIGH_WATER + 11..=MANY);
    all_come();
}

/// Its mask is its own, and what has no room there is refused and counted.
fn another_thread_that_receives_it() {
    const ALL: usize = 2000;
    let _session = session();
    take_all_of(work());
    let receives = thread::spawn(|| {
        (0..ALL).for_each(|_| raw::Thread::current().send(work()));
        raw::mask()
    });
    assert_eq!(receives.join().expect("it does not panic"), 0);
    assert_eq!((delivered(work()), refused(work()), raw::mask()), (ALL, ALL - ROOM, 0));
    raw::queue(work(), 1);
    assert!(raw::blocks(work()), "here it is closed");
    check_signals().expect("none fails");
    assert_eq!((raw::mask(), TAKEN.lock().expect("ok").len()), (0, ROOM));
}

/// By every trampoline that keeps records.
fn with_a_hook_and_with_extras() {
    static HOOKED: AtomicUsize = AtomicUsize::new(0);
    let _session = session();
    take_all_of(work());
    let (read, write) = std::io::pipe().expect("the system has pipes");
    raw::set_nonblocking(std::os::fd::AsFd::as_fd(&write));
    sigtrip::set_wakeup_fd(Some(std::os::fd::AsFd::as_fd(&write)), false).expect("ok");
    let hook = hook(work(), |_| {
        HOOKED.fetch_add(1, Ordering::Relaxed);
    });
    close();
    all_come();
    assert_eq!(HOOKED.load(Ordering::Relaxed), MANY as usize);
    assert!(sigtrip::unregister_hook(hook));
    drop(read);
}

fn a_session_that_polls() {
    let _session = init_with(Options::untouched().polling(true)).expect("the first");
    take_all_of(work());
    close();
    while embed::any_pending() {
        check_signals().expect("none fails");
    }
    all_come();
}

fn a_hosts_drain_opens_it() {
    let host = Host::open(Options::untouched()).expect("the first");
    record(work(), with_back_pressure()).expect("a real-time signal");
    host.set(work(), embed::Disposition::Handler(Word::new(1).expect("small"))).expect("ok");
    close();
    check_signals().expect("it is the host's to drain");
    assert_eq!(told(), SignalSet::new());
    assert!(raw::blocks(work()));
    let child = raw::in_a_fork(|| i32::from(raw::mask() != 0 || !told().is_empty() || raw::mask() != 0));
    assert_eq!(child, 0, "the child's is open, and nothing closes it");
    assert_eq!(host.wait(None), Ok(true), "it does not sleep while it is closed");
    let mut received = Vec::new();
    while embed::any_pending() {
        host.drain(|_, _| take_records().map(|records| received.extend(records))).expect("none fails");
    }
    assert_eq!(received.iter().map(value).collect::<Vec<_>>(), (1..=MANY).collect::<Vec<_>>());
    assert_eq!((raw::mask(), refused(work())), (0, 0));
}

/// It is opened at once, and is not closed again.
fn asked_for_no_more() {
    let _session = session();
    take_all_of(work());
    close();
    record(work(), RecordOptions::new()).expect("ok");
    assert_eq!((raw::mask(), delivered(work())), (0, MANY as usize), "all that waited has come");
    assert_eq!(refused(work()), MANY as usize - ROOM);
    queue(work(), 1..=10);
    assert_eq!(raw::mask(), 0);
    check_signals().expect("none fails");
    assert_eq!(values().len(), ROOM);
}

fn two_signals_behind_one_door() {
    let other = Signal::real_time(5).expect("there are more");
    let _session = session();
    take_all_of(work());
    take_all_of(other);
    close();
    assert!(raw::blocks(other), "both");
    queue(other, 1..=5);
    assert_eq!(delivered(other), 0);
    record(other, RecordOptions::new()).expect("ok");
    assert_eq!(
        (raw::blocks(work()), raw::blocks(other), delivered(other)),
        (true, false, 5),
        "that one alone"
    );
    record(other, with_back_pressure()).expect("ok");
    assert_eq!((raw::blocks(work()), raw::blocks(other)), (true, true), "and again");
    while delivered(work()) < MANY as usize {
        pause().expect("none fails");
    }
    check_signals().expect("none fails");
    assert_eq!((values().len(), refused(work()) + refused(other)), (MANY as usize + 5, 0));
    assert_eq!(raw::mask(), 0);
}

/// What waits in the kernel would otherwise meet the default action, which kills.
fn a_session_ends_with_all_handled() {
    let session = session();
    take_all_of(work());
    close();
    drop(session);
    assert_eq!((values(), raw::mask()), ((1..=MANY).collect(), 0));
    assert_eq!(raw::sigaction(work(), None), raw::Action::DEFAULT);
    let _next = crate::helpers::session();
    assert_eq!(delivered(work()), 0);
}

fn a_session_that_ends_with_a_panic_gives_all_back() {
    static CALLS: AtomicUsize = AtomicUsize::new(0);
    let session = session();
    record(work(), with_back_pressure()).expect("a real-time signal");
    on(work(), |_| -> () {
        CALLS.fetch_add(1, Ordering::Relaxed);
        panic!("on purpose");
    })
    .expect("ok");
    close();
    assert!(catch_unwind(AssertUnwindSafe(|| drop(session))).is_err());
    assert!(CALLS.load(Ordering::Relaxed) >= 2, "again for what had waited");
    assert_eq!((raw::mask(), raw::sigaction(work(), None)), (0, raw::Action::DEFAULT));
    assert!(sigtrip::init().is_ok(), "it is over");
}

/// It ends all the same, and the handler has run after the last of them.
fn a_session_that_ends_with_records_that_nobody_takes() {
    static SEEN: AtomicUsize = AtomicUsize::new(0);
    let session = session();
    record(work(), with_back_pressure()).expect("a real-time signal");
    on(work(), |_| SEEN.store(delivered(work()), Ordering::Relaxed)).expect("ok");
    close();
    drop(session);
    assert_eq!((SEEN.load(Ordering::Relaxed), raw::mask()), (MANY as usize, 0));
    assert_eq!(raw::sigaction(work(), None), raw::Action::DEFAULT);
}

fn a_hosts_session_ends_open() {
    let host = Host::open(Options::untouched()).expect("the first");
    record(work(), with_back_pressure()).expect("a real-time signal");
    host.set(work(), embed::Disposition::Handler(Word::new(1).expect("small"))).expect("ok");
    close();
    drop(host);
    assert_eq!((raw::mask(), raw::sigaction(work(), None)), (0, raw::Action::DEFAULT));
}

fn only_real_time_signals() {
    assert_eq!(record(work(), with_back_pressure()), Err(Error::NotInitialized));
    let _session = session();
    for refused in [Signal::USR1, Signal::SEGV, Signal::CHLD, Signal::KILL] {
        let expected = if refused == Signal::KILL {
            Error::Uncatchable(refused)
        } else {
            Error::NoBackPressure(refused)
        };
        assert_eq!(record(refused, with_back_pressure()), Err(expected));
        assert_eq!(delivered(refused), 0);
    }
    assert_eq!(RecordOptions::count_only().back_pressure(true), RecordOptions::count_only());
    take_all_of(work());
    on(Signal::USR1, |_| ()).expect("ok");
    record(Signal::USR1, RecordOptions::new()).expect("ok");
    for _ in 0..ROOM {
        raw::send_to_process(Signal::USR1);
    }
    assert_eq!(raw::mask(), 0, "who has not asked for it closes nothing");
    raw::queue(work(), 1);
    let shut = 1 << (work().number() - 1);
    assert_eq!(raw::mask(), shut, "and nobody else is shut out");
    raw::send_to_process(Signal::USR1);
    assert_eq!(delivered(Signal::USR1), ROOM + 1);
    assert_eq!(take_records().expect("ok").count(), ROOM);
    check_signals().expect("none fails");
    assert_eq!((raw::mask(), delivered(work()), refused(work())), (0, 1, 1));
}

fn errno_is_kept() {
    let _session = session();
    take_all_of(work());
    for number in 1..=HIGH_WATER + 1 {
        raw::set_errno(4711);
        raw::Thread::current().send(work());
        assert_eq!(raw::errno(), 4711, "{number}");
    }
    assert!(raw::blocks(work()));
}
