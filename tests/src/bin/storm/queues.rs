//! Real-time signals: they queue, each with its value, and none is lost.

use std::{
    sync::atomic::{AtomicI64, AtomicU32, Ordering},
    thread,
    time::Duration,
};

use sigtrip::{Signal, Timer, sigqueue, sigtimedwait};
use sigtrip_tests::raw;

use crate::{
    dice::Dice,
    line::{self, Line, Until},
    owner::{self, session},
    timers::Ticks,
};

crate::storms!(values_of_ten_threads_add_up, values_shared_by_four_that_wait, handlers_of_ten_threads_run);

const THREADS: usize = 10;

fn lines() -> [Line; THREADS] {
    std::array::from_fn(|index| {
        Line(Signal::real_time(index.try_into().expect("a few")).expect("there are more"))
    })
}

/// With a value, to the own process; again while the queue is full. Not on the owner's thread.
pub(crate) fn queue(signal: Signal, value: i32) {
    while sigqueue(std::process::id().cast_signed(), signal, value).is_err() {
        thread::yield_now();
    }
}

/// Blocked everywhere and taken by the owner: as many as were sent, each thread's in its order, and the sums are equal.
fn values_of_ten_threads_add_up(until: Until) {
    static SENT: AtomicI64 = AtomicI64::new(0);
    let _session = session();
    let lines = lines();
    lines.iter().for_each(|line| raw::block(line.0, true)); // the threads inherit it
    let noise = owner::flooder(Line(Signal::USR1).handle(), until, 0, raw::send_to_process);
    Line(Signal::ALRM).handle();
    let _ticks = Ticks::new(Timer::Real, 300);
    let sent_before = SENT.load(Ordering::Relaxed);
    let senders = lines.map(|line| thread::spawn(move || send_numbers(line, until, &SENT)));
    let (mut sum, mut next) = (0, [0; THREADS]);
    loop {
        let all_sent = senders.iter().all(thread::JoinHandle::is_finished);
        let signals: Vec<_> = lines.iter().map(|line| line.0).collect();
        let patience = Duration::from_millis(20);
        match sigtimedwait(signals.into_iter().collect::<sigtrip::SignalSet>(), patience) {
            Ok(Some(info)) => {
                let index = lines.iter().position(|line| line.0 == info.signal()).expect("one of them");
                let value = info.value().expect("it has one");
                assert_eq!(value, next[index], "in its order");
                next[index] += 1;
                sum += i64::from(value);
                lines[index].took_one();
            }
            Ok(None) if all_sent => break,
            Ok(None) => {}
            Err(interrupt) => panic!("{interrupt}"),
        }
    }
    senders.into_iter().for_each(|thread| thread.join().expect("it does not panic"));
    assert_eq!(sum, SENT.load(Ordering::Relaxed) - sent_before, "the sums are equal");
    owner::handle_until_joined(vec![noise], &mut Dice::new(1));
    lines.iter().for_each(|line| raw::block(line.0, false));
}

/// 0, 1, 2 and so on.
fn send_numbers(line: Line, until: Until, sum: &AtomicI64) {
    for value in 0.. {
        while line.left() > FAR_BEHIND && !until.is_over() {
            thread::yield_now();
        }
        if until.is_over() {
            return;
        }
        line.send(|signal| queue(signal, value));
        sum.fetch_add(value.into(), Ordering::Relaxed);
    }
}

/// How many of each may wait: the queue is the user's, of whom others want some of it too.
const FAR_BEHIND: u32 = 500;

/// The owner and three other threads wait for the same signals: each value comes once, to one of them.
fn values_shared_by_four_that_wait(until: Until) {
    static SENT: AtomicI64 = AtomicI64::new(0);
    static TAKEN: AtomicI64 = AtomicI64::new(0);
    let _session = session();
    let lines = lines();
    lines.iter().for_each(|line| raw::block(line.0, true));
    let noise = owner::flooder(Line(Signal::USR1).handle(), until, 0, raw::send_to_process);
    let senders: Vec<_> =
        lines.iter().take(3).map(|&line| thread::spawn(move || send_numbers(line, until, &SENT))).collect();
    let all_is_taken = move || until.is_over() && lines.iter().all(|line| line.left() == 0);
    let take = move || {
        while !all_is_taken() {
            let signals: sigtrip::SignalSet = lines.iter().map(|line| line.0).collect();
            if let Some(info) = sigtimedwait(signals, Duration::from_millis(5)).expect("no handler fails") {
                TAKEN.fetch_add(info.value().expect("it has one").into(), Ordering::Relaxed);
                Line(info.signal()).took_one();
            }
        }
    };
    let takers: Vec<_> = (0..3).map(|_| thread::spawn(take)).collect();
    take();
    owner::handle_until_joined(
        [senders, takers, vec![noise]].into_iter().flatten().collect(),
        &mut Dice::new(1),
    );
    assert_eq!(TAKEN.load(Ordering::Relaxed), SENT.load(Ordering::Relaxed), "the sums are equal");
    lines.iter().for_each(|line| raw::block(line.0, false));
}

/// To handlers: at least once after each. A thread receives, nested, what it queues faster than the owner looks.
fn handlers_of_ten_threads_run(until: Until) {
    static SEED: AtomicU32 = AtomicU32::new(0);
    let _session = session();
    let senders = lines().map(|line| {
        let seed = SEED.fetch_add(1, Ordering::Relaxed).into();
        owner::flooder(line.handle(), until, seed, |signal| queue(signal, 7))
    });
    owner::handle_until_joined(senders.into(), &mut Dice::new(2));
    line::settle();
}
