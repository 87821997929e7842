//! Where everything starts that runs in signal context: asked of the kernel, which is what calls it.

use std::{ffi::c_void, mem::MaybeUninit};

use sigtrip::{Delivery, Options, RecordOptions, Signal, init_with, on, record, unregister_hook};
use sigtrip_tests::raw;

use crate::{kinds, planted};

/// One line for each: its address in the file, and its name.
pub(crate) fn print() {
    lean();
    armed_and_fault_and_shutdown();
    full();
    kick();
    counted_and_recording();
    hooked();
    line("embed::trip", sigtrip::embed::trip as *const () as usize);
    for &(name, handler) in planted::ALL {
        line(name, handler as *const () as usize);
    }
}

fn line(name: &str, address: usize) {
    println!("{:x} {name}", address - base(address));
}

fn installed(signal: Signal) -> usize {
    raw::sigaction(signal, None).handler
}

/// Where the file that holds this address was loaded to.
fn base(address: usize) -> usize {
    let mut found = MaybeUninit::<libc::Dl_info>::zeroed();
    // SAFETY: an address that is only looked up, and room for the answer.
    let known = unsafe { libc::dladdr(address as *const c_void, found.as_mut_ptr()) };
    assert_ne!(known, 0, "an address of this program");
    // SAFETY: filled in by the call.
    unsafe { found.assume_init() }.dli_fbase.addr()
}

fn nothing(_: &Delivery) {}

fn lean() {
    let _session = init_with(Options::untouched().polling(true)).expect("the first");
    on(Signal::USR1, nothing).expect("it can be handled");
    line("lean", installed(Signal::USR1));
}

fn armed_and_fault_and_shutdown() {
    let _session = init_with(Options::untouched()).expect("there is none");
    on(Signal::USR1, nothing).expect("it can be handled");
    on(Signal::SEGV, nothing).expect("it can be handled");
    let _flag = sigtrip::shutdown_flag([Signal::TERM]).expect("it can be handled");
    line("armed", installed(Signal::USR1));
    line("fault", installed(Signal::SEGV));
    line("shutdown", installed(Signal::TERM));
}

fn full() {
    let _host = kinds::host_with_a_hook();
    line("full", installed(Signal::USR1));
}

fn kick() {
    let _session = init_with(Options::untouched().kick(Signal::URG)).expect("there is none");
    line("kick", installed(Signal::URG));
}

fn counted_and_recording() {
    {
        let _session = init_with(Options::untouched().polling(true)).expect("there is none");
        record(Signal::USR1, RecordOptions::count_only()).expect("it can be handled");
        on(Signal::USR1, nothing).expect("it can be handled");
        line("counted lean", installed(Signal::USR1));
    }
    let _session = init_with(Options::untouched()).expect("there is none");
    let everything = RecordOptions::new().thread(true).time(true).program_counter(true);
    record(Signal::USR1, RecordOptions::count_only()).expect("it can be handled");
    record(Signal::USR2, RecordOptions::new()).expect("it can be handled");
    record(Signal::HUP, everything).expect("it can be handled");
    record(Signal::SEGV, everything).expect("it can be handled");
    for signal in [Signal::USR1, Signal::USR2, Signal::HUP, Signal::SEGV] {
        on(signal, nothing).expect("it can be handled");
    }
    line("counted", installed(Signal::USR1));
    line("recording", installed(Signal::USR2));
    line("recording all", installed(Signal::HUP));
    line("recording fault", installed(Signal::SEGV));
}

/// With handlers and without.
fn hooked() {
    let hooks = [Signal::USR1, Signal::SEGV].map(kinds::hook_that_counts);
    line("hooks", installed(Signal::USR1));
    line("fault hooks", installed(Signal::SEGV));
    {
        let _session = init_with(Options::untouched()).expect("there is none");
        for signal in [Signal::USR1, Signal::SEGV] {
            on(signal, nothing).expect("it can be handled");
        }
        line("informed", installed(Signal::USR1));
        line("informed fault", installed(Signal::SEGV));
    }
    let gone = hooks.map(unregister_hook);
    assert_eq!(gone, [true; 2]);
}
