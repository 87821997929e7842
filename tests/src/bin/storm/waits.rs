//! Waits that nothing else ends: what each waits for comes when every sending was handled, so that one lost wake is the end of it.

use std::{
    io::PipeWriter,
    os::fd::AsFd,
    process::{Command, Stdio},
    thread::{self, JoinHandle},
    time::Duration,
};

use sigtrip::{Interrupt, PollFd, Signal, on, poll, sigtimedwait, wait_child};
use sigtrip_tests::raw::{self, Thread};

use crate::{
    line::{self, Line, Until},
    owner::{self, session},
};

crate::storms!(received_by_the_owner, received_by_other_threads);

const LINES: [Line; 2] = [Line(Signal::USR1), Line(Signal::HUP)];

/// All that the storm lasts, each wait for a moment of it.
fn in_turn(until: Until, flooders: impl Fn(Until) -> Vec<JoinHandle<()>>) {
    const WAITS: [fn(Vec<JoinHandle<()>>); 8] =
        [in_pause, in_sleep, in_join, in_recv, in_poll, in_sigtimedwait, in_wait_child, in_sigsuspend];
    let _session = session();
    Line::handle_all(LINES);
    for wait in WAITS.into_iter().cycle() {
        if until.is_over() {
            break;
        }
        wait(flooders(until.no_later_than(Duration::from_millis(40))));
        line::settle();
    }
}

fn received_by_the_owner(until: Until) {
    in_turn(until, |until| {
        let owner = Thread::current();
        LINES.map(|line| owner::flooder(line, until, 0, move |signal| owner.send(signal))).into()
    });
}

fn received_by_other_threads(until: Until) {
    LINES.iter().for_each(|line| raw::block(line.0, true));
    in_turn(until, |until| {
        let receive = |line: Line| {
            thread::spawn(move || {
                raw::block(line.0, false);
                line.flood(until, crate::dice::Dice::new(1), |signal| Thread::current().send(signal));
            })
        };
        LINES.map(receive).into()
    });
    LINES.iter().for_each(|line| raw::block(line.0, false));
}

fn join_all(flooders: Vec<JoinHandle<()>>) {
    flooders.into_iter().for_each(|thread| thread.join().expect("it does not panic"));
}

/// Does something on another thread when the flooders have ended.
fn afterwards(flooders: Vec<JoinHandle<()>>, what: impl FnOnce() + Send + 'static) -> JoinHandle<()> {
    thread::spawn(move || {
        join_all(flooders);
        what();
    })
}

/// The last one is one more signal.
fn in_pause(flooders: Vec<JoinHandle<()>>) {
    let (owner, last) = (Thread::current(), Line(Signal::USR2).handle());
    let before = last.handled();
    let ender = afterwards(flooders, move || {
        last.send(|signal| owner.send(signal));
    });
    while last.handled() == before {
        sigtrip::pause().expect("no handler fails");
    }
    ender.join().expect("it does not panic");
}

/// Ended by a handler that fails.
fn in_sleep(flooders: Vec<JoinHandle<()>>) {
    let (owner, last) = (Thread::current(), Line(Signal::USR2));
    on(last.0, move |_| {
        last.saw();
        Err(Interrupt::exit(7))
    })
    .expect("no handler fails");
    let ender = afterwards(flooders, move || {
        last.send(|signal| owner.send(signal));
    });
    assert!(matches!(sigtrip::sleep(Duration::MAX), Err(Interrupt::Exit(7))));
    ender.join().expect("it does not panic");
}

fn in_join(flooders: Vec<JoinHandle<()>>) {
    let mut worker = sigtrip::spawn(move || join_all(flooders));
    worker.join().expect("no handler fails").expect("it does not panic");
}

fn in_recv(flooders: Vec<JoinHandle<()>>) {
    let (sender, receiver) = sigtrip::channel();
    let ender = afterwards(flooders, move || sender.send(7).expect("it is there"));
    assert_eq!(receiver.recv().expect("no handler fails"), Ok(7));
    ender.join().expect("it does not panic");
}

fn in_poll(flooders: Vec<JoinHandle<()>>) {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    let ender = afterwards(flooders, move || drop::<PipeWriter>(writer));
    assert_eq!(poll(&mut [PollFd::readable(reader.as_fd())], None).expect("no handler fails"), 1);
    ender.join().expect("it does not panic");
}

fn in_sigtimedwait(flooders: Vec<JoinHandle<()>>) {
    let last = Line(Signal::real_time(8).expect("there are more"));
    raw::block(last.0, true); // that thread inherits it
    let ender = afterwards(flooders, move || {
        last.send(raw::send_to_process);
    });
    let taken = sigtimedwait(last.0, Duration::MAX).expect("no handler fails");
    assert_eq!(taken.map(|info| info.signal()), Some(last.0));
    last.took_one();
    ender.join().expect("it does not panic");
    raw::block(last.0, false);
}

/// It ends when its input does.
fn in_wait_child(flooders: Vec<JoinHandle<()>>) {
    let mut child = Command::new("cat").stdin(Stdio::piped()).spawn().expect("it starts");
    let input = child.stdin.take();
    let ender = afterwards(flooders, move || drop(input));
    assert!(wait_child(&mut child).expect("no handler fails").success());
    ender.join().expect("it does not panic");
}

/// A handler of the last one ends it; so does any other.
fn in_sigsuspend(flooders: Vec<JoinHandle<()>>) {
    let (owner, last) = (Thread::current(), Line(Signal::USR2).handle());
    let before = last.handled();
    let mask = LINES.iter().map(|line| line.0).filter(|&signal| raw::blocks(signal));
    let mask: sigtrip::SignalSet = mask.collect();
    let ender = afterwards(flooders, move || {
        last.send(|signal| owner.send(signal));
    });
    while last.handled() == before {
        sigtrip::sigsuspend(mask).expect("no handler fails");
    }
    ender.join().expect("it does not panic");
}
