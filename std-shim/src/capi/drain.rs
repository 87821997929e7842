//! Trip, any pending, the safe point, and a drain with a callback that can stop.

use core::ffi::{c_int, c_void};

use sigtrip_core::Disposition as CoreDisposition;

use super::{
    answer::{Code, done, entry, plainly},
    disposition::{self, Disposition, SIGTRIP_DEFAULT, SIGTRIP_FOREIGN, SIGTRIP_IGNORE},
    given,
};
use crate::{
    Signal, check_signals, embed,
    owner::{dispatch, session},
    trip::{Word, record},
};

/// What a drain calls. It may unwind: see [`disposition::Handler`].
type DrainFunction =
    unsafe extern "C-unwind" fn(signal: c_int, disposition: *const Disposition, data: *mut c_void) -> c_int;

#[unsafe(no_mangle)]
extern "C" fn sigtrip_trip(signal: c_int) -> c_int {
    // Signal context.
    plainly(|| Ok(embed::trip(given::signal(signal)?).into()))
}

#[unsafe(no_mangle)]
extern "C" fn sigtrip_any_pending() -> c_int {
    embed::any_pending().into()
}

#[unsafe(no_mangle)]
extern "C" fn sigtrip_check_signals() -> c_int {
    done(|| Ok(check_signals()?))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn sigtrip_drain(run: Option<DrainFunction>, data: *mut c_void) -> c_int {
    entry(|| {
        let run = given::needed(run)?;
        session::check_owner()?;
        dispatch::pass(|signal, disposition| {
            record::announce(signal.signum());
            let disposition = as_c(signal, disposition);
            // SAFETY: a callback is given what the drain was called with, on the owner's thread; the rest its author has promised.
            Code::of_callback(unsafe { run(signal.number(), &raw const disposition, data) })
        })?;
        Ok(0)
    })
}

fn as_c(signal: Signal, disposition: CoreDisposition<Word>) -> Disposition {
    match disposition {
        CoreDisposition::Default => Disposition::plain(SIGTRIP_DEFAULT),
        CoreDisposition::Ignore => Disposition::plain(SIGTRIP_IGNORE),
        CoreDisposition::Foreign(()) => Disposition::plain(SIGTRIP_FOREIGN),
        CoreDisposition::Handler(word) if session::is_hosted() => Disposition::word(word.get()),
        CoreDisposition::Handler(_) => disposition::installed(signal),
    }
}
