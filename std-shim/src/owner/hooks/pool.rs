//! Hooks for C: a fixed number of nodes, so that neither a heap nor the caller's memory is needed.
//!
//! A node of the pool is taken while it is free, under the writers' lock, and is free again when it has left its list and nobody can
//! run it. Its id is a number, in which is how often the node had left before: an old id, or one that somebody made up, is
//! never another hook's. What can not happen: a node that is written while it can be run.

use core::ptr;

use super::{
    HookId, HookOptions, State, Table, check, check_no_fault, fork, free_orphans, link_free, unregister_hook,
};
use crate::{
    Error, Signal,
    sys::Errno,
    trip::hook::{Call, Node},
};

/// How many hooks C can have at a time.
pub(crate) const ROOM: usize = 64;

static POOL: [Node; ROOM] = [const { Node::empty() }; ROOM];

/// What C registers: what is called with the node, and what stands in the node for that.
pub(crate) struct Content {
    pub(crate) call: Call,
    pub(crate) function: *mut (),
    pub(crate) data: *mut (),
}

/// Registers a hook of the pool; with `faults` also for the signals that instructions raise. Returns its number.
///
/// # Safety
///
/// - What [`register_hook_unchecked`](crate::register_static_hook_unchecked) asks of a hook, `call` with its two pointers keeps.
#[allow(unsafe_code)]
pub(crate) unsafe fn register(
    signal: Signal,
    options: HookOptions,
    faults: bool,
    content: &Content,
) -> Result<u64, Error> {
    if !faults {
        check_no_fault(signal)?;
    }
    check(signal)?;
    free_orphans();
    fork::register()?;
    let mut table = Table::lock();
    let node = POOL.iter().find(|node| node.book.is(State::Free)).ok_or_else(no_room)?;
    // SAFETY: it is free, and the caller's promise is the same.
    unsafe { node.write(content.call, content.function, content.data) };
    link_free(&mut table, signal, options, node).map(number)
}

fn no_room() -> Error {
    Error::system("sigtrip_hook_register")(Errno::NO_ROOM)
}

/// Takes the hook of this number away, as [`unregister_hook`]. Returns false if there is none.
pub(crate) fn unregister(number: u64) -> bool {
    id(number).is_some_and(unregister_hook)
}

/// The place in the pool, from 1, and above it how often the node had left.
const PLACE_BITS: u32 = 8;

fn number(id: HookId) -> u64 {
    // It is one of the pool.
    let place = POOL.iter().position(|node| ptr::eq(node, id.node)).unwrap_or(0) as u64 + 1;
    (id.times as u64) << PLACE_BITS | place
}

fn id(number: u64) -> Option<HookId> {
    let place = (number & ((1 << PLACE_BITS) - 1)).checked_sub(1)?;
    let node = POOL.get(usize::try_from(place).ok()?)?;
    let times = usize::try_from(number >> PLACE_BITS).ok()?;
    Some(HookId { node, times })
}
