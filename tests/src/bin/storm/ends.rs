//! Ctrl-C at any moment of a program's life: it always ends, by SIGINT or as it would have without.

use std::{
    os::unix::process::ExitStatusExt,
    process::{Child, Command, ExitCode, Stdio},
    thread,
    time::{Duration, Instant},
};

use sigtrip::{Signal, on, run, sleep};
use sigtrip_tests::{PATIENCE, raw};

use crate::{
    dice::Dice,
    line::{self, Until},
};

crate::storms!(ctrl_c_at_any_moment, the_second_signal_ends_a_busy_program);

/// Never ends by itself.
pub(crate) fn loops() -> ExitCode {
    run(|| {
        on(Signal::HUP, |_| ())?;
        loop {
            sleep(Duration::from_millis(1))?;
        }
    })
}

/// Ends by itself, soon, with 0.
pub(crate) fn returns() -> ExitCode {
    run(|| {
        on(Signal::HUP, |_| ())?;
        sleep(Duration::from_micros(300))
    })
}

/// Has a flag and never looks at it, nor is it ever at a safe point.
pub(crate) fn is_busy() -> ExitCode {
    run(|| {
        sigtrip::shutdown_flag([Signal::INT, Signal::TERM])?;
        loop {
            std::hint::spin_loop();
        }
    })
}

fn start(program: &str) -> Child {
    let mut command = Command::new(std::env::current_exe().expect("a path"));
    raw::with_default_signals(&mut command);
    command.arg(program).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts")
}

/// Sooner or later after its start: before its session, in it, while it is left, and after. A few more on its heels.
fn ctrl_c_at_any_moment(until: Until) {
    let mut dice = Dice::new(0);
    while !until.is_over() {
        let may_return = dice.below(2) == 0;
        let mut child = start(if may_return { "returns" } else { "loops" });
        thread::sleep(Duration::from_micros(dice.below(6000).into()));
        let hits = 1 + dice.below(3);
        for _ in 0..hits {
            // It is not waited for yet, so that its number is its own.
            sigtrip::kill(child.id().cast_signed(), Signal::INT).expect("it is there");
        }
        let status = end(&mut child);
        let by_it = status.signal() == Some(Signal::INT.number());
        assert!(by_it || may_return && status.success(), "{status}");
        line::note(hits, 1);
    }
}

/// The two at any moment, one on the other's heels: one of them ends it, and both are not needed before there is a flag.
fn the_second_signal_ends_a_busy_program(until: Until) {
    let mut dice = Dice::new(1);
    while !until.is_over() {
        let mut child = start("is_busy");
        thread::sleep(Duration::from_micros(dice.below(6000).into()));
        let (first, second) = dice.pick(&[(Signal::INT, Signal::TERM), (Signal::TERM, Signal::INT)]);
        for signal in [first, second] {
            sigtrip::kill(child.id().cast_signed(), signal).expect("it is there");
        }
        let status = end(&mut child);
        let by_one = [first, second].iter().any(|signal| status.signal() == Some(signal.number()));
        assert!(by_one, "{status}");
        line::note(2, 1);
    }
}

/// A program that has lost the signal would not end.
fn end(child: &mut Child) -> std::process::ExitStatus {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(status) = child.try_wait().expect("it is ours") {
            return status;
        }
        if Instant::now() > deadline {
            child.kill().expect("it is there");
            child.wait().expect("it is ours");
            panic!("it does not end");
        }
        thread::sleep(Duration::from_micros(200));
    }
}
