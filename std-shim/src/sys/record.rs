//! The record of a delivery as signal context keeps it: a few machine words.
//!
//! The first are the beginning of the kernel's `siginfo_t`, unchanged, as far as nearly every signal says something in it. Where
//! more was asked for a record is longer, and says so in a bit of its first word: then come the rest of what SIGCHLD says, and the extras,
//! 0 where one was not asked for. What the words mean is decided when somebody reads them.

use core::{
    ffi::{c_int, c_void},
    ptr,
    time::Duration,
};

use sigtrip_core::Signum;

use super::{SigInfo, context, kernel_thread, layout::SHORT_WORDS, time::clock};

const WIDE: bool = size_of::<usize>() == 8;
/// The words of the `siginfo_t` in a long one: up to the processor times of a child.
pub(super) const INFO_WORDS: usize = SHORT_WORDS + 2;
/// The words of the longest record: and the thread, seconds and nanoseconds, the program counter.
pub(crate) const RECORD_WORDS: usize = INFO_WORDS + 4;

/// Set in the first word, where the kernel has the signal's number, of a long record.
const IS_LONG: usize = if cfg!(target_endian = "big") && WIDE { 1 << (32 + 16) } else { 1 << 16 };

const _: () = assert!(size_of::<[usize; INFO_WORDS]>() <= size_of::<libc::siginfo_t>());
const _: () = assert!(align_of::<usize>() <= align_of::<libc::siginfo_t>());

/// A record as most are: what the kernel says of this delivery. Async-signal-safe.
///
/// # Safety
///
/// - `info` is what the kernel gave this delivery's handler, which has not returned yet.
#[inline(always)]
pub(crate) unsafe fn short_record(info: *const libc::siginfo_t) -> [usize; SHORT_WORDS] {
    // SAFETY: by the caller's promise it is a siginfo_t, which is larger and at least as aligned (see above); every bit
    // pattern is a number.
    unsafe { ptr::read(info.cast()) }
}

/// What is known of one delivery. A plain value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RawRecord {
    words: [usize; RECORD_WORDS],
}

impl RawRecord {
    const THREAD: usize = INFO_WORDS;
    const SECONDS: usize = INFO_WORDS + 1;
    const NANOSECONDS: usize = INFO_WORDS + 2;
    const PROGRAM_COUNTER: usize = INFO_WORDS + 3;

    /// All that the kernel says of this delivery, as a long record. Async-signal-safe.
    ///
    /// # Safety
    ///
    /// - `info` is what the kernel gave this delivery's handler, which has not returned yet.
    pub(crate) unsafe fn long(info: *const libc::siginfo_t) -> Self {
        let mut words = [0; RECORD_WORDS];
        // SAFETY: as for `short_record`.
        let info: [usize; INFO_WORDS] = unsafe { ptr::read(info.cast()) };
        for (word, from) in words.iter_mut().zip(info) {
            *word = from;
        }
        words[0] |= IS_LONG;
        Self { words }
    }

    /// Adds the calling thread's number in the kernel. A system call; async-signal-safe.
    pub(crate) fn add_thread(&mut self) {
        self.words[Self::THREAD] = kernel_thread().cast_unsigned() as usize;
    }

    /// Adds the monotonic clock's time. As a rule no system call; async-signal-safe, but it may change `errno`.
    pub(crate) fn add_time(&mut self) {
        let (seconds, nanoseconds) = clock();
        self.words[Self::SECONDS] = seconds as usize;
        self.words[Self::NANOSECONDS] = nanoseconds as usize;
    }

    /// Adds where the thread was interrupted. Async-signal-safe.
    ///
    /// # Safety
    ///
    /// - `context` is what the kernel gave this delivery's handler, which has not returned yet.
    pub(crate) unsafe fn add_program_counter(&mut self, context: *const c_void) {
        // SAFETY: by the caller's promise.
        self.words[Self::PROGRAM_COUNTER] = unsafe { context::program_counter(context) }.unwrap_or(0);
    }

    /// As words of the ring.
    pub(crate) const fn to_words(self) -> [usize; RECORD_WORDS] {
        self.words
    }

    /// From words of the ring. A short record has left the rest of them as they were: they mean nothing.
    pub(crate) fn from_words(mut words: [usize; RECORD_WORDS]) -> Self {
        if words[0] & IS_LONG == 0 {
            words[SHORT_WORDS..].fill(0);
        }
        words[0] &= !IS_LONG;
        Self { words }
    }

    pub(crate) fn signum(&self) -> Option<Signum> {
        // `si_signo` is the first int, in either byte order.
        let first = self.words[0].to_ne_bytes();
        first.first_chunk().and_then(|&number| Signum::new(u32::from_ne_bytes(number)))
    }

    pub(crate) fn info(&self) -> SigInfo {
        SigInfo::from_words(core::array::from_fn(|at| self.words[at]))
    }

    pub(crate) fn thread(&self) -> Option<c_int> {
        let thread = self.words[Self::THREAD] as c_int;
        (thread != 0).then_some(thread)
    }

    pub(crate) fn time(&self) -> Option<Duration> {
        let [seconds, nanoseconds] = [self.words[Self::SECONDS], self.words[Self::NANOSECONDS]];
        let time = Duration::new(seconds as u64, nanoseconds as u32);
        (!time.is_zero()).then_some(time)
    }

    pub(crate) fn program_counter(&self) -> Option<usize> {
        let counter = self.words[Self::PROGRAM_COUNTER];
        (counter != 0).then_some(counter)
    }
}
