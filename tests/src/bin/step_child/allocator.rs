//! An allocator that ends the process when signal context allocates.
//!
//! The library's handlers, and those of `broken.rs`, run on the alternate stack (`SA_ONSTACK`), and nothing else does. So an
//! allocation whose frame stands there is one of signal context, however deep handlers are nested.

#![allow(unsafe_code)]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::UnsafeCell,
    ptr,
};

use sigtrip_tests::{injected::Broken, raw};

struct Watching;

#[global_allocator]
static WATCHING: Watching = Watching;

/// Room for a few frames, each with the registers of the widest processor.
const ROOM: usize = 256 * 1024;

struct Stack(UnsafeCell<[u8; ROOM]>);

// SAFETY: it is the kernel's, which gives it to one thread; here only its address is looked at.
unsafe impl Sync for Stack {}

static ALTERNATE: Stack = Stack(UnsafeCell::new([0; ROOM]));

/// Has the handlers of this thread run on the stack that is watched.
pub(crate) fn watch_signal_context() {
    let stack = libc::stack_t { ss_sp: ALTERNATE.0.get().cast(), ss_flags: 0, ss_size: ROOM };
    // SAFETY: memory that lives as long as the process, and that nobody else uses.
    let done = unsafe { libc::sigaltstack(&raw const stack, ptr::null_mut()) };
    assert_eq!(done, 0, "sigaltstack: {}", std::io::Error::last_os_error());
}

fn not_in_signal_context() {
    let here = 0_u8;
    let start = ALTERNATE.0.get().addr();
    if (start..start + ROOM).contains(&(&raw const here).addr()) {
        raw::exit_now(Broken::Allocated.status());
    }
}

// SAFETY: the system's allocator does the work, with what it is given.
unsafe impl GlobalAlloc for Watching {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        not_in_signal_context();
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        not_in_signal_context();
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(memory, layout) };
    }
}
