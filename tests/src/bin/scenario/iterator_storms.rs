//! Iterators under fire: no wake is lost, whoever waits, adds, drops or forks meanwhile.

use std::{
    os::fd::AsFd,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use sigtrip::{KernelDisposition, PollFd, Signal, Signals, kernel_disposition, poll, signals::Readiness};
use sigtrip_tests::raw::{self, Action, in_a_fork, send_to_process};

use crate::{
    helpers::{session, trip, when_asleep},
    iterators::{signals, take, wait},
};

crate::scenarios!(
    several_iterators_each_on_a_thread_of_its_own,
    one_iterator_on_many_threads,
    a_signal_follows_the_other_while_another_thread_takes_one,
    iterators_come_and_go_while_signals_arrive,
    threads_add_and_remove_at_once,
    threads_that_wait_while_it_is_closed,
    a_child_has_what_came_to_it_alone,
    a_child_neither_wakes_nor_quiets_its_parent,
    a_child_of_an_iterator_that_had_no_signal_yet,
    a_child_without_descriptors_to_spare,
    forks_while_another_thread_adds_and_removes,
    a_descriptor_is_made_when_it_is_asked_for,
    a_descriptor_is_readable_until_all_was_looked_at,
    a_closed_iterator_is_readable_for_ever,
);

static TAKEN: AtomicUsize = AtomicUsize::new(0);

fn taken() -> usize {
    TAKEN.load(Ordering::Acquire)
}

fn wait_until(true_now: impl Fn() -> bool) {
    while !true_now() {
        thread::yield_now();
    }
}

/// A thread that takes whatever comes, and counts.
fn taker(signals: &Arc<Signals>) -> thread::JoinHandle<()> {
    let signals = Arc::clone(signals);
    thread::spawn(move || {
        for signal in signals.forever() {
            signal.expect("no handler fails");
            TAKEN.fetch_add(1, Ordering::Release);
        }
    })
}

fn join<const N: usize>(threads: [thread::JoinHandle<()>; N]) {
    for thread in threads {
        thread.join().expect("it does not panic");
    }
}

/// The next signal is sent when all have received the last: a wake that is lost stops it for ever.
fn several_iterators_each_on_a_thread_of_its_own() {
    const ROUNDS: usize = 3000;
    let all = [(); 3].map(|()| Arc::new(signals(Signal::USR1)));
    let takers = all.each_ref().map(taker);
    for round in 1..=ROUNDS {
        send_to_process(Signal::USR1);
        wait_until(|| taken() == round * all.len());
    }
    for signals in &all {
        signals.handle().close();
    }
    join(takers);
    assert_eq!(taken(), ROUNDS * all.len());
}

fn one_iterator_on_many_threads() {
    const ROUNDS: usize = 3000;
    let signals = Arc::new(signals([Signal::USR1, Signal::USR2]));
    let takers = [(); 4].map(|()| taker(&signals));
    for round in 1..=ROUNDS {
        send_to_process(Signal::USR1);
        send_to_process(Signal::USR2);
        wait_until(|| taken() == 2 * round);
    }
    signals.handle().close();
    join(takers);
    assert_eq!(taken(), 2 * ROUNDS, "each went to one");
}

/// Each taker takes one of what is pending and goes to wait again, as one does that is busy with it.
fn a_signal_follows_the_other_while_another_thread_takes_one() {
    const ROUNDS: usize = 3000;
    let signals = Arc::new(signals([Signal::USR1, Signal::USR2, Signal::HUP]));
    let handle = signals.handle();
    let takers = [(); 3].map(|()| {
        let signals = Arc::clone(&signals);
        thread::spawn(move || {
            while !signals.handle().is_closed() {
                let one = signals.wait().expect("no handler fails").next();
                TAKEN.fetch_add(usize::from(one.is_some()), Ordering::Release);
            }
        })
    });
    for round in 1..=ROUNDS {
        for signal in [Signal::USR1, Signal::USR2, Signal::HUP] {
            send_to_process(signal);
        }
        wait_until(|| taken() == 3 * round);
    }
    handle.close();
    join(takers);
}

static OVER: AtomicBool = AtomicBool::new(false);

/// Sends these to the process, again and again.
fn storm(of: &'static [Signal]) -> thread::JoinHandle<usize> {
    thread::spawn(move || {
        let mut sent = 0;
        while !OVER.load(Ordering::Relaxed) {
            of.iter().copied().for_each(send_to_process);
            sent += of.len();
        }
        sent
    })
}

fn end(storm: thread::JoinHandle<usize>) {
    OVER.store(true, Ordering::Relaxed);
    assert!(storm.join().expect("it does not panic") > 0);
}

fn iterators_come_and_go_while_signals_arrive() {
    const STORM: [Signal; 2] = [Signal::USR1, Signal::USR2];
    for signal in STORM {
        raw::sigaction(signal, Some(Action::IGNORE)); // for the time without an iterator
    }
    let storm = storm(&STORM);
    for _ in 0..500 {
        let first = signals(STORM);
        let second = signals(Signal::USR1);
        assert_eq!(wait(&second), [Signal::USR1]);
        drop(first);
        assert_eq!(wait(&second), [Signal::USR1]);
    }
    end(storm);
    assert_eq!(STORM.map(|signal| raw::sigaction(signal, None)), [Action::IGNORE; 2], "given back");
}

fn threads_add_and_remove_at_once() {
    let signals = Arc::new(signals(Signal::TERM));
    let threads = [(); 4].map(|()| {
        let handle = signals.handle();
        thread::spawn(move || {
            let mut removed = 0;
            for _ in 0..500 {
                handle.add_signal(Signal::URG).expect("it can be received");
                removed += usize::from(handle.remove_signal(Signal::URG));
            }
            removed
        })
    });
    let removed: usize = threads.map(|thread| thread.join().expect("it does not panic")).iter().sum();
    assert!((500..=2000).contains(&removed), "{removed}");
    assert_eq!(kernel_disposition(Signal::URG), Ok(KernelDisposition::Default), "no hook was forgotten");
    signals.handle().add_signal(Signal::URG).expect("again");
    trip(Signal::URG);
    assert_eq!(take(&signals), [Signal::URG]);
}

fn threads_that_wait_while_it_is_closed() {
    for _ in 0..200 {
        let signals = Arc::new(signals(Signal::USR1));
        let takers = [(); 3].map(|()| taker(&signals));
        signals.handle().close();
        join(takers);
    }
}

fn a_child_has_what_came_to_it_alone() {
    let signals = signals(Signal::USR1);
    trip(Signal::USR1);
    let status = in_a_fork(|| {
        assert_eq!(take(&signals), [], "that came to its parent");
        let sender = when_asleep(|| trip(Signal::USR1));
        assert_eq!(wait(&signals), [Signal::USR1]);
        sender.join().expect("it does not panic");
        signals.handle().add_signal(Signal::USR2).expect("it can be received");
        trip(Signal::USR2);
        assert_eq!(wait(&signals), [Signal::USR2]);
        signals.handle().close();
        0
    });
    assert_eq!(status, 0);
    assert!(!signals.handle().is_closed());
    assert_eq!(take(&signals), [Signal::USR1]);
    assert_eq!(kernel_disposition(Signal::USR2), Ok(KernelDisposition::Default));
}

fn is_readable(readiness: &Readiness) -> bool {
    let mut fds = [PollFd::readable(readiness.as_fd())];
    poll(&mut fds, Some(Duration::ZERO)).expect("no handler fails") == 1
}

fn a_child_neither_wakes_nor_quiets_its_parent() {
    let signals = signals(Signal::USR1);
    let readiness = signals.readiness().expect("a descriptor");
    let status = in_a_fork(|| {
        trip(Signal::USR1);
        assert!(is_readable(&readiness));
        0
    });
    assert_eq!(status, 0);
    assert!(!is_readable(&readiness), "the child's signal woke the parent");
    trip(Signal::USR1);
    let status = in_a_fork(|| {
        assert!(!is_readable(&readiness));
        trip(Signal::USR1);
        assert_eq!(take(&signals), [Signal::USR1]);
        assert!(!is_readable(&readiness));
        0
    });
    assert_eq!(status, 0);
    assert!(is_readable(&readiness), "the child took the parent's wake");
    assert_eq!(take(&signals), [Signal::USR1]);
}

/// No hook was ever registered before the fork: the iterator is the child's own all the same.
fn a_child_of_an_iterator_that_had_no_signal_yet() {
    let _session = session(); // by which forks are handled
    let signals = signals([]);
    let readiness = signals.readiness().expect("a descriptor");
    let status = in_a_fork(|| {
        signals.handle().add_signal(Signal::USR1).expect("it can be received");
        trip(Signal::USR1);
        assert!(is_readable(&readiness));
        assert_eq!(take(&signals), [Signal::USR1]);
        trip(Signal::USR1);
        0
    });
    assert_eq!(status, 0);
    assert!(!is_readable(&readiness), "the child's signal woke the parent");
}

/// Where the child can have no descriptor of its own it must not have its parent's either.
fn a_child_without_descriptors_to_spare() {
    let signals = signals(Signal::USR1);
    let readiness = signals.readiness().expect("a descriptor");
    trip(Signal::USR1);
    let mut all = Vec::new();
    while let Ok(file) = std::fs::File::open("/dev/null") {
        all.push(file);
    }
    let status = in_a_fork(|| {
        drop(all);
        trip(Signal::USR1);
        assert_eq!(wait(&signals), [Signal::USR1]);
        0
    });
    assert_eq!(status, 0);
    assert!(is_readable(&readiness), "the child took the parent's wake");
    assert_eq!(take(&signals), [Signal::USR1]);
    assert!(!is_readable(&readiness), "the child woke the parent");
}

fn forks_while_another_thread_adds_and_removes() {
    let signals = Arc::new(signals(Signal::USR1));
    let busy = thread::spawn({
        let handle = signals.handle();
        move || {
            while !OVER.load(Ordering::Relaxed) {
                handle.add_signal(Signal::URG).expect("it can be received");
                handle.remove_signal(Signal::URG);
            }
        }
    });
    for _ in 0..50 {
        let status = in_a_fork(|| {
            signals.handle().add_signal(Signal::URG).expect("it can be received");
            trip(Signal::URG);
            assert_eq!(wait(&signals), [Signal::URG]);
            assert!(signals.handle().remove_signal(Signal::URG));
            0
        });
        assert_eq!(status, 0);
    }
    OVER.store(true, Ordering::Relaxed);
    busy.join().expect("it does not panic");
}

fn descriptors() -> usize {
    std::fs::read_dir("/proc/self/fd").expect("it is there").count()
}

fn a_descriptor_is_made_when_it_is_asked_for() {
    let before = descriptors();
    let signals = signals(Signal::USR1);
    trip(Signal::USR1);
    assert_eq!((wait(&signals), descriptors()), (vec![Signal::USR1], before));
    let readiness = [(); 3].map(|()| signals.readiness().expect("a descriptor"));
    assert_eq!(descriptors(), before + 1);
    drop(signals);
    assert_eq!(descriptors(), before + 1, "somebody may poll it still");
    drop(readiness);
    assert_eq!(descriptors(), before);
}

fn a_descriptor_is_readable_until_all_was_looked_at() {
    let signals = signals([Signal::USR1, Signal::USR2]);
    trip(Signal::USR1); // before there is one
    let readiness = signals.readiness().expect("a descriptor");
    assert!(is_readable(&readiness));
    trip(Signal::USR2);
    assert_eq!(signals.pending().next(), Some(Signal::USR1));
    assert!(is_readable(&readiness), "there is another");
    assert_eq!(take(&signals), [Signal::USR2]);
    for _ in 0..3 {
        assert!(!is_readable(&readiness));
        trip(Signal::USR1);
        assert!(is_readable(&readiness));
        let mut pass = signals.pending();
        assert_eq!(pass.next(), Some(Signal::USR1));
        trip(Signal::USR1); // behind the pass
        assert_eq!(pass.next(), None);
        assert!(is_readable(&readiness), "there is one that the pass has not seen");
        assert_eq!(take(&signals), [Signal::USR1]);
    }
}

fn a_closed_iterator_is_readable_for_ever() {
    let signals = signals(Signal::USR1);
    let readiness = signals.readiness().expect("a descriptor");
    signals.handle().close();
    assert!(is_readable(&readiness));
    assert_eq!(take(&signals), []);
    assert!(is_readable(&readiness));
    drop(signals);
    assert!(is_readable(&readiness));
}
