//! Ignoring signals: Ctrl-C does nothing; `kill -USR1` ends the program.

use std::process::ExitCode;

use sigtrip::{Delivery, Interrupt, python as signal, run};

fn do_exit(_: &Delivery) -> Result<(), Interrupt> {
    Err(Interrupt::exit_message("Exiting"))
}

/// Waits for SIGUSR1.
pub(crate) fn main() -> ExitCode {
    run(|| {
        signal::signal(signal::SIGINT, signal::SIG_IGN)?;
        signal::signal(signal::SIGUSR1, do_exit)?;
        println!("My PID: {}", std::process::id());
        signal::pause()
    })
}
