//! Threads as the kernel names them, on macOS.
//!
//! There the name of a thread to send to is POSIX's; the number is that of its port.

use core::ffi::c_int;

use sigtrip_core::Signum;

use super::{process, raw};

/// The calling thread's number in the kernel. Async-signal-safe.
pub(crate) fn kernel_thread() -> c_int {
    // SAFETY: no arguments, no preconditions.
    let me = unsafe { libc::pthread_self() };
    // SAFETY: this thread is alive: what is asked stands in its own descriptor.
    unsafe { libc::pthread_mach_thread_np(me) }.cast_signed()
}

/// The calling thread as [`kick`] takes it; not 0. Async-signal-safe.
pub(crate) fn thread_to_kick() -> usize {
    super::current_thread()
}

/// Sends a signal to a thread of a process; if it is gone, nothing. Async-signal-safe, but it may change `errno`: the
/// caller keeps it. A child of vfork has our memory but is another process: it kicks nobody.
pub(crate) fn kick(of: c_int, thread: usize, signal: Signum) {
    if of == process() {
        // SAFETY: POSIX has `pthread_kill` among what a handler may call, and macOS looks the thread up: one that is gone is an error
        // of the call.
        unsafe { libc::pthread_kill(thread, raw(signal)) };
    }
}
