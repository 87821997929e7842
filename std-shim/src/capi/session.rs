//! Opening and closing a session.
//!
//! C has no value that stands for it: the one that there is lies in [`OPEN`], which the owner alone touches.

use core::{cell::Cell, ffi::c_int};

use super::{
    answer::{Code, done},
    given,
};
use crate::{
    Error, Options, Session,
    embed::Host,
    init_with,
    owner::{dispatch, session},
    sys,
};

const SIGTRIP_PYTHON: u32 = 1;
const SIGTRIP_POLLING: u32 = 2;

/// What C has opened.
pub(super) enum Open {
    Nothing,
    Session(#[allow(dead_code, reason = "it is dropped")] Session),
    Host(Host),
}

pub(super) struct OfTheOwner(Cell<Open>);

// SAFETY: it is touched by `with` and `replace` alone, which their callers call on the owner's thread: the one that opened the session or, in
// the child of a fork, the one that there is.
unsafe impl Sync for OfTheOwner {}

static OPEN: OfTheOwner = OfTheOwner(Cell::new(Open::Nothing));

/// Opens a session, or a host's, with these options.
pub(super) fn open(options: u32, kick: c_int, open: impl FnOnce(Options) -> Result<Open, Code>) -> c_int {
    done(|| {
        let given = given::options(options, SIGTRIP_PYTHON | SIGTRIP_POLLING)?;
        let start = if given & SIGTRIP_PYTHON == 0 { Options::untouched() } else { Options::python() };
        let start = start.polling(given & SIGTRIP_POLLING != 0);
        let start = match given::signal_or_none(kick)? {
            Some(signal) => start.kick(signal),
            None => start,
        };
        // The session is this thread's now.
        OPEN.0.set(open(start)?);
        Ok(())
    })
}

/// Does something with the host that is open. On the owner's thread.
pub(super) fn with_host<T>(what: impl FnOnce(&Host) -> Result<T, Code>) -> Result<T, Code> {
    session::check_owner()?;
    // SAFETY: this is the owner's thread, and nobody replaces it during the call: a callback can not close inside a pass, and
    // opening is refused while a session is open.
    match unsafe { &*OPEN.0.as_ptr() } {
        Open::Host(host) => what(host),
        Open::Nothing | Open::Session(_) => Err(Code::errno(libc::ENOTSUP)),
    }
}

#[unsafe(no_mangle)]
extern "C" fn sigtrip_open(options: u32, kick: c_int) -> c_int {
    open(options, kick, |options| Ok(Open::Session(init_with(options)?)))
}

#[unsafe(no_mangle)]
extern "C" fn sigtrip_close() -> c_int {
    done(close)
}

fn close() -> Result<(), Code> {
    session::check_owner()?;
    if dispatch::is_in_a_pass() {
        return Err(Code::errno(libc::EBUSY));
    }
    match OPEN.0.replace(Open::Nothing) {
        Open::Nothing => Err(Code::errno(libc::ENXIO)), // it is not C's
        open => {
            drop(open);
            Ok(())
        }
    }
}

#[unsafe(no_mangle)]
extern "C" fn sigtrip_is_owner() -> c_int {
    session::is_owner().into()
}

#[unsafe(no_mangle)]
extern "C" fn sigtrip_die_by(signal: c_int) -> c_int {
    done(|| {
        let signal = given::signal(signal)?;
        if signal.is_reserved() {
            return Err(Error::Reserved(signal).into());
        }
        if session::is_owner() {
            close()?;
        }
        sys::die_by(signal.signum())
    })
}
