//! Storms: many signals, none lost for good.

use std::{
    sync::atomic::{AtomicBool, AtomicU32, Ordering},
    thread,
    time::Duration,
};

use sigtrip::{Disposition, Signal, check_signals, on, pause_for, signal};
use sigtrip_tests::raw::Thread;

use crate::helpers::{session, trip};

crate::scenarios!(
    ten_thousand_signals_sent_one_by_one,
    ten_thousand_signals_from_another_process,
    signals_from_four_threads_while_the_owner_works,
    handlers_flipped_while_another_thread_sends,
);

static HANDLED: AtomicU32 = AtomicU32::new(0);

fn count_handled(target: Signal) {
    on(target, |_| {
        HANDLED.fetch_add(1, Ordering::Relaxed);
    })
    .expect("it can be handled");
}

fn handled() -> u32 {
    HANDLED.load(Ordering::Relaxed)
}

fn ten_thousand_signals_sent_one_by_one() {
    let _session = session();
    count_handled(Signal::USR1);
    for sent in 1..=10_000 {
        trip(Signal::USR1);
        check_signals().expect("none fails");
        assert_eq!(handled(), sent, "each was handled at the next safe point");
    }
}

/// They coalesce, so the number of calls is anything from one up; but after the last one the handler has run.
fn ten_thousand_signals_from_another_process() {
    let _session = session();
    count_handled(Signal::USR1);
    static DONE: AtomicBool = AtomicBool::new(false);
    on(Signal::USR2, |_| DONE.store(true, Ordering::Relaxed)).expect("ok");
    let me = std::process::id();
    // Sent in order by one process: when the last has come, so have the others.
    let script =
        format!("i=0; while [ $i -lt 10000 ]; do kill -USR1 {me}; i=$((i+1)); done; kill -USR2 {me}");
    let mut sender =
        std::process::Command::new("sh").args(["-c", &script]).spawn().expect("there is a shell");
    while !DONE.load(Ordering::Relaxed) {
        pause_for(Duration::from_secs(60)).expect("none fails");
    }
    assert!(sender.wait().expect("its status").success());
    let calls = handled();
    assert!((1..=10_000).contains(&calls), "{calls}");
    check_signals().expect("none fails");
    assert_eq!(handled(), calls, "nothing was left pending");
}

fn signals_from_four_threads_while_the_owner_works() {
    const EACH: u32 = 5_000;
    let _session = session();
    let targets = [Signal::USR1, Signal::USR2, Signal::TERM, Signal::HUP];
    static LAST_SEEN: [AtomicU32; 4] = [const { AtomicU32::new(0) }; 4];
    static SENT: [AtomicU32; 4] = [const { AtomicU32::new(0) }; 4];
    for (index, target) in targets.into_iter().enumerate() {
        on(target, move |_| LAST_SEEN[index].store(SENT[index].load(Ordering::Acquire), Ordering::Relaxed))
            .expect("ok");
    }
    let owner = Thread::current();
    let senders: Vec<_> = (0..4)
        .map(|index| {
            thread::spawn(move || {
                for number in 1..=EACH {
                    SENT[index].store(number, Ordering::Release); // what the signal announces
                    owner.send(targets[index]);
                }
            })
        })
        .collect();
    while !senders.iter().all(thread::JoinHandle::is_finished) {
        check_signals().expect("none fails");
    }
    check_signals().expect("none fails");
    for seen in &LAST_SEEN {
        assert_eq!(seen.load(Ordering::Relaxed), EACH, "the last delivery was handled after it was sent");
    }
}

/// CPython's bpo-43406: a handler that goes away while its signal is pending.
fn handlers_flipped_while_another_thread_sends() {
    let _session = session();
    let owner = Thread::current();
    static STOP: AtomicBool = AtomicBool::new(false);
    signal(Signal::USR1, Disposition::Ignore).expect("ok");
    let sender = thread::spawn(move || {
        while !STOP.load(Ordering::Relaxed) {
            owner.send(Signal::USR1);
        }
    });
    for _ in 0..10_000 {
        count_handled(Signal::USR1);
        signal(Signal::USR1, Disposition::Ignore).expect("ok");
    }
    STOP.store(true, Ordering::Relaxed);
    sender.join().expect("it does not panic");
    count_handled(Signal::USR1);
    let before = handled();
    trip(Signal::USR1);
    check_signals().expect("none fails");
    assert_eq!(handled(), before + 1);
}
