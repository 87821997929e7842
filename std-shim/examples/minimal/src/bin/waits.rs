#![no_std]
#![no_main]
use core::ffi::c_int;
use minimal as _;
use sigtrip::{Interrupt, Signal};

#[unsafe(no_mangle)]
extern "C" fn main() -> c_int {
    match run() {
        Ok(()) => 0,
        Err(_) => 1,
    }
}

fn run() -> Result<(), Interrupt> {
    let signals = [Signal::INT, Signal::TERM];
    let blocked = sigtrip::block(signals)?;
    sigtrip::sigwait(signals)?;
    blocked.restore()
}
