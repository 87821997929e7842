//! The trials, and the table of what was done.

mod catalogue;
mod copies;
mod judge;
mod proc;
mod shared;
mod stepper;
mod watchdog;

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use catalogue::Row;
use libtest_mimic::{Arguments, Failed, Trial};
use stepper::{Stepper, Tally, Which};

/// Sparse enough for every change of the code. Without optimisation an operation is ten times as long, and its beginning must do.
const SAMPLE: Which = if cfg!(debug_assertions) {
    Which::Sampled { stride: 499, until: 4000 }
} else {
    Which::Sampled { stride: 23, until: usize::MAX }
};

type Tallies = Arc<Mutex<Vec<Tally>>>;

pub(crate) fn main() {
    let arguments = Arguments::from_args();
    let rows = catalogue::read();
    if !rows.first().is_some_and(stepper::is_possible) {
        return println!("step: SKIPPED: a process may not be traced here");
    }
    proc::adopt_orphans();
    let tallies = Tallies::default();
    let trials = rows.iter().flat_map(|row| {
        let sampled = trial("sampled", row, SAMPLE, &tallies);
        [sampled, trial("every", row, Which::Every, &tallies).with_ignored_flag(true)]
    });
    let checks = judge::CHECKS.map(|(name, check)| {
        Trial::test(format!("judge::{name}"), move || {
            check();
            Ok(())
        })
    });
    let conclusion = libtest_mimic::run(&arguments, trials.chain(checks).collect());
    print(&tallies.lock().expect("no panic"));
    conclusion.exit();
}

fn trial(kind: &str, row: &Row, which: Which, tallies: &Tallies) -> Trial {
    let (row, tallies) = (row.clone(), Arc::clone(tallies));
    Trial::test(format!("{kind}::{}", row.name), move || {
        let tally = Stepper::new(&row, which).run();
        let verdict = verdict(&row, &tally);
        tallies.lock().expect("no panic").push(tally);
        verdict
    })
}

/// An operation has no failures; one that is broken has those that it is to have.
fn verdict(row: &Row, tally: &Tally) -> Result<(), Failed> {
    const SHOWN: usize = 10;
    let shown = || tally.failures.iter().take(SHOWN).map(|it| format!("\n{it}")).collect::<String>();
    match &row.finds {
        None if tally.failures.is_empty() => Ok(()),
        None => Err(format!("{} failures:{}", tally.failures.len(), shown()).into()),
        Some(broken) if tally.found(broken) => Ok(()),
        Some(broken) => Err(format!("{broken} was not found, but:{}", shown()).into()),
    }
}

fn print(tallies: &[Tally]) {
    line("operation", &["instructions", "injections", "failures", "seconds"].map(str::to_owned));
    for tally in tallies {
        let counts =
            [tally.instructions, tally.injections, tally.failures.len()].map(|count| count.to_string());
        let [instructions, injections, failures] = counts;
        line(&tally.name, &[instructions, injections, failures, seconds(tally.time)]);
    }
    let sum = |count: fn(&Tally) -> usize| tallies.iter().map(count).sum::<usize>().to_string();
    let [instructions, injections] = [sum(|it| it.instructions), sum(|it| it.injections)];
    let failures = sum(|it| if it.is_of_a_broken_operation() { 0 } else { it.failures.len() });
    let time = tallies.iter().map(|it| it.time).sum();
    line(&format!("{} in all", tallies.len()), &[instructions, injections, failures, seconds(time)]);
}

fn line(name: &str, [instructions, injections, failures, seconds]: &[String; 4]) {
    println!("{name:40} {instructions:>12} {injections:>11} {failures:>9} {seconds:>9}");
}

fn seconds(time: Duration) -> String {
    format!("{:.1}", time.as_secs_f64())
}
