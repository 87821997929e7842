//! Sending.

use core::ffi::c_int;

use super::{answer::done, given};
use crate::{Error, Signal, check_signals, kill, killpg, raise_signal, sigqueue, sys};

#[unsafe(no_mangle)]
extern "C" fn sigtrip_raise(signal: c_int) -> c_int {
    done(|| Ok(raise_signal(given::signal(signal)?)?))
}

#[unsafe(no_mangle)]
extern "C" fn sigtrip_kill(pid: c_int, signal: c_int) -> c_int {
    done(|| Ok(kill(pid, given::signal_or_none(signal)?)?))
}

#[unsafe(no_mangle)]
extern "C" fn sigtrip_killpg(group: c_int, signal: c_int) -> c_int {
    done(|| Ok(killpg(group, given::signal_or_none(signal)?)?))
}

#[unsafe(no_mangle)]
extern "C" fn sigtrip_sigqueue(pid: c_int, signal: c_int, value: c_int) -> c_int {
    done(|| Ok(sigqueue(pid, given::signal_or_none(signal)?, value)?))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn sigtrip_pthread_kill(thread: libc::pthread_t, signal: c_int) -> c_int {
    done(|| {
        let signal = given::signal_or_none(signal)?;
        if let Some(reserved) = signal.filter(|signal| signal.is_reserved()) {
            return Err(Error::Reserved(reserved).into());
        }
        // SAFETY: so the header asks.
        unsafe { sys::pthread_kill_of(thread, signal.map(Signal::signum)) }
            .map_err(Error::system("pthread_kill"))?;
        Ok(check_signals()?)
    })
}
