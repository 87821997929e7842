//! Reads its configuration again at SIGHUP, and keeps the old one if the new one is bad. SIGTERM and Ctrl-C end it.
//!
//! Usage: `config_reload FILE`, a file with lines `name = value`.

use std::{collections::BTreeMap, error::Error, fs, process::ExitCode};

use sigtrip::{Signal, Signals};

type Config = BTreeMap<String, String>;

fn read(path: &str) -> Result<Config, Box<dyn Error>> {
    let entry = |line: &str| {
        let (name, value) = line.split_once('=').ok_or_else(|| format!("not `name = value`: {line}"))?;
        Ok((name.trim().to_owned(), value.trim().to_owned()))
    };
    fs::read_to_string(path)?.lines().map(entry).collect()
}

fn serve(path: &str) -> Result<(), Box<dyn Error>> {
    // Before the file is read: who changes it and sends SIGHUP is heard.
    let signals = Signals::new([Signal::HUP, Signal::INT, Signal::TERM])?;
    let mut config = read(path)?;
    println!("started with {config:?}");
    for signal in signals.forever() {
        if signal? != Signal::HUP {
            break;
        }
        match read(path) {
            Ok(new) => config = new,
            Err(error) => println!("kept the old one: {error}"),
        }
        println!("goes on with {config:?}");
    }
    println!("ended");
    Ok(())
}

pub(crate) fn main() -> ExitCode {
    let path = std::env::args().next_back().unwrap_or_default();
    match serve(&path) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{path}: {error}");
            ExitCode::FAILURE
        }
    }
}
