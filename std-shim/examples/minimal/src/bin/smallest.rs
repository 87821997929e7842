#![no_std]
#![no_main]
use core::ffi::c_int;
use minimal as _;
use sigtrip::{Interrupt, Options, Signal};

#[unsafe(no_mangle)]
extern "C" fn main() -> c_int {
    match run() {
        Ok(()) => 0,
        Err(_) => 1,
    }
}

fn run() -> Result<(), Interrupt> {
    let _session = sigtrip::init_with(Options::untouched())?;
    sigtrip::on(Signal::INT, |_| ())?;
    sigtrip::on(Signal::TERM, |_| ())?;
    sigtrip::pause()
}
