//! Fork: handled without the user's help.
//!
//! Three functions that libc calls around `fork`, on the thread that forks:
//!
//! 1. *prepare* blocks every signal and takes the writers' lock, so that nothing is half done when memory is copied;
//! 2. *parent* releases both;
//! 3. *child* forgets what is pending (those signals were the parent's), who sleeps (that thread is not there) and the
//!    shutdown request; gives up its parent's wake and wakeup descriptors, and those of its parent's iterators; makes the forking thread the owner if there was
//!    one; then releases both.
//!
//! What can not happen: a handler that runs in both processes for one signal; a child that waits for a lock whose holder it does
//! not have. A child made by a raw `clone` or `_Fork` passes by here: it may only exec.

use core::{
    cell::Cell,
    sync::atomic::{AtomicBool, Ordering},
};

use super::{descriptor, dispatch, session, table::Table, wakeup};
use crate::{
    Error, sys,
    trip::{self, DISPATCHER, hook},
};

/// What *prepare* holds for *parent* and *child*.
///
/// Its users are one at a time: who writes it holds the writers' lock, and it is emptied before that is released.
struct Held(Cell<Option<Table>>);

#[allow(unsafe_code)]
// SAFETY: only `prepare`, `parent` and `child` touch it. `prepare` does so with the writers' lock held, and the other two
// run next on the same thread (or its copy), before the lock is released.
unsafe impl Sync for Held {}

static HELD: Held = Held(Cell::new(None));

static REGISTERED: AtomicBool = AtomicBool::new(false);

/// Has libc call the functions, once for the life of the process. Any thread, before it owns anything: a fork while it has
/// an owner finds them.
pub(super) fn register() -> Result<(), Error> {
    // AcqRel: of two threads one registers; the other goes on meanwhile, and claims nothing that a fork could tear.
    if REGISTERED.swap(true, Ordering::AcqRel) {
        return Ok(());
    }
    sys::at_fork(prepare, parent, child).map_err(Error::system("pthread_atfork")).inspect_err(|_| {
        // Release: pairs with the Acquire above, of who tries again.
        REGISTERED.store(false, Ordering::Release);
    })
}

extern "C" fn prepare() {
    let table = Table::lock();
    HELD.0.set(Some(table));
}

extern "C" fn parent() {
    drop(HELD.0.take());
}

extern "C" fn child() {
    let table = HELD.0.take();
    hook::forked();
    if let Some(table) = &table {
        table.hooks.keep_waiting(sys::thread_of_errno());
        #[cfg(feature = "std")]
        table.instances.inherit();
    }
    DISPATCHER.clear_pending();
    DISPATCHER.armed().disarm();
    trip::sleep_on(None);
    descriptor::disinherit();
    wakeup::disinherit();
    trip::forget_request();
    if !session::inherit() {
        dispatch::forget_passes(); // those of a thread that is not there
    }
    drop(table);
}
