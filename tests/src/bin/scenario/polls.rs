//! Waiting for descriptors, and foreign calls made again.

use std::{
    io::{self, PipeReader, PipeWriter, Read, Write},
    os::fd::{AsFd, AsRawFd, BorrowedFd},
    sync::{
        Mutex,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use sigtrip::{Error, Interrupt, Options, PollFd, Signal, on, poll, retry};
use sigtrip_tests::raw;

use crate::helpers::{
    LONG, SHORT, error, fail_with, failed_with, interrupt_every_few_milliseconds, log, log_signal,
    send_when_asleep, session, stop_interrupting, take_log, trip, when_asleep,
};

crate::scenarios!(
    poll_lasts_in_full_although_handlers_run,
    poll_of_zero_looks_and_runs_handlers,
    poll_for_ever_is_possible,
    what_is_found_is_told,
    a_closed_descriptor_is_told,
    more_descriptors_than_there_can_be_are_refused,
    a_failing_handler_ends_the_wait,
    what_was_found_stays_when_the_wait_fails,
    a_signal_that_another_thread_receives_is_handled_during_the_wait,
    what_a_handler_has_read_is_not_told_as_readable,
    waits_nest_in_handlers,
    another_thread_polls_in_full,
    a_polling_session_does_not_wait,
    no_wake_is_lost_when_signals_come_just_before_the_poll,
    retry_runs_handlers_and_tries_again,
    retry_ends_when_a_handler_fails,
    retry_runs_what_came_just_before,
    retry_passes_other_errors_on,
    a_kick_gets_retry_out_of_a_foreign_call,
);

fn pipe() -> (PipeReader, PipeWriter) {
    io::pipe().expect("descriptors")
}

/// How many are ready, and whether the first can be read.
fn look(fd: BorrowedFd<'_>, timeout: Option<Duration>) -> Result<(usize, bool), Interrupt> {
    let mut fds = [PollFd::readable(fd)];
    Ok((poll(&mut fds, timeout)?, fds[0].is_readable()))
}

fn poll_lasts_in_full_although_handlers_run() {
    let _session = session();
    let (reader, _writer) = pipe();
    interrupt_every_few_milliseconds();
    let start = Instant::now();
    assert_eq!(look(reader.as_fd(), Some(SHORT)).expect("none fails"), (0, false));
    assert!(start.elapsed() >= SHORT, "{:?}", start.elapsed());
    assert!(stop_interrupting() > 0);
    let start = Instant::now();
    assert_eq!(poll(&mut [], Some(SHORT)).expect("none fails"), 0, "no descriptors: just the time");
    assert!(start.elapsed() >= SHORT);
}

fn poll_of_zero_looks_and_runs_handlers() {
    let _session = session();
    log_signal(Signal::USR1);
    let (reader, mut writer) = pipe();
    trip(Signal::USR1);
    assert_eq!(look(reader.as_fd(), Some(Duration::ZERO)).expect("none fails"), (0, false));
    assert_eq!(take_log(), ["SIGUSR1"]);
    writer.write_all(b"x").expect("it is open");
    assert_eq!(look(reader.as_fd(), Some(Duration::ZERO)).expect("none fails"), (1, true));
}

fn poll_for_ever_is_possible() {
    let _session = session();
    for timeout in [None, Some(Duration::MAX)] {
        let (reader, mut writer) = pipe();
        let helper = when_asleep(move || writer.write_all(b"x").expect("it is open"));
        assert_eq!(look(reader.as_fd(), timeout).expect("none fails"), (1, true));
        helper.join().expect("it does not panic");
    }
}

fn what_is_found_is_told() {
    let _session = session();
    let (reader, writer) = pipe();
    let mut fds = [PollFd::readable(reader.as_fd()), PollFd::writable(writer.as_fd())];
    assert_eq!(poll(&mut fds, None).expect("none fails"), 1);
    assert!(!fds[0].is_readable() && fds[1].is_writable());
    drop(writer);
    let mut fds = [PollFd::readable(reader.as_fd())];
    assert_eq!(poll(&mut fds, None).expect("none fails"), 1);
    assert!(fds[0].has_hung_up() && !fds[0].is_readable() && !fds[0].is_invalid());
    let (reader, writer) = pipe();
    drop(reader);
    let mut fds = [PollFd::writable(writer.as_fd())];
    assert_eq!(poll(&mut fds, None).expect("none fails"), 1);
    assert!(fds[0].has_error());
    let (one, mut two) = std::os::unix::net::UnixStream::pair().expect("descriptors");
    two.write_all(b"x").expect("it is open");
    let mut fds = [PollFd::readable_or_writable(one.as_fd())];
    assert_eq!(poll(&mut fds, None).expect("none fails"), 1);
    assert!(fds[0].is_readable() && fds[0].is_writable());
}

fn a_closed_descriptor_is_told() {
    let _session = session();
    let (reader, writer) = pipe();
    let fds = &mut [PollFd::readable(reader.as_fd())];
    poll(fds, Some(Duration::ZERO)).expect("none fails"); // or the wake descriptor would be made with that number
    raw::close(reader.as_raw_fd());
    assert_eq!(poll(fds, None).expect("none fails"), 1);
    assert!(fds[0].is_invalid());
    drop(writer);
    let _gone = std::mem::ManuallyDrop::new(reader);
}

fn more_descriptors_than_there_can_be_are_refused() {
    let _session = session();
    let (reader, _writer) = pipe();
    let mut fds = vec![PollFd::readable(reader.as_fd()); 1 << 21];
    let refused = error(poll(&mut fds, Some(Duration::ZERO)));
    let Error::System { call: "ppoll", errno } = refused else { panic!("{refused:?}") };
    assert_eq!(errno.raw(), libc::EINVAL);
}

fn a_failing_handler_ends_the_wait() {
    let _session = session();
    fail_with(Signal::USR1, 5);
    let (reader, _writer) = pipe();
    let sender = send_when_asleep(Signal::USR1);
    let start = Instant::now();
    failed_with(look(reader.as_fd(), Some(LONG)), 5);
    assert!(start.elapsed() < LONG);
    sender.join().expect("it does not panic");
    trip(Signal::USR1);
    failed_with(look(reader.as_fd(), None), 5);
}

fn what_was_found_stays_when_the_wait_fails() {
    let _session = session();
    fail_with(Signal::USR1, 5);
    let (mut reader, mut writer) = pipe();
    writer.write_all(b"x").expect("it is open");
    let same = reader.try_clone().expect("a descriptor");
    let mut fds = [PollFd::readable(same.as_fd())];
    poll(&mut fds, None).expect("none fails");
    reader.read_exact(&mut [0]).expect("it is there");
    trip(Signal::USR1);
    failed_with(poll(&mut fds, None), 5);
    assert!(fds[0].is_readable(), "that of the last time");
    assert_eq!(poll(&mut fds, Some(Duration::ZERO)).expect("none fails"), 0);
    assert!(!fds[0].is_readable());
}

fn a_signal_that_another_thread_receives_is_handled_during_the_wait() {
    let _session = session();
    let (reader, writer) = pipe();
    let writer = Mutex::new(writer);
    on(Signal::USR1, move |_| {
        log("during the wait");
        let _ = writer.lock().map(|mut writer| writer.write_all(b"x"));
    })
    .expect("ok");
    let receiver = when_asleep(|| trip(Signal::USR1)); // received there
    raw::block(Signal::USR1, true);
    assert_eq!(look(reader.as_fd(), None).expect("none fails"), (1, true), "the handler has written");
    assert_eq!(take_log(), ["during the wait"]);
    receiver.join().expect("it does not panic");
}

/// The signal and the byte come together, and the handler reads the byte: whoever reads then would block.
fn what_a_handler_has_read_is_not_told_as_readable() {
    let _session = session();
    let (reader, writer) = pipe();
    let handlers_end = Mutex::new(reader.try_clone().expect("a descriptor"));
    on(Signal::USR1, move |_| {
        let _ = handlers_end.lock().map(|mut reader| reader.read_exact(&mut [0]));
        log("read");
    })
    .expect("ok");
    // A byte, and the signal to another thread: the poll tells of both at once now and then.
    for _ in 0..2000 {
        let mut writer = writer.try_clone().expect("a descriptor");
        let helper = when_asleep(move || {
            writer.write_all(b"x").expect("it is open");
            trip(Signal::USR1);
        });
        raw::block(Signal::USR1, true);
        let (_, readable) = look(reader.as_fd(), Some(Duration::from_millis(2))).expect("none fails");
        if readable && !take_log().is_empty() {
            panic!("the handler had read it");
        }
        helper.join().expect("it does not panic");
        sigtrip::check_signals().expect("none fails");
        take_log();
        raw::block(Signal::USR1, false);
    }
}

fn waits_nest_in_handlers() {
    let _session = session();
    let (reader, mut writer) = pipe();
    let (inner_reader, inner_writer) = pipe();
    on(Signal::USR1, move |_| {
        log("inner waits");
        let mut writer = inner_writer.try_clone()?;
        let helper = when_asleep(move || writer.write_all(b"x").expect("it is open"));
        let (_, readable) = look(inner_reader.as_fd(), None)?;
        let _ = helper.join();
        log(format!("inner ends: {readable}"));
        Ok(())
    })
    .expect("ok");
    let tid = raw::tid();
    let owner = raw::Thread::current();
    let helper = thread::spawn(move || {
        raw::wait_until_it_sleeps(tid);
        owner.send(Signal::USR1);
        thread::sleep(SHORT);
        writer.write_all(b"x").expect("it is open");
    });
    assert_eq!(look(reader.as_fd(), None).expect("none fails"), (1, true));
    helper.join().expect("it does not panic");
    assert_eq!(take_log(), ["inner waits", "inner ends: true"]);
}

fn another_thread_polls_in_full() {
    let _session = session();
    log_signal(Signal::USR1);
    let (reader, _writer) = pipe();
    let (sender, receiver) = std::sync::mpsc::channel();
    let poller = thread::spawn(move || {
        sender.send((raw::Thread::current(), raw::tid())).expect("main listens");
        let start = Instant::now();
        assert_eq!(look(reader.as_fd(), Some(SHORT)).expect("no handlers here"), (0, false));
        start.elapsed()
    });
    let (thread, tid) = receiver.recv().expect("it says who it is");
    raw::wait_until_it_sleeps(tid);
    thread.send(Signal::USR1);
    assert!(poller.join().expect("it does not panic") >= SHORT);
    sigtrip::check_signals().expect("none fails");
    assert_eq!(take_log(), ["SIGUSR1"]);
}

fn a_polling_session_does_not_wait() {
    let _session = sigtrip::init_with(Options::untouched().polling(true)).expect("the first");
    let (reader, _writer) = pipe();
    assert_eq!(error(look(reader.as_fd(), Some(Duration::ZERO))), Error::PollingOnly);
}

/// As in `waits.rs`, with `poll` instead of `pause`: only the wake descriptor can wake the owner.
fn no_wake_is_lost_when_signals_come_just_before_the_poll() {
    const ROUNDS: u32 = 20_000;
    static HANDLED: AtomicU32 = AtomicU32::new(0);
    let _session = session();
    let (reader, writer) = pipe();
    let last = Mutex::new(writer);
    on(Signal::USR1, move |_| {
        if HANDLED.fetch_add(1, Ordering::Relaxed) + 1 == ROUNDS {
            let _ = last.lock().map(|mut writer| writer.write_all(b"x"));
        }
    })
    .expect("ok");
    raw::block(Signal::USR1, true); // received on the other thread
    let receiver = thread::spawn(|| {
        raw::block(Signal::USR1, false);
        for round in 0..ROUNDS {
            trip(Signal::USR1);
            while HANDLED.load(Ordering::Relaxed) <= round {
                thread::yield_now();
            }
        }
    });
    assert_eq!(look(reader.as_fd(), None).expect("none fails"), (1, true));
    assert_eq!(HANDLED.load(Ordering::Relaxed), ROUNDS);
    receiver.join().expect("it does not panic");
}

/// One `read` of a pipe.
fn read_one(mut reader: &PipeReader) -> Result<u8, Interrupt> {
    let mut byte = [0];
    retry(|| reader.read(&mut byte))?;
    Ok(byte[0])
}

fn retry_runs_handlers_and_tries_again() {
    let _session = session();
    let (reader, writer) = pipe();
    let writer = Mutex::new(writer);
    on(Signal::USR1, move |_| {
        log("during the call");
        let _ = writer.lock().map(|mut writer| writer.write_all(b"x"));
    })
    .expect("ok");
    let sender = send_when_asleep(Signal::USR1);
    assert_eq!(read_one(&reader).expect("none fails"), b'x', "written by the handler");
    assert_eq!(take_log(), ["during the call"]);
    sender.join().expect("it does not panic");
}

fn retry_ends_when_a_handler_fails() {
    let _session = session();
    fail_with(Signal::USR1, 5);
    let (reader, mut writer) = pipe();
    for _ in 0..2 {
        let sender = send_when_asleep(Signal::USR1);
        failed_with(read_one(&reader), 5);
        sender.join().expect("it does not panic");
    }
    writer.write_all(b"x").expect("it is open");
    assert_eq!(read_one(&reader).expect("none fails"), b'x');
}

fn retry_runs_what_came_just_before() {
    let _session = session();
    fail_with(Signal::USR1, 5);
    let (reader, _writer) = pipe();
    trip(Signal::USR1);
    failed_with(read_one(&reader), 5);
}

fn retry_passes_other_errors_on() {
    let _session = session();
    let refused = retry(|| std::fs::File::open("/no/such/file")).expect_err("it is not there");
    let Interrupt::Other(cause) = refused else { panic!("{refused:?}") };
    let kind = cause.downcast_ref::<io::Error>().map(io::Error::kind);
    assert_eq!(kind, Some(io::ErrorKind::NotFound));
    failed_with(retry(|| -> io::Result<()> { Err(Interrupt::exit(3).into()) }), 3);
}

fn a_kick_gets_retry_out_of_a_foreign_call() {
    let _session = sigtrip::init_with(Options::untouched().kick(Signal::URG)).expect("the first");
    fail_with(Signal::USR1, 5);
    let (reader, _writer) = pipe();
    let receiver = when_asleep(|| trip(Signal::USR1)); // received there
    raw::block(Signal::USR1, true);
    failed_with(read_one(&reader), 5);
    receiver.join().expect("it does not panic");
}
