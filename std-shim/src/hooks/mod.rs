//! Hooks that are ready made, and safe: a flag, a number, a byte to a descriptor, the end of the process.
//!
//! A *hook* is code that runs in signal context, at the moment when a signal is delivered, on whatever thread that is. Nearly nothing may
//! be done there, so that to register code of one's own is [unsafe](crate::register_static_hook). What is here does only what may be
//! done, and needs no session:
//!
//! | what | how |
//! |---|---|
//! | a flag is set | [`Ready::set_flag`]; with std `set_flag` |
//! | a number is stored | [`Ready::store`]; with std `store` |
//! | deliveries are counted | [`Ready::count`]; with std `count` |
//! | a byte is written to a pipe or socket, an eventfd counts | with std `write_to` |
//! | a second Ctrl-C ends the process | [`Ready::conditional_shutdown`]; with std `conditional_shutdown` |
//! | where a flag says so, the signal does what it does by default | [`Ready::conditional_default`]; with std `conditional_default` |
//! | the same at once, from a hook or a handler | [`emulate_default`] |
//!
//! Each returns a [`HookId`] for [`unregister_hook`](crate::unregister_hook). Hooks of one signal run in the order in which they
//! were registered. For a flag that the second signal turns into the end, register the end first:
//!
#![cfg_attr(feature = "std", doc = "```no_run")]
#![cfg_attr(not(feature = "std"), doc = "```ignore")]
//! use std::sync::{Arc, atomic::{AtomicBool, Ordering}};
//! use sigtrip::{Signal, hooks};
//!
//! let stop = Arc::new(AtomicBool::new(false));
//! for signal in [Signal::INT, Signal::TERM] {
//!     hooks::conditional_shutdown(signal, stop.clone(), 1)?; // the second time: `stop` is set already
//!     hooks::set_flag(signal, stop.clone())?; // the first time
//! }
//! while !stop.load(Ordering::Relaxed) {
//!     // ... serve ...
//! }
//! # Ok::<(), sigtrip::Error>(())
//! ```

mod default;
#[cfg(feature = "std")]
mod descriptor;
mod ready;
#[cfg(feature = "std")]
mod shared;

pub use default::emulate_default;
#[cfg(feature = "std")]
pub use descriptor::write_to;
pub use ready::{Ready, register, register_with};
#[cfg(feature = "std")]
pub use shared::{Shared, conditional_default, conditional_shutdown, count, set_flag, store};

// For the documentation above.
#[allow(unused_imports)]
use crate::HookId;
