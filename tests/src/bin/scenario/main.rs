//! Scenarios: each a small program that checks itself, to be run by name in a process of its own.
//!
//! `scenario --list` names them all; `tests/scenarios.rs` runs each as a test.

use std::process::ExitCode;

mod back_pressure;
mod chains;
mod channels;
mod children;
mod dispositions;
mod doors;
mod embeds;
mod ends;
mod errors;
mod faults;
mod forks;
mod handlers;
mod helpers;
mod hooks;
mod iterator_storms;
mod iterators;
mod lines;
mod masks;
mod names;
mod neighbours;
mod planted;
mod polls;
mod ready_hooks;
mod recorded_iterators;
mod records;
mod restart;
mod sending;
mod sessions;
mod signal_context;
mod sigwaits;
mod storms;
mod streams;
mod stress;
mod timers;
mod two_copies;
mod waits;
mod wakeups;

/// A name and what it does; it panics if something is not as it should be.
type Scenario = (&'static str, fn());

/// The functions, under their own names.
macro_rules! scenarios {
    ($($function:ident),* $(,)?) => {
        pub(crate) const ALL: &[crate::Scenario] = &[$((stringify!($function), $function)),*];
    };
}
pub(crate) use scenarios;

const ROOMS: &[(&str, &[Scenario])] = &[
    ("back_pressure", back_pressure::ALL),
    ("chains", chains::ALL),
    ("children", children::ALL),
    ("channels", channels::ALL),
    ("dispositions", dispositions::ALL),
    ("doors", doors::ALL),
    ("embeds", embeds::ALL),
    ("errors", errors::ALL),
    ("faults", faults::ALL),
    ("forks", forks::ALL),
    ("handlers", handlers::ALL),
    ("hooks", hooks::ALL),
    ("iterator_storms", iterator_storms::ALL),
    ("iterators", iterators::ALL),
    ("lines", lines::ALL),
    ("masks", masks::ALL),
    ("names", names::ALL),
    ("neighbours", neighbours::ALL),
    ("polls", polls::ALL),
    ("ready_hooks", ready_hooks::ALL),
    ("recorded_iterators", recorded_iterators::ALL),
    ("records", records::ALL),
    ("restart", restart::ALL),
    ("sending", sending::ALL),
    ("sessions", sessions::ALL),
    ("signal_context", signal_context::ALL),
    ("sigwaits", sigwaits::ALL),
    ("storms", storms::ALL),
    ("streams", streams::ALL),
    ("stress", stress::ALL),
    ("timers", timers::ALL),
    ("two_copies", two_copies::ALL),
    ("waits", waits::ALL),
    ("wakeups", wakeups::ALL),
];

fn main() -> ExitCode {
    let wanted = std::env::args().nth(1).expect("a scenario's name, or --list");
    if let Some(program) = ends::PROGRAMS.iter().chain(planted::PROGRAMS).find(|(name, _)| *name == wanted) {
        return (program.1)();
    }
    for (room, scenarios) in ROOMS {
        for (name, scenario) in *scenarios {
            let full = format!("{room}::{name}");
            if wanted == "--list" {
                println!("{full}");
            } else if wanted == full {
                scenario();
                return ExitCode::SUCCESS;
            }
        }
    }
    if wanted == "--list" { ExitCode::SUCCESS } else { panic!("no such scenario: {wanted}") }
}
