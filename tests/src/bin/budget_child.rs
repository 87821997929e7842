//! The program that the budget test single-steps: it sets one scenario up, asks to be traced, stops, and plays it.
//!
//! What is measured is either the delivery of the first signal after the stop, or the code between two breakpoints.
//! Each scenario looks afterwards at what it did: a count of code that did nothing would be worth nothing.

use std::{
    ffi::c_int,
    process::ExitCode,
    sync::atomic::{AtomicBool, AtomicU32, Ordering},
};

use sigtrip::{
    Delivery, Options, RecordOptions, Session, Signal, Signals, check_signals, delivered, init_with, on,
    record, shutdown_flag, take_records,
};
use sigtrip_core::{Dispatcher, Disposition, Kernel, OutOfRange, Signum};
use sigtrip_tests::{
    raw,
    traced::{breakpoint, stop_for_the_tracer},
};

/// As many as the largest scenario makes pending.
const SIGNALS: [Signal; 8] = [
    Signal::HUP,
    Signal::USR1,
    Signal::USR2,
    Signal::ALRM,
    Signal::TERM,
    Signal::CHLD,
    Signal::WINCH,
    Signal::IO,
];

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let scenario = arguments.next().expect("which scenario?");
    let pending = arguments.next().map_or(1, |k| k.parse().expect("how many pending signals?"));
    match scenario.as_str() {
        "empty handler" => empty_handler(),
        "lean trampoline" => trampoline(Options::untouched().polling(true), Signal::USR1),
        "armed trampoline" => trampoline(Options::untouched(), Signal::USR1),
        "fault trampoline" => trampoline(Options::untouched(), Signal::SEGV),
        "counted, polling" => recorded(Options::untouched().polling(true), RecordOptions::count_only(), 0),
        "counted" => recorded(Options::untouched(), RecordOptions::count_only(), 0),
        "recorded" => recorded(Options::untouched(), RecordOptions::new(), 1),
        "back-pressure, open" => back_pressure(1),
        "back-pressure, closing" => back_pressure(HIGH_WATER),
        "shutdown trampoline" => shutdown(),
        "hooks" => hooks(1),
        "four hooks" => hooks(4),
        "handler and hook" => handler_and_hook(),
        "iterator" => iterator(),
        "recorded iterator" => recorded_iterator(),
        "empty region" => empty_region(),
        "safe point" => safe_point(),
        "core dispatch" => core_dispatch(pending),
        "shim dispatch" => shim_dispatch(pending),
        other => panic!("no such scenario: {other}"),
    }
    ExitCode::SUCCESS
}

fn raise(signal: c_int) {
    // SAFETY: a number in, a number out.
    assert_eq!(unsafe { libc::raise(signal) }, 0);
}

extern "C" fn does_nothing(_: c_int) {}

/// The floor, and the check that the counting is right: a return and the two instructions of libc's restorer.
fn empty_handler() {
    // SAFETY: a handler that does nothing may interrupt anything.
    let earlier = unsafe { libc::signal(libc::SIGUSR1, does_nothing as *const () as libc::sighandler_t) };
    assert_eq!(earlier, libc::SIG_DFL);
    stop_for_the_tracer();
    raise(libc::SIGUSR1);
}

static HANDLED: AtomicU32 = AtomicU32::new(0);

fn count(_: &Delivery) {
    HANDLED.fetch_add(1, Ordering::Relaxed);
}

fn session(options: Options) -> Session {
    init_with(options).expect("no session is open")
}

fn trampoline(options: Options, signal: Signal) {
    let _session = session(options);
    on(signal, count).expect("a signal that can be handled");
    stop_for_the_tracer();
    let me = std::process::id().cast_signed();
    // SAFETY: numbers in, a number out.
    assert_eq!(unsafe { libc::kill(me, signal.number()) }, 0);
    check_signals().expect("the handler does not fail");
    assert_eq!(HANDLED.load(Ordering::Relaxed), 1);
}

fn recorded(options: Options, what: RecordOptions, records: usize) {
    let _session = session(options);
    record(Signal::USR1, what).expect("a signal that can be handled");
    on(Signal::USR1, count).expect("a signal that can be handled");
    stop_for_the_tracer();
    raise(libc::SIGUSR1);
    assert_eq!(delivered(Signal::USR1), 1);
    let taken: Vec<_> = take_records().expect("the owner").map(|record| record.info().pid()).collect();
    assert_eq!(taken, vec![Some(std::process::id().cast_signed()); records]);
    check_signals().expect("the handler does not fail");
    assert_eq!(HANDLED.load(Ordering::Relaxed), 1);
}

/// With so many records the door is closed.
const HIGH_WATER: usize = 768;

/// The delivery that brings this record.
fn back_pressure(record_number: usize) {
    let _session = session(Options::untouched());
    let work = Signal::real_time_min();
    record(work, RecordOptions::new().back_pressure(true)).expect("a real-time signal");
    on(work, count).expect("a signal that can be handled");
    (1..record_number).for_each(|_| raise(work.number()));
    assert!(!raw::blocks(work));
    stop_for_the_tracer();
    raise(work.number());
    assert_eq!(raw::blocks(work), record_number == HIGH_WATER);
    assert_eq!(take_records().expect("the owner").count(), record_number);
    check_signals().expect("the handler does not fail");
    assert!(!raw::blocks(work));
}

fn shutdown() {
    let _session = session(Options::untouched());
    let flag = shutdown_flag([Signal::TERM]).expect("a signal that can be handled");
    stop_for_the_tracer();
    raise(libc::SIGTERM);
    assert_eq!(flag.signal(), Some(Signal::TERM));
}

/// A hook that does as little as one can: it sets a flag.
fn register_hook() {
    static SET: AtomicBool = AtomicBool::new(false);
    // SAFETY: an atomic store.
    let id = unsafe { sigtrip::register_hook(Signal::USR1, |_| SET.store(true, Ordering::Relaxed)) };
    id.expect("a signal that can have hooks");
}

fn hooks(count: usize) {
    // Elsewhere as many as you like: they cost nothing here.
    for signal in SIGNALS.into_iter().filter(|&signal| signal != Signal::USR1) {
        for _ in 0..100 {
            // SAFETY: it does nothing.
            unsafe { sigtrip::register_hook(signal, |_| {}) }.expect("a signal that can have hooks");
        }
    }
    (0..count).for_each(|_| register_hook());
    stop_for_the_tracer();
    raise(libc::SIGUSR1);
}

fn iterator() {
    let signals = Signals::new(SIGNALS).expect("they can be received");
    stop_for_the_tracer();
    raise(libc::SIGUSR1);
    assert!(signals.pending().eq([Signal::USR1]));
}

fn recorded_iterator() {
    let signals = Signals::with_records(SIGNALS).expect("they can be received");
    stop_for_the_tracer();
    raise(libc::SIGUSR1);
    assert!(signals.pending().map(|received| received.info().is_some()).eq([true]));
}

fn handler_and_hook() {
    let _session = session(Options::untouched());
    on(Signal::USR1, count).expect("a signal that can be handled");
    register_hook();
    stop_for_the_tracer();
    raise(libc::SIGUSR1);
    check_signals().expect("the handler does not fail");
    assert_eq!(HANDLED.load(Ordering::Relaxed), 1);
}

fn empty_region() {
    stop_for_the_tracer();
    breakpoint();
    breakpoint();
}

#[cold]
#[inline(never)]
fn unexpected() {
    panic!("nothing was pending");
}

fn safe_point() {
    let _session = session(Options::untouched());
    stop_for_the_tracer();
    breakpoint();
    if check_signals().is_err() {
        unexpected();
    }
    breakpoint();
}

fn shim_dispatch(pending: usize) {
    fn empty(_: &Delivery) {}
    let _session = session(Options::untouched());
    for signal in SIGNALS {
        on(signal, empty).expect("a signal that can be handled");
    }
    stop_for_the_tracer();
    SIGNALS.iter().take(pending).for_each(|signal| raise(signal.number()));
    breakpoint();
    let handled = check_signals();
    breakpoint();
    handled.expect("the handlers do not fail");
}

/// A kernel for signals that are fed by hand to an owner who never sleeps.
struct Model;

impl Kernel for Model {
    type Foreign = ();
    type Error = OutOfRange;

    fn set_disposition(&self, _: Signum, _: &Disposition<()>) -> Result<Disposition<()>, OutOfRange> {
        Ok(Disposition::Default)
    }

    fn wake(&self) {}
}

fn core_dispatch(pending: usize) {
    fn empty(_: Signum) {}
    static DISPATCHER: Dispatcher<fn(Signum), 1> = Dispatcher::new();
    for signal in SIGNALS {
        let handler = Disposition::Handler(empty as fn(Signum));
        DISPATCHER.set_disposition(&Model, signal.signum(), handler).expect("in range");
    }
    SIGNALS.iter().take(pending).for_each(|signal| assert!(DISPATCHER.trip(&Model, signal.signum())));
    stop_for_the_tracer();
    breakpoint();
    let done = DISPATCHER.dispatch(&Model, |signal, disposition| match disposition {
        Disposition::Handler(handler) => {
            handler(signal);
            Ok(())
        }
        _ => Err(signal),
    });
    breakpoint();
    assert_eq!((done, DISPATCHER.any_pending()), (Ok(()), false));
}
