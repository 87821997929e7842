//! Threads as the kernel names them, on Linux.

use core::ffi::c_int;

use sigtrip_core::Signum;

use super::raw;

/// The calling thread's number in the kernel. A system call; async-signal-safe.
pub(crate) fn kernel_thread() -> c_int {
    // SAFETY: no arguments, no preconditions.
    unsafe { libc::gettid() }
}

/// The calling thread as [`kick`] takes it; not 0. Async-signal-safe.
pub(crate) fn thread_to_kick() -> usize {
    kernel_thread().cast_unsigned() as usize
}

/// Sends a signal to a thread of a process; if it is gone, nothing. Async-signal-safe, but it may change `errno`: the
/// caller keeps it.
pub(crate) fn kick(process: c_int, thread: usize, signal: Signum) {
    // SAFETY: numbers in, a number out; a thread that is gone, or of another process, is an error of the call.
    unsafe { libc::syscall(libc::SYS_tgkill, process, thread as c_int, raw(signal)) };
}
