//! Registering hooks, and taking them away.
//!
//! Any thread may, with or without a session; the writers' lock makes them one at a time. It is held for a few stores and at most one
//! change of the kernel's disposition, never while one waits for deliveries to leave, nor while a closure is freed. So a hook that
//! unregisters another waits for nobody but the holder of that lock, whose signals are blocked.
//!
//! What can not happen: a thread that waits for its own delivery to leave (the gate knows who is inside); a closure that is freed while
//! it can run, or twice, or never, whoever unregisters it and from wherever; a delivery that is lost when the first hook comes or the last
//! one goes, since the list is changed before the kernel when a hook comes, and after it when one goes.

#[cfg(feature = "std")]
mod boxed;
mod fixed;
mod list;
#[cfg(feature = "capi")]
pub(crate) mod pool;

#[cfg(feature = "std")]
pub(super) use boxed::register_noted;
#[cfg(feature = "std")]
pub use boxed::{register_hook, register_hook_unchecked, register_hook_with};
pub use fixed::{
    StaticHook, register_static_hook, register_static_hook_unchecked, register_static_hook_with,
};
pub(super) use list::Lists;

use core::{fmt, ptr, sync::atomic::Ordering};

use super::{fork, table::Table};
use crate::{
    Error, Signal, sys,
    trip::{
        hook::{GATE, Node, State},
        parts,
    },
};

/// A hook that was registered; what [`unregister_hook`] takes. A plain value: dropping it changes nothing.
///
/// ```
/// use std::sync::atomic::AtomicBool;
/// use sigtrip::{HookId, Signal, hooks::{self, Ready}, unregister_hook};
///
/// static STOP: AtomicBool = AtomicBool::new(false);
/// static HOOK: Ready = Ready::set_flag(&STOP);
/// let id: HookId = hooks::register(Signal::TERM, &HOOK)?;
/// assert!(unregister_hook(id));
/// # Ok::<(), sigtrip::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct HookId {
    node: &'static Node,
    /// How often the node had left a list.
    times: usize,
}

impl PartialEq for HookId {
    fn eq(&self, other: &Self) -> bool {
        ptr::eq(self.node, other.node) && self.times == other.times
    }
}

impl Eq for HookId {}

impl fmt::Debug for HookId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HookId({:p}, {})", self.node, self.times)
    }
}

/// How a hook is registered.
///
/// ```
/// use sigtrip::HookOptions;
///
/// assert_eq!(HookOptions::new(), HookOptions::default());
/// assert_ne!(HookOptions::new(), HookOptions::new().chain(false));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HookOptions {
    chain: bool,
}

impl HookOptions {
    /// A foreign handler that stood there before is called first.
    ///
    /// ```
    /// let options = sigtrip::HookOptions::new();
    /// # assert_eq!(options, options.chain(true));
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        Self { chain: true }
    }

    /// Whether a foreign handler that stood there before is called first. As long as one hook of a signal is registered with `false`, it
    /// is not.
    ///
    /// ```
    /// let alone = sigtrip::HookOptions::new().chain(false);
    /// # assert_ne!(alone, alone.chain(true));
    /// ```
    #[must_use]
    pub const fn chain(self, chain: bool) -> Self {
        Self { chain }
    }
}

impl Default for HookOptions {
    fn default() -> Self {
        Self::new()
    }
}

/// That a hook can be registered for this signal, and here.
pub(super) fn check(signal: Signal) -> Result<(), Error> {
    signal.check_catchable()?;
    if GATE.is_inside(sys::thread_of_errno()) {
        return Err(Error::InsideHook);
    }
    if GATE.is_crowded() { Err(Error::HooksCrowded) } else { Ok(()) }
}

pub(super) fn check_no_fault(signal: Signal) -> Result<(), Error> {
    if signal.is_fault() { Err(Error::Fault(signal)) } else { Ok(()) }
}

/// Links a node that is free; then, with the lock still held, `linked` may note who it is.
fn link(
    signal: Signal,
    options: HookOptions,
    node: &'static Node,
    linked: impl FnOnce(HookId),
) -> Result<HookId, Error> {
    fork::register()?;
    let mut table = Table::lock();
    if !node.book.is(State::Free) {
        return Err(Error::HookInUse);
    }
    link_free(&mut table, signal, options, node).inspect(|&id| linked(id))
}

fn link_free(
    table: &mut Table,
    signal: Signal,
    options: HookOptions,
    node: &'static Node,
) -> Result<HookId, Error> {
    parts::HOOKS.is_asked_for();
    // Relaxed: under the writers' lock.
    let id = HookId { node, times: node.book.times.load(Ordering::Relaxed) };
    table.hooks.link(signal, node, options.chain); // before the kernel: the first delivery finds it
    if let Err(errno) = table.hooked.add(signal.signum(), options.chain) {
        table.hooks.unlink(signal, node, 0);
        return Err(Error::system("sigaction")(errno));
    }
    Ok(id)
}

/// Takes a hook away, and frees its closure. Returns false if it was taken away before.
///
/// It waits until no thread can be running the hook any more; then the closure is dropped, on this thread. A later delivery does not
/// run it. When the last hook of a signal goes, and no session has a handler for it, the disposition that stood there before is given
/// back exactly, if ours is still installed.
///
/// From inside a hook, of whatever signal, it does not wait: the hook is out of reach at once, and its closure is freed by the next call
/// that registers a hook or takes one away, outside. Any thread; not in a signal handler of yours. A closure's destructor that panics
/// panics here.
///
/// ```
/// use std::sync::atomic::AtomicBool;
/// use sigtrip::{Signal, hooks::{self, Ready}, unregister_hook};
///
/// static STOP: AtomicBool = AtomicBool::new(false);
/// static HOOK: Ready = Ready::set_flag(&STOP);
/// let id = hooks::register(Signal::TERM, &HOOK)?;
/// assert!(unregister_hook(id));
/// assert!(!unregister_hook(id)); // it is gone
/// # Ok::<(), sigtrip::Error>(())
/// ```
pub fn unregister_hook(id: HookId) -> bool {
    unregister_chosen(|| Some(id))
}

/// As [`unregister_hook`], for the hook that is chosen with the lock held.
pub(super) fn unregister_chosen(choose: impl FnOnce() -> Option<HookId>) -> bool {
    let me = sys::thread_of_errno();
    let waits = !GATE.may_be_inside(me);
    if !unlink(choose, if waits { me } else { 0 }) {
        return false;
    }
    if waits {
        free_after_a_grace_period(me);
    }
    true
}

fn unlink(choose: impl FnOnce() -> Option<HookId>, waiter: usize) -> bool {
    let mut table = Table::lock();
    let Some(HookId { node, times }) = choose() else { return false };
    // Relaxed, all: under the writers' lock.
    if !node.book.is(State::Linked) || node.book.times.load(Ordering::Relaxed) != times {
        return false;
    }
    let Ok(signal) = Signal::from_raw(node.book.signal.load(Ordering::Relaxed).cast_signed()) else {
        return false;
    };
    if list::is_alone(node) {
        table.hooked.remove_last(signal.signum());
    } else {
        // Relaxed: as above.
        let chains = node.book.chains.load(Ordering::Relaxed);
        table.hooked.remove(signal.signum(), chains);
    }
    table.hooks.unlink(signal, node, waiter);
    if waiter != 0 {
        table.hooks.adopt(waiter);
    }
    true
}

fn free_after_a_grace_period(me: usize) {
    let mut times = 0_u32;
    GATE.wait(|| {
        sys::rest(times);
        times = times.saturating_add(1);
    });
    free(me);
}

/// Frees what this thread has waited for.
fn free(me: usize) {
    loop {
        let left = Table::lock().hooks.next_that_has_left(me);
        let Some(content) = left else { return };
        drop(content); // with the lock released: it is the user's destructor
    }
}

/// Frees what hooks have unregistered, if nobody is inside one now.
fn free_orphans() {
    let me = sys::thread_of_errno();
    {
        let table = Table::lock();
        if !table.hooks.has_orphans() || !GATE.is_quiet() {
            return;
        }
        table.hooks.adopt(me);
    }
    free(me);
}
