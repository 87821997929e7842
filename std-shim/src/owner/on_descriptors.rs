//! Waiting for descriptors: what the waits for signals, for descriptors, for a line and for a child have in common.
//!
//! The owner sleeps in `poll` or the like, where the wake descriptor is the first of the entries, so that whoever wakes the owner ends the
//! sleep, also when that comes just before it begins. A thread that is not the owner sleeps there too, without that entry.

use core::time::Duration;

use super::{
    descriptor, session,
    wait::{Ended, Sleeper, Wait},
};
use crate::{
    Error, Frame, Interrupt,
    sys::{self, PollEntry, SigSet, Woken},
    trip::{self, DISPATCHER},
};

/// Waits until one of the entries is ready, on any thread; on the owner's it runs handlers. The first entry is the wait's
/// own.
#[cfg_attr(
    not(feature = "std"),
    allow(dead_code, reason = "without std it is for signals as descriptors alone")
)]
pub(super) fn wait_for(
    entries: &mut [PollEntry],
    deadline: Option<Duration>,
    frame: Frame,
) -> Result<Ended, Interrupt> {
    if session::is_owner() {
        return Wait::new(frame).until(deadline).for_descriptors(entries, None);
    }
    loop {
        match sys::poll_until(others(entries), deadline, None).map_err(Error::system(sys::POLL_CALL))? {
            Woken::Changed => return Ok(Ended::Ready),
            Woken::TimedOut => return Ok(Ended::TimedOut),
            Woken::Interrupted => {}
        }
    }
}

/// One sleep until an entry is ready, the deadline or a signal, and none if something is pending: for a host, who runs the
/// handlers himself. Returns why it ended, and whether an entry is ready. The first entry is the sleep's own. Owner context.
#[cfg(any(feature = "std", feature = "capi"))]
pub(crate) fn sleep_once(
    entries: &mut [PollEntry],
    deadline: Option<Duration>,
) -> Result<(Woken, bool), Error> {
    let mut sleeper = OnDescriptors { entries, mask: None, ready: false };
    let woken = sleeper.sleep(deadline)?;
    Ok((woken, sleeper.ready))
}

impl Wait {
    /// Waits until one of the entries is ready, with this mask while it sleeps if one is given. The first entry is the
    /// wait's own. Owner context.
    pub(super) fn for_descriptors(
        self,
        entries: &mut [PollEntry],
        mask: Option<&SigSet>,
    ) -> Result<Ended, Interrupt> {
        self.run(&mut OnDescriptors { entries, mask, ready: false })
    }
}

struct OnDescriptors<'a> {
    entries: &'a mut [PollEntry],
    mask: Option<&'a SigSet>,
    ready: bool,
}

impl Sleeper for OnDescriptors<'_> {
    fn is_ready(&mut self, handled: bool) -> Result<bool, Error> {
        if self.ready && handled {
            // A handler may have read what was there: look again, so that the caller's read does not block.
            let now = Some(Duration::ZERO);
            let found =
                sys::poll_until(others(self.entries), now, None).map_err(Error::system(sys::POLL_CALL))?;
            self.ready = found == Woken::Changed;
        }
        Ok(self.ready)
    }

    fn sleep(&mut self, deadline: Option<Duration>) -> Result<Woken, Error> {
        // Asked each time: a handler may have forked, and this be the child, which has another.
        let wake = descriptor::wake_descriptor()?;
        if let Some(first) = self.entries.first_mut() {
            *first = sys::readable(wake.read);
        }
        trip::sleep_on(Some(wake.write)); // before the word is armed
        let sleep = || sys::poll_until(self.entries, deadline, self.mask);
        let slept = DISPATCHER.sleep_unless(|| false, sleep);
        trip::sleep_on(None);
        let Some(slept) = slept else { return Ok(Woken::Changed) };
        let woken = slept.map_err(Error::system(sys::POLL_CALL))?;
        self.ready = woken == Woken::Changed && self.look();
        Ok(woken)
    }
}

impl OnDescriptors<'_> {
    /// What the kernel has found: whether it is more than a wake.
    fn look(&self) -> bool {
        let [first, others @ ..] = &*self.entries else { return false };
        if first.revents & sys::POLL_INVALID != 0 {
            descriptor::is_lost();
        } else if first.revents != 0 {
            sys::quiet_descriptor(first.fd);
        }
        others.iter().any(|entry| entry.revents != 0)
    }
}

/// The entries without the wait's own.
fn others(entries: &mut [PollEntry]) -> &mut [PollEntry] {
    entries.get_mut(1..).unwrap_or_default()
}
