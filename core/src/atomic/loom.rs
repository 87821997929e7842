//! The body for the model checker. Words are narrow, so that a table stays small and a test that crosses from
//! one word to the next needs few signals.

pub(crate) use loom::sync::atomic::{AtomicPtr, AtomicU32, AtomicUsize, Ordering};

/// Signals per word of a bitmap.
pub const WORD_BITS: usize = 2;

pub(crate) fn zeroed_words<const N: usize>() -> [AtomicUsize; N] {
    core::array::from_fn(|_| AtomicUsize::new(0))
}

pub(crate) fn zeroed_rows<const LENGTH: usize, const N: usize>() -> [[AtomicUsize; LENGTH]; N] {
    core::array::from_fn(|_| zeroed_words())
}

pub(crate) fn null_pointers<const N: usize>() -> [[AtomicPtr<()>; WORD_BITS]; N] {
    core::array::from_fn(|_| core::array::from_fn(|_| AtomicPtr::new(core::ptr::null_mut())))
}
