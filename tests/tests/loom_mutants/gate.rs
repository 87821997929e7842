//! The gate. That its writer does not wait for those who came later is shown in `core/src/gate/tests.rs`, where it can be said
//! who came when.

use super::Mutant;

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant {
        what: "to enter does not acquire",
        file: "gate.rs",
        from: "who.compare_exchange(0, me, Ordering::Acquire, Ordering::Relaxed).is_ok()",
        to: "who.compare_exchange(0, me, Ordering::Relaxed, Ordering::Relaxed).is_ok()",
        test: "a_reader_in_a_slot_is_waited_for",
    },
    Mutant {
        what: "to enter is a load and a store",
        file: "gate.rs",
        from: "who.compare_exchange(0, me, Ordering::Acquire, Ordering::Relaxed).is_ok()",
        to: "who.load(Ordering::Acquire) == 0 && { who.store(me, Ordering::Release); true }",
        test: "a_reader_in_a_slot_is_waited_for",
    },
    Mutant {
        what: "two readers may enter one slot",
        file: "gate.rs",
        from: "who.compare_exchange(0, me, Ordering::Acquire, Ordering::Relaxed).is_ok()",
        to: "{ who.swap(me, Ordering::Acquire); true }",
        test: "two_readers_for_one_slot_are_waited_for",
    },
    Mutant {
        what: "to count a leaving does not release",
        file: "gate.rs",
        from: "left.store(times, Ordering::Release);",
        to: "left.store(times, Ordering::Relaxed);",
        test: "a_reader_in_a_slot_is_waited_for",
    },
    Mutant {
        what: "to free a slot does not release",
        file: "gate.rs",
        from: "who.swap(0, Ordering::Release);",
        to: "who.swap(0, Ordering::Relaxed);",
        test: "a_reader_in_a_slot_is_waited_for",
    },
    Mutant {
        what: "to free a slot is a store",
        file: "gate.rs",
        from: "who.swap(0, Ordering::Release);",
        to: "who.store(0, Ordering::Release);",
        test: "a_storm_of_readers_in_one_slot",
    },
    Mutant {
        what: "a slot is free before its leaving is counted",
        file: "gate.rs",
        from: "left.store(times, Ordering::Release);",
        to: "who.swap(0, Ordering::Release); left.store(times, Ordering::Release); if times != 0 { return; }",
        test: "two_readers_for_one_slot_are_waited_for",
    },
    Mutant {
        what: "the writer's look is a load",
        file: "gate.rs",
        from: "place.fetch_add(0, Ordering::AcqRel) != 0",
        to: "place.load(Ordering::Acquire) != 0",
        test: "a_reader_in_a_slot_is_waited_for",
    },
    Mutant {
        what: "the writer's look is a load and a store",
        file: "gate.rs",
        from: "place.fetch_add(0, Ordering::AcqRel) != 0",
        to: "{ let was = place.load(Ordering::Acquire); place.store(was, Ordering::Release); was != 0 }",
        test: "a_reader_in_a_slot_is_waited_for",
    },
    Mutant {
        what: "the writer's look does not release",
        file: "gate.rs",
        from: "place.fetch_add(0, Ordering::AcqRel) != 0",
        to: "place.fetch_add(0, Ordering::Acquire) != 0",
        test: "a_reader_in_a_slot_is_waited_for",
    },
    Mutant {
        what: "the writer's look does not acquire",
        file: "gate.rs",
        from: "place.fetch_add(0, Ordering::AcqRel) != 0",
        to: "place.fetch_add(0, Ordering::Release) != 0",
        test: "a_reader_in_a_slot_is_waited_for",
    },
    Mutant {
        what: "the writer's look at a bank is a load",
        file: "gate.rs",
        from: "while self.banks.get(bank).is_some_and(is_taken) {",
        to: "while self.banks.get(bank).is_some_and(|bank| bank.load(Ordering::Acquire) != 0) {",
        test: "a_reader_without_a_slot_is_waited_for",
    },
    Mutant {
        what: "the writer does not acquire from whose leaving is counted",
        file: "gate.rs",
        from: "left.load(Ordering::Acquire) == noted",
        to: "left.load(Ordering::Relaxed) == noted",
        test: "a_reader_in_a_slot_is_waited_for",
    },
    Mutant {
        what: "the writer notes how often a slot was left before it looks who is there",
        file: "gate.rs",
        from: "if !is_taken(who) {
        return;
    }
    // Relaxed: `is_taken` has acquired from this reader, who has acquired from all before.
    let noted = left.load(Ordering::Relaxed);",
        to: "let noted = left.load(Ordering::Relaxed);
    if !is_taken(who) {
        return;
    }",
        test: "a_storm_of_readers_in_one_slot",
    },
    Mutant {
        what: "to enter a bank does not acquire",
        file: "gate.rs",
        from: "count.fetch_add(1, Ordering::Acquire);",
        to: "count.fetch_add(1, Ordering::Relaxed);",
        test: "a_reader_without_a_slot_is_waited_for",
    },
    Mutant {
        what: "to enter a bank is a load and a store",
        file: "gate.rs",
        from: "count.fetch_add(1, Ordering::Acquire);",
        to: "count.store(count.load(Ordering::Acquire) + 1, Ordering::Release);",
        test: "two_readers_without_slots_are_waited_for",
    },
    Mutant {
        what: "to leave a bank does not release",
        file: "gate.rs",
        from: "count.fetch_sub(1, Ordering::Release);",
        to: "count.fetch_sub(1, Ordering::Relaxed);",
        test: "a_reader_without_a_slot_is_waited_for",
    },
    Mutant {
        what: "to leave a bank is a load and a store",
        file: "gate.rs",
        from: "count.fetch_sub(1, Ordering::Release);",
        to: "count.store(count.load(Ordering::Acquire) - 1, Ordering::Release);",
        test: "two_readers_without_slots_are_waited_for",
    },
    Mutant {
        what: "the writer waits for the first bank alone",
        file: "gate.rs",
        from: "for bank in [0, 1] {",
        to: "for bank in [0] {",
        test: "a_reader_without_a_slot_is_waited_for",
    },
    Mutant {
        what: "the writer waits for the second bank alone",
        file: "gate.rs",
        from: "for bank in [0, 1] {",
        to: "for bank in [1] {",
        test: "a_reader_without_a_slot_is_waited_for",
    },
    Mutant {
        what: "the writer waits for the slots alone",
        file: "gate.rs",
        from: "for bank in [0, 1] {",
        to: "for bank in [0; 0] {",
        test: "two_readers_for_one_slot_are_waited_for",
    },
    Mutant {
        what: "a gate with a reader in a bank is quiet",
        file: "gate.rs",
        from: "self.who.iter().chain(&self.banks).any(is_taken)",
        to: "self.who.iter().any(is_taken)",
        test: "a_quiet_gate_has_nobody_inside",
    },
    Mutant {
        what: "a look whether it is quiet is loads",
        file: "gate.rs",
        from: "!self.who.iter().chain(&self.banks).any(is_taken)",
        to: "!self.who.iter().chain(&self.banks).any(|place| place.load(Ordering::Acquire) != 0)",
        test: "a_quiet_gate_has_nobody_inside",
    },
    Mutant {
        what: "a fork frees the slots of its own thread",
        file: "gate.rs",
        from: "if who.load(Ordering::Relaxed) != me {",
        to: "if me != 0 {",
        test: "a_fork_leaves_no_reader_behind",
    },
    Mutant {
        what: "a fork keeps the slots of the others",
        file: "gate.rs",
        from: "if who.load(Ordering::Relaxed) != me {",
        to: "if me == 0 {",
        test: "a_fork_leaves_no_reader_behind",
    },
    Mutant {
        what: "a reader of an earlier generation leaves the bank of this one",
        file: "gate.rs",
        from: "if generation == self.generation.load(Ordering::Relaxed)
            && let",
        to: "if generation <= self.generation.load(Ordering::Relaxed)
            && let",
        test: "a_fork_leaves_no_reader_behind",
    },
    Mutant {
        what: "a fork forgets that it may have left readers without a name",
        file: "gate.rs",
        from: "self.orphans.store(1, Ordering::Relaxed);",
        to: "self.orphans.store(0, Ordering::Relaxed);",
        test: "a_fork_leaves_no_reader_behind",
    },
];
