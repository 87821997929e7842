//! Safe Unix signals: trip a bit in the signal handler, run the real handler at a safe point.
//!
//! A signal interrupts a program between any two instructions, where nearly nothing may be done: no lock, no allocation,
//! no printing. So the function that this crate gives the kernel does one thing: it *trips* a bit. Your handler runs later, at a
//! *safe point* of the thread that owns the session, as ordinary code that may allocate, lock, print and fail. That is the
//! model of Python's `signal` module.
//!
#![cfg_attr(feature = "std", doc = "```no_run")]
#![cfg_attr(not(feature = "std"), doc = "```ignore")]
//! use sigtrip::{Signal, on, run, sleep};
//! use std::{process::ExitCode, time::Duration};
//!
//! fn main() -> ExitCode {
//!     run(|| {
//!         on(Signal::HUP, |_| println!("reloading"))?;
//!         loop {
//!             println!("working; Ctrl-C ends me");
//!             sleep(Duration::from_secs(1))?; // a safe point
//!         }
//!     })
//! }
//! ```
//!
//! # Which receiver do I want?
//!
//! | you want | use |
//! |---|---|
//! | code to run when a signal comes | [`on`], and safe points: [`check_signals`] in a loop, or a wait |
//! | code to run at once, in signal context | a hook: ready made in [`hooks`], or [your own](register_static_hook); [`unregister_hook`] |
//! | to know who has a signal in the kernel now | [`kernel_disposition`] |
//! | a loop to stop at Ctrl-C | [`shutdown_flag`] |
//! | to wait for a signal | [`pause`], [`pause_for`], without a handler [`sigwait`] |
//! | to wait for something else, and run handlers meanwhile | [`poll`], [`LineReader`], [`channel`], [`wait_child`]; around other calls [`retry`] |
//! | to know who sent it, how often, and with what value | [`record`](record()), and in the handler [`Delivery::records`], [`Delivery::count`] |
//! | signals one after the other, on any thread, without a session | [`Signals`] |
//! | to await them, in any runtime | `SignalStream`, `ctrl_c().await`, with the feature `async` |
//! | an event loop of your own to wake | [`Signals::readiness`], for a session's signals [`set_wakeup_fd`] |
//! | a stretch of code in which no signal is handled, nor interrupts a call | [`block`] |
//! | a child that does not inherit what is ignored and blocked | [`before_exec`] |
//! | a language runtime with handlers and safe points of its own | [`embed`] |
//! | a program that ends well at Ctrl-C, and says so to its parent | [`run`] |
//! | Python's names | [`python`] |
//!
//! # Two contexts
//!
//! Each item says from which it may be used. *Signal context* is inside a signal handler: on any thread, at any instruction.
//! *Owner context* is ordinary code on the thread that opened the [`Session`]. Handlers run in owner context, one inside another
//! if a handler has a safe point of its own. Nothing here is to be called from a signal handler of yours unless its
//! documentation says that it may.
//!
//! # Safe points
//!
//! [`check_signals`], every wait ([`sleep`], [`pause`], [`sigwait`], [`poll`], [`JoinHandle::join`] and so on), every call that sends
//! ([`raise_signal`], [`kill`], [`killpg`], [`sigqueue`] and, with `std`, to a thread or a descriptor), every change of the
//! mask ([`pthread_sigmask`], [`block`], [`MaskGuard::restore`]) and every call that installs ([`on`], [`signal`](fn@signal)). Each returns the failure of a handler that it ran, so that `?`
//! carries it on. Std's own waits (`thread::sleep`, `JoinHandle::join`, `Mutex::lock`, channels) are none: they try again when a
//! signal interrupts them, and handlers run only after.
//!
//! # Threads
//!
//! One thread owns the session: the one that called [`init`] or [`run`]. It installs handlers and runs them. Any thread may
//! receive a signal; if the owner waits in one of the waits above it is woken at once, whichever thread received it.
//! [`getsignal`] works on any thread.
//!
//! # Fork, exec, leaving
//!
//! A forked child forgets what was pending in its parent, and its one thread is its owner; nothing is to be called. After
//! `exec` caught signals have their default action (that is the system's rule) and ignored ones stay ignored. When
//! the [`Session`] is dropped every disposition that it changed is given back exactly, where ours is still installed.
//!
//! Hooks and iterators need no session: each gives its signal's disposition back when it is gone, and nothing else wants the signal.
//!
//! # Faults
//!
//! A SIGSEGV, SIGBUS, SIGFPE or SIGILL that an instruction raised can not wait for a safe point: returning would raise it again. It
//! goes at once to the handler that stood there before (std's, which reports a stack overflow), or kills as by default. One
//! that was sent by `kill` is deferred like any other.
//!
//! # Without std
//!
//! With `default-features = false` the crate is `no_std` and needs libc alone: the same dispositions, trampolines, safe points and
//! waits, no heap. Handlers are functions, or closures that capture nothing. [`run`], threads and boxed errors are not there.
//!
//! An optimised program has of it what it asks for, and no more: one that blocks two signals and waits for them is less than a kilobyte
//! larger than the same with libc alone; one that uses every part is 32 KB. `std-shim/examples/minimal` has them, and `init`, a PID 1.
//!
//! # From C
//!
//! The feature `capi` exports the functions of `include/sigtrip.h`, which is their documentation: a program in C, or a runtime in
//! whatever language calls C, has the same dispositions, safe points, waits, hooks and embedding. It works with and without `std`. The
//! header says how the libraries are built; a Rust program has no use for it.
//!
//! # Critical sections
//!
//! The feature `critical-section-impl` gives the whole program an implementation of the crate `critical-section` which signals can not
//! break: inside a section every signal of the thread is blocked, and no other thread is inside. So code that was
//! written for interrupts can be run on a host with signals as interrupts. It nests, may be used in signal handlers, and
//! is kept over a fork. A program takes one implementation alone: not together with `critical-section`'s feature `std`.
//!
//! # Platforms
//!
//! Linux with glibc on x86-64 is what this was run on, and under an emulator aarch64, s390x (big-endian) and mips64 (127 signals
//! with numbers of their own). The rest is **compiled only**: macOS (aarch64, x86-64), FreeBSD, NetBSD and OpenBSD (x86-64) are checked
//! by the compiler for each change, with `std` and without, but nothing was ever run there. What their system layer shares with every
//! Unix (sleeping, waking and polling with pipes, `poll` and `pselect`) is run on Linux in its place. Other systems are refused when compiling.
//!
//! What a system does not have is not there: no `sigqueue`, `sigwaitinfo`, `sigtimedwait` and real-time signals on macOS and OpenBSD,
//! `pidfd_open` and `pidfd_send_signal` on Linux alone, `Signal::INFO` and `Signal::EMT` on macOS and the BSDs. And on macOS:
//!
//! - a fault that was sent can not be told from one that an instruction raised: a SIGSEGV, SIGBUS, SIGFPE or SIGILL is never deferred;
//! - the system tells one sender for the whole process, that of the latest signal, and nothing of why: see [`Origin::Process`];
//! - the system does not tell of `SA_RESETHAND`: a foreign handler that had it is given back without it;
//! - a signal that every thread blocks waits with one of them, and [`sigpending`] tells of the calling thread's alone;
//! - its `poll` does not know every device (a descriptor that it does not know is found invalid), and [`sigsuspend`] needs a wake
//!   descriptor below 1024.
#![cfg_attr(not(any(feature = "std", test)), no_std)]
#![deny(unsafe_code)]

#[cfg(windows)]
compile_error!(
    "sigtrip is for Unix signals, which Windows does not have; for Ctrl-C there use the `ctrlc` crate or `tokio::signal`"
);
#[cfg(all(
    unix,
    not(any(
        target_os = "linux",
        target_os = "android",
        target_os = "freebsd",
        target_os = "netbsd",
        target_os = "openbsd",
        target_vendor = "apple"
    ))
))]
compile_error!("sigtrip's system layer is written for Linux, macOS, FreeBSD, NetBSD and OpenBSD");

#[cfg(feature = "capi")]
mod capi;
#[cfg(feature = "async")] // since its examples are
pub mod coming_from;
#[cfg(feature = "critical-section-impl")]
mod critical_section;
pub mod embed;
mod error;
mod frame;
mod handler;
pub mod hooks;
#[cfg(doc)]
pub mod how_it_is_tested;
mod interrupt;
mod origin;
mod owner;
pub mod python;
mod record;
mod records;
#[cfg(feature = "std")]
mod run;
mod siginfo;
mod signal;
mod signal_set;
#[cfg(feature = "std")]
pub mod signals;
mod strsignal;
mod sys;
mod trip;

pub use error::Error;
pub use frame::Frame;
pub use handler::{Delivery, Disposition, Handler, Outcome, default_int_handler};
pub use interrupt::{Cause, Interrupt, Message};
pub use origin::{ChildEvent, FaultKind, Origin};
#[cfg(feature = "std")]
pub use owner::hooks::{register_hook, register_hook_unchecked, register_hook_with};
#[cfg(all(feature = "std", any(target_os = "linux", target_os = "android")))]
pub use owner::pidfd::{pidfd_open, pidfd_send_signal};
#[cfg(feature = "std")]
pub use owner::{
    channel::{Receiver, Sender, channel},
    child::wait_child,
    exec::before_exec,
    line::LineReader,
    poll::{PollFd, poll},
    pthread_kill::{LiveThread, pthread_kill},
    retry::retry,
    thread::{JoinHandle, spawn, spawn_with},
    wait::sleep_until,
    wakeup::set_wakeup_fd,
};
pub use owner::{
    dispatch::check_signals,
    hooks::{
        HookId, HookOptions, StaticHook, register_static_hook, register_static_hook_unchecked,
        register_static_hook_with, unregister_hook,
    },
    install::{getsignal, on, signal},
    kernel::{KernelDisposition, kernel_disposition},
    mask::{MaskGuard, MaskHow, block, pthread_sigmask, sigpending},
    record::{RecordOptions, delivered, record, refused, take_records, unrecorded},
    send::{kill, killpg, raise_signal},
    session::{Options, Session, init, init_with},
    shutdown::{ShutdownFlag, shutdown_flag},
    siginterrupt::siginterrupt,
    sigwait::{sigsuspend, sigwait},
    timer::{Timer, TimerSetting, alarm, getitimer, setitimer},
    wait::{pause, pause_for, sleep},
    wakeup::get_wakeup_fd,
};
#[cfg(not(any(target_vendor = "apple", target_os = "openbsd")))]
pub use owner::{
    send::sigqueue,
    sigwait::{sigtimedwait, sigwaitinfo},
};
pub use record::Record;
pub use records::Records;
#[cfg(feature = "std")]
pub use run::run;
pub use siginfo::SigInfo;
pub use signal::{DefaultAction, Name, ParseSignalError, Signal};
pub use signal_set::{SignalSet, SignalSetIter};
#[cfg(feature = "std")]
pub use signals::Signals;
#[cfg(feature = "async")]
pub use signals::{SignalStream, ctrl_c, first_of};
pub use strsignal::strsignal;
pub use sys::Errno;
pub use trip::Foreign;
