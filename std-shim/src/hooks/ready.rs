//! Ready hooks in statics, which need no heap.

#![allow(unsafe_code)] // what is registered here is made here, and does what may be done

use core::{
    fmt, ptr,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
};

use super::emulate_default;
use crate::{
    Error, HookId, HookOptions, SigInfo, Signal, StaticHook, register_static_hook_with, sys, trip::hook::Node,
};

/// A hook that is safe to register, in a `static`. For one signal at a time.
///
/// ```
/// use std::sync::atomic::{AtomicBool, Ordering};
/// use sigtrip::{Signal, hooks::{self, Ready}, raise_signal};
///
/// static STOP: AtomicBool = AtomicBool::new(false);
/// static STOP_HOOK: Ready = Ready::set_flag(&STOP);
///
/// hooks::register(Signal::TERM, &STOP_HOOK)?;
/// # raise_signal(Signal::TERM).unwrap();
/// assert!(STOP.load(Ordering::Relaxed)); // after a SIGTERM
/// # Ok::<(), sigtrip::Error>(())
/// ```
pub struct Ready(StaticHook);

impl Ready {
    /// Sets a flag to true, with `Release`: who sees it by `Acquire` sees what came before.
    ///
    /// ```
    /// # use std::sync::atomic::AtomicBool;
    /// # use sigtrip::hooks::Ready;
    /// static STOP: AtomicBool = AtomicBool::new(false);
    /// static STOP_HOOK: Ready = Ready::set_flag(&STOP);
    /// ```
    #[must_use]
    pub const fn set_flag(flag: &'static AtomicBool) -> Self {
        Self(StaticHook::with(set_flag, flag))
    }

    /// Stores this value, with `Release`: which of several signals came last.
    ///
    /// ```
    /// # use std::sync::atomic::AtomicUsize;
    /// # use sigtrip::hooks::Ready;
    /// static LAST: AtomicUsize = AtomicUsize::new(0);
    /// static RELOAD: Ready = Ready::store(&LAST, 1);
    /// static REOPEN: Ready = Ready::store(&LAST, 2);
    /// ```
    #[must_use]
    pub const fn store(word: &'static AtomicUsize, value: usize) -> Self {
        Self(StaticHook::calling(call_store, number(value), pointer(word)))
    }

    /// Adds one, with `Release`; past the largest number it goes on with 0.
    ///
    /// ```
    /// # use std::sync::atomic::AtomicUsize;
    /// # use sigtrip::hooks::Ready;
    /// static TIMES: AtomicUsize = AtomicUsize::new(0);
    /// static COUNT: Ready = Ready::count(&TIMES);
    /// ```
    #[must_use]
    pub const fn count(count: &'static AtomicUsize) -> Self {
        Self(StaticHook::with(add_one, count))
    }

    /// If the flag is set, ends the process at once with this status, by `_exit`: nothing is flushed, no destructor runs.
    ///
    /// ```
    /// # use std::sync::atomic::AtomicBool;
    /// # use sigtrip::hooks::Ready;
    /// static STOP: AtomicBool = AtomicBool::new(false);
    /// static SECOND: Ready = Ready::conditional_shutdown(&STOP, 1); // registered before the one that sets it
    /// ```
    #[must_use]
    pub const fn conditional_shutdown(condition: &'static AtomicBool, status: i32) -> Self {
        Self(StaticHook::calling(
            call_shut_down_if,
            number(status.cast_unsigned() as usize),
            pointer(condition),
        ))
    }

    /// If the flag is set, does what the signal does by default: [`emulate_default`].
    ///
    /// ```
    /// # use std::sync::atomic::AtomicBool;
    /// # use sigtrip::hooks::Ready;
    /// static STOP: AtomicBool = AtomicBool::new(false);
    /// static SECOND: Ready = Ready::conditional_default(&STOP); // registered before the one that sets it
    /// ```
    #[must_use]
    pub const fn conditional_default(condition: &'static AtomicBool) -> Self {
        Self(StaticHook::with(default_if, condition))
    }
}

impl fmt::Debug for Ready {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ready").finish_non_exhaustive()
    }
}

/// Registers a ready hook. Any thread.
///
/// # Errors
///
/// As [`register_static_hook`](crate::register_static_hook).
///
/// ```
/// use std::sync::atomic::{AtomicUsize, Ordering};
/// use sigtrip::{Signal, hooks::{self, Ready}, raise_signal, unregister_hook};
///
/// static TIMES: AtomicUsize = AtomicUsize::new(0);
/// static COUNT: Ready = Ready::count(&TIMES);
///
/// let id = hooks::register(Signal::USR1, &COUNT)?;
/// # raise_signal(Signal::USR1).unwrap();
/// # assert_eq!(TIMES.load(Ordering::Relaxed), 1);
/// assert!(unregister_hook(id));
/// # Ok::<(), sigtrip::Error>(())
/// ```
pub fn register(signal: Signal, hook: &'static Ready) -> Result<HookId, Error> {
    register_with(signal, HookOptions::new(), hook)
}

/// As [`register`], with options.
///
/// # Errors
///
/// As there.
///
/// ```
/// use std::sync::atomic::AtomicBool;
/// use sigtrip::{HookOptions, Signal, hooks::{self, Ready}};
///
/// static STOP: AtomicBool = AtomicBool::new(false);
/// static STOP_HOOK: Ready = Ready::set_flag(&STOP);
/// hooks::register_with(Signal::TERM, HookOptions::new().chain(false), &STOP_HOOK)?;
/// # Ok::<(), sigtrip::Error>(())
/// ```
pub fn register_with(signal: Signal, options: HookOptions, hook: &'static Ready) -> Result<HookId, Error> {
    // SAFETY: the functions below, which alone are behind a `Ready`, make atomic operations and async-signal-safe calls.
    unsafe { register_static_hook_with(signal, options, &hook.0) }
}

const fn number(number: usize) -> *mut () {
    ptr::without_provenance_mut(number)
}

const fn pointer<T: Sync>(data: &'static T) -> *mut () {
    ptr::from_ref(data).cast_mut().cast()
}

/// # Safety
///
/// - The node's data are an `AtomicUsize` that lives for ever.
unsafe fn call_store(node: &Node, info: &SigInfo) {
    // SAFETY: by the caller's promise.
    store(node.function().addr(), unsafe { &*node.data().cast::<AtomicUsize>() }, info);
}

/// # Safety
///
/// - The node's data are an `AtomicBool` that lives for ever.
unsafe fn call_shut_down_if(node: &Node, info: &SigInfo) {
    // SAFETY: by the caller's promise.
    shut_down_if(node.function().addr(), unsafe { &*node.data().cast::<AtomicBool>() }, info);
}

pub(super) fn set_flag(flag: &AtomicBool, _: &SigInfo) {
    // Release: pairs with an Acquire of the user's.
    flag.store(true, Ordering::Release);
}

pub(super) fn store(value: usize, word: &AtomicUsize, _: &SigInfo) {
    // Release: pairs with an Acquire of the user's.
    word.store(value, Ordering::Release);
}

pub(super) fn add_one(count: &AtomicUsize, _: &SigInfo) {
    // Release: pairs with an Acquire of the user's.
    count.fetch_add(1, Ordering::Release);
}

pub(super) fn shut_down_if(status: usize, condition: &AtomicBool, _: &SigInfo) {
    // Acquire: pairs with the Release of whoever set it.
    if condition.load(Ordering::Acquire) {
        sys::exit_now((status as u32).cast_signed());
    }
}

pub(super) fn default_if(condition: &AtomicBool, info: &SigInfo) {
    // Acquire: pairs with the Release of whoever set it.
    if condition.load(Ordering::Acquire) {
        // It is refused for signals that have no hooks.
        let _ = emulate_default(info.signal());
    }
}
