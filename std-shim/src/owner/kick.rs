//! The kick: gets the owner out of a foreign blocking call when another thread has received a signal.
//!
//! Chosen when the session is opened. The signal has an empty handler of its own, whose one effect is that a system call of
//! the owner ends with `EINTR`. It is sent by signal context (`trip/extras.rs`), to the owner's thread alone, once until the
//! owner dispatches; it is never the signal itself again, which would be counted and handled twice.

use super::install;
use crate::{
    Disposition, Error, Handler, Signal, sys,
    trip::{extras, parts::KICK},
};

/// From now on the owner is kicked with this signal.
pub(super) fn start(signal: Signal) -> Result<(), Error> {
    signal.check_catchable()?;
    install::set(signal, Disposition::Handler(Handler::kick()))?;
    extras::set_kick(Some((sys::thread_to_kick(), signal.signum())));
    Ok(())
}

/// Nobody is kicked any more.
pub(super) fn stop() {
    if KICK.is_used() {
        extras::set_kick(None);
    }
}

/// In the child of a fork: the owner is another thread.
pub(super) fn inherit() {
    if KICK.is_used() {
        extras::set_kick_thread(sys::thread_to_kick());
    }
}
