//! The core under loom: every interleaving of two threads, and of three where that ends, each load reading any value
//! that the memory model lets it read. A signal on another thread is a thread here; a signal that interrupts its own
//! thread is not loom's to show, and is played in `src/dispatcher/tests/reentrancy.rs`.
//!
//! ```text
//! RUSTFLAGS="--cfg sigtrip_loom" cargo test -p sigtrip-core --release --test loom --target-dir target/loom
//! ```
//!
//! Each test prints how many interleavings it went through (`-- --nocapture`). That it would fail if the code were
//! weaker is itself tested, in `tests/tests/loom_mutants.rs`; who adds a test here adds its mutant there.
#![cfg(sigtrip_loom)]

#[path = "loom/clear.rs"]
mod clear;
#[path = "loom/gate.rs"]
mod gate;
#[path = "loom/inbox.rs"]
mod inbox;
#[path = "loom/record.rs"]
mod record;
#[path = "loom/sleep.rs"]
mod sleep;
#[path = "loom/table.rs"]
mod table;
#[path = "loom/trip.rs"]
mod trip;
#[path = "loom/world.rs"]
mod world;
