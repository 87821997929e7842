//! Masks: what is blocked waits in the kernel, and is handled when it is let through.

use std::thread;

use sigtrip::{
    Error, Interrupt, MaskGuard, MaskHow, Signal, SignalSet, block, check_signals, kill, on, pthread_sigmask,
    python, raise_signal, sigpending,
};
use sigtrip_tests::raw;

use crate::helpers::{OUT_OF_RANGE, error, log, log_signal, reserved, session, take_log, trip};

crate::scenarios!(
    what_is_blocked_is_handled_when_it_is_let_through,
    each_way_gives_the_mask_before,
    a_mask_that_was_returned_can_be_set,
    what_libc_keeps_is_not_told,
    a_failing_handler_is_told_though_the_mask_was_changed,
    kill_and_stop_are_not_blocked,
    a_reserved_number_is_refused_and_nothing_changes,
    numbers_out_of_range,
    a_guard_gives_back_the_exact_mask,
    guards_nest,
    a_dropped_guard_leaves_the_handler_to_the_next_safe_point,
    restore_is_a_safe_point,
    a_block_that_fails_blocks_nothing,
    what_came_before_is_handled_before_the_block,
    a_mask_is_its_threads_own_and_inherited,
    a_forked_child_starts_with_the_mask,
    what_is_sent_to_the_process_is_pending_too,
    a_handler_may_change_the_mask,
    a_thread_that_is_not_the_owner_leaves_the_handler_to_the_owner,
);

fn bit(signal: Signal) -> u64 {
    1 << (signal.number() - 1)
}

fn what_is_blocked_is_handled_when_it_is_let_through() {
    let _session = session();
    log_signal(Signal::USR1);
    log_signal(Signal::USR2);
    pthread_sigmask(MaskHow::Block, [Signal::USR1, Signal::USR2]).expect("ok");
    assert!(sigpending().is_empty());
    raise_signal(Signal::USR2).expect("it waits");
    raise_signal(Signal::USR1).expect("it waits");
    check_signals().expect("nothing has tripped");
    assert_eq!(sigpending(), SignalSet::from([Signal::USR1, Signal::USR2]));
    assert!(take_log().is_empty());
    pthread_sigmask(MaskHow::Unblock, Signal::USR1).expect("none fails");
    assert_eq!(take_log(), ["SIGUSR1"], "and the other still waits");
    assert_eq!(sigpending(), SignalSet::from(Signal::USR2));
    pthread_sigmask(MaskHow::SetMask, SignalSet::new()).expect("none fails");
    assert_eq!(take_log(), ["SIGUSR2"]);
    assert!(sigpending().is_empty());
}

fn each_way_gives_the_mask_before() {
    let (usr1, usr2, last) = (Signal::USR1, Signal::USR2, Signal::real_time_max());
    let steps = [
        (MaskHow::Block, SignalSet::from([usr1, last]), bit(usr1) | bit(last)),
        (MaskHow::Block, usr2.into(), bit(usr1) | bit(usr2) | bit(last)),
        (MaskHow::Block, SignalSet::new(), bit(usr1) | bit(usr2) | bit(last)),
        (MaskHow::Unblock, SignalSet::from([usr1, Signal::INT]), bit(usr2) | bit(last)),
        (MaskHow::SetMask, Signal::HUP.into(), bit(Signal::HUP)),
        (MaskHow::SetMask, SignalSet::new(), 0),
    ];
    for (how, signals, after) in steps {
        let before = raw::mask();
        let told = pthread_sigmask(how, signals).expect("there is no handler");
        assert_eq!(told.iter().map(bit).sum::<u64>(), before, "{how:?} {signals:?}");
        assert_eq!(raw::mask(), after, "{how:?} {signals:?}");
    }
}

fn a_mask_that_was_returned_can_be_set() {
    let everything = pthread_sigmask(MaskHow::SetMask, SignalSet::valid()).expect("ok");
    let full = raw::mask();
    let told = pthread_sigmask(MaskHow::SetMask, everything).expect("ok");
    assert_eq!(raw::mask(), 0);
    pthread_sigmask(MaskHow::SetMask, told).expect("ok");
    assert_eq!(raw::mask(), full);
    assert_eq!(told, SignalSet::valid() - [Signal::KILL, Signal::STOP].into());
}

/// Another program may have blocked it past libc, and exec keeps a mask.
fn what_libc_keeps_is_not_told() {
    raw::block_past_libc(reserved()[0]);
    raw::block(Signal::USR1, true);
    assert_eq!(raw::mask(), bit(reserved()[0]) | bit(Signal::USR1));
    let told = pthread_sigmask(MaskHow::Block, Signal::USR2).expect("ok");
    assert_eq!(told, Signal::USR1.into());
    pthread_sigmask(MaskHow::SetMask, told).expect("so it can be set again");
}

fn a_failing_handler_is_told_though_the_mask_was_changed() {
    let _session = session();
    on(Signal::USR1, |_| Err(Interrupt::exit(3))).expect("ok");
    pthread_sigmask(MaskHow::Block, Signal::USR1).expect("ok");
    trip(Signal::USR1);
    let failed = pthread_sigmask(MaskHow::Unblock, Signal::USR1);
    assert!(matches!(failed, Err(Interrupt::Exit(3))), "{failed:?}");
    assert_eq!(raw::mask(), 0);
}

fn kill_and_stop_are_not_blocked() {
    pthread_sigmask(MaskHow::Block, [Signal::KILL, Signal::STOP, Signal::USR1]).expect("POSIX says so");
    assert_eq!(raw::mask(), bit(Signal::USR1));
}

fn a_reserved_number_is_refused_and_nothing_changes() {
    let _session = session();
    raw::block(Signal::USR1, true);
    let before = raw::mask();
    for reserved in reserved() {
        let expected = Error::Reserved(reserved);
        for how in [MaskHow::Block, MaskHow::Unblock, MaskHow::SetMask] {
            for signals in [reserved.into(), SignalSet::from([Signal::USR1, Signal::TERM, reserved])] {
                assert_eq!(error(pthread_sigmask(how, signals)), expected, "{how:?}");
                assert_eq!(raw::mask(), before, "{how:?}");
            }
            assert_eq!(error(python::pthread_sigmask(how, [reserved.number()])), expected);
        }
        assert_eq!(error(block(reserved)), expected);
        assert_eq!(raw::mask(), before);
    }
}

fn numbers_out_of_range() {
    for number in OUT_OF_RANGE {
        for how in [python::SIG_BLOCK, python::SIG_UNBLOCK, python::SIG_SETMASK] {
            let refused = python::pthread_sigmask(how, [2, number, 3]);
            assert_eq!(error(refused), Error::OutOfRange(number));
            assert_eq!(raw::mask(), 0);
        }
    }
    let blocked = python::pthread_sigmask(python::SIG_BLOCK, [2, 15]).expect("ok");
    assert!(blocked.is_empty());
    assert_eq!(raw::mask(), bit(Signal::INT) | bit(Signal::TERM));
}

fn a_guard_gives_back_the_exact_mask() {
    for earlier in [vec![], vec![Signal::USR1], vec![Signal::TERM, Signal::real_time_min()]] {
        pthread_sigmask(MaskHow::SetMask, earlier.iter().copied().collect::<SignalSet>()).expect("ok");
        let before = raw::mask();
        let guard = block([Signal::USR1, Signal::USR2]).expect("ok");
        assert_eq!(raw::mask(), before | bit(Signal::USR1) | bit(Signal::USR2));
        raw::block(Signal::HUP, true); // also what changed meanwhile
        drop(guard);
        assert_eq!(raw::mask(), before, "{earlier:?}");
        let unwound = std::panic::catch_unwind(|| {
            let _guard = block(SignalSet::valid()).expect("ok");
            panic!("on purpose");
        });
        assert!(unwound.is_err());
        assert_eq!(raw::mask(), before, "{earlier:?}");
    }
}

fn guards_nest() {
    let _session = session();
    log_signal(Signal::USR1);
    let outer = block(Signal::USR1).expect("ok");
    let inner = block([Signal::USR1, Signal::USR2]).expect("ok");
    trip(Signal::USR1);
    inner.restore().expect("none fails");
    assert!(take_log().is_empty(), "the outer one still holds it");
    assert_eq!(raw::mask(), bit(Signal::USR1));
    outer.restore().expect("none fails");
    assert_eq!(take_log(), ["SIGUSR1"]);
    assert_eq!(raw::mask(), 0);
}

fn a_dropped_guard_leaves_the_handler_to_the_next_safe_point() {
    let _session = session();
    log_signal(Signal::USR1);
    let guard = block(Signal::USR1).expect("ok");
    trip(Signal::USR1);
    drop(guard);
    assert!(take_log().is_empty(), "a drop is no safe point");
    assert!(sigpending().is_empty(), "but it has tripped");
    check_signals().expect("none fails");
    assert_eq!(take_log(), ["SIGUSR1"]);
}

fn restore_is_a_safe_point() {
    let _session = session();
    on(Signal::USR1, |_| Err(Interrupt::exit(4))).expect("ok");
    let guard = block(Signal::USR1).expect("ok");
    trip(Signal::USR1);
    assert!(matches!(guard.restore(), Err(Interrupt::Exit(4))));
    assert_eq!(raw::mask(), 0, "it was set all the same");
}

fn a_block_that_fails_blocks_nothing() {
    let _session = session();
    on(Signal::USR1, |_| Err(Interrupt::exit(5))).expect("ok");
    raw::block(Signal::HUP, true);
    trip(Signal::USR1);
    let failed = block([Signal::USR1, Signal::TERM]);
    assert!(matches!(failed, Err(Interrupt::Exit(5))), "{failed:?}");
    assert_eq!(raw::mask(), bit(Signal::HUP));
}

fn what_came_before_is_handled_before_the_block() {
    let _session = session();
    log_signal(Signal::USR1);
    trip(Signal::USR1);
    let _guard = block(Signal::USR1).expect("none fails");
    assert_eq!(take_log(), ["SIGUSR1"], "not delayed to the end of the block");
}

fn a_mask_is_its_threads_own_and_inherited() {
    let guard = block(Signal::USR1).expect("ok");
    let inherited = thread::spawn(|| {
        let inherited = raw::mask();
        pthread_sigmask(MaskHow::SetMask, Signal::TERM).expect("ok");
        assert_eq!(raw::mask(), bit(Signal::TERM));
        inherited
    });
    assert_eq!(inherited.join().expect("it does not panic"), bit(Signal::USR1));
    assert_eq!(raw::mask(), bit(Signal::USR1));
    drop(guard);
    assert_eq!(thread::spawn(raw::mask).join().expect("it does not panic"), 0);
}

fn a_forked_child_starts_with_the_mask() {
    let _session = session();
    log_signal(Signal::USR1);
    let guard = block(Signal::USR1).expect("ok");
    trip(Signal::USR1);
    let status = raw::in_a_fork(|| {
        assert_eq!(raw::mask(), bit(Signal::USR1));
        assert!(sigpending().is_empty(), "that one is the parent's");
        trip(Signal::USR1);
        pthread_sigmask(MaskHow::SetMask, SignalSet::new()).expect("none fails");
        i32::try_from(take_log().len()).expect("one")
    });
    assert_eq!(status, 1);
    guard.restore().expect("none fails");
    assert_eq!(take_log(), ["SIGUSR1"]);
}

fn what_is_sent_to_the_process_is_pending_too() {
    let _session = session();
    log_signal(Signal::USR1);
    log_signal(Signal::USR2);
    let guard: MaskGuard = block([Signal::USR1, Signal::USR2]).expect("ok");
    kill(std::process::id().cast_signed(), Signal::USR1).expect("it waits");
    trip(Signal::USR2); // to the thread
    assert_eq!(sigpending(), SignalSet::from([Signal::USR1, Signal::USR2]));
    let of_another = thread::spawn(sigpending).join().expect("it does not panic");
    assert_eq!(of_another, SignalSet::from(Signal::USR1), "what is the thread's is the thread's");
    guard.restore().expect("none fails");
    assert_eq!(take_log(), ["SIGUSR1", "SIGUSR2"]);
}

fn a_handler_may_change_the_mask() {
    let _session = session();
    log_signal(Signal::HUP);
    on(Signal::USR1, |_| {
        log("blocks");
        let guard = block(Signal::HUP)?;
        raise_signal(Signal::HUP)?;
        log("still blocked");
        guard.restore()
    })
    .expect("ok");
    raise_signal(Signal::USR1).expect("none fails");
    assert_eq!(take_log(), ["blocks", "still blocked", "SIGHUP"]);
    assert_eq!(raw::mask(), 0);
}

fn a_thread_that_is_not_the_owner_leaves_the_handler_to_the_owner() {
    let _session = session();
    let owner = thread::current().id();
    on(Signal::USR1, move |_| log(format!("{}", thread::current().id() == owner))).expect("ok");
    let other = thread::spawn(|| {
        let guard = block(Signal::USR1).expect("ok");
        trip(Signal::USR1);
        guard.restore().expect("it handles nothing");
        take_log()
    });
    assert!(other.join().expect("it does not panic").is_empty());
    check_signals().expect("none fails");
    assert_eq!(take_log(), ["true"]);
}
