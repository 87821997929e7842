//! Hooks: code of the user's in signal context.

#![allow(unsafe_code)]

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
};

use sigtrip::{
    Disposition, Error, HookId, HookOptions, SigInfo, Signal, StaticHook, check_signals, getsignal, on,
    register_hook, register_hook_unchecked, register_hook_with, register_static_hook,
    register_static_hook_unchecked, signal, unregister_hook,
};
use sigtrip_tests::raw::{self, in_a_fork};

use crate::helpers::{log_signal, reserved, session, take_log, trip};

crate::scenarios!(
    hooks_run_in_order_with_the_record,
    a_hook_needs_no_session,
    an_id_is_good_once,
    what_can_not_have_a_hook,
    hooks_stay_whatever_the_session_does,
    a_handler_finds_what_its_hook_wrote,
    registering_inside_a_hook_is_an_error,
    a_hook_that_unregisters_itself,
    unregistering_waits_for_a_hook_that_runs,
    every_closure_is_dropped_once,
    static_hooks,
    a_fork_while_another_thread_is_inside_a_hook,
    a_fork_inside_a_hook,
    a_fork_while_another_thread_unregisters,
    a_storm_of_changes_and_deliveries,
    a_storm_of_hooks_that_unregister_themselves,
    a_crowd_inside_hooks,
    a_change_costs_the_same_among_many,
    a_foreign_handler_that_forks_while_hooks_change,
    nothing_is_lost_when_hooks_come_and_go,
);

/// Registers a hook. Those of these scenarios do what they may: atomics, and calls that are async-signal-safe.
pub(crate) fn hook(signal: Signal, hook: impl Fn(&SigInfo) + Send + Sync + 'static) -> HookId {
    // SAFETY: see above.
    unsafe { register_hook(signal, hook) }.expect("it can have a hook")
}

/// The same with options.
pub(crate) fn hook_with(
    signal: Signal,
    options: HookOptions,
    hook: impl Fn(&SigInfo) + Send + Sync + 'static,
) -> HookId {
    // SAFETY: as above.
    unsafe { register_hook_with(signal, options, hook) }.expect("it can have a hook")
}

/// A number that hooks change and the scenario reads. Not from the heap: it is never freed, and the leak detector would say so.
pub(crate) fn number() -> &'static AtomicUsize {
    static NUMBERS: [AtomicUsize; 128] = [const { AtomicUsize::new(0) }; 128];
    static TAKEN: AtomicUsize = AtomicUsize::new(0);
    &NUMBERS[TAKEN.fetch_add(1, Ordering::Relaxed)]
}

pub(crate) fn read(number: &AtomicUsize) -> usize {
    number.load(Ordering::Relaxed)
}

pub(crate) fn more(number: &AtomicUsize) {
    number.fetch_add(1, Ordering::Relaxed);
}

/// A hook that counts.
pub(crate) fn counting(signal: Signal) -> (HookId, &'static AtomicUsize) {
    let count = number();
    (hook(signal, |_| more(count)), count)
}

/// Waits until it is true.
pub(crate) fn until(condition: impl Fn() -> bool) {
    while !condition() {
        thread::yield_now();
    }
}

/// Something that a closure owns: counts its drops, and is seen to be whole as long as it lives.
struct Canary {
    alive: usize,
    drops: &'static AtomicUsize,
}

const ALIVE: usize = 0x00C0_FFEE;

impl Canary {
    fn new(drops: &'static AtomicUsize) -> Self {
        Self { alive: ALIVE, drops }
    }

    fn check(&self) {
        if std::hint::black_box(self.alive) != ALIVE {
            raw::exit_now(99); // freed under a hook's feet
        }
    }
}

impl Drop for Canary {
    fn drop(&mut self) {
        self.check();
        self.alive = 0;
        std::hint::black_box(self.alive);
        self.drops.fetch_add(1, Ordering::Relaxed);
    }
}

fn hooks_run_in_order_with_the_record() {
    let order = number();
    let pid = number();
    let digit = |digit| move |_: &SigInfo| order.store(read(order) * 10 + digit, Ordering::Relaxed);
    let first = hook(Signal::USR1, digit(1));
    hook(Signal::USR1, digit(2));
    hook(Signal::USR1, move |info| {
        assert!(info.signal() == Signal::USR1);
        pid.store(info.pid().unwrap_or(0).unsigned_abs() as usize, Ordering::Relaxed);
    });
    hook(Signal::USR2, digit(9));
    trip(Signal::USR1);
    assert_eq!(read(order), 12);
    assert_eq!(read(pid), std::process::id() as usize);
    assert!(unregister_hook(first));
    let last = hook(Signal::USR1, digit(3));
    trip(Signal::USR1);
    assert_eq!(read(order), 1223);
    assert!(unregister_hook(last));
    trip(Signal::USR2);
    trip(Signal::USR1);
    assert_eq!(read(order), 122_392);
}

fn a_hook_needs_no_session() {
    let (id, count) = thread::spawn(|| counting(Signal::USR1)).join().expect("it does not panic");
    for _ in 0..3 {
        trip(Signal::USR1);
    }
    assert_eq!(read(count), 3);
    assert!(unregister_hook(id));
    assert_eq!(raw::sigaction(Signal::USR1, None), raw::Action::DEFAULT);
}

fn an_id_is_good_once() {
    let (id, _) = counting(Signal::USR1);
    let (other, count) = counting(Signal::USR1);
    assert_ne!(id, other);
    assert!(unregister_hook(id));
    assert!(!unregister_hook(id));
    let (again, _) = counting(Signal::USR1); // in the same place in memory
    assert_ne!(id, again);
    assert!(!unregister_hook(id), "an old id does not take a new hook away");
    trip(Signal::USR1);
    assert_eq!(read(count), 1);
    assert!(unregister_hook(again) && unregister_hook(other));
    assert!(!unregister_hook(again) && !unregister_hook(other));
}

fn what_can_not_have_a_hook() {
    static HOOK: StaticHook = StaticHook::new(|_| {});
    let drops = number();
    let mut closures = 0;
    let mut refused = |signal, error| {
        let canary = Canary::new(drops);
        closures += 1;
        // SAFETY: they do nothing.
        unsafe {
            assert_eq!(register_hook(signal, move |_| canary.check()), Err(error));
        }
        // SAFETY: as above.
        assert_eq!(unsafe { register_static_hook(signal, &HOOK) }, Err(error));
        assert_eq!(read(drops), closures, "a closure that is refused is dropped");
    };
    refused(Signal::KILL, Error::Uncatchable(Signal::KILL));
    refused(Signal::STOP, Error::Uncatchable(Signal::STOP));
    reserved().into_iter().for_each(|signal| refused(signal, Error::Reserved(signal)));
    let faults = [Signal::SEGV, Signal::BUS, Signal::FPE, Signal::ILL];
    faults.into_iter().for_each(|signal| refused(signal, Error::Fault(signal)));
    // The unchecked ones take faults, and nothing else that the others refuse.
    for signal in [Signal::KILL, Signal::STOP, reserved()[0]] {
        let options = HookOptions::new();
        // SAFETY: it does nothing.
        assert!(unsafe { register_hook_unchecked(signal, options, |_| {}) }.is_err());
        // SAFETY: it does nothing.
        assert!(unsafe { register_static_hook_unchecked(signal, options, &HOOK) }.is_err());
    }
    // SAFETY: it does nothing.
    let id = unsafe { register_static_hook(Signal::USR1, &HOOK) }.expect("nothing was changed");
    assert!(unregister_hook(id));
}

fn hooks_stay_whatever_the_session_does() {
    let session = session();
    let (id, count) = counting(Signal::USR1);
    assert_eq!(getsignal(Signal::USR1), Ok(Disposition::Default));
    let mut expected = 0;
    let mut hook_runs = |handler_too: bool| {
        expected += 1;
        trip(Signal::USR1);
        assert_eq!(read(count), expected);
        check_signals().expect("none fails");
        assert_eq!(take_log().len(), usize::from(handler_too));
    };
    hook_runs(false);
    log_signal(Signal::USR1);
    hook_runs(true);
    assert!(matches!(signal(Signal::USR1, Disposition::Ignore), Ok(Disposition::Handler(_))));
    assert_eq!(getsignal(Signal::USR1), Ok(Disposition::Ignore));
    hook_runs(false);
    assert_eq!(signal(Signal::USR1, Disposition::Default).expect("ok"), Disposition::Ignore);
    assert_eq!(getsignal(Signal::USR1), Ok(Disposition::Default));
    hook_runs(false);
    log_signal(Signal::USR1);
    hook_runs(true);
    let stop = sigtrip::shutdown_flag([Signal::USR1]).expect("ok");
    hook_runs(false);
    assert!(stop.is_set());
    drop(session);
    assert_eq!(getsignal(Signal::USR1), Ok(Disposition::Default));
    trip(Signal::USR1);
    assert_eq!(read(count), expected + 1);
    assert!(unregister_hook(id));
    assert_eq!(raw::sigaction(Signal::USR1, None), raw::Action::DEFAULT);
}

/// The hook runs before the bit is set, so that whoever dispatches sees what it wrote.
fn a_handler_finds_what_its_hook_wrote() {
    const ROUNDS: usize = 200;
    let _session = session();
    let (hooked, safe_points) = (number(), number());
    hook(Signal::USR1, |_| {
        // Time enough for the owner to be first, if it could.
        let now = read(safe_points);
        while read(safe_points) < now + 3 {
            std::hint::spin_loop();
        }
        more(hooked);
    });
    let late = number();
    on(Signal::USR1, |_| _ = late.fetch_max(read(hooked), Ordering::Relaxed)).expect("ok");
    raw::block(Signal::USR1, true);
    let sender = thread::spawn(move || {
        raw::block(Signal::USR1, false);
        for round in 1..=ROUNDS {
            raw::Thread::current().send(Signal::USR1);
            until(|| read(late) == round); // else it was dispatched without the hook's word
        }
    });
    while read(late) < ROUNDS {
        check_signals().expect("none fails");
        more(safe_points);
        thread::yield_now();
    }
    sender.join().expect("it does not panic");
}

fn registering_inside_a_hook_is_an_error() {
    static HOOK: StaticHook = StaticHook::new(|_| {});
    let errors = number();
    let inside = hook(Signal::USR1, |_| {
        for signal in [Signal::USR1, Signal::USR2] {
            // SAFETY: it does nothing.
            let refused = unsafe { register_hook(signal, |_| {}) };
            // SAFETY: it does nothing.
            let refused_too = unsafe { register_static_hook(signal, &HOOK) };
            let both = refused == Err(Error::InsideHook) && refused_too == Err(Error::InsideHook);
            errors.fetch_add(usize::from(both), Ordering::Relaxed);
        }
    });
    trip(Signal::USR1);
    assert_eq!(read(errors), 2);
    counting(Signal::USR2); // and outside it works
    assert!(unregister_hook(inside));
}

fn a_hook_that_unregisters_itself() {
    static ID: std::sync::OnceLock<HookId> = std::sync::OnceLock::new();
    let (drops, runs, gone) = (number(), number(), number());
    let canary = Canary::new(drops);
    let id = hook(Signal::USR1, move |_| {
        runs.fetch_add(1, Ordering::Relaxed);
        let was_there = unregister_hook(*ID.get().expect("it was set before"));
        gone.fetch_add(usize::from(was_there), Ordering::Relaxed);
        canary.check(); // it is still there
    });
    ID.set(id).expect("it was not set");
    let (_, after) = counting(Signal::USR1);
    trip(Signal::USR1);
    assert_eq!((read(gone), read(after), read(drops)), (1, 1, 0), "unlinked at once, not freed");
    trip(Signal::USR1);
    assert_eq!((read(runs), read(after)), (1, 2), "it runs no more, the one after it does");
    assert!(!unregister_hook(id), "gone already");
    let (other, _) = counting(Signal::USR2);
    assert_eq!(read(drops), 1, "the next call outside frees it");
    assert!(unregister_hook(other));
    assert_eq!(read(drops), 1, "once");
}

fn unregistering_waits_for_a_hook_that_runs() {
    static ENTERED: AtomicBool = AtomicBool::new(false);
    static GO_ON: AtomicBool = AtomicBool::new(false);
    let drops = number();
    let canary = Canary::new(drops);
    let id = hook(Signal::USR1, move |_| {
        ENTERED.store(true, Ordering::Release);
        while !GO_ON.load(Ordering::Acquire) {
            std::hint::spin_loop();
        }
        canary.check();
    });
    let runs = thread::spawn(|| trip(Signal::USR1));
    until(|| ENTERED.load(Ordering::Acquire));
    let tid = Arc::new(AtomicUsize::new(0));
    let unregisters = thread::spawn({
        let tid = tid.clone();
        move || {
            tid.store(raw::tid().unsigned_abs() as usize, Ordering::Relaxed);
            assert!(unregister_hook(id));
            assert_eq!(read(drops), 1, "freed when it returns");
        }
    });
    until(|| read(&tid) != 0);
    // It has spun, it has yielded, and sleeps in the end, still waiting.
    raw::wait_until_it_sleeps(i32::try_from(read(&tid)).expect("a thread's number"));
    assert_eq!(read(drops), 0);
    assert!(!unregister_hook(id), "but nobody finds it any more");
    GO_ON.store(true, Ordering::Release);
    runs.join().expect("it does not panic");
    unregisters.join().expect("it does not panic");
    assert_eq!(read(drops), 1);
}

fn every_closure_is_dropped_once() {
    let drops = number();
    let ids: Vec<_> = (0..100)
        .map(|_| {
            let canary = Canary::new(drops);
            hook(Signal::USR1, move |_| canary.check())
        })
        .collect();
    // From the middle, from the ends, and the rest.
    let (even, odd): (Vec<_>, Vec<_>) = ids.iter().enumerate().partition(|(index, _)| index % 2 == 0);
    for (gone, (_, id)) in odd.into_iter().chain(even).enumerate() {
        trip(Signal::USR1);
        assert_eq!(read(drops), gone);
        assert!(unregister_hook(*id));
    }
    assert_eq!(read(drops), 100);
    assert_eq!(raw::sigaction(Signal::USR1, None), raw::Action::DEFAULT);
}

fn static_hooks() {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    static PLAIN: StaticHook = StaticHook::new(|_| more(&COUNT));
    static GIVEN: StaticHook =
        StaticHook::with(|count, _| _ = count.fetch_add(10, Ordering::Relaxed), &COUNT);
    // SAFETY: they count.
    let register = |hook| unsafe { register_static_hook(Signal::USR1, hook) };
    let first = register(&PLAIN).expect("ok");
    let second = register(&GIVEN).expect("ok");
    assert_eq!(register(&PLAIN), Err(Error::HookInUse));
    trip(Signal::USR1);
    assert_eq!(read(&COUNT), 11);
    assert!(unregister_hook(first));
    trip(Signal::USR1);
    assert_eq!(read(&COUNT), 21);
    let again = register(&PLAIN).expect("it is free again");
    assert!(!unregister_hook(first), "an old id");
    trip(Signal::USR1);
    assert_eq!(read(&COUNT), 32);
    assert!(unregister_hook(second) && unregister_hook(again));
    assert_eq!(raw::sigaction(Signal::USR1, None), raw::Action::DEFAULT);
}

/// Where signal-hook 1.4.8 spins for ever: the child has a copy of a reader that is not there.
fn a_fork_while_another_thread_is_inside_a_hook() {
    static ENTERED: AtomicBool = AtomicBool::new(false);
    static GO_ON: AtomicBool = AtomicBool::new(false);
    let drops = number();
    let canary = Canary::new(drops);
    let busy = hook(Signal::USR1, move |_| {
        ENTERED.store(true, Ordering::Release);
        while !GO_ON.load(Ordering::Acquire) {
            std::hint::spin_loop();
        }
        canary.check();
    });
    let runs = thread::spawn(|| trip(Signal::USR1));
    until(|| ENTERED.load(Ordering::Acquire));
    let status = in_a_fork(|| {
        GO_ON.store(true, Ordering::Release);
        let (id, count) = counting(Signal::USR2);
        trip(Signal::USR2);
        assert_eq!(read(count), 1);
        assert!(unregister_hook(id));
        trip(Signal::USR1); // the parent's hooks are the child's too
        assert!(unregister_hook(busy));
        assert_eq!(read(drops), 1);
        0
    });
    assert_eq!((status, read(drops)), (0, 0));
    GO_ON.store(true, Ordering::Release);
    runs.join().expect("it does not panic");
    assert!(unregister_hook(busy));
    assert_eq!(read(drops), 1);
}

/// The child goes on inside the hook: there it is inside, and when it has left it is not.
fn a_fork_inside_a_hook() {
    static CHILD: AtomicUsize = AtomicUsize::new(0);
    static INSIDE: AtomicBool = AtomicBool::new(false);
    let drops = number();
    let canary = Canary::new(drops);
    let id = hook(Signal::USR1, move |_| {
        let pid = raw::fork();
        CHILD.store(pid.unsigned_abs() as usize, Ordering::Relaxed);
        // SAFETY: it does nothing.
        let refused = unsafe { register_hook(Signal::USR2, |_| {}) };
        INSIDE.store(refused == Err(Error::InsideHook), Ordering::Relaxed);
        canary.check();
    });
    trip(Signal::USR1);
    let inside = INSIDE.load(Ordering::Relaxed);
    let child = i32::try_from(read(&CHILD)).expect("a process");
    if child == 0 {
        let (other, count) = counting(Signal::USR2);
        trip(Signal::USR2);
        let fine = inside && read(count) == 1 && unregister_hook(other) && unregister_hook(id);
        raw::exit_now(i32::from(!(fine && read(drops) == 1)));
    }
    assert_eq!(raw::wait_for_exit(child), 0);
    assert!(inside && unregister_hook(id));
    assert_eq!(read(drops), 1);
}

/// Whom the parent's thread was waiting to free nobody frees in the child, until somebody comes.
fn a_fork_while_another_thread_unregisters() {
    static ENTERED: AtomicBool = AtomicBool::new(false);
    static GO_ON: AtomicBool = AtomicBool::new(false);
    static HOOK: StaticHook = StaticHook::new(|_| {
        ENTERED.store(true, Ordering::Release);
        while !GO_ON.load(Ordering::Acquire) {
            std::hint::spin_loop();
        }
    });
    // SAFETY: it waits for another thread, which does not wait for this one.
    let id = unsafe { register_static_hook(Signal::USR1, &HOOK) }.expect("ok");
    let runs = thread::spawn(|| trip(Signal::USR1));
    until(|| ENTERED.load(Ordering::Acquire));
    let tid = Arc::new(AtomicUsize::new(0));
    let unregisters = thread::spawn({
        let tid = tid.clone();
        move || {
            tid.store(raw::tid().unsigned_abs() as usize, Ordering::Relaxed);
            unregister_hook(id)
        }
    });
    until(|| read(&tid) != 0);
    raw::wait_until_it_sleeps(i32::try_from(read(&tid)).expect("a thread's number"));
    let status = in_a_fork(|| {
        GO_ON.store(true, Ordering::Release);
        // SAFETY: it does nothing any more.
        let again = unsafe { register_static_hook(Signal::USR1, &HOOK) }.expect("it is free in the child");
        trip(Signal::USR1);
        i32::from(!unregister_hook(again))
    });
    assert_eq!(status, 0);
    GO_ON.store(true, Ordering::Release);
    runs.join().expect("it does not panic");
    assert!(unregisters.join().expect("it does not panic"));
}

/// Registered and unregistered on some threads, while others are delivered to and a third kind forks: no closure is run that was freed,
/// and each is freed once.
fn a_storm_of_changes_and_deliveries() {
    const CHANGES: usize = 500;
    static STOP: AtomicBool = AtomicBool::new(false);
    let (drops, runs) = (number(), number());
    let (_, steady) = counting(Signal::USR1);
    let sent = number();
    let targets: Vec<_> = (0..2)
        .map(|_| {
            thread::spawn(move || {
                while !STOP.load(Ordering::Relaxed) {
                    trip(Signal::USR1);
                    more(sent);
                }
            })
        })
        .collect();
    let writers: Vec<_> = (0..2)
        .map(|writer| {
            thread::spawn(move || {
                raw::block(Signal::USR1, writer == 0); // one is interrupted too
                for _ in 0..CHANGES {
                    let canary = Canary::new(drops);
                    let id = hook(Signal::USR1, move |_| {
                        (0..300).for_each(|_| canary.check()); // time enough to be caught
                        more(runs);
                    });
                    thread::yield_now();
                    assert!(unregister_hook(id));
                }
            })
        })
        .collect();
    writers.into_iter().for_each(|writer| writer.join().expect("it does not panic"));
    assert_eq!(read(drops), 2 * CHANGES, "each closure is freed once, when its unregistering returns");
    STOP.store(true, Ordering::Relaxed);
    targets.into_iter().for_each(|target| target.join().expect("it does not panic"));
    assert_eq!(read(steady), read(sent), "the one that stays misses none");
    assert!(read(runs) > 0);
}

/// The same, each hook unregistering itself at its first run.
fn a_storm_of_hooks_that_unregister_themselves() {
    const CHANGES: usize = 500;
    static STOP: AtomicBool = AtomicBool::new(false);
    let (drops, gone) = (number(), number());
    counting(Signal::USR1); // the default action would kill
    let target = thread::spawn(|| {
        while !STOP.load(Ordering::Relaxed) {
            trip(Signal::USR1);
        }
    });
    raw::block(Signal::USR1, true);
    for _ in 0..CHANGES {
        let id = Arc::new(std::sync::OnceLock::<HookId>::new());
        let (canary, own) = (Canary::new(drops), id.clone());
        let registered = hook(Signal::USR1, move |_| {
            // It may be run before it knows its id.
            if own.get().is_some_and(|&id| unregister_hook(id)) {
                more(gone);
            }
            canary.check();
        });
        id.set(registered).expect("once");
    }
    until(|| read(gone) == CHANGES);
    STOP.store(true, Ordering::Relaxed);
    target.join().expect("it does not panic");
    let (last, _) = counting(Signal::USR2);
    assert!(unregister_hook(last));
    assert_eq!(read(drops), CHANGES);
}

/// More threads inside hooks at once than have names: nobody is told the wrong thing, and everything is freed when they have left.
fn a_crowd_inside_hooks() {
    static GO_ON: AtomicBool = AtomicBool::new(false);
    const CROWD: usize = 40;
    let (inside, refused, drops) = (number(), number(), number());
    let canary = Canary::new(drops);
    let id = hook(Signal::USR1, move |_| {
        more(inside);
        while !GO_ON.load(Ordering::Acquire) {
            thread::yield_now();
        }
        // SAFETY: it does nothing.
        if unsafe { register_hook(Signal::USR2, |_| {}) }.is_err() {
            more(refused);
        }
        canary.check();
    });
    let crowd: Vec<_> = (0..CROWD).map(|_| thread::spawn(|| trip(Signal::USR1))).collect();
    until(|| read(inside) == CROWD);
    // SAFETY: it does nothing.
    assert_eq!(unsafe { register_hook(Signal::USR2, |_| {}) }, Err(Error::HooksCrowded));
    assert!(unregister_hook(id), "unlinked, and not waited for");
    assert_eq!(read(drops), 0);
    GO_ON.store(true, Ordering::Release);
    crowd.into_iter().for_each(|it| it.join().expect("it does not panic"));
    assert_eq!(read(refused), CROWD, "nobody could register inside");
    counting(Signal::USR2);
    assert_eq!(read(drops), 1);
}

/// It is by structure: nothing is walked. Among many thousand hooks a change takes as many steps as among none; were they walked,
/// this would take minutes.
fn a_change_costs_the_same_among_many() {
    const MANY: usize = 50_000;
    let ids: Vec<_> = (0..MANY).map(|_| hook(Signal::USR1, |_| {})).collect();
    for id in &ids {
        let new = hook(Signal::USR1, |_| {});
        assert!(unregister_hook(*id) && unregister_hook(new));
    }
    assert_eq!(raw::sigaction(Signal::USR1, None), raw::Action::DEFAULT);
}

/// Anywhere in a change, on the thread that makes it. The hooks are static: in the middle of the heap's code nobody may fork.
fn a_foreign_handler_that_forks_while_hooks_change() {
    static IN_THE_CHILD: StaticHook = StaticHook::new(|_| {});
    extern "C" fn fork_here(_: std::ffi::c_int) {
        let child = raw::fork();
        if child == 0 {
            // Here nobody holds the lock, whatever the thread was doing.
            // SAFETY: it does nothing.
            let new = unsafe { register_static_hook(Signal::USR2, &IN_THE_CHILD) };
            raw::exit_now(i32::from(!new.is_ok_and(unregister_hook)));
        }
        assert_eq!(raw::wait_for_exit(child), 0);
    }
    raw::sigaction(Signal::ALRM, Some(raw::Action::new(fork_here, 0, 0)));
    let changer = raw::Thread::current();
    let finished = Arc::new(AtomicBool::new(false));
    let sender = thread::spawn({
        let finished = finished.clone();
        move || {
            while !finished.load(Ordering::Relaxed) {
                changer.send(Signal::ALRM);
                thread::yield_now();
            }
        }
    });
    static HOOKS: [StaticHook; 2] = [const { StaticHook::new(|_| {}) }; 2];
    for _ in 0..300 {
        let ids = HOOKS.each_ref().map(|hook| {
            // SAFETY: it does nothing.
            unsafe { register_static_hook(Signal::USR1, hook) }.expect("it is free")
        });
        assert!(ids.into_iter().all(unregister_hook));
    }
    finished.store(true, Ordering::Relaxed);
    sender.join().expect("it does not panic");
}

/// A session's trampolines and the hooks change places under a stream of deliveries: none is lost by either.
fn nothing_is_lost_when_hooks_come_and_go() {
    const SENT: usize = 2000;
    let _session = session();
    let (handled, delivered) = (number(), number());
    on(Signal::real_time(0).expect("there is one"), |_| more(handled)).expect("ok");
    let signal = Signal::real_time(0).expect("there is one");
    let stop = Arc::new(AtomicBool::new(false));
    let changer = thread::spawn({
        let stop = stop.clone();
        move || {
            raw::block(signal, true);
            while !stop.load(Ordering::Relaxed) {
                assert!(unregister_hook(hook(signal, |_| more(delivered))));
            }
        }
    });
    for sent in 1..=SENT {
        trip(signal);
        check_signals().expect("none fails");
        assert_eq!(read(handled), sent, "a delivery was lost");
    }
    stop.store(true, Ordering::Relaxed);
    changer.join().expect("it does not panic");
}
