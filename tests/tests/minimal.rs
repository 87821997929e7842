//! The smallest programs: how many bytes each is, in each way that it can be linked, beside the same program written by hand with libc; that
//! each does what it is for; and that an optimised build without std has no way to panic from a trampoline.
//!
//! ```text
//! cargo test -p sigtrip-tests --test minimal -- --nocapture
//! ```
//!
//! A way of linking whose tools are not there is left out, and said so.

#[path = "minimal/audit.rs"]
mod audit;
#[path = "signal_context/function.rs"]
#[allow(dead_code, reason = "the audit of the library with std needs more of it")]
mod function;
#[path = "signal_context/program.rs"]
mod program;
#[path = "minimal/programs.rs"]
mod programs;
#[path = "signal_context/walk.rs"]
#[allow(dead_code, reason = "the audit of the library with std needs more of it")]
mod walk;

use std::{
    fmt::Write as _,
    fs,
    io::{Write as _, stdout},
    sync::{LazyLock, Mutex, PoisonError},
    thread,
    time::Instant,
};

use programs::Way;
use sigtrip::Signal;
use sigtrip_tests::{PATIENCE, Program};

const KIB: u64 = 1024;

/// A program, and what it may be in a way of linking.
struct Bound {
    program: &'static str,
    by_hand: &'static str,
    way: Way,
    /// Of bytes in all.
    most: u64,
    /// Of bytes more than by hand.
    more: u64,
}

const NO_BOUND: u64 = u64::MAX;

const fn smallest(way: Way, most: u64) -> Bound {
    Bound { program: "smallest", by_hand: "smallest_by_hand", way, most, more: KIB }
}

/// A whole session, with what it does for forks, foreign handlers and other threads, which is not in the program by hand. No goal: as
/// measured, so that it does not grow unseen.
const fn handles(way: Way, more: u64) -> Bound {
    Bound { program: "handles", by_hand: "handles_by_hand", way, most: NO_BOUND, more }
}

const BOUNDS: &[Bound] = &[
    smallest(Way::Dynamic, NO_BOUND),
    smallest(Way::Static, NO_BOUND),
    smallest(Way::Musl, 14 * KIB),
    smallest(Way::Small, 6 * KIB + KIB / 2),
    handles(Way::Dynamic, 9 * KIB + KIB / 2),
    handles(Way::Static, 11 * KIB),
    handles(Way::Musl, 12 * KIB + 16),
    handles(Way::Small, 10 * KIB),
];

/// The core and its way into the system, by itself.
const CORE_ALONE: u64 = 2 * KIB;
/// A program that uses each part of the shim that there is without std.
const ALL_PARTS: u64 = 50 * KIB;
/// `tini-static`, 0.19.0-1+b3 of Debian.
const TINI_STATIC: u64 = 708_080;

const HOSTED: &[&str] = &["smallest", "smallest_by_hand", "handles", "handles_by_hand", "init", "all_parts"];

/// Which ways there are here, with all programs built in them; the others are said.
static WAYS: LazyLock<Vec<Way>> = LazyLock::new(|| {
    let mut there = Vec::new();
    for way in [Way::Dynamic, Way::Static, Way::Musl, Way::Small, Way::Raw] {
        match way.missing() {
            Some(why) => say(&format!("{way}: SKIPPED: {why}\n")),
            None => {
                way.build(if way == Way::Raw { &["core_alone"] } else { HOSTED });
                there.push(way);
            }
        }
    }
    there
});

/// Past the test harness, which keeps to itself what a test prints that passes.
fn say(text: &str) {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _one = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    stdout().lock().write_all(text.as_bytes()).expect("standard output is open");
}

fn size(way: Way, name: &str) -> u64 {
    fs::metadata(way.program(name)).expect("it was built").len()
}

#[test]
fn each_program_is_as_small_as_is_said() {
    let mut table = format!("{:10} {:20} {:>8} {:>8} {:>6}\n", "", "program", "bytes", "by hand", "more");
    let mut broken = Vec::new();
    for bound in BOUNDS.iter().filter(|bound| WAYS.contains(&bound.way)) {
        let Bound { program, by_hand, way, most, more } = *bound;
        let (size, by_hand) = (size(way, program), size(way, by_hand));
        let difference = size.saturating_sub(by_hand);
        writeln!(table, "{way:10} {program:20} {size:8} {by_hand:8} {difference:6}").expect("a string");
        if size > most || difference > more {
            broken.push(format!("{program}, {way}: {size} of {most}, {difference} of {more} more"));
        }
    }
    for way in WAYS.iter().copied() {
        let alone: &[(&str, u64)] = match way {
            Way::Raw => &[("core_alone", CORE_ALONE)],
            Way::Dynamic => &[("all_parts", ALL_PARTS), ("init", ALL_PARTS)],
            Way::Static => &[("init", TINI_STATIC)],
            _ => &[("all_parts", ALL_PARTS), ("init", ALL_PARTS)],
        };
        for &(program, most) in alone {
            let size = size(way, program);
            writeln!(table, "{way:10} {program:20} {size:8}").expect("a string");
            if size > most {
                broken.push(format!("{program}, {way}: {size} of {most}"));
            }
        }
    }
    say(&table);
    assert!(broken.is_empty(), "{broken:#?}");
}

/// In which system call each of them waits.
fn waits_in(name: &str) -> std::ffi::c_long {
    match name {
        "smallest" | "smallest_by_hand" => libc::SYS_rt_sigtimedwait,
        "handles_by_hand" => libc::SYS_rt_sigsuspend,
        _ => libc::SYS_futex,
    }
}

fn ends_by(way: Way, name: &str, signal: Signal) {
    let path = way.program(name);
    let program = Program::start(path.to_str().expect("a path in UTF-8"), &[]);
    let (file, call) = (format!("/proc/{}/syscall", program.pid()), waits_in(name).to_string());
    let deadline = Instant::now() + PATIENCE;
    while fs::read_to_string(&file).unwrap_or_default().split_whitespace().next() != Some(&call) {
        assert!(Instant::now() < deadline, "{name}, {way}, does not come to its wait");
        thread::yield_now();
    }
    program.send(signal);
    program.finish().with_status(0);
}

#[test]
fn each_program_ends_well_by_either_signal() {
    for way in WAYS.iter().copied() {
        let names = if way == Way::Raw { &["core_alone"][..] } else { &HOSTED[..4] };
        for name in names {
            for signal in [Signal::INT, Signal::TERM] {
                ends_by(way, name, signal);
            }
        }
        if way != Way::Raw {
            let all_parts = way.program("all_parts");
            Program::start(all_parts.to_str().expect("a path in UTF-8"), &[]).finish().with_status(0);
        }
    }
}
