//! What is done to the library from outside, and what it calls: foreign code, and what hooks write in signal context.

use std::{
    ptr,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering::Relaxed}, // one thread
    },
};

use sigtrip::{HookId, Signal};

use crate::{MOST, known::Raw};

/// Who is called, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Called {
    Foreign(bool),
    Hook(usize),
}

/// Who was called: written in signal context.
pub(crate) static LOG: [AtomicUsize; 256] = [const { AtomicUsize::new(0) }; 256];
pub(crate) static LOGGED: AtomicUsize = AtomicUsize::new(0);
/// Which are to unregister themselves.
pub(crate) static IDS: [Mutex<Option<HookId>>; MOST] = [const { Mutex::new(None) }; MOST];
pub(crate) static DROPS: [AtomicUsize; MOST] = [const { AtomicUsize::new(0) }; MOST];
pub(crate) static HANDLED: [AtomicUsize; 3] = [const { AtomicUsize::new(0) }; 3];

pub(crate) fn log(called: Called) {
    let code = match called {
        Called::Foreign(which) => usize::from(which),
        Called::Hook(key) => key + 2,
    };
    LOG[LOGGED.fetch_add(1, Relaxed) % LOG.len()].store(code, Relaxed);
}

pub(crate) fn take_log() -> Vec<Called> {
    let codes = LOG.iter().take(LOGGED.swap(0, Relaxed)).map(|code| code.load(Relaxed));
    codes
        .map(|code| match code {
            0 | 1 => Called::Foreign(code == 1),
            _ => Called::Hook(code - 2),
        })
        .collect()
}

pub(crate) extern "C" fn foreign<const WHICH: bool>(_: i32) {
    log(Called::Foreign(WHICH));
}

/// What foreign code does.
pub(crate) fn sigaction(signal: Signal, raw: Raw) {
    // SAFETY: a sigaction of zeros is the default; the handlers have the form that they must have.
    unsafe {
        let mut new: libc::sigaction = std::mem::zeroed();
        new.sa_sigaction = match raw {
            Raw::Default => libc::SIG_DFL,
            Raw::Ignore => libc::SIG_IGN,
            Raw::Foreign(false) => foreign::<false> as *const () as usize,
            Raw::Foreign(true) => foreign::<true> as *const () as usize,
        };
        assert_eq!(libc::sigaction(signal.number(), &raw const new, ptr::null_mut()), 0);
    }
}

pub(crate) fn raise(signal: Signal) {
    // SAFETY: no preconditions; delivered before it returns.
    assert_eq!(unsafe { libc::raise(signal.number()) }, 0);
}

pub(crate) struct Dropped(pub(crate) usize);

impl Drop for Dropped {
    fn drop(&mut self) {
        DROPS[self.0].fetch_add(1, Relaxed);
    }
}
