//! The helper thread: wakes the tasks that wait for a signal.
//!
//! A task is woken by calling its waker, which is the executor's code: it locks, and may allocate and free. Signal context can not do
//! that; so one thread of ours does. It is started for the first stream, blocks every signal, and sleeps on a word of its own, which a
//! delivery disarms as it does the owner's. (Whoever has a reactor may do without: `Signals::readiness`.)
//!
//! ```text
//! task                                  signal context            helper
//! (a) its waker into its place          (x) set the bit           (p) arm its own word
//! (b) arm the inbox                     (y) fire the inbox        (q) take the wakers of inboxes not armed
//! (c) look at the bits                  (z) fire the helper       (r) none: sleep on its own word
//! ```
//!
//! What can not happen: a task that is pending while its signal is, and nobody wakes it. If (c) sees no bit then (y) comes after
//! (b), and finds it armed; and (z) either wakes the helper, or comes before (p): then (q) sees that the inbox is not armed, and the waker
//! of (a). A waker that is taken between (a) and (b) is a task woken in vain, which comes again.
//!
//! In the child of a fork there is no helper: the next poll there starts one.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    task::Waker,
};

use sigtrip_core::Armed;

use super::table::Table;
use crate::{
    Error, sys,
    trip::{HELPER, hook},
};

/// In which process there is a helper: how often that was made by a fork, plus one. 0: in none.
static STARTED: AtomicUsize = AtomicUsize::new(0);

/// Starts it, if this process has none. Any thread.
pub(crate) fn start() -> Result<(), Error> {
    let here = hook::forks() + 1;
    // AcqRel: of several one starts it. Nothing else is published by this word: the helper looks at all there is.
    let before = STARTED.swap(here, Ordering::AcqRel);
    if before == here {
        return Ok(());
    }
    sys::spawn_deaf("sigtrip", help).map_err(Error::system("pthread_create")).inspect_err(|_| {
        // Release: as above; the next one tries again.
        STARTED.store(0, Ordering::Release);
    })
}

fn help() {
    loop {
        HELPER.arm();
        if let Some(waker) = next() {
            waker.wake(); // with the lock released: the executor's code
        } else {
            sys::sleep_on(HELPER.as_ptr(), Armed::ARMED, None);
        }
    }
}

/// The waker of a task that is to look again.
fn next() -> Option<Waker> {
    let table = Table::lock();
    table.instances.iter().filter(|it| !it.inbox().is_armed()).find_map(|it| it.take_waker(&table))
}
