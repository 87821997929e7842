//! The body that ships: `core::sync::atomic`.

pub(crate) use core::sync::atomic::{AtomicPtr, AtomicU32, AtomicUsize, Ordering};

/// Signals per word of a bitmap: the width of `usize`, in bits.
pub const WORD_BITS: usize = usize::BITS as usize;

pub(crate) const fn zeroed_words<const N: usize>() -> [AtomicUsize; N] {
    [const { AtomicUsize::new(0) }; N]
}

pub(crate) const fn zeroed_rows<const LENGTH: usize, const N: usize>() -> [[AtomicUsize; LENGTH]; N] {
    [const { zeroed_words() }; N]
}

pub(crate) const fn null_pointers<const N: usize>() -> [[AtomicPtr<()>; WORD_BITS]; N] {
    [const { [const { AtomicPtr::new(core::ptr::null_mut()) }; WORD_BITS] }; N]
}
