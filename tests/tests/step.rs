//! A signal at every instruction.
//!
//! Each public operation is stepped, one instruction after the other, and at each of them a signal is injected; then what must hold
//! is looked at: that the signal's handler ran, and no more often than it came, that nothing is left pending, that `errno`, the mask and the
//! dispositions are what they must be, that signal context has neither allocated nor made a system call that it may not make,
//! and that the process ends at all. Where an operation sleeps the signal comes before the system call's entry, and while
//! the process is seen asleep in it; a watchdog's expiry is a lost wake. Into the short operations two signals are injected, the same
//! and different ones: the second at each instruction of the first's handler, and one instruction later.
//!
//! ```text
//! cargo test -p sigtrip-tests --test step                        # a sample of the first 4000 of each
//! cargo test -p sigtrip-tests --release --test step              # a sample of all
//! cargo test -p sigtrip-tests --release --test step -- --ignored # every instruction
//! ```
//!
//! `src/bin/step_child` plays the operations: there a new one is a row of the table, and a function. Those of its rows that are
//! called `broken` are to fail: the tests of their names show that each kind of failure is found.
//!
//! What is stepped is the process itself, once; the signals go to copies of it (`step/copies.rs` says why these stand for it).
//! x86-64 Linux alone.

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
#[path = "step/mod.rs"]
mod step;

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn main() {
    step::main();
}

#[cfg(not(all(target_os = "linux", target_arch = "x86_64")))]
fn main() {
    println!("step: SKIPPED: only x86-64 Linux is stepped");
}
