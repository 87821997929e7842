//! The terminal: the process group in its foreground reads from it and gets its signals.
//!
//! It is the child's while the child runs, if it was ours. SIGTTOU is blocked all the while, so that it can be given from the background.

use core::ffi::c_int;

use crate::system;

/// Says that the terminal on standard input is this process group's to give.
#[derive(Clone, Copy)]
pub(crate) struct Ours(bool);

/// Whether standard input is our terminal, and we are in its foreground.
pub(crate) fn ours() -> Ours {
    Ours(system::foreground().is_some_and(|group| group == system::group()))
}

/// Puts a group into the foreground.
pub(crate) fn give_to(ours: Ours, group: c_int) {
    if ours.0 {
        system::set_foreground(group);
    }
}

/// When the child is over: a script that has started us reads on.
pub(crate) fn take_back(from: c_int) {
    if system::foreground() == Some(from) {
        system::set_foreground(system::group());
    }
}
