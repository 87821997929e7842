//! What stood there before the hooks: it is called first, and given back exactly.

#![allow(unsafe_code)]

use std::{
    ffi::c_int,
    sync::atomic::{AtomicUsize, Ordering},
};

use sigtrip::{
    Disposition, Error, HookId, HookOptions, KernelDisposition, SigInfo, Signal, check_signals, getsignal,
    kernel_disposition, on, register_hook_unchecked, siginterrupt, signal, unregister_hook,
};
use sigtrip_tests::raw::{self, Action};

use crate::{
    helpers::{log_signal, session, take_log, trip},
    hooks::{counting, hook, hook_with, more, number, read},
};

crate::scenarios!(
    a_foreign_handler_is_called_first,
    a_foreign_handler_gets_the_siginfo,
    chaining_can_be_turned_off,
    what_the_session_installs_replaces_a_foreign_handler,
    everything_is_given_back_in_any_order,
    a_signal_that_foreign_code_has_taken_is_left_alone,
    the_end_of_a_session_takes_nothing_from_foreign_code,
    a_foreign_handler_that_chains_to_us_ends_no_program,
    a_handler_that_is_shorn_of_its_hooks_is_what_it_was,
    calls_start_again_unless_somebody_waits,
    a_fault_that_was_sent_is_chained_to_nobody,
    a_real_fault_runs_the_hook_and_kills,
    a_real_fault_goes_on_to_std,
    errno_is_kept_by_hooks_and_by_those_before_them,
    who_has_a_signal,
    a_child_starts_with_what_was_below,
);

/// Who ran, as digits.
static ORDER: AtomicUsize = AtomicUsize::new(0);

fn ran(who: usize) {
    ORDER.store(read(&ORDER) * 10 + who, Ordering::Relaxed);
}

fn order() -> usize {
    ORDER.swap(0, Ordering::Relaxed)
}

extern "C" fn foreign(_: c_int) {
    ran(1);
}

/// A foreign disposition of which not one bit is ours.
fn foreign_action() -> Action {
    Action::new(foreign, libc::SA_RESTART | libc::SA_NODEFER, 1 << (libc::SIGHUP - 1))
}

fn digit(who: usize) -> impl Fn(&SigInfo) {
    move |_| ran(who)
}

fn delivered(signal: Signal) -> usize {
    trip(signal);
    order()
}

fn a_foreign_handler_is_called_first() {
    raw::sigaction(Signal::USR1, Some(foreign_action()));
    let first = hook(Signal::USR1, digit(2));
    let second = hook(Signal::USR1, digit(3));
    assert_eq!(delivered(Signal::USR1), 123);
    assert!(unregister_hook(first));
    assert_eq!(delivered(Signal::USR1), 13);
    assert!(unregister_hook(second));
    assert_eq!(delivered(Signal::USR1), 1);
    assert_eq!(raw::sigaction(Signal::USR1, None), foreign_action());
}

fn a_foreign_handler_gets_the_siginfo() {
    extern "C" fn with_info(number: c_int, info: *mut libc::siginfo_t, context: *mut std::ffi::c_void) {
        // SAFETY: a handler with SA_SIGINFO is given the record.
        let info = unsafe { &*info };
        let right = number == libc::SIGUSR1 && info.si_signo == number && info.si_code == libc::SI_QUEUE;
        let right = right && !context.is_null();
        ran(if right { 1 } else { 9 });
    }
    let handler = with_info as *const () as usize;
    let action = Action { handler, flags: libc::SA_SIGINFO, mask: 0 };
    raw::sigaction(Signal::USR1, Some(action));
    let id = hook(Signal::USR1, move |info| ran(if info.value() == Some(5) { 2 } else { 8 }));
    raw::queue(Signal::USR1, 5);
    assert_eq!(order(), 12);
    assert!(unregister_hook(id));
    assert_eq!(raw::sigaction(Signal::USR1, None), action);
}

fn chaining_can_be_turned_off() {
    raw::sigaction(Signal::USR1, Some(foreign_action()));
    let chained = hook(Signal::USR1, digit(2));
    let alone = hook_with(Signal::USR1, HookOptions::new().chain(false), digit(3));
    assert_eq!(delivered(Signal::USR1), 23, "one that wants it off is enough");
    assert!(unregister_hook(alone));
    assert_eq!(delivered(Signal::USR1), 12);
    let alone = hook_with(Signal::USR1, HookOptions::new().chain(false), digit(3));
    assert!(unregister_hook(chained));
    assert_eq!(delivered(Signal::USR1), 3);
    assert!(unregister_hook(alone));
    assert_eq!(raw::sigaction(Signal::USR1, None), foreign_action());
}

fn what_the_session_installs_replaces_a_foreign_handler() {
    raw::sigaction(Signal::USR1, Some(foreign_action()));
    let id = hook(Signal::USR1, digit(2));
    let open = session();
    assert!(matches!(getsignal(Signal::USR1), Ok(Disposition::Foreign(_))));
    let earlier = on(Signal::USR1, |_| ran(3)).expect("ok");
    assert!(matches!(earlier, Disposition::Foreign(_)));
    trip(Signal::USR1);
    check_signals().expect("none fails");
    assert_eq!(order(), 23);
    signal(Signal::USR1, Disposition::Ignore).expect("ok");
    assert_eq!(delivered(Signal::USR1), 2);
    signal(Signal::USR1, earlier).expect("it can be put back");
    assert_eq!(delivered(Signal::USR1), 12);
    signal(Signal::USR1, Disposition::Default).expect("ok");
    assert_eq!(delivered(Signal::USR1), 2);
    drop(open); // what was there before the session is called again
    assert_eq!(delivered(Signal::USR1), 12);
    assert!(unregister_hook(id));
    assert_eq!(raw::sigaction(Signal::USR1, None), foreign_action());
}

/// A hook comes before, during or after the session's handler, and goes before or after it.
fn everything_is_given_back_in_any_order() {
    let befores = [Action::DEFAULT, Action::IGNORE, foreign_action()];
    type Step = fn(&mut Stage);
    let hook_comes: Step = |stage| stage.hooks.push(counting(Signal::USR1).0);
    let hook_goes: Step = |stage| assert!(unregister_hook(stage.hooks.pop().expect("it came")));
    let handler_comes: Step = |stage| {
        stage.session = Some(session());
        log_signal(Signal::USR1);
    };
    let session_ends: Step = |stage| stage.session = None;
    let default: Step = |_| drop(signal(Signal::USR1, Disposition::Default).expect("ok"));
    let orders: [&[Step]; 8] = [
        &[hook_comes, hook_goes],
        &[hook_comes, hook_comes, hook_goes, hook_goes],
        &[hook_comes, handler_comes, hook_goes, session_ends],
        &[hook_comes, handler_comes, session_ends, hook_goes],
        &[handler_comes, hook_comes, hook_goes, session_ends],
        &[handler_comes, hook_comes, session_ends, hook_goes],
        &[handler_comes, hook_comes, default, session_ends, hook_goes],
        &[hook_comes, handler_comes, default, hook_goes, session_ends],
    ];
    for before in befores {
        for (index, steps) in orders.iter().enumerate() {
            raw::sigaction(Signal::USR1, Some(before));
            let mut stage = Stage::default();
            for (count, step) in steps.iter().enumerate() {
                step(&mut stage);
                let now = raw::sigaction(Signal::USR1, None);
                assert!(now != before || stage.is_over(), "{before:?}, order {index}, step {count}");
            }
            assert_eq!(raw::sigaction(Signal::USR1, None), before, "order {index}");
        }
    }
}

#[derive(Default)]
struct Stage {
    hooks: Vec<HookId>,
    session: Option<sigtrip::Session>,
}

impl Stage {
    /// Nobody is left; or the session alone, which may have put back by itself what was there before.
    fn is_over(&self) -> bool {
        self.hooks.is_empty()
    }
}

fn a_signal_that_foreign_code_has_taken_is_left_alone() {
    let (id, count) = counting(Signal::USR1);
    raw::sigaction(Signal::USR1, Some(foreign_action()));
    assert_eq!(delivered(Signal::USR1), 1);
    assert!(unregister_hook(id));
    assert_eq!(raw::sigaction(Signal::USR1, None), foreign_action());
    assert_eq!(read(count), 0);
}

/// What foreign code has put back is what stood there before the session: the hooks are not installed anew.
fn the_end_of_a_session_takes_nothing_from_foreign_code() {
    let session = session();
    on(Signal::USR1, |_| ()).expect("it can be handled");
    counting(Signal::USR1);
    raw::sigaction(Signal::USR1, Some(Action::DEFAULT));
    drop(session);
    assert_eq!(raw::sigaction(Signal::USR1, None), Action::DEFAULT);
}

static OURS: AtomicUsize = AtomicUsize::new(0);

/// Chains to what stood there, as signal-hook does.
extern "C" fn chaining(number: c_int, info: *mut libc::siginfo_t, context: *mut std::ffi::c_void) {
    ran(1);
    let ours = std::ptr::with_exposed_provenance::<()>(read(&OURS));
    type Handler = extern "C" fn(c_int, *mut libc::siginfo_t, *mut std::ffi::c_void);
    // SAFETY: the kernel had it, with SA_SIGINFO.
    let ours = unsafe { std::mem::transmute::<*const (), Handler>(ours) };
    ours(number, info, context);
}

/// It was installed over us, and then we over it: each would call the other for ever.
fn a_foreign_handler_that_chains_to_us_ends_no_program() {
    let first = hook(Signal::USR1, digit(2));
    OURS.store(raw::sigaction(Signal::USR1, None).handler, Ordering::Relaxed);
    let flags = libc::SA_SIGINFO;
    let over = Action { handler: chaining as *const () as usize, flags, mask: 0 };
    raw::sigaction(Signal::USR1, Some(over));
    assert_eq!(delivered(Signal::USR1), 12);
    assert!(unregister_hook(first));
    assert_eq!(delivered(Signal::USR1), 1, "it calls a trampoline that has no hooks");
    let again = hook(Signal::USR1, digit(3));
    assert_eq!(delivered(Signal::USR1), 13, "each once");
    assert!(unregister_hook(again));
    assert_eq!(raw::sigaction(Signal::USR1, None), over);
}

fn a_handler_that_is_shorn_of_its_hooks_is_what_it_was() {
    let _session = session();
    for target in [Signal::USR1, Signal::SEGV] {
        log_signal(target);
        let before = raw::sigaction(target, None);
        let options = HookOptions::new();
        // SAFETY: it writes to an atomic.
        let id = unsafe { register_hook_unchecked(target, options, digit(2)) }.expect("ok");
        assert_ne!(raw::sigaction(target, None), before);
        assert_eq!(delivered(target), 2);
        assert!(unregister_hook(id));
        assert_eq!(raw::sigaction(target, None), before);
        trip(target);
        check_signals().expect("none fails");
        assert_eq!(take_log(), [target.to_string()], "two deliveries, one handling");
    }
}

fn calls_start_again_unless_somebody_waits() {
    let restarts = || raw::sigaction(Signal::USR1, None).flags & libc::SA_RESTART != 0;
    let (id, _) = counting(Signal::USR1);
    assert!(restarts(), "hooks alone");
    siginterrupt(Signal::USR1, true).expect("ok");
    assert!(!restarts());
    siginterrupt(Signal::USR1, false).expect("ok");
    assert!(restarts());
    let open = session();
    log_signal(Signal::USR1);
    assert!(!restarts(), "a handler");
    siginterrupt(Signal::USR1, false).expect("ok");
    assert!(restarts());
    drop(open);
    assert!(restarts());
    assert!(unregister_hook(id));
    for flags in [0, libc::SA_RESTART] {
        raw::sigaction(Signal::USR1, Some(Action::new(foreign, flags, 0)));
        let (id, _) = counting(Signal::USR1);
        assert_eq!(restarts(), flags != 0, "as the foreign handler asked for it");
        assert!(unregister_hook(id));
    }
}

/// Where signal-hook's chain kills: std's handler takes each for a real fault, and puts the default back.
fn a_fault_that_was_sent_is_chained_to_nobody() {
    for target in [Signal::BUS, Signal::SEGV, Signal::FPE, Signal::ILL] {
        let before = raw::sigaction(target, None);
        let count = number();
        let options = HookOptions::new();
        let counts = |_: &SigInfo| more(count);
        // SAFETY: it counts.
        let id = unsafe { register_hook_unchecked(target, options, counts) }.expect("ok");
        for times in 1..=3 {
            trip(target);
            assert_eq!(read(count), times);
        }
        raw::send_to_process(target);
        assert_eq!(read(count), 4);
        assert!(unregister_hook(id));
        assert_eq!(raw::sigaction(target, None), before);
    }
}

fn a_real_fault_runs_the_hook_and_kills() {
    let count = raw::shared_number();
    raw::sigaction(Signal::SEGV, Some(Action::DEFAULT));
    let hook = move |info: &SigInfo| {
        if info.code() > 0 {
            count.fetch_add(1, Ordering::Relaxed);
        }
    };
    // SAFETY: it counts.
    unsafe { register_hook_unchecked(Signal::SEGV, HookOptions::new(), hook) }.expect("ok");
    let child = raw::fork();
    if child == 0 {
        fault();
    }
    assert_eq!(raw::wait_for_exit(child), 128 + libc::SIGSEGV);
    assert_eq!(count.load(Ordering::Relaxed), 1, "once: it is not raised again and again");
}

/// A foreign handler of real faults is reached, whatever the options say of chaining.
fn a_real_fault_goes_on_to_std() {
    extern "C" fn reporter(_: c_int) {
        raw::exit_now(42);
    }
    raw::sigaction(Signal::SEGV, Some(Action::new(reporter, 0, 0)));
    for chain in [true, false] {
        let options = HookOptions::new().chain(chain);
        // SAFETY: it writes to an atomic.
        unsafe { register_hook_unchecked(Signal::SEGV, options, digit(2)) }.expect("ok");
        let child = raw::fork();
        if child == 0 {
            fault();
        }
        assert_eq!(raw::wait_for_exit(child), 42);
    }
}

fn fault() -> ! {
    // SAFETY: it faults, which is what is wanted; nothing is read.
    unsafe { std::ptr::without_provenance::<u8>(8).read_volatile() };
    raw::exit_now(0)
}

fn errno_is_kept_by_hooks_and_by_those_before_them() {
    extern "C" fn spoils(_: c_int) {
        raw::set_errno(1);
    }
    raw::sigaction(Signal::USR1, Some(Action::new(spoils, 0, 0)));
    hook(Signal::USR1, |_| raw::set_errno(2));
    raw::set_errno(12345);
    trip(Signal::USR1);
    assert_eq!(raw::errno(), 12345);
}

fn who_has_a_signal() {
    let now = || kernel_disposition(Signal::USR1).expect("it tells");
    assert_eq!(now(), KernelDisposition::Default);
    raw::sigaction(Signal::USR1, Some(Action::IGNORE));
    assert_eq!(now(), KernelDisposition::Ignore);
    let (id, _) = counting(Signal::USR1);
    assert_eq!(now(), KernelDisposition::Ours);
    raw::sigaction(Signal::USR1, Some(foreign_action()));
    let KernelDisposition::Foreign(it) = now() else { panic!("{:?}", now()) };
    assert_eq!(it.address(), Some(foreign as *const () as usize));
    assert!(unregister_hook(id));
    let _session = session();
    on(Signal::USR1, |_| {}).expect("ok");
    assert_eq!(now(), KernelDisposition::Ours);
    let reserved = crate::helpers::reserved()[0];
    assert_eq!(kernel_disposition(reserved), Err(Error::Reserved(reserved)));
    assert_eq!(kernel_disposition(Signal::KILL), Ok(KernelDisposition::Default));
}

/// What is caught has its default action after exec; what was ignored below the hooks stays ignored.
fn a_child_starts_with_what_was_below() {
    raw::sigaction(Signal::HUP, Some(Action::IGNORE));
    let _session = session();
    counting(Signal::HUP);
    let mut command = std::process::Command::new("sh");
    command.args(["-c", "kill -HUP $$; exit 7"]);
    raw::before_exec(&mut command, sigtrip::before_exec);
    assert_eq!(command.status().expect("a shell").code(), Some(7));
}
