//! Before exec: a child is to start with the signals that this process was started with.
//!
//! Exec gives caught signals their default action, but keeps what is ignored and what is blocked. A session ignores SIGPIPE, and
//! programs block signals to wait for them; a child that inherits that misbehaves. So here everything is put back, between
//! fork and exec, where only async-signal-safe things may be done: no heap, and no lock that is waited for.

use core::{
    array,
    sync::atomic::{AtomicUsize, Ordering},
};
use std::io;

use sigtrip_core::Signum;

use super::{
    give_back,
    hooked::Hooked,
    session,
    table::{Guarded, Table},
};
use crate::{
    Error, sys,
    trip::{DISPATCHER, Unix},
};

/// The owner's mask when the session was opened.
static MASK: [AtomicUsize; sys::WORDS] = [const { AtomicUsize::new(0) }; sys::WORDS];

/// Keeps the mask. Called by the owner when it opens the session.
pub(super) fn keep_mask() {
    let nothing = [0; sys::WORDS];
    // It can not fail with these.
    let mask = sys::change_mask(sys::MaskChange::Block, nothing).unwrap_or(nothing);
    for (word, bits) in MASK.iter().zip(mask) {
        // Relaxed: read in a child of fork, which has a copy of the memory as the thread that forked saw it; that thread
        // sees the session, and by the session word's Release and Acquire, or its own order, this.
        word.store(bits, Ordering::Relaxed);
    }
}

/// Gives the child of a fork the signals that this process had when the session was opened: every disposition that the session
/// changed and that is still as the session left it, SIGPIPE and SIGXFSZ among them, and the mask. For `pre_exec` of std's
/// `CommandExt`.
///
/// Without it a child inherits what is ignored and what is blocked: a `cat` that does not end when nobody reads, a server that
/// SIGTERM does not reach. (Std itself sets SIGPIPE to its default action in the children of `Command`, and leaves that so.)
///
/// Only in a child, between fork and exec: elsewhere it takes the signals away from the session. Async-signal-safe: no heap,
/// no lock that is waited for. It is no safe point, and afterwards nothing but exec or `_exit` is to be called. Without a session it
/// does nothing.
///
/// # Errors
///
/// `ErrorKind::WouldBlock` if another thread was changing a disposition when the child was made. That can be only after a raw
/// `clone` or `_Fork`, never after `fork` or in `Command`; nothing is changed then.
///
/// ```
/// use std::{os::unix::process::CommandExt, process::Command};
///
/// # fn main() -> Result<(), sigtrip::Interrupt> {
/// let _session = sigtrip::init()?;
/// let mut command = Command::new("true");
/// // SAFETY: `before_exec` is async-signal-safe.
/// unsafe { command.pre_exec(sigtrip::before_exec) };
/// assert!(sigtrip::wait_child(&mut command.spawn()?)?.success());
/// # Ok(())
/// # }
/// ```
pub fn before_exec() -> io::Result<()> {
    if session::check_owner() == Err(Error::NotInitialized) {
        return Ok(());
    }
    let mut table = Table::try_lock().ok_or(io::ErrorKind::WouldBlock)?;
    let Guarded { earlier, hooked, .. } = &mut *table;
    for (&signal, action) in &*earlier {
        if is_as_the_session_left_it(signal, hooked) {
            // It can not be refused: this very disposition was there before.
            let _ = hooked.replace(signal, action);
        }
    }
    hooked.uncover_before_exec();
    drop(table); // before the mask: it holds every signal blocked
    // Relaxed: see `keep_mask`.
    let mask = array::from_fn(|word| MASK[word].load(Ordering::Relaxed));
    // With the door, if that was closed and no function at fork has opened it.
    sys::change_whole_mask(sys::MaskChange::Set, mask).map_err(Error::system("pthread_sigmask"))?;
    Ok(())
}

fn is_as_the_session_left_it(signal: Signum, hooked: &Hooked) -> bool {
    let now = hooked.query(signal).map(Unix::classify);
    now.is_ok_and(|kernel| give_back::is_still(&kernel, DISPATCHER.disposition(signal)))
}
