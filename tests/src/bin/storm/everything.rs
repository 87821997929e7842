//! Every signal that can be caught, handled and sent: in any order, from several threads, in every way in which one can be sent.

use std::{os::fd::AsFd, thread};

use sigtrip::Signal;
use sigtrip_tests::raw::{self, Thread};

use crate::{
    belongings::is_reserved,
    dice::Dice,
    line::{Line, Until},
    owner::{self, session},
    queues::queue,
};

crate::storms!(every_signal_in_any_order);

fn can_be_caught(signal: Signal) -> bool {
    !is_reserved(signal) && signal != Signal::KILL && signal != Signal::STOP
}

fn catchable() -> Vec<Line> {
    let all: Vec<_> = Signal::all().filter(|&it| can_be_caught(it)).map(Line).collect();
    assert_eq!(all.len(), 64 - 2 - 2, "all but SIGKILL, SIGSTOP and libc's two");
    all
}

/// A stop signal that is sent discards a SIGCONT that is pending, and the other way round: that is the kernel's rule. So they
/// have one sender, who waits for each.
fn is_discarded(signal: Signal) -> bool {
    [Signal::CONT, Signal::TSTP, Signal::TTIN, Signal::TTOU].contains(&signal)
}

fn every_signal_in_any_order(until: Until) {
    let _session = session();
    let (one_by_one, at_once): (Vec<_>, Vec<_>) =
        catchable().into_iter().map(Line::handle).partition(|line| is_discarded(line.0));
    let owner = Thread::current();
    let mut senders: Vec<_> = (0..3)
        .map(|seed| {
            let lines = at_once.clone();
            thread::spawn(move || send_many(&lines, owner, until, Dice::new(seed)))
        })
        .collect();
    senders.push(thread::spawn(move || {
        let mut dice = Dice::new(3);
        while !until.is_over() {
            let line = dice.pick(&one_by_one);
            let number = line.send(raw::send_to_process);
            if !line.wait_until_seen(number) {
                break;
            }
        }
    }));
    owner::handle_until_joined(senders, &mut Dice::new(4));
}

fn send_many(lines: &[Line], owner: Thread, until: Until, mut dice: Dice) {
    let process = sigtrip::pidfd_open(std::process::id().cast_signed()).expect("it is there");
    while !until.is_over() {
        let mut last = Vec::new();
        for _ in 0..64 {
            let line = dice.pick(lines);
            let number = line.send(|signal| match dice.below(5) {
                0 => raw::send_to_process(signal),
                1 => owner.send(signal),
                2 => Thread::current().send(signal),
                3 => sigtrip::pidfd_send_signal(process.as_fd(), signal).expect("it is there"),
                _ => queue(signal, 1),
            });
            last.push((line, number));
        }
        if !last.into_iter().all(|(line, number)| line.wait_until_seen(number)) {
            break;
        }
    }
}
