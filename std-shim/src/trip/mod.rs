//! Signal context.
//!
//! What is in this folder runs inside a signal handler: on any thread, at any instruction, nested in itself. It uses no
//! `std`, no heap, no lock, no thread-local and nothing that can panic, and keeps `errno`; a test reads these files
//! and holds them to it. It never calls `owner/`.

pub(crate) mod extras;
pub(crate) mod hook;
#[cfg(feature = "std")]
mod inbox;
mod kernel;
pub(crate) mod parts;
pub(crate) mod record;
mod shutdown;
mod trampoline;
mod wake;

#[cfg(feature = "async")]
pub(crate) use inbox::HELPER;
#[cfg(feature = "std")]
pub(crate) use inbox::{Inbox, ROOM, Ring};
pub use kernel::Foreign;
pub(crate) use kernel::Unix;
pub(crate) use shutdown::{forget_request, requested_by};
pub(crate) use trampoline::{Trampoline, deliver};
pub(crate) use wake::sleep_on;

use core::ptr::NonNull;

use sigtrip_core::{Dispatcher, OneWord};

use crate::sys;

/// What the table holds for a signal: an opaque machine word. The library never follows it.
///
/// In a session of closures it points to a handler, which `handler/` alone makes, follows and counts; in a host's session it
/// is what the host likes. Any value but 0 and the two highest, which say *default*, *ignore* and *foreign*. A plain value.
///
/// ```
/// use sigtrip::embed::Word;
///
/// let index = Word::new(7).unwrap(); // the index of a handler in the host's own table
/// assert_eq!(index.get(), 7);
/// assert_eq!(Word::new(0), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word(NonNull<()>);

impl Word {
    /// The word of a number; `None` for 0 and the two highest.
    ///
    /// ```
    /// use sigtrip::embed::Word;
    ///
    /// assert!(Word::new(1).is_some());
    /// assert!(Word::new(0).is_none() && Word::new(usize::MAX).is_none());
    /// ```
    #[must_use]
    pub fn new(word: usize) -> Option<Self> {
        Self::from_ptr(core::ptr::without_provenance_mut(word))
    }

    /// The word of a pointer; `None` for null and the two highest addresses.
    ///
    /// ```
    /// use sigtrip::embed::Word;
    ///
    /// let mut callable = "what the host calls";
    /// let pointer = (&raw mut callable).cast::<()>();
    /// assert_eq!(Word::from_ptr(pointer).unwrap().as_ptr(), pointer);
    /// ```
    #[must_use]
    pub fn from_ptr(pointer: *mut ()) -> Option<Self> {
        NonNull::new(pointer).filter(|pointer| pointer.addr().get() < usize::MAX - 1).map(Self)
    }

    /// The number.
    ///
    /// ```
    /// # use sigtrip::embed::Word;
    /// assert_eq!(Word::new(3).unwrap().get(), 3);
    /// ```
    #[must_use]
    pub fn get(self) -> usize {
        self.0.addr().get()
    }

    /// The pointer. To follow it is at the host's own risk.
    ///
    /// ```
    /// # use sigtrip::embed::Word;
    /// assert_eq!(Word::new(3).unwrap().as_ptr().addr(), 3);
    /// ```
    #[must_use]
    pub const fn as_ptr(self) -> *mut () {
        self.0.as_ptr()
    }

    /// For a pointer to a handler's header, which is no small thing.
    pub(crate) const fn of_header(pointer: NonNull<()>) -> Self {
        Self(pointer)
    }

    pub(crate) const fn pointer(self) -> NonNull<()> {
        self.0
    }
}

/// The one dispatcher of this copy of the library.
pub(crate) static DISPATCHER: Dispatcher<Word, { sys::WORDS }> = Dispatcher::new();

mod word {
    #![allow(unsafe_code)] // the promises of a pointer in the table

    use super::{NonNull, OneWord, Word};

    // SAFETY: it is a number as far as this type goes: nothing safe follows it. `handler/`, which does, has pointees that are
    // `Send + Sync`.
    unsafe impl Send for Word {}
    // SAFETY: as above.
    unsafe impl Sync for Word {}

    // SAFETY:
    // - `from_ptr` refuses null and the two topmost addresses; `of_header` is given the address of something larger than two
    //   bytes, which is none of them.
    // - The pointer goes in and comes out unchanged.
    unsafe impl OneWord for Word {
        #[inline]
        fn into_word(self) -> *mut () {
            self.0.as_ptr()
        }

        #[inline]
        unsafe fn from_word(word: *mut ()) -> Self {
            // SAFETY: the caller hands back what `into_word` returned, which is not null.
            Self(unsafe { NonNull::new_unchecked(word) })
        }
    }
}
