//! Faults: what an instruction does to its own program.

#![allow(unsafe_code)]

use std::{
    ffi::{c_int, c_void},
    os::fd::AsRawFd,
    ptr,
    sync::atomic::{AtomicPtr, AtomicU32, Ordering},
};

use sigtrip::Signal;

use crate::raw;

const PAGE: usize = 4096;

/// Each fault signal with something that raises it.
pub const ALL: [(Signal, fn()); 4] = [
    (Signal::SEGV, read_nowhere),
    (Signal::BUS, read_a_truncated_file),
    (Signal::FPE, divide_by_zero),
    (Signal::ILL, run_into_nonsense),
];

/// Raises SIGSEGV.
pub fn read_nowhere() {
    let nowhere = std::hint::black_box(8 as *const u32);
    // SAFETY: none: the fault is the point.
    std::hint::black_box(unsafe { nowhere.read_volatile() });
}

/// Raises SIGBUS.
///
/// # Panics
///
/// If there is no memory for the file.
pub fn read_a_truncated_file() {
    let file = raw::unnamed_file();
    file.set_len(PAGE as u64).expect("there is memory");
    let (protection, kind) = (libc::PROT_READ, libc::MAP_SHARED);
    // SAFETY: a mapping of its own, of the file's one page.
    let page = unsafe { libc::mmap(ptr::null_mut(), PAGE, protection, kind, file.as_raw_fd(), 0) };
    assert_ne!(page, libc::MAP_FAILED);
    // SAFETY: the page is there.
    assert_eq!(unsafe { page.cast::<u8>().read_volatile() }, 0);
    file.set_len(0).expect("it is ours");
    // SAFETY: none: the fault is the point.
    std::hint::black_box(unsafe { page.cast::<u8>().read_volatile() });
}

/// Raises SIGFPE. Where the processor does not fault, the default action of one that is sent.
pub fn divide_by_zero() {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: none: the fault is the point. Rust's own division would panic.
    unsafe {
        std::arch::asm!("div {zero:e}", zero = in(reg) 0, inout("eax") 1 => _, inout("edx") 0 => _);
    }
    #[cfg(not(target_arch = "x86_64"))]
    die_by(Signal::FPE);
}

/// Raises SIGILL; elsewhere as [`divide_by_zero`].
pub fn run_into_nonsense() {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: none: the fault is the point.
    unsafe {
        std::arch::asm!("ud2");
    }
    #[cfg(not(target_arch = "x86_64"))]
    die_by(Signal::ILL);
}

#[cfg(not(target_arch = "x86_64"))]
fn die_by(signal: Signal) {
    raw::sigaction(signal, Some(raw::Action::DEFAULT));
    raw::Thread::current().send(signal);
}

/// Overflows the stack.
#[allow(unconditional_recursion)]
#[must_use]
pub fn recurse(depth: u64) -> u64 {
    let frame = std::hint::black_box([depth; 128]);
    recurse(depth + 1) + frame[0]
}

static GUARDED: AtomicPtr<u32> = AtomicPtr::new(ptr::null_mut());
static MENDED: AtomicU32 = AtomicU32::new(0);

/// A page that can not be written to until the handler of its fault has mended that, as a collector of garbage guards what it wants
/// to hear of.
#[derive(Debug)]
pub struct GuardedPage {
    page: *mut u32,
    earlier: raw::Action,
}

extern "C" fn mend(_: c_int, _: *mut libc::siginfo_t, _: *mut c_void) {
    MENDED.fetch_add(1, Ordering::Relaxed);
    let page = GUARDED.load(Ordering::Relaxed);
    // SAFETY: our page, and a system call alone.
    unsafe { libc::mprotect(page.cast(), PAGE, libc::PROT_READ | libc::PROT_WRITE) };
}

impl GuardedPage {
    /// A page with its handler, which is installed as another library would.
    ///
    /// # Panics
    ///
    /// If the system refuses.
    #[must_use]
    pub fn new() -> Self {
        let kind = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
        // SAFETY: new memory, wherever the kernel likes.
        let page = unsafe { libc::mmap(ptr::null_mut(), PAGE, libc::PROT_NONE, kind, -1, 0) };
        assert_ne!(page, libc::MAP_FAILED);
        GUARDED.store(page.cast(), Ordering::Relaxed);
        let flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
        let handler = raw::Action { handler: mend as *const () as usize, flags, mask: 0 };
        Self { page: page.cast(), earlier: raw::sigaction(Signal::SEGV, Some(handler)) }
    }

    /// Writes to it, which faults; returns when that was mended.
    ///
    /// # Panics
    ///
    /// If the handler was not called exactly once.
    pub fn write(&self, value: u32) {
        let before = MENDED.load(Ordering::Relaxed);
        // SAFETY: the page is there, and writable as soon as the fault was mended.
        unsafe { self.page.write_volatile(value) };
        // SAFETY: as above.
        assert_eq!(unsafe { self.page.read_volatile() }, value);
        assert_eq!(MENDED.load(Ordering::Relaxed), before + 1, "its own handler, once");
        // SAFETY: our own page.
        unsafe { libc::mprotect(self.page.cast(), PAGE, libc::PROT_NONE) };
    }
}

impl Default for GuardedPage {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for GuardedPage {
    fn drop(&mut self) {
        raw::sigaction(Signal::SEGV, Some(self.earlier));
        // SAFETY: our own page, which is used no more.
        unsafe { libc::munmap(self.page.cast(), PAGE) };
    }
}
