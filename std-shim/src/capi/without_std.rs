//! What ends the process when something panics, in a C library without std.
//!
//! A program has one such function: with std it is std's, and a Rust program brings its own. So it is here for C's libraries
//! alone, behind a feature of its own; with std that feature does nothing.

use core::panic::PanicInfo;

use crate::sys;

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    sys::write_stderr(b"sigtrip: a panic\n");
    sys::abort()
}

/// What is asked when something unwinds through a frame of ours, as the end of a thread by `pthread_cancel` does: it goes on, for here is
/// nothing to be cleaned up. Code of `core` that was compiled for unwinding names it, and std, which has it otherwise, is not there.
#[unsafe(no_mangle)]
extern "C" fn rust_eh_personality() -> core::ffi::c_int {
    const CONTINUE_UNWIND: core::ffi::c_int = 8;
    CONTINUE_UNWIND
}
