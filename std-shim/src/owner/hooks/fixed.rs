//! Hooks where there is no heap: the user's statics.

use core::{fmt, mem, ptr};

use super::{HookId, HookOptions, check, check_no_fault, free_orphans, link};
use crate::{
    Error, SigInfo, Signal,
    trip::hook::{Call, Node},
};

/// A hook in a `static`: a function, with or without something that it is given. It can be registered for one signal at a time.
///
/// ```
/// use std::sync::atomic::{AtomicI32, Ordering};
/// use sigtrip::{SigInfo, Signal, StaticHook, register_static_hook};
///
/// static LAST: AtomicI32 = AtomicI32::new(0);
/// static HOOK: StaticHook = StaticHook::new(|info| LAST.store(info.code(), Ordering::Relaxed));
///
/// // SAFETY: an atomic store.
/// unsafe { register_static_hook(Signal::USR1, &HOOK) }?;
/// # Ok::<(), sigtrip::Error>(())
/// ```
pub struct StaticHook(Node);

impl StaticHook {
    /// A function, or a closure that captures nothing.
    ///
    /// ```
    /// # use sigtrip::{SigInfo, StaticHook};
    /// fn hook(_: &SigInfo) {}
    /// static HOOK: StaticHook = StaticHook::new(hook);
    /// ```
    #[must_use]
    pub const fn new(function: fn(&SigInfo)) -> Self {
        Self(Node::new(call, function as *mut (), ptr::null_mut()))
    }

    /// A function, and something for it: several hooks can share it.
    ///
    /// ```
    /// # use std::sync::atomic::{AtomicUsize, Ordering};
    /// # use sigtrip::StaticHook;
    /// static READS: AtomicUsize = AtomicUsize::new(0);
    /// static HOOK: StaticHook = StaticHook::with(|count, _| _ = count.fetch_add(1, Ordering::Relaxed), &READS);
    /// ```
    #[must_use]
    pub const fn with<T: Sync + 'static>(function: fn(&'static T, &SigInfo), data: &'static T) -> Self {
        Self(Node::new(call_with::<T>, function as *mut (), ptr::from_ref(data).cast_mut().cast()))
    }

    /// A function that is given these two. To register it is as safe as to call that.
    pub(crate) const fn calling(call: Call, first: *mut (), second: *mut ()) -> Self {
        Self(Node::new(call, first, second))
    }
}

impl fmt::Debug for StaticHook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StaticHook").finish_non_exhaustive()
    }
}

/// # Safety
///
/// - The node's function is a `fn(&SigInfo)`.
#[allow(unsafe_code)]
unsafe fn call(node: &Node, info: &SigInfo) {
    // SAFETY: by the caller's promise.
    let function = unsafe { mem::transmute::<*mut (), fn(&SigInfo)>(node.function()) };
    function(info);
}

/// # Safety
///
/// - The node's function is a `fn(&'static T, &SigInfo)`, and its data a `&'static T`.
#[allow(unsafe_code)]
unsafe fn call_with<T: 'static>(node: &Node, info: &SigInfo) {
    // SAFETY: by the caller's promise.
    let function = unsafe { mem::transmute::<*mut (), fn(&'static T, &SigInfo)>(node.function()) };
    // SAFETY: by the caller's promise.
    function(unsafe { &*node.data().cast_const().cast::<T>() }, info);
}

/// Registers a hook that stands in a `static`: code that runs in signal context, at each delivery of this signal. No heap is needed.
///
/// What a hook is, how it stands to a session's handlers and to a foreign one, and what it costs to get wrong is as with
/// `register_hook`, which takes a closure (with std). A hook runs before its signal's bit is set. Those that are ready made are safe:
/// [`hooks`](crate::hooks).
///
/// Any thread, but not in signal context: from inside a hook it is an error.
///
/// # Safety
///
/// - The hook runs at any instruction of any thread, at once on several, and nested in itself if it unblocks signals. So it does only what
///   is async-signal-safe: atomic operations, and the system calls that signal-safety(7) lists. No lock, no heap, no thread-local, no
///   printing.
/// - It returns: it does not end its thread, nor leave by `longjmp`; it may end the process by `_exit`. It waits for no other thread that
///   could be unregistering it.
///
/// # Errors
///
/// Nothing is changed, and the error is
/// - [`Error::Uncatchable`] for SIGKILL and SIGSTOP, [`Error::Reserved`] for what libc keeps;
/// - [`Error::Fault`] for SIGSEGV, SIGBUS, SIGFPE and SIGILL: see [`register_static_hook_unchecked`];
/// - [`Error::HookInUse`] if it is registered, or was unregistered from inside a hook and may still run;
/// - [`Error::InsideHook`] from inside a hook, of whatever signal;
/// - [`Error::HooksCrowded`] while more than 32 threads run hooks at once, so that one can not tell whether the caller does;
/// - [`Error::System`] if the system has no memory for its list of what to do at fork, or with what `sigaction` says.
///
/// ```
/// use std::sync::atomic::{AtomicI32, Ordering};
/// use sigtrip::{Signal, StaticHook, raise_signal, register_static_hook, unregister_hook};
///
/// static SENDER: AtomicI32 = AtomicI32::new(0);
/// static HOOK: StaticHook =
///     StaticHook::new(|info| SENDER.store(info.pid().unwrap_or(0), Ordering::Relaxed));
///
/// // SAFETY: an atomic store.
/// let id = unsafe { register_static_hook(Signal::USR1, &HOOK) }?;
/// # raise_signal(Signal::USR1).unwrap();
/// assert_eq!(SENDER.load(Ordering::Relaxed), std::process::id() as i32); // who sent a SIGUSR1
/// assert!(unregister_hook(id));
/// # Ok::<(), sigtrip::Error>(())
/// ```
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
///
/// ```
/// use sigtrip::{HookOptions, Signal, StaticHook, register_static_hook_with};
///
/// static HOOK: StaticHook = StaticHook::new(|_| {});
/// // SAFETY: it does nothing.
/// unsafe { register_static_hook_with(Signal::USR1, HookOptions::new().chain(false), &HOOK) }?;
/// # Ok::<(), sigtrip::Error>(())
/// ```
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

/// As [`register_static_hook_with`], for SIGSEGV, SIGBUS, SIGFPE and SIGILL too.
///
/// The hook runs both when a process has sent the signal and when an instruction has raised it (a positive
/// [`code`](SigInfo::code)). Then, after the hooks, the fault goes to the handler that stood there before or kills as by default: a
/// hook can not mend it. One that was sent is never handed on, whatever the options say.
///
/// # Safety
///
/// - As for [`register_static_hook`]; and when an instruction has raised the signal anything may be broken, the stack among them: the
///   thread's alternate stack is used, if it has one.
///
/// # Errors
///
/// As there, but for [`Error::Fault`].
///
/// ```
/// use sigtrip::{HookOptions, Signal, StaticHook, register_static_hook_unchecked};
///
/// static HOOK: StaticHook = StaticHook::new(|_| {});
/// // SAFETY: it does nothing.
/// unsafe { register_static_hook_unchecked(Signal::SEGV, HookOptions::new(), &HOOK) }?;
/// # Ok::<(), sigtrip::Error>(())
/// ```
#[allow(unsafe_code)]
pub unsafe fn register_static_hook_unchecked(
    signal: Signal,
    options: HookOptions,
    hook: &'static StaticHook,
) -> Result<HookId, Error> {
    check(signal)?;
    free_orphans();
    link(signal, options, &hook.0, |_| ())
}
