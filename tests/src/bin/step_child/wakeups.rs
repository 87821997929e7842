//! The wakeup descriptor: setting it, and what its bytes say.

use std::{
    io::{PipeReader, PipeWriter, Read},
    os::fd::AsFd,
};

use sigtrip::{PollFd, Session, Signal, check_signals, on, set_wakeup_fd};
use sigtrip_tests::{injected::Broken, raw};

use crate::stage::{Stage, check, deliver_first, delivered, failing_session, runs, session};

/// Neither end blocks.
fn pipe() -> (PipeReader, PipeWriter) {
    let (reader, writer) = std::io::pipe().expect("the system has pipes");
    raw::set_nonblocking(reader.as_fd());
    raw::set_nonblocking(writer.as_fd());
    (reader, writer)
}

/// All that was written, and nothing is left.
fn bytes(mut reader: &PipeReader) -> Vec<u8> {
    let mut bytes = [0; 64];
    let length = reader.read(&mut bytes).unwrap_or(0);
    bytes[..length].to_vec()
}

fn times(bytes: &[u8], signal: Signal) -> u32 {
    let of_it = bytes.iter().filter(|&&byte| i32::from(byte) == signal.number());
    u32::try_from(of_it.count()).expect("a few bytes")
}

/// No byte that nobody delivered; and from then on one for each delivery.
fn check_while_changing(reader: &PipeReader, a: Signal, b: Signal, written: bool) {
    let so_far = bytes(reader);
    let known = times(&so_far, a) + times(&so_far, b);
    check(known <= 1 && known as usize == so_far.len(), Broken::Bytes);
    raw::send_to_process(Signal::HUP);
    let byte: &[u8] = if written { &[1] } else { &[] };
    check(bytes(reader) == byte, Broken::Bytes);
}

fn other() {
    on(Signal::HUP, |_| crate::stage::count_other()).expect("a signal that can be handled");
}

pub(crate) fn set(a: Signal, b: Signal) {
    let _session = session(a, b);
    other();
    let (reader, writer) = pipe();
    let stage = Stage::begin(a, b);
    let earlier = set_wakeup_fd(Some(writer.as_fd()), true);
    stage.end();
    check(earlier == Ok(None), Broken::Returned);
    check_while_changing(&reader, a, b, true);
    // The signals have the trampoline that writes; both the same.
    let installed = raw::sigaction(a, None);
    check(installed == raw::sigaction(b, None), Broken::Disposition);
    stage.expect_both(installed).expect_others(1).finish();
}

pub(crate) fn unset(a: Signal, b: Signal) {
    let _session = session(a, b);
    other();
    let plain = raw::sigaction(a, None);
    let (reader, writer) = pipe();
    set_wakeup_fd(Some(writer.as_fd()), true).expect("it does not block");
    let stage = Stage::begin(a, b).expect_both(plain);
    let earlier = set_wakeup_fd(None, true);
    stage.end();
    check(earlier.is_ok_and(|earlier| earlier.is_some()), Broken::Returned);
    check_while_changing(&reader, a, b, false);
    stage.expect_others(1).finish();
}

fn with_wakeup(session: Session) -> (Session, PipeReader, PipeWriter) {
    let (reader, writer) = pipe();
    set_wakeup_fd(Some(writer.as_fd()), true).expect("it does not block");
    (session, reader, writer)
}

/// A run that no earlier delivery accounts for has had its byte.
fn check_bytes(reader: &PipeReader, a: Signal, b: Signal) {
    let (bytes, runs, before) = (bytes(reader), runs(), delivered());
    let written = [times(&bytes, a), times(&bytes, b)];
    check(written.iter().sum::<u32>() as usize == bytes.len(), Broken::Bytes);
    check((0..2).all(|it| written[it] + before[it] >= runs[it]), Broken::Bytes);
}

pub(crate) fn dispatch(a: Signal, b: Signal) {
    let (_session, reader, _writer) = with_wakeup(session(a, b));
    deliver_first(a);
    check(bytes(&reader).len() == 1, Broken::Bytes);
    let stage = Stage::begin(a, b);
    let done = check_signals();
    stage.end();
    check(done.is_ok() && check_signals().is_ok(), Broken::Returned);
    check_bytes(&reader, a, b);
    stage.finish();
}

/// What a failing handler leaves pending is told again.
pub(crate) fn failing(a: Signal, b: Signal) {
    let (_session, reader, _writer) = with_wakeup(failing_session(a, b));
    on(Signal::TERM, |_| crate::stage::count_other()).expect("a signal that can be handled");
    raw::send_to_process(Signal::TERM);
    deliver_first(a);
    check(bytes(&reader).len() == 2, Broken::Bytes);
    let stage = Stage::begin(a, b).expect_others(1);
    let failed = check_signals();
    stage.end();
    check(failed.is_err(), Broken::Returned);
    check(!bytes(&reader).is_empty(), Broken::Bytes);
    stage.finish();
}

pub(crate) fn poll(a: Signal, b: Signal) {
    let (_session, reader, _writer) = with_wakeup(failing_session(a, b));
    let (silent, _end) = pipe();
    let stage = Stage::begin(a, b);
    let failed = sigtrip::poll(&mut [PollFd::readable(silent.as_fd())], None);
    stage.end();
    check(failed.is_err(), Broken::Returned);
    let bytes = bytes(&reader);
    check(times(&bytes, a) + times(&bytes, b) >= 1, Broken::Bytes);
    stage.finish();
}
