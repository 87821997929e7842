//! The ring of records, and the counts. `Records::forget_all` has no row: nobody may meet it.

use super::Mutant;

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant {
        what: "a push publishes before it writes",
        file: "record.rs",
        from: "        for (word, &value) in words.iter().zip(record) {
            // Relaxed: the Release below publishes it.
            word.store(value, Ordering::Relaxed);
        }
",
        to: "        stamp.store(Self::free(position) + PUBLISHED, Ordering::Release);
        for (word, &value) in words.iter().zip(record) {
            word.store(value, Ordering::Relaxed);
        }
",
        test: "a_record_is_taken_whole_and_once",
    },
    Mutant {
        what: "a push does not release",
        file: "record.rs",
        from: "stamp.store(Self::free(position) + PUBLISHED, Ordering::Release);",
        to: "stamp.store(Self::free(position) + PUBLISHED, Ordering::Relaxed);",
        test: "a_record_in_a_used_slot_is_taken_whole",
    },
    Mutant {
        what: "a take does not acquire",
        file: "record.rs",
        from: "let seen = stamp.load(Ordering::Acquire);",
        to: "let seen = stamp.load(Ordering::Relaxed);",
        test: "a_record_is_taken_whole_and_once",
    },
    Mutant {
        what: "a claim does not acquire",
        file: "record.rs",
        from: "if stamp.load(Ordering::Acquire) == Self::free(position) {",
        to: "if stamp.load(Ordering::Relaxed) == Self::free(position) {",
        test: "a_slot_is_written_after_its_record_was_read",
    },
    Mutant {
        what: "a claim is a load and a store",
        file: "record.rs",
        from: "return self
                .tail
                .compare_exchange(position, next, Ordering::Relaxed, Ordering::Relaxed)
                .map_err(Some);",
        to: "self.tail.store(next, Ordering::Relaxed);
            return Ok(position);",
        test: "two_producers_have_a_slot_each",
    },
    Mutant {
        what: "a claim does not look whether the slot is free",
        file: "record.rs",
        from: "if stamp.load(Ordering::Acquire) == Self::free(position) {",
        to: "if stamp.load(Ordering::Acquire) != usize::MAX {",
        test: "of_two_producers_for_one_slot_one_is_refused",
    },
    Mutant {
        what: "a refusal is counted by a load and a store",
        file: "record.rs",
        from: "self.refused.fetch_add(1, Ordering::Relaxed);",
        to: "self.refused.store(self.refused.load(Ordering::Relaxed) + 1, Ordering::Relaxed);",
        test: "of_two_refused_both_are_counted",
    },
    Mutant {
        what: "a taker does not ask whether it was the one",
        file: "record.rs",
        from: "stamp.compare_exchange(published, taken, Ordering::Release, Ordering::Relaxed).is_ok()",
        to: "stamp.compare_exchange(published, taken, Ordering::Release, Ordering::Relaxed).is_ok() || true",
        test: "of_two_takers_one_gets_each_record",
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
        test: "of_two_takers_one_gets_each_record",
    },
    Mutant {
        what: "a taker does not release what it has read",
        file: "record.rs",
        from: "stamp.compare_exchange(published, taken, Ordering::Release, Ordering::Relaxed).is_ok()",
        to: "stamp.compare_exchange(published, taken, Ordering::Relaxed, Ordering::Relaxed).is_ok()",
        test: "a_slot_that_another_taker_frees_is_written_after_its_record_was_read",
    },
    Mutant {
        what: "who frees a slot does not acquire what its taker has read",
        file: "record.rs",
        from: "if stamp.load(Ordering::Acquire) != Self::free(head) + TAKEN {",
        to: "if stamp.load(Ordering::Relaxed) != Self::free(head) + TAKEN {",
        test: "a_slot_that_another_taker_frees_is_written_after_its_record_was_read",
    },
    Mutant {
        what: "a slot is freed without a release",
        file: "record.rs",
        from: "stamp.store(Self::free(head.wrapping_add(SLOTS)), Ordering::Release);",
        to: "stamp.store(Self::free(head.wrapping_add(SLOTS)), Ordering::Relaxed);",
        test: "a_slot_is_written_after_its_record_was_read",
    },
    Mutant {
        what: "a slot is freed before the head has moved past it",
        file: "record.rs",
        from: "            if self.head.compare_exchange(head, next, Ordering::Relaxed, Ordering::Relaxed).is_ok() {",
        to: "            stamp.store(Self::free(head.wrapping_add(SLOTS)), Ordering::Release);
            if self.head.compare_exchange(head, next, Ordering::Relaxed, Ordering::Relaxed).is_ok() && false {",
        test: "a_slot_is_freed_once",
    },
    Mutant {
        what: "the head moves by a store",
        file: "record.rs",
        from: "            if self.head.compare_exchange(head, next, Ordering::Relaxed, Ordering::Relaxed).is_ok() {",
        to: "            self.head.store(next, Ordering::Relaxed);
            if true {",
        test: "a_slot_is_freed_once",
    },
    Mutant {
        what: "a delivery is counted by a load and a store",
        file: "count.rs",
        from: "count.fetch_add(1, Ordering::Relaxed);",
        to: "count.store(count.load(Ordering::Relaxed) + 1, Ordering::Relaxed);",
        test: "two_deliveries_are_two",
    },
    Mutant {
        what: "a count is taken by a load and a store",
        file: "count.rs",
        from: "count.swap(0, Ordering::Relaxed)",
        to: "{ let was = count.load(Ordering::Relaxed); count.store(0, Ordering::Relaxed); was }",
        test: "a_delivery_is_in_one_number_that_is_taken_or_in_the_next",
    },
];
