#![no_std]
#![no_main]
use minimal as _;
use core::ffi::c_int;
use sigtrip::{Interrupt, Options, Signal};

#[unsafe(no_mangle)]
extern "C" fn main() -> c_int {
    match run() { Ok(()) => 0, Err(_) => 1 }
}

fn run() -> Result<(), Interrupt> {
    let _session = sigtrip::init_with(Options::untouched())?;
    let stop = sigtrip::shutdown_flag([Signal::INT, Signal::TERM])?;
    while !stop.is_set() {
        sigtrip::pause()?;
    }
    Ok(())
}

