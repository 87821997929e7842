//! What `handles` does in its one thread, with libc alone: a flag, and a wait that misses no signal.
#![no_std]
#![no_main]

use core::{
    ffi::c_int,
    mem::MaybeUninit,
    ptr,
    sync::atomic::{AtomicBool, Ordering},
};

use minimal as _; // its panic handler

static STOP: AtomicBool = AtomicBool::new(false);

const SIGNALS: [c_int; 2] = [libc::SIGINT, libc::SIGTERM];

extern "C" fn stop(_: c_int) {
    STOP.store(true, Ordering::Relaxed);
}

#[unsafe(no_mangle)]
extern "C" fn main() -> c_int {
    // SAFETY: all-zero is a valid sigaction.
    let mut action: libc::sigaction = unsafe { MaybeUninit::zeroed().assume_init() };
    let mut earlier = [action; SIGNALS.len()];
    action.sa_sigaction = stop as *const () as usize;
    action.sa_flags = libc::SA_ONSTACK;
    let mut blocked = MaybeUninit::uninit();
    let mut before = MaybeUninit::uninit();
    // SAFETY: each set has room for one and is initialised by the first call that is given it; all outlive the calls. The handler
    // stores to an atomic.
    unsafe {
        libc::sigfillset(&raw mut action.sa_mask);
        libc::sigemptyset(blocked.as_mut_ptr());
        for (&signal, earlier) in SIGNALS.iter().zip(&mut earlier) {
            libc::sigaddset(blocked.as_mut_ptr(), signal);
            if libc::sigaction(signal, &raw const action, earlier) != 0 {
                return 1;
            }
        }
        libc::pthread_sigmask(libc::SIG_BLOCK, blocked.as_ptr(), before.as_mut_ptr());
        while !STOP.load(Ordering::Relaxed) {
            libc::sigsuspend(before.as_ptr());
        }
        libc::pthread_sigmask(libc::SIG_SETMASK, before.as_ptr(), ptr::null_mut());
        for (&signal, earlier) in SIGNALS.iter().zip(&earlier) {
            libc::sigaction(signal, earlier, ptr::null_mut());
        }
    }
    0
}
