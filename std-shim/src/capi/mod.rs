//! The C interface: what `include/sigtrip.h` declares. That file is its documentation.
//!
//! Each function here is one of the header's, of the same name and types (a test compares the two), and a thin one: it turns numbers and
//! pointers into this crate's types, calls it inside [`entry`], and turns the result into a number. What can not happen: a panic
//! that leaves through C's frames; a null pointer that is followed; a call that was refused and changed something.
//!
//! | file | what |
//! |---|---|
//! | `answer.rs` | what a function returns: 0, what a callback returned, or an error number, negated |
//! | `given.rs` | what C gives: numbers and pointers, looked at before they are used |
//! | `session.rs` | opening and closing, and dying by a signal |
//! | `disposition.rs` | C functions as handlers; ignore, default, get, put back |
//! | `drain.rs` | trip, any pending, the safe point, a drain with a callback that can stop |
//! | `wakeup.rs` | the wakeup descriptor |
//! | `hooks.rs` | C functions in signal context |
//! | `masks.rs` | sets of signals, and masks |
//! | `waits.rs` | waits |
//! | `timers.rs` | timers |
//! | `sending.rs` | sending |
//! | `info.rs` | what is known of a signal: from a hook, a wait or a record |
//! | `names.rs` | names and numbers |
//! | `embedding.rs` | a host runtime's words, and its notify hook |
//! | `without_std.rs` | what ends the process when something panics, in a C library without std |

#![allow(unsafe_code)] // functions that C calls, and pointers that it gives

mod answer;
mod disposition;
mod drain;
mod embedding;
mod given;
mod hooks;
mod info;
mod masks;
mod names;
mod sending;
mod session;
mod timers;
mod waits;
mod wakeup;
#[cfg(all(feature = "panic-handler", not(any(feature = "std", test))))]
mod without_std;
