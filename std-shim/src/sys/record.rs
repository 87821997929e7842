//! The record of a delivery as signal context keeps it: a few machine words.
//!
//! The first words are the beginning of the kernel's `siginfo_t`, unchanged, as far as anything means something in it; then come
//! the extras that were asked for, 0 where one was not. What the words mean is decided when somebody reads them.

use core::{
    ffi::{c_int, c_void},
    ptr,
    time::Duration,
};

use sigtrip_core::Signum;

use super::{SigInfo, context, kernel_thread, now};

/// How many words of the `siginfo_t` are kept: up to the processor times of a child.
pub(super) const INFO_WORDS: usize = if size_of::<usize>() == 8 { 6 } else { 8 };
/// The words of the extras: the thread, seconds and nanoseconds, the program counter.
const EXTRA_WORDS: usize = 4;
/// The words of a record.
pub(crate) const RECORD_WORDS: usize = INFO_WORDS + EXTRA_WORDS;

const _: () = assert!(size_of::<[usize; INFO_WORDS]>() <= size_of::<libc::siginfo_t>());
const _: () = assert!(align_of::<usize>() <= align_of::<libc::siginfo_t>());

/// What is known of one delivery. A plain value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RawRecord {
    info: [usize; INFO_WORDS],
    thread: usize,
    seconds: usize,
    nanoseconds: usize,
    counter: usize,
}

impl RawRecord {
    /// What the kernel says of this delivery. Async-signal-safe.
    ///
    /// # Safety
    ///
    /// - `info` is what the kernel gave this delivery's handler, which has not returned yet.
    #[inline]
    pub(crate) unsafe fn of(info: *const libc::siginfo_t) -> Self {
        // SAFETY: by the caller's promise it is a siginfo_t, which is larger and at least as aligned (see above); every bit
        // pattern is a number.
        let info = unsafe { ptr::read(info.cast()) };
        Self { info, thread: 0, seconds: 0, nanoseconds: 0, counter: 0 }
    }

    /// Adds the calling thread's number in the kernel. A system call; async-signal-safe.
    pub(crate) fn add_thread(&mut self) {
        self.thread = kernel_thread().cast_unsigned() as usize;
    }

    /// Adds the monotonic clock's time. As a rule no system call; async-signal-safe, but it may change `errno`.
    pub(crate) fn add_time(&mut self) {
        let now = now();
        self.seconds = now.as_secs() as usize;
        self.nanoseconds = now.subsec_nanos() as usize;
    }

    /// Adds where the thread was interrupted. Async-signal-safe.
    ///
    /// # Safety
    ///
    /// - `context` is what the kernel gave this delivery's handler, which has not returned yet.
    pub(crate) unsafe fn add_program_counter(&mut self, context: *const c_void) {
        // SAFETY: by the caller's promise.
        self.counter = unsafe { context::program_counter(context) }.unwrap_or(0);
    }

    /// As words of the ring.
    #[inline]
    pub(crate) const fn to_words(self) -> [usize; RECORD_WORDS] {
        let mut words = [0; RECORD_WORDS];
        let mut at = 0;
        while at < INFO_WORDS {
            words[at] = self.info[at];
            at += 1;
        }
        words[INFO_WORDS] = self.thread;
        words[INFO_WORDS + 1] = self.seconds;
        words[INFO_WORDS + 2] = self.nanoseconds;
        words[INFO_WORDS + 3] = self.counter;
        words
    }

    /// From words of the ring.
    pub(crate) fn from_words(words: [usize; RECORD_WORDS]) -> Self {
        let mut info = [0; INFO_WORDS];
        for (to, from) in info.iter_mut().zip(words) {
            *to = from;
        }
        let [.., thread, seconds, nanoseconds, counter] = words;
        Self { info, thread, seconds, nanoseconds, counter }
    }

    pub(crate) fn signum(&self) -> Option<Signum> {
        // `si_signo` is the first int, in either byte order.
        let first = self.info[0].to_ne_bytes();
        first.first_chunk().and_then(|&number| Signum::new(u32::from_ne_bytes(number)))
    }

    pub(crate) fn info(&self) -> SigInfo {
        SigInfo::from_words(self.info)
    }

    pub(crate) fn thread(&self) -> Option<c_int> {
        (self.thread != 0).then_some(self.thread as c_int)
    }

    pub(crate) fn time(&self) -> Option<Duration> {
        let time = Duration::new(self.seconds as u64, self.nanoseconds as u32);
        (!time.is_zero()).then_some(time)
    }

    pub(crate) fn program_counter(&self) -> Option<usize> {
        (self.counter != 0).then_some(self.counter)
    }
}
