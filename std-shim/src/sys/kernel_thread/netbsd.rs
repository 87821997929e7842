//! Threads as the kernel names them, on NetBSD.

use core::ffi::c_int;

use sigtrip_core::Signum;

use super::{process, raw};

mod c {
    use core::ffi::c_int;

    unsafe extern "C" {
        pub(super) fn _lwp_kill(thread: c_int, signal: c_int) -> c_int;
    }
}

/// The calling thread's number in the kernel. Async-signal-safe.
pub(crate) fn kernel_thread() -> c_int {
    // SAFETY: no arguments, no preconditions.
    unsafe { libc::_lwp_self() }
}

/// The calling thread as [`kick`] takes it; not 0. Async-signal-safe.
pub(crate) fn thread_to_kick() -> usize {
    kernel_thread().cast_unsigned() as usize
}

/// Sends a signal to a thread of a process; if it is gone, nothing. Async-signal-safe, but it may change `errno`: the
/// caller keeps it. A child of vfork has our memory but is another process: it kicks nobody.
pub(crate) fn kick(of: c_int, thread: usize, signal: Signum) {
    if of == process() {
        // SAFETY: the declaration is that of lwp.h; numbers in, a number out; a thread that is gone is an error of the call.
        unsafe { c::_lwp_kill(thread as c_int, raw(signal)) };
    }
}
