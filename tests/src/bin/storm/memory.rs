//! No memory at all: what needs none goes on, and what needs some is refused and changes nothing.

use std::time::Duration;

use sigtrip::{
    Disposition, Error, Interrupt, Options, Signal, check_signals, getsignal, init_with, on, pause_for, poll,
    signal, sigtimedwait,
};
use sigtrip_tests::{
    limits::{Hoard, fill_the_list_of_fork},
    raw::{self, in_a_fork},
};

use crate::{
    dice::Dice,
    line::{Line, Until},
    owner::{self, session},
};

crate::storms!(none_for_the_first_session, none_while_signals_come);

/// In children that have had no session. Libc has room for a few functions to be called at fork, so that a session needs no
/// memory; and where its list is full, and can not grow, the session is refused.
fn none_for_the_first_session(until: Until) {
    while !until.is_over() {
        assert_eq!(in_a_fork(|| i32::from(!opens_a_session_without_memory())), 0);
        assert_eq!(in_a_fork(is_refused_a_session), 0);
    }
}

/// It must not allocate, so it does not panic.
fn opens_a_session_without_memory() -> bool {
    const USR1: Line = Line(Signal::USR1);
    let hoard = Hoard::everything();
    let session = init_with(Options::python());
    let installed = on(Signal::USR1, |_| USR1.saw()).is_ok();
    let number = USR1.send(|signal| raw::Thread::current().send(signal));
    let handled = check_signals().is_ok() && USR1.was_seen(number);
    let opened = session.is_ok();
    drop(session);
    drop(hoard);
    opened && installed && handled
}

fn is_refused_a_session() -> i32 {
    let actions = || [Signal::INT, Signal::PIPE, Signal::XFSZ].map(|signal| raw::sigaction(signal, None));
    let before = actions();
    let hoard = Hoard::everything();
    let filled = fill_the_list_of_fork();
    let refused = init_with(Options::python()).map(drop);
    let after = actions();
    drop(hoard);
    assert!(filled > 0, "the list had room");
    match refused {
        Err(Error::System { errno, .. }) => assert_eq!(errno.raw(), libc::ENOMEM),
        other => panic!("expected no memory, got {other:?}"),
    }
    assert_eq!(after, before, "nothing was changed");
    0
}

/// In a child, whose heap is not the storm's; a handler that captures nothing needs none.
fn none_while_signals_come(until: Until) {
    let status = in_a_fork(|| {
        let _session = session();
        let line = Line(Signal::USR1).handle();
        let before = line.handled();
        let flooder = owner::flooder(line, until, 0, raw::send_to_process);
        while line.handled() == before {
            pause_for(Duration::from_millis(1)).expect("no handler fails"); // until it is on its way
        }
        let hoard = Hoard::everything();
        let (mut wrong, mut refused) = (false, 0);
        while !flooder.is_finished() {
            wrong |= !goes_on_without_memory();
            refused += u32::from(is_refused(poll(&mut [], Some(Duration::ZERO))));
        }
        drop(hoard);
        owner::handle_until_joined(vec![flooder], &mut Dice::new(1));
        i32::from(wrong || refused == 0)
    });
    assert_eq!(status, 0, "everything went on");
}

/// It must not allocate, so it does not panic.
fn goes_on_without_memory() -> bool {
    const HUP: Line = Line(Signal::HUP);
    let installed = on(Signal::HUP, |_| HUP.saw()).is_ok();
    let number = HUP.send(|signal| raw::Thread::current().send(signal));
    let handled = check_signals().is_ok() && HUP.was_seen(number);
    let waited = pause_for(Duration::from_micros(100)).is_ok();
    let accepted = matches!(sigtimedwait(Signal::USR2, Duration::from_micros(100)), Ok(None));
    let asked = matches!(getsignal(Signal::HUP), Ok(Disposition::Handler(_)));
    let removed = signal(Signal::HUP, Disposition::Ignore).is_ok();
    installed && handled && waited && accepted && asked && removed
}

/// It may find a few bytes that a thread has freed at its end; it never takes the process down.
fn is_refused<T>(result: Result<T, Interrupt>) -> bool {
    match result {
        Ok(_) => false,
        Err(Interrupt::Error(Error::System { errno, .. })) => errno.raw() == libc::ENOMEM,
        Err(_) => unreachable!("no handler fails"),
    }
}
