//! A second copy of the library in one process: a plug-in that handles SIGUSR1 with a sigtrip of its own.

use std::{
    cell::RefCell,
    sync::atomic::{AtomicU32, Ordering},
};

use sigtrip::{Disposition, Options, Session, Signal};

static HANDLED: AtomicU32 = AtomicU32::new(0);

thread_local! {
    static SESSION: RefCell<Option<Session>> = const { RefCell::new(None) };
}

/// Opens this copy's session and installs its handler. Returns whether SIGUSR1's handler was foreign before.
///
/// # Panics
///
/// If it is refused.
#[allow(unsafe_code)] // the name is used once in the process
#[unsafe(no_mangle)]
pub extern "C" fn second_copy_start() -> bool {
    let session = sigtrip::init_with(Options::untouched()).expect("this copy has no session yet");
    let earlier = sigtrip::on(Signal::USR1, |_| {
        HANDLED.fetch_add(1, Ordering::Relaxed);
    });
    SESSION.with(|cell| *cell.borrow_mut() = Some(session));
    matches!(earlier, Ok(Disposition::Foreign(_)))
}

/// This copy's safe point; returns how often its handler has run so far.
///
/// # Panics
///
/// If a handler fails, and none does.
#[allow(unsafe_code)] // the name is used once in the process
#[unsafe(no_mangle)]
pub extern "C" fn second_copy_check() -> u32 {
    sigtrip::check_signals().expect("its handler does not fail");
    HANDLED.load(Ordering::Relaxed)
}

/// Ends this copy's session.
#[allow(unsafe_code)] // the name is used once in the process
#[unsafe(no_mangle)]
pub extern "C" fn second_copy_stop() {
    SESSION.with(|cell| drop(cell.borrow_mut().take()));
}
