//! Receiving signals: `kill -USR1`, `kill -USR2` and `kill -INT` this program from another window.

use std::{process::ExitCode, time::Duration};

use sigtrip::{Delivery, Interrupt, Signal, pause_for, run, signal};

fn receive_signal(delivery: &Delivery) {
    println!("Received: {}", delivery.signal().number());
}

/// Waits three seconds at a time; a signal cuts the wait short.
pub(crate) fn main() -> ExitCode {
    run(|| {
        signal(Signal::USR1, receive_signal)?;
        signal(Signal::USR2, receive_signal)?;
        println!("My PID is: {}", std::process::id());
        wait_for_ever()
    })
}

fn wait_for_ever() -> Result<(), Interrupt> {
    loop {
        println!("Waiting...");
        pause_for(Duration::from_secs(3))?;
    }
}
