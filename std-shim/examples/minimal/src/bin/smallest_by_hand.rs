//! What `smallest` does, with libc alone.
#![no_std]
#![no_main]

use core::{ffi::c_int, mem::MaybeUninit, ptr};

use minimal as _; // its panic handler

#[unsafe(no_mangle)]
extern "C" fn main() -> c_int {
    let mut signals = MaybeUninit::uninit();
    let mut before = MaybeUninit::uninit();
    // SAFETY: each set has room for one and is initialised by the first call that is given it; all outlive the calls.
    unsafe {
        libc::sigemptyset(signals.as_mut_ptr());
        libc::sigaddset(signals.as_mut_ptr(), libc::SIGINT);
        libc::sigaddset(signals.as_mut_ptr(), libc::SIGTERM);
        if libc::pthread_sigmask(libc::SIG_BLOCK, signals.as_ptr(), before.as_mut_ptr()) != 0 {
            return 1;
        }
        // What a handler interrupts, of a signal that is not blocked, goes on.
        while libc::sigwaitinfo(signals.as_ptr(), ptr::null_mut()) == -1 {}
        libc::pthread_sigmask(libc::SIG_SETMASK, before.as_ptr(), ptr::null_mut());
    }
    0
}
