//! The record of one delivery, as the kernel gives it: `siginfo_t`.

use core::{
    ffi::{c_int, c_long},
    mem::MaybeUninit,
    ptr,
    time::Duration,
};

use sigtrip_core::Signum;

use super::{codes, layout, numbers, record::INFO_WORDS};

/// Who has sent a signal, as `si_code` and the signal tell together (see sigaction(2)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Process,
    Queue,
    MessageQueue,
    Timer,
    AsyncIo,
    Child,
    Descriptor,
    Fault,
    SystemCall,
    Kernel,
    Unknown,
}

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
    #[cfg_attr(
        not(feature = "std"),
        allow(dead_code, reason = "where no call returns a record it is for kept ones alone")
    )]
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

    /// A record that C's own code was given by the kernel, or has made.
    ///
    /// # Safety
    ///
    /// - It is valid for as long as the result is used.
    #[cfg(feature = "capi")]
    pub(crate) unsafe fn of_c<'a>(info: *const core::ffi::c_void) -> Option<&'a Self> {
        // SAFETY: the caller's promise is the same.
        unsafe { Self::given(info.cast()) }
    }

    /// Where C finds it.
    #[cfg(feature = "capi")]
    pub(crate) const fn as_c(&self) -> *const core::ffi::c_void {
        ptr::from_ref(self).cast()
    }

    /// The rest is zero: see `RawRecord`, which keeps these.
    pub(super) fn from_words(words: [usize; INFO_WORDS]) -> Self {
        let mut info = Self::zeroed();
        // SAFETY: room for a siginfo_t, which is larger than these words and at least as aligned (`RawRecord` says so).
        unsafe { info.as_mut_ptr().cast::<[usize; INFO_WORDS]>().write(words) };
        // SAFETY: zeroed it was valid already, and every bit pattern is a number.
        Self(unsafe { info.assume_init() })
    }

    /// By the codes of this system; a code that is nobody's own is a reason of that signal, if it is positive, and tells of a descriptor
    /// where the signal has no reasons of its own.
    pub(crate) fn source(&self) -> Source {
        match self.0.si_code {
            codes::SI_USER | codes::SI_THREAD => Source::Process,
            codes::SI_QUEUE => Source::Queue,
            codes::SI_MESGQ => Source::MessageQueue,
            codes::SI_TIMER => Source::Timer,
            codes::SI_ASYNCIO => Source::AsyncIo,
            codes::SI_SIGIO => Source::Descriptor,
            codes::SI_KERNEL => Source::Kernel,
            code if !codes::is_reason(code) => Source::Unknown,
            code => match self.0.si_signo {
                numbers::SIGCHLD => Source::Child,
                numbers::SIGSEGV | numbers::SIGBUS | numbers::SIGFPE | numbers::SIGILL | numbers::SIGTRAP => {
                    Source::Fault
                }
                numbers::SIGSYS => Source::SystemCall,
                _ if code <= 6 => Source::Descriptor, // POLL_IN to POLL_HUP
                _ => Source::Unknown,
            },
        }
    }

    /// The number at this place; 0 if it is not there.
    fn int(&self, at: usize) -> c_int {
        self.bytes_from(at).first_chunk().map_or(0, |&bytes| c_int::from_ne_bytes(bytes))
    }

    /// The long number at this place; 0 if it is not there.
    fn long(&self, at: usize) -> c_long {
        self.bytes_from(at).first_chunk().map_or(0, |&bytes| c_long::from_ne_bytes(bytes))
    }

    fn bytes_from(&self, at: usize) -> &[u8] {
        // SAFETY: a siginfo_t is numbers one after another, and all of its bytes were set (see `zeroed`).
        let bytes = unsafe { &*ptr::from_ref(&self.0).cast::<[u8; size_of::<libc::siginfo_t>()]>() };
        bytes.get(at..).unwrap_or_default()
    }

    /// The number that came with it: for those origins that have one. A C union: the number is its first four bytes, whatever the byte order.
    pub(crate) fn any_value(&self) -> c_int {
        self.int(layout::VALUE)
    }

    /// For the origins that name a process; 0 for what is no process of this namespace.
    pub(crate) fn sender_pid(&self) -> c_int {
        self.int(layout::PID)
    }

    /// And its real user.
    pub(crate) fn sender_uid(&self) -> u32 {
        self.int(layout::UID).cast_unsigned()
    }

    /// For `Timer`: its number in the kernel, and how often it has run out unheard since.
    pub(crate) fn timer(&self) -> (c_int, c_int) {
        layout::TIMER.map_or((0, 0), |[id, overruns]| (self.int(id), self.int(overruns)))
    }

    /// For `Descriptor`: its events, as poll(2) has them, and its number.
    pub(crate) fn descriptor(&self) -> (c_long, c_int) {
        (self.long(layout::BAND), layout::DESCRIPTOR.map_or(-1, |at| self.int(at)))
    }

    /// For `Child`: the processor time that it used, in user mode and in the kernel.
    pub(crate) fn child_times(&self) -> (Duration, Duration) {
        let time =
            |at| self.bytes_from(at).first_chunk().map_or(0, |&bytes| libc::clock_t::from_ne_bytes(bytes));
        layout::CHILD_TIMES
            .map_or_else(Default::default, |[user, system]| (of_ticks(time(user)), of_ticks(time(system))))
    }

    /// For `Fault` and `SystemCall`: the address.
    pub(crate) fn address(&self) -> usize {
        self.long(layout::ADDRESS).cast_unsigned() as usize
    }

    /// For `SystemCall`: its number.
    pub(crate) fn system_call(&self) -> c_int {
        layout::SYSTEM_CALL.map_or(0, |at| self.int(at))
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
        (self.by_a_process() || self.about_a_child()).then(|| self.sender_pid())
    }

    pub(crate) fn uid(&self) -> Option<u32> {
        (self.by_a_process() || self.about_a_child()).then(|| self.sender_uid())
    }

    pub(crate) fn status(&self) -> Option<i32> {
        self.about_a_child().then(|| self.int(layout::STATUS))
    }

    pub(crate) fn value(&self) -> Option<i32> {
        (self.0.si_code == codes::SI_QUEUE).then(|| self.any_value())
    }

    pub(crate) fn band(&self) -> Option<c_long> {
        let about_a_descriptor = self.0.si_signo == numbers::SIGIO && codes::is_reason(self.0.si_code);
        about_a_descriptor.then(|| self.long(layout::BAND))
    }

    /// Sent by a process: kill, sigqueue, tgkill, a message queue.
    const fn by_a_process(&self) -> bool {
        matches!(self.0.si_code, codes::SI_USER | codes::SI_QUEUE | codes::SI_THREAD | codes::SI_MESGQ)
    }

    const fn about_a_child(&self) -> bool {
        self.0.si_signo == numbers::SIGCHLD && codes::is_reason(self.0.si_code)
    }
}

/// A time in the ticks in which the kernel counts processor time.
fn of_ticks(ticks: libc::clock_t) -> Duration {
    // SAFETY: no preconditions.
    let per_second = unsafe { libc::sysconf(libc::_SC_CLK_TCK) };
    match (u64::try_from(ticks), u64::try_from(per_second)) {
        (Ok(ticks), Ok(per_second @ 1..)) => {
            let nanoseconds = (ticks % per_second) * 1_000_000_000 / per_second;
            Duration::new(ticks / per_second, nanoseconds as u32)
        }
        _ => Duration::ZERO,
    }
}
