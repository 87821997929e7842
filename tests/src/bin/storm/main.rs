//! Storms: programs that send as many signals as there is time for, and say what was sent, handled, lost and leaked.
//!
//! `storm --list` names them all. `storm NAME` runs one, prints its figures as a line and ends with status 0 if nothing was lost
//! and nothing leaked. The environment's `SIGTRIP_STORM_SECONDS` says for how long; one second if it is not there.
//!
//! A storm is a function that is called twice: first for a moment, so that what is made once and kept for ever is there (the
//! wake descriptor, std's buffers), then for the time that was asked for. What the process has afterwards is compared with what
//! it had between the two: see `belongings.rs`. How a loss is noticed is in `line.rs`.

use std::{
    process::ExitCode,
    time::{Duration, Instant},
};

mod belongings;
mod descriptors;
mod dice;
mod embeds;
mod ends;
mod everything;
mod failing;
mod faults;
mod forks;
mod heap;
mod limits;
mod line;
mod memory;
mod owner;
mod queues;
mod sessions;
mod spawns;
mod stops;
mod threads;
mod timers;
mod waits;

use belongings::Belongings;
use line::{Figures, Until};

/// A name and what it does until it is over; it panics if something is not as it should be.
type Storm = (&'static str, fn(Until));

/// A name and what it does.
type Program = (&'static str, fn() -> ExitCode);

/// The functions, under their own names.
macro_rules! storms {
    ($($function:ident),* $(,)?) => {
        pub(crate) const ALL: &[crate::Storm] = &[$((stringify!($function), $function)),*];
    };
}
pub(crate) use storms;

const ROOMS: &[(&str, &[Storm])] = &[
    ("descriptors", descriptors::ALL),
    ("embeds", embeds::ALL),
    ("ends", ends::ALL),
    ("everything", everything::ALL),
    ("failing", failing::ALL),
    ("faults", faults::ALL),
    ("forks", forks::ALL),
    ("limits", limits::ALL),
    ("memory", memory::ALL),
    ("queues", queues::ALL),
    ("sessions", sessions::ALL),
    ("spawns", spawns::ALL),
    ("stops", stops::ALL),
    ("threads", threads::ALL),
    ("timers", timers::ALL),
    ("waits", waits::ALL),
];

/// Programs that the storms start, by name.
const PROGRAMS: &[Program] = &[
    ("loops", ends::loops),
    ("returns", ends::returns),
    ("is_busy", ends::is_busy),
    ("opens_first", forks::opens_first),
    ("overflows", faults::overflows),
    ("overflows_in_a_thread", faults::overflows_in_a_thread),
    ("inherits", spawns::inherits),
];

/// The first call, for what is made once.
const WARM_UP: Duration = Duration::from_millis(300);

fn main() -> ExitCode {
    let wanted = std::env::args().nth(1).expect("a storm's name, or --list");
    if let Some((_, program)) = PROGRAMS.iter().find(|(name, _)| *name == wanted) {
        return program();
    }
    for (room, storms) in ROOMS {
        for (name, storm) in *storms {
            let full = format!("{room}::{name}");
            if wanted == "--list" {
                println!("{full}");
            } else if wanted == full {
                return run(*storm);
            }
        }
    }
    if wanted == "--list" { ExitCode::SUCCESS } else { panic!("no such storm: {wanted}") }
}

fn run(storm: fn(Until)) -> ExitCode {
    let time = seconds();
    line::prepare();
    storm(Until::after(WARM_UP));
    let before = Belongings::now();
    let start = Instant::now();
    storm(Until::after(time));
    let leaked = before.missing_or_new();
    let Figures { sent, handled, lost } = line::figures();
    assert!(sent > 0 && handled > 0, "nothing happened: {sent} sent, {handled} handled");
    println!(
        "seconds={:.1} sent={sent} handled={handled} lost={lost} leaked={}",
        start.elapsed().as_secs_f64(),
        if leaked.is_empty() { "nothing" } else { &leaked }
    );
    if lost == 0 && leaked.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn seconds() -> Duration {
    let asked = std::env::var("SIGTRIP_STORM_SECONDS").ok();
    Duration::from_secs_f64(asked.map_or(1.0, |text| text.parse().expect("a number of seconds")))
}
