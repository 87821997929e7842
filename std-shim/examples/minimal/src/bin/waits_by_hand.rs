#![no_std]
#![no_main]
use core::{ffi::c_int, mem::MaybeUninit, ptr};
use minimal as _;

#[unsafe(no_mangle)]
extern "C" fn main() -> c_int {
    unsafe {
        let mut block = MaybeUninit::zeroed().assume_init();
        let mut before = MaybeUninit::zeroed().assume_init();
        libc::sigemptyset(&mut block);
        libc::sigaddset(&mut block, libc::SIGINT);
        libc::sigaddset(&mut block, libc::SIGTERM);
        if libc::sigprocmask(libc::SIG_BLOCK, &block, &mut before) != 0 {
            return 1;
        }
        while libc::sigwaitinfo(&block, ptr::null_mut()) == -1 {}
        libc::sigprocmask(libc::SIG_SETMASK, &before, ptr::null_mut());
    }
    0
}
