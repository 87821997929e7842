//! What ends the process when something panics, in a C library without std.
//!
//! A program has one such function: with std it is std's, and a Rust program brings its own. So it is here for C's libraries
//! alone, behind a feature of its own.

use core::panic::PanicInfo;

use crate::sys;

#[cfg(feature = "std")]
compile_error!("the feature `panic-handler` is for C libraries without std: turn the default features off");

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    sys::write_stderr(b"sigtrip: a panic\n");
    sys::abort()
}
