//! How the owner accepts a blocked signal, on Linux: by descriptors.
//!
//! The owner must hear of handled signals too, whichever thread receives them. So it waits for a signalfd that is readable while one
//! of the wanted signals is pending, and for the wake descriptor. Then it takes the signal, if nobody else was faster.

use core::time::Duration;

use super::{on_descriptors, session, sigwait::take, wait::Ended};
use crate::{
    Error, Frame, Interrupt, SigInfo,
    sys::{self, SigSet},
};

pub(super) fn accept_as_owner(
    signals: SigSet,
    deadline: Option<Duration>,
    frame: Frame,
) -> Result<Option<SigInfo>, Interrupt> {
    session::check_waits()?;
    let descriptor = sys::signal_descriptor(signals).map_err(Error::system("signalfd"))?;
    loop {
        let mut entries = [sys::NO_ENTRY, sys::readable(descriptor.number())];
        if on_descriptors::wait_for(&mut entries, deadline, frame)? == Ended::TimedOut {
            return Ok(None);
        }
        // `None`: another thread was faster.
        if let Some(info) = take(signals, Some(Duration::ZERO))? {
            return Ok(Some(info));
        }
    }
}
