//! Signal context: errno is kept, and nothing is allocated.

#![allow(unsafe_code)]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
};

use sigtrip::{Signal, check_signals, on, pause, signal};
use sigtrip_tests::raw;

use crate::helpers::{session, trip};

crate::scenarios!(
    errno_is_kept_by_a_delivery,
    errno_is_kept_by_a_delivery_that_wakes_the_owner,
    nothing_is_allocated_by_a_delivery,
    nothing_is_allocated_by_a_delivery_to_hooks,
    nothing_is_allocated_by_a_safe_point_with_functions,
);

/// Counts every allocation and release of the process.
struct Counting;

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: everything is handed on to the system's allocator, unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller's promises are the system allocator's.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller's promises are the system allocator's.
        unsafe { System.dealloc(pointer, layout) };
    }
}

fn allocations() -> u64 {
    ALLOCATIONS.load(Ordering::Relaxed)
}

const MARK: i32 = 12345;

fn errno_is_kept_by_a_delivery() {
    let _session = session();
    for target in [Signal::USR1, Signal::SEGV, Signal::FPE] {
        on(target, |_| {}).expect("ok");
        raw::set_errno(MARK);
        trip(target);
        assert_eq!(raw::errno(), MARK, "{target}");
    }
    sigtrip::shutdown_flag([Signal::TERM]).expect("ok");
    raw::set_errno(MARK);
    trip(Signal::TERM);
    assert_eq!(raw::errno(), MARK);
}

/// The cold path: the delivery on this thread makes a system call, to wake the owner on the other.
fn errno_is_kept_by_a_delivery_that_wakes_the_owner() {
    let (sender, receiver) = std::sync::mpsc::channel();
    raw::block(Signal::USR1, true);
    let owner = thread::spawn(move || {
        let _session = session();
        on(Signal::USR1, |_| {}).expect("ok");
        sender.send(raw::tid()).expect("main listens");
        pause().expect("none fails");
    });
    let tid = receiver.recv().expect("it says who it is");
    raw::wait_until_it_sleeps(tid);
    raw::block(Signal::USR1, false);
    raw::set_errno(MARK);
    trip(Signal::USR1);
    assert_eq!(raw::errno(), MARK);
    owner.join().expect("it was woken");
}

fn nothing_is_allocated_by_a_delivery() {
    let _session = session();
    let data = vec![1; 10].into_boxed_slice();
    on(Signal::USR1, move |_| assert_eq!(data.len(), 10)).expect("ok");
    on(Signal::SEGV, |_| {}).expect("ok");
    let stop = sigtrip::shutdown_flag([Signal::TERM]).expect("ok");
    let before = allocations();
    for _ in 0..1000 {
        trip(Signal::USR1);
        trip(Signal::SEGV);
    }
    trip(Signal::TERM);
    assert!(stop.is_set());
    assert_eq!(allocations(), before);
    check_signals().expect("none fails");
}

/// Nor by a hook that unregisters itself, nor by static hooks at all.
fn nothing_is_allocated_by_a_delivery_to_hooks() {
    static STATIC: sigtrip::StaticHook = sigtrip::StaticHook::new(|_| {});
    static OWN: std::sync::OnceLock<sigtrip::HookId> = std::sync::OnceLock::new();
    let data = vec![1; 10].into_boxed_slice();
    let (id, count) = crate::hooks::counting(Signal::USR1);
    let once = crate::hooks::hook(Signal::USR1, move |_| {
        let gone = data.len() == 10 && OWN.get().is_some_and(|&id| sigtrip::unregister_hook(id));
        count.fetch_add(usize::from(gone) * 1000, Ordering::Relaxed);
    });
    OWN.set(once).expect("once");
    let before = allocations();
    (0..1000).for_each(|_| trip(Signal::USR1));
    assert_eq!(count.load(Ordering::Relaxed), 2000);
    assert_eq!(allocations(), before);
    assert!(sigtrip::unregister_hook(id)); // frees both
    let before = allocations();
    // SAFETY: it does nothing.
    let id = unsafe { sigtrip::register_static_hook(Signal::USR2, &STATIC) }.expect("ok");
    trip(Signal::USR2);
    assert!(sigtrip::unregister_hook(id));
    assert_eq!(allocations(), before);
}

fn nothing_is_allocated_by_a_safe_point_with_functions() {
    static RAN: AtomicBool = AtomicBool::new(false);
    let _session = session();
    let before = allocations();
    signal(Signal::USR1, |_: &sigtrip::Delivery| RAN.store(true, Ordering::Relaxed)).expect("ok");
    trip(Signal::USR1);
    check_signals().expect("none fails");
    assert_eq!(allocations(), before, "a function needs no heap, even to be installed");
    assert!(RAN.load(Ordering::Relaxed));
}
