//! The plain sleep of a thread that is not the owner, where it can be for a time alone: macOS and OpenBSD.

use core::{ptr, time::Duration};

use super::{now, time::timespec};

/// Sleeps until `deadline` on the monotonic clock or, if that comes first, a handler has run on this thread. Returns
/// the time left.
pub(crate) fn sleep_thread(deadline: Duration) -> Duration {
    loop {
        let left = deadline.saturating_sub(now());
        if left.is_zero() || interrupted(left) {
            return deadline.saturating_sub(now());
        }
    }
}

fn interrupted(time: Duration) -> bool {
    // What macOS takes has an end; the caller comes again.
    let time = timespec(time.min(Duration::from_secs(1_000_000)));
    // SAFETY: the time outlives the call; the remainder is not asked for.
    unsafe { libc::nanosleep(&raw const time, ptr::null_mut()) == -1 }
}
