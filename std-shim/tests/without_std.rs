//! What both layers offer: handlers that are functions, no heap. Run it with `--no-default-features` to test the layer
//! without std (it passes with std too). Each case runs in a process of its own: this program, with the case's name.

use core::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};
use std::process::Command;

use libtest_mimic::{Arguments, Trial};
use sigtrip::{
    Delivery, Disposition, Error, Handler, Interrupt, Options, Signal, alarm, check_signals, getsignal, init,
    init_with, on, pause, pause_for, python, raise_signal, shutdown_flag, signal, sleep,
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
    ("a_polling_session", a_polling_session),
    ("the_shutdown_flag", the_shutdown_flag),
    ("errors_can_be_told_apart_and_printed", errors_can_be_told_apart_and_printed),
];

fn main() {
    if let Ok(wanted) = std::env::var("SIGTRIP_CASE") {
        let case = CASES.iter().find(|(name, _)| *name == wanted).expect("a case of this name");
        return (case.1)();
    }
    let trials = CASES.iter().map(|(name, _)| Trial::test(*name, || run_alone(name)));
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit();
}

fn run_alone(name: &str) -> Result<(), libtest_mimic::Failed> {
    let me = std::env::current_exe()?;
    let output = Command::new(me).env("SIGTRIP_CASE", name).output()?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{}\n{}", output.status, String::from_utf8_lossy(&output.stderr)).into())
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
