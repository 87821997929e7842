//! Hooks where there is a heap: any closure.

use std::boxed::Box;

use super::{HookId, HookOptions, Table, check, check_no_fault, free_orphans, link};
use crate::{Error, SigInfo, Signal, trip::hook::Node};

/// Registers a hook: code that runs in signal context, at each delivery of this signal.
///
/// # Safety
///
/// - The hook does only what is async-signal-safe.
///
/// # Errors
///
/// Typed.
#[allow(unsafe_code)]
pub unsafe fn register_hook(
    signal: Signal,
    hook: impl Fn(&SigInfo) + Send + Sync + 'static,
) -> Result<HookId, Error> {
    // SAFETY: the caller's promise is the same.
    unsafe { register_hook_with(signal, HookOptions::new(), hook) }
}

/// As [`register_hook`], with options.
///
/// # Safety
///
/// As there.
///
/// # Errors
///
/// As there.
#[allow(unsafe_code)]
pub unsafe fn register_hook_with(
    signal: Signal,
    options: HookOptions,
    hook: impl Fn(&SigInfo) + Send + Sync + 'static,
) -> Result<HookId, Error> {
    check_no_fault(signal)?;
    // SAFETY: the caller's promise is the same.
    unsafe { register_hook_unchecked(signal, options, hook) }
}

/// As [`register_hook_with`], for fault signals too.
///
/// # Safety
///
/// As there.
///
/// # Errors
///
/// As there, but for [`Error::Fault`].
#[allow(unsafe_code)]
pub unsafe fn register_hook_unchecked<F>(
    signal: Signal,
    options: HookOptions,
    hook: F,
) -> Result<HookId, Error>
where
    F: Fn(&SigInfo) + Send + Sync + 'static,
{
    check(signal)?;
    free_orphans();
    let node = node();
    // SAFETY: the node is free, and nobody else has it. The pointer is a box's: valid until `free`, which frees it; `F` may be called
    // and dropped on any thread.
    unsafe { node.fill(call::<F>, Box::into_raw(Box::new(hook)).cast(), free::<F>) };
    link(signal, options, node).inspect_err(|_| {
        // It was never linked, or the kernel does not deliver to it.
        let mut table = Table::lock();
        let content = node.take();
        table.hooks.keep(node);
        drop(table);
        drop(content);
    })
}

/// One that was used before, or a new one, which is never freed.
fn node() -> &'static Node {
    let kept = Table::lock().hooks.reuse();
    kept.unwrap_or_else(|| Box::leak(Box::new(Node::empty())))
}

/// # Safety
///
/// - `data` points to an `F`.
#[allow(unsafe_code)]
unsafe fn call<F: Fn(&SigInfo)>(_: *mut (), data: *mut (), info: &SigInfo) {
    // SAFETY: by the caller's promise.
    let hook = unsafe { &*data.cast_const().cast::<F>() };
    hook(info);
}

/// # Safety
///
/// - `data` came from `Box::<F>::into_raw`, and nobody uses it any more.
#[allow(unsafe_code)]
unsafe fn free<F>(data: *mut ()) {
    // SAFETY: by the caller's promise.
    drop(unsafe { Box::from_raw(data.cast::<F>()) });
}
