//! The inbox: several threads that wait for the same signals.

use super::Mutant;

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant {
        what: "a delivery to an inbox wakes before its bit is set",
        file: "inbox.rs",
        from: "        self.pending.trip(signal);
        self.fire(wake);",
        to: "        self.fire(wake);
        self.pending.trip(signal);",
        test: "one_that_sleeps_is_woken_by_a_delivery",
    },
    Mutant {
        what: "who waits on an inbox looks before it arms alone",
        file: "inbox.rs",
        from: "        let found = is_ready();",
        to: "        let found = false;",
        test: "one_that_sleeps_is_woken_by_a_delivery",
    },
    Mutant {
        what: "who has armed an inbox and found something wakes nobody",
        file: "inbox.rs",
        from: "            self.fire(wake); // another",
        to: "            drop(wake); // another",
        test: "two_that_take_one_each_are_both_woken",
    },
    Mutant {
        what: "who has armed an inbox and found something disarms it in silence",
        file: "inbox.rs",
        from: "            self.fire(wake); // another",
        to: "            self.armed.disarm(); drop(wake); // another",
        test: "two_that_take_one_each_are_both_woken",
    },
];
