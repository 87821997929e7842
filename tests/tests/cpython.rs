//! Is it CPython's `signal`? One script of events, run on both; the logs must be the same.
//!
//! The scripts are in `cpython/events.txt`. Without a `python3` the cases are skipped, and say so.

use std::process::Command;

use libtest_mimic::{Arguments, Trial};
use sigtrip_tests::{Ended, Program};

const EVENTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/cpython/events.txt");
const ON_CPYTHON: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/cpython/events.py");

fn main() {
    let arguments = Arguments::from_args();
    let version = Command::new("python3").arg("--version").output();
    let python = version.is_ok_and(|output| output.status.success());
    if !python {
        println!("SKIPPED: there is no python3 to compare with");
    }
    let text = std::fs::read_to_string(EVENTS).expect("the scripts");
    let cases = text.lines().filter_map(|line| line.strip_prefix("case ")).map(str::to_owned);
    let trials = cases.map(|case| {
        let name = case.replace(' ', "_");
        Trial::test(name, move || compare(&case)).with_ignored_flag(!python)
    });
    libtest_mimic::run(&arguments, trials.collect()).exit();
}

fn compare(case: &str) -> Result<(), libtest_mimic::Failed> {
    let on_cpython = Program::start("python3", &[ON_CPYTHON, EVENTS, case]);
    let ours = Program::start(env!("CARGO_BIN_EXE_events"), &[EVENTS, case]).finish();
    let theirs = on_cpython.finish();
    if log_of(&theirs) == log_of(&ours) {
        return Ok(());
    }
    Err(format!("CPython: {theirs:#?}\nsigtrip: {ours:#?}").into())
}

/// What it logged, and whether it lived. The report of a signal whose handler went away is worded differently, and CPython's
/// has a traceback; that there is one is compared.
fn log_of(ended: &Ended) -> (Vec<&str>, Option<i32>) {
    let is_traceback = |line: &&String| line.starts_with("Traceback") || line.starts_with(' ');
    let lines = ended.lines.iter().filter(|line| !is_traceback(line)).map(|line| {
        if line.contains("ignored due to race condition") {
            "(ignored due to race condition)"
        } else {
            line.as_str()
        }
    });
    (lines.collect(), ended.status.code())
}
