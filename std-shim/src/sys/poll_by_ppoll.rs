//! Waiting for descriptors: `ppoll`, which changes the mask with the beginning of the wait.

use core::{ptr, time::Duration};

use super::{Errno, PollEntry, SigSet, Woken, sigset, time::timespec};

/// The call that waits.
pub(crate) const POLL_CALL: &str = "ppoll";

/// Waits until one of the entries is ready, until `deadline` on the monotonic clock, or until a handler runs on this
/// thread. With a mask it is the thread's for the time of the wait, and changed with the beginning of the wait in one step.
pub(crate) fn poll_until(
    entries: &mut [PollEntry],
    deadline: Option<Duration>,
    mask: Option<&SigSet>,
) -> Result<Woken, Errno> {
    let left = deadline.map(|deadline| timespec(deadline.saturating_sub(super::now())));
    let left = left.as_ref().map_or(ptr::null(), ptr::from_ref);
    let mask = mask.map(|&mask| sigset::to_libc(mask));
    let mask = mask.as_ref().map_or(ptr::null(), ptr::from_ref);
    // SAFETY: the entries are a live slice of that length; time and mask are null or outlive the call.
    let returned = unsafe { libc::ppoll(entries.as_mut_ptr(), entries.len() as libc::nfds_t, left, mask) };
    match Errno::check(returned) {
        Ok(0) => Ok(Woken::TimedOut),
        Ok(_) => Ok(Woken::Changed),
        Err(errno) if errno.is(libc::EINTR) => Ok(Woken::Interrupted),
        Err(errno) => Err(errno),
    }
}
