//! Hooks where there is no heap: the user's statics.

use core::{fmt, mem, ptr};

use super::{HookId, HookOptions, check, check_no_fault, free_orphans, link};
use crate::{Error, SigInfo, Signal, trip::hook::Node};

/// A hook in a `static`: a function, with or without something that it is given. It can be registered for one signal at a time.
pub struct StaticHook(Node);

impl StaticHook {
    /// A function.
    #[must_use]
    pub const fn new(function: fn(&SigInfo)) -> Self {
        Self(Node::new(call, function as *mut (), ptr::null_mut()))
    }

    /// A function, and something for it.
    #[must_use]
    pub const fn with<T: Sync + 'static>(function: fn(&'static T, &SigInfo), data: &'static T) -> Self {
        Self(Node::new(call_with::<T>, function as *mut (), ptr::from_ref(data).cast_mut().cast()))
    }
}

impl fmt::Debug for StaticHook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StaticHook").finish_non_exhaustive()
    }
}

/// # Safety
///
/// - `function` is a `fn(&SigInfo)`.
#[allow(unsafe_code)]
unsafe fn call(function: *mut (), _: *mut (), info: &SigInfo) {
    // SAFETY: by the caller's promise.
    let function = unsafe { mem::transmute::<*mut (), fn(&SigInfo)>(function) };
    function(info);
}

/// # Safety
///
/// - `function` is a `fn(&'static T, &SigInfo)`, and `data` a `&'static T`.
#[allow(unsafe_code)]
unsafe fn call_with<T: 'static>(function: *mut (), data: *mut (), info: &SigInfo) {
    // SAFETY: by the caller's promise.
    let function = unsafe { mem::transmute::<*mut (), fn(&'static T, &SigInfo)>(function) };
    // SAFETY: by the caller's promise.
    function(unsafe { &*data.cast_const().cast::<T>() }, info);
}

/// Registers a hook that stands in a `static`.
///
/// # Safety
///
/// As for [`register_hook`](crate::register_hook).
///
/// # Errors
///
/// As for [`register_hook`](crate::register_hook), and [`Error::HookInUse`].
#[allow(unsafe_code)]
pub unsafe fn register_static_hook(signal: Signal, hook: &'static StaticHook) -> Result<HookId, Error> {
    // SAFETY: the caller's promise is the same.
    unsafe { register_static_hook_with(signal, HookOptions::new(), hook) }
}

/// As [`register_static_hook`], with options.
///
/// # Safety
///
/// As there.
///
/// # Errors
///
/// As there.
#[allow(unsafe_code)]
pub unsafe fn register_static_hook_with(
    signal: Signal,
    options: HookOptions,
    hook: &'static StaticHook,
) -> Result<HookId, Error> {
    check_no_fault(signal)?;
    // SAFETY: the caller's promise is the same.
    unsafe { register_static_hook_unchecked(signal, options, hook) }
}

/// As [`register_static_hook_with`], for fault signals too.
///
/// # Safety
///
/// As there.
///
/// # Errors
///
/// As there, but for [`Error::Fault`].
#[allow(unsafe_code)]
pub unsafe fn register_static_hook_unchecked(
    signal: Signal,
    options: HookOptions,
    hook: &'static StaticHook,
) -> Result<HookId, Error> {
    check(signal)?;
    free_orphans();
    link(signal, options, &hook.0)
}
