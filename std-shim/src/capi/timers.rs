//! Timers.

use core::ffi::c_int;

use super::{
    answer::{Code, done},
    given,
};
use crate::{Timer as Which, TimerSetting, alarm, getitimer, setitimer};

const SIGTRIP_TIMER_REAL: c_int = 0;
const SIGTRIP_TIMER_VIRTUAL: c_int = 1;
const SIGTRIP_TIMER_PROF: c_int = 2;

/// How a timer is set, in nanoseconds.
#[derive(Clone, Copy)]
#[repr(C)]
struct Timer {
    delay: i64,
    interval: i64,
}

impl Timer {
    fn of(setting: TimerSetting) -> Self {
        Self { delay: given::nanoseconds(setting.delay), interval: given::nanoseconds(setting.interval) }
    }
}

const fn given_timer(which: c_int) -> Result<Which, Code> {
    match which {
        SIGTRIP_TIMER_REAL => Ok(Which::Real),
        SIGTRIP_TIMER_VIRTUAL => Ok(Which::Virtual),
        SIGTRIP_TIMER_PROF => Ok(Which::Prof),
        _ => Err(Code::errno(libc::EINVAL)),
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn sigtrip_alarm(delay: i64, left: *mut i64) -> c_int {
    done(|| {
        let rest = alarm(given::time(delay)?)?;
        // SAFETY: so the header asks.
        unsafe { given::write(left, given::nanoseconds(rest)) };
        Ok(())
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn sigtrip_setitimer(which: c_int, timer: *const Timer, earlier: *mut Timer) -> c_int {
    done(|| {
        let which = given_timer(which)?;
        // SAFETY: so the header asks.
        let new = unsafe { given::read(timer) }?;
        let before = setitimer(which, given::time(new.delay)?, given::time(new.interval)?)?;
        // SAFETY: so the header asks.
        unsafe { given::write(earlier, Timer::of(before)) };
        Ok(())
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn sigtrip_getitimer(which: c_int, timer: *mut Timer) -> c_int {
    done(|| {
        given::room(timer)?;
        let setting = getitimer(given_timer(which)?)?;
        // SAFETY: so the header asks.
        unsafe { given::write(timer, Timer::of(setting)) };
        Ok(())
    })
}
