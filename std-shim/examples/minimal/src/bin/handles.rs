//! The smallest program with handlers: a session, two of them, and a wait that lets them run. It ends with 0 when one has run, and each
//! disposition is as it was. `handles_by_hand` does as much with libc alone, but for what a session does besides: forks, foreign
//! handlers, faults, other threads.
#![no_std]
#![no_main]

use core::ffi::c_int;

use minimal as _; // its panic handler
use sigtrip::{Interrupt, Options, Signal, init_with, on, pause};

#[unsafe(no_mangle)]
extern "C" fn main() -> c_int {
    c_int::from(run().is_err())
}

fn run() -> Result<(), Interrupt> {
    let _session = init_with(Options::untouched())?;
    on(Signal::INT, |_| ())?;
    on(Signal::TERM, |_| ())?;
    pause()
}
