//! The operating system: every libc call, and the `unsafe` around it.
//!
//! Nothing here knows of handlers, owners or dispatch. Each function says whether it is async-signal-safe; only those
//! that are may be called from `trip/`. A platform's differences are one of the sibling files behind this one
//! interface, chosen here by path: at present of Linux alone, whose numbers are `numbers_mips.rs`'s on MIPS.

#![allow(unsafe_code)] // this is the place for it

mod action;
#[cfg_attr(target_arch = "x86_64", path = "context/x86_64.rs")]
#[cfg_attr(target_arch = "aarch64", path = "context/aarch64.rs")]
#[cfg_attr(not(any(target_arch = "x86_64", target_arch = "aarch64")), path = "context/unknown.rs")]
mod context;
mod descriptor;
pub(crate) mod door;
mod earlier;
mod errno;
mod fault;
#[cfg(any(feature = "std", feature = "capi"))]
mod file;
#[cfg_attr(
    not(all(
        target_os = "linux",
        any(target_arch = "x86_64", target_arch = "x86", target_arch = "aarch64")
    )),
    path = "frame_mask_unknown.rs"
)]
mod frame_mask;
#[cfg(feature = "std")]
mod kept;
mod mask;
#[cfg_attr(
    any(target_arch = "mips", target_arch = "mips64", target_arch = "mips32r6", target_arch = "mips64r6"),
    path = "numbers_mips.rs"
)]
pub(crate) mod numbers;
#[cfg(feature = "std")]
mod pidfd;
mod process;
mod record;
mod send;
mod siginfo;
mod sigwait;
#[cfg_attr(any(target_os = "linux", target_os = "android"), path = "futex.rs")]
mod sleep;
mod thread;
mod time;
mod timer;

pub(crate) use action::{Action, SigSet, query, replace};
#[cfg(any(feature = "std", feature = "capi"))]
pub(crate) use descriptor::duplicate_onto;
pub(crate) use descriptor::{
    Descriptor, NO_ENTRY, POLL_INVALID, PollEntry, close, new_wake_descriptor, point_nowhere, poll_until,
    quiet_descriptor, readable, wake_descriptor, write_byte,
};
#[cfg(feature = "std")]
pub(crate) use descriptor::{POLL_READ, entry};
pub(crate) use door::{change_mask, pending};
pub(crate) use earlier::{Earlier, Received};
pub use errno::Errno;
pub(crate) use errno::{ErrnoGuard, thread_of_errno};
pub(crate) use fault::{Fault, InfoHandler, hand_over};
#[cfg(feature = "std")]
pub(crate) use file::{POLL_ERROR, POLL_HANG_UP, POLL_WRITE, check_readable, owned_wake_descriptor, read};
#[cfg(any(feature = "std", feature = "capi"))]
pub(crate) use file::{duplicate, is_nonblocking};
#[cfg(feature = "std")]
pub(crate) use kept::{KEPT_WORDS, Kept};
#[cfg(feature = "std")]
pub(crate) use mask::change_mask as change_whole_mask;
pub(crate) use mask::{Blocked, MaskChange};
pub(crate) use numbers::SIGNAL_MAX;
#[cfg(feature = "std")]
pub(crate) use pidfd::{pidfd_open, pidfd_send_signal};
#[cfg(all(feature = "panic-handler", not(any(feature = "std", test))))]
pub(crate) use process::abort;
pub(crate) use process::{alarm, at_fork, die_by, exit_now, kill, raise, stop_by, write_stderr};
pub(crate) use record::{RECORD_WORDS, RawRecord, short_record};
#[cfg(feature = "capi")]
pub(crate) use send::pthread_kill_of;
#[cfg(feature = "std")]
pub(crate) use send::{Pthread, pthread_kill};
pub(crate) use send::{killpg, sigqueue};
pub(crate) use siginfo::{SigInfo, Source};
pub(crate) use sigwait::{signal_descriptor, sigsuspend, sigtimedwait};
#[cfg(feature = "std")]
pub(crate) use sleep::wake_all;
pub(crate) use sleep::{Woken, sleep_on, wake};
#[cfg(feature = "critical-section-impl")]
pub(crate) use thread::give_way;
#[cfg(feature = "async")]
pub(crate) use thread::spawn_deaf;
pub(crate) use thread::{current_thread, kernel_thread, kick, pause, process, rest, sleep_thread};
pub(crate) use time::now;
pub(crate) use timer::{get_timer, set_timer};

use core::ffi::c_int;

use sigtrip_core::Signum;

/// How many machine words hold a bit for each signal.
pub(crate) const WORDS: usize = (SIGNAL_MAX as usize).div_ceil(usize::BITS as usize);

/// The first and the last real-time signal that libc leaves to programs. Async-signal-safe.
pub(crate) fn real_time_range() -> (u32, u32) {
    (libc::SIGRTMIN().unsigned_abs(), libc::SIGRTMAX().unsigned_abs())
}

/// The number as C has it. Async-signal-safe.
#[inline]
pub(crate) const fn raw(signal: Signum) -> c_int {
    signal.get().cast_signed()
}
