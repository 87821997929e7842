//! The record of one delivery, as the kernel gives it: `siginfo_t`.

use core::{
    ffi::{c_int, c_long},
    mem::MaybeUninit,
    ptr,
};

use sigtrip_core::Signum;

/// What the kernel knows about one signal. A field that means nothing for this signal's code is `None`.
#[derive(Clone, Copy)]
#[repr(transparent)] // so that the kernel's own record can be looked at as one
pub(crate) struct SigInfo(libc::siginfo_t);

impl SigInfo {
    pub(super) fn zeroed() -> MaybeUninit<libc::siginfo_t> {
        MaybeUninit::zeroed()
    }

    /// # Safety
    ///
    /// - It was made by `zeroed`, and the kernel has filled it in.
    pub(super) unsafe fn from_kernel(info: MaybeUninit<libc::siginfo_t>) -> Self {
        // SAFETY: by the caller's promise; zeroed it was valid already.
        Self(unsafe { info.assume_init() })
    }

    /// A record that says nothing but which signal. Async-signal-safe.
    pub(crate) fn of(signal: Signum) -> Self {
        // SAFETY: all-zero is a valid record: numbers.
        let mut info = unsafe { Self::zeroed().assume_init() };
        info.si_signo = super::raw(signal);
        Self(info)
    }

    /// The record that the kernel has given to a handler; `None` if there is none. Async-signal-safe.
    ///
    /// # Safety
    ///
    /// - It is null, or valid for as long as the result is used.
    pub(super) unsafe fn given<'a>(info: *const libc::siginfo_t) -> Option<&'a Self> {
        // SAFETY: by the caller's promise; the type is transparent.
        unsafe { info.cast::<Self>().as_ref() }
    }

    pub(crate) const fn signum(&self) -> Option<Signum> {
        Signum::new(self.0.si_signo.cast_unsigned())
    }

    pub(crate) const fn code(&self) -> i32 {
        self.0.si_code
    }

    pub(crate) const fn errno(&self) -> i32 {
        self.0.si_errno
    }

    pub(crate) fn pid(&self) -> Option<i32> {
        // SAFETY: the record was zeroed and filled by the kernel, and every bit pattern is a number.
        (self.by_a_process() || self.about_a_child()).then(|| unsafe { self.0.si_pid() })
    }

    pub(crate) fn uid(&self) -> Option<u32> {
        // SAFETY: as for `pid`.
        (self.by_a_process() || self.about_a_child()).then(|| unsafe { self.0.si_uid() })
    }

    pub(crate) fn status(&self) -> Option<i32> {
        // SAFETY: as for `pid`.
        self.about_a_child().then(|| unsafe { self.0.si_status() })
    }

    pub(crate) fn value(&self) -> Option<i32> {
        if self.0.si_code != libc::SI_QUEUE {
            return None;
        }
        // SAFETY: as for `pid`.
        let value = unsafe { self.0.si_value() };
        // A C union: the number is its first four bytes, whatever the byte order.
        value.sival_ptr.addr().to_ne_bytes().first_chunk().copied().map(i32::from_ne_bytes)
    }

    pub(crate) fn band(&self) -> Option<c_long> {
        /// How the record begins where it tells of a descriptor; libc has no name for it.
        #[repr(C)]
        struct Poll {
            head: [c_int; 3],
            band: c_long,
        }
        const { assert!(size_of::<Poll>() <= size_of::<libc::siginfo_t>()) };
        let about_a_descriptor = self.0.si_signo == libc::SIGIO && self.0.si_code > 0;
        // SAFETY: the record is larger, at least as aligned, and every bit pattern is a number.
        about_a_descriptor.then(|| unsafe { (*ptr::from_ref(&self.0).cast::<Poll>()).band })
    }

    /// Sent by a process: kill, sigqueue, tgkill, a message queue.
    const fn by_a_process(&self) -> bool {
        matches!(self.0.si_code, libc::SI_USER | libc::SI_QUEUE | libc::SI_TKILL | libc::SI_MESGQ)
    }

    const fn about_a_child(&self) -> bool {
        self.0.si_signo == libc::SIGCHLD && self.0.si_code > 0
    }
}
