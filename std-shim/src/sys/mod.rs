//! The operating system: every libc call, and the `unsafe` around it.
//!
//! Nothing here knows of handlers, owners or dispatch. Each function says whether it is async-signal-safe; only those
//! that are may be called from `trip/`. A platform's differences are sibling files behind one interface, chosen here by path:
//!
//! | module | Linux | macOS | FreeBSD, NetBSD | OpenBSD |
//! |---|---|---|---|---|
//! | `numbers` | `numbers.rs`, on MIPS `numbers_mips.rs` | `numbers_bsd.rs` | the same | the same |
//! | `platform`, `codes`, `kernel_thread` | a file for each | | | |
//! | `layout` | `linux.rs` | `flat.rs` | `flat.rs`, `netbsd.rs` | `openbsd.rs` |
//! | `sigset` | `words.rs` | `halves.rs` | the same | the same |
//! | `sleep` | `futex.rs` | `sleep_by_pipe.rs` | the same | the same |
//! | `poll` | `poll_by_ppoll.rs` | `poll_by_pselect.rs` | `poll_by_ppoll.rs` | the same |
//! | `wake` | `eventfd.rs` | `wake_pipe.rs` | the same | the same |
//! | `new_pipe` | | `pipe.rs` | `pipe2.rs` | the same |
//! | `duplicate` | `dup3.rs` | `dup2.rs` | `dup3.rs` | the same |
//! | `nap` | `clock_nanosleep.rs` | `nanosleep.rs` | `clock_nanosleep.rs` | `nanosleep.rs` |
//! | `accept` | `sigtimedwait.rs` | `sigwait_alone.rs` | `sigtimedwait.rs` | `sigwait_alone.rs` |
//! | `child_end` | `pidfd.rs` | `child_end_by_kqueue.rs` | the same | the same |
//!
//! With `cfg(sigtrip_posix)` Linux has macOS's files for `sigset`, `sleep`, `poll`, `wake`, `new_pipe`, `duplicate` and `nap`: they ask for
//! nothing but POSIX, and so can be run where the tests run.

#![allow(unsafe_code)] // this is the place for it

#[cfg_attr(any(target_os = "linux", target_os = "android"), path = "sigtimedwait.rs")]
#[cfg_attr(any(target_os = "freebsd", target_os = "netbsd"), path = "sigtimedwait.rs")]
#[cfg_attr(any(target_vendor = "apple", target_os = "openbsd"), path = "sigwait_alone.rs")]
mod accept;
mod action;
#[cfg(feature = "std")]
#[cfg_attr(any(target_os = "linux", target_os = "android"), path = "pidfd.rs")]
#[cfg_attr(not(any(target_os = "linux", target_os = "android")), path = "child_end_by_kqueue.rs")]
mod child_end;
#[cfg_attr(any(target_os = "linux", target_os = "android"), path = "codes/linux.rs")]
#[cfg_attr(target_vendor = "apple", path = "codes/macos.rs")]
#[cfg_attr(target_os = "freebsd", path = "codes/freebsd.rs")]
#[cfg_attr(target_os = "netbsd", path = "codes/netbsd.rs")]
#[cfg_attr(target_os = "openbsd", path = "codes/openbsd.rs")]
pub(crate) mod codes;
#[cfg_attr(
    all(any(target_os = "linux", target_os = "android"), target_arch = "x86_64"),
    path = "context/x86_64.rs"
)]
#[cfg_attr(
    all(any(target_os = "linux", target_os = "android"), target_arch = "aarch64"),
    path = "context/aarch64.rs"
)]
#[cfg_attr(all(target_vendor = "apple", target_arch = "x86_64"), path = "context/macos_x86_64.rs")]
#[cfg_attr(all(target_vendor = "apple", target_arch = "aarch64"), path = "context/macos_aarch64.rs")]
#[cfg_attr(all(target_os = "freebsd", target_arch = "x86_64"), path = "context/freebsd_x86_64.rs")]
#[cfg_attr(
    not(any(
        all(
            any(target_os = "linux", target_os = "android", target_vendor = "apple"),
            any(target_arch = "x86_64", target_arch = "aarch64")
        ),
        all(target_os = "freebsd", target_arch = "x86_64")
    )),
    path = "context/unknown.rs"
)]
mod context;
mod descriptor;
pub(crate) mod door;
#[cfg_attr(any(sigtrip_posix, target_vendor = "apple"), path = "dup2.rs")]
#[cfg_attr(not(any(sigtrip_posix, target_vendor = "apple")), path = "dup3.rs")]
mod duplicate;
mod earlier;
#[cfg(test)]
mod elsewhere;
mod errno;
#[cfg_attr(target_os = "linux", path = "errno_place/errno_location.rs")]
#[cfg_attr(
    any(target_os = "android", target_os = "netbsd", target_os = "openbsd"),
    path = "errno_place/errno.rs"
)]
#[cfg_attr(any(target_vendor = "apple", target_os = "freebsd"), path = "errno_place/error.rs")]
mod errno_place;
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
#[cfg_attr(any(target_os = "linux", target_os = "android"), path = "kernel_thread/linux.rs")]
#[cfg_attr(target_vendor = "apple", path = "kernel_thread/macos.rs")]
#[cfg_attr(target_os = "freebsd", path = "kernel_thread/freebsd.rs")]
#[cfg_attr(target_os = "netbsd", path = "kernel_thread/netbsd.rs")]
#[cfg_attr(target_os = "openbsd", path = "kernel_thread/openbsd.rs")]
mod kernel_thread;
#[cfg_attr(any(target_os = "linux", target_os = "android"), path = "layout/linux.rs")]
#[cfg_attr(any(target_vendor = "apple", target_os = "freebsd"), path = "layout/flat.rs")]
#[cfg_attr(target_os = "netbsd", path = "layout/netbsd.rs")]
#[cfg_attr(target_os = "openbsd", path = "layout/openbsd.rs")]
mod layout;
mod mask;
#[cfg_attr(any(sigtrip_posix, target_vendor = "apple", target_os = "openbsd"), path = "nanosleep.rs")]
#[cfg_attr(
    not(any(sigtrip_posix, target_vendor = "apple", target_os = "openbsd")),
    path = "clock_nanosleep.rs"
)]
mod nap;
#[cfg(any(sigtrip_posix, not(any(target_os = "linux", target_os = "android"))))]
#[cfg_attr(any(sigtrip_posix, target_vendor = "apple"), path = "pipe.rs")]
#[cfg_attr(not(any(sigtrip_posix, target_vendor = "apple")), path = "pipe2.rs")]
mod new_pipe;
#[cfg_attr(
    any(target_arch = "mips", target_arch = "mips64", target_arch = "mips32r6", target_arch = "mips64r6"),
    path = "numbers_mips.rs"
)]
#[cfg_attr(not(any(target_os = "linux", target_os = "android")), path = "numbers_bsd.rs")]
pub(crate) mod numbers;
#[cfg_attr(any(target_os = "linux", target_os = "android"), path = "platform/linux.rs")]
#[cfg_attr(target_vendor = "apple", path = "platform/macos.rs")]
#[cfg_attr(target_os = "freebsd", path = "platform/freebsd.rs")]
#[cfg_attr(target_os = "netbsd", path = "platform/netbsd.rs")]
#[cfg_attr(target_os = "openbsd", path = "platform/openbsd.rs")]
mod platform;
#[cfg_attr(any(sigtrip_posix, target_vendor = "apple"), path = "poll_by_pselect.rs")]
#[cfg_attr(not(any(sigtrip_posix, target_vendor = "apple")), path = "poll_by_ppoll.rs")]
mod poll;
mod process;
mod record;
mod send;
mod siginfo;
#[cfg(all(not(sigtrip_posix), any(target_os = "linux", target_os = "android")))]
mod signalfd;
#[cfg(not(any(target_vendor = "apple", target_os = "openbsd")))]
mod sigqueue;
#[cfg_attr(
    all(not(sigtrip_posix), any(target_os = "linux", target_os = "android")),
    path = "sigset/words.rs"
)]
#[cfg_attr(
    any(sigtrip_posix, not(any(target_os = "linux", target_os = "android"))),
    path = "sigset/halves.rs"
)]
mod sigset;
mod sigsuspend;
#[cfg_attr(all(not(sigtrip_posix), any(target_os = "linux", target_os = "android")), path = "futex.rs")]
#[cfg_attr(
    any(sigtrip_posix, not(any(target_os = "linux", target_os = "android"))),
    path = "sleep_by_pipe.rs"
)]
mod sleep;
mod thread;
mod time;
mod timer;
#[cfg_attr(all(not(sigtrip_posix), any(target_os = "linux", target_os = "android")), path = "eventfd.rs")]
#[cfg_attr(any(sigtrip_posix, not(any(target_os = "linux", target_os = "android"))), path = "wake_pipe.rs")]
mod wake;
mod woken;

pub(crate) use accept::{ACCEPT_CALL, accept_signal};
pub(crate) use action::{Action, SigSet, query, replace};
#[cfg(feature = "std")]
pub(crate) use child_end::{CHILD_END_CALL, child_end};
#[cfg(all(feature = "std", any(target_os = "linux", target_os = "android")))]
pub(crate) use child_end::{pidfd_open, pidfd_send_signal};
#[cfg(any(feature = "std", sigtrip_posix, target_vendor = "apple"))]
pub(crate) use descriptor::POLL_READ;
#[cfg(feature = "std")]
pub(crate) use descriptor::entry;
pub(crate) use descriptor::{
    NO_ENTRY, POLL_INVALID, PollEntry, WakeEnds, close, close_ends, point_nowhere, readable, write_byte,
};
pub(crate) use door::{change_mask, pending};
#[cfg(any(feature = "std", feature = "capi"))]
pub(crate) use duplicate::DUPLICATE_CALL;
pub(crate) use duplicate::duplicate_onto;
pub(crate) use earlier::{Earlier, Received};
pub use errno::Errno;
pub(crate) use errno::{ErrnoGuard, thread_of_errno};
pub(crate) use fault::{Fault, InfoHandler, hand_over};
#[cfg(feature = "std")]
pub(crate) use file::{OwnedWake, POLL_ERROR, POLL_HANG_UP, POLL_WRITE, check_readable, read};
#[cfg(any(feature = "std", feature = "capi"))]
pub(crate) use file::{duplicate, is_nonblocking};
#[cfg(feature = "std")]
pub(crate) use kept::{KEPT_WORDS, Kept};
pub(crate) use kernel_thread::{kernel_thread, kick, thread_to_kick};
#[cfg(feature = "std")]
pub(crate) use mask::change_mask as change_whole_mask;
pub(crate) use mask::{Blocked, MaskChange};
pub(crate) use nap::sleep_thread;
pub(crate) use numbers::SIGNAL_MAX;
pub(crate) use platform::{STANDARD_MAX, real_time_range};
pub(crate) use poll::{POLL_CALL, poll_until};
#[cfg(all(feature = "panic-handler", not(any(feature = "std", test))))]
pub(crate) use process::abort;
pub(crate) use process::{alarm, at_fork, die_by, exit_now, kill, raise, stop_by, write_stderr};
pub(crate) use record::{RECORD_WORDS, RawRecord, short_record};
pub(crate) use send::killpg;
#[cfg(feature = "capi")]
pub(crate) use send::pthread_kill_of;
#[cfg(feature = "std")]
pub(crate) use send::{Pthread, pthread_kill};
pub(crate) use siginfo::{SigInfo, Source};
#[cfg(all(not(sigtrip_posix), any(target_os = "linux", target_os = "android")))]
pub(crate) use signalfd::signal_descriptor;
#[cfg(not(any(target_vendor = "apple", target_os = "openbsd")))]
pub(crate) use sigqueue::sigqueue;
pub(crate) use sigsuspend::sigsuspend;
#[cfg(feature = "std")]
pub(crate) use sleep::wake_all;
pub(crate) use sleep::{forget_sleepers, sleep_on, wake};
#[cfg(feature = "critical-section-impl")]
pub(crate) use thread::give_way;
#[cfg(feature = "async")]
pub(crate) use thread::spawn_deaf;
pub(crate) use thread::{current_thread, pause, process, rest};
pub(crate) use time::now;
pub(crate) use timer::{get_timer, set_timer};
pub(crate) use wake::{WAKE_CALL, new_wake_descriptor, quiet_descriptor, wake_descriptor};
pub(crate) use woken::Woken;

#[cfg(any(sigtrip_posix, target_vendor = "apple"))]
use duplicate::close_on_exec;
#[cfg(any(sigtrip_posix, not(any(target_os = "linux", target_os = "android"))))]
use new_pipe::new_pipe;

use core::ffi::c_int;

use sigtrip_core::Signum;

/// How many machine words hold a bit for each signal.
pub(crate) const WORDS: usize = (SIGNAL_MAX as usize).div_ceil(usize::BITS as usize);

/// The number as C has it. Async-signal-safe.
#[inline]
pub(crate) const fn raw(signal: Signum) -> c_int {
    signal.get().cast_signed()
}
