//! The smallest program over the shim: SIGINT and SIGTERM wait until it takes one of them; then it ends with 0, its mask as it was.
//! `smallest_by_hand` does the same with libc alone.
//!
//! No handler runs and no bit is tripped: the kernel itself keeps the signal. So none is lost, and a child of fork has none of its parent's.
#![no_std]
#![no_main]

use core::ffi::c_int;

use minimal as _; // its panic handler
use sigtrip::{Interrupt, Signal, block, sigwait};

#[unsafe(no_mangle)]
extern "C" fn main() -> c_int {
    c_int::from(run().is_err())
}

fn run() -> Result<(), Interrupt> {
    let signals = [Signal::INT, Signal::TERM];
    let blocked = block(signals)?;
    // ... start what is to be ended ...
    sigwait(signals)?;
    blocked.restore()
}
