//! Signal context.
//!
//! What is in this folder runs inside a signal handler: on any thread, at any instruction, nested in itself. It uses no
//! `std`, no heap, no lock, no thread-local and nothing that can panic, and keeps `errno`; a test reads these files
//! and holds them to it. It never calls `owner/`.

pub(crate) mod extras;
mod kernel;
mod shutdown;
mod trampoline;
mod wake;

pub use kernel::Foreign;
pub(crate) use kernel::Unix;
pub(crate) use shutdown::{forget_request, requested_by};
pub(crate) use trampoline::Trampoline;
pub(crate) use wake::sleep_on;

use core::ptr::NonNull;

use sigtrip_core::{Dispatcher, OneWord};

use crate::sys;

/// What the table holds for a signal: a pointer that only `handler.rs` makes, follows and counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Word(pub(crate) NonNull<()>);

/// The one dispatcher of this copy of the library.
pub(crate) static DISPATCHER: Dispatcher<Word, { sys::WORDS }> = Dispatcher::new();

mod word {
    #![allow(unsafe_code)] // the promises of a pointer in the table

    use super::{NonNull, OneWord, Word};

    // SAFETY: the pointee is a handler, which is `Send + Sync` (see `handler.rs`); nothing here follows the pointer.
    unsafe impl Send for Word {}
    // SAFETY: as above.
    unsafe impl Sync for Word {}

    // SAFETY:
    // - A handler's header is larger than two bytes, so its address is not null nor one of the two topmost.
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
