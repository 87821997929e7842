//! Storms: many signals, none lost for good.

use std::{
    sync::atomic::{AtomicBool, AtomicU32, Ordering},
    thread,
    time::{Duration, Instant},
};

use sigtrip::{
    Signal, Timer, check_signals, getsignal, on, pause_for, raise_signal, setitimer, sigqueue, sleep,
};
use sigtrip_tests::{
    PATIENCE,
    raw::{self, Thread, in_a_fork},
};

use crate::helpers::{session, trip};

crate::scenarios!(
    ten_thousand_signals_sent_one_by_one,
    ten_thousand_signals_from_another_process,
    signals_from_four_threads_while_the_owner_works,
    a_sleep_lasts_in_full,
    a_pause_ends_at_each_handler_and_goes_on_to_its_end,
    a_join_is_not_lost,
    forks_from_handlers_and_threads,
    a_hundred_thousand_real_time_signals_from_another_process,
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

/// SIGALRM every 200 microseconds, and a handler that counts; until it is dropped, for after the session it would kill.
struct Storm;

impl Storm {
    fn new() -> Self {
        const TICK: Duration = Duration::from_micros(200);
        count_handled(Signal::ALRM);
        setitimer(Timer::Real, TICK, TICK).expect("ok");
        Self
    }
}

impl Drop for Storm {
    fn drop(&mut self) {
        setitimer(Timer::Real, Duration::ZERO, Duration::ZERO).expect("ok");
    }
}

fn a_sleep_lasts_in_full() {
    const LONG: Duration = Duration::from_millis(300);
    let _session = session();
    let _storm = Storm::new();
    let start = Instant::now();
    sleep(LONG).expect("none fails");
    assert!(start.elapsed() >= LONG, "{:?}", start.elapsed());
    assert!(handled() > 1, "handlers ran meanwhile");
}

fn a_pause_ends_at_each_handler_and_goes_on_to_its_end() {
    const LONG: Duration = Duration::from_millis(300);
    let _session = session();
    let _storm = Storm::new();
    let start = Instant::now();
    let (mut left, mut pauses) = (LONG, 0);
    while !left.is_zero() {
        let before = handled();
        left = pause_for(left).expect("none fails");
        assert!(left.is_zero() || handled() > before, "nothing else ends it");
        pauses += 1;
    }
    assert!(start.elapsed() >= LONG, "{:?}", start.elapsed());
    assert!(pauses > 1);
}

fn a_join_is_not_lost() {
    let _session = session();
    let _storm = Storm::new();
    let until = handled() + 100;
    let mut worker = sigtrip::spawn(move || {
        while handled() < until {
            thread::yield_now();
        }
        handled()
    });
    let seen = worker.join().expect("none fails").expect("it does not panic");
    assert!(seen >= until, "handlers ran while it was joined");
    for _ in 0..200 {
        sigtrip::spawn(|| ()).join().expect("none fails").expect("it does not panic");
    }
}

/// In a child: that it owns its signals, whoever forked it and whatever the parent was doing.
fn child_handles_its_own() -> i32 {
    static SEEN: AtomicBool = AtomicBool::new(false);
    on(Signal::TERM, |_| SEEN.store(true, Ordering::Relaxed)).expect("it is the owner");
    raise_signal(Signal::TERM).expect("none fails");
    i32::from(!SEEN.load(Ordering::Relaxed))
}

fn forks_from_handlers_and_threads() {
    const EACH: u32 = 100;
    static STOP: AtomicBool = AtomicBool::new(false);
    static FORKED: AtomicU32 = AtomicU32::new(0);
    let _session = session();
    count_handled(Signal::USR2);
    on(Signal::USR1, |_| {
        assert_eq!(in_a_fork(child_handles_its_own), 0);
        FORKED.fetch_add(1, Ordering::Relaxed);
    })
    .expect("ok");
    let asker = thread::spawn(|| {
        while !STOP.load(Ordering::Relaxed) {
            getsignal(Signal::USR1).expect("it is known");
        }
    });
    let sender = thread::spawn(|| {
        while !STOP.load(Ordering::Relaxed) {
            raw::send_to_process(Signal::USR2);
            thread::sleep(Duration::from_micros(100));
        }
    });
    let forker = thread::spawn(|| (0..EACH).for_each(|_| assert_eq!(in_a_fork(child_handles_its_own), 0)));
    while FORKED.load(Ordering::Relaxed) < EACH {
        raise_signal(Signal::USR1).expect("none fails");
    }
    forker.join().expect("each of its children handled its signal");
    STOP.store(true, Ordering::Relaxed);
    asker.join().expect("it does not panic");
    sender.join().expect("it does not panic");
    assert!(handled() > 0);
}

/// What each announces stands in memory that the two have in common: the handler that runs after the last one sees the last.
fn a_hundred_thousand_real_time_signals_from_another_process() {
    const ALL: u32 = 100_000;
    static SEEN: AtomicU32 = AtomicU32::new(0);
    let _session = session();
    let (sent, me) = (raw::shared_number(), std::process::id().cast_signed());
    let target = Signal::real_time(3).expect("there are more");
    on(target, move |_| SEEN.store(sent.load(Ordering::Acquire), Ordering::Relaxed)).expect("ok");
    let sender = thread::spawn(move || {
        in_a_fork(|| {
            for number in 1..=ALL {
                sent.store(number, Ordering::Release);
                while sigqueue(me, target, 0).is_err() {
                    thread::yield_now(); // the queue is full
                }
            }
            0
        })
    });
    while SEEN.load(Ordering::Relaxed) < ALL {
        assert_ne!(pause_for(PATIENCE).expect("none fails"), Duration::ZERO, "the last one was lost");
    }
    assert_eq!(sender.join().expect("it does not panic"), 0);
}
