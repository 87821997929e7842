//! Would loom notice? Each row below makes the core weaker in one place: an ordering relaxed, a read-modify-write split
//! into load and store, two steps in the wrong order. The loom test that the row names must fail then. A row that does
//! not fail is an ordering that nothing needs, or a test that proves nothing.
//!
//! ```text
//! cargo test -p sigtrip-tests --test loom_mutants -- --ignored --nocapture
//! ```
//!
//! That no ordering and no read-modify-write of the core is forgotten here is a test too, see `loom_mutants/complete.rs`. Two
//! steps in the wrong order can not be found by reading: who writes such a pair adds its row.

#[path = "loom_mutants/complete.rs"]
mod complete;
#[path = "loom_mutants/gate.rs"]
mod gate;
#[path = "loom_mutants/inbox.rs"]
mod inbox;
#[path = "loom_mutants/record.rs"]
mod record;

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
    /// The test in `core/tests/loom/` that must fail.
    test: &'static str,
}

/// Those of the bitmap, the table, the armed word and the dispatcher.
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
        from: "self.word.fetch_and(!Self::ARMED, Ordering::AcqRel) & Self::ARMED != 0",
        to: "self.word.fetch_and(!Self::ARMED, Ordering::Acquire) & Self::ARMED != 0",
        test: "a_trip_wakes_who_goes_to_sleep",
    },
    Mutant {
        what: "fire does not acquire",
        file: "wake.rs",
        from: "self.word.fetch_and(!Self::ARMED, Ordering::AcqRel) & Self::ARMED != 0",
        to: "self.word.fetch_and(!Self::ARMED, Ordering::Release) & Self::ARMED != 0",
        test: "a_wake_sees_what_the_owner_wrote_before_it_armed",
    },
    Mutant {
        what: "fire looks before it swaps",
        file: "wake.rs",
        from: "self.word.fetch_and(!Self::ARMED, Ordering::AcqRel) & Self::ARMED != 0",
        to: "self.is_armed() && self.word.fetch_and(!Self::ARMED, Ordering::AcqRel) & Self::ARMED != 0",
        test: "a_trip_wakes_who_goes_to_sleep",
    },
    Mutant {
        what: "an event's fire looks before it swaps",
        file: "wake.rs",
        from: "self.word.fetch_and(!Self::ARMED, Ordering::AcqRel) & Self::ARMED != 0",
        to: "self.is_armed() && self.word.fetch_and(!Self::ARMED, Ordering::AcqRel) & Self::ARMED != 0",
        test: "another_event_wakes_too",
    },
    Mutant {
        what: "fire is a load and a store",
        file: "wake.rs",
        from: "self.word.fetch_and(!Self::ARMED, Ordering::AcqRel) & Self::ARMED != 0",
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
        what: "the clear is a load and a store: a trip between them is half lost",
        file: "pending.rs",
        from: "word.fetch_and(0, Ordering::Relaxed);",
        to: "let _ = word.load(Ordering::Relaxed); word.store(0, Ordering::Relaxed);",
        test: "what_was_pending_is_forgotten_and_a_trip_meanwhile_is_whole_or_gone",
    },
    Mutant {
        what: "the take is a load and a store: what was forgotten comes back",
        file: "pending.rs",
        from: "word.fetch_and(!(1 << bit), Ordering::Acquire)",
        to: "{ let was = word.load(Ordering::Acquire); word.store(was & !(1 << bit), Ordering::Release); was }",
        test: "what_was_forgotten_is_not_put_back_by_a_pass",
    },
    Mutant {
        what: "trip is a load and a store: one after a clear is lost to another's",
        file: "pending.rs",
        from: "word.fetch_or(signal.mask(), Ordering::Release);",
        to: "word.store(word.load(Ordering::Acquire) | signal.mask(), Ordering::Release);",
        test: "a_trip_after_the_clear_is_handled",
    },
    Mutant {
        what: "the table is read before the bit is taken",
        file: "dispatcher.rs",
        from: "for signal in self.pending.pass() {
            run(signal, self.table.get(signal))?;",
        to: "let early = self.table.get(Signum::new(1).unwrap());
        for signal in self.pending.pass() {
            run(signal, if signal.get() == 1 { early } else { self.table.get(signal) })?;",
        test: "a_handler_that_was_set_before_the_trip_is_the_one_that_runs",
    },
    Mutant {
        what: "the table's swap does not release, with a trip on a third thread",
        file: "table.rs",
        from: "entry.swap(encode(new), Ordering::AcqRel)",
        to: "entry.swap(encode(new), Ordering::Acquire)",
        test: "a_change_a_trip_and_a_pass_at_once",
    },
    Mutant {
        what: "a removal changes the table before it asks the kernel",
        file: "dispatcher.rs",
        from: "let before = kernel.set_disposition(signal, new)?;",
        to: "let old = self.table.swap(signal, Disposition::Default)?;
        let before = kernel.set_disposition(signal, new)?;
        self.table.swap(signal, old)?;",
        test: "there_is_no_moment_when_the_kernel_delivers_and_the_table_has_no_handler",
    },
    Mutant {
        what: "the owner is awake and does not disarm",
        file: "dispatcher.rs",
        from: "let _disarm = OnLeaving(|| self.armed.disarm());",
        to: "let _disarm = OnLeaving(|| ());",
        test: "the_pass_after_a_sleep_sees_what_it_was_woken_for",
    },
    Mutant {
        what: "arm is a store, and two threads trip",
        file: "wake.rs",
        from: "self.word.swap(Self::ARMED, Ordering::AcqRel);",
        to: "self.word.store(Self::ARMED, Ordering::Release);",
        test: "whichever_of_two_threads_trips_first_who_sleeps_is_woken",
    },
    Mutant {
        what: "fire looks before it swaps, and a signal and an event come",
        file: "wake.rs",
        from: "self.word.fetch_and(!Self::ARMED, Ordering::AcqRel) & Self::ARMED != 0",
        to: "self.is_armed() && self.word.fetch_and(!Self::ARMED, Ordering::AcqRel) & Self::ARMED != 0",
        test: "a_trip_and_another_event_at_once_wake",
    },
    Mutant {
        what: "a pass wakes for the rest only when it fails",
        file: "dispatcher.rs",
        from: "run(signal, self.table.get(signal))?;
        }
        Ok(())",
        to: "run(signal, self.table.get(signal))?;
        }
        core::mem::forget(_wake_for_the_rest);
        Ok(())",
        test: "a_pass_that_leaves_a_bit_behind_its_cursor_wakes_who_sleeps",
    },
];

fn mutants() -> impl Iterator<Item = &'static Mutant> {
    MUTANTS.iter().chain(gate::MUTANTS).chain(record::MUTANTS).chain(inbox::MUTANTS)
}

#[test]
#[ignore = "compiles the core once for each mutant; .ci/run does it"]
fn loom_catches_every_mutant() {
    let copy = Copy::of_the_core();
    let sound = copy.run_loom(None);
    assert!(sound.status.success(), "loom fails as it is:\n{}", text(&sound));
    let explored = interleavings(&text(&sound));
    let survivors: Vec<_> = mutants().filter(|mutant| !copy.catches(mutant, &text(&sound))).collect();
    println!("{} models, {} interleavings", explored.len(), explored.iter().sum::<usize>());
    println!("{} of {} mutants caught", mutants().count() - survivors.len(), mutants().count());
    assert!(survivors.is_empty());
}

/// How many each model went through, as the models print it.
fn interleavings(sound: &str) -> Vec<usize> {
    let counts = sound.lines().filter_map(|line| line.strip_suffix(" interleavings")?.rsplit_once(": "));
    counts.map(|(_, count)| count.parse().unwrap()).collect()
}

/// The name of this test with its module, from the list of those that passed.
fn full_name<'a>(test: &str, sound: &'a str) -> Option<&'a str> {
    let mut names = sound.lines().filter_map(|line| line.strip_prefix("test ")?.strip_suffix(" ... ok"));
    names.find(|name| name.rsplit("::").next() == Some(test))
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
            .args(test.map_or(vec!["--show-output"], |test| vec!["--exact", test]))
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
        let name = full_name(test, sound).unwrap_or_else(|| panic!("{what}: there is no test {test}"));
        let path = self.root.join("core/src").join(file);
        let source = fs::read_to_string(&path).unwrap();
        assert_eq!(source.matches(from).count(), 1, "{what}: stands in {file} once:\n{from}");
        fs::write(&path, source.replace(from, to)).unwrap();
        let output = self.run_loom(Some(name));
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
