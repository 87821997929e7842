//! What a critical section is worth in a program with signals, over whichever implementation of the crate `critical-section` it was
//! built with (features `sections-of-sigtrip` and `sections-of-std`). Each case is run by name in a process of its own.

use std::{
    cell::Cell,
    ffi::c_int,
    process::ExitCode,
    sync::atomic::{AtomicBool, AtomicU32, Ordering},
    thread,
    time::Duration,
};

use critical_section::{Mutex, with};
use sigtrip::{RecordOptions, Session, Signal, Timer, check_signals, delivered, init, on, record, refused};
// It brings the implementation.
use sigtrip_tests::raw;

/// Two numbers that are equal outside critical sections.
static PAIR: Mutex<Cell<(u32, u32)>> = Mutex::new(Cell::new((0, 0)));
/// How often the handler ran, and how often it saw them differ.
static HANDLED: AtomicU32 = AtomicU32::new(0);
static TORN: AtomicU32 = AtomicU32::new(0);

fn step(between: impl FnOnce()) {
    with(|section| {
        let pair = PAIR.borrow(section);
        let (first, second) = pair.get();
        pair.set((first + 1, second));
        between();
        pair.set((first + 1, second + 1));
    });
}

fn pair() -> (u32, u32) {
    with(|section| PAIR.borrow(section).get())
}

extern "C" fn look(_: c_int) {
    let (first, second) = pair();
    TORN.fetch_add(u32::from(first != second), Ordering::Relaxed);
    step(|| {});
    HANDLED.fetch_add(1, Ordering::Relaxed);
}

fn handle(signal: Signal) {
    raw::sigaction(signal, Some(raw::Action::new(look, 0, 0)));
}

fn handled() -> u32 {
    HANDLED.load(Ordering::Relaxed)
}

/// A signal that comes in the middle waits for the end.
fn interrupted() {
    handle(Signal::USR1);
    step(|| {
        raw::Thread::current().send(Signal::USR1);
        assert_eq!(handled(), 0, "the handler was let into the section");
    });
    assert_eq!((handled(), TORN.load(Ordering::Relaxed), pair()), (1, 0, (2, 2)));
}

/// The end of an inner section is not the end.
fn nested() {
    handle(Signal::USR1);
    let mask = raw::mask();
    step(|| {
        with(|_| raw::Thread::current().send(Signal::USR1));
        assert_eq!(handled(), 0, "the inner section has let it in");
        assert_ne!(raw::mask(), mask);
    });
    assert_eq!((handled(), raw::mask()), (1, mask));
}

/// A section that a panic leaves is left.
fn left_by_a_panic() {
    let caught = std::panic::catch_unwind(|| with(|_| panic!("on purpose")));
    assert!(caught.is_err());
    let elsewhere = thread::spawn(|| step(|| {}));
    elsewhere.join().expect("the other thread gets in");
    assert_eq!(pair(), (1, 1));
}

fn errno_is_kept() {
    raw::set_errno(77);
    with(|_| {});
    assert_eq!(raw::errno(), 77);
}

const THREADS: u32 = 4;
const STEPS: u32 = 20_000;

/// Threads and a timer's signals, all in the same section.
fn a_storm() {
    handle(Signal::ALRM);
    let every = Duration::from_micros(300);
    sigtrip::setitimer(Timer::Real, every, every).expect("a timer");
    let workers = [(); THREADS as usize].map(|()| {
        thread::spawn(|| {
            for _ in 0..STEPS {
                step(|| {});
            }
        })
    });
    for worker in workers {
        worker.join().expect("no worker fails");
    }
    while handled() < 20 {
        step(|| {}); // until the storm has come
        HANDLED.fetch_add(1, Ordering::Relaxed);
    }
    sigtrip::setitimer(Timer::Real, Duration::ZERO, Duration::ZERO).expect("it stops");
    let steps = THREADS * STEPS + handled();
    assert_eq!((pair(), TORN.load(Ordering::Relaxed)), ((steps, steps), 0));
}

/// A child never finds a section held by a thread that it does not have, nor a pair that is half changed.
fn forks() {
    static STOP: AtomicBool = AtomicBool::new(false);
    let worker = thread::spawn(|| {
        while !STOP.load(Ordering::Relaxed) {
            step(thread::yield_now);
        }
    });
    for _ in 0..300 {
        let status = raw::in_a_fork(|| {
            let (first, second) = pair();
            step(|| {});
            i32::from(first != second)
        });
        assert_eq!(status, 0, "the child found the pair torn");
    }
    STOP.store(true, Ordering::Relaxed);
    worker.join().expect("the worker goes on");
}

/// A child that was made inside is inside, and leaves as its parent does.
fn a_fork_inside() {
    handle(Signal::USR1);
    with(|_| {
        let status = raw::in_a_fork(|| {
            raw::Thread::current().send(Signal::USR1);
            i32::from(handled() > 0)
        });
        assert_eq!(status, 0, "the child was not inside");
        raw::Thread::current().send(Signal::USR1);
        assert_eq!(handled(), 0, "the parent was no longer inside");
    });
    assert_eq!(handled(), 1);
}

const SENT: usize = 3000;

/// A session in which back-pressure has closed the door, with more behind it.
fn session_with_a_closed_door() -> (Session, Signal) {
    let session = init().expect("the first");
    let work = Signal::real_time_min();
    record(work, RecordOptions::new().back_pressure(true)).expect("a real-time signal");
    on(work, |delivery| assert!(delivery.records().count() > 0)).expect("ok");
    (0..SENT).for_each(|_| raw::Thread::current().send(work));
    assert!(raw::blocks(work) && delivered(work) < SENT);
    (session, work)
}

/// A safe point inside opens the door: that is for when the section is left.
fn the_door_is_opened_inside() {
    let (_session, work) = session_with_a_closed_door();
    while delivered(work) < SENT {
        let before = delivered(work);
        with(|_| {
            let inside = raw::mask();
            check_signals().expect("none fails");
            assert_eq!((raw::mask(), delivered(work)), (inside, before), "it was let into the section");
            let child = raw::in_a_fork(|| i32::from(raw::mask() != inside));
            assert_eq!(child, 0, "the child was not inside");
        });
        assert!(delivered(work) > before, "it was opened when the section was left");
    }
    check_signals().expect("none fails");
    assert_eq!((refused(work), raw::mask()), (0, 0));
}

/// Sections in which nothing is handled let nothing pass.
fn the_door_stays_closed() {
    let (_session, work) = session_with_a_closed_door();
    let before = delivered(work);
    for _ in 0..SENT {
        with(|_| ());
        assert!(raw::blocks(work));
    }
    assert_eq!(delivered(work), before);
    let child = raw::in_a_fork(|| {
        with(|_| ());
        i32::from(raw::mask() != 0)
    });
    assert_eq!(child, 0, "the child's is open");
    while raw::blocks(work) {
        check_signals().expect("none fails");
    }
    check_signals().expect("none fails");
    assert_eq!((delivered(work), refused(work), raw::mask()), (SENT, 0, 0));
}

const CASES: &[(&str, fn())] = &[
    ("interrupted", interrupted),
    ("nested", nested),
    ("left_by_a_panic", left_by_a_panic),
    ("errno_is_kept", errno_is_kept),
    ("a_storm", a_storm),
    ("forks", forks),
    ("a_fork_inside", a_fork_inside),
    ("the_door_is_opened_inside", the_door_is_opened_inside),
    ("the_door_stays_closed", the_door_stays_closed),
];

fn main() -> ExitCode {
    let wanted = std::env::args().nth(1).expect("a case, or --list");
    if wanted == "--list" {
        CASES.iter().for_each(|(name, _)| println!("{name}"));
        return ExitCode::SUCCESS;
    }
    let (_, case) = CASES.iter().find(|(name, _)| *name == wanted).expect("there is such a case");
    case();
    ExitCode::SUCCESS
}
