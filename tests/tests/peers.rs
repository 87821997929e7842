//! The table of what other systems have, held against the tests: each row names one that there is, or says why not.

use std::{collections::HashSet, path::Path, process::Command};

const PAGE: &str = include_str!("../../std-shim/src/coming_from.rs");

/// How many rows may say "no, because".
const NO_AT_MOST: usize = 3;

/// Every row that there must be: what was found in any of them.
const ROWS: &[&str] = &[
    "works without std",
    "no heap at all",
    "handler itself does only async-signal-safe things",
    "errno saved and restored",
    "handler free of locks and unbounded waits",
    "handlers added/removed at run time",
    "may register from inside a handler/action",
    "one noisy signal cannot lose another",
    "can count n arrivals",
    "drain runs on one chosen thread at safe points",
    "rest still delivered if a handler fails",
    "nested delivery of a different signal",
    "set SIG_IGN / SIG_DFL safely",
    "unregister",
    "puts the exact earlier disposition back",
    "honours an inherited SIG_IGN",
    "chains to the previous handler",
    "chaining can be turned off",
    "notices a foreign handler taking over",
    "emulates the default action",
    "right as PID 1",
    "refuses KILL/STOP and faults",
    "tells a real fault from a sent one",
    "SA_ONSTACK",
    "alternate stack provided",
    "SA_RESTART selectable",
    "handler mask selectable",
    "siginfo handed to user",
    "sender (pid/uid) decoded",
    "real-time signals",
    "RT queueing with values kept",
    "names, and names to numbers",
    "wake-up fd",
    "several wake-up fds",
    "iterator / blocking receive",
    "race-free wait (sigsuspend / ppoll / pipe)",
    "sigwait / sigwaitinfo / sigtimedwait",
    "thread mask API",
    "mask guard that undoes itself",
    "async stream",
    "mio / tokio / other adapters",
    "signalfd or kqueue backend",
    "pidfd",
    "timers (alarm, setitimer)",
    "send to one thread",
    "interrupts the main thread's blocking call",
    "fork handled",
    "vfork / posix_spawn window closed",
    "Windows",
    "linkable from C / other runtimes",
    "static program under 50 KB possible",
    "double Ctrl-C / conditional shutdown",
    "model-checked core (loom, shuttle, kani)",
    "fuzzed dispatch",
    "handler injected at every instruction",
    "storm / stress test",
];

/// What is said of each row.
fn rows(page: &str) -> Vec<(String, &str)> {
    let table = page.split("//! | what | here |\n//! |---|---|\n").nth(1).expect("the table");
    let cells = |line: &'static str| line.strip_prefix("//! | ")?.strip_suffix(" |")?.split_once(" | ");
    let lines: &'static str = String::leak(table.to_owned());
    lines.lines().map_while(cells).map(|(what, here)| (what.replace('`', ""), here)).collect()
}

fn scenarios() -> HashSet<String> {
    let listed = Command::new(env!("CARGO_BIN_EXE_scenario")).arg("--list").output().expect("it starts");
    String::from_utf8(listed.stdout).expect("names").lines().map(str::to_owned).collect()
}

/// Whether there is this test: `file::function`, a file, or a scenario.
fn exists(name: &str, scenarios: &HashSet<String>) -> bool {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let text = |file: &str| std::fs::read_to_string(root.join(file));
    match name.split_once(".rs::") {
        Some((file, function)) => {
            text(&format!("{file}.rs")).is_ok_and(|text| text.contains(&format!("fn {function}(")))
        }
        None if name.ends_with(".rs") => text(name).is_ok(),
        None => scenarios.contains(name),
    }
}

/// What is wrong with what is said.
fn wrong(said: &[(String, &str)], scenarios: &HashSet<String>) -> Vec<String> {
    let is_shown = |here: &str| {
        let name = here.strip_prefix('`').and_then(|here| here.strip_suffix('`'));
        name.is_some_and(|name| exists(name, scenarios))
    };
    let because = |here: &str| here.starts_with("no, because ");
    let neither = said.iter().filter(|(_, here)| !because(here) && !is_shown(here));
    let missing = ROWS.iter().filter(|row| !said.iter().any(|(what, _)| what == **row));
    let more = said.iter().filter(|(_, here)| because(here)).skip(NO_AT_MOST);
    let rows = neither.map(|(what, here)| format!("{what}: there is no {here}"));
    rows.chain(missing.map(|row| format!("{row}: is not there")))
        .chain(more.map(|(what, _)| format!("{what}: one `no, because` too many")))
        .collect()
}

#[test]
fn each_row_names_a_test_or_says_why_not() {
    let said = rows(PAGE);
    assert_eq!(said.len(), ROWS.len());
    assert_eq!(wrong(&said, &scenarios()), [""; 0]);
}

#[test]
fn a_row_that_is_not_held_is_found() {
    let scenarios = scenarios();
    let mut said = rows(PAGE);
    said[0].1 = "`std-shim/tests/without_std.rs::no_such_test`";
    said[1].1 = "`signal_context::no_such_scenario`";
    said[2].1 = "yes";
    said[3].1 = "`no/such/file.rs`";
    said[4].1 = "no, because it is late";
    said.pop();
    assert_eq!(wrong(&said, &scenarios).len(), 4 + 1 + 1, "{:?}", wrong(&said, &scenarios));
}
