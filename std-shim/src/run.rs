//! `run`: a whole program inside a session.
//!
//! It stands above the owner's rooms, not beside [`Interrupt`], because it uses both.

use std::{io::Write, process::ExitCode};

use crate::{Interrupt, Signal, check_signals, init, sys};

/// Opens a session as [`init`] does, runs the program, gives everything back, and says how the process is to end.
///
/// | the program returned | on standard error | the process |
/// |---|---|---|
/// | `Ok(())` | | status 0 |
/// | [`Interrupt::KeyboardInterrupt`] | the place (file and line) and `KeyboardInterrupt` | dies **by SIGINT**, so that a shell or a supervisor sees it |
/// | [`Interrupt::Exit`] | | that status (its lowest byte) |
/// | [`Interrupt::ExitMessage`] | the message | status 1 |
/// | any other error | the error and its causes | status 1 |
///
/// The closure's values are dropped before; but death by SIGINT leaves no time for those of the caller. As PID 1, which the
/// kernel protects from SIGINT, it exits with status 130. What is pending at the end is handled. Owner context: the calling
/// thread becomes the owner.
///
/// ```no_run
/// use sigtrip::{Signal, on, run, sleep};
/// use std::{process::ExitCode, time::Duration};
///
/// fn main() -> ExitCode {
///     run(|| {
///         on(Signal::HUP, |_| println!("reloading"))?;
///         loop {
///             println!("working; Ctrl-C ends me");
///             sleep(Duration::from_secs(1))?; // a safe point
///         }
///     })
/// }
/// ```
#[must_use = "return it from main"]
pub fn run(program: impl FnOnce() -> Result<(), Interrupt>) -> ExitCode {
    let session = match init() {
        Ok(session) => session,
        Err(error) => return status_of(&error.into()),
    };
    let result = program().and_then(|()| check_signals());
    drop(session);
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(interrupt) => status_of(&interrupt),
    }
}

fn status_of(interrupt: &Interrupt) -> ExitCode {
    match interrupt {
        Interrupt::KeyboardInterrupt(frame) => {
            say(&format!(
                "Traceback (most recent call last):\n  File \"{}\", line {}\nKeyboardInterrupt",
                frame.file(),
                frame.line()
            ));
            die_by_interrupt()
        }
        Interrupt::Exit(status) => ExitCode::from(status.to_le_bytes()[0]),
        Interrupt::ExitMessage(message) => {
            say(message);
            ExitCode::FAILURE
        }
        Interrupt::Error(_) | Interrupt::Other(_) => {
            say(&with_causes(interrupt));
            ExitCode::FAILURE
        }
    }
}

fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = format!("Error: {error}");
    let mut cause = error.source();
    while let Some(error) = cause {
        let line = error.to_string();
        if !text.ends_with(&line) {
            text += &format!("\n  because: {line}");
        }
        cause = error.source();
    }
    text
}

/// A program that ends has nowhere to report that standard error is closed.
fn say(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

fn die_by_interrupt() -> ! {
    let _ = std::io::stdout().flush();
    sys::die_by(Signal::INT.signum())
}
