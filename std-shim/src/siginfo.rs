//! `SigInfo`: the record of one signal, as a wait for signals returns it.

use core::{ffi::c_long, fmt};

use crate::{Origin, Signal, sys};

/// What the system knows about one signal: who sent it, and why. POSIX's `siginfo_t`, Python's `struct_siginfo`.
///
/// Returned by [`sigwaitinfo`](crate::sigwaitinfo) and [`sigtimedwait`](crate::sigtimedwait), and what a [hook](crate::register_static_hook) is called with. A plain value; its methods may be called in
/// either context: they neither allocate nor panic. Which of its fields mean something depends on [`code`](Self::code) (see sigaction(2)); one that means
/// nothing is `None`. The methods with Python's names return plain numbers, and 0 instead of `None`.
///
/// ```
/// use sigtrip::{Signal, raise_signal, sigwaitinfo};
///
/// # fn main() -> Result<(), sigtrip::Interrupt> {
/// # sigtrip_blocked::block(libc::SIGUSR1);
/// // SIGUSR1 is blocked in every thread of this program.
/// raise_signal(Signal::USR1)?;
/// let info = sigwaitinfo(Signal::USR1)?;
/// assert_eq!(info.signal(), Signal::USR1);
/// assert_eq!(info.pid(), Some(std::process::id() as i32));
/// # Ok(())
/// # }
/// # mod sigtrip_blocked {
/// #     pub fn block(signal: i32) {
/// #         unsafe {
/// #             let mut set = std::mem::zeroed();
/// #             libc::sigaddset(&mut set, signal);
/// #             libc::pthread_sigmask(libc::SIG_BLOCK, &set, std::ptr::null_mut());
/// #         }
/// #     }
/// # }
/// ```
#[derive(Clone, Copy)]
#[repr(transparent)] // a hook looks at the kernel's own record, without a copy
pub struct SigInfo {
    record: sys::SigInfo,
}

impl SigInfo {
    /// `None` for a record that names no signal, as no accepted one does.
    pub(crate) fn new(record: sys::SigInfo) -> Option<Self> {
        record.signum().map(|_| Self { record })
    }

    /// For a record that is known to name a signal.
    pub(crate) const fn of(record: sys::SigInfo) -> Self {
        Self { record }
    }

    /// Who has sent it, and what came with it: the fields below in one value that says which of them mean something.
    ///
    /// ```
    /// use sigtrip::{Origin, Signal, block, raise_signal, sigwaitinfo};
    ///
    /// let _blocked = block(Signal::USR1)?;
    /// raise_signal(Signal::USR1)?;
    /// let me = std::process::id() as i32;
    /// assert!(matches!(sigwaitinfo(Signal::USR1)?.origin(), Origin::Process { pid, .. } if pid == me));
    /// # Ok::<(), sigtrip::Interrupt>(())
    /// ```
    #[must_use]
    pub fn origin(&self) -> Origin {
        Origin::of(&self.record)
    }

    /// As the system has it.
    #[cfg(any(feature = "std", feature = "capi"))]
    pub(crate) const fn raw(&self) -> &sys::SigInfo {
        &self.record
    }

    /// The signal.
    ///
    /// ```
    /// use sigtrip::{Signal, block, raise_signal, sigwaitinfo};
    ///
    /// let _blocked = block([Signal::USR1, Signal::USR2])?;
    /// raise_signal(Signal::USR2)?;
    /// let info = sigwaitinfo([Signal::USR1, Signal::USR2])?;
    /// assert_eq!(info.signal(), Signal::USR2);
    /// # Ok::<(), sigtrip::Interrupt>(())
    /// ```
    #[must_use]
    pub const fn signal(&self) -> Signal {
        match self.record.signum() {
            Some(signum) => Signal::of(signum),
            None => Signal::KILL, // it can not be: no such record is made, nor looked at
        }
    }

    /// Why it was sent: `SI_USER` (0) by `kill` (with glibc also to a thread), `SI_QUEUE` (-1) by `sigqueue`; a positive number by
    /// the kernel.
    ///
    /// ```
    /// use sigtrip::{Signal, block, sigqueue, sigwaitinfo};
    ///
    /// let _blocked = block(Signal::USR1)?;
    /// sigqueue(std::process::id() as i32, Signal::USR1, 42)?;
    /// let info = sigwaitinfo(Signal::USR1)?;
    /// assert_eq!(info.code(), -1); // SI_QUEUE
    /// # Ok::<(), sigtrip::Interrupt>(())
    /// ```
    #[must_use]
    pub const fn code(&self) -> i32 {
        self.record.code()
    }

    /// An errno that belongs to it: on Linux hardly ever another than 0.
    ///
    /// ```
    /// use sigtrip::{Signal, block, raise_signal, sigwaitinfo};
    ///
    /// let _blocked = block(Signal::USR1)?;
    /// raise_signal(Signal::USR1)?;
    /// let info = sigwaitinfo(Signal::USR1)?;
    /// assert_eq!(info.errno(), 0);
    /// # Ok::<(), sigtrip::Interrupt>(())
    /// ```
    #[must_use]
    pub const fn errno(&self) -> i32 {
        self.record.errno()
    }

    /// The process that sent it, or the child that it is about.
    ///
    /// ```
    /// use sigtrip::{Signal, block, raise_signal, sigwaitinfo};
    ///
    /// let _blocked = block(Signal::USR1)?;
    /// raise_signal(Signal::USR1)?;
    /// let info = sigwaitinfo(Signal::USR1)?;
    /// assert_eq!(info.pid(), Some(std::process::id() as i32));
    /// # Ok::<(), sigtrip::Interrupt>(())
    /// ```
    #[must_use]
    pub fn pid(&self) -> Option<i32> {
        self.record.pid()
    }

    /// The real user of that process.
    ///
    /// ```
    /// use sigtrip::{Signal, block, raise_signal, sigwaitinfo};
    ///
    /// let _blocked = block(Signal::USR1)?;
    /// raise_signal(Signal::USR1)?;
    /// let info = sigwaitinfo(Signal::USR1)?;
    /// assert!(info.uid().is_some()); // a process sent it
    /// # Ok::<(), sigtrip::Interrupt>(())
    /// ```
    #[must_use]
    pub fn uid(&self) -> Option<u32> {
        self.record.uid()
    }

    /// For SIGCHLD from the kernel: the child's exit status, or the number of the signal that ended, stopped or continued
    /// it.
    ///
    /// ```
    /// use sigtrip::{Signal, block, sigwaitinfo};
    ///
    /// # let _session = sigtrip::init()?;
    /// # sigtrip::signal(Signal::CHLD, sigtrip::Disposition::Default)?; // ignored it would not come
    /// let _blocked = block(Signal::CHLD)?;
    /// let mut child = std::process::Command::new("false").spawn().unwrap();
    /// let info = sigwaitinfo(Signal::CHLD)?;
    /// assert_eq!(info.status(), Some(1));
    /// # child.wait().unwrap();
    /// # Ok::<(), sigtrip::Interrupt>(())
    /// ```
    #[must_use]
    pub fn status(&self) -> Option<i32> {
        self.record.status()
    }

    /// For SIGIO from the kernel: the events of the descriptor, as poll(2) has them.
    ///
    /// ```
    /// use sigtrip::{Signal, block, raise_signal, sigwaitinfo};
    ///
    /// let _blocked = block(Signal::IO)?;
    /// raise_signal(Signal::IO)?;
    /// let info = sigwaitinfo(Signal::IO)?;
    /// assert_eq!(info.band(), None); // a process sent it, not the kernel
    /// # Ok::<(), sigtrip::Interrupt>(())
    /// ```
    #[must_use]
    pub fn band(&self) -> Option<c_long> {
        self.record.band()
    }

    /// The number that `sigqueue` sent with it.
    ///
    /// ```
    /// use sigtrip::{Signal, block, sigqueue, sigwaitinfo};
    ///
    /// let _blocked = block(Signal::USR1)?;
    /// sigqueue(std::process::id() as i32, Signal::USR1, 42)?;
    /// let info = sigwaitinfo(Signal::USR1)?;
    /// assert_eq!(info.value(), Some(42));
    /// # Ok::<(), sigtrip::Interrupt>(())
    /// ```
    #[must_use]
    pub fn value(&self) -> Option<i32> {
        self.record.value()
    }

    /// Python's `si_signo`: the number of [`signal`](Self::signal).
    ///
    /// ```
    /// use sigtrip::{Signal, block, raise_signal, sigwaitinfo};
    ///
    /// let _blocked = block(Signal::USR1)?;
    /// raise_signal(Signal::USR1)?;
    /// let info = sigwaitinfo(Signal::USR1)?;
    /// assert_eq!(info.si_signo(), Signal::USR1.number());
    /// # Ok::<(), sigtrip::Interrupt>(())
    /// ```
    #[must_use]
    pub const fn si_signo(&self) -> i32 {
        self.signal().number()
    }

    /// Python's `si_code`: [`code`](Self::code).
    ///
    /// ```
    /// use sigtrip::{Signal, block, sigqueue, sigwaitinfo};
    ///
    /// let _blocked = block(Signal::USR1)?;
    /// sigqueue(std::process::id() as i32, Signal::USR1, 42)?;
    /// let info = sigwaitinfo(Signal::USR1)?;
    /// assert_eq!(info.si_code(), -1); // SI_QUEUE
    /// # Ok::<(), sigtrip::Interrupt>(())
    /// ```
    #[must_use]
    pub const fn si_code(&self) -> i32 {
        self.code()
    }

    /// Python's `si_errno`: [`errno`](Self::errno).
    ///
    /// ```
    /// use sigtrip::{Signal, block, raise_signal, sigwaitinfo};
    ///
    /// let _blocked = block(Signal::USR1)?;
    /// raise_signal(Signal::USR1)?;
    /// let info = sigwaitinfo(Signal::USR1)?;
    /// assert_eq!(info.si_errno(), 0);
    /// # Ok::<(), sigtrip::Interrupt>(())
    /// ```
    #[must_use]
    pub const fn si_errno(&self) -> i32 {
        self.errno()
    }

    /// Python's `si_pid`: [`pid`](Self::pid), or 0.
    ///
    /// ```
    /// use sigtrip::{Signal, block, raise_signal, sigwaitinfo};
    ///
    /// let _blocked = block(Signal::USR1)?;
    /// raise_signal(Signal::USR1)?;
    /// let info = sigwaitinfo(Signal::USR1)?;
    /// assert_eq!(info.si_pid(), std::process::id() as i32);
    /// # Ok::<(), sigtrip::Interrupt>(())
    /// ```
    #[must_use]
    pub fn si_pid(&self) -> i32 {
        self.pid().unwrap_or(0)
    }

    /// Python's `si_uid`: [`uid`](Self::uid), or 0.
    ///
    /// ```
    /// use sigtrip::{Signal, block, raise_signal, sigwaitinfo};
    ///
    /// let _blocked = block(Signal::USR1)?;
    /// raise_signal(Signal::USR1)?;
    /// let info = sigwaitinfo(Signal::USR1)?;
    /// assert_eq!(Some(info.si_uid()), info.uid());
    /// # Ok::<(), sigtrip::Interrupt>(())
    /// ```
    #[must_use]
    pub fn si_uid(&self) -> u32 {
        self.uid().unwrap_or(0)
    }

    /// Python's `si_status`: [`status`](Self::status), or 0.
    ///
    /// ```
    /// use sigtrip::{Signal, block, sigwaitinfo};
    ///
    /// # let _session = sigtrip::init()?;
    /// # sigtrip::signal(Signal::CHLD, sigtrip::Disposition::Default)?; // ignored it would not come
    /// let _blocked = block(Signal::CHLD)?;
    /// let mut child = std::process::Command::new("false").spawn().unwrap();
    /// let info = sigwaitinfo(Signal::CHLD)?;
    /// assert_eq!(info.si_status(), 1);
    /// # child.wait().unwrap();
    /// # Ok::<(), sigtrip::Interrupt>(())
    /// ```
    #[must_use]
    pub fn si_status(&self) -> i32 {
        self.status().unwrap_or(0)
    }

    /// Python's `si_band`: [`band`](Self::band), or 0.
    ///
    /// ```
    /// use sigtrip::{Signal, block, raise_signal, sigwaitinfo};
    ///
    /// let _blocked = block(Signal::IO)?;
    /// raise_signal(Signal::IO)?;
    /// let info = sigwaitinfo(Signal::IO)?;
    /// assert_eq!(info.si_band(), 0); // a process sent it, not the kernel
    /// # Ok::<(), sigtrip::Interrupt>(())
    /// ```
    #[must_use]
    pub fn si_band(&self) -> c_long {
        self.band().unwrap_or(0)
    }
}

impl fmt::Debug for SigInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigInfo")
            .field("signal", &self.signal())
            .field("code", &self.code())
            .field("pid", &self.pid())
            .field("uid", &self.uid())
            .field("status", &self.status())
            .field("value", &self.value())
            .finish_non_exhaustive()
    }
}
