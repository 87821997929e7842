//! Counts the allocations and releases of one thread while it is asked to.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    sync::atomic::{AtomicU64, AtomicUsize, Ordering},
};

/// The thread that is counted, or 0.
static COUNTED: AtomicUsize = AtomicUsize::new(0);
static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn this_thread() -> usize {
    // SAFETY: no preconditions.
    unsafe { libc::pthread_self() as usize }
}

fn note() {
    if COUNTED.load(Ordering::Relaxed) == this_thread() {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
    }
}

// SAFETY: everything is handed on to the system's allocator, unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        note();
        // SAFETY: the caller's promises are the system allocator's.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        note();
        // SAFETY: the caller's promises are the system allocator's.
        unsafe { System.dealloc(pointer, layout) };
    }
}

/// From now on this thread's are counted.
pub(crate) fn start() {
    COUNTED.store(this_thread(), Ordering::Relaxed);
}

pub(crate) fn stop() {
    COUNTED.store(0, Ordering::Relaxed);
}

pub(crate) fn counted() -> u64 {
    ALLOCATIONS.load(Ordering::Relaxed)
}
