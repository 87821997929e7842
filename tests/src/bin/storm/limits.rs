//! Limits reached: no more signals in the queue, no more processes, no more descriptors.

use std::{
    os::fd::AsFd,
    process::{Child, Command},
    sync::atomic::{AtomicI64, Ordering},
    thread,
    time::Duration,
};

use sigtrip::{
    Error, Interrupt, Signal, SignalSet, get_wakeup_fd, poll, set_wakeup_fd, sigqueue, sigtimedwait,
};
use sigtrip_tests::{
    limits::{Limit, be_nobody},
    raw::{self, in_a_fork},
};

use crate::{
    belongings::Belongings,
    dice::Dice,
    line::{Line, Until},
    owner::{self, session},
    queues::queue,
};

crate::storms!(a_full_queue, no_more_processes, no_more_descriptors);

fn flooder(signal: Signal, until: Until, seed: u64) -> thread::JoinHandle<()> {
    owner::flooder(Line(signal).handle(), until, seed, raw::send_to_process)
}

/// That the system refused, for this reason.
#[track_caller]
fn refused<T: std::fmt::Debug>(result: Result<T, Interrupt>, reason: i32) {
    match result {
        Err(Interrupt::Error(Error::System { errno, .. })) if errno.raw() == reason => {}
        other => panic!("expected errno {reason}, got {other:?}"),
    }
}

/// Few may queue: what is refused is an error that the sender sees; what is accepted comes, with its value; what does not queue
/// (standard signals, timers) comes as ever.
fn a_full_queue(until: Until) {
    static ACCEPTED: AtomicI64 = AtomicI64::new(0);
    let _limited = Limit::QUEUE.set(64);
    let _session = session();
    let lines = [0, 1, 2].map(|n| Line(Signal::real_time(n).expect("there are more")));
    let blocked: SignalSet = lines.iter().map(|line| line.0).chain([spare()]).collect();
    blocked.iter().for_each(|signal| raw::block(signal, true)); // the threads inherit it
    let before = ACCEPTED.load(Ordering::Relaxed);
    let mut threads: Vec<_> =
        lines.into_iter().map(|line| thread::spawn(move || send_and_add(line, until, &ACCEPTED))).collect();
    threads.push(flooder(Signal::USR1, until, 0));
    threads.push(flooder(Signal::SEGV, until, 1));
    let (mut sum, mut dice) = (0, Dice::new(2));
    loop {
        let all_sent = threads.iter().all(thread::JoinHandle::is_finished);
        if dice.below(50) == 0 {
            is_refused_when_full(); // with the queue left full for a while
            owner::safe_point(&mut dice);
        }
        let wanted: SignalSet = lines.iter().map(|line| line.0).collect();
        match sigtimedwait(wanted, Duration::from_millis(5)).expect("no handler fails") {
            Some(info) => {
                sum += i64::from(info.value().expect("it has one"));
                Line(info.signal()).took_one();
            }
            None if all_sent => break,
            None => {}
        }
    }
    assert_eq!(sum, ACCEPTED.load(Ordering::Relaxed) - before, "the sums are equal");
    owner::handle_until_joined(threads, &mut dice);
    blocked.iter().for_each(|signal| raw::block(signal, false));
}

/// One that is sent to fill the queue, and for nothing else.
fn spare() -> Signal {
    Signal::real_time(9).expect("there are more")
}

fn send_and_add(line: Line, until: Until, sum: &AtomicI64) {
    let mut dice = Dice::new(line.0.number().unsigned_abs().into());
    while !until.is_over() {
        let value = dice.below(1_000_000).cast_signed();
        line.send(|signal| queue(signal, value)); // again while it is full
        sum.fetch_add(value.into(), Ordering::Relaxed);
    }
}

/// A real-time signal that can not queue is refused; it is not taken for sent.
fn is_refused_when_full() {
    let fill = || sigqueue(std::process::id().cast_signed(), spare(), 0);
    let full = std::iter::repeat_with(fill).find(Result::is_err).expect("it does not end before");
    refused(full, libc::EAGAIN);
    while sigtimedwait(spare(), Duration::ZERO).expect("no handler fails").is_some() {}
}

/// In a child that is not root, which knows no such limit.
fn no_more_processes(until: Until) {
    let status = in_a_fork(|| {
        be_nobody();
        refuses_processes(Until::after(Duration::from_millis(100))); // as the storm itself is called twice
        let before = Belongings::now();
        refuses_processes(until);
        let leaked = before.missing_or_new();
        if !leaked.is_empty() {
            eprintln!("leaked in the child: {leaked}");
        }
        i32::from(!leaked.is_empty())
    });
    assert_eq!(status, 0, "nothing was leaked in the child");
}

/// A fork that fails has called the library's function before it, and calls the one after.
fn refuses_processes(until: Until) {
    let _session = session();
    let threads = vec![flooder(Signal::USR1, until, 0), flooder(Signal::HUP, until, 1)];
    let mut dice = Dice::new(2);
    while !threads.iter().all(thread::JoinHandle::is_finished) {
        let limited = Limit::PROCESSES.set(0);
        let mask = raw::mask();
        assert_eq!(raw::refused_fork(), libc::EAGAIN);
        assert_eq!(raw::mask(), mask, "the mask is as it was");
        let refused = sigtrip::spawn_with(thread::Builder::new(), || ()).expect_err("there is no thread");
        assert_eq!(refused.raw_os_error(), Some(libc::EAGAIN));
        let refused = Command::new("true").spawn().expect_err("there is no process");
        assert_eq!(refused.raw_os_error(), Some(libc::EAGAIN));
        owner::safe_point(&mut dice);
        let line = Line(Signal::WINCH).handle(); // the lock is free
        let number = line.send(|signal| raw::Thread::current().send(signal));
        assert!(owner::pause_until_seen(line, number));
        drop(limited);
        assert_eq!(raw::refused_fork(), 0, "and then they go on");
    }
    owner::handle_until_joined(threads, &mut dice);
}

/// Every descriptor of the library's own is refused, at the first wait and later; nothing changes, and signals are handled.
fn no_more_descriptors(until: Until) {
    let status = in_a_fork(|| {
        let _session = sigtrip::init().expect("the first session");
        let limited = Limit::DESCRIPTORS.set(lowest_free());
        refused(poll(&mut [], Some(Duration::ZERO)), libc::EMFILE); // it has none yet
        drop(limited);
        poll(&mut [], Some(Duration::ZERO)).map_or(1, |_| 0)
    });
    assert_eq!(status, 0);
    let _session = session();
    let mut child = Command::new("sleep").arg("1000").spawn().expect("it starts");
    let (_reader, given) = nonblocking_pipe();
    let (_other_reader, other) = nonblocking_pipe();
    let threads = vec![flooder(Signal::USR1, until, 0), flooder(Signal::HUP, until, 1)];
    let mut dice = Dice::new(2);
    while !threads.iter().all(thread::JoinHandle::is_finished) {
        let limited = Limit::DESCRIPTORS.set(lowest_free());
        refuses_descriptors(&mut child, &other);
        sigtrip::pause_for(Duration::from_micros(300)).expect("it needs none");
        drop(limited);
        set_wakeup_fd(Some(given.as_fd()), false).expect("ok");
        owner::safe_point(&mut dice);
        set_wakeup_fd(None, false).expect("ok");
    }
    child.kill().expect("it is there");
    sigtrip::wait_child(&mut child).expect("it was not lost");
    owner::handle_until_joined(threads, &mut dice);
}

fn refuses_descriptors(child: &mut Child, wakeup: &std::io::PipeWriter) {
    refused(sigtimedwait(Signal::USR2, Duration::ZERO), libc::EMFILE);
    refused(sigtrip::wait_child(child), libc::EMFILE);
    let given = get_wakeup_fd();
    // Its own descriptor for it is there from the second time on, so that it needs no other.
    if let Err(error) = set_wakeup_fd(Some(wakeup.as_fd()), false) {
        refused(Err::<(), _>(error.into()), libc::EMFILE);
        assert_eq!(get_wakeup_fd(), given);
    } else {
        set_wakeup_fd(None, false).expect("nothing is opened that can not be done without");
    }
}

fn nonblocking_pipe() -> (std::io::PipeReader, std::io::PipeWriter) {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    raw::set_nonblocking(writer.as_fd());
    (reader, writer)
}

fn lowest_free() -> u64 {
    let open = raw::descriptors();
    (0..).find(|number| !open.contains(number)).expect("there are more").unsigned_abs().into()
}
