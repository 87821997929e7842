//! `Operation`: one row of the table.

use sigtrip::Signal;
use sigtrip_tests::injected::Broken;

/// An operation, which signals are injected into it, and what must come of them.
pub(crate) struct Operation {
    pub(crate) name: &'static str,
    play: fn(Signal, Signal),
    signals: [Signal; 2],
    real_time: bool,
    twice: bool,
    in_the_child: bool,
    changes: Option<(Outcome, Outcome)>,
    finds: Option<Broken>,
}

/// What one delivery may come to, where an operation changes the disposition.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Outcome {
    /// The signal is ignored.
    Nothing,
    /// Its handler runs once.
    Once,
    /// It ends the process.
    Killed,
}

/// A row: at each instruction SIGUSR1 is injected, and SIGUSR2; after each its handler must run.
pub(crate) const fn operation(name: &'static str, play: fn(Signal, Signal)) -> Operation {
    let signals = [Signal::USR1, Signal::USR2];
    Operation {
        name,
        play,
        signals,
        real_time: false,
        twice: false,
        in_the_child: false,
        changes: None,
        finds: None,
    }
}

impl Operation {
    /// Short enough for two signals: the second at each instruction of the first's handler, and one instruction later.
    pub(crate) const fn twice(mut self) -> Self {
        self.twice = true;
        self
    }

    /// With this signal instead of SIGUSR1.
    pub(crate) const fn with(mut self, signal: Signal) -> Self {
        self.signals[0] = signal;
        self
    }

    /// With real-time signals instead of both.
    pub(crate) const fn real_time(mut self) -> Self {
        self.real_time = true;
        self
    }

    /// It changes what is done with the first signal, at one instruction: before it a delivery comes to the one, from there on
    /// to the other.
    pub(crate) const fn changes(mut self, from: Outcome, to: Outcome) -> Self {
        self.changes = Some((from, to));
        self
    }

    /// It is stepped from where it has forked, in the child.
    pub(crate) const fn in_the_child(mut self) -> Self {
        self.in_the_child = true;
        self
    }

    /// It is broken, and the stepper must find this.
    pub(crate) const fn finds(mut self, broken: Broken) -> Self {
        self.finds = Some(broken);
        self
    }

    fn signals(&self) -> [Signal; 2] {
        let real_time = |n| Signal::real_time(n).expect("there are more");
        if self.real_time { [real_time(3), real_time(4)] } else { self.signals }
    }

    pub(crate) fn play(&self) {
        let [a, b] = self.signals();
        (self.play)(a, b);
    }

    /// The row as the stepper reads it: words, `-` for what is not there.
    pub(crate) fn line(&self) -> String {
        let [a, b] = self.signals().map(Signal::number);
        let twice = if self.twice { "twice" } else { "-" };
        let child = if self.in_the_child { "child" } else { "-" };
        let changes = self.changes.map_or("-".to_owned(), |(from, to)| format!("{from:?}>{to:?}"));
        let finds = self.finds.map_or("-".to_owned(), |broken| format!("{broken:?}"));
        format!("{} {a} {b} {twice} {child} {changes} {finds}", self.name)
    }
}
