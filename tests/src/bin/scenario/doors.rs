//! The closed door of back-pressure: no mask shows it, none opens it, no child has it.

use std::{
    process::{Command, Stdio},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use sigtrip::{
    MaskHow, Signal, SignalSet, block, check_signals, delivered, embed, on, pthread_sigmask, record, refused,
    sigpending, sigsuspend, sigtimedwait, sigwaitinfo, spawn,
};
use sigtrip_tests::raw::{self, in_a_fork};

use crate::{
    back_pressure::{
        HIGH_WATER, MANY, all_come, close, queue, take, take_all_of, values, with_back_pressure, work,
    },
    helpers::session,
};

crate::scenarios!(
    no_mask_shows_it,
    what_the_user_blocks_stays_blocked,
    what_the_user_blocks_while_it_is_closed_stays_blocked,
    what_the_user_blocks_no_more_is_shut,
    a_set_mask_leaves_it_closed,
    guards_nest_around_it,
    a_guard_that_is_dropped_leaves_it_closed,
    a_mask_of_a_wait_leaves_it,
    sigwait_loses_none,
    what_is_blocked_and_waited_for_is_not_behind_it,
    installing_keeps_it_closed,
    a_forks_child_starts_with_it_open,
    a_fork_by_another_thread_has_a_door_of_its_own,
    a_fork_in_a_handler,
    before_exec_opens_it_whoever_has_forked,
    a_program_starts_with_it_open,
    a_program_started_without_that_has_it,
    a_thread_starts_with_it_open,
    a_new_sessions_owner_has_a_new_one,
);

fn bit(signal: Signal) -> u64 {
    1 << (signal.number() - 1)
}

/// What `pthread_sigmask` says that the mask is. The handlers are to leave their records, or it opens the door.
pub(crate) fn told() -> SignalSet {
    pthread_sigmask(MaskHow::Block, SignalSet::new()).expect("none fails")
}

/// From now on the handlers of a session that stays closed take their records.
static TAKES: AtomicBool = AtomicBool::new(false);

/// Each safe point lets one in, which closes the door again: it is closed at nearly every moment.
fn session_that_stays_closed() -> sigtrip::Session {
    let session = session();
    record(work(), with_back_pressure()).expect("a real-time signal");
    on(work(), |delivery| {
        if TAKES.load(Ordering::Relaxed) {
            take(delivery);
        }
    })
    .expect("ok");
    close();
    session
}

/// Takes the records that were left, and lets in all that waits.
#[track_caller]
fn finish(expected_mask: u64) {
    TAKES.store(true, Ordering::Relaxed);
    while embed::any_pending() {
        check_signals().expect("none fails");
    }
    assert_eq!(raw::mask(), expected_mask);
    assert_eq!((delivered(work()), refused(work())), (MANY as usize, 0));
    assert_eq!(values(), (1..=MANY).collect::<Vec<_>>());
}

fn no_mask_shows_it() {
    let _session = session_that_stays_closed();
    for _ in 0..3 {
        assert_eq!((told(), sigpending()), (SignalSet::new(), SignalSet::new()));
        assert!(raw::blocks(work()), "but it is closed");
    }
    let usr1 = pthread_sigmask(MaskHow::Block, Signal::USR1).expect("ok");
    assert_eq!((usr1, told()), (SignalSet::new(), Signal::USR1.into()));
    raw::send_to_process(Signal::USR1);
    assert_eq!(sigpending(), Signal::USR1.into(), "what the user blocks is told");
    on(Signal::USR1, |_| ()).expect("ok");
    finish(bit(Signal::USR1));
}

fn what_the_user_blocks_stays_blocked() {
    let _session = session();
    let other = Signal::real_time(5).expect("there are more");
    take_all_of(work());
    take_all_of(other);
    pthread_sigmask(MaskHow::Block, other).expect("ok");
    raw::queue(other, 77);
    close();
    assert_eq!(raw::mask(), bit(work()) | bit(other));
    check_signals().expect("none fails");
    assert!(raw::blocks(other), "the door was opened, and this is not its");
    while embed::any_pending() {
        check_signals().expect("none fails");
    }
    assert_eq!((raw::mask(), sigpending(), delivered(other)), (bit(other), other.into(), 0));
    pthread_sigmask(MaskHow::Unblock, other).expect("none fails");
    assert_eq!((raw::mask(), values().last(), delivered(other)), (0, Some(&77), 1));
}

fn what_the_user_blocks_while_it_is_closed_stays_blocked() {
    let _session = session_that_stays_closed();
    assert_eq!(pthread_sigmask(MaskHow::Block, work()).expect("none fails"), SignalSet::new());
    assert_eq!(told(), work().into());
    check_signals().expect("none fails");
    TAKES.store(true, Ordering::Relaxed);
    while embed::any_pending() {
        check_signals().expect("none fails");
    }
    let so_far = delivered(work());
    assert!(so_far < MANY as usize && raw::blocks(work()), "it is the user's now");
    assert_eq!(sigpending(), work().into());
    assert_eq!(pthread_sigmask(MaskHow::Unblock, work()).expect("none fails"), work().into());
    finish(0);
}

/// It was the user's, and while the door is closed it becomes the door's.
fn what_the_user_blocks_no_more_is_shut() {
    let other = Signal::real_time(5).expect("there are more");
    let _session = session_that_stays_closed();
    pthread_sigmask(MaskHow::Block, other).expect("ok");
    record(other, with_back_pressure()).expect("ok");
    on(other, |_| ()).expect("ok");
    let before = pthread_sigmask(MaskHow::Unblock, other).expect("none fails");
    assert_eq!((before, told(), raw::mask()), (other.into(), SignalSet::new(), bit(work()) | bit(other)));
    finish(0);
}

fn a_set_mask_leaves_it_closed() {
    let _session = session_that_stays_closed();
    let before = delivered(work());
    for mask in [SignalSet::from(Signal::USR2), SignalSet::new(), SignalSet::valid(), SignalSet::new()] {
        pthread_sigmask(MaskHow::SetMask, mask).expect("none fails");
        assert!(raw::blocks(work()));
    }
    assert!(delivered(work()) <= before + 4, "at each safe point one");
    finish(0);
}

fn guards_nest_around_it() {
    let _session = session_that_stays_closed();
    let outer = block(Signal::USR1).expect("ok");
    let inner = block([work(), Signal::USR2]).expect("ok");
    assert_eq!(told(), SignalSet::from([work(), Signal::USR1, Signal::USR2]));
    inner.restore().expect("none fails");
    assert_eq!((told(), raw::mask()), (Signal::USR1.into(), bit(Signal::USR1) | bit(work())));
    TAKES.store(true, Ordering::Relaxed);
    while embed::any_pending() {
        check_signals().expect("none fails");
    }
    assert_eq!(raw::mask(), bit(Signal::USR1), "opened inside a guard that was made while it was closed");
    outer.restore().expect("none fails");
    finish(0);
}

/// A drop is no safe point: what it sets has the door in it, and nothing passes.
fn a_guard_that_is_dropped_leaves_it_closed() {
    let _session = session_that_stays_closed();
    for _ in 0..100 {
        let guard = block(Signal::USR1).expect("none fails");
        let before = delivered(work());
        assert!(raw::blocks(work()));
        drop(guard);
        assert_eq!((delivered(work()), raw::mask()), (before, bit(work())));
    }
    finish(0);
}

/// The mask is for the sleep alone, and the door is not closed when it begins.
fn a_mask_of_a_wait_leaves_it() {
    let _session = session();
    take_all_of(work());
    let _blocked = block(Signal::USR1).expect("ok");
    close();
    sigsuspend(SignalSet::new()).expect("none fails");
    assert_eq!(told(), Signal::USR1.into());
    while delivered(work()) < MANY as usize {
        sigsuspend(SignalSet::new()).expect("none fails");
    }
    finish(bit(Signal::USR1));
}

/// One that is not blocked goes to its handler, or, while it waits at the door, to who waits for it: each once.
fn sigwait_loses_none() {
    let _session = session();
    take_all_of(work());
    close();
    let mut accepted = Vec::new();
    while let Some(info) = sigtimedwait(work(), Duration::from_millis(1)).expect("none fails") {
        accepted.push(info.value().expect("it has one"));
    }
    while embed::any_pending() {
        check_signals().expect("none fails");
    }
    accepted.extend(values());
    accepted.sort_unstable();
    assert_eq!((accepted, refused(work()), raw::mask()), ((1..=MANY).collect(), 0, 0));
}

/// As POSIX has it: block, then wait. The other signals come and go meanwhile.
fn what_is_blocked_and_waited_for_is_not_behind_it() {
    let other = Signal::real_time(5).expect("there are more");
    let _session = session();
    take_all_of(work());
    take_all_of(other);
    let blocked = block(other).expect("ok");
    close();
    queue(other, 1..=10);
    for value in 1..=10 {
        assert_eq!(sigwaitinfo(other).expect("none fails").value(), Some(value));
    }
    assert_eq!((raw::blocks(other), delivered(other)), (true, 0));
    blocked.restore().expect("none fails");
    all_come();
}

/// The writers' lock sets back the mask that it found.
fn installing_keeps_it_closed() {
    let _session = session_that_stays_closed();
    let before = delivered(work());
    for _ in 0..10 {
        sigtrip::getsignal(work()).expect("it is known");
        assert!(raw::blocks(work()));
    }
    assert_eq!(delivered(work()), before);
    on(Signal::USR2, |_| ()).expect("none fails");
    finish(0);
}

fn a_forks_child_starts_with_it_open() {
    let _session = session();
    take_all_of(work());
    let _blocked = block(Signal::USR1).expect("ok");
    close();
    let child = in_a_fork(|| {
        assert_eq!((raw::mask(), told()), (bit(Signal::USR1), Signal::USR1.into()));
        assert_eq!((delivered(work()), embed::any_pending()), (0, false));
        queue(work(), 1..=MANY); // and has a door of its own
        assert_eq!((delivered(work()), raw::blocks(work())), (HIGH_WATER as usize, true));
        finish(bit(Signal::USR1));
        0
    });
    assert_eq!(child, 0);
    assert!(raw::blocks(work()), "the parent's is as it was");
    finish(bit(Signal::USR1));
}

fn a_fork_by_another_thread_has_a_door_of_its_own() {
    let _session = session();
    take_all_of(work());
    let blocked = block(work()).expect("ok"); // in the other thread, or it would receive what waits
    let (begin, begun) = std::sync::mpsc::channel();
    let mut forks = spawn(move || {
        begun.recv().expect("it is said");
        in_a_fork(|| {
            assert_eq!((told(), raw::mask()), (work().into(), bit(work())));
            pthread_sigmask(MaskHow::SetMask, Signal::USR2).expect("none fails");
            queue(work(), 1..=MANY);
            assert_eq!((delivered(work()), raw::blocks(work())), (HIGH_WATER as usize, true));
            assert_eq!(told(), Signal::USR2.into());
            finish(bit(Signal::USR2));
            0
        })
    });
    blocked.restore().expect("none fails");
    close();
    begin.send(()).expect("it waits");
    while !forks.is_finished() {
        thread::yield_now(); // not a safe point, which would open it
    }
    assert!(raw::blocks(work()));
    assert_eq!(forks.join().expect("none fails").expect("it does not panic"), 0);
    finish(0);
}

/// In the midst of a pass: its end finds it open there.
fn a_fork_in_a_handler() {
    let _session = session();
    record(work(), with_back_pressure()).expect("a real-time signal");
    on(work(), |delivery| {
        assert!(raw::blocks(work()));
        assert_eq!(in_a_fork(|| i32::from(raw::mask() != 0)), 0);
        assert_eq!(delivery.records().count(), HIGH_WATER as usize);
    })
    .expect("ok");
    queue(work(), 1..=HIGH_WATER);
    check_signals().expect("none fails");
    assert_eq!(raw::mask(), 0);
}

/// No function at fork has run: what is to be done before exec does it.
fn before_exec_opens_it_whoever_has_forked() {
    let _session = session();
    take_all_of(work());
    let blocked = block(Signal::USR1).expect("ok");
    close();
    let child = raw::in_a_bare_fork(|| {
        let before = raw::mask();
        let done = sigtrip::before_exec();
        i32::from(before != bit(work()) | bit(Signal::USR1) || done.is_err() || raw::mask() != 0)
    });
    assert_eq!(child, 0);
    blocked.restore().expect("none fails");
    all_come();
}

/// What the kernel says of a program that was started now.
fn blocked_in(command: &mut Command) -> u64 {
    let output = command.stdin(Stdio::null()).output().expect("it can be started");
    let status = String::from_utf8(output.stdout).expect("text");
    let line = status.lines().find_map(|line| line.strip_prefix("SigBlk:")).expect("the kernel says it");
    u64::from_str_radix(line.trim(), 16).expect("a number")
}

fn status() -> Command {
    let mut command = Command::new("cat");
    command.arg("/proc/self/status");
    command
}

fn a_program_starts_with_it_open() {
    let _session = session();
    take_all_of(work());
    close();
    let mut command = status();
    raw::before_exec(&mut command, sigtrip::before_exec);
    assert_eq!(blocked_in(&mut command), 0);
    let mut command = status();
    raw::before_exec(&mut command, || Ok(())); // by fork, then
    assert_eq!(blocked_in(&mut command), 0);
    assert!(raw::blocks(work()), "here it is still closed");
    all_come();
}

/// Nobody is told of a `posix_spawn`: the documented way is to ask for no back-pressure meanwhile.
fn a_program_started_without_that_has_it() {
    let _session = session();
    take_all_of(work());
    queue(work(), 1..=HIGH_WATER);
    assert_eq!(blocked_in(&mut status()), bit(work()));
    record(work(), None).expect("ok");
    assert_eq!(blocked_in(&mut status()), 0);
    let elsewhere = spawn(|| blocked_in(&mut status()));
    record(work(), with_back_pressure()).expect("ok");
    let mut elsewhere = elsewhere;
    assert_eq!(elsewhere.join().expect("none fails").expect("it does not panic"), 0);
}

fn a_thread_starts_with_it_open() {
    let _session = session();
    take_all_of(work());
    let _blocked = block(Signal::USR1).expect("ok");
    // To this thread alone, or the new one would receive what waits.
    (0..MANY).for_each(|_| raw::Thread::current().send(work()));
    let mut thread = spawn(raw::mask);
    while !thread.is_finished() {
        thread::yield_now(); // not a safe point, which would open it
    }
    assert_eq!(raw::mask(), bit(Signal::USR1) | bit(work()), "here it is still closed");
    assert_eq!(thread.join().expect("none fails").expect("it does not panic"), bit(Signal::USR1));
    assert!(raw::blocks(work()));
    let stds = thread::spawn(raw::mask).join().expect("it does not panic");
    assert_eq!(stds, raw::mask(), "std's own are told of nothing");
    while embed::any_pending() {
        check_signals().expect("none fails");
    }
    assert_eq!((delivered(work()), refused(work()), raw::mask()), (MANY as usize, 0, bit(Signal::USR1)));
}

/// The last owner's thread has nothing to do with it.
fn a_new_sessions_owner_has_a_new_one() {
    let first = session();
    take_all_of(work());
    close();
    drop(first);
    let on_another_thread = thread::spawn(|| {
        let _session = session();
        record(work(), with_back_pressure()).expect("a real-time signal");
        on(work(), |_| ()).expect("ok");
        for _ in 0..HIGH_WATER {
            raw::Thread::current().send(work());
        }
        (raw::mask(), told())
    });
    assert_eq!(on_another_thread.join().expect("it does not panic"), (bit(work()), SignalSet::new()));
    assert_eq!(raw::mask(), 0);
}
