//! What the owner does in a storm: every kind of safe point.

use std::{
    os::fd::AsFd,
    time::{Duration, Instant},
};

use sigtrip::{
    Options, PollFd, Session, Signal, SignalSet, check_signals, pause_for, poll, raise_signal, sigsuspend,
    sigtimedwait, sleep,
};
use sigtrip_tests::{PATIENCE, raw};

use crate::{
    dice::Dice,
    line::{self, Line, Until},
};

/// A session in which nothing was touched. It has the descriptor that is made once and kept.
pub(crate) fn session() -> Session {
    let session = sigtrip::init_with(Options::untouched()).expect("the first session");
    poll(&mut [], Some(Duration::ZERO)).expect("no handler fails");
    session
}

/// A safe point, whichever comes: most of them wait for a moment, on the word or for descriptors.
pub(crate) fn safe_point(dice: &mut Dice) {
    let moment = Duration::from_micros(dice.below(1000).into());
    match dice.below(8) {
        0 => check_signals(),
        1 => pause_for(moment).map(drop),
        2 => sleep(moment),
        3 => poll(&mut [], Some(moment)).map(drop),
        4 => poll_a_pipe(moment),
        5 => sigtimedwait(SignalSet::default(), moment).map(drop),
        6 => sigtrip::kill(std::process::id().cast_signed(), None),
        _ => sigtrip::getsignal(Signal::INT).map(drop).map_err(sigtrip::Interrupt::from),
    }
    .expect("no handler fails");
}

fn poll_a_pipe(moment: Duration) -> Result<(), sigtrip::Interrupt> {
    let (reader, _writer) = std::io::pipe()?;
    poll(&mut [PollFd::readable(reader.as_fd())], Some(moment)).map(drop)
}

/// Safe points until all of these threads have ended; then joins them and handles the rest.
pub(crate) fn handle_until_joined(threads: Vec<std::thread::JoinHandle<()>>, dice: &mut Dice) {
    while !threads.iter().all(std::thread::JoinHandle::is_finished) {
        safe_point(dice);
    }
    threads.into_iter().for_each(|thread| thread.join().expect("it does not panic"));
    line::settle();
}

/// On the owner's thread: waits until this one was seen. False: it never is, and that was noted.
pub(crate) fn pause_until_seen(line: Line, number: u32) -> bool {
    let start = Instant::now();
    while !line.was_seen(number) {
        if start.elapsed() > PATIENCE {
            line::lose(1);
            return false;
        }
        pause_for(PATIENCE).expect("no handler fails");
    }
    true
}

/// Sends one to the own thread while it is blocked, and takes it in `sigsuspend`.
pub(crate) fn suspend_for(line: Line) {
    raw::block(line.0, true);
    let number = line.send(|signal| raise_signal(signal).expect("no handler fails"));
    while !line.was_seen(number) {
        sigsuspend(SignalSet::default()).expect("no handler fails");
    }
    raw::block(line.0, false);
}

/// A thread that floods a line until it is over; a number of its own for its dice.
pub(crate) fn flooder(
    line: Line,
    until: Until,
    seed: u64,
    how: impl Fn(Signal) + Send + 'static,
) -> std::thread::JoinHandle<()> {
    std::thread::spawn(move || line.flood(until, Dice::new(seed), how))
}
