//! The wakeup descriptor.

use core::ffi::c_int;

use super::{
    answer::{done, entry},
    given,
};
use crate::{
    Errno, get_wakeup_fd,
    owner::{session, wakeup},
};

/// No descriptor.
const NONE: c_int = -1;

#[unsafe(no_mangle)]
unsafe extern "C" fn sigtrip_set_wakeup_fd(
    descriptor: c_int,
    warn_on_full_buffer: c_int,
    earlier: *mut c_int,
) -> c_int {
    done(|| {
        session::check_owner()?;
        let before = if descriptor == NONE {
            wakeup::forget()
        } else {
            wakeup::set(descriptor, warn_on_full_buffer != 0)?
        };
        // SAFETY: so the header asks.
        unsafe { given::write(earlier, before.unwrap_or(NONE)) };
        Ok(())
    })
}

#[unsafe(no_mangle)]
extern "C" fn sigtrip_get_wakeup_fd() -> c_int {
    get_wakeup_fd().unwrap_or(NONE)
}

#[unsafe(no_mangle)]
extern "C" fn sigtrip_failed_wakeup_write() -> c_int {
    entry(|| {
        session::check_owner()?;
        Ok(wakeup::failed_write().map_or(0, Errno::raw))
    })
}
