//! The plain sleep of a thread that is not the owner, until a moment.

use core::{ptr, time::Duration};

use super::{now, time::timespec};

/// Sleeps until `deadline` on the monotonic clock or, if that comes first, a handler has run on this thread. Returns
/// the time left.
pub(crate) fn sleep_thread(deadline: Duration) -> Duration {
    let until = timespec(deadline);
    // SAFETY: `until` outlives the call; with an absolute time the remainder is not written.
    unsafe {
        libc::clock_nanosleep(libc::CLOCK_MONOTONIC, libc::TIMER_ABSTIME, &raw const until, ptr::null_mut())
    };
    deadline.saturating_sub(now())
}
