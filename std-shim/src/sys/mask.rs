//! Masks: which signals the calling thread blocks.

use core::{marker::PhantomData, mem::MaybeUninit, ptr};

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
        unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, all.as_ptr(), earlier.as_mut_ptr()) };
        // SAFETY: filled in by the call, and zeroed it was valid already.
        Self { earlier: unsafe { earlier.assume_init() }, stays_here: PhantomData }
    }
}

impl Drop for Blocked {
    fn drop(&mut self) {
        // SAFETY: a mask that this thread had; the old one is not asked for.
        unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &raw const self.earlier, ptr::null_mut()) };
    }
}
