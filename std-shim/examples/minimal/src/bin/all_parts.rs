//! Uses each part of the shim that there is without std, so that all of its trampolines are in one optimised program, for
//! `tests/tests/minimal.rs` to read. Run, it does what its name says, and ends with 0.
#![no_std]
#![no_main]

use core::{
    ffi::c_int,
    hint::black_box,
    sync::atomic::{AtomicI32, Ordering},
};

use minimal as _; // its panic handler
use sigtrip::{
    Delivery, Interrupt, Options, RecordOptions, Signal, StaticHook,
    embed::{Disposition, Host, Word},
    hooks, init_with, on, raise_signal, record, register_static_hook_unchecked, shutdown_flag,
    unregister_hook,
};

static SEEN: AtomicI32 = AtomicI32::new(0);
static HOOK: StaticHook = StaticHook::new(|info| SEEN.store(info.signal().number(), Ordering::Relaxed));

#[unsafe(no_mangle)]
extern "C" fn main() -> c_int {
    c_int::from(session(false).and_then(|()| session(true)).and_then(|()| hosted()).is_err())
}

fn handler(_: &Delivery) {}

/// Records, hooks, the kick, the flag, faults.
fn session(polls: bool) -> Result<(), Interrupt> {
    let options = Options::untouched().polling(black_box(polls)).kick(Signal::URG);
    let _session = init_with(options)?;
    record(Signal::USR1, RecordOptions::new().thread(true).time(true).program_counter(true))?;
    record(Signal::USR2, RecordOptions::count_only())?;
    for signal in [Signal::USR1, Signal::USR2, Signal::SEGV, Signal::ALRM] {
        on(signal, handler)?;
        // SAFETY: it stores to an atomic.
        let id = unsafe { register_static_hook_unchecked(signal, sigtrip::HookOptions::new(), &HOOK) }?;
        raise_signal(signal)?;
        unregister_hook(id);
    }
    let _flag = shutdown_flag([Signal::TERM])?;
    hooks::emulate_default(Signal::CHLD)?;
    Ok(())
}

/// The notify hook.
fn hosted() -> Result<(), Interrupt> {
    let host = Host::open(Options::untouched())?;
    // SAFETY: it stores to an atomic.
    unsafe {
        host.set_notify(Some(black_box(|signal: Signal| SEEN.store(signal.number(), Ordering::Relaxed))))
    };
    if let Some(word) = Word::new(1) {
        host.set(Signal::USR1, Disposition::Handler(word))?;
    }
    raise_signal(Signal::USR1)?;
    host.drain(|_, _| Ok::<_, Interrupt>(()))
}
