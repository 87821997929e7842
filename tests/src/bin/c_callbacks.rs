//! C's functions called with callbacks that are written in Rust, and panic. `tests/capi.rs` builds and runs it.

use std::{
    ffi::{c_int, c_void},
    ptr,
    sync::atomic::{AtomicUsize, Ordering},
};

// It is linked for what it exports.
use sigtrip as _;

type Handler = extern "C-unwind" fn(c_int, *mut c_void) -> c_int;
type Drain = extern "C-unwind" fn(c_int, *const c_void, *mut c_void) -> c_int;

unsafe extern "C" {
    safe fn sigtrip_open(options: u32, kick: c_int) -> c_int;
    safe fn sigtrip_close() -> c_int;
    fn sigtrip_signal(signal: c_int, handler: Handler, data: *mut c_void, earlier: *mut c_void) -> c_int;
    safe fn sigtrip_trip(signal: c_int) -> c_int;
    safe fn sigtrip_any_pending() -> c_int;
    safe fn sigtrip_check_signals() -> c_int;
    fn sigtrip_drain(run: Drain, data: *mut c_void) -> c_int;
}

static COUNT: AtomicUsize = AtomicUsize::new(0);

extern "C-unwind" fn count(_: c_int, _: *mut c_void) -> c_int {
    COUNT.fetch_add(1, Ordering::Relaxed);
    0
}

extern "C-unwind" fn panicking_handler(_: c_int, _: *mut c_void) -> c_int {
    panic!("a handler panics");
}

extern "C-unwind" fn panicking_callback(_: c_int, _: *const c_void, _: *mut c_void) -> c_int {
    panic!("a callback panics");
}

fn install(signal: c_int, handler: Handler) {
    // SAFETY: null pointers where they may be null; the handler needs no data.
    assert_eq!(unsafe { sigtrip_signal(signal, handler, ptr::null_mut(), ptr::null_mut()) }, 0);
}

/// What it was refused with, and that the signal behind it is there.
fn caught(answer: c_int) {
    assert_eq!(answer, -libc::ENOTRECOVERABLE);
    assert_eq!(sigtrip_any_pending(), 1);
    assert_eq!(sigtrip_check_signals(), 0);
    assert_eq!(sigtrip_any_pending(), 0);
}

fn trip_both() {
    assert_eq!(sigtrip_trip(libc::SIGUSR1), 1);
    assert_eq!(sigtrip_trip(libc::SIGUSR2), 1);
}

fn main() {
    assert_eq!(sigtrip_open(0, 0), 0);
    install(libc::SIGUSR1, panicking_handler);
    install(libc::SIGUSR2, count);
    trip_both();
    caught(sigtrip_check_signals());
    assert_eq!(COUNT.load(Ordering::Relaxed), 1);

    trip_both();
    // SAFETY: the callback needs no data.
    caught(unsafe { sigtrip_drain(panicking_callback, ptr::null_mut()) });
    assert_eq!(COUNT.load(Ordering::Relaxed), 2);
    assert_eq!(sigtrip_close(), 0);
    println!("it holds");
}
