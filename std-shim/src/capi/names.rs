//! Names and numbers.

use core::{
    ffi::{CStr, c_char, c_int},
    ptr,
};

use super::{
    answer::{Code, entry},
    given,
};
use crate::{Signal, sys};

/// No name is longer, with the zero byte at its end.
#[allow(dead_code, reason = "the header has it: a test compares the two")]
const SIGTRIP_NAME_SIZE: c_int = 25;

#[unsafe(no_mangle)]
extern "C" fn sigtrip_signal_max() -> c_int {
    Signal::MAX
}

#[unsafe(no_mangle)]
extern "C" fn sigtrip_real_time_min() -> c_int {
    sys::real_time_range().0.cast_signed()
}

#[unsafe(no_mangle)]
extern "C" fn sigtrip_real_time_max() -> c_int {
    sys::real_time_range().1.cast_signed()
}

#[unsafe(no_mangle)]
unsafe extern "C" fn sigtrip_signal_name(signal: c_int, name: *mut c_char, size: usize) -> c_int {
    entry(|| {
        given::room(name)?;
        let text = given::signal(signal)?.name();
        if text.len() >= size {
            return Err(Code::errno(libc::ERANGE));
        }
        // SAFETY: so the header asks: `size` bytes, which are more than these.
        unsafe { ptr::copy_nonoverlapping(text.as_ptr(), name.cast(), text.len()) };
        // SAFETY: the byte behind them is one of the `size` too.
        let end = unsafe { name.add(text.len()) };
        // SAFETY: as above.
        unsafe { end.write(0) };
        Ok(text.len() as c_int)
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn sigtrip_signal_number(name: *const c_char) -> c_int {
    entry(|| {
        given::room(name.cast_mut())?;
        // SAFETY: so the header asks: a string that ends with a zero byte.
        let name = unsafe { CStr::from_ptr(name) };
        let signal = name.to_str().ok().and_then(|name| name.parse::<Signal>().ok());
        Ok(given::needed(signal)?.number())
    })
}
