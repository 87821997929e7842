//! Hooks where there is a heap: any closure.

use std::boxed::Box;

use super::{HookId, HookOptions, Table, check, check_no_fault, free_orphans, link};
use crate::{Error, SigInfo, Signal, trip::hook::Node};

/// Registers a hook: code that runs in signal context, at each delivery of this signal, before its bit is set.
///
/// A signal may have any number of hooks, which run in the order in which they were registered. They need no session, and stay whatever
/// a session does: [`on`](crate::on) and [`signal`](fn@crate::signal) change what is done besides, and a handler that is dispatched
/// finds what its signal's hooks wrote. While a signal has hooks, its default action is not taken, and it is not ignored:
/// [`emulate_default`](crate::hooks::emulate_default) is for a hook that wants it. A foreign handler that stood there before is called
/// first, until `on` or `signal` replaces it ([`HookOptions::chain`] turns that off). What a delivery interrupts starts again
/// (`SA_RESTART`) if nobody but hooks receives it; a foreign handler below has it as it asked for.
///
/// The common hooks are ready made, and safe: [`hooks`](crate::hooks). A hook that panics aborts the process.
///
/// Any thread, but not in signal context: from inside a hook it is an error.
///
/// # Safety
///
/// - The hook runs at any instruction of any thread, at once on several, and nested in itself if it unblocks signals. So it does only what
///   is async-signal-safe: atomic operations, and the system calls that signal-safety(7) lists. No lock, no heap (not even to drop something),
///   no thread-local, no printing.
/// - It returns: it does not end its thread, nor leave by `longjmp`; it may end the process by `_exit`. It waits for no other thread that
///   could be unregistering it.
/// - What it captured can be dropped by whoever unregisters it, on another thread.
///
/// # Errors
///
/// Nothing is changed, the closure is dropped, and the error is
/// - [`Error::Uncatchable`] for SIGKILL and SIGSTOP, [`Error::Reserved`] for what libc keeps;
/// - [`Error::Fault`] for SIGSEGV, SIGBUS, SIGFPE and SIGILL: see [`register_hook_unchecked`];
/// - [`Error::InsideHook`] from inside a hook, of whatever signal;
/// - [`Error::HooksCrowded`] while more than 32 threads run hooks at once, so that one can not tell whether the caller does;
/// - [`Error::System`] if the system has no memory for its list of what to do at fork, or with what `sigaction` says.
///
/// ```
/// use std::sync::atomic::{AtomicI32, Ordering};
/// use sigtrip::{Signal, raise_signal, register_hook, unregister_hook};
///
/// static SENDER: AtomicI32 = AtomicI32::new(0);
///
/// // SAFETY: an atomic store.
/// let id = unsafe {
///     register_hook(Signal::USR1, |info| SENDER.store(info.pid().unwrap_or(0), Ordering::Relaxed))
/// }?;
/// # raise_signal(Signal::USR1).unwrap();
/// assert_eq!(SENDER.load(Ordering::Relaxed), std::process::id() as i32); // who sent a SIGUSR1
/// assert!(unregister_hook(id));
/// # Ok::<(), sigtrip::Error>(())
/// ```
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
///
/// ```
/// use sigtrip::{HookOptions, Signal, register_hook_with};
///
/// // SAFETY: it does nothing.
/// unsafe { register_hook_with(Signal::USR1, HookOptions::new().chain(false), |_| {}) }?;
/// # Ok::<(), sigtrip::Error>(())
/// ```
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

/// As [`register_hook_with`], for SIGSEGV, SIGBUS, SIGFPE and SIGILL too.
///
/// The hook runs both when a process has sent the signal and when an instruction has raised it (a positive
/// [`code`](SigInfo::code)). Then, after the hooks, the fault goes to the handler that stood there before (std's, which reports a stack
/// overflow) or kills as by default: a hook can not mend it. One that was sent is never handed on, whatever the options say: std's handler,
/// among others, would take it for a real one.
///
/// # Safety
///
/// - As for [`register_hook`]; and when an instruction has raised the signal anything may be broken, the stack among them: the thread's
///   alternate stack is used, which with std has a few kilobytes.
///
/// # Errors
///
/// As there, but for [`Error::Fault`].
///
/// ```
/// use sigtrip::{HookOptions, Signal, register_hook_unchecked};
///
/// // SAFETY: it does nothing.
/// unsafe { register_hook_unchecked(Signal::SEGV, HookOptions::new(), |_| {}) }?;
/// # Ok::<(), sigtrip::Error>(())
/// ```
#[allow(unsafe_code)]
pub unsafe fn register_hook_unchecked<F>(
    signal: Signal,
    options: HookOptions,
    hook: F,
) -> Result<HookId, Error>
where
    F: Fn(&SigInfo) + Send + Sync + 'static,
{
    // SAFETY: the caller's promise is the same.
    unsafe { register_noted(signal, options, hook, |_| ()) }
}

/// As [`register_hook_unchecked`]; `linked` is told of the hook when deliveries find it, with the writers' lock held: no fork comes
/// between.
///
/// # Safety
///
/// As there.
#[allow(unsafe_code)]
pub(in crate::owner) unsafe fn register_noted<F>(
    signal: Signal,
    options: HookOptions,
    hook: F,
    linked: impl FnOnce(HookId),
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
    link(signal, options, node, linked).inspect_err(|_| {
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
/// - The node's data point to an `F`.
#[allow(unsafe_code)]
unsafe fn call<F: Fn(&SigInfo)>(node: &Node, info: &SigInfo) {
    // SAFETY: by the caller's promise.
    let hook = unsafe { &*node.data().cast_const().cast::<F>() };
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
