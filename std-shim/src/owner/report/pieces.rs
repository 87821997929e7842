//! Without `core::fmt`: signals and errors by their numbers, and of why a handler has failed that which is text already.

use super::say;
use crate::{Error, Interrupt, Signal, sys::Errno};

pub(super) fn signal(signal: Signal) {
    say("signal ");
    number(signal.number());
}

pub(super) fn errno(errno: Errno) {
    say("os error ");
    number(errno.raw());
}

/// Why a handler has failed, as far as that is told without asking it to format itself.
pub(super) fn reason(interrupt: &Interrupt) {
    match interrupt {
        Interrupt::KeyboardInterrupt(_) => say(": KeyboardInterrupt"),
        Interrupt::Exit(status) => {
            say(": exit with status ");
            number(*status);
        }
        Interrupt::ExitMessage(message) => {
            say(": ");
            say(message);
        }
        Interrupt::Error(Error::System { call, errno: why }) => {
            say(": ");
            say(call);
            say(": ");
            errno(*why);
        }
        Interrupt::Error(_) | Interrupt::Other(_) => {}
    }
}

fn number(number: i32) {
    if number < 0 {
        say("-");
    }
    digits(number.unsigned_abs());
}

/// The highest first: as deep as there are digits.
fn digits(number: u32) {
    if number > 9 {
        digits(number / 10);
    }
    let digit = b'0' + (number % 10) as u8;
    crate::sys::write_stderr(&[digit]);
}
