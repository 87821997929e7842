//! The waits of the owner. What would last for ever a signal ends: by its handler, which fails where the wait goes on otherwise.

use std::{io::PipeWriter, os::fd::AsFd, thread, time::Duration};

use sigtrip::{Interrupt, LineReader, PollFd, Signal, SignalSet, channel, spawn};
use sigtrip_tests::{injected::Broken, raw};

use crate::stage::{Stage, check, count, exit_with_runs, failing_session, session};

const FOR_EVER: Duration = Duration::from_secs(100_000);

/// A wait that a handler ends.
fn ends(a: Signal, b: Signal, wait: impl FnOnce() -> Result<(), Interrupt>) {
    let _session = session(a, b);
    let stage = Stage::begin(a, b);
    let waited = wait();
    stage.end();
    check(waited.is_ok(), Broken::Returned);
    stage.finish();
}

/// A wait that a handler ends when it fails.
fn fails<T>(a: Signal, b: Signal, wait: impl FnOnce() -> Result<T, Interrupt>) {
    let _session = failing_session(a, b);
    let stage = Stage::begin(a, b);
    let waited = wait();
    stage.end();
    check(
        waited.is_err_and(|interrupt| interrupt.to_string() == Interrupt::exit(3).to_string()),
        Broken::Returned,
    );
    stage.finish();
}

pub(crate) fn pause(a: Signal, b: Signal) {
    ends(a, b, sigtrip::pause);
}

pub(crate) fn pause_for(a: Signal, b: Signal) {
    ends(a, b, || {
        let left = sigtrip::pause_for(FOR_EVER)?;
        check(left > FOR_EVER / 2, Broken::Returned);
        Ok(())
    });
}

pub(crate) fn sleep(a: Signal, b: Signal) {
    fails(a, b, || sigtrip::sleep(FOR_EVER));
}

pub(crate) fn join(a: Signal, b: Signal) {
    let mut for_ever = spawn(|| {
        loop {
            thread::park();
        }
    });
    fails(a, b, || for_ever.join().map(|_: thread::Result<()>| ()));
}

pub(crate) fn join_ended(a: Signal, b: Signal) {
    let mut ended = spawn(|| 42);
    while !ended.is_finished() {
        thread::yield_now();
    }
    ends(a, b, || {
        let joined = ended.join()?;
        check(joined.is_ok_and(|it| it == 42), Broken::Returned);
        Ok(())
    });
}

fn pipe() -> (std::io::PipeReader, PipeWriter) {
    std::io::pipe().expect("the system has pipes")
}

pub(crate) fn poll(a: Signal, b: Signal) {
    let (silent, _writer) = pipe();
    fails(a, b, || sigtrip::poll(&mut [PollFd::readable(silent.as_fd())], None));
}

pub(crate) fn read_line(a: Signal, b: Signal) {
    let (silent, _writer) = pipe();
    let mut lines = LineReader::new(silent);
    fails(a, b, || lines.read_line(&mut String::new()));
}

fn only(signal: Signal) -> SignalSet {
    [signal].into_iter().collect()
}

/// For a signal that does not come.
pub(crate) fn sigwaitinfo(a: Signal, b: Signal) {
    raw::block(Signal::WINCH, true);
    fails(a, b, || sigtrip::sigwaitinfo(only(Signal::WINCH)));
}

/// For the first signal; the handler of the second fails. That the first is accepted counts as a run.
pub(crate) fn sigwaitinfo_accepts(a: Signal, b: Signal) {
    let _session = failing_session(a, b);
    let stage = Stage::begin_blocked(a, b, || {});
    let info = sigtrip::sigwaitinfo(only(a));
    stage.end();
    check(info.as_ref().map_or(true, |info| info.signal() == a), Broken::Returned);
    if info.is_ok() {
        count(0);
    }
    while raw::take_queued(a).is_some() {
        count(0);
    }
    stage.expect_blocked(a).finish();
}

/// Both are blocked, but for the wait.
pub(crate) fn sigsuspend(a: Signal, b: Signal) {
    let _session = session(a, b);
    raw::block(b, true);
    let stage = Stage::begin_blocked(a, b, || {});
    let waited = sigtrip::sigsuspend(SignalSet::new());
    stage.end();
    check(waited.is_ok(), Broken::Returned);
    stage.expect_blocked(a).check_mask();
    raw::block_none();
    check(sigtrip::check_signals().is_ok(), Broken::Returned);
    check(!sigtrip::embed::any_pending(), Broken::LeftPending);
    exit_with_runs();
}

pub(crate) fn recv(a: Signal, b: Signal) {
    let (_sender, receiver) = channel::<()>();
    fails(a, b, || receiver.recv());
}

pub(crate) fn recv_message(a: Signal, b: Signal) {
    let (sender, receiver) = channel();
    sender.send(42).expect("there is a receiver");
    ends(a, b, || {
        check(receiver.recv()? == Ok(42), Broken::Returned);
        Ok(())
    });
}
