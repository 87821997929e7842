//! What a sanitizer must report: that it does shows that its silence elsewhere means something.
//!
//! Each is a program that only the sanitizers' runs start: `planted race`, for one, where two threads write one number.

#![allow(unsafe_code)]

use std::{
    cell::UnsafeCell,
    hint::black_box,
    process::ExitCode,
    ptr,
    sync::atomic::{AtomicBool, AtomicPtr, Ordering},
    thread,
};

use sigtrip::{Signal, check_signals, on};
use sigtrip_tests::raw::{self, Action};

use crate::{ends::Program, helpers::session};

pub(crate) const PROGRAMS: &[Program] = &[
    ("planted race", || play(race)),
    ("planted handler-race", || play(handler_race)),
    ("planted freed", || play(freed)),
    ("planted leak", || play(leak)),
    ("planted nothing", || play(nothing)),
];

fn play(what: fn()) -> ExitCode {
    what();
    ExitCode::SUCCESS
}

/// A number that says nothing of who may use it.
struct Shared(UnsafeCell<u32>);

// SAFETY: there is none: it is a lie, and the sanitizer is to find it out.
unsafe impl Sync for Shared {}

static NUMBER: Shared = Shared(UnsafeCell::new(0));

fn write() {
    let number = black_box(NUMBER.0.get());
    // SAFETY: inside the static; that nobody else uses it meanwhile is not true.
    unsafe { number.write_volatile(1) };
}

/// Two threads write one number.
fn race() {
    let other = thread::spawn(write);
    write();
    other.join().expect("it does not panic");
}

static DONE: AtomicBool = AtomicBool::new(false);

extern "C" fn write_and_say_so(_: i32) {
    write();
    DONE.store(true, Ordering::Relaxed); // Release is missing
}

/// A handler on one thread and another thread do, with a flag that orders nothing.
fn handler_race() {
    raw::sigaction(Signal::USR1, Some(Action::new(write_and_say_so, 0, 0)));
    let receiver = thread::spawn(|| {
        raw::Thread::current().send(Signal::USR1);
        // Where the sanitizer delivers what it has put off.
        thread::yield_now();
    });
    while !DONE.load(Ordering::Relaxed) {
        thread::yield_now();
    }
    write();
    receiver.join().expect("it does not panic");
}

static DATA: AtomicPtr<u32> = AtomicPtr::new(ptr::null_mut());

fn data() -> *mut u32 {
    DATA.store(Box::into_raw(Box::new(1)), Ordering::Relaxed);
    DATA.load(Ordering::Relaxed)
}

/// Data is used after it was freed.
fn freed() {
    // SAFETY: it was made by `Box::into_raw`.
    drop(unsafe { Box::from_raw(data()) });
    // SAFETY: there is none: it was freed.
    assert_ne!(unsafe { black_box(DATA.load(Ordering::Relaxed)).read_volatile() }, 2);
}

/// It is never freed.
fn leak() {
    assert!(!data().is_null());
    DATA.store(ptr::null_mut(), Ordering::Relaxed); // nobody knows it any more
}

/// None of these.
fn nothing() {
    let _session = session();
    let owner = raw::Thread::current();
    let captured = Box::new(1);
    on(Signal::USR1, move |_| DONE.store(*captured == 1, Ordering::Relaxed)).expect("it can be handled");
    thread::spawn(move || owner.send(Signal::USR1)).join().expect("it does not panic");
    while !DONE.load(Ordering::Relaxed) {
        check_signals().expect("none fails");
    }
}
