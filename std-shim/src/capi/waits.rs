//! Waits.

use core::ffi::c_int;

use super::{
    answer::{Code, done},
    given,
    info::Info,
    masks::Sigset,
};
use crate::{pause, pause_for, sigsuspend, sigtimedwait, sigwaitinfo, sleep};

#[unsafe(no_mangle)]
extern "C" fn sigtrip_pause() -> c_int {
    done(|| Ok(pause()?))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn sigtrip_pause_for(nanoseconds: i64, left: *mut i64) -> c_int {
    done(|| {
        let rest = pause_for(given::time(nanoseconds)?)?;
        // SAFETY: so the header asks.
        unsafe { given::write(left, given::nanoseconds(rest)) };
        Ok(())
    })
}

#[unsafe(no_mangle)]
extern "C" fn sigtrip_sleep(nanoseconds: i64) -> c_int {
    done(|| Ok(sleep(given::time(nanoseconds)?)?))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn sigtrip_sigwait(set: *const Sigset, timeout: i64, info: *mut Info) -> c_int {
    done(|| {
        // SAFETY: so the header asks.
        let signals = unsafe { Sigset::given(set) }?;
        let taken = match given::timeout(timeout) {
            Some(timeout) => sigtimedwait(signals, timeout)?,
            None => Some(sigwaitinfo(signals)?),
        };
        let taken = taken.ok_or(Code::errno(libc::EAGAIN))?;
        // SAFETY: so the header asks.
        unsafe { given::write(info, Info::of(&taken)) };
        Ok(())
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn sigtrip_sigsuspend(mask: *const Sigset) -> c_int {
    // SAFETY: so the header asks.
    done(|| Ok(sigsuspend(unsafe { Sigset::given(mask) }?)?))
}
