//! Faults that were sent, and faults that are real, at the same time.

use std::{
    process::{Command, ExitCode, Stdio},
    thread,
};

use sigtrip::{Signal, Timer, on, run};
use sigtrip_tests::{
    faults::{self, GuardedPage},
    raw,
};

use crate::{
    dice::Dice,
    line::{self, Line, Until},
    owner::{self, session},
    timers::Ticks,
};

crate::storms!(
    sent_ones_are_handled_and_real_ones_kill,
    real_ones_mended_by_an_earlier_handler,
    stack_overflows
);

/// What is sent is handled; in a child each real one kills, by its own signal.
fn sent_ones_are_handled_and_real_ones_kill(until: Until) {
    let _session = session();
    let mut threads: Vec<_> = (0..)
        .zip(faults::ALL)
        .map(|(seed, (signal, _))| owner::flooder(Line(signal).handle(), until, seed, raw::send_to_process))
        .collect();
    threads.push(thread::spawn(move || {
        while !until.is_over() {
            for (signal, fault) in faults::ALL {
                let child = raw::fork();
                if child == 0 {
                    sigtrip::raise_signal(signal).expect("a sent one is handled there too");
                    fault();
                    raw::exit_now(1); // not reached
                }
                assert_eq!(raw::wait_for_exit(child), 128 + signal.number());
                line::note(2, 1);
            }
        }
    }));
    owner::handle_until_joined(threads, &mut Dice::new(9));
}

/// As a collector of garbage has it: a write faults, its handler mends the page, the write goes on. SIGSEGVs that somebody sends are
/// the session's.
fn real_ones_mended_by_an_earlier_handler(until: Until) {
    let page = GuardedPage::new();
    let session = session();
    let threads = vec![owner::flooder(Line(Signal::SEGV).handle(), until, 0, raw::send_to_process)];
    let mut dice = Dice::new(1);
    let mut number = 0;
    while !threads.iter().all(thread::JoinHandle::is_finished) {
        for _ in 0..50 {
            number += 1;
            page.write(number);
        }
        line::note(50, 50);
        owner::safe_point(&mut dice);
    }
    owner::handle_until_joined(threads, &mut dice);
    drop(session);
    page.write(0); // the handler is back
}

/// With a handler for SIGSEGV, while it ticks: std still says what it was.
pub(crate) fn overflows() -> ExitCode {
    run(|| {
        on(Signal::SEGV, |_| println!("not reached"))?;
        on(Signal::ALRM, |_| ())?;
        let _ticks = Ticks::new(Timer::Real, 200);
        std::hint::black_box(faults::recurse(0));
        Ok(())
    })
}

/// The same in another thread, whose alternate stack is std's too.
pub(crate) fn overflows_in_a_thread() -> ExitCode {
    run(|| {
        on(Signal::SEGV, |_| println!("not reached"))?;
        on(Signal::ALRM, |_| ())?;
        let _ticks = Ticks::new(Timer::Real, 200);
        let mut thread = sigtrip::spawn(|| std::hint::black_box(faults::recurse(0)));
        drop(thread.join()?);
        Ok(())
    })
}

fn stack_overflows(until: Until) {
    let mut dice = Dice::new(0);
    while !until.is_over() {
        let mut command = Command::new(std::env::current_exe().expect("a path"));
        raw::with_default_signals(&mut command);
        let program = dice.pick(&["overflows", "overflows_in_a_thread"]);
        let output = command.arg(program).stdin(Stdio::null()).output().expect("it starts");
        let words = String::from_utf8_lossy(&output.stderr);
        assert!(words.contains("has overflowed its stack"), "{words}");
        let by = std::os::unix::process::ExitStatusExt::signal(&output.status);
        assert_eq!(by, Some(Signal::ABRT.number()), "{words}");
        line::note(1, 1);
    }
}
