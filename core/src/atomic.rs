//! The one place that names atomics.
//!
//! Everything above sees one interface: `AtomicUsize`, `AtomicU32`, `AtomicPtr`, `Ordering`, [`WORD_BITS`] and
//! functions that make arrays of them. Which body stands behind it is decided here, once, by path:
//!
//! | body | when | what for |
//! |---|---|---|
//! | `native` | otherwise | `core::sync::atomic` |
//! | `locked` | the target can not compare and swap; `--cfg sigtrip_locked` | the same interface over `critical-section` |
//! | `loom` | `--cfg sigtrip_loom` | every interleaving of two and three threads |
//! | `stepped` | unit tests, and `--cfg sigtrip_step` for the fuzzer | a test's hook runs before each atomic step, as a signal would; the step is `native`'s or `locked`'s |
//!
//! `locked` is chosen by the target and never by a feature: a feature that some crate of a program turns on would change
//! the others. The cfg is there so that the whole suite runs over it on any machine.

#[cfg(all(target_pointer_width = "16", not(target_has_atomic = "ptr")))]
compile_error!("sigtrip-core needs to load and store 32 bits in one step; this target can not");

#[cfg(not(sigtrip_loom))]
#[cfg_attr(any(sigtrip_locked, not(target_has_atomic = "ptr")), path = "atomic/locked.rs")]
#[cfg_attr(not(any(sigtrip_locked, not(target_has_atomic = "ptr"))), path = "atomic/native.rs")]
mod plain;

#[cfg(sigtrip_loom)]
#[path = "atomic/loom.rs"]
mod body;
#[cfg(all(not(sigtrip_loom), any(test, sigtrip_step)))]
#[path = "atomic/stepped.rs"]
mod body;
#[cfg(not(any(sigtrip_loom, test, sigtrip_step)))]
use plain as body;

#[cfg(not(sigtrip_loom))]
mod arrays;
#[cfg(sigtrip_loom)]
use body as arrays;

pub use arrays::WORD_BITS;
pub(crate) use arrays::{null_pointers, zeroed_rows, zeroed_words};
pub(crate) use body::{AtomicPtr, AtomicU32, AtomicUsize, Ordering};

#[cfg(all(not(sigtrip_loom), any(test, sigtrip_step)))]
pub use body::step;

/// Defines a `const fn`; under loom, whose atomics are made at run time, a plain one.
macro_rules! const_unless_loom {
    ($(#[$meta:meta])* $vis:vis fn $name:ident() -> $ret:ty $body:block) => {
        #[cfg(not(sigtrip_loom))]
        $(#[$meta])*
        $vis const fn $name() -> $ret $body
        #[cfg(sigtrip_loom)]
        $(#[$meta])*
        $vis fn $name() -> $ret $body
    };
}
pub(crate) use const_unless_loom;
