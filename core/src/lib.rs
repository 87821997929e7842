//! The part of [sigtrip](https://docs.rs/sigtrip) that needs no operating system.
//!
//! A signal interrupts a program between any two instructions, where nearly nothing may be done. This crate does the
//! one thing that may: it *trips* a bit. The program runs the real handler later, at a *safe point* of its own
//! choosing, as ordinary code. No `std`, no heap, no system calls, no libc; memory is fixed at compile time. It runs
//! under a model checker, under a fuzzer, on a microcontroller, in somebody else's runtime.
//!
//! Who wants Unix signals in a Rust program uses `sigtrip`. This crate is for those who build such a thing: the author of a
//! runtime, of firmware, of a test.
//!
//! # Two contexts
//!
//! Each item says from which it may be used.
//!
//! - *Signal context*: inside a signal handler or an interrupt routine, on any thread, at any instruction, nested in
//!   itself. What may be called there touches only atomics in fixed memory: it does not lock, allocate, loop without
//!   bound, panic, or use a thread-local.
//! - *Owner context*: ordinary code of the thread that owns the dispatcher. Here handlers run; they may allocate, lock,
//!   fail, nest, and replace each other.
//!
//! # Words
//!
//! *Trip*: record a delivery. *Pending*: tripped, not yet dispatched. *Dispatch*: take what is pending and run its
//! handlers. *Safe point*: where the owner dispatches. *Disposition*: default, ignore, handler or foreign.
//!
//! # What it guarantees
//!
//! - No signal is lost: after every trip the handler runs at least once, in a dispatch that takes it later. Trips of
//!   one signal that come before it is taken coalesce into one.
//! - Signal context is bounded: [`Dispatcher::trip`] is two atomic read-modify-writes, and at most one wake for each sleep.
//!   Where the processor has none (Cortex-M0, RISC-V without A) each is a critical section of a few instructions.
//! - A handler that fails or panics strands nobody: what was not taken stays pending.
//! - Nothing is dropped in silence: a record that does not fit in the ring of [`Records`] is refused, and counted.
//! - Fixed memory: a [`Dispatcher`] is `WORDS * (WORD_BITS + 1)` machine words and four bytes, all zero at the start.
//!
//! # Where it runs
//!
//! On whatever loads and stores 32 bits in one step: hosts of 32 and 64 bits of either byte order, and bare metal. Where
//! `target_has_atomic = "ptr"` holds the crate depends on nothing. Elsewhere it depends on `critical-section`, and the program
//! must bring an implementation, as for every crate that uses it: on one core `cortex-m`'s, with the feature
//! `critical-section-single-core`, or the board's. On bare metal the interrupt routines are signal context, the main loop is the owner,
//! and an exception's number is its [`Signum`]; `std-shim/examples/firmware` is such a program.
//!
//! # The map of the house
//!
//! Floors, lowest first; a file uses only those before it.
//!
//! | file | what |
//! |---|---|
//! | `atomic.rs` | the one place that names atomics; one interface, and behind it one of four: |
//! | `atomic/native.rs` | `core::sync::atomic` |
//! | `atomic/locked.rs` | the same over the crate `critical-section`, where the target can not compare and swap |
//! | `atomic/loom.rs` | the model checker's |
//! | `atomic/stepped.rs` | one of the first two, with a test's hook before each step |
//! | `signum.rs` | [`Signum`], [`OutOfRange`] |
//! | `set.rs` | [`SignalSet`]: a plain value |
//! | `pending.rs` | [`Pending`]: the bitmap |
//! | `table.rs` | [`Disposition`], [`HandlerTable`], [`OneWord`]: one machine word per signal |
//! | `wake.rs` | [`Armed`]: how to sleep without missing a signal |
//! | `gate.rs` | [`Gate`]: when nobody in signal context can see any more what was taken away |
//! | `count.rs` | [`Counts`]: how many deliveries of each signal |
//! | `record.rs` | [`Records`]: what is known of each delivery, in a fixed ring |
//! | `inbox.rs` | [`Inbox`]: pending signals for which several threads wait |
//! | `kernel.rs` | [`Kernel`]: all that is asked of an operating system |
//! | `dispatcher.rs` | [`Dispatcher`]: the above put together |
#![no_std]
#![deny(unsafe_code)]

// Tests are ordinary programs.
#[cfg(all(not(sigtrip_loom), any(test, sigtrip_step)))]
extern crate std;

mod atomic;
mod count;
mod dispatcher;
mod gate;
mod inbox;
mod kernel;
mod pending;
mod record;
mod set;
mod signum;
mod table;
mod wake;

pub use atomic::WORD_BITS;
#[cfg(all(not(sigtrip_loom), any(test, sigtrip_step)))]
pub use atomic::step;
pub use count::Counts;
pub use dispatcher::{Dispatcher, Replaced};
pub use gate::{Entered, Gate};
pub use inbox::Inbox;
pub use kernel::Kernel;
pub use pending::Pending;
pub use record::{Cursor, Records};
pub use set::{Iter, SignalSet};
pub use signum::{OutOfRange, Signum};
pub use table::{Disposition, HandlerTable, OneWord};
pub use wake::Armed;
