//! A signal handler that can panic, so that the audit of the others is known to see one: it indexes by what it is given. Never run.
#![no_std]
#![no_main]

use core::{
    ffi::c_int,
    sync::atomic::{AtomicU32, Ordering},
};

use minimal as _; // its panic handler

static COUNTS: [AtomicU32; 8] = [const { AtomicU32::new(0) }; 8];

#[inline(never)]
extern "C" fn trampoline(number: c_int) {
    COUNTS[number as usize].fetch_add(1, Ordering::Relaxed);
}

#[unsafe(no_mangle)]
extern "C" fn main() -> c_int {
    // SAFETY: it is never run.
    unsafe { libc::signal(libc::SIGINT, trampoline as *const () as usize) };
    0
}
