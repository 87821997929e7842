//! A descriptor that tells when a blocked signal is pending: Linux's signalfd.

use core::ffi::c_int;

use super::{Errno, SigSet, close, sigset};

/// A descriptor of ours, closed when it is dropped.
pub(crate) struct Descriptor(c_int);

impl Descriptor {
    /// Takes over a descriptor that nobody else closes.
    const fn own(descriptor: c_int) -> Self {
        Self(descriptor)
    }

    pub(crate) const fn number(&self) -> c_int {
        self.0
    }
}

impl Drop for Descriptor {
    fn drop(&mut self) {
        close(self.0);
    }
}

/// A new descriptor that is readable while one of these signals is pending for the thread that waits: closed by exec.
pub(crate) fn signal_descriptor(set: SigSet) -> Result<Descriptor, Errno> {
    let set = sigset::to_libc(set);
    // SAFETY: the set outlives the call.
    let descriptor = unsafe { libc::signalfd(-1, &raw const set, libc::SFD_CLOEXEC | libc::SFD_NONBLOCK) };
    Errno::check(descriptor).map(Descriptor::own)
}
