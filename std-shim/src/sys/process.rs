//! Sending signals, dying by one, and the alarm clock.

use core::{ffi::c_int, mem::MaybeUninit, ptr};

use sigtrip_core::Signum;

use super::{Action, Blocked, Errno, ErrnoGuard, numbers, raw, replace};

/// POSIX `kill`; signal 0 only asks whether it could be sent. Async-signal-safe.
pub(crate) fn kill(pid: libc::pid_t, signal: Option<Signum>) -> Result<(), Errno> {
    // SAFETY: numbers in, a number out; what is not a process or a signal is an error of the call.
    Errno::check(unsafe { libc::kill(pid, signal.map_or(0, raw)) }).map(drop)
}

/// POSIX `raise`: to the calling thread. Async-signal-safe.
pub(crate) fn raise(signal: Signum) -> Result<(), Errno> {
    // SAFETY: a number in, a number out.
    let returned = unsafe { libc::raise(raw(signal)) };
    if returned == 0 { Ok(()) } else { Err(Errno::last()) }
}

/// POSIX `alarm`, in whole seconds; returns what was left of the one before. Async-signal-safe.
pub(crate) fn alarm(seconds: u32) -> u32 {
    // SAFETY: a number in, a number out; it can not fail.
    unsafe { libc::alarm(seconds) }
}

/// Has libc call these on the thread that forks: before, then after in the parent and in the child. For ever.
pub(crate) fn at_fork(
    prepare: extern "C" fn(),
    parent: extern "C" fn(),
    child: extern "C" fn(),
) -> Result<(), Errno> {
    // SAFETY: functions without arguments, which live as long as this code; libc forgets them when it is unloaded.
    match unsafe { libc::pthread_atfork(Some(prepare), Some(parent), Some(child)) } {
        0 => Ok(()),
        errno => Err(Errno::from_return(errno)),
    }
}

/// Ends the process by this signal's default action, so that whoever waits for it sees that signal. Where that does
/// nothing (the kernel protects PID 1, and some signals are ignored by default) it exits with 128 + number.
/// Async-signal-safe.
pub(crate) fn die_by(signal: Signum) -> ! {
    // A failure means that the signal has its default action for ever (SIGKILL), which is what is wanted.
    let _ = replace(signal, &Action::DEFAULT);
    unblock(signal);
    let _ = raise(signal); // to this thread: it is delivered before the call returns
    // SAFETY: ends the process at once, running nothing; async-signal-safe by POSIX.
    unsafe { libc::_exit(128 + raw(signal)) }
}

/// Stops the process by this signal's default action, where that stops; returns when it goes on. The disposition and the mask are then as
/// they were. Async-signal-safe; `errno` is kept.
pub(crate) fn stop_by(signal: Signum) -> Result<(), Errno> {
    let _errno = ErrnoGuard::new();
    if raw(signal) == numbers::SIGSTOP {
        return raise(signal);
    }
    let earlier = replace(signal, &Action::DEFAULT)?;
    let blocked = Blocked::all();
    // To this thread; it is delivered when it is unblocked.
    let raised = raise(signal);
    unblock(signal);
    drop(blocked);
    replace(signal, &earlier)?;
    raised
}

/// Ends the process with this status; nothing is flushed, and no destructor runs. Async-signal-safe.
pub(crate) fn exit_now(status: c_int) -> ! {
    // SAFETY: as in `die_by`.
    unsafe { libc::_exit(status) }
}

/// Ends the process by SIGABRT. Async-signal-safe.
#[cfg(all(feature = "panic-handler", not(any(feature = "std", test))))]
pub(crate) fn abort() -> ! {
    // SAFETY: no arguments, no preconditions.
    unsafe { libc::abort() }
}

fn unblock(signal: Signum) {
    let mut set = MaybeUninit::<libc::sigset_t>::zeroed();
    // SAFETY: `set` has room for a sigset_t.
    unsafe { libc::sigemptyset(set.as_mut_ptr()) };
    // SAFETY: it was initialised by the call above; a number that can not be added is left out.
    unsafe { libc::sigaddset(set.as_mut_ptr(), raw(signal)) };
    // SAFETY: a valid set in; the old mask is not asked for. It can not fail with these arguments.
    unsafe { libc::pthread_sigmask(numbers::SIG_UNBLOCK, set.as_ptr(), ptr::null_mut()) };
}

/// Writes to standard error, as much as goes; with no buffer and no lock. Async-signal-safe, may change `errno`.
pub(crate) fn write_stderr(text: &[u8]) {
    const STDERR: c_int = 2;
    // SAFETY: pointer and length are of one live slice.
    unsafe { libc::write(STDERR, text.as_ptr().cast(), text.len()) };
}
