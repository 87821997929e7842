//! Starts children and tells how each has ended, at SIGCHLD.
//!
//! Several that end at once may be one SIGCHLD, so each child is asked, and only those that are its own. SIGTERM and Ctrl-C are
//! handed on to them.
//!
//! Usage: `reap_children COMMAND...`, each for `sh`; without any, three of its own.

use std::{
    error::Error,
    process::{Child, Command, ExitCode},
};

use sigtrip::{Signal, Signals, kill};

const THREE: [&str; 3] = ["exit 0", "exit 7", "kill -9 $$"];

fn start(command: &str) -> Result<Child, Box<dyn Error>> {
    let child = Command::new("sh").args(["-c", command]).spawn()?;
    println!("{}: {command}", child.id());
    Ok(child)
}

/// Whether it runs still.
fn runs(child: &mut Child) -> Result<bool, Box<dyn Error>> {
    let Some(status) = child.try_wait()? else { return Ok(true) };
    println!("{}: {status}", child.id());
    Ok(false)
}

fn supervise(commands: &[String]) -> Result<(), Box<dyn Error>> {
    // Before the first is started: the end of each is heard.
    let signals = Signals::new([Signal::CHLD, Signal::INT, Signal::TERM])?;
    let started: Result<Vec<_>, _> = commands.iter().map(|command| start(command)).collect();
    let mut children = started?;
    while !children.is_empty() {
        for signal in signals.wait()? {
            for child in &children {
                if signal != Signal::CHLD {
                    kill(child.id().cast_signed(), signal)?; // it is not waited for yet: the number is its own
                }
            }
        }
        let mut left = Vec::new();
        for mut child in children {
            if runs(&mut child)? {
                left.push(child);
            }
        }
        children = left;
    }
    println!("all have ended");
    Ok(())
}

pub(crate) fn main() -> ExitCode {
    let given: Vec<_> = std::env::args().skip_while(|it| !it.ends_with("reap_children")).skip(1).collect();
    let commands = if given.is_empty() { THREE.map(str::to_owned).to_vec() } else { given };
    match supervise(&commands) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
