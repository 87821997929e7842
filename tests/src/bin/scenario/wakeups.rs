//! The wakeup descriptor, and the kick.

#![allow(unsafe_code)]

use std::{
    io::{PipeReader, PipeWriter, Read},
    os::{
        fd::{AsFd, AsRawFd, BorrowedFd},
        unix::net::UnixStream,
    },
    thread,
    time::{Duration, Instant},
};

use sigtrip::{Error, Options, Signal, check_signals, get_wakeup_fd, init_with, on, set_wakeup_fd};
use sigtrip_tests::{
    PATIENCE,
    raw::{self, in_a_fork},
};

use crate::helpers::{log, log_signal, session, take_log, trip};

crate::scenarios!(
    a_byte_for_each_delivery,
    sockets_too,
    an_eventfd_counts,
    the_bit_is_there_when_the_byte_is,
    bad_descriptors_are_refused,
    the_one_before_is_returned,
    a_full_buffer_loses_bytes_and_no_signal,
    a_descriptor_that_is_closed_writes_nowhere_else,
    errno_is_kept,
    a_child_has_none,
    it_ends_with_the_session,
    a_pass_that_fails_writes_again,
    the_plain_trampoline_comes_back,
    a_kick_ends_a_foreign_call,
    a_kick_is_sent_once_until_the_owner_dispatches,
    a_vfork_child_takes_no_kick_away,
    without_a_kick_a_foreign_call_goes_on,
    a_kick_does_not_end_a_pause,
    a_signal_to_kick_with_must_be_one,
);

/// A pipe whose writing end does not block.
fn pipe() -> (PipeReader, PipeWriter) {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    raw::set_nonblocking(writer.as_fd());
    (reader, writer)
}

fn read(reader: &mut PipeReader, count: usize) -> Vec<u8> {
    let mut bytes = vec![0; count];
    reader.read_exact(&mut bytes).expect("they are there");
    bytes
}

/// What can be read without waiting.
fn rest(reader: &mut PipeReader) -> Vec<u8> {
    raw::set_nonblocking(reader.as_fd());
    let mut bytes = Vec::new();
    let end = reader.read_to_end(&mut bytes);
    assert!(end.is_ok() || end.is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock));
    bytes
}

fn a_byte_for_each_delivery() {
    let _session = session();
    log_signal(Signal::USR1);
    let last = Signal::from_raw(Signal::MAX).expect("in range");
    let (mut reader, writer) = pipe();
    set_wakeup_fd(Some(writer.as_fd()), true).expect("ok");
    log_signal(last); // installed after it was set
    for target in [Signal::USR1, Signal::USR1, last] {
        trip(target);
    }
    assert_eq!(read(&mut reader, 3), [10, 10, 64], "not coalesced, as in Python");
    check_signals().expect("none fails");
    assert_eq!(take_log(), ["SIGUSR1", "SIGRTMAX"]);
    sigtrip::signal(Signal::USR1, sigtrip::Disposition::Ignore).expect("ok");
    trip(Signal::USR1);
    assert_eq!(rest(&mut reader), [0; 0], "none for an ignored signal");
}

fn sockets_too() {
    let _session = session();
    log_signal(Signal::USR1);
    let (mut reader, writer) = UnixStream::pair().expect("a pair");
    writer.set_nonblocking(true).expect("ok");
    set_wakeup_fd(Some(writer.as_fd()), true).expect("ok");
    trip(Signal::USR1);
    let mut byte = [0];
    reader.read_exact(&mut byte).expect("it is there");
    assert_eq!(byte, [10]);
}

/// CPython writes its one byte, which an eventfd refuses.
fn an_eventfd_counts() {
    let _session = session();
    log_signal(Signal::USR1);
    let eventfd = raw::eventfd();
    set_wakeup_fd(Some(eventfd.as_fd()), true).expect("ok");
    (0..3).for_each(|_| trip(Signal::USR1));
    let mut count = [0; 8];
    (&eventfd).read_exact(&mut count).expect("it is there");
    assert_eq!(u64::from_ne_bytes(count), 3);
}

/// bpo-30038: who reads the byte on another thread finds the bit already set.
fn the_bit_is_there_when_the_byte_is() {
    let _session = session();
    log_signal(Signal::USR1);
    let (mut reader, writer) = pipe();
    set_wakeup_fd(Some(writer.as_fd()), true).expect("ok");
    let watcher = thread::spawn(move || {
        (0..1000).all(|_| {
            let byte = read(&mut reader, 1);
            byte == [10] && sigtrip::embed::any_pending()
        })
    });
    for _ in 0..1000 {
        trip(Signal::USR1);
    }
    assert!(watcher.join().expect("it does not panic"));
    check_signals().expect("none fails");
}

fn bad_descriptors_are_refused() {
    let session = session();
    let (_reader, blocking) = std::io::pipe().expect("a pipe");
    let number = blocking.as_raw_fd();
    assert_eq!(set_wakeup_fd(Some(blocking.as_fd()), true), Err(Error::Blocking(number)));
    // SAFETY: nobody has this number; that is the point, and it is only asked about.
    let closed = unsafe { BorrowedFd::borrow_raw(9999) };
    let refused = set_wakeup_fd(Some(closed), true).expect_err("it is not open");
    assert!(matches!(refused, Error::System { errno, .. } if errno.raw() == libc::EBADF), "{refused}");
    assert_eq!(get_wakeup_fd(), None);
    let (_reader, writer) = pipe();
    let other = thread::spawn(move || set_wakeup_fd(Some(writer.as_fd()), true));
    assert_eq!(other.join().expect("it does not panic"), Err(Error::NotOwner));
    drop(session);
    assert_eq!(set_wakeup_fd(None, true), Err(Error::NotInitialized));
}

fn the_one_before_is_returned() {
    let _session = session();
    let (first, second) = (pipe(), pipe());
    assert_eq!(set_wakeup_fd(None, true), Ok(None));
    assert_eq!(set_wakeup_fd(Some(first.1.as_fd()), true), Ok(None));
    assert_eq!(get_wakeup_fd(), Some(first.1.as_raw_fd()));
    assert_eq!(set_wakeup_fd(Some(second.1.as_fd()), true), Ok(Some(first.1.as_raw_fd())));
    // A refused one changes nothing.
    let (_reader, blocking) = std::io::pipe().expect("a pipe");
    assert!(set_wakeup_fd(Some(blocking.as_fd()), true).is_err());
    assert_eq!(get_wakeup_fd(), Some(second.1.as_raw_fd()));
    assert_eq!(set_wakeup_fd(None, true), Ok(Some(second.1.as_raw_fd())));
    assert_eq!(get_wakeup_fd(), None);
}

fn a_full_buffer_loses_bytes_and_no_signal() {
    let _session = session();
    log_signal(Signal::USR1);
    log_signal(Signal::USR2);
    let (mut reader, writer) = pipe();
    set_wakeup_fd(Some(writer.as_fd()), false).expect("ok");
    for _ in 0..70_000 {
        trip(Signal::USR1); // more than the pipe holds
    }
    trip(Signal::USR2);
    check_signals().expect("none fails");
    assert_eq!(take_log(), ["SIGUSR1", "SIGUSR2"]);
    assert!(rest(&mut reader).iter().all(|&byte| byte == 10));
}

/// The user closes his descriptor and another file gets its number: it must get no byte.
fn a_descriptor_that_is_closed_writes_nowhere_else() {
    let _session = session();
    log_signal(Signal::USR1);
    let (mut reader, writer) = pipe();
    set_wakeup_fd(Some(writer.as_fd()), true).expect("ok");
    let number = writer.as_raw_fd();
    drop(writer);
    let (mut innocent, its_writer) = pipe();
    let same_number = innocent.as_raw_fd() == number || its_writer.as_raw_fd() == number;
    assert!(same_number, "the system gives out the lowest number that is free");
    trip(Signal::USR1);
    assert_eq!(rest(&mut innocent), [0; 0]);
    assert_eq!(read(&mut reader, 1), [10]);
}

fn errno_is_kept() {
    let _session = session();
    log_signal(Signal::USR1);
    let (reader, writer) = pipe();
    set_wakeup_fd(Some(writer.as_fd()), true).expect("ok");
    sigtrip::signal(Signal::PIPE, sigtrip::Disposition::Ignore).expect("ok");
    drop(reader); // so that the write fails
    raw::set_errno(12345);
    trip(Signal::USR1);
    assert_eq!(raw::errno(), 12345);
    check_signals().expect("none fails"); // and says so on standard error
}

fn a_child_has_none() {
    let _session = session();
    log_signal(Signal::USR1);
    let (mut reader, writer) = pipe();
    set_wakeup_fd(Some(writer.as_fd()), true).expect("ok");
    let status = in_a_fork(|| {
        trip(Signal::USR1);
        i32::from(get_wakeup_fd().is_some())
    });
    assert_eq!(status, 0);
    assert_eq!(rest(&mut reader), [0; 0]);
    trip(Signal::USR1);
    assert_eq!(rest(&mut reader), [10], "the parent still has it");
}

fn it_ends_with_the_session() {
    let first = session();
    let (mut reader, writer) = pipe();
    set_wakeup_fd(Some(writer.as_fd()), true).expect("ok");
    drop(first);
    assert_eq!(get_wakeup_fd(), None);
    let _second = session();
    log_signal(Signal::USR1);
    trip(Signal::USR1);
    assert_eq!(rest(&mut reader), [0; 0]);
}

fn a_pass_that_fails_writes_again() {
    let _session = session();
    on(Signal::USR1, |_| Err(sigtrip::Interrupt::exit(1))).expect("ok");
    log_signal(Signal::USR2);
    let (mut reader, writer) = pipe();
    set_wakeup_fd(Some(writer.as_fd()), true).expect("ok");
    trip(Signal::USR1);
    trip(Signal::USR2);
    assert_eq!(read(&mut reader, 2), [10, 12]);
    assert!(check_signals().is_err());
    assert_eq!(read(&mut reader, 1), [12], "an event loop that waits for bytes is told of the rest");
}

fn the_plain_trampoline_comes_back() {
    let _session = session();
    log_signal(Signal::USR1);
    let plain = raw::sigaction(Signal::USR1, None);
    let (_reader, writer) = pipe();
    set_wakeup_fd(Some(writer.as_fd()), true).expect("ok");
    assert_ne!(raw::sigaction(Signal::USR1, None), plain);
    set_wakeup_fd(None, true).expect("ok");
    assert_eq!(raw::sigaction(Signal::USR1, None), plain);
}

/// The owner blocks in a foreign read, with USR1 blocked; another thread receives USR1 when it sleeps. Returns how that
/// read ended, and whether it was ended by the watchdog's byte.
fn foreign_read() -> (std::io::Result<usize>, bool) {
    log_signal(Signal::USR1);
    raw::block(Signal::USR1, true);
    let tid = raw::tid();
    let (mut reader, writer) = std::io::pipe().expect("a pipe");
    let (done, is_done) = std::sync::mpsc::channel::<()>();
    let receiver = thread::spawn(move || {
        raw::block(Signal::USR1, false); // inherited
        raw::wait_until_it_sleeps_in(tid, libc::SYS_read);
        trip(Signal::USR1);
        // A while for the read to end; if it does not, a byte ends it.
        let by_itself = is_done.recv_timeout(Duration::from_millis(500)).is_ok();
        let _ = std::io::Write::write_all(&mut &writer, b"x");
        !by_itself
    });
    let end = reader.read(&mut [0]);
    let _ = done.send(());
    (end, receiver.join().expect("it does not panic"))
}

fn a_kick_ends_a_foreign_call() {
    let _session = init_with(Options::untouched().kick(Signal::URG)).expect("the first");
    let (end, by_the_watchdog) = foreign_read();
    assert_eq!(end.expect_err("it is interrupted").kind(), std::io::ErrorKind::Interrupted);
    assert!(!by_the_watchdog);
    check_signals().expect("none fails");
    assert_eq!(take_log(), ["SIGUSR1"]);
}

fn without_a_kick_a_foreign_call_goes_on() {
    let _session = session();
    let (end, by_the_watchdog) = foreign_read();
    assert!(matches!(end, Ok(1)));
    assert!(by_the_watchdog);
    check_signals().expect("none fails");
    assert_eq!(take_log(), ["SIGUSR1"], "delayed, not lost");
}

/// It interrupts the system call, but nothing was handled.
fn a_kick_does_not_end_a_pause() {
    let _session = init_with(Options::untouched().kick(Signal::URG)).expect("the first");
    log_signal(Signal::USR1);
    let (owner, tid) = (raw::Thread::current(), raw::tid());
    let sender = thread::spawn(move || {
        for _ in 0..20 {
            raw::wait_until_it_sleeps_in(tid, libc::SYS_futex);
            owner.send(Signal::URG);
        }
        raw::wait_until_it_sleeps_in(tid, libc::SYS_futex);
        owner.send(Signal::USR1);
    });
    sigtrip::pause().expect("none fails");
    assert_eq!(take_log(), ["SIGUSR1"]);
    sender.join().expect("it does not panic");
}

fn a_kick_is_sent_once_until_the_owner_dispatches() {
    let _session = init_with(Options::untouched().kick(Signal::URG)).expect("the first");
    log_signal(Signal::USR1);
    for _ in 0..2 {
        raw::block(Signal::URG, true); // so that kicks can be seen
        let from_another_thread = || thread::spawn(|| (0..100).for_each(|_| trip(Signal::USR1)));
        from_another_thread().join().expect("it does not panic");
        assert!(raw::is_pending(raw::tid(), Signal::URG));
        raw::block(Signal::URG, false); // delivered: it does nothing
        raw::block(Signal::URG, true);
        from_another_thread().join().expect("it does not panic");
        assert!(!raw::is_pending(raw::tid(), Signal::URG), "kicked already");
        check_signals().expect("none fails");
        assert_eq!(take_log(), ["SIGUSR1"]);
    }
    // A delivery on the owner itself needs none.
    trip(Signal::USR1);
    assert!(!raw::is_pending(raw::tid(), Signal::URG));
    let start = Instant::now();
    sigtrip::pause().expect("none fails");
    assert!(start.elapsed() < PATIENCE);
    log("done");
}

/// It shares the memory, where it says that the owner is kicked; so it must kick him, who is in its parent.
fn a_vfork_child_takes_no_kick_away() {
    let _session = init_with(Options::untouched().kick(Signal::URG)).expect("the first");
    log_signal(Signal::USR1);
    raw::block(Signal::URG, true); // so that a kick can be seen
    let other = thread::spawn(|| {
        assert_eq!(sigtrip_tests::spawns::in_a_vfork(Signal::USR1, false), 0);
        trip(Signal::USR1);
    });
    other.join().expect("it does not panic");
    assert!(raw::is_pending(raw::tid(), Signal::URG), "the owner's foreign call would go on");
    check_signals().expect("none fails");
    assert_eq!(take_log(), ["SIGUSR1"]);
}

fn a_signal_to_kick_with_must_be_one() {
    for bad in [Signal::KILL, Signal::STOP] {
        assert_eq!(init_with(Options::untouched().kick(bad)).map(drop), Err(Error::Uncatchable(bad)));
    }
    let session = init_with(Options::untouched().kick(Signal::URG)).expect("none was left open");
    drop(session);
    assert_eq!(raw::sigaction(Signal::URG, None), raw::Action::DEFAULT);
}
