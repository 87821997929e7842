//! Would loom notice? Each row below makes the core weaker in one place: an ordering relaxed, a read-modify-write split
//! into load and store, two steps in the wrong order. The loom test that the row names must fail then. A row that does
//! not fail is an ordering that nothing needs, or a test that proves nothing.
//!
//! ```text
//! cargo test -p sigtrip-tests --test loom_mutants -- --ignored --nocapture
//! ```

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

struct Mutant {
    what: &'static str,
    file: &'static str,
    /// Stands in the file exactly once.
    from: &'static str,
    to: &'static str,
    /// The test in `core/tests/loom.rs` that must fail.
    test: &'static str,
}

/// What is not here, and why: every load marked Relaxed is as weak as can be; `Pending::clear` races with nothing that
/// must not be forgotten; nor does `Records::forget_all`, which nobody may meet; `Armed::disarm` has no Release to take away, for nothing acquires
/// from it; nor has `Gate::enter`. That the gate's writer
/// does not wait for those who came later is shown in `core/src/gate/tests.rs`, where it can be said who came when.
const MUTANTS: &[Mutant] = &[
    Mutant {
        what: "trip does not release",
        file: "pending.rs",
        from: "word.fetch_or(signal.mask(), Ordering::Release);",
        to: "word.fetch_or(signal.mask(), Ordering::Relaxed);",
        test: "a_trip_is_dispatched_once_and_its_data_is_seen",
    },
    Mutant {
        what: "trip is a load and a store",
        file: "pending.rs",
        from: "word.fetch_or(signal.mask(), Ordering::Release);",
        to: "word.store(word.load(Ordering::Acquire) | signal.mask(), Ordering::Release);",
        test: "trips_of_two_signals_are_not_lost_to_each_other_nor_to_the_take",
    },
    Mutant {
        what: "a trip that finds its bit set leaves it at that",
        file: "pending.rs",
        from: "word.fetch_or(signal.mask(), Ordering::Release);",
        to: "if word.load(Ordering::Acquire) & signal.mask() == 0 { word.fetch_or(signal.mask(), Ordering::Release); }",
        test: "a_trip_while_its_handler_runs_is_handled_again",
    },
    Mutant {
        what: "the take does not acquire",
        file: "pending.rs",
        from: "word.fetch_and(!(1 << bit), Ordering::Acquire)",
        to: "word.fetch_and(!(1 << bit), Ordering::Relaxed)",
        test: "a_trip_is_dispatched_once_and_its_data_is_seen",
    },
    Mutant {
        what: "the take is a load and a store: a trip between them is lost",
        file: "pending.rs",
        from: "word.fetch_and(!(1 << bit), Ordering::Acquire)",
        to: "{ let was = word.load(Ordering::Acquire); word.store(was & !(1 << bit), Ordering::Release); was }",
        test: "trips_of_two_signals_are_not_lost_to_each_other_nor_to_the_take",
    },
    Mutant {
        what: "the take is a load and a store: two takers get one bit",
        file: "pending.rs",
        from: "word.fetch_and(!(1 << bit), Ordering::Acquire)",
        to: "{ let was = word.load(Ordering::Acquire); word.store(was & !(1 << bit), Ordering::Release); was }",
        test: "takers_of_one_word_do_not_undo_each_other",
    },
    Mutant {
        what: "the take does not ask whether it got the bit",
        file: "pending.rs",
        from: "word.fetch_and(!(1 << bit), Ordering::Acquire) & (1 << bit) != 0",
        to: "word.fetch_and(!(1 << bit), Ordering::Acquire) & (1 << bit) != 0 || true",
        test: "of_two_dispatchers_one_gets_each_trip",
    },
    Mutant {
        what: "the bit is cleared after the handler has run",
        file: "dispatcher.rs",
        from: "run(signal, self.table.get(signal))?;",
        to: "self.pending.trip(signal); run(signal, self.table.get(signal))?; self.pending.take_next(Signum::new(signal.get() - 1));",
        test: "a_trip_while_its_handler_runs_is_handled_again",
    },
    Mutant {
        what: "the table's load does not acquire",
        file: "table.rs",
        from: "entry.load(Ordering::Acquire)",
        to: "entry.load(Ordering::Relaxed)",
        test: "a_handler_that_is_replaced_meanwhile_is_the_old_or_the_new_and_whole",
    },
    Mutant {
        what: "the table's swap does not release",
        file: "table.rs",
        from: "entry.swap(encode(new), Ordering::AcqRel)",
        to: "entry.swap(encode(new), Ordering::Acquire)",
        test: "a_handler_that_is_replaced_meanwhile_is_the_old_or_the_new_and_whole",
    },
    Mutant {
        what: "the table's swap does not acquire",
        file: "table.rs",
        from: "entry.swap(encode(new), Ordering::AcqRel)",
        to: "entry.swap(encode(new), Ordering::Release)",
        test: "of_two_swaps_each_old_value_goes_to_one_and_is_whole",
    },
    Mutant {
        what: "the table's swap is a load and a store",
        file: "table.rs",
        from: "entry.swap(encode(new), Ordering::AcqRel)",
        to: "{ let was = entry.load(Ordering::Acquire); entry.store(encode(new), Ordering::Release); was }",
        test: "of_two_swaps_each_old_value_goes_to_one_and_is_whole",
    },
    Mutant {
        what: "an install asks the kernel before the table",
        file: "dispatcher.rs",
        from: "let old = self.table.swap(signal, Disposition::Handler(handler))?;
        match kernel.set_disposition(signal, &Disposition::Handler(())) {",
        to: "let asked = kernel.set_disposition(signal, &Disposition::Handler(()));
        let old = self.table.swap(signal, Disposition::Handler(handler))?;
        match asked {",
        test: "a_delivery_during_an_install_finds_the_handler",
    },
    Mutant {
        what: "arm does not acquire",
        file: "wake.rs",
        from: "self.word.swap(Self::ARMED, Ordering::AcqRel);",
        to: "self.word.swap(Self::ARMED, Ordering::Release);",
        test: "a_trip_wakes_who_goes_to_sleep",
    },
    Mutant {
        what: "arm does not release",
        file: "wake.rs",
        from: "self.word.swap(Self::ARMED, Ordering::AcqRel);",
        to: "self.word.swap(Self::ARMED, Ordering::Acquire);",
        test: "a_wake_sees_what_the_owner_wrote_before_it_armed",
    },
    Mutant {
        what: "arm is a store",
        file: "wake.rs",
        from: "self.word.swap(Self::ARMED, Ordering::AcqRel);",
        to: "self.word.store(Self::ARMED, Ordering::Release);",
        test: "a_trip_wakes_who_goes_to_sleep",
    },
    Mutant {
        what: "disarm does not acquire",
        file: "wake.rs",
        from: "self.word.swap(Self::IDLE, Ordering::Acquire);",
        to: "self.word.swap(Self::IDLE, Ordering::Relaxed);",
        test: "the_pass_after_a_sleep_sees_what_it_was_woken_for",
    },
    Mutant {
        what: "disarm is a store",
        file: "wake.rs",
        from: "self.word.swap(Self::IDLE, Ordering::Acquire);",
        to: "self.word.store(Self::IDLE, Ordering::Release);",
        test: "a_trip_during_a_sleep_that_ended_early_is_not_slept_through",
    },
    Mutant {
        what: "fire does not release",
        file: "wake.rs",
        from: "self.word.swap(Self::IDLE, Ordering::AcqRel) == Self::ARMED",
        to: "self.word.swap(Self::IDLE, Ordering::Acquire) == Self::ARMED",
        test: "a_trip_wakes_who_goes_to_sleep",
    },
    Mutant {
        what: "fire does not acquire",
        file: "wake.rs",
        from: "self.word.swap(Self::IDLE, Ordering::AcqRel) == Self::ARMED",
        to: "self.word.swap(Self::IDLE, Ordering::Release) == Self::ARMED",
        test: "a_wake_sees_what_the_owner_wrote_before_it_armed",
    },
    Mutant {
        what: "fire looks before it swaps",
        file: "wake.rs",
        from: "self.word.swap(Self::IDLE, Ordering::AcqRel) == Self::ARMED",
        to: "self.is_armed() && self.word.swap(Self::IDLE, Ordering::AcqRel) == Self::ARMED",
        test: "a_trip_wakes_who_goes_to_sleep",
    },
    Mutant {
        what: "an event's fire looks before it swaps",
        file: "wake.rs",
        from: "self.word.swap(Self::IDLE, Ordering::AcqRel) == Self::ARMED",
        to: "self.is_armed() && self.word.swap(Self::IDLE, Ordering::AcqRel) == Self::ARMED",
        test: "another_event_wakes_too",
    },
    Mutant {
        what: "fire is a load and a store",
        file: "wake.rs",
        from: "self.word.swap(Self::IDLE, Ordering::AcqRel) == Self::ARMED",
        to: "{ let armed = self.is_armed(); self.word.store(Self::IDLE, Ordering::Release); armed }",
        test: "the_second_of_two_trips_wakes_too",
    },
    Mutant {
        what: "the wake comes before the bit",
        file: "dispatcher.rs",
        from: "let tripped = self.pending.trip(signal);
        if tripped {
            self.wake(kernel);
        }
        tripped",
        to: "self.wake(kernel);
        self.pending.trip(signal)",
        test: "a_trip_wakes_who_goes_to_sleep",
    },
    Mutant {
        what: "the owner looks at the bits before it arms",
        file: "dispatcher.rs",
        from: "self.armed.arm();
        if self.any_pending() || ready()",
        to: "let any = self.any_pending();
        self.armed.arm();
        if any || ready()",
        test: "a_trip_wakes_who_goes_to_sleep",
    },
    Mutant {
        what: "the owner asks whether it is ready before it arms",
        file: "dispatcher.rs",
        from: "self.armed.arm();
        if self.any_pending() || ready()",
        to: "let ready = ready();
        self.armed.arm();
        if self.any_pending() || ready",
        test: "another_event_wakes_too",
    },
    Mutant {
        what: "a pass that fails wakes nobody for the rest",
        file: "dispatcher.rs",
        from: "if self.any_pending() {
                self.wake(kernel);",
        to: "if self.any_pending() {
                let _ = kernel;",
        test: "a_pass_that_fails_wakes_who_sleeps",
    },
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
    Mutant {
        what: "a push publishes before it writes",
        file: "record.rs",
        from: "        for (word, value) in words.iter().zip(record) {
            // Relaxed: the Release below publishes it.
            word.store(value, Ordering::Relaxed);
        }
",
        to: "        stamp.store(Self::free(position) + PUBLISHED, Ordering::Release);
        for (word, value) in words.iter().zip(record) {
            word.store(value, Ordering::Relaxed);
        }
",
        test: "record::a_record_is_taken_whole_and_once",
    },
    Mutant {
        what: "a push does not release",
        file: "record.rs",
        from: "stamp.store(Self::free(position) + PUBLISHED, Ordering::Release);",
        to: "stamp.store(Self::free(position) + PUBLISHED, Ordering::Relaxed);",
        test: "record::a_record_in_a_used_slot_is_taken_whole",
    },
    Mutant {
        what: "a take does not acquire",
        file: "record.rs",
        from: "let seen = stamp.load(Ordering::Acquire);",
        to: "let seen = stamp.load(Ordering::Relaxed);",
        test: "record::a_record_is_taken_whole_and_once",
    },
    Mutant {
        what: "a claim does not acquire",
        file: "record.rs",
        from: "if stamp.load(Ordering::Acquire) == Self::free(position) {",
        to: "if stamp.load(Ordering::Relaxed) == Self::free(position) {",
        test: "record::a_slot_is_written_after_its_record_was_read",
    },
    Mutant {
        what: "a claim is a load and a store",
        file: "record.rs",
        from: "match self.tail.compare_exchange(position, next, Ordering::Relaxed, Ordering::Relaxed) {",
        to: "self.tail.store(next, Ordering::Relaxed);
                match Ok::<usize, usize>(position) {",
        test: "record::two_producers_have_a_slot_each",
    },
    Mutant {
        what: "a claim does not look whether the slot is free",
        file: "record.rs",
        from: "if stamp.load(Ordering::Acquire) == Self::free(position) {",
        to: "if stamp.load(Ordering::Acquire) != usize::MAX {",
        test: "record::of_two_producers_for_one_slot_one_is_refused",
    },
    Mutant {
        what: "a refusal is counted by a load and a store",
        file: "record.rs",
        from: "self.refused.fetch_add(1, Ordering::Relaxed);",
        to: "self.refused.store(self.refused.load(Ordering::Relaxed) + 1, Ordering::Relaxed);",
        test: "record::of_two_refused_both_are_counted",
    },
    Mutant {
        what: "a taker does not ask whether it was the one",
        file: "record.rs",
        from: "stamp.compare_exchange(published, taken, Ordering::Release, Ordering::Relaxed).is_ok()",
        to: "stamp.compare_exchange(published, taken, Ordering::Release, Ordering::Relaxed).is_ok() || true",
        test: "record::of_two_takers_one_gets_each_record",
    },
    Mutant {
        what: "taking is a load and a store",
        file: "record.rs",
        from: "stamp.compare_exchange(published, taken, Ordering::Release, Ordering::Relaxed).is_ok()",
        to: "{
            let mine = stamp.load(Ordering::Acquire) == published;
            stamp.store(taken, Ordering::Release);
            mine
        }",
        test: "record::of_two_takers_one_gets_each_record",
    },
    Mutant {
        what: "a taker does not release what it has read",
        file: "record.rs",
        from: "stamp.compare_exchange(published, taken, Ordering::Release, Ordering::Relaxed).is_ok()",
        to: "stamp.compare_exchange(published, taken, Ordering::Relaxed, Ordering::Relaxed).is_ok()",
        test: "record::a_slot_that_another_taker_frees_is_written_after_its_record_was_read",
    },
    Mutant {
        what: "who frees a slot does not acquire what its taker has read",
        file: "record.rs",
        from: "if stamp.load(Ordering::Acquire) != Self::free(head) + TAKEN {",
        to: "if stamp.load(Ordering::Relaxed) != Self::free(head) + TAKEN {",
        test: "record::a_slot_that_another_taker_frees_is_written_after_its_record_was_read",
    },
    Mutant {
        what: "a slot is freed without a release",
        file: "record.rs",
        from: "stamp.store(Self::free(head.wrapping_add(SLOTS)), Ordering::Release);",
        to: "stamp.store(Self::free(head.wrapping_add(SLOTS)), Ordering::Relaxed);",
        test: "record::a_slot_is_written_after_its_record_was_read",
    },
    Mutant {
        what: "a slot is freed before the head has moved past it",
        file: "record.rs",
        from: "            if self.head.compare_exchange(head, next, Ordering::Relaxed, Ordering::Relaxed).is_ok() {",
        to: "            stamp.store(Self::free(head.wrapping_add(SLOTS)), Ordering::Release);
            if self.head.compare_exchange(head, next, Ordering::Relaxed, Ordering::Relaxed).is_ok() && false {",
        test: "record::a_slot_is_freed_once",
    },
    Mutant {
        what: "the head moves by a store",
        file: "record.rs",
        from: "            if self.head.compare_exchange(head, next, Ordering::Relaxed, Ordering::Relaxed).is_ok() {",
        to: "            self.head.store(next, Ordering::Relaxed);
            if true {",
        test: "record::a_slot_is_freed_once",
    },
    Mutant {
        what: "a delivery is counted by a load and a store",
        file: "count.rs",
        from: "count.fetch_add(1, Ordering::Relaxed);",
        to: "count.store(count.load(Ordering::Relaxed) + 1, Ordering::Relaxed);",
        test: "record::two_deliveries_are_two",
    },
    Mutant {
        what: "a count is taken by a load and a store",
        file: "count.rs",
        from: "count.swap(0, Ordering::Relaxed)",
        to: "{ let was = count.load(Ordering::Relaxed); count.store(0, Ordering::Relaxed); was }",
        test: "record::a_delivery_is_in_one_number_that_is_taken_or_in_the_next",
    },
    Mutant {
        what: "a delivery to an inbox wakes before its bit is set",
        file: "inbox.rs",
        from: "        self.pending.trip(signal);
        self.fire(wake);",
        to: "        self.fire(wake);
        self.pending.trip(signal);",
        test: "inbox::one_that_sleeps_is_woken_by_a_delivery",
    },
    Mutant {
        what: "who waits on an inbox looks before it arms alone",
        file: "inbox.rs",
        from: "        let found = is_ready();",
        to: "        let found = false;",
        test: "inbox::one_that_sleeps_is_woken_by_a_delivery",
    },
    Mutant {
        what: "who has armed an inbox and found something wakes nobody",
        file: "inbox.rs",
        from: "            self.fire(wake); // another",
        to: "            drop(wake); // another",
        test: "inbox::two_that_take_one_each_are_both_woken",
    },
    Mutant {
        what: "who has armed an inbox and found something disarms it in silence",
        file: "inbox.rs",
        from: "            self.fire(wake); // another",
        to: "            self.armed.disarm(); drop(wake); // another",
        test: "inbox::two_that_take_one_each_are_both_woken",
    },
];

#[test]
#[ignore = "compiles the core once for each mutant; .ci/run does it"]
fn loom_catches_every_mutant() {
    let copy = Copy::of_the_core();
    let sound = copy.run_loom(None);
    assert!(sound.status.success(), "loom fails as it is:\n{}", text(&sound));
    let survivors: Vec<_> = MUTANTS.iter().filter(|mutant| !copy.catches(mutant, &text(&sound))).collect();
    println!("{} of {} caught", MUTANTS.len() - survivors.len(), MUTANTS.len());
    assert!(survivors.is_empty());
}

/// The core in a workspace of its own, outside the tree.
struct Copy {
    root: PathBuf,
}

impl Copy {
    fn of_the_core() -> Self {
        let original = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("loom_mutants");
        // What was compiled last time is kept.
        let _ = fs::remove_dir_all(root.join("core"));
        copy_dir(&original.join("core"), &root.join("core"));
        fs::copy(original.join("Cargo.lock"), root.join("Cargo.lock")).unwrap();
        let manifest = fs::read_to_string(original.join("Cargo.toml")).unwrap();
        let members = manifest.lines().find(|line| line.starts_with("members = ")).unwrap();
        fs::write(root.join("Cargo.toml"), manifest.replace(members, "members = [\"core\"]")).unwrap();
        Self { root }
    }

    /// Runs this loom test, or all.
    fn run_loom(&self, test: Option<&str>) -> Output {
        Command::new(env!("CARGO"))
            .args(["test", "--offline", "--release", "-p", "sigtrip-core", "--test", "loom", "--"])
            .args(test.map_or(vec![], |test| vec!["--exact", test]))
            .current_dir(&self.root)
            .env("CARGO_TARGET_DIR", self.root.join("target"))
            .env("RUSTFLAGS", "--cfg sigtrip_loom")
            .env_remove("CARGO_ENCODED_RUSTFLAGS")
            .env("RUST_BACKTRACE", "0")
            // Each mutant is compiled once and run for a moment.
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
            .output()
            .unwrap()
    }

    /// Applies the mutant, runs its test, takes the mutant back.
    fn catches(&self, mutant: &Mutant, sound: &str) -> bool {
        let Mutant { what, file, from, to, test } = mutant;
        assert!(sound.contains(&format!("test {test} ... ok")), "{what}: there is no test {test}");
        let path = self.root.join("core/src").join(file);
        let source = fs::read_to_string(&path).unwrap();
        assert_eq!(source.matches(from).count(), 1, "{what}: stands in {file} once:\n{from}");
        fs::write(&path, source.replace(from, to)).unwrap();
        let output = self.run_loom(Some(test));
        fs::write(&path, source).unwrap();

        let text = text(&output);
        // A mutant that does not compile, or is not run, is a mistake in the table above.
        assert!(text.contains("running 1 test"), "{what}: did not run:\n{text}");
        let caught = !output.status.success() && text.contains("panicked at");
        println!("{}: {what} ({test})", if caught { "caught" } else { "NOT CAUGHT" });
        caught
    }
}

fn text(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes)).concat()
}

fn copy_dir(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_dir(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
