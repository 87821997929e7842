//! Threads: who is calling, and the plain waits of a thread that is not the owner.

use core::{ffi::c_int, time::Duration};

use super::{now, sleep_thread};

/// The calling thread's identity: not 0 and not `usize::MAX`, unique among the threads alive. It costs no system call
/// and is no thread-local with a start-up. Async-signal-safe.
#[inline]
pub(crate) fn current_thread() -> usize {
    // SAFETY: no arguments, no preconditions.
    let thread = unsafe { libc::pthread_self() };
    #[allow(trivial_numeric_casts, reason = "a number here, a pointer there, and on macOS a usize")]
    let word = thread as usize;
    word
}

/// The process's number. Async-signal-safe.
pub(crate) fn process() -> c_int {
    // SAFETY: no arguments, no preconditions.
    unsafe { libc::getpid() }
}

/// Lets another thread have the processor: for who waits for one. It can not fail. Async-signal-safe.
pub(crate) fn give_way() {
    // SAFETY: no arguments, no preconditions.
    unsafe { libc::sched_yield() };
}

/// A moment's rest in a loop that waits for signal context to have left, longer the more often it has waited: first none, then the
/// processor is given up, in the end for a tenth of a millisecond.
pub(crate) fn rest(times: u32) {
    const SPINS: u32 = 64;
    const YIELDS: u32 = 100;
    if times < SPINS {
        core::hint::spin_loop();
    } else if times < YIELDS {
        give_way();
    } else {
        sleep_thread(now().saturating_add(Duration::from_micros(100)));
    }
}

/// Starts a thread in which every signal is blocked, from its first instruction on.
#[cfg(feature = "async")]
pub(crate) fn spawn_deaf(name: &str, what: fn()) -> Result<(), super::Errno> {
    let _blocked = super::Blocked::all(); // the new thread's too
    let started = std::thread::Builder::new().name(name.into()).spawn(what);
    let why = |error: std::io::Error| super::Errno::from_return(error.raw_os_error().unwrap_or(libc::EAGAIN));
    started.map(drop).map_err(why)
}

/// POSIX `pause`: until a handler has run on this thread.
pub(crate) fn pause() {
    // SAFETY: no arguments; it always returns -1 with EINTR.
    unsafe { libc::pause() };
}
