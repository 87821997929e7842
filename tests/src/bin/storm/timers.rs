//! Timers: ticks as fast as the system can, handlers that are others each time, and every wait meanwhile.

use std::{
    io::Write,
    os::fd::AsFd,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use sigtrip::{
    Disposition, Error, Interrupt, PollFd, Signal, Timer, check_signals, getsignal, on, setitimer, signal,
};

use crate::{
    dice::Dice,
    line::{self, Line, Until},
    owner::{self, session},
};

crate::storms!(handlers_flipped, under_every_wait, pauses_nested_in_handlers);

/// An interval timer, until it is dropped. Nobody counts its ticks.
pub(crate) struct Ticks(Timer);

impl Ticks {
    pub(crate) fn new(timer: Timer, micros: u64) -> Self {
        let tick = Duration::from_micros(micros);
        setitimer(timer, tick, tick).expect("ok");
        Self(timer)
    }
}

impl Drop for Ticks {
    fn drop(&mut self) {
        setitimer(self.0, Duration::ZERO, Duration::ZERO).expect("ok");
    }
}

/// Another handler of the same line, in one of several ways.
fn flip(line: Line, dice: &mut Dice) {
    let captured = Box::new(line);
    match dice.below(4) {
        0 => on(line.0, move |_| line.saw()).map(drop),
        1 => on(line.0, move |_| captured.saw()).map(drop),
        2 => getsignal(line.0).map_err(Interrupt::from).and_then(|now| signal(line.0, now)).map(drop),
        _ => on(line.0, move |_| captured.saw()).and_then(|earlier| signal(line.0, earlier)).map(drop),
    }
    .expect("no handler fails");
}

/// A handler of a tick that comes and goes; what comes while there is none is nobody's.
fn come_and_go(tick: Line, dice: &mut Dice) {
    match dice.below(6) {
        0 => signal(tick.0, Disposition::Ignore).map(drop).expect("no handler fails"),
        1 => flip(tick, dice),
        _ => {}
    }
}

/// Another thread that wants the owner's signals: refused, each time, and nothing changes.
fn intruder(target: Signal, stop: &'static AtomicBool) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        while !stop.load(Ordering::Relaxed) {
            let refused = on(target, |_| unreachable!("it was refused"));
            assert!(matches!(refused, Err(Interrupt::Error(Error::NotOwner))), "{refused:?}");
            assert!(matches!(signal(target, Disposition::Default), Err(Interrupt::Error(Error::NotOwner))));
            assert!(matches!(getsignal(target), Ok(Disposition::Handler(_))), "it is as it was");
            thread::sleep(Duration::from_micros(20)); // it has had the lock, which the owner wants too
        }
    })
}

/// One shot each time, at ever another instruction of the flips that are under way; two more timers tick beside it.
fn handlers_flipped(until: Until) {
    static STOP: AtomicBool = AtomicBool::new(false);
    STOP.store(false, Ordering::Relaxed);
    let _session = session();
    let mut dice = Dice::new(0);
    let alarm = Line(Signal::ALRM).handle();
    let others = [Line(Signal::PROF).handle(), Line(Signal::VTALRM).handle()];
    let ticks = [Ticks::new(Timer::Prof, 1000), Ticks::new(Timer::Virtual, 1000)];
    let intruders = [intruder(Signal::ALRM, &STOP), intruder(Signal::ALRM, &STOP)];
    while !until.is_over() {
        let soon = Duration::from_micros((1 + dice.below(60)).into());
        let number = alarm.send(|_| {
            setitimer(Timer::Real, soon, Duration::ZERO).expect("ok");
        });
        for _ in 0..dice.below(6) {
            flip(alarm, &mut dice);
            others.into_iter().for_each(|tick| come_and_go(tick, &mut dice));
        }
        if !owner::pause_until_seen(alarm, number) {
            break;
        }
    }
    STOP.store(true, Ordering::Relaxed);
    intruders.into_iter().for_each(|thread| thread.join().expect("nothing was changed"));
    drop(ticks);
    line::settle();
}

/// What each wait is for comes in full and in order, though it ticks and though another thread sends.
fn under_every_wait(until: Until) {
    let _session = session();
    Line(Signal::ALRM).handle();
    let _ticks = Ticks::new(Timer::Real, 150);
    let sender = owner::flooder(Line(Signal::USR1).handle(), until, 1, sigtrip_tests::raw::send_to_process);
    let mut dice = Dice::new(2);
    while !sender.is_finished() {
        match dice.below(6) {
            0 => sleeps_in_full(),
            1 => joins(),
            2 => receives_everything(),
            3 => polls(),
            4 => owner::suspend_for(Line(Signal::USR2).handle()),
            _ => waits_for_a_child(),
        }
    }
    owner::handle_until_joined(vec![sender], &mut dice);
}

fn sleeps_in_full() {
    const TIME: Duration = Duration::from_millis(3);
    let start = Instant::now();
    sigtrip::sleep(TIME).expect("no handler fails");
    assert!(start.elapsed() >= TIME);
}

fn joins() {
    let mut worker = sigtrip::spawn(|| 6 * 7);
    assert_eq!(worker.join().expect("no handler fails").expect("it does not panic"), 42);
}

fn receives_everything() {
    let (sender, receiver) = sigtrip::channel();
    let worker = thread::spawn(move || (0..50).for_each(|number| sender.send(number).expect("it is there")));
    let received: Vec<_> = std::iter::from_fn(|| receiver.recv().expect("no handler fails").ok()).collect();
    assert_eq!(received, (0..50).collect::<Vec<_>>());
    worker.join().expect("it does not panic");
}

fn polls() {
    let (reader, mut writer) = std::io::pipe().expect("a pipe");
    let worker = thread::spawn(move || {
        thread::sleep(Duration::from_micros(300));
        writer.write_all(b"x").expect("it is read");
        writer
    });
    let mut entries = [PollFd::readable(reader.as_fd())];
    assert_eq!(sigtrip::poll(&mut entries, None).expect("no handler fails"), 1);
    assert!(entries[0].is_readable());
    worker.join().expect("it does not panic");
}

fn waits_for_a_child() {
    let mut child = std::process::Command::new("true").spawn().expect("it starts");
    assert!(sigtrip::wait_child(&mut child).expect("no handler fails").success());
}

/// A handler that waits itself, in which the other's handler runs, which waits too.
fn pauses_nested_in_handlers(until: Until) {
    let _session = session();
    let lines = [Line(Signal::USR1), Line(Signal::USR2), Line(Signal::HUP)];
    for line in lines {
        on(line.0, move |_| {
            line.saw();
            sigtrip::pause_for(Duration::from_micros(50))?;
            check_signals()
        })
        .expect("no handler fails");
    }
    Line(Signal::ALRM).handle();
    let _ticks = Ticks::new(Timer::Real, 500);
    let flooders = (3..)
        .zip(lines)
        .map(|(seed, line)| owner::flooder(line, until, seed, sigtrip_tests::raw::send_to_process));
    owner::handle_until_joined(flooders.collect(), &mut Dice::new(6));
}
