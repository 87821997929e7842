//! Runs every scenario of `src/bin/scenario` as a test of its own, in a process of its own.

use libtest_mimic::{Arguments, Trial};
use sigtrip_tests::Program;

const SCENARIO: &str = env!("CARGO_BIN_EXE_scenario");

fn main() {
    let names = Program::start(SCENARIO, &["--list"]).finish();
    names.with_status(0);
    let trials = names.lines.into_iter().map(|name| {
        Trial::test(name.clone(), move || {
            let ended = Program::start(SCENARIO, &[&name]).finish();
            if ended.status.success() { Ok(()) } else { Err(format!("{ended:#?}").into()) }
        })
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit();
}
