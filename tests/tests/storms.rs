//! Runs every storm of `src/bin/storm` as a test of its own, in a process of its own, each for a second.
//!
//! The long ones, and the table of what was sent, handled, lost and leaked in each:
//!
//! ```sh
//! SIGTRIP_STORM_SECONDS=60 cargo test -p sigtrip-tests --test storms -- --ignored --nocapture
//! ```
//!
//! With a word behind `--ignored` only the storms whose name contains it. One alone, without a test around it:
//! `SIGTRIP_STORM_SECONDS=60 cargo run -p sigtrip-tests --bin storm -- timers::handlers_flipped`.

use std::{
    process::Command,
    time::{Duration, Instant},
};

use libtest_mimic::{Arguments, Failed, Trial};
use sigtrip_tests::{Ended, PATIENCE, Program};

const STORM: &str = env!("CARGO_BIN_EXE_storm");

fn main() {
    let names = Program::start(STORM, &["--list"]).finish();
    names.with_status(0);
    let arguments = Arguments::from_args();
    let wanted = arguments.filter.clone().unwrap_or_default();
    let chosen = names.lines.iter().filter(|name| name.contains(&wanted)).cloned().collect();
    let mut trials: Vec<_> = names.lines.into_iter().map(short).collect();
    // Its name contains whatever is wanted, which chooses among the storms.
    trials.push(
        Trial::test(format!("table {wanted}").trim_end(), move || table(chosen)).with_ignored_flag(true),
    );
    libtest_mimic::run(&arguments, trials).exit();
}

fn short(name: String) -> Trial {
    Trial::test(name.clone(), move || {
        let ended = run(&name, 1.0);
        if ended.status.success() { Ok(()) } else { Err(format!("{ended:#?}").into()) }
    })
}

/// A process of its own, its own clock beside it.
fn run(name: &str, seconds: f64) -> Ended {
    let mut storm = Command::new(STORM);
    storm.arg(name).env("SIGTRIP_STORM_SECONDS", seconds.to_string()).stdin(std::process::Stdio::null());
    Program::spawn(&mut storm).finish_within(Duration::from_secs_f64(seconds) + 2 * PATIENCE)
}

/// One after the other, so that each has the machine.
fn table(names: Vec<String>) -> Result<(), Failed> {
    let asked = std::env::var("SIGTRIP_STORM_SECONDS").ok();
    let seconds = asked.map_or(60.0, |text| text.parse().expect("a number of seconds"));
    let start = Instant::now();
    println!("| storm | seconds | sent | handler calls | lost | leaked |\n|---|---|---|---|---|---|");
    let (mut total, mut failed) = ([0; 3], Vec::new());
    for name in names {
        let ended = run(&name, seconds);
        let row = ended.lines.iter().find_map(|line| Row::parse(line));
        let row = row.ok_or_else(|| format!("no figures of {name}: {ended:#?}"))?;
        println!("| `{name}` | {} |", row.cells.join(" | "));
        total.iter_mut().zip(row.numbers).for_each(|(total, number)| *total += number);
        if !ended.status.success() {
            failed.push(format!("{name}: {ended:#?}"));
        }
    }
    let [sent, handled, lost] = total;
    println!("| all | {:.1} | {sent} | {handled} | {lost} | |", start.elapsed().as_secs_f64());
    if failed.is_empty() { Ok(()) } else { Err(failed.join("\n").into()) }
}

/// The figures that a storm prints: `seconds=1.0 sent=2 handled=3 lost=0 leaked=nothing`.
struct Row {
    cells: [String; 5],
    /// Sent, handled, lost.
    numbers: [u64; 3],
}

impl Row {
    fn parse(line: &str) -> Option<Self> {
        let mut rest = line;
        let mut cells = [const { String::new() }; 5];
        for (cell, name) in cells.iter_mut().zip(["seconds=", "sent=", "handled=", "lost=", "leaked="]) {
            rest = rest.strip_prefix(name)?;
            let end = if name == "leaked=" { rest.len() } else { rest.find(' ')? };
            *cell = rest[..end].to_owned();
            rest = rest[end..].trim_start();
        }
        let number = |index: usize| cells[index].parse().ok();
        let numbers = [number(1)?, number(2)?, number(3)?];
        Some(Self { cells, numbers })
    }
}
