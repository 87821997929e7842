//! The lists of hooks, as those see them who change them: one at a time, with the writers' lock held.
//!
//! To link, to unlink and to look an id up are a few stores each, however many hooks there are: each signal's list has its last node
//! noted, each node the one before it, and an id is the node and how often it had left a list. A node that leaves is listed until nobody
//! can run it, with who waits for that: a thread inside `unregister_hook`, or nobody, where a hook has unregistered one. Those are freed by
//! the next who comes.

use core::{ptr, sync::atomic::Ordering};

use crate::{
    Signal, sys,
    trip::hook::{self, Content, Node, State},
};

/// Nobody waits for a node that leaves.
const NOBODY: usize = 0;

pub(in crate::owner) struct Lists {
    /// The last of each signal's.
    last: [Option<&'static Node>; sys::SIGNAL_MAX as usize],
    leaving: Option<&'static Node>,
    #[cfg(feature = "std")]
    free: Option<&'static Node>,
}

impl Lists {
    pub(in crate::owner) const fn new() -> Self {
        Self {
            last: [const { None }; sys::SIGNAL_MAX as usize],
            leaving: None,
            #[cfg(feature = "std")]
            free: None,
        }
    }

    fn last(&mut self, signal: Signal) -> Option<&mut Option<&'static Node>> {
        self.last.get_mut(signal.number().unsigned_abs() as usize - 1)
    }

    /// Appends a node that is free. Deliveries find it from now on.
    pub(super) fn link(&mut self, signal: Signal, node: &'static Node, chains: bool) {
        node.set_next(ptr::null_mut());
        let before = self.last(signal).and_then(|last| last.replace(node));
        // Relaxed, all: under the writers' lock.
        node.book.before.store(pointer(before), Ordering::Relaxed);
        node.book.signal.store(signal.number().unsigned_abs(), Ordering::Relaxed);
        node.book.chains.store(chains, Ordering::Relaxed);
        node.book.becomes(State::Linked);
        match before {
            Some(before) => before.set_next(node.as_ptr()),
            None => hook::set_first(signal.signum(), node.as_ptr()),
        }
    }

    /// Takes a node out of its list: new deliveries do not find it. `waiter` waits for the others.
    pub(super) fn unlink(&mut self, signal: Signal, node: &'static Node, waiter: usize) {
        let (before, next) = (before(node), node.next());
        match before {
            Some(before) => before.set_next(pointer(next)),
            None => hook::set_first(signal.signum(), pointer(next)),
        }
        match next {
            // Relaxed: under the writers' lock.
            Some(next) => next.book.before.store(pointer(before), Ordering::Relaxed),
            None => {
                if let Some(last) = self.last(signal) {
                    *last = before;
                }
            }
        }
        self.leave(node, waiter);
    }

    fn leave(&mut self, node: &'static Node, waiter: usize) {
        node.book.becomes(State::Leaving);
        // Relaxed, all: under the writers' lock. Its ids are gone.
        node.book.times.fetch_add(1, Ordering::Relaxed);
        node.book.waiter.store(waiter, Ordering::Relaxed);
        node.book.beside.store(pointer(self.leaving.replace(node)), Ordering::Relaxed);
    }

    /// This thread is about to wait: for those too for whom nobody does.
    pub(super) fn adopt(&self, waiter: usize) {
        self.hand(|now| if now == NOBODY { waiter } else { now });
    }

    /// In the child of a fork: of those who waited this thread alone is there.
    pub(in crate::owner) fn keep_waiting(&self, me: usize) {
        self.hand(|now| if now == me { me } else { NOBODY });
    }

    fn hand(&self, to: impl Fn(usize) -> usize) {
        for node in beside(self.leaving) {
            // Relaxed, both: under the writers' lock.
            let now = node.book.waiter.load(Ordering::Relaxed);
            node.book.waiter.store(to(now), Ordering::Relaxed);
        }
    }

    /// The next node that leaves, of those for which this thread has waited: it is free now, and this is what stood behind it.
    pub(super) fn next_that_has_left(&mut self, waiter: usize) -> Option<Option<Content>> {
        // Relaxed: under the writers' lock.
        let mine = |node: &Node| node.book.waiter.load(Ordering::Relaxed) == waiter;
        let node = beside(self.leaving).find(|node| mine(node))?;
        self.strike(node);
        let content = node.take();
        node.book.becomes(State::Free);
        #[cfg(feature = "std")]
        if content.is_some() {
            self.keep(node);
        }
        Some(content)
    }

    /// Off the list of those that leave.
    fn strike(&mut self, node: &'static Node) {
        // Relaxed, all: under the writers' lock.
        let next = Node::at(node.book.beside.load(Ordering::Relaxed));
        let before = beside(self.leaving).find(|it| it.book.beside.load(Ordering::Relaxed) == node.as_ptr());
        match before {
            Some(before) => before.book.beside.store(pointer(next), Ordering::Relaxed),
            None => self.leaving = next,
        }
    }

    /// A node that was made once is used again.
    #[cfg(feature = "std")]
    pub(super) fn keep(&mut self, node: &'static Node) {
        // Relaxed: under the writers' lock.
        node.book.beside.store(pointer(self.free.replace(node)), Ordering::Relaxed);
    }

    /// A node that was kept.
    #[cfg(feature = "std")]
    pub(super) fn reuse(&mut self) -> Option<&'static Node> {
        let node = self.free?;
        // Relaxed: under the writers' lock.
        self.free = Node::at(node.book.beside.load(Ordering::Relaxed));
        Some(node)
    }

    /// Whether nodes leave for which nobody waits.
    pub(super) fn has_orphans(&self) -> bool {
        // Relaxed: under the writers' lock.
        beside(self.leaving).any(|node| node.book.waiter.load(Ordering::Relaxed) == NOBODY)
    }
}

/// Whether it is the only one of its signal.
pub(super) fn is_alone(node: &'static Node) -> bool {
    before(node).is_none() && node.next().is_none()
}

fn before(node: &'static Node) -> Option<&'static Node> {
    // Relaxed: under the writers' lock.
    Node::at(node.book.before.load(Ordering::Relaxed))
}

fn beside(first: Option<&'static Node>) -> impl Iterator<Item = &'static Node> {
    // Relaxed: under the writers' lock.
    core::iter::successors(first, |node| Node::at(node.book.beside.load(Ordering::Relaxed)))
}

fn pointer(node: Option<&'static Node>) -> *mut Node {
    node.map_or(ptr::null_mut(), Node::as_ptr)
}
