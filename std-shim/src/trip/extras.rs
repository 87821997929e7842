//! What a delivery does besides the bit, where somebody asked for it: call the host's notify hook, write a byte to the wakeup
//! descriptor, kick the owner out of a foreign call.
//!
//! One word says whether any of them is wanted; while none is, signals have a trampoline that does not even look. Each has its
//! own word, changed by the owner alone and read in signal context. The order is: bit, wake, then these, the byte last: whoever
//! reads the byte finds the bit. What can not happen: a write to a descriptor number that was closed and means another file
//! now. The number written to is the library's own, and `dup3` or `dup2` puts another open file behind it; it is closed only in the
//! child of a fork, where no other thread can be about to write.

use core::{
    ffi::c_int,
    mem, ptr,
    sync::atomic::{AtomicBool, AtomicI32, AtomicPtr, AtomicU32, AtomicUsize, Ordering},
};

use sigtrip_core::Signum;

use super::parts::EXTRAS;
use crate::{Signal, sys};

/// Whether any of the others is set.
static WANTED: AtomicBool = AtomicBool::new(false);
/// The notify hook, or null.
static NOTIFY: AtomicPtr<()> = AtomicPtr::new(ptr::null_mut());
/// The descriptor to which each delivery's byte is written, or -1.
static WAKEUP: AtomicI32 = AtomicI32::new(NONE);
/// The first failure of a write to it that was not told yet, or 0.
static WRITE_FAILED: AtomicI32 = AtomicI32::new(0);
/// The thread to kick, or 0.
static KICK_THREAD: AtomicUsize = AtomicUsize::new(0);
/// Its process: in a child of vfork, which has our memory, it is another than the one that runs.
static KICK_PROCESS: AtomicI32 = AtomicI32::new(0);
/// The signal to kick it with.
static KICK_SIGNAL: AtomicU32 = AtomicU32::new(0);
/// Whether it was kicked and has not dispatched since.
static KICKED: AtomicBool = AtomicBool::new(false);

/// Whether a kick has reached the owner since it last asked. Kept where nobody asks: see `kick` in `trampoline.rs`.
#[used]
static KICK_HAS_COME: AtomicBool = AtomicBool::new(false);

const NONE: c_int = -1;

/// What runs in signal context at each delivery, after the bit is set.
pub(crate) type Notify = fn(Signal);

/// Whether a delivery has anything to do here: one load. Any context.
#[inline]
pub(crate) fn wanted() -> bool {
    // Relaxed: a hint; each of the words below is read by itself.
    WANTED.load(Ordering::Relaxed)
}

/// Does it. Any context; `errno` is kept.
#[cold]
#[inline(never)]
pub(crate) fn run(signal: Signum) {
    let _errno = sys::ErrnoGuard::new();
    notify(signal);
    kick();
    write_byte(signal);
}

#[allow(unsafe_code)]
fn notify(signal: Signum) {
    // Acquire: pairs with the Release in `set_notify`, so that what the hook uses is seen.
    let hook = NOTIFY.load(Ordering::Acquire);
    if !hook.is_null() {
        // SAFETY: what is not null was made from a `Notify` in `set_notify`.
        let hook = unsafe { mem::transmute::<*mut (), Notify>(hook) };
        hook(Signal::of(signal));
    }
}

fn kick() {
    // Relaxed: set before the session's first signal is installed, and again only when none is.
    let thread = KICK_THREAD.load(Ordering::Relaxed);
    if thread == 0 || thread == sys::thread_to_kick() {
        return;
    }
    // AcqRel, a swap, so that a burst kicks once. Release pairs with the Acquire in `may_kick_again`: who does not kick has set
    // his bit before. Acquire keeps the chain for the next one. The number itself is Relaxed: see above.
    if !KICKED.swap(true, Ordering::AcqRel)
        && let Some(signal) = Signum::new(KICK_SIGNAL.load(Ordering::Relaxed))
    {
        // Relaxed: set together with the thread.
        sys::kick(KICK_PROCESS.load(Ordering::Relaxed), thread, signal);
    }
}

fn write_byte(signal: Signum) {
    // Relaxed: the number alone; the file behind it is the kernel's.
    let descriptor = WAKEUP.load(Ordering::Relaxed);
    if descriptor == NONE || by_a_failed_write(signal) {
        return;
    }
    if let Err(errno) = sys::write_byte(descriptor, signal.get() as u8) {
        // Relaxed: one word that says it all. The owner tells of it; the first failure stays until then.
        let _ = WRITE_FAILED.compare_exchange(0, errno.raw(), Ordering::Relaxed, Ordering::Relaxed);
    }
}

/// Whether it may have been raised by a write to a broken pipe: writing again would raise it again, for ever.
fn by_a_failed_write(signal: Signum) -> bool {
    // Relaxed: as in `write_byte`, which has set it on this very thread before the signal came.
    signal == Signal::PIPE.signum() && WRITE_FAILED.load(Ordering::Relaxed) != 0
}

/// A kick has reached the owner's thread. Signal context.
pub(super) fn kick_has_come() {
    // Relaxed: written and read by one thread.
    KICK_HAS_COME.store(true, Ordering::Relaxed);
}

/// Whether a kick has come since the last call. Owner context.
pub(crate) fn take_kick() -> bool {
    // Relaxed: as above. A swap, so that a kick in between is not forgotten.
    KICK_HAS_COME.swap(false, Ordering::Relaxed)
}

/// Sets or takes away the notify hook. Owner context.
pub(crate) fn set_notify(hook: Option<Notify>) {
    EXTRAS.is_asked_for();
    let hook = hook.map_or(ptr::null_mut(), |hook| hook as *mut ());
    // Release: pairs with the Acquire in `notify`.
    NOTIFY.store(hook, Ordering::Release);
    look_again();
}

/// Sets or takes away the descriptor to which bytes are written. Owner context.
pub(crate) fn set_wakeup(descriptor: Option<c_int>) {
    EXTRAS.is_asked_for();
    // Relaxed: see `write_byte`.
    WAKEUP.store(descriptor.unwrap_or(NONE), Ordering::Relaxed);
    look_again();
}

/// Why the first write failed since the last call, if one did. Owner context.
pub(crate) fn take_failed_write() -> Option<sys::Errno> {
    // Relaxed: see `write_byte`.
    sys::Errno::from_raw(WRITE_FAILED.swap(0, Ordering::Relaxed))
}

/// Whom to kick, and how; `None`: nobody, from now on. Owner context; to name somebody while no signal of ours is installed.
pub(crate) fn set_kick(target: Option<(usize, Signum)>) {
    EXTRAS.is_asked_for();
    // Relaxed: see `kick`.
    KICK_SIGNAL.store(target.map_or(0, |(_, signal)| signal.get()), Ordering::Relaxed);
    KICK_PROCESS.store(sys::process(), Ordering::Relaxed);
    KICK_THREAD.store(target.map_or(0, |(thread, _)| thread), Ordering::Relaxed);
    // Relaxed: an earlier owner's kick was not for this one.
    KICKED.store(false, Ordering::Relaxed);
    look_again();
}

/// In the child of a fork: the thread to kick is another, if any is kicked.
pub(crate) fn set_kick_thread(thread: usize) {
    // Relaxed: there is no other thread.
    if KICK_THREAD.load(Ordering::Relaxed) != 0 {
        KICK_PROCESS.store(sys::process(), Ordering::Relaxed);
        KICK_THREAD.store(thread, Ordering::Relaxed);
        // Relaxed: as above. The parent's kick went to the parent.
        KICKED.store(false, Ordering::Relaxed);
    }
}

/// The owner is about to dispatch: the next delivery may kick it again. Owner context.
pub(crate) fn may_kick_again() {
    // AcqRel, a swap: Acquire pairs with the Release of the swap in `kick`. Whoever found it kicked already has set his bit before,
    // and the look at the bits that follows sees it.
    KICKED.swap(false, Ordering::AcqRel);
}

fn look_again() {
    // Relaxed: the owner's own stores above.
    let wanted = !NOTIFY.load(Ordering::Relaxed).is_null()
        || WAKEUP.load(Ordering::Relaxed) != NONE
        || KICK_THREAD.load(Ordering::Relaxed) != 0;
    // Relaxed: see `wanted`.
    WANTED.store(wanted, Ordering::Relaxed);
}
