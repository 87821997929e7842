//! Threads as the kernel names them, on OpenBSD.

use core::ffi::c_int;

use sigtrip_core::Signum;

use super::{process, raw};

mod c {
    use core::ffi::{c_int, c_void};

    unsafe extern "C" {
        pub(super) fn thrkill(thread: libc::pid_t, signal: c_int, control_block: *mut c_void) -> c_int;
    }
}

/// The calling thread's number in the kernel. Async-signal-safe.
pub(crate) fn kernel_thread() -> c_int {
    // SAFETY: no arguments, no preconditions.
    unsafe { libc::getthrid() }
}

/// The calling thread as [`kick`] takes it; not 0. Async-signal-safe.
pub(crate) fn thread_to_kick() -> usize {
    kernel_thread().cast_unsigned() as usize
}

/// Sends a signal to a thread of a process; if it is gone, nothing. Async-signal-safe, but it may change `errno`: the
/// caller keeps it. A child of vfork has our memory but is another process: it kicks nobody.
pub(crate) fn kick(of: c_int, thread: usize, signal: Signum) {
    if of == process() {
        // SAFETY: the declaration is that of signal.h; numbers in, and null, which is allowed; a thread that is gone is an error of the call.
        unsafe { c::thrkill(thread as c_int, raw(signal), core::ptr::null_mut()) };
    }
}
