//! Iterators with records: one item for each delivery, with who has sent it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI32, Ordering},
    },
    thread,
};

use sigtrip::{Signal, SignalSet, Signals, kill, signals::Received, sigqueue};
use sigtrip_tests::raw::{self, in_a_fork};

use crate::helpers::{LONG, trip, when_asleep};

crate::scenarios!(
    each_delivery_with_its_value_in_order,
    the_sender_is_named,
    a_child_that_ends_is_named,
    a_full_ring_counts_and_loses_no_signal,
    neither_records_nor_signals_without_starve,
    what_is_not_taken_stays,
    records_on_many_threads,
    each_iterator_has_its_own,
    a_thread_that_adds_what_another_adds,
    real_time_signals_from_another_process,
    a_child_has_its_own_records,
    a_fork_while_another_thread_adds_a_signal,
    a_stream_with_records,
);

fn recorded(signals: impl Into<SignalSet>) -> Signals<Received> {
    Signals::with_records(signals).expect("they can be received")
}

fn work() -> Signal {
    Signal::real_time(0).expect("there is one")
}

fn send(value: i32) {
    sigqueue(std::process::id().cast_signed(), work(), value).expect("there is room in the kernel");
}

fn value(received: &Received) -> i32 {
    received.info().expect("there was room").value().expect("it was queued")
}

fn values(signals: &Signals<Received>) -> Vec<i32> {
    signals.pending().map(|received| value(&received)).collect()
}

fn each_delivery_with_its_value_in_order() {
    let signals = recorded(work());
    for round in 0..20 {
        let sent = Vec::from_iter(round * 100..round * 100 + 100);
        sent.iter().copied().for_each(send);
        assert_eq!(values(&signals), sent);
        assert_eq!(values(&signals), []);
    }
    assert_eq!(signals.refused(), 0);
}

fn the_sender_is_named() {
    let signals = recorded(Signal::USR1);
    let parent = std::process::id().cast_signed();
    let sender = thread::spawn(move || {
        in_a_fork(|| {
            kill(parent, Signal::USR1).expect("it is there");
            0
        })
    });
    let received = signals.wait_timeout(LONG).expect("ok").next().expect("it has come");
    let info = received.info().expect("there was room");
    assert_eq!((received.signal(), info.code()), (Signal::USR1, 0));
    assert_ne!(info.pid(), Some(parent));
    assert_eq!(info.uid(), Some(raw::uid()));
    assert_eq!(sender.join().expect("it does not panic"), 0);
}

fn a_child_that_ends_is_named() {
    let signals = recorded(Signal::CHLD);
    let mut child = std::process::Command::new("sh").args(["-c", "exit 7"]).spawn().expect("a shell");
    let received = signals.wait_timeout(LONG).expect("ok").next().expect("it has come");
    let info = received.info().expect("there was room");
    assert_eq!((info.pid(), info.status()), (Some(child.id().cast_signed()), Some(7)));
    child.wait().expect("its status");
}

const ROOM: usize = 1024;

fn a_full_ring_counts_and_loses_no_signal() {
    let signals = recorded([work(), Signal::TERM, Signal::HUP]);
    let sent = ROOM + 100;
    (0..i32::try_from(sent).expect("a few")).for_each(send);
    trip(Signal::TERM);
    let (with, without): (Vec<_>, Vec<_>) =
        signals.pending().chain(signals.pending()).partition(|it| it.info().is_some());
    assert_eq!(with.iter().map(value).collect::<Vec<_>>(), Vec::from_iter(0..1024));
    let mut without = without.iter().map(Received::signal).collect::<Vec<_>>();
    without.sort_unstable();
    assert_eq!(without, [Signal::TERM, work()]);
    assert_eq!(signals.refused(), sent - ROOM + 1);
    trip(Signal::HUP);
    assert!(signals.pending().map(|it| it.signal()).eq([Signal::HUP]), "there is room again");
}

/// In a storm that never ends each comes in the end: what has a record, and every signal that has none.
fn neither_records_nor_signals_without_starve() {
    let signals = recorded([Signal::HUP, Signal::TERM, Signal::USR1]);
    (0..2 * ROOM).for_each(|_| trip(Signal::USR1));
    trip(Signal::TERM);
    trip(Signal::HUP);
    let mut with = 0;
    let mut without = Vec::new();
    for received in signals.forever() {
        let received = received.expect("no handler fails");
        if received.info().is_some() {
            with += 1;
        } else {
            without.push(received.signal());
        }
        if with >= 10 && [Signal::HUP, Signal::TERM, Signal::USR1].iter().all(|it| without.contains(it)) {
            break;
        }
        assert!(without.len() < 100 && with < 100, "{with} {without:?}");
        (0..2).for_each(|_| trip(Signal::USR1)); // more than was taken
    }
}

fn what_is_not_taken_stays() {
    let signals = recorded(work());
    (0..10).for_each(send);
    for expected in 0..10 {
        let mut received = signals.wait_timeout(LONG).expect("ok");
        assert_eq!(received.next().map(|it| value(&it)), Some(expected));
    }
    assert_eq!(values(&signals), []);
}

fn records_on_many_threads() {
    const EACH: i32 = 300;
    static TAKEN: AtomicI32 = AtomicI32::new(0);
    let signals = Arc::new(recorded(work()));
    let takers = [(); 3].map(|()| {
        let signals = Arc::clone(&signals);
        thread::spawn(move || {
            let mut values = Vec::new();
            for received in signals.forever() {
                values.push(value(&received.expect("no handler fails")));
                TAKEN.fetch_add(1, Ordering::Relaxed);
            }
            values
        })
    });
    (0..EACH).for_each(send);
    while TAKEN.load(Ordering::Relaxed) < EACH {
        thread::yield_now();
    }
    signals.handle().close();
    let mut all = takers.map(|taker| taker.join().expect("it does not panic")).concat();
    all.sort_unstable();
    assert_eq!(all, Vec::from_iter(0..EACH));
    assert_eq!(signals.refused(), 0);
}

fn each_iterator_has_its_own() {
    let (one, other) = (recorded(work()), recorded(work()));
    let without = Signals::new(work()).expect("it can be received");
    (0..3).for_each(send);
    assert_eq!((values(&one), values(&other)), (vec![0, 1, 2], vec![0, 1, 2]));
    assert!(without.pending().eq([work()]));
}

/// Of several that add one signal at once one registers a hook: each delivery has one record.
fn a_thread_that_adds_what_another_adds() {
    for _ in 0..100 {
        let signals = recorded(Signal::TERM);
        let adders = [(); 4].map(|()| {
            let handle = signals.handle();
            thread::spawn(move || handle.add_signal(Signal::USR1).expect("it can be received"))
        });
        for adder in adders {
            adder.join().expect("it does not panic");
        }
        trip(Signal::USR1);
        assert_eq!(signals.pending().count(), 1);
    }
}

/// Received and refused are what was sent, and what is received is in order.
fn real_time_signals_from_another_process() {
    const SENT: i32 = 20_000;
    let signals = recorded([work(), Signal::USR2]);
    let parent = std::process::id().cast_signed();
    raw::block(work(), true); // in the other threads: of several that receive none is the first
    let sender = thread::spawn(move || {
        in_a_fork(|| {
            for value in 0..SENT {
                while sigqueue(parent, work(), value).is_err() {
                    thread::yield_now(); // the kernel's queue is full
                }
            }
            0
        })
    });
    let mut received = Vec::new();
    let closer = thread::spawn({
        let handle = signals.handle();
        move || {
            let status = sender.join().expect("it does not panic");
            handle.close();
            status
        }
    });
    raw::block(work(), false);
    for it in signals.forever() {
        received.extend(it.expect("no handler fails").info().and_then(|info| info.value()));
    }
    assert_eq!(closer.join().expect("it does not panic"), 0);
    // What the sender has queued last was perhaps delivered after the end.
    while received.len() + signals.refused() < SENT as usize {
        received.extend(signals.pending().filter_map(|it| it.info()?.value()));
    }
    assert_eq!(received.len() + signals.refused(), SENT as usize);
    assert!(received.is_sorted(), "in order");
}

fn a_child_has_its_own_records() {
    let signals = recorded(work());
    send(1);
    let status = in_a_fork(|| {
        assert_eq!(values(&signals), []);
        send(2);
        assert_eq!(values(&signals), [2]);
        0
    });
    assert_eq!(status, 0);
    assert_eq!(values(&signals), [1]);
}

fn a_stream_with_records() {
    let mut stream = recorded(work()).into_stream().expect("a helper");
    let sender = when_asleep(|| (0..100).for_each(send));
    let received = futures_lite::future::block_on(async {
        let mut received = Vec::new();
        while received.len() < 100 {
            received.push(value(&stream.recv().await.expect("it is open")));
        }
        received.sort_unstable(); // several threads have received them
        received
    });
    assert_eq!(received, Vec::from_iter(0..100));
    sender.join().expect("it does not panic");
}

/// In the child the signal is received once, wherever the other thread was: also what it had half done.
fn a_fork_while_another_thread_adds_a_signal() {
    let signals = recorded(SignalSet::new());
    let (handle, stop) = (signals.handle(), AtomicBool::new(false));
    thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                handle.add_signal(Signal::USR1).expect("it can be received");
                handle.remove_signal(Signal::USR1);
            }
        });
        let received = Vec::from_iter((0..500).map(|_| {
            in_a_fork(|| {
                handle.add_signal(Signal::USR1).expect("it can be received");
                trip(Signal::USR1);
                i32::try_from(signals.pending().count()).expect("a few")
            })
        }));
        stop.store(true, Ordering::Relaxed);
        assert_eq!(received, [1; 500]);
    });
}
