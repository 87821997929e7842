//! Critical sections that signals can not break: an implementation of the crate `critical-section` for hosted programs.
//!
//! Feature `critical-section-impl`. One word says who is inside: 0, *nobody*, or a thread's identity.
//!
//! - 0 → thread: the outermost acquire, by a compare-and-swap, with every signal of that thread blocked already;
//! - thread → 0: the release that belongs to it, before the thread's mask is given back.
//!
//! A thread that leaves while others wait gives up the processor once, so that one which is always inside does not keep them out.
//!
//! An acquire by the thread that is inside is a nested one and changes nothing. What can not happen: code of another thread, or of a
//! signal handler on the same one, inside a critical section. `critical-section`'s own implementation for std is a mutex with
//! a thread's own flag: a handler that interrupts a critical section is taken for a nested part of it, and is let in.
//!
//! A fork waits until nobody is inside, and its child finds nobody there but perhaps itself: functions for that are given to libc
//! when the program is loaded, since the first acquire may come in a signal handler, where it is too late.
//!
//! What can happen: a real fault (SIGSEGV and the like) raised inside a critical section, whose handler is then inside too. To wait
//! for another thread is to spin, and to give up the processor: under a real-time policy the holder must have the priority
//! for which it is waited.

#![allow(unsafe_code)] // the promises of `critical_section::Impl`, and of the mask that the holder alone has

use core::{
    cell::Cell,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
};

use crate::sys;

/// Who is inside.
static HOLDER: AtomicUsize = AtomicUsize::new(NOBODY);

const NOBODY: usize = 0;

/// How many wait to come in.
static WAITING: AtomicUsize = AtomicUsize::new(0);

/// The holder's signals, blocked until the outermost release.
struct Held(Cell<Option<sys::Blocked>>);

// SAFETY: the holder alone touches it: `enter` after its compare-and-swap, `leave` before its store. The Release of the one and the
// Acquire of the other order two holders' accesses; a signal handler of the holder's thread does not run meanwhile.
unsafe impl Sync for Held {}

static HELD: Held = Held(Cell::new(None));

/// Goes inside, and says whether the caller was there already. Any context; `errno` is kept.
fn enter() -> bool {
    let me = sys::current_thread();
    // Relaxed: a thread sees its own store, and no other thread's identity equals its own.
    if HOLDER.load(Ordering::Relaxed) == me {
        return true;
    }
    let blocked = sys::Blocked::all();
    if !take(me) {
        // Relaxed, both: a hint.
        WAITING.fetch_add(1, Ordering::Relaxed);
        while !take(me) {
            sys::give_way();
        }
        WAITING.fetch_sub(1, Ordering::Relaxed);
    }
    HELD.0.set(Some(blocked));
    sys::door::enter_section();
    false
}

/// Whether nobody was inside, and this thread is now.
fn take(me: usize) -> bool {
    // Acquire: pairs with the Release in `leave`, so that what the last holder wrote is seen. Relaxed where it fails: nothing is
    // looked at then.
    HOLDER.compare_exchange_weak(NOBODY, me, Ordering::Acquire, Ordering::Relaxed).is_ok()
}

/// Leaves what `enter` entered, with what it returned. Any context, on the same thread; `errno` is kept.
fn leave(was_inside: bool) {
    if was_inside {
        return;
    }
    let mut blocked = HELD.0.take();
    if let Some(blocked) = &mut blocked {
        sys::door::leave_section(blocked);
    }
    // Release: pairs with the Acquire in `take`.
    HOLDER.store(NOBODY, Ordering::Release);
    drop(blocked); // what came meanwhile is delivered here
    // Relaxed: a hint.
    if WAITING.load(Ordering::Relaxed) > 0 {
        sys::give_way();
    }
}

struct SignalsBlocked;

critical_section::set_impl!(SignalsBlocked);

// SAFETY:
// - Between `acquire` and the `release` that belongs to it no other thread is inside (the compare-and-swap), nor does a signal
//   handler run on this one (every signal is blocked before it and until after it).
// - They nest: an inner pair does nothing.
// - The compare-and-swap acquires what the store releases, so that sections are ordered.
unsafe impl critical_section::Impl for SignalsBlocked {
    unsafe fn acquire() -> critical_section::RawRestoreState {
        enter()
    }

    unsafe fn release(was_inside: critical_section::RawRestoreState) {
        leave(was_inside);
    }
}

/// Whether the thread that forks was inside before.
static FORKS_INSIDE: AtomicBool = AtomicBool::new(false);

extern "C" fn before_fork() {
    // Relaxed: written and read inside.
    FORKS_INSIDE.store(enter(), Ordering::Relaxed);
}

extern "C" fn after_fork() {
    // Relaxed: as above.
    leave(FORKS_INSIDE.load(Ordering::Relaxed));
}

/// Those who waited are not in the child.
extern "C" fn after_fork_in_the_child() {
    WAITING.store(0, Ordering::Relaxed); // Relaxed: there is no other thread
    after_fork();
}

extern "C" fn at_load() {
    // It can be refused for want of memory alone, at the very start: then a child may find a section held, as with any lock.
    let _ = sys::at_fork(before_fork, after_fork, after_fork_in_the_child);
}

#[used]
#[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,__mod_init_func"))]
#[cfg_attr(not(target_vendor = "apple"), unsafe(link_section = ".init_array"))]
static AT_LOAD: extern "C" fn() = at_load;
