//! What has no other way to be said than on standard error.
//!
//! With std it is formatted. Without, the machinery for that would be the greater part of a small program: it is put together from
//! pieces.

#[cfg_attr(feature = "std", path = "formatted.rs")]
#[cfg_attr(not(feature = "std"), path = "pieces.rs")]
mod body;

use crate::{Interrupt, Signal, sys, sys::Errno};

/// What there is to say.
pub(super) enum Event {
    /// A signal whose disposition has changed since it came.
    Race(Signal),
    /// The wakeup descriptor does not take its byte.
    FailedWrite(Errno),
    /// A session ends, and a handler has failed.
    Failed(Interrupt),
    /// A session ends, and handlers trip signals again and again.
    WithoutEnd,
}

/// Says it. Owner context.
#[cold]
#[inline(never)]
pub(super) fn report(event: Event) {
    sys::write_stderr(b"sigtrip: ");
    match event {
        Event::Race(signal) => {
            body::signal(signal);
            say(" ignored due to race condition");
        }
        Event::FailedWrite(errno) => {
            say("the signal wakeup descriptor could not be written to: ");
            body::errno(errno);
        }
        Event::Failed(interrupt) => {
            say("a handler failed while the session ended");
            body::reason(&interrupt);
        }
        Event::WithoutEnd => say("signals were simulated without end while the session ended"),
    }
    say("\n");
}

fn say(text: &str) {
    sys::write_stderr(text.as_bytes());
}
