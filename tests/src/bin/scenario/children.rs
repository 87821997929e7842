//! Children: their end, and what they inherit.

use std::{
    io,
    os::unix::process::ExitStatusExt,
    process::{Child, Command, Stdio},
    thread,
    time::Instant,
};

use sigtrip::{Disposition, Error, Options, Signal, before_exec, signal, wait_child};
use sigtrip_tests::raw;

use crate::helpers::{
    LONG, error, fail_with, failed_with, interrupt_every_few_milliseconds, log_signal, send_when_asleep,
    session, stop_interrupting, take_log, trip, when_asleep,
};

crate::scenarios!(
    a_childs_end_is_waited_for_while_handlers_run,
    three_children,
    a_failing_handler_ends_the_wait_and_loses_no_child,
    a_signal_that_another_thread_receives_is_handled_during_the_wait,
    a_handler_that_came_just_before_runs,
    a_child_that_waits_for_its_input_ends,
    a_child_killed_by_a_signal,
    a_child_that_was_waited_for,
    a_child_that_can_not_be_waited_for,
    another_thread_waits_too,
    a_polling_session_does_not_wait,
    before_exec_gives_back_what_is_ignored,
    before_exec_gives_back_the_mask,
    before_exec_leaves_alone_what_the_session_did_not_change,
    before_exec_without_a_session_does_nothing,
    before_exec_after_a_plain_fork,
    before_exec_while_another_thread_holds_the_lock,
);

fn shell(script: &str) -> Child {
    Command::new("sh").args(["-c", script]).spawn().expect("a shell")
}

fn a_childs_end_is_waited_for_while_handlers_run() {
    let _session = session();
    interrupt_every_few_milliseconds();
    let mut child = shell("sleep 0.2; exit 3");
    assert_eq!(wait_child(&mut child).expect("none fails").code(), Some(3));
    assert!(stop_interrupting() > 0);
}

fn three_children() {
    let _session = session();
    interrupt_every_few_milliseconds();
    let mut children = [0.3, 0.1, 0.2].map(|time| shell(&format!("sleep {time}; exit 7")));
    for child in &mut children {
        assert_eq!(wait_child(child).expect("none fails").code(), Some(7));
    }
    stop_interrupting();
}

fn a_failing_handler_ends_the_wait_and_loses_no_child() {
    let _session = session();
    fail_with(Signal::USR1, 5);
    let mut child = shell("exec sleep 1000");
    let start = Instant::now();
    for _ in 0..2 {
        let sender = send_when_asleep(Signal::USR1);
        failed_with(wait_child(&mut child), 5);
        sender.join().expect("it does not panic");
    }
    assert!(start.elapsed() < LONG);
    child.kill().expect("it is there");
    assert_eq!(wait_child(&mut child).expect("none fails").signal(), Some(Signal::KILL.number()));
}

fn a_signal_that_another_thread_receives_is_handled_during_the_wait() {
    let _session = session();
    fail_with(Signal::USR1, 5);
    let mut child = shell("exec sleep 1000");
    let receiver = when_asleep(|| trip(Signal::USR1)); // received there
    raw::block(Signal::USR1, true);
    failed_with(wait_child(&mut child), 5);
    receiver.join().expect("it does not panic");
    child.kill().expect("it is there");
    wait_child(&mut child).expect("none fails");
}

fn a_handler_that_came_just_before_runs() {
    let _session = session();
    fail_with(Signal::USR1, 5);
    let mut child = shell("exit 0");
    let stat = format!("/proc/{}/stat", child.id());
    while !std::fs::read_to_string(&stat).expect("it is there until it is waited for").contains(") Z") {
        thread::yield_now();
    }
    trip(Signal::USR1);
    failed_with(wait_child(&mut child), 5);
    assert!(wait_child(&mut child).expect("none fails").success());
}

fn a_child_that_waits_for_its_input_ends() {
    let _session = session();
    let mut child = Command::new("cat").stdin(Stdio::piped()).spawn().expect("cat");
    assert!(wait_child(&mut child).expect("none fails").success(), "its input was closed");
}

fn a_child_killed_by_a_signal() {
    let _session = session();
    let mut child = shell("kill -TERM $$");
    assert_eq!(wait_child(&mut child).expect("none fails").signal(), Some(Signal::TERM.number()));
}

fn a_child_that_was_waited_for() {
    let _session = session();
    let mut child = shell("exit 3");
    child.wait().expect("it is there");
    assert_eq!(wait_child(&mut child).expect("none fails").code(), Some(3), "as std remembers it");
}

fn a_child_that_can_not_be_waited_for() {
    let _session = session();
    signal(Signal::CHLD, Disposition::Ignore).expect("ok");
    let mut child = shell("sleep 0.1");
    let refused = io::Error::from(wait_child(&mut child).expect_err("nobody can wait for it"));
    assert!(refused.to_string().contains("No child"), "{refused}");
}

fn another_thread_waits_too() {
    let _session = session();
    log_signal(Signal::USR1);
    let (sender, receiver) = std::sync::mpsc::channel();
    let waiter = thread::spawn(move || {
        sender.send((raw::Thread::current(), raw::tid())).expect("main listens");
        wait_child(&mut shell("sleep 0.2; exit 3")).expect("no handlers here").code()
    });
    let (thread, tid) = receiver.recv().expect("it says who it is");
    raw::wait_until_it_sleeps(tid);
    thread.send(Signal::USR1);
    assert_eq!(waiter.join().expect("it does not panic"), Some(3));
    sigtrip::check_signals().expect("none fails");
    assert_eq!(take_log(), ["SIGUSR1"]);
}

fn a_polling_session_does_not_wait() {
    let _session = sigtrip::init_with(Options::untouched().polling(true)).expect("the first");
    let mut child = shell("exit 3");
    assert_eq!(error(wait_child(&mut child)), Error::PollingOnly);
    assert_eq!(child.wait().expect("it is there").code(), Some(3));
}

/// What a child has after exec: the masks of what is blocked and of what is ignored.
fn inherited(command: &mut Command) -> (u64, u64) {
    let output = command.arg("/proc/self/status").stderr(Stdio::inherit()).output().expect("it starts");
    let status = String::from_utf8(output.stdout).expect("text");
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).expect("the kernel tells");
        u64::from_str_radix(line.trim(), 16).expect("a mask")
    };
    assert_eq!(field("SigCgt:"), 0);
    (field("SigBlk:"), field("SigIgn:"))
}

fn child_before_exec() -> Command {
    let mut command = Command::new("cat");
    raw::before_exec(&mut command, before_exec);
    command
}

fn bit(signal: Signal) -> u64 {
    1 << (signal.number() - 1)
}

fn before_exec_gives_back_what_is_ignored() {
    raw::sigaction(Signal::XFSZ, Some(raw::Action::DEFAULT));
    let _session = sigtrip::init().expect("the first");
    log_signal(Signal::USR1);
    signal(Signal::HUP, Disposition::Ignore).expect("ok");
    let (_, without) = inherited(&mut Command::new("cat"));
    let changed = bit(Signal::XFSZ) | bit(Signal::HUP) | bit(Signal::PIPE);
    assert_eq!(without & changed, bit(Signal::XFSZ) | bit(Signal::HUP), "std itself sees to SIGPIPE");
    let (_, with) = inherited(&mut child_before_exec());
    assert_eq!(with & changed, 0);
    let mut command = Command::new("sh");
    raw::before_exec(command.args(["-c", "kill -PIPE $$; exit 3"]), before_exec);
    let status = wait_child(&mut command.spawn().expect("a shell")).expect("none fails");
    assert_eq!(status.signal(), Some(Signal::PIPE.number()));
    assert_eq!(raw::sigaction(Signal::HUP, None).handler, libc::SIG_IGN, "the parent's is as it was");
}

fn before_exec_gives_back_the_mask() {
    raw::block(Signal::WINCH, true);
    let before = raw::mask();
    let _session = session();
    raw::block(Signal::USR1, true);
    raw::block(Signal::WINCH, false);
    let (without, _) = inherited(&mut Command::new("cat"));
    assert_ne!(without & bit(Signal::USR1), 0);
    let (with, _) = inherited(&mut child_before_exec());
    assert_eq!(with, before);
    assert_eq!(raw::mask(), before & !bit(Signal::WINCH) | bit(Signal::USR1), "the parent's is as it was");
    // From another thread, whose mask is another: the session's.
    raw::block(Signal::USR2, true);
    let (with, _) = thread::spawn(|| inherited(&mut child_before_exec())).join().expect("it does not panic");
    assert_eq!(with, before);
}

fn before_exec_leaves_alone_what_the_session_did_not_change() {
    raw::sigaction(Signal::HUP, Some(raw::Action::IGNORE));
    let _session = session();
    raw::sigaction(Signal::QUIT, Some(raw::Action::IGNORE)); // foreign code did that
    signal(Signal::TERM, Disposition::Ignore).expect("ok");
    raw::sigaction(Signal::TERM, Some(raw::Action::DEFAULT)); // and that
    log_signal(Signal::USR1);
    let (_, ignored) = inherited(&mut child_before_exec());
    let looked_at = bit(Signal::HUP) | bit(Signal::QUIT) | bit(Signal::TERM) | bit(Signal::USR1);
    assert_eq!(ignored & looked_at, bit(Signal::HUP) | bit(Signal::QUIT));
    // A foreign handler that the user himself put there.
    extern "C" fn foreign(_: std::ffi::c_int) {}
    let handler = raw::Action::new(foreign, 0, 0);
    raw::sigaction(Signal::USR2, Some(handler));
    signal(Signal::HUP, sigtrip::getsignal(Signal::USR2).expect("it is known")).expect("ok");
    let status = raw::in_a_fork(|| {
        before_exec().expect("the lock is free");
        i32::from(raw::sigaction(Signal::HUP, None) != handler)
    });
    assert_eq!(status, 0);
}

fn before_exec_without_a_session_does_nothing() {
    drop(session());
    raw::sigaction(Signal::HUP, Some(raw::Action::IGNORE));
    raw::block(Signal::USR1, true);
    let (blocked, ignored) = inherited(&mut child_before_exec());
    assert_eq!(blocked, raw::mask());
    assert_ne!(ignored & bit(Signal::HUP), 0);
}

/// Without std's `Command`, which does some of it by itself.
fn before_exec_after_a_plain_fork() {
    raw::sigaction(Signal::PIPE, Some(raw::Action::DEFAULT));
    raw::sigaction(Signal::QUIT, Some(raw::Action::IGNORE));
    let _session = sigtrip::init().expect("the first");
    log_signal(Signal::QUIT);
    raw::block(Signal::USR1, true);
    let status = raw::in_a_fork(|| {
        before_exec().expect("the lock is free");
        let default = [Signal::PIPE, Signal::INT].map(|signal| raw::sigaction(signal, None).handler);
        assert_eq!(default, [libc::SIG_DFL; 2]);
        assert_eq!(raw::sigaction(Signal::QUIT, None).handler, libc::SIG_IGN, "as it was inherited");
        assert_eq!(raw::mask() & bit(Signal::USR1), 0);
        0
    });
    assert_eq!(status, 0);
}

fn before_exec_while_another_thread_holds_the_lock() {
    use std::sync::atomic::{AtomicBool, Ordering};
    static STOP: AtomicBool = AtomicBool::new(false);
    let _session = session();
    signal(Signal::HUP, Disposition::Ignore).expect("ok");
    let asker = thread::spawn(|| {
        while !STOP.load(Ordering::Relaxed) {
            sigtrip::getsignal(Signal::HUP).expect("it is known");
        }
    });
    for _ in 0..200 {
        let (_, ignored) = inherited(&mut child_before_exec());
        assert_eq!(ignored & bit(Signal::HUP), 0);
    }
    STOP.store(true, Ordering::Relaxed);
    asker.join().expect("it does not panic");
}
