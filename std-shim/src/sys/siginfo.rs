//! The record of one delivery, as the kernel gives it: `siginfo_t`.

use core::{fmt, mem::MaybeUninit};

use sigtrip_core::Signum;

/// What the kernel knows about one signal: who sent it, and why.
///
/// Returned by [`sigwaitinfo`](crate::sigwaitinfo) and [`sigtimedwait`](crate::sigtimedwait). A plain value. Which of its fields mean
/// something depends on [`code`](Self::code), as in sigaction(2); those that mean nothing are `None`.
#[derive(Clone, Copy)]
pub struct SigInfo(libc::siginfo_t);

impl SigInfo {
    pub(super) fn zeroed() -> MaybeUninit<libc::siginfo_t> {
        MaybeUninit::zeroed()
    }

    /// # Safety
    ///
    /// - The kernel has filled it in.
    pub(super) unsafe fn from_kernel(info: MaybeUninit<libc::siginfo_t>) -> Self {
        // SAFETY: by the caller's promise; zeroed it was valid already.
        Self(unsafe { info.assume_init() })
    }

    pub(crate) fn signum(&self) -> Option<Signum> {
        Signum::new(self.0.si_signo.cast_unsigned())
    }

    /// Why it was sent: `SI_USER` (0) by `kill`, `SI_QUEUE` (-1) by `sigqueue`, `SI_TKILL` (-6) to a thread; a positive number by the
    /// kernel. Python's `si_code`.
    #[must_use]
    pub const fn code(&self) -> i32 {
        self.0.si_code
    }

    /// An errno that belongs to it; hardly ever used. Python's `si_errno`.
    #[must_use]
    pub const fn errno(&self) -> i32 {
        self.0.si_errno
    }

    /// The process that sent it, or the child that it is about. Python's `si_pid`.
    #[must_use]
    pub fn pid(&self) -> Option<i32> {
        // SAFETY: the record was zeroed and filled by the kernel, and every bit pattern is a number.
        (self.by_a_process() || self.about_a_child()).then(|| unsafe { self.0.si_pid() })
    }

    /// The real user of that process. Python's `si_uid`.
    #[must_use]
    pub fn uid(&self) -> Option<u32> {
        // SAFETY: as for `pid`.
        (self.by_a_process() || self.about_a_child()).then(|| unsafe { self.0.si_uid() })
    }

    /// For SIGCHLD: the child's exit status, or the signal that ended, stopped or continued it. Python's `si_status`.
    #[must_use]
    pub fn status(&self) -> Option<i32> {
        // SAFETY: as for `pid`.
        self.about_a_child().then(|| unsafe { self.0.si_status() })
    }

    /// The number that [`sigqueue`](crate::sigqueue) sent with it.
    #[must_use]
    pub fn value(&self) -> Option<i32> {
        if self.0.si_code != libc::SI_QUEUE {
            return None;
        }
        // SAFETY: as for `pid`.
        let value = unsafe { self.0.si_value() };
        // A C union: the number is its first four bytes, whatever the byte order.
        let bytes = value.sival_ptr.addr().to_ne_bytes();
        Some(i32::from_ne_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
    }

    /// Sent by a process: kill, sigqueue, tgkill, a message queue.
    const fn by_a_process(&self) -> bool {
        matches!(self.0.si_code, libc::SI_USER | libc::SI_QUEUE | libc::SI_TKILL | libc::SI_MESGQ)
    }

    const fn about_a_child(&self) -> bool {
        self.0.si_signo == libc::SIGCHLD && self.0.si_code > 0
    }
}

impl fmt::Debug for SigInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigInfo")
            .field("signal", &self.0.si_signo)
            .field("code", &self.code())
            .field("pid", &self.pid())
            .field("uid", &self.uid())
            .field("status", &self.status())
            .field("value", &self.value())
            .finish_non_exhaustive()
    }
}
