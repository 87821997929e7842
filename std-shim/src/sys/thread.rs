//! Threads: who is calling, and the plain waits of a thread that is not the owner.

use core::{ptr, time::Duration};

use super::{now, time::timespec};

/// The calling thread's identity: not 0 and not `usize::MAX`, unique among the threads alive. It costs no system call
/// and is no thread-local with a start-up. Async-signal-safe.
#[inline]
pub(crate) fn current_thread() -> usize {
    // SAFETY: no arguments, no preconditions.
    let thread = unsafe { libc::pthread_self() };
    thread as usize
}

/// POSIX `pause`: until a handler has run on this thread.
pub(crate) fn pause() {
    // SAFETY: no arguments; it always returns -1 with EINTR.
    unsafe { libc::pause() };
}

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
