//! Ready-made hooks.

#![allow(unsafe_code)]

use std::{
    io::{ErrorKind, Read},
    os::{
        fd::{AsRawFd, OwnedFd},
        unix::net::UnixStream,
    },
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use sigtrip::{
    Error, Signal,
    hooks::{self, Ready, emulate_default},
    unregister_hook,
};
use sigtrip_tests::raw::{self, in_a_fork};

use crate::{
    helpers::{reserved, trip},
    hooks::{hook, more, number, read},
};

crate::scenarios!(
    a_flag_a_number_and_a_count,
    statics_too,
    what_they_hold_is_given_up,
    a_byte_is_written,
    an_eventfd_counts,
    bad_descriptors_are_refused,
    a_full_pipe_blocks_nobody,
    a_reader_that_is_gone_costs_one_sigpipe,
    a_child_writes_nothing,
    the_second_time_ends_the_process,
    the_second_time_kills,
    the_default_of_what_terminates,
    the_default_of_what_stops,
    the_default_of_what_is_ignored,
    the_default_from_inside_a_hook,
    the_default_as_pid_1,
);

fn a_flag_a_number_and_a_count() {
    let (flag, word, count) =
        (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(7)));
    hooks::set_flag(Signal::USR1, flag.clone()).expect("ok");
    hooks::store(Signal::USR1, word.clone(), usize::MAX).expect("ok");
    hooks::count(Signal::USR1, count.clone()).expect("ok");
    assert!(!flag.load(Ordering::Acquire));
    trip(Signal::USR1);
    trip(Signal::USR1);
    assert!(flag.load(Ordering::Acquire));
    assert_eq!((read(&word), read(&count)), (usize::MAX, 9));
    assert_eq!(hooks::set_flag(Signal::KILL, flag), Err(Error::Uncatchable(Signal::KILL)));
}

fn statics_too() {
    static FLAG: AtomicBool = AtomicBool::new(false);
    static WORD: AtomicUsize = AtomicUsize::new(0);
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    static SET: Ready = Ready::set_flag(&FLAG);
    static STORE: Ready = Ready::store(&WORD, usize::MAX);
    static COUNTS: Ready = Ready::count(&COUNT);
    let ids = [&SET, &STORE, &COUNTS].map(|ready| hooks::register(Signal::USR1, ready).expect("ok"));
    assert_eq!(hooks::register(Signal::USR2, &SET), Err(Error::HookInUse));
    assert_eq!(hooks::register(Signal::SEGV, &COUNTS), Err(Error::Fault(Signal::SEGV)));
    hooks::count(Signal::USR1, &COUNT).expect("shared with a closure");
    trip(Signal::USR1);
    assert!(FLAG.load(Ordering::Acquire));
    assert_eq!((read(&WORD), read(&COUNT)), (usize::MAX, 2));
    assert!(ids.into_iter().all(unregister_hook));
    trip(Signal::USR1);
    assert_eq!(read(&COUNT), 3);
}

fn what_they_hold_is_given_up() {
    let flag = Arc::new(AtomicBool::new(false));
    let id = hooks::set_flag(Signal::USR1, flag.clone()).expect("ok");
    assert_eq!(Arc::strong_count(&flag), 2);
    assert!(unregister_hook(id));
    assert_eq!(Arc::strong_count(&flag), 1);
    assert!(hooks::set_flag(Signal::STOP, flag.clone()).is_err());
    assert_eq!(Arc::strong_count(&flag), 1);
}

fn pipe() -> (std::io::PipeReader, std::io::PipeWriter) {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    raw::set_nonblocking(std::os::fd::AsFd::as_fd(&writer));
    (reader, writer)
}

fn a_byte_is_written() {
    let (mut from_pipe, writer) = pipe();
    let (mut from_socket, socket) = UnixStream::pair().expect("sockets");
    socket.set_nonblocking(true).expect("ok");
    let ids = [hooks::write_to(Signal::USR1, writer), hooks::write_to(Signal::USR2, socket)];
    trip(Signal::USR2);
    trip(Signal::USR1);
    let mut byte = [0];
    from_pipe.read_exact(&mut byte).expect("a byte");
    assert_eq!(byte, [10]);
    from_socket.read_exact(&mut byte).expect("a byte");
    assert_eq!(byte, [12]);
    assert!(ids.into_iter().all(|id| unregister_hook(id.expect("ok"))));
    assert_eq!(from_pipe.read(&mut byte).expect("the end"), 0, "it was closed");
    assert_eq!(from_socket.read(&mut byte).expect("the end"), 0, "it was closed");
}

fn an_eventfd_counts() {
    let mut reader = raw::eventfd();
    hooks::write_to(Signal::USR1, reader.try_clone().expect("ok")).expect("ok");
    for _ in 0..3 {
        trip(Signal::USR1);
    }
    let mut count = [0; 8];
    reader.read_exact(&mut count).expect("it counted");
    assert_eq!(u64::from_ne_bytes(count), 3);
}

fn bad_descriptors_are_refused() {
    let (_reader, writer) = std::io::pipe().expect("a pipe"); // it blocks
    let descriptor = writer.as_raw_fd();
    assert_eq!(hooks::write_to(Signal::USR1, writer), Err(Error::Blocking(descriptor)));
    let (_reader, writer) = pipe();
    raw::close(writer.as_raw_fd());
    let closed = OwnedFd::from(writer);
    let Err(Error::System { call: "fcntl", errno }) = hooks::write_to(Signal::USR1, closed) else {
        panic!("it is closed");
    };
    assert_eq!(errno.raw(), libc::EBADF);
    assert_eq!(raw::sigaction(Signal::USR1, None), raw::Action::DEFAULT);
}

fn a_full_pipe_blocks_nobody() {
    let (mut reader, writer) = pipe();
    hooks::write_to(Signal::USR1, writer).expect("ok");
    for _ in 0..100_000 {
        trip(Signal::USR1);
    }
    raw::set_errno(12345);
    trip(Signal::USR1);
    assert_eq!(raw::errno(), 12345);
    reader.read_exact(&mut [0; 4096]).expect("it is full");
}

fn a_reader_that_is_gone_costs_one_sigpipe() {
    let (reader, writer) = pipe();
    let pipes = Arc::new(AtomicUsize::new(0));
    hooks::count(Signal::PIPE, pipes.clone()).expect("ok");
    // The signal that the write itself raises: else it would write for ever.
    hooks::write_to(Signal::PIPE, writer).expect("ok");
    drop(reader);
    for _ in 0..3 {
        trip(Signal::PIPE);
    }
    assert_eq!(read(&pipes), 3 + 1);
}

fn a_child_writes_nothing() {
    let (mut reader, writer) = pipe();
    hooks::write_to(Signal::USR1, writer).expect("ok");
    let count = Arc::new(AtomicUsize::new(0));
    hooks::count(Signal::USR1, count.clone()).expect("ok");
    let status = in_a_fork(|| {
        trip(Signal::USR1);
        i32::from(read(&count) != 1)
    });
    assert_eq!(status, 0);
    raw::set_nonblocking(std::os::fd::AsFd::as_fd(&reader));
    let nothing = reader.read(&mut [0]).expect_err("the parent's pipe is empty");
    assert_eq!(nothing.kind(), ErrorKind::WouldBlock);
}

fn the_second_time_ends_the_process() {
    static STOP: AtomicBool = AtomicBool::new(false);
    static SECOND: Ready = Ready::conditional_shutdown(&STOP, 33);
    static FIRST: Ready = Ready::set_flag(&STOP);
    let closures = || {
        let stop = Arc::new(AtomicBool::new(false));
        hooks::conditional_shutdown(Signal::INT, stop.clone(), 33).expect("ok");
        hooks::set_flag(Signal::INT, stop.clone()).expect("ok");
        trip(Signal::INT);
        assert!(stop.load(Ordering::Acquire));
        trip(Signal::INT);
        0
    };
    assert_eq!(in_a_fork(closures), 33);
    let statics = || {
        hooks::register(Signal::INT, &SECOND).expect("ok");
        hooks::register(Signal::INT, &FIRST).expect("ok");
        trip(Signal::INT);
        assert!(STOP.load(Ordering::Acquire));
        trip(Signal::INT);
        0
    };
    assert_eq!(in_a_fork(statics), 33);
}

/// In a child; how it ended, 128 + n where a signal killed it.
fn end_of(child: impl FnOnce()) -> i32 {
    let pid = raw::fork();
    if pid == 0 {
        child();
        raw::exit_now(0);
    }
    raw::wait_for_exit(pid)
}

fn the_second_time_kills() {
    static STOP: AtomicBool = AtomicBool::new(false);
    static SECOND: Ready = Ready::conditional_default(&STOP);
    static FIRST: Ready = Ready::set_flag(&STOP);
    let closures = || {
        let stop = Arc::new(AtomicBool::new(false));
        hooks::conditional_default(Signal::TERM, stop.clone()).expect("ok");
        hooks::set_flag(Signal::TERM, stop).expect("ok");
        trip(Signal::TERM);
        trip(Signal::TERM);
    };
    assert_eq!(end_of(closures), 128 + libc::SIGTERM);
    let statics = || {
        hooks::register(Signal::TERM, &SECOND).expect("ok");
        hooks::register(Signal::TERM, &FIRST).expect("ok");
        trip(Signal::TERM);
        trip(Signal::TERM);
    };
    assert_eq!(end_of(statics), 128 + libc::SIGTERM);
}

fn the_default_of_what_terminates() {
    let real_time = Signal::real_time(3).expect("there is one");
    for signal in
        [Signal::HUP, Signal::INT, Signal::KILL, Signal::USR1, Signal::ABRT, Signal::SEGV, real_time]
    {
        let ended = end_of(|| {
            if signal != Signal::KILL {
                raw::sigaction(signal, Some(raw::Action::IGNORE)); // whatever stands there
                raw::block(signal, true);
            }
            let _ = emulate_default(signal);
        });
        assert_eq!(ended, 128 + signal.number(), "{signal}");
    }
}

fn the_default_of_what_stops() {
    for signal in [Signal::TSTP, Signal::TTIN, Signal::TTOU, Signal::STOP] {
        let child = raw::fork();
        if child == 0 {
            raw::own_group(); // which is not orphaned: the parent is in another, of the same session
            let count = number();
            if signal != Signal::STOP {
                hook(signal, |_| more(count));
            }
            let (mask, action) = (raw::mask(), raw::sigaction(signal, None));
            raw::set_errno(12345);
            let stopped = emulate_default(signal);
            let kept = raw::errno() == 12345 && raw::mask() == mask && raw::sigaction(signal, None) == action;
            raw::exit_now(if stopped == Ok(()) && kept && read(count) == 0 { 7 } else { 1 });
        }
        assert_eq!(raw::wait_until_it_stops(child), signal.number(), "{signal}");
        sigtrip::kill(child, Signal::CONT).expect("it is there");
        assert_eq!(raw::wait_for_exit(child), 7, "{signal}");
    }
}

fn the_default_of_what_is_ignored() {
    for signal in [Signal::CHLD, Signal::URG, Signal::WINCH, Signal::CONT] {
        assert_eq!(emulate_default(signal), Ok(()));
    }
    for signal in reserved() {
        assert_eq!(emulate_default(signal), Err(Error::Reserved(signal)));
    }
}

/// Where every signal is blocked.
fn the_default_from_inside_a_hook() {
    let dies = || {
        hook(Signal::USR1, |_| _ = emulate_default(Signal::USR1));
        trip(Signal::USR1);
    };
    assert_eq!(end_of(dies), 128 + libc::SIGUSR1);
    let child = raw::fork();
    if child == 0 {
        raw::own_group();
        let count = number();
        hook(Signal::TSTP, |_| {
            let went_on = emulate_default(Signal::TSTP) == Ok(());
            count.fetch_add(usize::from(went_on), Ordering::Relaxed);
        });
        trip(Signal::TSTP);
        let first = read(count);
        trip(Signal::TSTP); // it stops again: the hook is still there
        raw::exit_now(i32::from((first, read(count)) != (1, 2)));
    }
    for _ in 0..2 {
        assert_eq!(raw::wait_until_it_stops(child), libc::SIGTSTP);
        sigtrip::kill(child, Signal::CONT).expect("it is there");
    }
    assert_eq!(raw::wait_for_exit(child), 0);
}

/// The kernel protects it from default actions.
fn the_default_as_pid_1() {
    // SAFETY: a number in, a number out.
    if unsafe { libc::unshare(libc::CLONE_NEWPID) } != 0 {
        return println!("SKIPPED: no PID namespace can be made here");
    }
    // When PID 1 has ended no more processes can be made in its namespace: so one is all that can be tried.
    let stop = Arc::new(AtomicBool::new(true));
    hooks::conditional_default(Signal::TERM, stop).expect("ok");
    let pid_1 = || {
        assert_eq!(std::process::id(), 1);
        trip(Signal::TERM);
    };
    let child = raw::fork();
    if child == 0 {
        pid_1();
        raw::exit_now(0);
    }
    assert_eq!(raw::wait_status(child).code(), Some(128 + libc::SIGTERM), "it exits, since nothing kills it");
}
