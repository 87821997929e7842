//! What must come of an injection, and what did not.

use sigtrip_tests::injected::Broken;

use super::{catalogue::Row, copies::Outcome};

/// Where a signal was injected.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// So many instructions behind the start.
    pub(crate) step: usize,
    /// The address of the instruction that came next, from the start of the program or library.
    pub(crate) at: String,
    pub(crate) how: &'static str,
}

/// What was injected: how often each signal was delivered in all, and how often the handlers of those injected had started by then.
#[derive(Clone, Debug)]
pub(crate) struct Injection {
    pub(crate) delivered: [u32; 2],
    pub(crate) runs_before: [Option<u32>; 2],
}

/// What does not hold, and where.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) broken: Broken,
    place: Place,
    what: String,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Place { step, at, how } = &self.place;
        write!(f, "{:?} at step {step} ({at}), {how}: {}", self.broken, self.what)
    }
}

/// Judges the outcomes of one operation, in the order of its instructions.
pub(crate) struct Judge {
    changes: Option<(String, String)>,
    changed: bool,
    first: i32,
    pub(crate) failures: Vec<Failure>,
}

impl Judge {
    pub(crate) fn of(row: &Row) -> Self {
        Self { changes: row.changes.clone(), changed: false, first: row.signals[0], failures: Vec::new() }
    }

    pub(crate) fn judge(&mut self, place: Place, injection: &Injection, outcome: &Outcome) {
        let broken = match (&self.changes, injection.runs_before[0]) {
            (Some(changes), Some(_)) => {
                let changes = changes.clone();
                self.change(&changes, outcome)
            }
            _ => handled(injection, outcome),
        };
        if let Some(broken) = broken {
            let what = format!("{outcome:?} of {injection:?}");
            self.failures.push(Failure { broken, place, what });
        }
    }

    /// The operation is over.
    pub(crate) fn finish(&mut self, place: Place) {
        if self.changes.is_some() && !self.changed {
            self.failures.push(Failure {
                broken: Broken::Returned,
                place,
                what: "nothing was changed".to_owned(),
            });
        }
    }

    /// From the one outcome to the other, once.
    fn change(&mut self, (from, to): &(String, String), outcome: &Outcome) -> Option<Broken> {
        let kind = match outcome {
            Outcome::Broken(broken, _) => return Some(*broken),
            Outcome::Killed(signal) if *signal == self.first => "Killed",
            Outcome::Killed(_) => return Some(Broken::Ended),
            Outcome::Runs([0, _]) => "Nothing",
            Outcome::Runs([1, _]) => "Once",
            Outcome::Runs(_) => return Some(Broken::TooOften),
        };
        if kind == to {
            self.changed = true;
            None
        } else if kind == from {
            self.changed.then_some(Broken::ChangedTwice)
        } else {
            Some(if kind == "Killed" { Broken::Ended } else { Broken::Lost })
        }
    }
}

/// Each handler whose signal was injected has started once more, and none more often than its signal was delivered.
fn handled(injection: &Injection, outcome: &Outcome) -> Option<Broken> {
    let runs = match outcome {
        Outcome::Broken(broken, _) => return Some(*broken),
        Outcome::Killed(_) => return Some(Broken::Ended),
        Outcome::Runs(runs) => runs,
    };
    let pairs = || runs.iter().zip(injection.runs_before);
    if pairs().any(|(&runs, before)| before.is_some_and(|before| runs <= before)) {
        Some(Broken::Lost)
    } else if runs.iter().zip(injection.delivered).any(|(&runs, delivered)| runs > delivered) {
        Some(Broken::TooOften)
    } else {
        None
    }
}

/// What shows that it can find something, by name.
pub(crate) const CHECKS: [(&str, fn()); 3] = [
    ("a_handler_starts_after_its_delivery_and_no_more_often", a_handler_starts),
    ("a_disposition_changes_once", a_disposition_changes_once),
    ("a_change_that_never_comes_is_a_failure", a_change_that_never_comes),
];

fn a_handler_starts() {
    let once = |delivered, before| Injection { delivered: [delivered, 0], runs_before: [Some(before), None] };
    assert_eq!(handled(&once(2, 1), &Outcome::Runs([2, 0])), None);
    assert_eq!(handled(&once(2, 1), &Outcome::Runs([1, 0])), Some(Broken::Lost));
    assert_eq!(handled(&once(2, 1), &Outcome::Runs([3, 0])), Some(Broken::TooOften));
    assert_eq!(handled(&once(2, 1), &Outcome::Runs([2, 1])), Some(Broken::TooOften));
    assert_eq!(handled(&once(1, 0), &Outcome::Killed(10)), Some(Broken::Ended));
}

/// The failures of a change from the signal's killing to its handling.
fn failures(outcomes: &[Outcome]) -> Vec<Broken> {
    let changes = Some(("Killed".to_owned(), "Once".to_owned()));
    let mut judge = Judge { changes, changed: false, first: 2, failures: Vec::new() };
    let place = Place { step: 0, at: String::new(), how: "once" };
    let injection = Injection { delivered: [1, 0], runs_before: [Some(0), None] };
    outcomes.iter().for_each(|outcome| judge.judge(place.clone(), &injection, outcome));
    judge.finish(place);
    judge.failures.iter().map(|it| it.broken).collect()
}

fn a_disposition_changes_once() {
    let outcomes = [Outcome::Killed(2), Outcome::Runs([1, 0]), Outcome::Killed(2), Outcome::Runs([0, 0])];
    assert_eq!(failures(&outcomes[..2]), []);
    assert_eq!(failures(&outcomes), [Broken::ChangedTwice, Broken::Lost]);
}

fn a_change_that_never_comes() {
    assert_eq!(failures(&[Outcome::Killed(2)]), [Broken::Returned]);
}
