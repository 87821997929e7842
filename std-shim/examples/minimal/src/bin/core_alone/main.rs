//! The core over raw system calls: no libc and no shim, a start and a way back from signal handlers of its own. It catches SIGINT and
//! SIGTERM, sleeps until a handler has run at its safe point, and ends with 0. For Linux on x86-64.
#![no_std]
#![no_main]

mod system;

use core::ffi::c_int;

use minimal as _; // its panic handler
use sigtrip_core::{Armed, Dispatcher, Disposition, Signum};
use system::{Refused, System};

/// Why the main loop is left.
struct Ended;

/// What runs at a safe point.
type Handler = fn(Signum) -> Result<(), Ended>;

static SIGNALS: Dispatcher<Handler, 1> = Dispatcher::new();

fn end(_: Signum) -> Result<(), Ended> {
    Err(Ended)
}

/// Signal context: what the kernel calls.
extern "C" fn trampoline(number: c_int) {
    if let Some(signal) = Signum::new(number.cast_unsigned()) {
        SIGNALS.trip(&System, signal);
    }
}

fn catch(number: u32) -> Result<(), Refused> {
    let signal = Signum::new(number).ok_or(Refused)?;
    SIGNALS.set_disposition(&System, signal, Disposition::Handler(end)).map(drop)
}

fn run() -> Result<(), Refused> {
    catch(system::SIGINT)?;
    catch(system::SIGTERM)?;
    loop {
        let safe_point = SIGNALS.dispatch(&System, |signal, disposition| match disposition {
            Disposition::Handler(handler) => handler(signal),
            _ => Ok(()),
        });
        if safe_point.is_err() {
            return Ok(());
        }
        SIGNALS.sleep_unless(|| false, || system::sleep_on(SIGNALS.armed().as_ptr(), Armed::ARMED));
    }
}

/// Where `_start` goes.
extern "C" fn start() -> ! {
    system::exit(c_int::from(run().is_err()))
}
