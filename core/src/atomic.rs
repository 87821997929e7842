//! The one place that names atomics.
//!
//! Everything above sees one interface: `AtomicUsize`, `AtomicU32`, `AtomicPtr`, `Ordering`, [`WORD_BITS`] and
//! functions that make arrays of them. Which body stands behind it is decided here, once, by path:
//!
//! | body | when | what for |
//! |---|---|---|
//! | `native` | otherwise | `core::sync::atomic` |
//! | `loom` | `--cfg sigtrip_loom` | every interleaving of two and three threads |
//! | `stepped` | unit tests, and `--cfg sigtrip_step` for the fuzzer | a test's hook runs before each atomic step, as a signal would |
//!
//! A fourth body, `locked`, belongs here for targets that can not compare and swap: the same interface over
//! `critical-section`, chosen by `not(target_has_atomic = "ptr")` and never by a feature. Until it is written
//! such a target is refused below.

#[cfg(not(target_has_atomic = "ptr"))]
compile_error!("sigtrip-core needs atomic read-modify-write of pointer width; this target has none");

#[cfg_attr(sigtrip_loom, path = "atomic/loom.rs")]
#[cfg_attr(all(not(sigtrip_loom), any(test, sigtrip_step)), path = "atomic/stepped.rs")]
#[cfg_attr(not(any(sigtrip_loom, test, sigtrip_step)), path = "atomic/native.rs")]
mod body;

pub use body::WORD_BITS;
pub(crate) use body::{
    AtomicPtr, AtomicU32, AtomicUsize, Ordering, null_pointers, zeroed_rows, zeroed_words,
};

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
