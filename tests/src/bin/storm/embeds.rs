//! A host runtime in a storm: its hook alone tells it to drain, and its drains fail at times.

#![allow(unsafe_code)]

use std::{
    os::fd::AsFd,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use sigtrip::{
    Options, Signal,
    embed::{self, Disposition, Host, Word},
};
use sigtrip_tests::{PATIENCE, raw};

use crate::{
    dice::Dice,
    line::{Line, Until},
    owner,
};

crate::storms!(drained_when_the_hook_says_so);

/// The host's own flag: it looks at nothing else.
static BREAKER: AtomicBool = AtomicBool::new(false);

fn lines() -> [Line; 4] {
    [
        Line(Signal::USR1),
        Line(Signal::HUP),
        Line(Signal::SEGV),
        Line(Signal::real_time(1).expect("there are more")),
    ]
}

fn drained_when_the_hook_says_so(until: Until) {
    let host = Host::open(Options::untouched()).expect("the first session");
    // SAFETY: a store to a static.
    unsafe { host.set_notify(Some(|_| BREAKER.store(true, Ordering::Release))) };
    for (index, line) in (1..).zip(lines()) {
        let word = Disposition::Handler(Word::new(index).expect("small"));
        host.set(line.0, word).expect("it can be handled");
    }
    let senders: Vec<_> =
        (0..).zip(lines()).map(|(seed, line)| owner::flooder(line, until, seed, send)).collect();
    let (mut dice, (reader, _writer)) = (Dice::new(9), std::io::pipe().expect("a pipe"));
    while !senders.iter().all(thread::JoinHandle::is_finished) {
        let moment = Some(Duration::from_micros(dice.below(500).into()));
        match dice.below(3) {
            0 => drop(host.wait(moment).expect("it may wait")),
            1 => drop(host.wait_readable(reader.as_fd(), moment).expect("it may wait")),
            _ => {}
        }
        drain(&host, &mut dice);
    }
    senders.into_iter().for_each(|thread| thread.join().expect("it does not panic"));
    let deadline = Instant::now() + PATIENCE;
    while lines().iter().any(|line| line.left() > 0) && Instant::now() < deadline {
        drain(&host, &mut dice);
    }
}

/// Half of them from the kernel, half of them fed by the host.
fn send(signal: Signal) {
    if Line(signal).handled().is_multiple_of(2) {
        raw::send_to_process(signal);
    } else {
        assert!(embed::trip(signal), "it is in the table");
    }
}

fn drain(host: &Host, dice: &mut Dice) {
    if BREAKER.swap(false, Ordering::Acquire) {
        // If it fails the hook is called for what is left.
        let _failed = host.drain(|signal, disposition| {
            assert!(matches!(disposition, Disposition::Handler(_)));
            Line(signal).saw();
            if dice.below(5) == 0 { Err(()) } else { Ok(()) }
        });
    }
}
