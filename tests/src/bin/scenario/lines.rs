//! Lines from a descriptor: nothing lost, nothing told twice, whatever handlers do.

use std::{
    fs::File,
    io::{self, Read, Seek, Write},
    os::fd::{AsFd, AsRawFd, OwnedFd},
    os::unix::net::UnixStream,
    process::{Command, Stdio},
    sync::Mutex,
    thread,
    time::Duration,
};

use sigtrip::{Error, Interrupt, LineReader, Options, PollFd, Signal, on};
use sigtrip_tests::raw;

use crate::helpers::{
    error, fail_with, failed_with, interrupt_every_few_milliseconds, log, log_signal, send_when_asleep,
    session, stop_interrupting, take_log, trip, when_asleep,
};

crate::scenarios!(
    lines_come_one_by_one,
    small_messages_come_as_they_were_sent,
    handlers_run_while_a_line_is_awaited,
    a_signal_that_another_thread_receives_is_handled_during_the_wait,
    nothing_is_lost_when_handlers_fail,
    a_handler_runs_although_the_line_is_there,
    what_a_handler_has_read_is_not_waited_for_in_read,
    a_descriptor_that_does_not_block,
    a_line_that_is_no_text_is_skipped,
    text_of_several_bytes_may_be_cut_anywhere,
    lines_longer_than_a_chunk,
    what_can_not_be_read_is_refused,
    the_end_of_a_terminal_is_not_for_ever,
    standard_input,
    another_thread_reads_lines,
    a_polling_session_does_not_wait,
);

/// The next line; empty at the end.
fn next<Fd: AsFd>(lines: &mut LineReader<Fd>) -> Result<String, Interrupt> {
    let mut line = String::from("kept: ");
    let length = lines.read_line(&mut line)?;
    assert_eq!(line.len(), "kept: ".len() + length);
    Ok(line.split_off("kept: ".len()))
}

fn piped(text: &[u8]) -> LineReader<io::PipeReader> {
    let (reader, mut writer) = io::pipe().expect("descriptors");
    writer.write_all(text).expect("it fits");
    LineReader::new(reader)
}

fn lines_come_one_by_one() {
    let _session = session();
    let mut lines = piped(b"one\n\nthree\r\nno newline");
    for line in ["one\n", "\n", "three\r\n", "no newline", "", ""] {
        assert_eq!(next(&mut lines).expect("none fails"), line);
    }
    assert_eq!(lines.buffer(), b"");
    lines.into_inner();
}

/// CPython's `test_read`: a child sends three messages, timers interrupt.
fn small_messages_come_as_they_were_sent() {
    let _session = session();
    interrupt_every_few_milliseconds();
    let script = "for word in one two three; do sleep 0.1; echo $word; done";
    let mut child = Command::new("sh").args(["-c", script]).stdout(Stdio::piped()).spawn().expect("a shell");
    let mut lines = LineReader::new(child.stdout.take().expect("a pipe"));
    for line in ["one\n", "two\n", "three\n", ""] {
        assert_eq!(next(&mut lines).expect("none fails"), line);
    }
    assert!(sigtrip::wait_child(&mut child).expect("none fails").success());
    assert!(stop_interrupting() > 0);
}

fn handlers_run_while_a_line_is_awaited() {
    let _session = session();
    let (reader, writer) = io::pipe().expect("descriptors");
    let writer = Mutex::new(writer);
    on(Signal::USR1, move |_| {
        log("during the wait");
        let _ = writer.lock().map(|mut writer| writer.write_all(b"bar\n"));
    })
    .expect("ok");
    let sender = send_when_asleep(Signal::USR1);
    let mut lines = LineReader::new(reader);
    assert_eq!(next(&mut lines).expect("none fails"), "bar\n", "written by the handler");
    assert_eq!(take_log(), ["during the wait"]);
    sender.join().expect("it does not panic");
}

fn a_signal_that_another_thread_receives_is_handled_during_the_wait() {
    let _session = session();
    fail_with(Signal::USR1, 5);
    let (reader, _writer) = io::pipe().expect("descriptors");
    let receiver = when_asleep(|| trip(Signal::USR1)); // received there
    raw::block(Signal::USR1, true);
    failed_with(next(&mut LineReader::new(reader)), 5);
    receiver.join().expect("it does not panic");
}

/// CPython's `test_file_eintr`: signals while text comes in pieces. Here the handlers fail, at every moment.
fn nothing_is_lost_when_handlers_fail() {
    const LINES: u32 = 3000;
    let _session = session();
    fail_with(Signal::USR1, 5);
    let (reader, mut writer) = io::pipe().expect("descriptors");
    let (owner, tid) = (raw::Thread::current(), raw::tid());
    let helper = thread::spawn(move || {
        for n in 0..LINES {
            let line = format!("{n} and some text\n");
            let (start, rest) = line.split_at(n as usize % line.len());
            writer.write_all(start.as_bytes()).expect("it is open");
            owner.send(Signal::USR1);
            if n % 50 == 0 {
                raw::wait_until_it_sleeps(tid);
            }
            writer.write_all(rest.as_bytes()).expect("it is open");
        }
    });
    let mut lines = LineReader::new(reader);
    let (mut n, mut failures) = (0, 0);
    while n < LINES {
        match next(&mut lines) {
            Ok(line) => {
                assert_eq!(line, format!("{n} and some text\n"));
                n += 1;
            }
            failed => {
                failed_with(failed, 5);
                failures += 1;
            }
        }
    }
    helper.join().expect("it does not panic");
    assert!(failures > 0);
    let rest = sigtrip::check_signals();
    assert!(rest.is_ok() || matches!(rest, Err(Interrupt::Exit(5))));
    assert_eq!(next(&mut lines).expect("none is sent any more"), "");
}

fn a_handler_runs_although_the_line_is_there() {
    let _session = session();
    let mut lines = piped(b"one\ntwo\n");
    fail_with(Signal::USR1, 5);
    assert_eq!(next(&mut lines).expect("none fails"), "one\n");
    assert_eq!(lines.buffer(), b"two\n");
    trip(Signal::USR1);
    failed_with(next(&mut lines), 5);
    assert_eq!(next(&mut lines).expect("none fails"), "two\n");
}

/// The handler takes what was there: a `read` then would block, and no signal that another thread receives would end it.
fn what_a_handler_has_read_is_not_waited_for_in_read() {
    let _session = session();
    let (reader, mut writer) = io::pipe().expect("descriptors");
    let handlers_end = Mutex::new(reader.try_clone().expect("a descriptor"));
    on(Signal::USR1, move |_| {
        log("took it");
        let mut reader = handlers_end.lock().expect("no handler panics with it");
        let mut fds = [PollFd::readable(reader.as_fd())];
        if sigtrip::poll(&mut fds, Some(Duration::ZERO))? > 0 {
            reader.read_exact(&mut [0])?; // unless the line's reader was faster
        }
        Ok(())
    })
    .expect("ok");
    on(Signal::USR2, |_| Err(Interrupt::exit(5))).expect("ok");
    let tid = raw::tid();
    let helper = thread::spawn(move || {
        for _ in 0..500 {
            raw::wait_until_it_sleeps(tid);
            writer.write_all(b"x").expect("it is open");
            trip(Signal::USR1);
        }
        raw::wait_until_it_sleeps(tid);
        trip(Signal::USR2);
        writer
    });
    for signal in [Signal::USR1, Signal::USR2] {
        raw::block(signal, true); // received on the other thread
    }
    let mut lines = LineReader::new(reader);
    failed_with(next(&mut lines), 5);
    helper.join().expect("it does not panic");
    assert!(!take_log().is_empty());
}

fn a_descriptor_that_does_not_block() {
    let _session = session();
    let (mut writer, reader) = UnixStream::pair().expect("descriptors");
    reader.set_nonblocking(true).expect("ok");
    let helper = when_asleep(move || writer.write_all(b"late\n").expect("it is open"));
    let mut lines = LineReader::new(OwnedFd::from(reader));
    assert_eq!(next(&mut lines).expect("none fails"), "late\n");
    assert_eq!(next(&mut lines).expect("none fails"), "");
    helper.join().expect("it does not panic");
}

fn a_line_that_is_no_text_is_skipped() {
    let _session = session();
    let mut lines = piped(b"good\nb\xFFd\nfine\n\xC3");
    assert_eq!(next(&mut lines).expect("text"), "good\n");
    let mut line = String::from("as it was");
    assert_eq!(error(lines.read_line(&mut line)), Error::NotUtf8);
    assert_eq!(line, "as it was");
    assert_eq!(next(&mut lines).expect("text"), "fine\n");
    assert_eq!(error(next(&mut lines)), Error::NotUtf8);
    assert_eq!(next(&mut lines).expect("the end"), "");
    assert_eq!(io::Error::from(Error::NotUtf8).kind(), io::ErrorKind::InvalidData);
}

fn text_of_several_bytes_may_be_cut_anywhere() {
    let _session = session();
    let (reader, mut writer) = io::pipe().expect("descriptors");
    let tid = raw::tid();
    let helper = thread::spawn(move || {
        for byte in "größer → ∞\n".bytes() {
            raw::wait_until_it_sleeps(tid);
            writer.write_all(&[byte]).expect("it is open");
        }
    });
    assert_eq!(next(&mut LineReader::new(reader)).expect("text"), "größer → ∞\n");
    helper.join().expect("it does not panic");
}

fn lines_longer_than_a_chunk() {
    let _session = session();
    let (reader, mut writer) = io::pipe().expect("descriptors");
    let long = "x".repeat(300_000) + "\n";
    let sent = long.clone() + "short\n";
    let helper = thread::spawn(move || writer.write_all(sent.as_bytes()).expect("it is open"));
    let mut lines = LineReader::new(reader);
    assert_eq!(next(&mut lines).expect("none fails"), long);
    assert_eq!(next(&mut lines).expect("none fails"), "short\n");
    helper.join().expect("it does not panic");
}

fn what_can_not_be_read_is_refused() {
    let _session = session();
    let errno = |result| match error(result) {
        Error::System { call: "read", errno } => errno.raw(),
        other => panic!("{other:?}"),
    };
    let folder = File::open("/").expect("it is there");
    assert_eq!(errno(next(&mut LineReader::new(folder))), libc::EISDIR);
    let (_reader, writer) = io::pipe().expect("descriptors");
    assert_eq!(errno(next(&mut LineReader::new(writer))), libc::EBADF);
    let (reader, _writer) = io::pipe().expect("descriptors");
    raw::close(reader.as_raw_fd());
    let mut lines = std::mem::ManuallyDrop::new(LineReader::new(reader));
    assert_eq!(errno(next(&mut lines)), libc::EBADF);
}

/// Where the end is not the end: a terminal after Ctrl-D, a file that grows.
fn the_end_of_a_terminal_is_not_for_ever() {
    let _session = session();
    let mut file = raw::unnamed_file();
    let mut lines = LineReader::new(file.try_clone().expect("a descriptor"));
    assert_eq!(next(&mut lines).expect("none fails"), "");
    file.write_all(b"more\n").expect("it is open");
    file.rewind().expect("it can be rewound");
    assert_eq!(next(&mut lines).expect("none fails"), "more\n");
}

fn standard_input() {
    let _session = session();
    assert_eq!(next(&mut LineReader::stdin()).expect("none fails"), "", "it is /dev/null here");
}

fn another_thread_reads_lines() {
    let _session = session();
    log_signal(Signal::USR1);
    let (reader, mut writer) = io::pipe().expect("descriptors");
    let (sender, receiver) = std::sync::mpsc::channel();
    let other = thread::spawn(move || {
        sender.send((raw::Thread::current(), raw::tid())).expect("main listens");
        next(&mut LineReader::new(reader)).expect("no handlers here")
    });
    let (thread, tid) = receiver.recv().expect("it says who it is");
    raw::wait_until_it_sleeps(tid);
    thread.send(Signal::USR1);
    writer.write_all(b"line\n").expect("it is open");
    assert_eq!(other.join().expect("it does not panic"), "line\n");
    sigtrip::check_signals().expect("none fails");
    assert_eq!(take_log(), ["SIGUSR1"]);
}

fn a_polling_session_does_not_wait() {
    let _session = sigtrip::init_with(Options::untouched().polling(true)).expect("the first");
    assert_eq!(error(next(&mut piped(b"one\n"))), Error::PollingOnly);
}
