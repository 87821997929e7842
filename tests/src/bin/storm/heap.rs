//! The heap, counted: how many blocks are in use.

#![allow(unsafe_code)]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    sync::atomic::{AtomicI64, Ordering},
};

struct Counting;

static BLOCKS: AtomicI64 = AtomicI64::new(0);
static BYTES: AtomicI64 = AtomicI64::new(0);

#[global_allocator]
static HEAP: Counting = Counting;

/// How many blocks are in use, and how many bytes.
pub(crate) fn in_use() -> (i64, i64) {
    (BLOCKS.load(Ordering::Relaxed), BYTES.load(Ordering::Relaxed))
}

fn count(blocks: i64, layout: Layout) {
    BLOCKS.fetch_add(blocks, Ordering::Relaxed);
    BYTES.fetch_add(blocks * layout.size().cast_signed() as i64, Ordering::Relaxed);
}

// SAFETY: every call is passed on to the system's allocator as it is; the counts beside it are atomics. `realloc` is the
// trait's own: a new block, a copy, the old one freed.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: by the caller's promise.
        let block = unsafe { System.alloc(layout) };
        if !block.is_null() {
            count(1, layout);
        }
        block
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        count(-1, layout);
        // SAFETY: by the caller's promise.
        unsafe { System.dealloc(block, layout) };
    }
}
