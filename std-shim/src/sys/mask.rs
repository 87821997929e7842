//! Masks: which signals the calling thread blocks.

use core::{ffi::c_int, marker::PhantomData, mem::MaybeUninit, ptr};

use super::{
    Errno, SigSet, numbers,
    sigset::{from_libc, to_libc},
};

/// What a set does to the mask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MaskChange {
    Block,
    Unblock,
    Set,
}

impl MaskChange {
    const fn raw(self) -> c_int {
        match self {
            Self::Block => numbers::SIG_BLOCK,
            Self::Unblock => numbers::SIG_UNBLOCK,
            Self::Set => numbers::SIG_SETMASK,
        }
    }
}

/// POSIX `pthread_sigmask`, of the calling thread, whatever of it is the door's; returns the mask before. Async-signal-safe.
pub(crate) fn change_mask(how: MaskChange, set: SigSet) -> Result<SigSet, Errno> {
    let set = to_libc(set);
    let mut old = MaybeUninit::<libc::sigset_t>::zeroed();
    // SAFETY: a valid set in, room for one out; both outlive the call.
    match unsafe { libc::pthread_sigmask(how.raw(), &raw const set, old.as_mut_ptr()) } {
        // SAFETY: filled in by the call, and zeroed it was valid already.
        0 => Ok(from_libc(&unsafe { old.assume_init() })),
        errno => Err(Errno::from_return(errno)),
    }
}

/// POSIX `sigpending`: what waits for the calling thread or the process, and is blocked here. Async-signal-safe.
pub(super) fn pending() -> SigSet {
    let mut pending = MaybeUninit::<libc::sigset_t>::zeroed();
    // SAFETY: room for a set; it can fail for a bad address alone.
    unsafe { libc::sigpending(pending.as_mut_ptr()) };
    // SAFETY: filled in by the call, and zeroed it was valid already.
    from_libc(&unsafe { pending.assume_init() })
}

/// Every signal of this thread blocked, until it is dropped: then the mask is as it was. It stays on its thread.
/// Async-signal-safe.
pub(crate) struct Blocked {
    earlier: libc::sigset_t,
    stays_here: PhantomData<*const ()>,
}

impl Blocked {
    /// Blocks everything that can be blocked.
    pub(crate) fn all() -> Self {
        let mut all = MaybeUninit::<libc::sigset_t>::zeroed();
        // SAFETY: room for a set.
        unsafe { libc::sigfillset(all.as_mut_ptr()) };
        let mut earlier = MaybeUninit::<libc::sigset_t>::zeroed();
        // SAFETY: `all` was initialised by the call above, `earlier` has room for a set. It can not fail with these.
        unsafe { libc::pthread_sigmask(numbers::SIG_SETMASK, all.as_ptr(), earlier.as_mut_ptr()) };
        // SAFETY: filled in by the call, and zeroed it was valid already.
        Self { earlier: unsafe { earlier.assume_init() }, stays_here: PhantomData }
    }

    /// The mask that it sets when it is dropped.
    pub(super) fn earlier(&self) -> SigSet {
        from_libc(&self.earlier)
    }

    /// From now on it is this one.
    pub(super) fn will_set(&mut self, mask: SigSet) {
        self.earlier = to_libc(mask);
    }
}

impl Drop for Blocked {
    fn drop(&mut self) {
        // SAFETY: a mask that this thread had; the old one is not asked for.
        unsafe { libc::pthread_sigmask(numbers::SIG_SETMASK, &raw const self.earlier, ptr::null_mut()) };
    }
}
