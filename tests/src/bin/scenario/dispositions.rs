//! Dispositions: installed, asked for, given back.

use std::{
    ffi::c_int,
    sync::atomic::{AtomicU32, Ordering},
};

use sigtrip::{Delivery, Disposition, Handler, Signal, getsignal, init, on, signal};
use sigtrip_tests::raw::{self, Action, sigaction};

use crate::helpers::{is_handler, log_signal, session, take_log, trip};

crate::scenarios!(
    everything_is_given_back_exactly,
    what_is_no_longer_ours_is_left_alone,
    what_the_user_put_back_is_left_alone,
    a_foreign_handler_is_put_back_to_the_bit,
    a_foreign_handler_that_came_later_is_seen,
    an_older_copy_of_ours_is_repaired,
    the_earlier_disposition_comes_back_from_each_call,
    python_start_up,
    python_start_up_keeps_what_is_ignored,
    an_untouched_session_touches_nothing,
    our_flags_and_mask,
    every_signal_that_can_be_handled_is_even_all_at_once,
    getsignal_works_on_any_thread_and_without_a_session,
    what_is_pending_is_handled_before_the_handler_is_replaced,
    a_handler_that_sends_its_own_signal_is_replaced,
    what_is_pending_at_the_end_is_handled,
    a_handler_that_panics_at_the_end_strands_nobody,
    an_empty_foreign_handler_is_foreign,
);

static FOREIGN_RAN: AtomicU32 = AtomicU32::new(0);

extern "C" fn foreign(_: c_int) {
    FOREIGN_RAN.fetch_add(1, Ordering::Relaxed);
}

/// With flags and a mask that nobody else has.
fn foreign_action() -> Action {
    Action::new(foreign, libc::SA_RESTART | libc::SA_NODEFER, (1 << 2) | (1 << 40))
}

fn snapshot() -> Vec<(Signal, Action)> {
    Signal::all()
        .filter(|signal| !matches!(signal.number(), 32 | 33))
        .map(|signal| (signal, sigaction(signal, None)))
        .collect()
}

fn everything_is_given_back_exactly() {
    sigaction(Signal::USR1, Some(foreign_action()));
    sigaction(Signal::HUP, Some(Action::IGNORE));
    let before = snapshot();
    let session = init().expect("the first session");
    for target in [Signal::USR1, Signal::HUP, Signal::TERM, Signal::SEGV, Signal::CHLD] {
        log_signal(target);
    }
    signal(Signal::QUIT, Disposition::Ignore).expect("it can be ignored");
    assert_ne!(snapshot(), before);
    drop(session);
    assert_eq!(snapshot(), before);
}

fn what_is_no_longer_ours_is_left_alone() {
    let session = session();
    log_signal(Signal::USR1);
    signal(Signal::USR2, Disposition::Ignore).expect("it can be ignored");
    sigaction(Signal::USR1, Some(foreign_action())); // another library takes over
    sigaction(Signal::USR2, Some(foreign_action()));
    drop(session);
    assert_eq!(sigaction(Signal::USR1, None), foreign_action());
    assert_eq!(sigaction(Signal::USR2, None), foreign_action());
}

fn what_the_user_put_back_is_left_alone() {
    sigaction(Signal::USR1, Some(foreign_action()));
    let session = session();
    let earlier = on(Signal::USR1, |_| {}).expect("it can be handled");
    sigaction(Signal::USR2, Some(Action::IGNORE));
    signal(Signal::USR2, earlier).expect("it can be put elsewhere too");
    drop(session);
    assert_eq!(sigaction(Signal::USR1, None), foreign_action());
    assert_eq!(sigaction(Signal::USR2, None), foreign_action());
}

fn a_foreign_handler_is_put_back_to_the_bit() {
    sigaction(Signal::USR1, Some(foreign_action()));
    let _session = session();
    let old = on(Signal::USR1, |_| {}).expect("it can be handled");
    let Disposition::Foreign(particulars) = &old else { panic!("{old:?}") };
    assert_eq!(particulars.address(), Some(foreign_action().handler));
    assert_ne!(sigaction(Signal::USR1, None), foreign_action());
    is_handler(&signal(Signal::USR1, old).expect("it can be put back"), "{{closure}}");
    assert_eq!(sigaction(Signal::USR1, None), foreign_action());
    trip(Signal::USR1);
    assert_eq!(FOREIGN_RAN.load(Ordering::Relaxed), 1);
}

fn a_foreign_handler_that_came_later_is_seen() {
    let _session = session();
    log_signal(Signal::USR1);
    sigaction(Signal::USR1, Some(foreign_action()));
    assert!(matches!(getsignal(Signal::USR1), Ok(Disposition::Foreign(_))));
    // And it comes back as the earlier one, not our own that it had replaced.
    let earlier = on(Signal::USR1, |_| {}).expect("it can be handled");
    assert!(matches!(earlier, Disposition::Foreign(_)));
}

fn an_older_copy_of_ours_is_repaired() {
    let _session = session();
    log_signal(Signal::USR1);
    let ours = sigaction(Signal::USR1, None);
    // As a library does that saves with signal(2) and puts back with it: the flags are others.
    sigaction(Signal::USR1, Some(Action { flags: libc::SA_RESTART, ..ours }));
    is_handler(&getsignal(Signal::USR1).expect("it is known"), "{{closure}}");
    assert_eq!(sigaction(Signal::USR1, None), ours);
}

fn first(_: &Delivery) {}
fn second(_: &Delivery) {}

fn the_earlier_disposition_comes_back_from_each_call() {
    let _session = session();
    assert_eq!(signal(Signal::USR1, first).expect("ok"), Disposition::Default);
    is_handler(&getsignal(Signal::USR1).expect("ok"), "first");
    let handler = Handler::new(second);
    is_handler(&signal(Signal::USR1, handler.clone()).expect("ok"), "first");
    assert_eq!(getsignal(Signal::USR1), Ok(Disposition::Handler(handler.clone())));
    assert_eq!(signal(Signal::USR1, Disposition::Ignore).expect("ok"), Disposition::Handler(handler));
    assert_eq!(signal(Signal::USR1, Disposition::Default).expect("ok"), Disposition::Ignore);
    assert_eq!(getsignal(Signal::USR1), Ok(Disposition::Default));
}

fn python_start_up() {
    sigaction(Signal::PIPE, Some(Action::DEFAULT)); // std had it ignored
    let session = init().expect("the first session");
    is_handler(&getsignal(Signal::INT).expect("ok"), "default_int_handler");
    assert_eq!(getsignal(Signal::PIPE), Ok(Disposition::Ignore));
    assert_eq!(getsignal(Signal::XFSZ), Ok(Disposition::Ignore));
    drop(session);
    for target in [Signal::INT, Signal::PIPE, Signal::XFSZ] {
        assert_eq!(sigaction(target, None), Action::DEFAULT, "{target}");
    }
}

fn python_start_up_keeps_what_is_ignored() {
    sigaction(Signal::INT, Some(Action::IGNORE)); // as `nohup` and `cmd &` leave it
    let _session = init().expect("the first session");
    assert_eq!(getsignal(Signal::INT), Ok(Disposition::Ignore));
}

fn an_untouched_session_touches_nothing() {
    let before = snapshot();
    let _session = session();
    assert_eq!(snapshot(), before);
}

fn our_flags_and_mask() {
    // All but SIGKILL, SIGSTOP and libc's two.
    let mask = !((1 << 8) | (1 << 18) | (1 << 31) | (1 << 32));
    let _session = session();
    log_signal(Signal::USR1);
    let action = sigaction(Signal::USR1, None);
    assert_eq!((action.flags, action.mask), (libc::SA_ONSTACK, mask));
    log_signal(Signal::FPE);
    let action = sigaction(Signal::FPE, None);
    assert_eq!((action.flags, action.mask), (libc::SA_ONSTACK | libc::SA_SIGINFO, mask));
}

fn every_signal_that_can_be_handled_is_even_all_at_once() {
    let _session = session();
    let mut handled = Vec::new();
    for target in Signal::all() {
        if on(target, |delivery| crate::helpers::log(delivery.signal().to_string())).is_ok() {
            handled.push(target);
        }
    }
    // The kernel forgets a pending SIGCONT when a stop signal comes.
    handled.retain(|&target| target != Signal::CONT);
    // All at once: each frame on the alternate stack is gone before the next is made, or there would be no room.
    handled.iter().for_each(|&target| raw::block(target, true));
    handled.iter().for_each(|&target| trip(target));
    raw::block_none();
    sigtrip::check_signals().expect("no handler fails");
    assert_eq!(handled.len(), 28 + 31, "28 standard signals and 31 real-time ones");
    assert_eq!(take_log(), handled.iter().map(Signal::to_string).collect::<Vec<_>>());
}

fn getsignal_works_on_any_thread_and_without_a_session() {
    assert_eq!(getsignal(Signal::USR1), Ok(Disposition::Default));
    let session = session();
    let handler = Handler::new(|_: &Delivery| {});
    signal(Signal::USR1, handler.clone()).expect("ok");
    let seen = std::thread::spawn(|| getsignal(Signal::USR1)).join().expect("it does not panic");
    assert_eq!(seen, Ok(Disposition::Handler(handler)));
    drop(session);
    assert_eq!(getsignal(Signal::USR1), Ok(Disposition::Default));
}

fn what_is_pending_is_handled_before_the_handler_is_replaced() {
    let _session = session();
    signal(Signal::USR1, |_: &Delivery| crate::helpers::log("old")).expect("ok");
    trip(Signal::USR1);
    signal(Signal::USR1, |_: &Delivery| crate::helpers::log("new")).expect("ok");
    assert_eq!(take_log(), ["old"]);
    // One that fails leaves everything as it was.
    on(Signal::USR2, |_| Err(sigtrip::Interrupt::exit(9))).expect("ok");
    trip(Signal::USR2);
    let refused = signal(Signal::USR1, Disposition::Default);
    assert!(matches!(refused, Err(sigtrip::Interrupt::Exit(9))), "{refused:?}");
    is_handler(&getsignal(Signal::USR1).expect("ok"), "{{closure}}");
}

/// It comes again at each safe point that is to handle the last one.
fn a_handler_that_sends_its_own_signal_is_replaced() {
    let _session = session();
    on(Signal::USR1, |_| trip(Signal::USR1)).expect("it can be handled");
    trip(Signal::USR1);
    log_signal(Signal::USR1);
    assert!(take_log().len() <= 1);
    sigtrip::check_signals().expect("the handler does not fail");
    assert_eq!(take_log(), ["SIGUSR1"], "the last one is the new handler's");
}

fn what_is_pending_at_the_end_is_handled() {
    let session = session();
    log_signal(Signal::USR1);
    log_signal(Signal::TERM);
    on(Signal::USR2, |_| Err(sigtrip::Interrupt::other("no luck"))).expect("ok");
    for target in [Signal::USR1, Signal::USR2, Signal::TERM] {
        trip(target);
    }
    drop(session);
    assert_eq!(take_log(), ["SIGUSR1", "SIGTERM"]);
    assert_eq!(sigaction(Signal::TERM, None), Action::DEFAULT);
}

fn a_handler_that_panics_at_the_end_strands_nobody() {
    let first = session();
    on(Signal::USR1, |_| panic!("on purpose")).expect("ok");
    log_signal(Signal::USR2);
    trip(Signal::USR1);
    trip(Signal::USR2);
    let leaving = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(first)));
    assert!(leaving.is_err(), "the panic is not swallowed");
    assert_eq!(take_log(), ["SIGUSR2"]);
    assert_eq!(sigaction(Signal::USR1, None), Action::DEFAULT);
    drop(session()); // the next one can be opened
}

/// The commonest foreign handler of all, to interrupt a call. An optimiser may fold it with any other that does nothing, so that
/// this can fail in a release build alone.
fn an_empty_foreign_handler_is_foreign() {
    extern "C" fn nothing(_: c_int) {}
    let empty = Action::new(nothing, 0, 0);
    sigaction(Signal::USR1, Some(empty));
    let session = sigtrip::init_with(sigtrip::Options::untouched().kick(Signal::URG)).expect("the first");
    assert!(matches!(getsignal(Signal::USR1), Ok(Disposition::Foreign(_))));
    on(Signal::USR1, |_| ()).expect("ok");
    sigaction(Signal::USR1, Some(empty)); // put back by other code
    drop(session);
    assert_eq!(sigaction(Signal::USR1, None), empty);
}
