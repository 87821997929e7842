//! Threads as the kernel names them, on FreeBSD.

use core::ffi::c_int;

use sigtrip_core::Signum;

use super::raw;

mod c {
    use core::ffi::{c_int, c_long};

    unsafe extern "C" {
        pub(super) fn thr_kill2(process: libc::pid_t, thread: c_long, signal: c_int) -> c_int;
    }
}

/// The calling thread's number in the kernel. Async-signal-safe.
pub(crate) fn kernel_thread() -> c_int {
    let mut thread: core::ffi::c_long = 0;
    // SAFETY: room for a long.
    unsafe { libc::thr_self(&raw mut thread) };
    thread as c_int
}

/// The calling thread as [`kick`] takes it; not 0. Async-signal-safe.
pub(crate) fn thread_to_kick() -> usize {
    kernel_thread().cast_unsigned() as usize
}

/// Sends a signal to a thread of a process; if it is gone, nothing. Async-signal-safe, but it may change `errno`: the
/// caller keeps it.
pub(crate) fn kick(of: c_int, thread: usize, signal: Signum) {
    // SAFETY: the declaration is that of sys/thr.h; numbers in, a number out; a thread that is gone, or of another process, is an
    // error of the call.
    unsafe { c::thr_kill2(of, thread as core::ffi::c_long, raw(signal)) };
}
