//! C's `sigqueue`, as the crate `libc` has it.

pub(super) use libc::sigqueue;
