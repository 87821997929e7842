//! Stopped and continued, while it waits and while signals come.

use std::{thread, time::Duration};

use sigtrip::{Interrupt, Signal, on, run, sleep};
use sigtrip_tests::raw;

use crate::{
    dice::Dice,
    line::{Line, Until},
};

crate::storms!(stopped_and_continued);

/// What the child handles: ordinary ones, one that would stop it, and the one that continues it.
const LINES: [Line; 5] =
    [Line(Signal::USR1), Line(Signal::USR2), Line(Signal::TSTP), Line(Signal::TTIN), Line(Signal::CONT)];

/// The child: every kind of wait, until SIGTERM.
fn waits_until_it_is_told() -> i32 {
    let ended = run(|| {
        Line::handle_all(LINES);
        on(Signal::TERM, |_| Err(Interrupt::exit(0)))?;
        on(Signal::ALRM, |_| ())?;
        let _ticks = crate::timers::Ticks::new(sigtrip::Timer::Real, 700);
        let mut dice = Dice::new(0);
        loop {
            sigtrip::check_signals()?;
            match dice.below(5) {
                0 => sleep(Duration::from_millis(1))?,
                1 => drop(sigtrip::pause_for(Duration::from_secs(1))?),
                2 => drop(sigtrip::poll(&mut [], Some(Duration::from_millis(1)))?),
                3 => drop(sigtrip::sigtimedwait([], Duration::from_millis(1))?),
                _ => {}
            }
        }
    });
    i32::from(ended != std::process::ExitCode::SUCCESS)
}

/// The parent stops it, sends while it is stopped and while it runs, and waits until each was handled.
fn stopped_and_continued(until: Until) {
    let child = raw::fork();
    if child == 0 {
        raw::exit_now(waits_until_it_is_told());
    }
    let send = |signal| sigtrip::kill(child, signal).expect("it is there");
    while !raw::catches(child, Signal::TERM) {
        thread::yield_now(); // it is on its way
    }
    let mut dice = Dice::new(1);
    while !until.is_over() {
        send(Signal::STOP);
        raw::wait_until_it_is_stopped(child);
        // What would stop it the kernel discards when it goes on, and the word to go on when it is to stop.
        let mut last = send_some(&mut dice, &LINES[..2], send);
        let goes_on = LINES[4].send(send);
        last.extend(send_some(&mut dice, &LINES[..2], send));
        if LINES[4].wait_until_seen(goes_on) {
            last.extend(send_some(&mut dice, &LINES[..4], send));
        }
        if !last.into_iter().all(|(line, number)| line.wait_until_seen(number)) {
            break;
        }
    }
    send(Signal::TERM);
    assert_eq!(raw::wait_for_exit(child), 0, "it ends as it was told to");
}

fn send_some(dice: &mut Dice, lines: &[Line], send: impl Fn(Signal) + Copy) -> Vec<(Line, u32)> {
    (0..dice.below(10))
        .map(|_| {
            let line = dice.pick(lines);
            (line, line.send(send))
        })
        .collect()
}
