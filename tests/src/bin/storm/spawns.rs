//! Children that execute: by vfork, by `posix_spawn`, by std's `Command`; what they inherit, and what the parent keeps.

use std::{
    os::unix::process::ExitStatusExt,
    process::{Command, ExitCode},
    thread,
};

use sigtrip::{
    Disposition, Options, Signal, check_signals, getsignal, init_with, on, raise_signal, signal, sigpending,
};
use sigtrip_tests::{
    raw,
    spawns::{self, Attributes},
};

use crate::{
    dice::Dice,
    line::{self, Line, Until},
    owner::{self, session},
};

crate::storms!(vfork_children, posix_spawn_children, commands);

/// A child that shares the memory: its deliveries trip the parent's bits. That may be one call too many, never one too few.
fn vfork_children(until: Until) {
    let _session = session();
    let lines = [Line(Signal::USR1).handle(), Line(Signal::HUP).handle()];
    let mut threads: Vec<_> = (0..)
        .zip(lines)
        .map(|(seed, line)| owner::flooder(line, until, seed, raw::send_to_process))
        .collect();
    threads.extend((0..2).map(|_| {
        thread::spawn(move || {
            let mut dice = Dice::new(7);
            while !until.is_over() {
                let status = spawns::in_a_vfork(Signal::USR1, dice.below(2) == 0);
                assert_eq!(status, 0, "its signals did it no harm");
            }
        })
    }));
    owner::handle_until_joined(threads, &mut Dice::new(2));
}

fn me() -> std::path::PathBuf {
    std::env::current_exe().expect("a path")
}

fn bit(signal: Signal) -> u64 {
    1 << (signal.number() - 1)
}

/// What it was started with is what it finds: SIGINT ignored, SIGHUP default, SIGUSR2 blocked; then it uses the library.
pub(crate) fn inherits() -> ExitCode {
    assert_eq!(raw::mask() & bit(Signal::USR2), bit(Signal::USR2), "a mask is inherited");
    assert_eq!(raw::mask() & bit(Signal::USR1), 0);
    let _session = sigtrip::init().expect("the first");
    assert_eq!(getsignal(Signal::INT), Ok(Disposition::Ignore), "and so is what is ignored");
    assert_eq!(getsignal(Signal::HUP), Ok(Disposition::Default), "what is caught is not");
    assert_eq!(getsignal(Signal::USR1), Ok(Disposition::Default));
    static SEEN: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    for target in [Signal::USR1, Signal::USR2] {
        on(target, |_| {
            SEEN.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        })
        .expect("ok");
        raise_signal(target).expect("none fails");
    }
    raise_signal(Signal::INT).expect("none fails"); // ignored still
    assert_eq!(SEEN.load(std::sync::atomic::Ordering::Relaxed), 1);
    assert!(sigpending().contains(Signal::USR2));
    raw::block(Signal::USR2, false);
    check_signals().expect("none fails");
    assert_eq!(SEEN.load(std::sync::atomic::Ordering::Relaxed), 2, "and what was blocked comes");
    ExitCode::SUCCESS
}

/// Each is told what it starts with; the session's own handlers and masks are not to reach it.
fn posix_spawn_children(until: Until) {
    raw::sigaction(Signal::INT, Some(raw::Action::IGNORE));
    let session = init_with(Options::python()).expect("the first session");
    let line = Line(Signal::USR1).handle();
    on(Signal::HUP, |_| ()).expect("ok");
    let flooder = owner::flooder(line, until, 0, raw::send_to_process);
    let spawner = thread::spawn(move || {
        let wanted = Attributes { default: bit(Signal::XFSZ), mask: bit(Signal::USR2) };
        while !until.is_over() {
            let pid = spawns::posix_spawn(&me(), "inherits", wanted);
            assert_eq!(raw::wait_for_exit(pid), 0, "it found what it was to find");
            line::note(3, 2);
        }
    });
    owner::handle_until_joined(vec![flooder, spawner], &mut Dice::new(1));
    drop(session);
    raw::sigaction(Signal::INT, Some(raw::Action::DEFAULT));
}

/// Std's own, from the owner and from a thread: with `before_exec`, for which std forks, and without, where it spawns.
fn commands(until: Until) {
    let session = session();
    let line = Line(Signal::USR1).handle();
    on(Signal::TERM, |_| ()).expect("ok");
    signal(Signal::HUP, Disposition::Ignore).expect("ok");
    let flooder = owner::flooder(line, until, 0, raw::send_to_process);
    let starter = thread::spawn(move || {
        while !until.is_over() {
            for restored in [true, false] {
                let status = kills_itself(restored).status().expect("it starts");
                assert_eq!(status.signal(), dies_by(restored));
            }
        }
    });
    while !until.is_over() {
        let mut child = kills_itself(true).spawn().expect("it starts");
        let status = sigtrip::wait_child(&mut child).expect("no handler fails");
        assert_eq!(status.signal(), dies_by(true));
    }
    owner::handle_until_joined(vec![flooder, starter], &mut Dice::new(1));
    drop(session);
}

/// By SIGHUP, unless that is ignored; then by SIGTERM, whose handler is its parent's.
fn kills_itself(restored: bool) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", "kill -HUP $$; kill -TERM $$; exit 1"]);
    if restored {
        raw::before_exec(&mut command, sigtrip::before_exec);
    }
    command
}

fn dies_by(restored: bool) -> Option<i32> {
    Some(if restored { Signal::HUP } else { Signal::TERM }.number())
}
