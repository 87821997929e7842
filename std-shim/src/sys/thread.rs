//! Threads: who is calling, and the plain waits of a thread that is not the owner.

use core::{ffi::c_int, ptr, time::Duration};

use sigtrip_core::Signum;

use super::{now, raw, time::timespec};

/// The calling thread's identity: not 0 and not `usize::MAX`, unique among the threads alive. It costs no system call
/// and is no thread-local with a start-up. Async-signal-safe.
#[inline]
pub(crate) fn current_thread() -> usize {
    // SAFETY: no arguments, no preconditions.
    let thread = unsafe { libc::pthread_self() };
    thread as usize
}

/// The calling thread's number in the kernel. A system call; async-signal-safe.
pub(crate) fn kernel_thread() -> c_int {
    // SAFETY: no arguments, no preconditions.
    unsafe { libc::gettid() }
}

/// The process's number. Async-signal-safe.
pub(crate) fn process() -> c_int {
    // SAFETY: no arguments, no preconditions.
    unsafe { libc::getpid() }
}

/// Sends a signal to a thread of a process; if it is gone, nothing. Async-signal-safe, but it may change `errno`: the
/// caller keeps it.
pub(crate) fn kick(process: c_int, thread: c_int, signal: Signum) {
    // SAFETY: numbers in, a number out; a thread that is gone, or of another process, is an error of the call.
    unsafe { libc::syscall(libc::SYS_tgkill, process, thread, raw(signal)) };
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
