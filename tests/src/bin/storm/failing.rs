//! Handlers that panic and handlers that fail, again and again: the others are handled all the same.

use std::{
    panic::{self, AssertUnwindSafe},
    thread,
};

use sigtrip::{Interrupt, Signal, Timer, on};
use sigtrip_tests::raw;

use crate::{
    dice::Dice,
    line::{self, Line, Until},
    owner::{self, session},
    timers::Ticks,
};

crate::storms!(handlers_that_panic, handlers_that_fail, sessions_left_by_a_panic);

/// One below and one above those that fail, so that they are before and behind in a pass.
const STEADY: [Line; 2] = [Line(Signal::HUP), Line(Signal::TERM)];
const WILD: [Line; 2] = [Line(Signal::USR1), Line(Signal::USR2)];

fn flooders(until: Until) -> Vec<thread::JoinHandle<()>> {
    (0..)
        .zip([STEADY, WILD].concat())
        .map(|(seed, line)| owner::flooder(line, until, seed, raw::send_to_process))
        .collect()
}

fn without_words<T>(what: impl FnOnce() -> T) -> T {
    let earlier = panic::take_hook();
    panic::set_hook(Box::new(|_| ()));
    let result = what();
    panic::set_hook(earlier);
    result
}

fn handlers_that_panic(until: Until) {
    let _session = session();
    Line::handle_all(STEADY);
    for line in WILD {
        on(line.0, move |_| {
            line.saw();
            if line.handled().is_multiple_of(3) {
                panic!("on purpose");
            }
        })
        .expect("no handler fails");
    }
    let threads = flooders(until);
    let mut dice = Dice::new(7);
    without_words(|| {
        while !threads.iter().all(thread::JoinHandle::is_finished) {
            let _caught = panic::catch_unwind(AssertUnwindSafe(|| owner::safe_point(&mut dice)));
        }
        for line in WILD {
            while panic::catch_unwind(|| line.handle()).is_err() {} // a safe point, at which one may panic
        }
    });
    owner::handle_until_joined(threads, &mut dice);
}

/// Each failure ends the wait that it came in; what was not handled yet is handled in the next.
fn handlers_that_fail(until: Until) {
    let _session = session();
    Line::handle_all(STEADY);
    for line in WILD {
        on(line.0, move |_| {
            line.saw();
            Err(Interrupt::other(std::io::Error::other(line.0.to_string())))
        })
        .expect("no handler fails");
    }
    Line(Signal::ALRM).handle();
    let ticks = Ticks::new(Timer::Real, 400);
    let threads = flooders(until);
    let mut dice = Dice::new(8);
    while !threads.iter().all(thread::JoinHandle::is_finished) {
        let moment = std::time::Duration::from_micros(dice.below(2000).into());
        let ended = match dice.below(4) {
            0 => sigtrip::sleep(moment),
            1 => sigtrip::pause_for(moment).map(drop),
            2 => sigtrip::poll(&mut [], Some(moment)).map(drop),
            _ => sigtrip::check_signals(),
        };
        if let Err(interrupt) = ended {
            let text = interrupt.to_string();
            assert!(text == "SIGUSR1" || text == "SIGUSR2", "{text}");
        }
    }
    drop(ticks);
    for line in WILD {
        while on(line.0, move |_| line.saw()).is_err() {} // a safe point, which may fail
    }
    owner::handle_until_joined(threads, &mut dice);
}

/// The session's end is one of unwinding, while handlers that panic are pending.
fn sessions_left_by_a_panic(until: Until) {
    without_words(|| {
        while !until.is_over() {
            let mut last = Vec::new();
            let left = panic::catch_unwind(AssertUnwindSafe(|| {
                let _session = session();
                Line::handle_all(STEADY);
                on(WILD[0].0, |_| {
                    WILD[0].saw();
                    panic!("while it unwinds");
                })
                .expect("no handler fails");
                for line in [STEADY[0], WILD[0], STEADY[1]] {
                    last.push((line, line.send(|signal| raw::Thread::current().send(signal))));
                }
                panic!("on purpose");
            }));
            assert!(left.is_err());
            last.into_iter().for_each(|(line, number)| line::lose(u32::from(!line.was_seen(number))));
        }
    });
}
