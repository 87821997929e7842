//! `Disposition` and `HandlerTable`: what is to be done with each signal.
//!
//! An entry is one machine word, read by one load and replaced by one swap, both legal in any context. Its states
//! are those of [`Disposition`]; any caller may move it from any state to any other, and the swap hands the
//! old state back, so that there is never a doubt who owns a handler that was taken out. What can not happen: an
//! entry that is half of one disposition and half of another.
//!
//! The table copies words and never counts, frees or follows them: a handler is [`OneWord`], which is `Copy`. Who
//! stores counted pointers keeps the count himself, for as long as a word is in the table or in his hands.

#![allow(unsafe_code)] // a function pointer goes into an atomic word and comes out again

use core::{marker::PhantomData, ptr};

use crate::{
    OutOfRange, Signum, WORD_BITS,
    atomic::{AtomicPtr, Ordering, const_unless_loom, null_pointers},
};

/// What is done with a signal.
///
/// `H` is the handler; `F` is what is known about a foreign disposition (in a table nothing: `()`).
///
/// ```
/// # use sigtrip_core::{Disposition, Signum};
/// fn is_ours(disposition: Disposition<fn(Signum)>) -> bool {
///     matches!(disposition, Disposition::Handler(_))
/// }
/// assert!(is_ours(Disposition::Handler(|signal| println!("{signal}"))));
/// assert!(!is_ours(Disposition::default()));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Disposition<H, F = ()> {
    /// The system's default action: POSIX's `SIG_DFL`.
    #[default]
    Default,
    /// The signal is ignored: `SIG_IGN`.
    Ignore,
    /// Our handler, which runs at a safe point.
    Handler(H),
    /// Somebody else's handler, or one that can not be asked for. Python's `None`.
    Foreign(F),
}

/// A handler that fits one machine word: a function pointer, a `&'static` reference, a pointer that somebody counts.
///
/// ```
/// use sigtrip_core::{Disposition, HandlerTable, OneWord, Signum};
///
/// #[derive(Clone, Copy, Debug, PartialEq)]
/// struct Row(u8); // a handler by its number, as an interpreter may have it
///
/// // SAFETY: the words are 1 to 256, none of the three that are refused, and each is made from one row alone.
/// unsafe impl OneWord for Row {
///     fn into_word(self) -> *mut () {
///         std::ptr::without_provenance_mut(usize::from(self.0) + 1)
///     }
///     unsafe fn from_word(word: *mut ()) -> Self {
///         Self((word.addr() - 1) as u8)
///     }
/// }
///
/// let (table, int) = (HandlerTable::<Row, 1>::new(), Signum::new(2).unwrap());
/// table.swap(int, Disposition::Handler(Row(0))).unwrap();
/// assert_eq!(table.get(int), Disposition::Handler(Row(0)));
/// ```
///
/// # Safety
///
/// - `into_word` never returns null, nor the address `usize::MAX` or `usize::MAX - 1`: those say `Default`, `Ignore`
///   and `Foreign`.
/// - `from_word` of what `into_word` returned is the same value again, in any thread and as often as it is asked.
pub unsafe trait OneWord: Copy + Send + Sync + 'static {
    /// The handler as a word. Either context.
    fn into_word(self) -> *mut ();

    /// The handler again. Either context.
    ///
    /// # Safety
    ///
    /// - `word` was returned by `into_word` of this type.
    unsafe fn from_word(word: *mut ()) -> Self;
}

// SAFETY:
// - A function's address is not null, and at the two topmost addresses no function has room.
// - A pointer and a function pointer have the same size, and the round trip keeps provenance.
unsafe impl<R: 'static> OneWord for fn(Signum) -> R {
    #[inline]
    fn into_word(self) -> *mut () {
        self as *mut ()
    }

    #[inline]
    unsafe fn from_word(word: *mut ()) -> Self {
        // SAFETY: by the caller's promise the word was made from a function pointer of this very type.
        unsafe { core::mem::transmute::<*mut (), Self>(word) }
    }
}

// SAFETY:
// - A reference is not null. Memory never holds the address `usize::MAX`, so a value of two bytes or more starts below
//   `usize::MAX - 1`; smaller ones are refused at compile time.
// - The reference is `'static` and `T: Sync`, so that it may be made again anywhere, at any time.
unsafe impl<T: Sync> OneWord for &'static T {
    #[inline]
    fn into_word(self) -> *mut () {
        const { assert!(size_of::<T>() >= 2, "a handler behind a reference needs two bytes or more") };
        ptr::from_ref(self).cast_mut().cast()
    }

    #[inline]
    unsafe fn from_word(word: *mut ()) -> Self {
        // SAFETY: by the caller's promise the word was made from a `&'static T`.
        unsafe { &*word.cast::<T>() }
    }
}

/// The words that say something else than a handler.
const DEFAULT: *mut () = ptr::null_mut();
const IGNORE: *mut () = ptr::without_provenance_mut(usize::MAX);
const FOREIGN: *mut () = ptr::without_provenance_mut(usize::MAX - 1);

#[inline]
fn encode<H: OneWord>(disposition: Disposition<H>) -> *mut () {
    match disposition {
        Disposition::Default => DEFAULT,
        Disposition::Ignore => IGNORE,
        Disposition::Foreign(()) => FOREIGN,
        Disposition::Handler(handler) => handler.into_word(),
    }
}

#[inline]
fn decode<H: OneWord>(word: *mut ()) -> Disposition<H> {
    match word {
        DEFAULT => Disposition::Default,
        IGNORE => Disposition::Ignore,
        FOREIGN => Disposition::Foreign(()),
        // SAFETY: entries are written by `encode` alone, and what is none of the three came from `into_word`.
        _ => Disposition::Handler(unsafe { H::from_word(word) }),
    }
}

/// The disposition of each signal from 1 to `WORDS * WORD_BITS`: one machine word each.
///
/// ```
/// use sigtrip_core::{Disposition, HandlerTable, Signum};
///
/// static TABLE: HandlerTable<fn(Signum), 1> = HandlerTable::new();
/// fn hello(_: Signum) {}
///
/// let int = Signum::new(2).unwrap();
/// assert_eq!(TABLE.get(int), Disposition::Default);
/// let old = TABLE.swap(int, Disposition::Handler(hello)).unwrap();
/// assert_eq!(old, Disposition::Default);
/// assert!(matches!(TABLE.get(int), Disposition::Handler(_)));
/// ```
#[derive(Debug)]
pub struct HandlerTable<H, const WORDS: usize> {
    entries: [[AtomicPtr<()>; WORD_BITS]; WORDS],
    handlers: PhantomData<fn(H) -> H>,
}

impl<H: OneWord, const WORDS: usize> HandlerTable<H, WORDS> {
    const_unless_loom! {
        /// Every signal at `Default`. All bits zero, so that a `static` costs no space in a program's file.
        ///
        /// ```
        /// # use sigtrip_core::{Disposition, HandlerTable, Signum};
        /// static TABLE: HandlerTable<fn(Signum), 2> = HandlerTable::new();
        /// assert_eq!(TABLE.get(Signum::new(2).unwrap()), Disposition::Default);
        /// ```
        #[must_use]
        pub fn new() -> Self {
            Self { entries: null_pointers(), handlers: PhantomData }
        }
    }

    #[inline]
    fn entry(&self, signal: Signum) -> Result<&AtomicPtr<()>, OutOfRange> {
        let entry = self.entries.get(signal.word()).and_then(|word| word.get(signal.bit()));
        entry.ok_or(OutOfRange { signal, capacity: (WORDS * WORD_BITS) as u32 })
    }

    /// Refuses a number that `swap` would refuse: for who has something else to do first.
    pub(crate) fn check(&self, signal: Signum) -> Result<(), OutOfRange> {
        self.entry(signal).map(|_| ())
    }

    /// The signal's disposition: one load. `Default` for a number beyond the width. Either context.
    ///
    /// ```
    /// # use sigtrip_core::{Disposition, HandlerTable, Signum};
    /// let (table, int) = (HandlerTable::<fn(Signum), 1>::new(), Signum::new(2).unwrap());
    /// table.swap(int, Disposition::Ignore).unwrap();
    /// assert_eq!(table.get(int), Disposition::Ignore);
    /// ```
    #[inline]
    #[must_use]
    pub fn get(&self, signal: Signum) -> Disposition<H> {
        // Acquire: pairs with the Release of `swap`, so that what the handler points to is seen whole.
        self.entry(signal).map_or(Disposition::Default, |entry| decode(entry.load(Ordering::Acquire)))
    }

    /// Replaces the signal's disposition and hands the old one back: one swap. Either context.
    ///
    /// ```
    /// # use sigtrip_core::{Disposition, HandlerTable, Signum};
    /// let (table, int) = (HandlerTable::<fn(Signum), 1>::new(), Signum::new(2).unwrap());
    /// assert_eq!(table.swap(int, Disposition::Ignore), Ok(Disposition::Default));
    /// assert_eq!(table.swap(int, Disposition::Default), Ok(Disposition::Ignore));
    /// ```
    ///
    /// # Errors
    ///
    /// [`OutOfRange`] for a number beyond the width; nothing is changed.
    #[inline]
    pub fn swap(&self, signal: Signum, new: Disposition<H>) -> Result<Disposition<H>, OutOfRange> {
        let entry = self.entry(signal)?;
        // AcqRel: Release pairs with the Acquire of `get` (what the new handler points to), Acquire with the Release of
        // the swap that put the old one there (whoever gets it back may free it).
        Ok(decode(entry.swap(encode(new), Ordering::AcqRel)))
    }
}

impl<H: OneWord, const WORDS: usize> Default for HandlerTable<H, WORDS> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn handler(_: Signum) {}

    #[test]
    fn an_entry_comes_back_as_it_went_in() {
        let table = HandlerTable::<fn(Signum), 2>::new();
        let states = [
            Disposition::Handler(handler as fn(Signum)),
            Disposition::Ignore,
            Disposition::Foreign(()),
            Disposition::Default,
        ];
        for number in 1..=2 * WORD_BITS as u32 {
            let signal = Signum::new(number).unwrap();
            let mut before = Disposition::Default;
            for state in states {
                assert_eq!(table.swap(signal, state), Ok(before));
                assert_eq!(table.get(signal), state);
                before = state;
            }
        }
    }

    #[test]
    fn entries_do_not_touch_each_other() {
        let table = HandlerTable::<fn(Signum), 2>::new();
        let first_of_second_word = Signum::new(WORD_BITS as u32 + 1).unwrap();
        table.swap(first_of_second_word, Disposition::Ignore).unwrap();
        let set: crate::SignalSet<2> = (1..=2 * WORD_BITS as u32)
            .filter_map(Signum::new)
            .filter(|&signal| table.get(signal) != Disposition::Default)
            .collect();
        assert_eq!(set, crate::SignalSet::from_iter([first_of_second_word]));
    }

    #[test]
    fn a_number_beyond_the_width_is_refused() {
        let table = HandlerTable::<fn(Signum), 1>::new();
        let signal = Signum::new(WORD_BITS as u32 + 1).unwrap();
        let error = OutOfRange { signal, capacity: WORD_BITS as u32 };
        assert_eq!(table.swap(signal, Disposition::Ignore), Err(error));
        assert_eq!(table.get(signal), Disposition::Default);
    }

    #[test]
    fn references_are_handlers_too() {
        static WORDS: [u32; 2] = [7, 8];
        let table = HandlerTable::<&'static u32, 1>::new();
        let signal = Signum::new(1).unwrap();
        table.swap(signal, Disposition::Handler(&WORDS[1])).unwrap();
        assert_eq!(table.get(signal), Disposition::Handler(&8));
    }
}
