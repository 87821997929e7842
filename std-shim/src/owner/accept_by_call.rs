//! How the owner accepts a blocked signal, on macOS and the BSDs: by the system's own call.
//!
//! There is no descriptor that is readable while a signal is pending. A queue of the kernel's (`EVFILT_SIGNAL`) tells when one is sent, and on
//! macOS before it is pending, so that whoever is woken by it may find none and never hear of it again. So the owner waits as any thread
//! does, and as Python does: a handler that runs on its own thread ends the call, is dispatched, and the wait goes on; a signal that
//! another thread receives waits until this is over.

use core::time::Duration;

use super::{dispatch, session, sigwait::take};
use crate::{
    Frame, Interrupt, SigInfo,
    sys::{self, SigSet},
};

pub(super) fn accept_as_owner(
    signals: SigSet,
    deadline: Option<Duration>,
    frame: Frame,
) -> Result<Option<SigInfo>, Interrupt> {
    session::check_waits()?;
    loop {
        dispatch::drain(frame)?;
        let left = deadline.map(|deadline| deadline.saturating_sub(sys::now()));
        let taken = take(signals, left)?;
        if taken.is_some() || deadline.is_some_and(|deadline| deadline <= sys::now()) {
            return Ok(taken);
        }
    }
}
