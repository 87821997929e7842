//! Sleeping on a word and waking who sleeps there: Linux's futex.

use core::{ffi::c_int, ptr, time::Duration};

use super::{Errno, Woken, time::timespec};

/// Sleeps while the word is `expected`, until `deadline` on the monotonic clock (`None`: without end).
///
/// The kernel compares the word and goes to sleep in one step, so a change just before it is not missed.
pub(crate) fn sleep_on(word: *mut u32, expected: u32, deadline: Option<Duration>) -> Woken {
    let deadline = deadline.map(timespec);
    let deadline = deadline.as_ref().map_or(ptr::null(), ptr::from_ref);
    // SAFETY:
    // - `word` is the address of an atomic that lives, read by the kernel alone.
    // - `deadline` is null or points to a timespec that outlives the call.
    // - The bitset form takes an absolute time on CLOCK_MONOTONIC; the unused fifth argument is null.
    let returned = unsafe {
        libc::syscall(
            libc::SYS_futex,
            word,
            libc::FUTEX_WAIT_BITSET | libc::FUTEX_PRIVATE_FLAG,
            expected,
            deadline,
            ptr::null::<u32>(),
            libc::FUTEX_BITSET_MATCH_ANY,
        )
    };
    if returned != -1 {
        return Woken::Changed;
    }
    match Errno::last() {
        errno if errno.is(libc::EINTR) => Woken::Interrupted,
        errno if errno.is(libc::ETIMEDOUT) => Woken::TimedOut,
        _ => Woken::Changed, // EAGAIN: the word is another
    }
}

/// Wakes who sleeps on the word. Async-signal-safe, but it may change `errno`: the caller keeps it.
pub(crate) fn wake(word: *mut u32) {
    wake_some(word, 1); // one sleeper: the owner is one thread
}

/// Wakes all that sleep on the word; else as [`wake`].
#[cfg(feature = "std")]
pub(crate) fn wake_all(word: *mut u32) {
    wake_some(word, c_int::MAX);
}

fn wake_some(word: *mut u32, most: c_int) {
    // SAFETY: the address of an atomic that lives; waking writes nothing.
    unsafe { libc::syscall(libc::SYS_futex, word, libc::FUTEX_WAKE | libc::FUTEX_PRIVATE_FLAG, most) };
}

/// In the child of a fork: the kernel knows who sleeps, and nobody does in the child.
pub(crate) fn forget_sleepers() {}
