//! Operations that are broken, each in one way that only a signal at the wrong moment shows. The stepper must find them all.

#![allow(unsafe_code)]

use std::{
    hint,
    sync::atomic::{
        AtomicBool, AtomicU32,
        Ordering::{AcqRel, Acquire, Relaxed, Release},
    },
};

use sigtrip::{Signal, check_signals, embed, on, signal};
use sigtrip_tests::{
    injected::Broken,
    raw::{self, Action},
};

use crate::stage::{Stage, bare_session, check, count, foreign_handler, session};

/// A bitmap, and the word on which its owner sleeps.
static PENDING: AtomicU32 = AtomicU32::new(0);
static ARMED: AtomicU32 = AtomicU32::new(0);

extern "C" fn trips(number: i32) {
    PENDING.fetch_or(1 << number, Release);
}

extern "C" fn trips_and_wakes(number: i32) {
    trips(number);
    if ARMED.swap(0, AcqRel) == 1 {
        futex(libc::FUTEX_WAKE, 1);
    }
}

fn futex(operation: i32, value: u32) {
    let no_timeout = std::ptr::null::<libc::timespec>();
    // SAFETY: the address of a static word.
    unsafe { libc::syscall(libc::SYS_futex, ARMED.as_ptr(), operation, value, no_timeout) };
}

fn install(signal: Signal, handler: extern "C" fn(i32)) {
    let all = !(1 << (libc::SIGKILL - 1)) & !(1 << (libc::SIGSTOP - 1)) & !(3 << 31);
    raw::sigaction(signal, Some(Action::new(handler, libc::SA_ONSTACK, all)));
}

/// Runs the handlers of these.
fn run(taken: u32, a: Signal, b: Signal) {
    for (which, signal) in [a, b].into_iter().enumerate() {
        if taken >> signal.number() & 1 != 0 {
            count(which);
        }
    }
}

/// A bitmap that both signals trip.
fn own_bitmap(a: Signal, b: Signal, handler: extern "C" fn(i32)) -> Stage {
    install(a, handler);
    install(b, handler);
    Stage::begin(a, b)
}

/// A right drain, for what the broken one has left.
fn finish_drained(stage: Stage, a: Signal, b: Signal) -> ! {
    stage.end();
    run(PENDING.swap(0, Acquire), a, b);
    stage.finish();
}

/// A trip that comes between the load and the store is overwritten.
pub(crate) fn drain_by_load_and_store(a: Signal, b: Signal) {
    let stage = own_bitmap(a, b, trips);
    let taken = PENDING.load(Acquire);
    PENDING.store(0, Relaxed);
    run(taken, a, b);
    finish_drained(stage, a, b);
}

/// A trip that comes while its handler runs is cleared with it.
pub(crate) fn clear_after_the_call(a: Signal, b: Signal) {
    trips(a.number());
    let stage = own_bitmap(a, b, trips);
    let pending = PENDING.load(Acquire);
    run(pending, a, b);
    PENDING.fetch_and(!pending, Acquire);
    finish_drained(stage, a, b);
}

/// What was taken is put back, lest something be lost.
pub(crate) fn puts_back(a: Signal, b: Signal) {
    let stage = own_bitmap(a, b, trips);
    let taken = PENDING.swap(0, Acquire);
    run(taken, a, b);
    PENDING.fetch_or(taken, Relaxed);
    finish_drained(stage, a, b);
}

/// A signal that comes between the look and the arming wakes nobody.
pub(crate) fn look_before_arming(a: Signal, b: Signal) {
    let stage = own_bitmap(a, b, trips_and_wakes);
    while PENDING.load(Acquire) == 0 {
        ARMED.swap(1, AcqRel);
        futex(libc::FUTEX_WAIT, 1);
        ARMED.swap(0, AcqRel);
    }
    finish_drained(stage, a, b);
}

/// As a session with handlers, but the first signal's function in the kernel is this one.
fn session_in_front(a: Signal, b: Signal, handler: extern "C" fn(i32)) {
    let _session = session(a, b);
    install(a, handler);
    let stage = Stage::begin(a, b);
    let done = check_signals();
    stage.end();
    check(done.is_ok(), Broken::Returned);
    stage.finish();
}

/// Does what the library's own would.
fn trip(number: i32) {
    if let Ok(signal) = Signal::from_raw(number) {
        embed::trip(signal);
    }
}

pub(crate) fn errno_is_not_kept(a: Signal, b: Signal) {
    extern "C" fn fails(number: i32) {
        trip(number);
        raw::set_errno(libc::ENOENT);
    }
    session_in_front(a, b, fails);
}

pub(crate) fn allocates(a: Signal, b: Signal) {
    extern "C" fn boxes(number: i32) {
        trip(*hint::black_box(Box::new(number)));
    }
    session_in_front(a, b, boxes);
}

pub(crate) fn asks_the_system(a: Signal, b: Signal) {
    extern "C" fn asks(number: i32) {
        trip(number);
        hint::black_box(raw::uid());
    }
    session_in_front(a, b, asks);
}

static LOCKED: AtomicBool = AtomicBool::new(false);

fn with_lock(what: impl FnOnce()) {
    while LOCKED.swap(true, Acquire) {
        hint::spin_loop();
    }
    what();
    LOCKED.store(false, Release);
}

/// A lock that signal context takes too, and that its owner holds without blocking signals.
pub(crate) fn locks(a: Signal, b: Signal) {
    extern "C" fn trips_with_lock(number: i32) {
        with_lock(|| trips(number));
    }
    let stage = own_bitmap(a, b, trips_with_lock);
    with_lock(|| run(PENDING.swap(0, Acquire), a, b));
    finish_drained(stage, a, b);
}

/// For a moment nobody handles it.
pub(crate) fn replaces_by_way_of_ignoring(a: Signal, b: Signal) {
    let _session = session(a, b);
    let stage = Stage::begin(a, b);
    let ignored = signal(a, sigtrip::Disposition::Ignore);
    let handled = on(a, |_| count(0));
    stage.end();
    check(ignored.is_ok() && handled.is_ok(), Broken::Returned);
    stage.finish();
}

/// It is handled, and then not, and then it is.
pub(crate) fn installs_twice(a: Signal, b: Signal) {
    let _session = bare_session();
    on(b, |_| count(1)).expect("a signal that can be handled");
    let stage = Stage::begin(a, b).expect_as_second();
    let first = on(a, |_| count(0));
    let none = signal(a, sigtrip::Disposition::Default);
    let second = on(a, |_| count(0));
    stage.end();
    check(first.is_ok() && none.is_ok() && second.is_ok(), Broken::Returned);
    stage.finish();
}

/// The handler has changed the mask, and what was remembered before it ran is put back.
pub(crate) fn mask_from_memory(a: Signal, b: Signal) {
    let _session = session(a, b);
    on(a, |_| {
        count(0);
        raw::block(Signal::WINCH, true);
    })
    .expect("a signal that can be handled");
    let stage = Stage::begin(a, b);
    let done = check_signals();
    stage.end();
    check(done.is_ok(), Broken::Returned);
    stage.finish();
}

/// It takes all that is pending, and forgets the rest when one fails; nobody looks again.
pub(crate) fn leaves_the_rest(a: Signal, b: Signal) {
    let _session = session(a, b);
    let stage = Stage::begin(a, b);
    let done = check_signals();
    stage.end();
    check(done.is_ok(), Broken::Returned);
    stage.finish_settled();
}

/// At a delivery the kernel puts the default back, as System V's `signal` did.
pub(crate) fn puts_the_default_back(a: Signal, b: Signal) {
    let _session = session(a, b);
    let ours = raw::sigaction(a, None);
    raw::sigaction(a, Some(Action { flags: ours.flags | libc::SA_RESETHAND, ..ours }));
    let stage = Stage::begin(a, b);
    let done = check_signals();
    stage.end();
    check(done.is_ok(), Broken::Returned);
    stage.finish();
}

/// The new function stands in the kernel before it is told of the foreign handler, which it is to call.
pub(crate) fn installs_before_it_links(a: Signal, b: Signal) {
    static CHAINED: AtomicBool = AtomicBool::new(false);
    extern "C" fn calls_the_foreign(_: i32) {
        if CHAINED.load(Acquire) {
            count(0);
        }
    }
    let _session = session(a, b);
    raw::sigaction(a, Some(foreign_handler()));
    let stage = Stage::begin(a, b);
    install(a, calls_the_foreign);
    CHAINED.store(true, Release);
    let stage = stage.expect(raw::sigaction(a, None));
    stage.end();
    stage.finish();
}
