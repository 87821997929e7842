//! Hooks: code of the user's that runs in signal context.
//!
//! Each signal has a list of *nodes*, in the order in which they were registered: one word says where it begins, and each node which
//! one is next. A delivery walks it. The lists are changed by writers, one at a time (`owner/hooks/`), each change by one store.
//!
//! A node is in one of three states, changed with the writers' lock held:
//!
//! - *free*: in no list; what it is to do can be written;
//! - *linked*: deliveries find it;
//! - *leaving*: it was taken out of the list; deliveries that found it before may still run it, or go on from it to the next. It is free
//!   when the gate says that nobody is left.
//!
//! What can not happen: a node that is freed, for nodes never are. They are the user's statics, or made once, kept and used again. What
//! is freed is the closure behind one, after the gate has said that nobody can run it. So an id can be looked up by looking at
//! its node, and fork can not leave a reader that is waited for, since the gate knows readers by their threads.

use core::{
    ffi::{c_int, c_void},
    fmt, mem, ptr,
    sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, AtomicUsize, Ordering},
};

use sigtrip_core::{Gate, Signum};

use super::parts::HOOKS;
use crate::{
    siginfo::SigInfo,
    sys::{self, Earlier, Received},
};

/// Calls the user's function, with what stands in the node behind it.
pub(crate) type Call = unsafe fn(node: &Node, info: &SigInfo);
/// Frees what a node's `data` points to.
pub(crate) type Free = unsafe fn(data: *mut ());

/// Who is about to run a hook, and when nobody is who could have found it. So many threads at once are known by name.
pub(crate) static GATE: Gate<32> = Gate::new();

/// As many as there are numbers, with one that is no signal's.
const NUMBERS: usize = sys::SIGNAL_MAX as usize + 1;

/// Where each signal's list begins, by its number. With `CHAINED` added a handler that stood there before is to be called first.
static FIRST: [AtomicPtr<Node>; NUMBERS] = [const { AtomicPtr::new(ptr::null_mut()) }; NUMBERS];

/// A bit that is in no node's address, since nodes hold pointers.
const CHAINED: usize = 1;

/// The handlers that stood there before.
static EARLIER: [Earlier; NUMBERS] = [const { Earlier::new() }; NUMBERS];

/// The deliveries for which an earlier handler is running, each named by where its record is.
static CHAINING: Gate<32> = Gate::new();

/// How often this process was made by a fork.
#[cfg(feature = "std")]
static FORKS: AtomicUsize = AtomicUsize::new(0);

/// One hook, or room for one.
pub(crate) struct Node {
    /// The next in the signal's list. It stays when the node leaves, for who stands on it.
    next: AtomicPtr<Self>,
    call: AtomicPtr<()>,
    function: AtomicPtr<()>,
    data: AtomicPtr<()>,
    /// Null where there is nothing to free.
    free: AtomicPtr<()>,
    /// What the writers know of it, under their lock.
    pub(crate) book: Book,
}

/// What the writers know of a node. Signal context does not look at it.
pub(crate) struct Book {
    state: AtomicU32,
    /// How often the node has left a list.
    pub(crate) times: AtomicUsize,
    pub(crate) signal: AtomicU32,
    pub(crate) chains: AtomicBool,
    /// The one before it in the signal's list.
    pub(crate) before: AtomicPtr<Node>,
    /// The next among those that leave, or among those that are free.
    pub(crate) beside: AtomicPtr<Node>,
    /// While it leaves: the thread that waits for it, or 0.
    pub(crate) waiter: AtomicUsize,
}

/// See the file's head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Free,
    Linked,
    Leaving,
}

impl Node {
    /// A function, and what it is given besides the record.
    pub(crate) const fn new(call: Call, function: *mut (), data: *mut ()) -> Self {
        Self {
            next: AtomicPtr::new(ptr::null_mut()),
            call: AtomicPtr::new(call as *mut ()),
            function: AtomicPtr::new(function),
            data: AtomicPtr::new(data),
            free: AtomicPtr::new(ptr::null_mut()),
            book: Book::new(),
        }
    }

    /// Room for a hook, to be [filled](Self::fill).
    #[cfg(any(feature = "std", feature = "capi"))]
    pub(crate) const fn empty() -> Self {
        Self::new(nothing, ptr::null_mut(), ptr::null_mut())
    }

    /// Writes what it is to do. Owner context, on a node that is free.
    ///
    /// # Safety
    ///
    /// - `call` may be called with `data` from now on until `free` was, on any thread.
    /// - `free` may be called once after that, on any thread.
    #[cfg(feature = "std")]
    #[allow(unsafe_code)]
    pub(crate) unsafe fn fill(&self, call: Call, data: *mut (), free: Free) {
        // Relaxed, all: published by the Release with which the node is linked.
        self.call.store(call as *mut (), Ordering::Relaxed);
        self.data.store(data, Ordering::Relaxed);
        // Relaxed: read by writers alone.
        self.free.store(free as *mut (), Ordering::Relaxed);
    }

    /// Writes what it is to do, where nothing is to be freed. Owner context, on a node that is free, with the writers' lock held.
    ///
    /// # Safety
    ///
    /// - `call` may be called with this node, its `function` and `data` from now on until the node is free again, on any thread.
    #[cfg(feature = "capi")]
    #[allow(unsafe_code)]
    pub(crate) unsafe fn write(&self, call: Call, function: *mut (), data: *mut ()) {
        // Relaxed, all: published by the Release with which the node is linked.
        self.call.store(call as *mut (), Ordering::Relaxed);
        self.function.store(function, Ordering::Relaxed);
        self.data.store(data, Ordering::Relaxed);
    }

    /// Takes out what is to be freed, if anything is. Owner context, on a node that nobody can run any more.
    pub(crate) fn take(&self) -> Option<Content> {
        // Relaxed, both: under the writers' lock.
        let free = self.free.swap(ptr::null_mut(), Ordering::Relaxed);
        let data = self.data.load(Ordering::Relaxed);
        if free.is_null() { None } else { Some(Content { free, data }) }
    }

    #[inline]
    #[allow(unsafe_code)]
    fn run(&self, info: &SigInfo) {
        // Relaxed: acquired with the pointer to this node.
        let call = self.call.load(Ordering::Relaxed);
        // SAFETY: `new`, `fill` and `write` alone write it, and a `Call` they write.
        let call = unsafe { mem::transmute::<*mut (), Call>(call) };
        // SAFETY: they write it together with what it is called with, while nobody can find the node; who registered the hook has promised
        // that it may run in signal context; and its data live, since this reader is inside the gate.
        unsafe { call(self, info) };
    }

    /// The function that `new` was given. Signal context.
    #[inline]
    pub(crate) fn function(&self) -> *mut () {
        // Relaxed: as in `run`.
        self.function.load(Ordering::Relaxed)
    }

    /// The data that `new` or `fill` was given. Signal context.
    #[inline]
    pub(crate) fn data(&self) -> *mut () {
        // Relaxed: as in `run`.
        self.data.load(Ordering::Relaxed)
    }

    /// The node at a pointer that stands in a list.
    #[inline]
    #[allow(unsafe_code)]
    pub(crate) fn at(pointer: *mut Self) -> Option<&'static Self> {
        // SAFETY: null, or made from a `&'static Node` by `as_ptr`: nodes are never freed, and shared.
        unsafe { pointer.cast_const().as_ref() }
    }

    pub(crate) const fn as_ptr(&'static self) -> *mut Self {
        ptr::from_ref(self).cast_mut()
    }

    /// The one after it in its signal's list. Any context.
    pub(crate) fn next(&self) -> Option<&'static Self> {
        // Acquire: pairs with the Release of `set_next`, so that what the node says is seen.
        Self::at(self.next.load(Ordering::Acquire))
    }

    /// Owner context, with the writers' lock held.
    pub(crate) fn set_next(&self, next: *mut Self) {
        // Release: pairs with the Acquire of `next`.
        self.next.store(next, Ordering::Release);
    }
}

impl Book {
    const fn new() -> Self {
        Self {
            state: AtomicU32::new(State::Free as u32),
            times: AtomicUsize::new(0),
            signal: AtomicU32::new(0),
            chains: AtomicBool::new(true),
            before: AtomicPtr::new(ptr::null_mut()),
            beside: AtomicPtr::new(ptr::null_mut()),
            waiter: AtomicUsize::new(0),
        }
    }

    pub(crate) fn is(&self, state: State) -> bool {
        // Relaxed: under the writers' lock.
        self.state.load(Ordering::Relaxed) == state as u32
    }

    pub(crate) fn becomes(&self, state: State) {
        // Relaxed: under the writers' lock.
        self.state.store(state as u32, Ordering::Relaxed);
    }
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Node").finish_non_exhaustive()
    }
}

/// What stood behind a node: freed when it is dropped. Owner context: it is the user's destructor that runs.
pub(crate) struct Content {
    free: *mut (),
    data: *mut (),
}

impl Drop for Content {
    #[allow(unsafe_code)]
    fn drop(&mut self) {
        // SAFETY: `fill` alone writes it, and a `Free`.
        let free = unsafe { mem::transmute::<*mut (), Free>(self.free) };
        // SAFETY: `take` has taken it out once; nobody can run the hook any more.
        unsafe { free(self.data) };
    }
}

#[cfg(any(feature = "std", feature = "capi"))]
fn nothing(_: &Node, _: &SigInfo) {}

/// What belongs to a signal beside its bit: calls the handler that stood there before, if it is to be called, then the hooks in
/// order. Returns false, and does nothing, if it is that handler who calls. Signal context; `errno` is kept.
///
/// The common case is the straight one: a record, no foreign handler, and nobody else inside.
#[inline(always)]
pub(super) fn run(received: Received) -> bool {
    let Some(first) = FIRST.get(received.number().cast_unsigned() as usize) else { return true };
    // Relaxed: whether that handler is called by a delivery at the moment when it changes is open.
    let chained = first.load(Ordering::Relaxed).addr() & CHAINED != 0;
    match received.info() {
        Some(record) if !chained => walk(first, view(record)),
        _ => {
            let Received { number, info, context } = received;
            return run_after_others(number, info, context);
        }
    }
    true
}

#[inline(always)]
fn walk(first: &AtomicPtr<Node>, info: &SigInfo) {
    let errno = sys::ErrnoGuard::new();
    GATE.inside(errno.thread(), || {
        // Acquire: pairs with the Release in `change`, so that what the node says is seen.
        let first = first.load(Ordering::Acquire).map_addr(|address| address & !CHAINED);
        let Some(mut node) = Node::at(first) else { return };
        loop {
            node.run(info);
            let Some(next) = node.next() else { return };
            node = next;
        }
    });
}

/// As `run`, where somebody is to be called before, or foreign code that chains to us has given no record: that says nothing then but
/// which signal. The foreign handler runs outside the gate: it may leave by a jump.
#[cold]
#[inline(never)]
fn run_after_others(number: c_int, info: *mut libc::siginfo_t, context: *mut c_void) -> bool {
    let received = Received { number, info, context };
    let _errno = sys::ErrnoGuard::new();
    let (Some(first), Some(signal)) = (FIRST.get(number.cast_unsigned() as usize), signum(number)) else {
        return true;
    };
    // Relaxed: as in `run`.
    let chained = first.load(Ordering::Relaxed).addr() & CHAINED != 0;
    if chained && !chain(received) {
        return false;
    }
    let made_up = sys::SigInfo::of(signal);
    walk(first, view(received.info().unwrap_or(&made_up)));
    true
}

fn signum(number: c_int) -> Option<Signum> {
    Signum::new(number.cast_unsigned())
}

/// Calls the earlier handler, unless that one, called for this very delivery, is calling us: it may have been installed over us once
/// and chain to what stood there, as we do now.
fn chain(received: Received) -> bool {
    let delivery = received.identity();
    if CHAINING.is_inside(delivery) {
        return false;
    }
    let entered = CHAINING.enter(delivery);
    if let Some(earlier) = EARLIER.get(received.number().cast_unsigned() as usize) {
        earlier.call(received);
    }
    CHAINING.leave(entered);
    true
}

/// The kernel's record, as hooks see it.
#[inline]
#[allow(unsafe_code)]
fn view(record: &sys::SigInfo) -> &SigInfo {
    // SAFETY: `SigInfo` is transparent, and nothing but that record.
    unsafe { &*ptr::from_ref(record).cast::<SigInfo>() }
}

/// Owner context, with the writers' lock held.
pub(crate) fn set_first(signal: Signum, node: *mut Node) {
    change(signal, |first| node.map_addr(|address| address | (first.addr() & CHAINED)));
}

/// The handler to be called before the hooks; the default and *ignore* are none. Owner context, with the writers' lock held.
pub(crate) fn set_earlier(signal: Signum, action: &sys::Action) {
    let none = action.is_default() || action.is_ignore();
    if let Some(earlier) = EARLIER.get(signal.get() as usize)
        && !none
    {
        earlier.set(action);
    }
    let tag = if none { 0 } else { CHAINED };
    change(signal, |first| first.map_addr(|address| (address & !CHAINED) | tag));
}

fn change(signal: Signum, change: impl FnOnce(*mut Node) -> *mut Node) {
    if let Some(first) = FIRST.get(signal.get() as usize) {
        // Relaxed: written with that lock held alone.
        let now = first.load(Ordering::Relaxed);
        // Release: pairs with the Acquire in `walk`.
        first.store(change(now), Ordering::Release);
    }
}

/// In the child of a fork.
pub(crate) fn forked() {
    if HOOKS.is_used() {
        GATE.reset(sys::thread_of_errno());
    }
    // Relaxed: there is no other thread.
    #[cfg(feature = "std")]
    FORKS.fetch_add(1, Ordering::Relaxed);
}

/// How often this process was made by a fork: what was made at another count is a parent's. Any context.
#[cfg(feature = "std")]
pub(crate) fn forks() -> usize {
    // Relaxed: changed while there is one thread.
    FORKS.load(Ordering::Relaxed)
}
