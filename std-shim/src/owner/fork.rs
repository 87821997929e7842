//! Fork: handled without the user's help.
//!
//! Three functions that libc calls around `fork`, on the thread that forks:
//!
//! 1. *prepare* blocks every signal and takes the writers' lock, so that nothing is half done when memory is copied;
//! 2. *parent* releases both;
//! 3. *child* opens the door of back-pressure; forgets what is pending and what was recorded (those signals were the parent's), who sleeps (that thread is not there) and the
//!    shutdown request; gives up its parent's wake and wakeup descriptors, and those of its parent's iterators; makes the forking thread the owner if there was
//!    one; then releases both.
//!
//! What can not happen: a handler that runs in both processes for one signal; a child that waits for a lock whose holder it does
//! not have. A child made by a raw `clone` or `_Fork` passes by here: it may only exec.

use core::{
    cell::Cell,
    ffi::c_int,
    sync::atomic::{AtomicI32, Ordering},
};

use super::{descriptor, dispatch, session, table::Table, wakeup};
use crate::{
    Error, sys,
    trip::{self, DISPATCHER, hook, parts::HOOKS},
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

/// `NOT_YET`; the number of the process in which a thread is about to register them; or `DONE`. A child that is made in between
/// finds its parent's number, and begins anew: libc's list and the copy of memory are of one moment.
static REGISTERED: AtomicI32 = AtomicI32::new(NOT_YET);

const NOT_YET: c_int = 0;
const DONE: c_int = -1;

/// Has libc call the functions, once for the life of the process. Any thread, before it owns anything: a fork while there is
/// an owner finds them. So of two threads the second waits for the first.
pub(super) fn register() -> Result<(), Error> {
    if !is_mine_to_register() {
        return Ok(());
    }
    let registered = sys::at_fork(prepare, parent, child).map_err(Error::system("pthread_atfork"));
    // Release: pairs with the Acquire of who waits or comes later.
    REGISTERED.store(if registered.is_ok() { DONE } else { NOT_YET }, Ordering::Release);
    registered
}

/// Waits until nobody registers. Whether the caller is to.
fn is_mine_to_register() -> bool {
    let mut found = NOT_YET;
    loop {
        let process = sys::process();
        // Acquire, both: pairs with the Release in `register`.
        match REGISTERED.compare_exchange(found, process, Ordering::Acquire, Ordering::Acquire) {
            Ok(_) => return true,
            Err(DONE) => return false,
            Err(here) if here == process => core::hint::spin_loop(), // until it has changed
            Err(other) => found = other,
        }
    }
}

extern "C" fn prepare() {
    let table = Table::lock();
    HELD.0.set(Some(table));
}

extern "C" fn parent() {
    drop(HELD.0.take());
}

extern "C" fn child() {
    // Relaxed: there is no other thread. This runs, so it is registered, whatever the parent has come to say of it.
    REGISTERED.store(DONE, Ordering::Relaxed);
    let mut table = HELD.0.take();
    hook::forked();
    if let Some(table) = table.as_ref().filter(|_| HOOKS.is_used()) {
        table.hooks.keep_waiting(sys::thread_of_errno());
    }
    #[cfg(feature = "std")]
    if let Some(table) = &table {
        table.instances.inherit(); // also where none has a hook yet
    }
    sys::forget_sleepers();
    DISPATCHER.clear_pending();
    DISPATCHER.armed().disarm();
    trip::sleep_on(None);
    descriptor::disinherit();
    wakeup::disinherit();
    trip::record::disinherit();
    trip::forget_request();
    if !session::inherit() {
        dispatch::forget_passes(); // those of a thread that is not there
    }
    sys::door::forked(table.as_mut().map(Table::blocked), session::is_owner());
    drop(table);
}
