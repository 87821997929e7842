//! C's `sigqueue`, declared here after signal.h: the crate `libc` has it for Linux alone.

use core::ffi::c_int;

unsafe extern "C" {
    pub(super) fn sigqueue(process: libc::pid_t, signal: c_int, value: libc::sigval) -> c_int;
}
