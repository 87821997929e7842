//! By `core::fmt`.

use core::fmt::{self, Write};

use super::say;
use crate::{Interrupt, Signal, sys::Errno};

struct Stderr;

impl Write for Stderr {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        say(text);
        Ok(())
    }
}

pub(super) fn signal(signal: Signal) {
    write(format_args!("{signal}"));
}

pub(super) fn errno(errno: Errno) {
    write(format_args!("{errno}"));
}

/// Why a handler has failed.
pub(super) fn reason(interrupt: &Interrupt) {
    write(format_args!(": {interrupt}"));
}

fn write(what: fmt::Arguments<'_>) {
    // The sink never fails.
    let _ = Stderr.write_fmt(what);
}
