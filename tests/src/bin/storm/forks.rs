//! Forks under storm: in handlers, from threads, while the owner installs; children that use the library and have children.

use std::{
    os::fd::AsFd,
    process::ExitCode,
    sync::atomic::{AtomicBool, AtomicU32, Ordering},
    thread,
    time::{Duration, Instant},
};

use sigtrip::{
    Disposition, Signal, Timer, check_signals, getsignal, on, pause_for, raise_signal, setitimer, signal,
};
use sigtrip_tests::{
    PATIENCE,
    raw::{self, in_a_fork},
};

use crate::{
    dice::Dice,
    line::{self, Line, Until},
    owner::{self, session},
    timers::Ticks,
};

crate::storms!(
    inside_handlers,
    from_threads_while_the_owner_installs,
    children_that_open_sessions,
    signals_to_the_whole_group,
    children_reaped_by_the_handler,
    children_that_come_back_into_a_wait,
    while_the_first_session_is_opened,
);

/// In a child: that it owns its signals and each wait ends as it should. Its parent's numbers are not touched. Returns its exit
/// status: 0 if nothing was lost.
fn uses_the_library(generations: u32) -> i32 {
    static SEEN: AtomicU32 = AtomicU32::new(0);
    SEEN.store(0, Ordering::Relaxed);
    let count = |target| {
        on(target, |_| {
            SEEN.fetch_add(1, Ordering::Relaxed);
        })
    };
    check_signals().expect("nothing of the parent's");
    for target in [Signal::TERM, Signal::WINCH, Signal::ALRM] {
        count(target).expect("it is the owner");
    }
    raise_signal(Signal::TERM).expect("no handler fails");
    raw::Thread::current().send(Signal::WINCH);
    pause_for(PATIENCE).expect("no handler fails");
    setitimer(Timer::Real, Duration::from_micros(50), Duration::ZERO).expect("ok");
    while SEEN.load(Ordering::Relaxed) < 3 {
        pause_for(PATIENCE).expect("no handler fails");
    }
    let has_threads = std::process::id().is_multiple_of(4); // which takes its time
    if has_threads {
        hears_of_what_a_thread_receives(|| SEEN.load(Ordering::Relaxed) == 4);
    }
    let grandchild = if generations > 0 { in_a_handler(generations - 1) } else { 0 };
    assert!(matches!(getsignal(Signal::TERM), Ok(Disposition::Handler(_))));
    line::note(3 + u32::from(has_threads), SEEN.load(Ordering::Relaxed));
    grandchild
}

/// SIGWINCH, of a thread of the child's own: it wakes the child's owner, by the child's own descriptor.
fn hears_of_what_a_thread_receives(heard: impl Fn() -> bool + Send + 'static) {
    raw::block(Signal::WINCH, true);
    let (reader, writer) = std::io::pipe().expect("a pipe");
    let receiver = thread::spawn(move || {
        raw::block(Signal::WINCH, false);
        raw::Thread::current().send(Signal::WINCH);
        let deadline = Instant::now() + PATIENCE;
        while !heard() && Instant::now() < deadline {
            thread::yield_now();
        }
        drop(writer); // ends the wait
        heard()
    });
    let ended = sigtrip::poll(&mut [sigtrip::PollFd::readable(reader.as_fd())], None);
    assert_eq!(ended.expect("no handler fails"), 1);
    assert!(receiver.join().expect("it does not panic"), "the owner was woken");
    raw::block(Signal::WINCH, false);
}

/// Has a handler fork, whose child uses the library too. Returns that child's exit status.
fn in_a_handler(generations: u32) -> i32 {
    static STATUS: AtomicU32 = AtomicU32::new(u32::MAX);
    on(Signal::USR1, move |_| {
        let status = in_a_fork(|| uses_the_library(generations));
        STATUS.store(status.cast_unsigned(), Ordering::Relaxed);
    })
    .expect("it is the owner");
    raise_signal(Signal::USR1).expect("no handler fails");
    STATUS.load(Ordering::Relaxed).cast_signed()
}

/// To this process alone: what is pending here is not to be handled in a child.
fn flood(signal: Signal, until: Until, seed: u64) -> thread::JoinHandle<()> {
    let me = std::process::id();
    let line = Line(signal);
    on(signal, move |_| {
        assert_eq!(std::process::id(), me, "the parent's signals are the parent's");
        line.saw();
    })
    .expect("no handler fails");
    owner::flooder(line, until, seed, raw::send_to_process)
}

fn inside_handlers(until: Until) {
    let _session = session();
    let flooders = vec![flood(Signal::USR2, until, 0), flood(Signal::HUP, until, 1)];
    while !until.is_over() {
        assert_eq!(in_a_handler(1), 0, "the child and its child lost nothing");
    }
    owner::handle_until_joined(flooders, &mut Dice::new(2));
}

fn from_threads_while_the_owner_installs(until: Until) {
    let _session = session();
    let mut threads = vec![flood(Signal::USR2, until, 0)];
    Line(Signal::ALRM).handle();
    let ticks = Ticks::new(Timer::Real, 300);
    threads.extend((0..3).map(|_| {
        thread::spawn(move || {
            while !until.is_over() {
                assert_eq!(in_a_fork(|| uses_the_library(1)), 0, "nobody lost anything");
            }
        })
    }));
    let mut dice = Dice::new(1);
    while !threads.iter().all(thread::JoinHandle::is_finished) {
        let captured = Box::new(dice.below(10));
        on(Signal::TERM, move |_| drop(captured.clone())).expect("no handler fails");
        owner::safe_point(&mut dice);
        signal(Signal::TERM, Disposition::Ignore).expect("no handler fails");
    }
    drop(ticks);
    owner::handle_until_joined(threads, &mut dice);
}

/// The parent has a session at times, so that its threads fork before, in and after one; the child opens what is not open.
fn children_that_open_sessions(until: Until) {
    static STOP: AtomicBool = AtomicBool::new(false);
    STOP.store(false, Ordering::Relaxed);
    let forkers: Vec<_> = (0..2)
        .map(|_| {
            thread::spawn(move || {
                while !until.is_over() {
                    let status = in_a_fork(|| {
                        let _session = sigtrip::init(); // refused where it has inherited one
                        uses_the_library(0)
                    });
                    assert_eq!(status, 0, "the child lost nothing");
                }
            })
        })
        .collect();
    let mut dice = Dice::new(3);
    while !forkers.iter().all(thread::JoinHandle::is_finished) {
        let session = session();
        let line = Line(Signal::WINCH).handle();
        let number = line.send(|signal| raw::Thread::current().send(signal));
        owner::safe_point(&mut dice);
        drop(session);
        assert!(line.was_seen(number));
    }
    forkers.into_iter().for_each(|thread| thread.join().expect("no child lost anything"));
}

/// As Ctrl-C does: every process of the group is hit, the children at whatever moment of their birth. Each is a second try
/// of the fork's own handling: what comes before the child is ready waits, and is then the child's own.
fn signals_to_the_whole_group(until: Until) {
    raw::own_group();
    let _session = session();
    let me = std::process::id();
    let line = Line(Signal::INT);
    static IN_THE_CHILD: AtomicU32 = AtomicU32::new(0);
    on(line.0, move |_| {
        if std::process::id() == me {
            line.saw();
        } else {
            IN_THE_CHILD.fetch_add(1, Ordering::Relaxed);
        }
    })
    .expect("no handler fails");
    let flooder = thread::spawn(move || {
        while !until.is_over() {
            line.send(|signal| sigtrip::killpg(0, signal).expect("no handler fails"));
            thread::sleep(Duration::from_micros(100));
        }
    });
    let mut dice = Dice::new(1);
    while !flooder.is_finished() {
        let status = in_a_fork(|| {
            let before = IN_THE_CHILD.load(Ordering::Relaxed);
            while IN_THE_CHILD.load(Ordering::Relaxed) == before && !until.is_over() {
                pause_for(Duration::from_millis(20)).expect("no handler fails");
            }
            uses_the_library(0)
        });
        assert_eq!(status, 0, "the child lives, and lost nothing");
        owner::safe_point(&mut dice);
    }
    owner::handle_until_joined(vec![flooder], &mut dice);
}

/// Children end faster than SIGCHLDs are delivered; the handler takes whoever has ended, and in the end it has taken all.
fn children_reaped_by_the_handler(until: Until) {
    static REAPED: AtomicU32 = AtomicU32::new(0);
    let _session = session();
    on(Signal::CHLD, |_| {
        while raw::take_a_child_that_has_ended() {
            REAPED.fetch_add(1, Ordering::Relaxed);
        }
    })
    .expect("no handler fails");
    let before = REAPED.load(Ordering::Relaxed);
    let forkers: Vec<_> = (0..3)
        .map(|_| {
            thread::spawn(move || {
                let mut forked = 0;
                while !until.is_over() {
                    for _ in 0..20 {
                        if raw::fork() == 0 {
                            raw::exit_now(0);
                        }
                        forked += 1;
                    }
                    thread::sleep(Duration::from_millis(2)); // there are not processes without end
                }
                forked
            })
        })
        .collect();
    while !forkers.iter().all(thread::JoinHandle::is_finished) {
        pause_for(Duration::from_millis(5)).expect("no handler fails");
    }
    let forked: u32 = forkers.into_iter().map(|thread| thread.join().expect("it does not panic")).sum();
    let deadline = Instant::now() + PATIENCE;
    let reaped = || REAPED.load(Ordering::Relaxed) - before;
    while reaped() < forked && Instant::now() < deadline {
        pause_for(Duration::from_millis(5)).expect("no handler fails");
    }
    line::note(forked, reaped());
    line::lose(forked - reaped());
}

/// A handler forks and returns on both sides: the wait that it came in goes on in both, each for its own signals.
fn children_that_come_back_into_a_wait(until: Until) {
    static CHILD: AtomicU32 = AtomicU32::new(0);
    let session = session();
    let alarm = Line(Signal::ALRM);
    on(alarm.0, move |_| {
        CHILD.store(raw::fork().cast_unsigned(), Ordering::Relaxed);
        if CHILD.load(Ordering::Relaxed) > 0 {
            alarm.saw();
        }
    })
    .expect("no handler fails");
    let flooder = flood(Signal::USR2, until, 0);
    let mut dice = Dice::new(1);
    while !until.is_over() {
        let soon = Duration::from_micros((1 + dice.below(300)).into());
        CHILD.store(u32::MAX, Ordering::Relaxed);
        let number = alarm.send(|_| {
            setitimer(Timer::Real, soon, Duration::ZERO).expect("ok");
        });
        while CHILD.load(Ordering::Relaxed) == u32::MAX {
            waits_for_a_while(&mut dice);
        }
        let child = CHILD.load(Ordering::Relaxed).cast_signed();
        if child == 0 {
            let status = std::panic::catch_unwind(|| uses_the_library(0)).unwrap_or(101);
            raw::exit_now(status);
        }
        assert_eq!(raw::wait_for_exit(child), 0, "the child lost nothing");
        assert!(alarm.was_seen(number));
    }
    owner::handle_until_joined(vec![flooder], &mut dice);
    drop(session);
}

fn waits_for_a_while(dice: &mut Dice) {
    let (reader, _writer) = std::io::pipe().expect("a pipe");
    let moment = Duration::from_micros(dice.below(1000).into());
    match dice.below(4) {
        0 => sigtrip::sleep(moment),
        1 => pause_for(moment).map(drop),
        2 => sigtrip::poll(&mut [sigtrip::PollFd::readable(reader.as_fd())], Some(moment)).map(drop),
        _ => sigtrip::sigtimedwait(Signal::QUIT, moment).map(drop),
    }
    .expect("no handler fails");
}

/// A program's first moments: one thread forks, and two want to be the first to open a session.
pub(crate) fn opens_first() -> ExitCode {
    static FORKING: AtomicBool = AtomicBool::new(false);
    line::prepare();
    let opens = || {
        while !FORKING.load(Ordering::Relaxed) {
            std::hint::spin_loop();
        }
        match sigtrip::init() {
            Ok(_session) => in_a_fork(|| uses_the_library(0)),
            Err(error) => i32::from(error != sigtrip::Error::AlreadyInitialized),
        }
    };
    let forks = || {
        let in_a_child = || {
            let _session = sigtrip::init(); // refused where it has inherited one
            uses_the_library(0)
        };
        FORKING.store(true, Ordering::Relaxed);
        (0..5).map(|_| in_a_fork(in_a_child)).sum()
    };
    let threads = [thread::spawn(opens), thread::spawn(opens), thread::spawn(forks)];
    let wrong: i32 = threads.into_iter().map(|thread| thread.join().expect("it does not panic")).sum();
    ExitCode::from(u8::from(wrong != 0))
}

fn while_the_first_session_is_opened(until: Until) {
    let me = std::env::current_exe().expect("a path");
    while !until.is_over() {
        let output = std::process::Command::new(&me).arg("opens_first").output().expect("it starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        line::note(15, 15);
    }
}
