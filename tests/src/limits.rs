//! Limits: what a process may have of the system, and how to have it all.

#![allow(unsafe_code)]

use std::{ffi::c_void, ptr};

/// What can be limited: one of libc's `RLIMIT_` numbers.
#[derive(Clone, Copy, Debug)]
pub struct Limit(libc::__rlimit_resource_t);

impl Limit {
    /// Signals that queue, of the whole user.
    pub const QUEUE: Self = Self(libc::RLIMIT_SIGPENDING);
    /// Processes and threads, of the whole user. Root knows no such limit.
    pub const PROCESSES: Self = Self(libc::RLIMIT_NPROC);
    /// The descriptors' numbers.
    pub const DESCRIPTORS: Self = Self(libc::RLIMIT_NOFILE);
    /// Bytes of memory that are mapped.
    pub const MEMORY: Self = Self(libc::RLIMIT_AS);

    /// Sets the soft limit until the result is dropped.
    ///
    /// # Panics
    ///
    /// If the system refuses.
    #[must_use]
    pub fn set(self, value: u64) -> Limited {
        let mut earlier = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
        // SAFETY: room for the limits.
        let returned = unsafe { libc::getrlimit(self.0, &raw mut earlier) };
        assert_eq!(returned, 0, "getrlimit: {}", std::io::Error::last_os_error());
        let limited = Limited { which: self, earlier };
        let value = libc::rlim_t::try_from(value).unwrap_or(libc::rlim_t::MAX);
        limited.put(value.min(earlier.rlim_max));
        limited
    }
}

/// A limit that is in force.
#[derive(Debug)]
pub struct Limited {
    which: Limit,
    earlier: libc::rlimit,
}

impl Limited {
    fn put(&self, soft: libc::rlim_t) {
        let limit = libc::rlimit { rlim_cur: soft, ..self.earlier };
        // SAFETY: a valid limit.
        let returned = unsafe { libc::setrlimit(self.which.0, &raw const limit) };
        assert_eq!(returned, 0, "setrlimit: {}", std::io::Error::last_os_error());
    }
}

impl Drop for Limited {
    fn drop(&mut self) {
        self.put(self.earlier.rlim_cur);
    }
}

/// Makes root a user without privileges, for ever, so that limits hold. To be called while there is one thread.
///
/// # Panics
///
/// If the system refuses.
pub fn be_nobody() {
    const NOBODY: libc::uid_t = 65534;
    // SAFETY: no preconditions.
    if unsafe { libc::geteuid() } == 0 {
        // SAFETY: numbers in, a number out.
        let returned = unsafe { libc::setresuid(NOBODY, NOBODY, NOBODY) };
        assert_eq!(returned, 0, "setresuid: {}", std::io::Error::last_os_error());
    }
}

/// All the memory that there is to be had; freed when it is dropped. Nothing may allocate meanwhile.
#[derive(Debug)]
pub struct Hoard {
    newest: *mut c_void,
    _limited: Limited,
}

impl Hoard {
    /// Takes what this process may still map, and the heap's last bytes.
    ///
    /// # Panics
    ///
    /// If the system refuses the limit.
    #[must_use]
    pub fn everything() -> Self {
        const SPARE: u64 = 4 << 20;
        let statm = std::fs::read_to_string("/proc/self/statm").expect("there is /proc");
        let pages = statm.split(' ').next().and_then(|pages| pages.parse::<u64>().ok()).expect("a number");
        drop(statm);
        let limited = Limit::MEMORY.set(pages * 4096 + SPARE);
        let mut hoard = Self { newest: ptr::null_mut(), _limited: limited };
        let mut size = 1 << 20;
        while size >= 16 {
            while hoard.takes(size) {}
            size /= 2;
        }
        hoard
    }

    /// Each block holds the address of the one before.
    fn takes(&mut self, size: usize) -> bool {
        // SAFETY: no preconditions.
        let block = unsafe { libc::malloc(size) };
        if !block.is_null() {
            // SAFETY: it has room for a pointer, and is aligned for anything.
            unsafe { block.cast::<*mut c_void>().write(self.newest) };
            self.newest = block;
        }
        !block.is_null()
    }
}

impl Drop for Hoard {
    fn drop(&mut self) {
        while !self.newest.is_null() {
            // SAFETY: a block of ours, which holds the address of the one before.
            let earlier = unsafe { self.newest.cast::<*mut c_void>().read() };
            // SAFETY: it came from `malloc`, and nobody else knows it.
            unsafe { libc::free(self.newest) };
            self.newest = earlier;
        }
    }
}

/// Has libc keep functions to be called at fork until it has no more memory for their list. Returns how many it took.
#[must_use]
pub fn fill_the_list_of_fork() -> u32 {
    extern "C" fn nothing() {}
    let mut taken = 0;
    // SAFETY: a function that is there for ever.
    while unsafe { libc::pthread_atfork(Some(nothing), None, None) } == 0 {
        taken += 1;
    }
    taken
}
