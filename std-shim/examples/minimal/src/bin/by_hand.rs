#![no_std]
#![no_main]
use core::{
    ffi::c_int,
    mem::MaybeUninit,
    ptr,
    sync::atomic::{AtomicBool, Ordering},
};
use minimal as _;

static STOP: AtomicBool = AtomicBool::new(false);
extern "C" fn stop(_: c_int) {
    STOP.store(true, Ordering::Relaxed);
}

#[unsafe(no_mangle)]
extern "C" fn main() -> c_int {
    unsafe {
        let mut action = MaybeUninit::<libc::sigaction>::zeroed().assume_init();
        action.sa_sigaction = stop as *const () as usize;
        action.sa_flags = libc::SA_ONSTACK;
        libc::sigfillset(&mut action.sa_mask);
        let mut block = MaybeUninit::zeroed().assume_init();
        let mut before = MaybeUninit::zeroed().assume_init();
        let mut old = MaybeUninit::<[libc::sigaction; 2]>::zeroed().assume_init();
        libc::sigemptyset(&mut block);
        for (&signal, old) in [libc::SIGINT, libc::SIGTERM].iter().zip(&mut old) {
            libc::sigaddset(&mut block, signal);
            if libc::sigaction(signal, &action, old) != 0 {
                return 1;
            }
        }
        libc::sigprocmask(libc::SIG_BLOCK, &block, &mut before);
        while !STOP.load(Ordering::Relaxed) {
            libc::sigsuspend(&before);
        }
        libc::sigprocmask(libc::SIG_SETMASK, &before, ptr::null_mut());
        for (&signal, old) in [libc::SIGINT, libc::SIGTERM].iter().zip(&mut old) {
            libc::sigaction(signal, old, ptr::null_mut());
        }
    }
    0
}
