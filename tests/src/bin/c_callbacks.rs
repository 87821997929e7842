//! C's functions called with callbacks that are written in Rust, and panic. `tests/capi.rs` builds and runs it.

use std::{
    ffi::{c_int, c_void},
    ptr,
    sync::atomic::{AtomicUsize, Ordering},
};

use sigtrip::{Interrupt, Signal, signal};

type Handler = extern "C-unwind" fn(c_int, *mut c_void) -> c_int;
type Drain = extern "C-unwind" fn(c_int, *const c_void, *mut c_void) -> c_int;

unsafe extern "C" {
    safe fn sigtrip_open(options: u32, kick: c_int) -> c_int;
    safe fn sigtrip_close() -> c_int;
    fn sigtrip_signal(signal: c_int, handler: Handler, data: *mut c_void, earlier: *mut c_void) -> c_int;
    safe fn sigtrip_trip(signal: c_int) -> c_int;
    safe fn sigtrip_any_pending() -> c_int;
    safe fn sigtrip_check_signals() -> c_int;
    fn sigtrip_getsignal(signal: c_int, disposition: *mut [usize; 16]) -> c_int;
    fn sigtrip_set_disposition(signal: c_int, disposition: *const [usize; 16], earlier: *mut c_void)
    -> c_int;
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

/// C sees it as what it is, and is told that it failed.
fn a_handler_of_rust() {
    const SIGTRIP_RUST: c_int = 5;
    signal(Signal::USR1, |_: &_| Err(Interrupt::exit_message("no luck"))).expect("it is installed");
    // More room than a disposition needs.
    let mut found = [0; 16];
    // SAFETY: a disposition is smaller than this, and its first field an int.
    assert_eq!(unsafe { sigtrip_getsignal(libc::SIGUSR1, &raw mut found) }, 0);
    // SAFETY: as above.
    assert_eq!(unsafe { (&raw const found).cast::<c_int>().read() }, SIGTRIP_RUST);
    // SAFETY: as above.
    let put_back = unsafe { sigtrip_set_disposition(libc::SIGUSR1, &raw const found, ptr::null_mut()) };
    assert_eq!(put_back, -libc::EINVAL);
    assert_eq!(sigtrip_trip(libc::SIGUSR1), 1);
    assert_eq!(sigtrip_check_signals(), -libc::ECANCELED);
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
    a_handler_of_rust();
    assert_eq!(sigtrip_close(), 0);
    println!("it holds");
}
