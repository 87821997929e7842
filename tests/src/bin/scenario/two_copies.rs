//! Two copies of the library in one process: each sees the other's handlers as foreign, and hurts nothing.

#![allow(unsafe_code)]

use std::{ffi::CString, os::unix::ffi::OsStrExt};

use sigtrip::{Disposition, Signal, check_signals, getsignal, on};
use sigtrip_tests::raw::{Action, sigaction};

use crate::helpers::{log_signal, session, take_log, trip};

crate::scenarios!(the_inner_one_ends_first, the_outer_one_ends_first, a_foreign_handler_is_handed_on);

/// The plug-in's functions.
struct Copy {
    start: extern "C" fn() -> bool,
    check: extern "C" fn() -> u32,
    stop: extern "C" fn(),
}

/// Loads `examples/second_copy.rs`, which cargo has built beside this program.
fn load() -> Copy {
    let me = std::env::current_exe().expect("a path");
    let path = me.parent().expect("a folder").join("examples/libsecond_copy.so");
    let path = CString::new(path.as_os_str().as_bytes()).expect("no zero byte");
    // SAFETY: a path with its end; the library's start-up code is std's alone.
    let library = unsafe { libc::dlopen(path.as_ptr(), libc::RTLD_NOW | libc::RTLD_LOCAL) };
    assert!(
        !library.is_null(),
        "{path:?} can not be loaded: is it built? cargo build -p sigtrip-tests --examples"
    );
    let symbol = |name: &std::ffi::CStr| {
        // SAFETY: a library that is loaded and a name with its end.
        let address = unsafe { libc::dlsym(library, name.as_ptr()) };
        assert!(!address.is_null(), "{name:?}");
        address
    };
    Copy {
        // SAFETY: the type that the plug-in gives it.
        start: unsafe {
            std::mem::transmute::<*mut libc::c_void, extern "C" fn() -> bool>(symbol(c"second_copy_start"))
        },
        // SAFETY: as above.
        check: unsafe {
            std::mem::transmute::<*mut libc::c_void, extern "C" fn() -> u32>(symbol(c"second_copy_check"))
        },
        // SAFETY: as above.
        stop: unsafe {
            std::mem::transmute::<*mut libc::c_void, extern "C" fn()>(symbol(c"second_copy_stop"))
        },
    }
}

fn the_inner_one_ends_first() {
    let copy = load();
    let session = session();
    log_signal(Signal::USR1);
    let ours = sigaction(Signal::USR1, None);
    assert!((copy.start)(), "it saw our handler as foreign");
    assert!(matches!(getsignal(Signal::USR1), Ok(Disposition::Foreign(_))), "and we see its own so");
    trip(Signal::USR1);
    check_signals().expect("none fails");
    assert_eq!(
        (take_log().len(), (copy.check)()),
        (0, 1),
        "the signal is the one's whose handler is installed"
    );
    (copy.stop)();
    assert_eq!(sigaction(Signal::USR1, None), ours);
    trip(Signal::USR1);
    check_signals().expect("none fails");
    assert_eq!((take_log().len(), (copy.check)()), (1, 1));
    drop(session);
    assert_eq!(sigaction(Signal::USR1, None), Action::DEFAULT);
}

fn the_outer_one_ends_first() {
    let copy = load();
    let session = session();
    log_signal(Signal::USR1);
    assert!((copy.start)());
    let its_own = sigaction(Signal::USR1, None);
    drop(session);
    assert_eq!(sigaction(Signal::USR1, None), its_own, "not ours any more, so left alone");
    trip(Signal::USR1);
    assert_eq!((copy.check)(), 1);
    (copy.stop)();
}

fn a_foreign_handler_is_handed_on() {
    let copy = load();
    let _session = session();
    assert!(!(copy.start)(), "nobody was there before it");
    let its_own = sigaction(Signal::USR1, None);
    let earlier = on(Signal::USR1, |_| {}).expect("ok");
    assert!(matches!(earlier, Disposition::Foreign(_)));
    sigtrip::signal(Signal::USR1, earlier).expect("it can be put back");
    assert_eq!(sigaction(Signal::USR1, None), its_own);
    trip(Signal::USR1);
    assert_eq!((copy.check)(), 1);
    (copy.stop)();
}
