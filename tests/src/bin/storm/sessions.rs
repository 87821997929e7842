//! Sessions that begin and end while signals come: each delivery finds the session's handler, or the one that was there before.

use std::{
    ffi::c_int,
    io::Write,
    thread,
    time::{Duration, Instant},
};

use sigtrip::{Options, Signal, init_with};
use sigtrip_tests::raw::{self, Action, Thread};

use crate::{
    dice::Dice,
    line::{self, Line, Until},
    owner::{self, safe_point, session},
};

crate::storms!(opened_and_closed, opened_by_ever_other_threads, with_a_kick);

extern "C" fn foreign(number: c_int) {
    if let Ok(signal) = Signal::from_raw(number) {
        Line(signal).saw();
    }
}

/// Some other library's handlers, until they are dropped; they must come back to the bit after every session.
struct Foreign([(Signal, Action); 2]);

impl Foreign {
    fn new() -> Self {
        Self([Signal::USR1, Signal::HUP].map(|signal| {
            let handler = Action::new(foreign, libc::SA_RESTART, 1 << 40);
            (signal, raw::sigaction(signal, Some(handler)))
        }))
    }

    fn are_there() {
        for signal in [Signal::USR1, Signal::HUP] {
            let handler = Action::new(foreign, libc::SA_RESTART, 1 << 40);
            assert_eq!(raw::sigaction(signal, None), handler);
        }
    }
}

impl Drop for Foreign {
    fn drop(&mut self) {
        for (signal, earlier) in self.0 {
            raw::sigaction(signal, Some(earlier));
        }
    }
}

/// A thread that floods the owner's, and receives nothing itself.
fn at_the_owner(signal: Signal, until: Until, seed: u64) -> thread::JoinHandle<()> {
    let owner = Thread::current();
    owner::flooder(Line(signal), until, seed, move |signal| owner.send(signal))
}

fn opened_and_closed(until: Until) {
    let _foreign = Foreign::new();
    let flooders = [at_the_owner(Signal::USR1, until, 1), at_the_owner(Signal::HUP, until, 2)];
    let mut dice = Dice::new(3);
    while !flooders.iter().all(thread::JoinHandle::is_finished) {
        let session = session();
        Line(Signal::USR1).handle();
        (0..dice.below(4)).for_each(|_| safe_point(&mut dice));
        if dice.below(2) == 0 {
            Line(Signal::HUP).handle();
        }
        drop(session);
        Foreign::are_there();
    }
    flooders.into_iter().for_each(|thread| thread.join().expect("it does not panic"));
}

/// Each of many short-lived threads is the owner for a while; another may be the next before it has ended.
fn opened_by_ever_other_threads(until: Until) {
    let _foreign = Foreign::new();
    while !until.is_over() {
        let owner = thread::spawn(move || {
            let mut dice = Dice::new(4);
            let session = session();
            let line = Line(Signal::USR1).handle();
            for _ in 0..20 {
                let number = line.send(|signal| Thread::current().send(signal));
                safe_point(&mut dice);
                owner::pause_until_seen(line, number);
            }
            let last = line.send(|signal| Thread::current().send(signal)); // pending when it is left
            drop(session);
            assert!(line.was_seen(last), "what is pending is handled when the session is left");
            line.send(|signal| Thread::current().send(signal)); // for the foreign handler
        });
        owner.join().expect("nothing was lost");
    }
    Foreign::are_there();
}

/// The owner blocks the signal and is in a foreign read; another thread receives it, and kicks. A kick that comes just before the
/// read does not end it; then a byte does, but not often.
fn with_a_kick(until: Until) {
    let session = init_with(Options::untouched().kick(Signal::URG)).expect("the first session");
    let line = Line(Signal::USR1).handle();
    raw::block(Signal::USR1, true);
    let (reader, writer) = std::io::pipe().expect("a pipe");
    let receiver = thread::spawn(move || {
        raw::block(Signal::USR1, false);
        kick_until(until, line, &writer)
    });
    let read = || match raw::read_once(&reader) {
        Ok(read) => Ok(read),
        Err(errno) => Err(std::io::Error::from_raw_os_error(errno)),
    };
    while sigtrip::retry(read).expect("no handler fails") > 0 {}
    let (kicks, bytes) = receiver.join().expect("it does not panic");
    assert!(bytes < 5 + kicks / 2, "{kicks} times, and {bytes} times it was the byte that did it");
    line::settle();
    raw::block(Signal::USR1, false);
    drop(session);
}

/// Returns how often the owner was to be kicked, and how often that was not enough.
fn kick_until(until: Until, line: Line, mut writer: &std::io::PipeWriter) -> (u32, u32) {
    let (mut kicks, mut bytes) = (0, 0);
    while !until.is_over() {
        kicks += 1;
        let number = line.send(|signal| Thread::current().send(signal)); // received here
        let patience = Instant::now() + Duration::from_millis(50);
        while !line.was_seen(number) && Instant::now() < patience {
            thread::yield_now();
        }
        if !line.was_seen(number) {
            bytes += 1;
            writer.write_all(b"x").expect("it is read");
        }
        if !line.wait_until_seen(number) {
            break;
        }
    }
    (kicks, bytes)
}
