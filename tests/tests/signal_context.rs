//! Signal context, audited: what can run inside a signal handler is read from the optimised program, instruction by
//! instruction, and what does run is watched from outside.
//!
//! ```text
//! cargo test -p sigtrip-tests --release --test signal_context -- --nocapture
//! ```
//!
//! - **Read** (x86-64, release): from each entry that the kernel calls, along every branch and call, to the last instruction
//!   that can be reached. What is found on the way and is not on the list in `rules.rs` fails the test: a function that is not
//!   this library's (a panic, the heap, a lock, std), a name that libc is not asked for, a thread-local, a call of an unknown
//!   address, a loop without a bound, a stack too deep. The walk ends where our code does: in libc, by the listed names; in a
//!   notify hook and in an earlier fault handler, which are other people's code.
//! - **Watched** (Linux): each kind of delivery under ptrace, with the system calls between the handler's first instruction and
//!   its return; the heap of the thread that gets the signal; the stack, by paint.
//!
//! Each check is shown trampolines that are bad on purpose, and has to report them.

#[path = "signal_context/function.rs"]
mod function;
#[path = "signal_context/program.rs"]
mod program;
#[path = "signal_context/rules.rs"]
mod rules;

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
#[path = "signal_context/tracer.rs"]
mod tracer;
#[cfg(not(all(target_os = "linux", target_arch = "x86_64")))]
#[path = "signal_context/no_tracer.rs"]
mod tracer;
#[path = "signal_context/walk.rs"]
mod walk;
#[path = "signal_context/watch.rs"]
mod watch;

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    io::{Write as _, stdout},
};

use program::Program;
use sigtrip_tests::Program as Process;
use walk::Walk;

const CHILD: &str = env!("CARGO_BIN_EXE_signal_context_child");

/// Whether the program is one that can be read; says so if it is not.
fn is_readable() -> bool {
    let readable = cfg!(all(target_os = "linux", target_arch = "x86_64", not(debug_assertions)));
    if !readable {
        say("SKIPPED: only an optimised x86-64 program is read\n");
    }
    readable
}

/// Past the test harness, which keeps to itself what a test prints that passes.
fn say(text: &str) {
    stdout().lock().write_all(text.as_bytes()).expect("standard output is open");
}

/// Every entry, as the program itself has the kernel tell it.
fn entries() -> BTreeMap<String, u64> {
    let printed = Process::start(CHILD, &["entries"]).finish();
    printed.with_status(0);
    let entry = |line: &String| {
        let (address, name) = line.split_once(' ').expect("an address and a name");
        (name.to_owned(), u64::from_str_radix(address, 16).expect("an address"))
    };
    printed.lines.iter().map(entry).collect()
}

#[test]
fn nothing_forbidden_can_be_reached_from_a_trampoline() {
    if !is_readable() {
        return;
    }
    let (program, entries) = (Program::read(CHILD), entries());
    let mut table = format!(
        "{:12} {:>9} {:>12} {:>7} {:>5}  from libc\n",
        "entry", "functions", "instructions", "longest", "stack"
    );
    let mut broken = Vec::new();
    for rules in rules::ALL {
        let walk = Walk::from(&program, entries[rules.entry]);
        writeln!(
            table,
            "{:12} {:9} {:12} {:7} {:5}  {}",
            rules.entry,
            walk.functions(),
            walk.instructions(),
            walk.longest,
            walk.stack,
            walk.imports.iter().map(String::as_str).collect::<Vec<_>>().join(" ")
        )
        .expect("a string takes everything");
        broken.extend(rules.broken(&walk).into_iter().map(|what| format!("{}: {what}", rules.entry)));
    }
    say(&table);
    assert!(broken.is_empty(), "{broken:#?}");
}

/// And only it, so that each was reported for what it is.
#[test]
fn each_bad_trampoline_is_reported() {
    if !is_readable() {
        return;
    }
    let (program, entries) = (Program::read(CHILD), entries());
    for (name, report) in rules::PLANTED {
        let broken = rules::BARE.broken(&Walk::from(&program, entries[*name]));
        assert!(broken.iter().any(|what| what.contains(report)), "{name}: no {report:?} in {broken:#?}");
    }
    let nothing = rules::BARE.broken(&Walk::from(&program, entries["does nothing"]));
    assert!(nothing.is_empty(), "{nothing:#?}");
}
