//! What a process has, so that what a storm has leaked can be told.

use std::{collections::BTreeMap, fmt::Write, fs, thread, time::Instant};

use sigtrip::{Signal, Timer, getitimer};
use sigtrip_tests::{
    PATIENCE,
    raw::{self, Action},
};

use crate::heap;

/// Descriptors by number, with what they are; dispositions, masks, threads, children, timers, the heap and the memory.
pub(crate) struct Belongings {
    descriptors: BTreeMap<String, String>,
    actions: Vec<Action>,
    facts: BTreeMap<&'static str, String>,
    heap: (i64, i64),
    resident: u64,
}

/// What the system keeps for the threads and the children that were: stacks, page tables, a heap in pieces. A leak in a storm of a
/// minute is larger.
const BOUND: u64 = 16 << 20;

impl Belongings {
    pub(crate) fn now() -> Self {
        let mut now = Self {
            descriptors: descriptors(),
            actions: Signal::all()
                .filter(|&it| !is_reserved(it))
                .map(|it| raw::sigaction(it, None))
                .collect(),
            facts: facts(),
            heap: (0, 0),
            resident: resident(),
        };
        now.heap = heap::in_use(); // with what was allocated here
        now
    }

    /// What is not as it was; empty if everything is.
    pub(crate) fn missing_or_new(&self) -> String {
        self.wait_for_threads();
        let heap = heap::in_use(); // before anything is allocated here
        let now = Self::now();
        let mut differences = String::new();
        let mut compare = |what: &str, before: &dyn std::fmt::Debug, now: &dyn std::fmt::Debug| {
            let (before, now) = (format!("{before:?}"), format!("{now:?}"));
            if before != now {
                write!(differences, "[{what}: {before}, now {now}]").expect("a string");
            }
        };
        compare("descriptors", &self.descriptors, &now.descriptors);
        compare("dispositions", &self.actions, &now.actions);
        compare("facts", &self.facts, &now.facts);
        compare("heap, in blocks and bytes", &self.heap, &heap);
        if now.resident > self.resident + BOUND {
            compare("resident bytes", &self.resident, &now.resident);
        }
        differences
    }
}

impl Belongings {
    /// Until the kernel counts as many threads as before: one that was joined it counts a moment longer. One that stays is told of.
    fn wait_for_threads(&self) {
        let start = Instant::now();
        while facts()["Threads"] != self.facts["Threads"] && start.elapsed() < PATIENCE {
            thread::yield_now();
        }
    }
}

/// The numbers that glibc keeps for itself.
pub(crate) fn is_reserved(signal: Signal) -> bool {
    [32, 33].contains(&signal.number())
}

fn descriptors() -> BTreeMap<String, String> {
    let entries = fs::read_dir("/proc/self/fd").expect("there is /proc");
    let name = |entry: std::io::Result<fs::DirEntry>| {
        let entry = entry.expect("it can be read");
        let what = fs::read_link(entry.path()).map(|link| link.to_string_lossy().into_owned());
        (entry.file_name().to_string_lossy().into_owned(), what.unwrap_or_default())
    };
    // One of them is that by which they are read.
    entries.map(name).filter(|(_, what)| !what.contains("/fd")).collect()
}

fn facts() -> BTreeMap<&'static str, String> {
    let status = fs::read_to_string("/proc/self/status").expect("there is /proc");
    let wanted = ["Threads", "SigPnd", "ShdPnd", "SigBlk"];
    let fact = |name: &'static str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).expect("the kernel tells");
        (name, line.trim_start_matches(':').trim().to_owned())
    };
    let timers = [Timer::Real, Timer::Virtual, Timer::Prof];
    let timers = timers.map(|timer| getitimer(timer).expect("it is known"));
    let mut facts: BTreeMap<_, _> = wanted.into_iter().map(fact).collect();
    facts.insert("timers", format!("{timers:?}"));
    facts.insert("children", raw::has_children().to_string());
    facts
}

fn resident() -> u64 {
    let statm = fs::read_to_string("/proc/self/statm").expect("there is /proc");
    let pages = statm.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok()).expect("a number");
    pages * 4096
}
