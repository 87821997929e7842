//! What both layers offer: handlers that are functions, no heap. Run it with `--no-default-features` to test the layer
//! without std (it passes with std too). Each case runs in a process of its own: this program, with the case's name.

use core::{
    sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering},
    time::Duration,
};
use std::process::Command;

use libtest_mimic::{Arguments, Trial};
use sigtrip::{
    Delivery, Disposition, Error, Handler, HookOptions, Interrupt, KernelDisposition, MaskHow, Options,
    Origin, RecordOptions, Signal, SignalSet, StaticHook, Timer, TimerSetting, alarm, block, check_signals,
    delivered, getitimer, getsignal,
    hooks::{self, Ready},
    init, init_with, kernel_disposition, killpg, on, pause, pause_for, pthread_sigmask, python, raise_signal,
    record, refused, register_static_hook, setitimer, shutdown_flag, siginterrupt, signal, sigpending,
    sigqueue, sigsuspend, sigtimedwait, sigwait, sleep, strsignal, take_records, unrecorded, unregister_hook,
};

static HANDLED: AtomicU32 = AtomicU32::new(0);

fn count(_: &Delivery) {
    HANDLED.fetch_add(1, Ordering::Relaxed);
}

fn fail(_: &Delivery) -> Result<(), Interrupt> {
    Err(Interrupt::exit(7))
}

fn handled() -> u32 {
    HANDLED.load(Ordering::Relaxed)
}

const CASES: &[(&str, fn())] = &[
    ("a_function_is_a_handler", a_function_is_a_handler),
    ("a_closure_without_data_is_a_handler", a_closure_without_data_is_a_handler),
    ("a_handler_can_fail", a_handler_can_fail),
    ("everything_is_given_back", everything_is_given_back),
    ("waits_run_handlers", waits_run_handlers),
    ("signals_are_accepted_without_a_handler", signals_are_accepted_without_a_handler),
    ("a_polling_session", a_polling_session),
    ("the_shutdown_flag", the_shutdown_flag),
    ("masks_hold_signals_back", masks_hold_signals_back),
    ("a_full_mask_comes_back", a_full_mask_comes_back),
    ("timers_tick", timers_tick),
    ("signals_can_be_sent", signals_can_be_sent),
    ("siginterrupt_is_undone_at_the_end", siginterrupt_is_undone_at_the_end),
    ("hooks_are_statics", hooks_are_statics),
    ("hooks_can_be_ready_made", hooks_can_be_ready_made),
    ("deliveries_are_recorded", deliveries_are_recorded),
    ("back_pressure_refuses_none", back_pressure_refuses_none),
    ("errors_can_be_told_apart_and_printed", errors_can_be_told_apart_and_printed),
    ("handlers_that_fail_at_the_end", handlers_that_fail_at_the_end),
];

fn main() {
    if let Ok(wanted) = std::env::var("SIGTRIP_CASE") {
        let case = CASES.iter().find(|(name, _)| *name == wanted).expect("a case of this name");
        return (case.1)();
    }
    let trials = CASES.iter().map(|(name, _)| Trial::test(*name, || run_alone(name)));
    let report = Trial::test("what_fails_at_the_end_is_said", what_fails_at_the_end_is_said);
    libtest_mimic::run(&Arguments::from_args(), trials.chain([report]).collect()).exit();
}

/// This program again: for another processor by the emulator that `SIGTRIP_EMULATOR` names, with its arguments.
fn this_program() -> std::io::Result<Command> {
    let me = std::env::current_exe()?;
    let emulator = std::env::var("SIGTRIP_EMULATOR").unwrap_or_default();
    let mut words = emulator.split_whitespace();
    let Some(first) = words.next() else { return Ok(Command::new(me)) };
    let mut command = Command::new(first);
    command.args(words).arg(me);
    Ok(command)
}

fn run_alone(name: &str) -> Result<(), libtest_mimic::Failed> {
    let output = this_program()?.env("SIGTRIP_CASE", name).output()?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{}\n{}", output.status, String::from_utf8_lossy(&output.stderr)).into())
}

/// And why, by both layers: the one without std does so without the machinery for formatting.
fn what_fails_at_the_end_is_said() -> Result<(), libtest_mimic::Failed> {
    let output = this_program()?.env("SIGTRIP_CASE", "handlers_that_fail_at_the_end").output()?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let line = |why: &str| format!("sigtrip: a handler failed while the session ended: {why}\n");
    let wanted = ["exit with status -17", "no luck", "KeyboardInterrupt"].map(line).concat();
    if output.status.success() && said == wanted { Ok(()) } else { Err(said.into()) }
}

/// Each leaves the rest to the next pass.
fn handlers_that_fail_at_the_end() {
    let session = init_with(Options::untouched()).expect("the first");
    on(Signal::HUP, |_| Err(Interrupt::exit(-17))).expect("ok");
    on(Signal::INT, |_| Err(Interrupt::exit_message("no luck"))).expect("ok");
    on(Signal::TERM, sigtrip::default_int_handler).expect("ok");
    for signal in [Signal::HUP, Signal::INT, Signal::TERM] {
        assert!(sigtrip::embed::trip(signal));
    }
    drop(session);
}

fn a_function_is_a_handler() {
    let _session = init_with(Options::untouched()).expect("the first");
    assert_eq!(on(Signal::USR1, count).expect("ok"), Disposition::Default);
    raise_signal(Signal::USR1).expect("it does not fail");
    assert_eq!(handled(), 1);
    let old = signal(Signal::USR1, Disposition::Ignore).expect("ok");
    raise_signal(Signal::USR1).expect("ignored");
    assert_eq!(handled(), 1);
    signal(Signal::USR1, old).expect("put back");
    raise_signal(Signal::USR1).expect("it does not fail");
    assert_eq!(handled(), 2);
    assert!(Handler::new(count).name().ends_with("count"));
}

fn a_closure_without_data_is_a_handler() {
    let _session = init_with(Options::untouched()).expect("the first");
    on(Signal::USR1, |delivery| {
        assert_eq!(delivery.signal(), Signal::USR1);
        HANDLED.fetch_add(10, Ordering::Relaxed);
    })
    .expect("ok");
    raise_signal(Signal::USR1).expect("it does not fail");
    assert_eq!(handled(), 10);
}

fn a_handler_can_fail() {
    let _session = init().expect("the first");
    on(Signal::USR1, fail).expect("ok");
    on(Signal::USR2, count).expect("ok");
    assert!(matches!(raise_signal(Signal::USR1), Err(Interrupt::Exit(7))));
    on(Signal::HUP, |_| Err(Interrupt::exit_message("bye"))).expect("ok");
    assert!(matches!(raise_signal(Signal::HUP), Err(Interrupt::ExitMessage(message)) if message == "bye"));
    signal(Signal::INT, python::default_int_handler).expect("ok"); // this process may have inherited an ignored one
    assert!(raise_signal(Signal::INT).is_err_and(|interrupt| interrupt.is_keyboard_interrupt()));
    check_signals().expect("nothing is pending");
    assert_eq!(handled(), 0);
}

fn everything_is_given_back() {
    let before = Signal::all().map(getsignal).collect::<Vec<_>>();
    let session = init().expect("the first");
    on(Signal::USR1, count).expect("ok");
    signal(Signal::SEGV, count).expect("ok");
    drop(session);
    assert_eq!(Signal::all().map(getsignal).collect::<Vec<_>>(), before);
}

fn waits_run_handlers() {
    let _session = init().expect("the first");
    on(Signal::ALRM, count).expect("ok");
    alarm(Duration::from_millis(10)).expect("ok");
    pause().expect("it does not fail");
    assert_eq!(handled(), 1);
    alarm(Duration::from_millis(10)).expect("ok");
    let left = pause_for(Duration::from_secs(60)).expect("it does not fail");
    assert!(left > Duration::ZERO);
    alarm(Duration::from_millis(10)).expect("ok");
    sleep(Duration::from_millis(50)).expect("it does not fail");
    assert_eq!(handled(), 3);
    assert_eq!(python::alarm(0), 0);
}

fn signals_are_accepted_without_a_handler() {
    let _session = init().expect("the first");
    on(Signal::ALRM, count).expect("ok");
    alarm(Duration::from_millis(10)).expect("ok");
    // SIGCHLD, which nothing sends here, and which does nothing by default.
    assert!(sigtimedwait(Signal::CHLD, Duration::from_millis(50)).expect("it does not fail").is_none());
    assert_eq!(handled(), 1);
    let reserved = Signal::from_raw(32).expect("in range");
    assert!(matches!(sigwait(reserved), Err(Interrupt::Error(Error::Reserved(it))) if it == reserved));
    alarm(Duration::from_millis(10)).expect("ok");
    sigsuspend([]).expect("it does not fail");
    assert_eq!(handled(), 2);
}

fn a_polling_session() {
    let _session = init_with(Options::untouched().polling(true)).expect("the first");
    on(Signal::USR1, count).expect("ok");
    assert!(matches!(pause(), Err(Interrupt::Error(Error::PollingOnly))));
    raise_signal(Signal::USR1).expect("it does not fail");
    assert_eq!(handled(), 1);
}

fn the_shutdown_flag() {
    let _session = init().expect("the first");
    let stop = shutdown_flag([Signal::INT, Signal::TERM]).expect("ok");
    assert!(!stop.is_set());
    raise_signal(Signal::TERM).expect("it does not fail");
    assert_eq!(stop.signal(), Some(Signal::TERM));
}

fn masks_hold_signals_back() {
    let _session = init().expect("the first");
    on(Signal::USR1, count).expect("ok");
    let guard = block([Signal::USR1, Signal::USR2]).expect("ok");
    raise_signal(Signal::USR1).expect("it waits");
    assert_eq!((handled(), sigpending()), (0, SignalSet::from(Signal::USR1)));
    guard.restore().expect("it does not fail");
    assert_eq!((handled(), sigpending()), (1, SignalSet::new()));
}

fn a_full_mask_comes_back() {
    let _session = init().expect("the first");
    let earlier = pthread_sigmask(MaskHow::SetMask, SignalSet::valid()).expect("ok");
    assert!(earlier.is_empty());
    let full = python::pthread_sigmask(python::SIG_SETMASK, earlier).expect("ok");
    assert_eq!(full, SignalSet::valid() - [Signal::KILL, Signal::STOP].into());
}

fn timers_tick() {
    let _session = init().expect("the first");
    on(Signal::ALRM, count).expect("ok");
    let tick = Duration::from_millis(5);
    setitimer(Timer::Real, tick, tick).expect("ok");
    while handled() < 3 {
        pause().expect("it does not fail");
    }
    assert_eq!(
        python::setitimer(python::ITIMER_REAL, 0.0, 0.0).expect("ok").1.to_bits(),
        0.005_f64.to_bits()
    );
    assert_eq!(getitimer(Timer::Real), Ok(TimerSetting::default()));
}

fn signals_can_be_sent() {
    let _session = init().expect("the first");
    on(Signal::real_time_min(), count).expect("ok");
    let me = std::process::id().cast_signed();
    sigqueue(me, Signal::real_time_min(), 1).expect("it does not fail");
    assert_eq!(handled(), 1);
    killpg(0, None).expect("the own group is there");
    assert!(matches!(killpg(-1, None), Err(Interrupt::Error(Error::ProcessGroup(-1)))));
    assert_eq!(strsignal(Signal::real_time_min()).as_deref(), Some("Real-time signal 0"));
}

fn siginterrupt_is_undone_at_the_end() {
    let before = getsignal(Signal::SEGV).expect("ok"); // std's, with its flags
    let session = init().expect("the first");
    siginterrupt(Signal::SEGV, false).expect("ok");
    assert_ne!(getsignal(Signal::SEGV).expect("ok"), before);
    drop(session);
    assert_eq!(getsignal(Signal::SEGV).expect("ok"), before);
}

fn hooks_are_statics() {
    static HOOK: StaticHook =
        StaticHook::new(|info| HANDLED.store(info.code().unsigned_abs(), Ordering::Relaxed));
    static GIVEN: StaticHook =
        StaticHook::with(|count, _| _ = count.fetch_add(1, Ordering::Relaxed), &HANDLED);
    // SAFETY: atomic operations.
    let first = unsafe { register_static_hook(Signal::USR1, &HOOK) }.expect("ok");
    // SAFETY: as above.
    let second = unsafe { register_static_hook(Signal::USR1, &GIVEN) }.expect("ok");
    // SAFETY: as above.
    let refused = unsafe { register_static_hook(Signal::USR2, &GIVEN) };
    assert_eq!(refused, Err(Error::HookInUse));
    let me = i32::try_from(std::process::id()).expect("a process");
    let session = init_with(Options::untouched()).expect("the first");
    sigqueue(me, Signal::USR1, 0).expect("it does not fail");
    assert_eq!(handled(), 2); // -SI_QUEUE, and one
    assert_eq!(getsignal(Signal::USR1), Ok(Disposition::Default));
    drop(session);
    assert_eq!(kernel_disposition(Signal::USR1), Ok(KernelDisposition::Ours));
    assert!(unregister_hook(first) && unregister_hook(second) && !unregister_hook(first));
    assert_eq!(kernel_disposition(Signal::USR1), Ok(KernelDisposition::Default));
}

fn hooks_can_be_ready_made() {
    static FLAG: AtomicBool = AtomicBool::new(false);
    static TIMES: AtomicUsize = AtomicUsize::new(0);
    static SET: Ready = Ready::set_flag(&FLAG);
    static COUNT: Ready = Ready::count(&TIMES);
    static LAST: Ready = Ready::store(&TIMES, 7);
    hooks::register(Signal::TERM, &SET).expect("ok");
    hooks::register(Signal::TERM, &LAST).expect("ok");
    hooks::register_with(Signal::TERM, HookOptions::new().chain(false), &COUNT).expect("ok");
    assert_eq!(hooks::register(Signal::BUS, &COUNT), Err(Error::Fault(Signal::BUS)));
    let _session = init_with(Options::untouched()).expect("the first");
    raise_signal(Signal::TERM).expect("no handler");
    assert!(FLAG.load(Ordering::Acquire));
    assert_eq!(TIMES.load(Ordering::Acquire), 8);
    assert_eq!(hooks::emulate_default(Signal::CHLD), Ok(()));
}

fn deliveries_are_recorded() {
    let _session = init().expect("the first");
    let target = Signal::real_time_min();
    record(target, RecordOptions::new().thread(true)).expect("ok");
    on(target, |delivery| {
        assert_eq!(delivery.count(), Some(1));
        let record = delivery.record().expect("there is one");
        assert!(record.thread().is_some());
        assert!(matches!(record.origin(), Origin::Queue { value: 5, .. }));
        HANDLED.fetch_add(1, Ordering::Relaxed);
    })
    .expect("ok");
    sigqueue(std::process::id().cast_signed(), target, 5).expect("it does not fail");
    assert_eq!((handled(), delivered(target), refused(target), unrecorded(target)), (1, 1, 0, 0));
    assert_eq!(take_records().expect("the owner").count(), 0);
}

/// More than there is room for, which come all at once.
fn back_pressure_refuses_none() {
    const SENT: usize = 2000;
    static TAKEN: AtomicUsize = AtomicUsize::new(0);
    let _session = init().expect("the first");
    let target = Signal::real_time_min();
    let asked = record(target, RecordOptions::new().back_pressure(true));
    if !cfg!(any(target_arch = "x86_64", target_arch = "x86", target_arch = "aarch64")) {
        return assert_eq!(asked, Err(Error::NoBackPressure(target)));
    }
    on(target, |delivery| {
        TAKEN.fetch_add(delivery.records().count(), Ordering::Relaxed);
    })
    .expect("ok");
    let blocked = block(target).expect("ok");
    for _ in 0..SENT {
        sigqueue(std::process::id().cast_signed(), target, 5).expect("there is room in the kernel's queue");
    }
    blocked.restore().expect("none fails");
    assert!(delivered(target) < SENT, "it was not held back");
    while delivered(target) < SENT {
        pause().expect("none fails");
    }
    check_signals().expect("none fails");
    assert_eq!((TAKEN.load(Ordering::Relaxed), refused(target)), (SENT, 0));
    let before = pthread_sigmask(MaskHow::Block, SignalSet::new()).expect("none fails");
    assert!(before.is_empty());
}

fn errors_can_be_told_apart_and_printed() {
    assert!(matches!(on(Signal::USR1, count), Err(Interrupt::Error(Error::NotInitialized))));
    let _session = init().expect("the first");
    let refused = on(Signal::KILL, count).expect_err("it can not be handled");
    assert!(matches!(refused, Interrupt::Error(Error::Uncatchable(Signal::KILL))));
    assert_eq!(refused.to_string(), "SIGKILL can be neither handled nor ignored");
    assert_eq!(init().map(drop), Err(Error::AlreadyInitialized));
    assert_eq!(Signal::from_raw(0), Err(Error::OutOfRange(0)));
    assert_eq!(&*Signal::from_raw(35).expect("in range").name(), "SIGRTMIN+1");
}
