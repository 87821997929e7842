//! Sending: to a group, to a thread, by descriptor, with a value.

use std::{
    fs::File,
    os::unix::process::ExitStatusExt,
    process::{Command, Stdio},
    sync::mpsc::channel,
    thread,
};

use sigtrip::{
    Error, Interrupt, LiveThread, MaskHow, Signal, SignalSet, block, killpg, on, pidfd_open,
    pidfd_send_signal, pthread_kill, pthread_sigmask, python, sigpending, sigqueue, spawn,
};
use sigtrip_tests::raw::{self, Queued};

use crate::helpers::{OUT_OF_RANGE, errno, error, log_signal, reserved, session, take_log};

crate::scenarios!(
    a_group_receives_it,
    a_group_that_can_not_be_signalled,
    a_thread_receives_it_alone,
    a_thread_is_interrupted_and_the_owner_handles_it,
    the_owners_own_thread_has_handled_it,
    threads_that_can_not_be_signalled,
    a_thread_that_has_ended_is_no_error,
    a_process_by_descriptor,
    a_descriptor_of_this_process,
    descriptors_that_can_not_be_signalled,
    processes_that_have_no_descriptor,
    a_value_arrives,
    values_queue_in_order,
    a_full_queue_is_an_error,
    a_value_that_can_not_be_sent,
    what_is_sent_to_oneself_has_been_handled,
    a_failing_handler_is_told,
);

const NO_SUCH_PROCESS: i32 = 1 << 30;

fn me() -> i32 {
    std::process::id().cast_signed()
}

fn a_group_receives_it() {
    let group = raw::own_group();
    let mut child =
        Command::new("sleep").arg("1000").stdin(Stdio::null()).spawn().expect("it starts, in this group");
    let _session = session();
    log_signal(Signal::TERM);
    killpg(group, None).expect("it is there");
    killpg(0, Signal::TERM).expect("none fails");
    assert_eq!(take_log(), ["SIGTERM"], "it has been handled here");
    let status = child.wait().expect("its status");
    assert_eq!(status.signal(), Some(libc::SIGTERM), "and has killed the child");
    killpg(group, Signal::TERM).expect("by number too");
    assert_eq!(take_log(), ["SIGTERM"]);
}

fn a_group_that_can_not_be_signalled() {
    let _session = session();
    log_signal(Signal::TERM);
    for group in [1, -1, -2, i32::MIN] {
        for signal in [None, Some(Signal::TERM)] {
            assert_eq!(error(killpg(group, signal)), Error::ProcessGroup(group));
        }
    }
    for group in [NO_SUCH_PROCESS, i32::MAX] {
        assert_eq!(errno(killpg(group, Signal::TERM)), libc::ESRCH);
    }
    assert!(take_log().is_empty());
}

/// A thread that waits, with a signal blocked, until that is pending for it; then it says what else is.
fn waits_for(signal: Signal) -> impl FnOnce() -> SignalSet + Send + 'static {
    move || {
        let guard = block(signal).expect("this thread handles nothing");
        while !sigpending().contains(signal) {
            thread::yield_now();
        }
        let pending = sigpending();
        assert!(raw::take_queued(signal).is_some());
        drop(guard);
        pending
    }
}

fn a_thread_receives_it_alone() {
    fn check(thread: &impl LiveThread) {
        pthread_kill(thread, None).expect("it is there");
        pthread_kill(thread, Signal::USR1).expect("it is there");
        assert!(sigpending().is_empty(), "it is that thread's, not the process's");
    }
    pthread_sigmask(MaskHow::Block, Signal::USR1).expect("ok"); // for the threads to inherit
    let by_std = thread::spawn(waits_for(Signal::USR1));
    check(&by_std);
    assert_eq!(by_std.join().expect("it does not panic"), Signal::USR1.into());
    let mut ours = spawn(waits_for(Signal::USR1));
    check(&ours);
    assert_eq!(ours.join().expect("none fails").expect("it does not panic"), Signal::USR1.into());
    let by_python = thread::spawn(waits_for(Signal::USR1));
    python::pthread_kill(&by_python, libc::SIGUSR1).expect("it is there");
    assert_eq!(by_python.join().expect("it does not panic"), Signal::USR1.into());
}

fn a_thread_is_interrupted_and_the_owner_handles_it() {
    let _session = session();
    log_signal(Signal::USR1);
    let (reader, writer) = std::io::pipe().expect("a pipe");
    let (say, hear) = channel();
    let mut worker = spawn(move || {
        say.send(raw::tid()).expect("main listens");
        raw::read_once(&reader)
    });
    raw::wait_until_it_sleeps(hear.recv().expect("it says"));
    pthread_kill(&worker, Signal::USR1).expect("none fails");
    let read = worker.join().expect("none fails").expect("it does not panic");
    assert_eq!(read, Err(libc::EINTR));
    assert_eq!(take_log(), ["SIGUSR1"], "handled here");
    drop(writer);
}

fn the_owners_own_thread_has_handled_it() {
    let (give, take) = channel::<std::sync::Arc<thread::JoinHandle<()>>>();
    let owner = thread::spawn(move || {
        let _session = session();
        log_signal(Signal::USR1);
        let myself = take.recv().expect("main gives it");
        pthread_kill(&*myself, Signal::USR1).expect("none fails");
        assert_eq!(take_log(), ["SIGUSR1"]);
    });
    let owner = std::sync::Arc::new(owner);
    give.send(std::sync::Arc::clone(&owner)).expect("it listens");
    drop(give);
    while !owner.is_finished() {
        thread::yield_now();
    }
    let owner = std::sync::Arc::into_inner(owner).expect("it has dropped its own");
    owner.join().expect("it does not panic");
}

fn threads_that_can_not_be_signalled() {
    let _session = session();
    let (stop, wait) = channel::<()>();
    let mut worker = spawn(move || wait.recv().is_err());
    for reserved in reserved() {
        assert_eq!(error(pthread_kill(&worker, reserved)), Error::Reserved(reserved));
    }
    for number in OUT_OF_RANGE {
        assert_eq!(error(python::pthread_kill(&worker, number)), Error::OutOfRange(number));
    }
    drop(stop);
    assert!(worker.join().expect("none fails").expect("it does not panic"));
    for signal in [None, Some(Signal::USR1), Some(Signal::KILL)] {
        assert_eq!(error(pthread_kill(&worker, signal)), Error::AlreadyJoined);
    }
}

/// Ended, that is: the kernel knows it no more. Std's `is_finished` comes earlier.
fn a_thread_that_has_ended_is_no_error() {
    fn gone(number: &std::sync::mpsc::Receiver<i32>) {
        let thread = format!("/proc/self/task/{}", number.recv().expect("it says"));
        while std::path::Path::new(&thread).exists() {
            thread::yield_now();
        }
    }
    let (say, hear) = channel();
    let say_it = say.clone();
    let by_std = thread::spawn(move || say_it.send(raw::tid()).expect("main listens"));
    gone(&hear);
    let mut ours = spawn(move || say.send(raw::tid()).expect("main listens"));
    gone(&hear);
    for signal in [None, Some(Signal::KILL)] {
        pthread_kill(&by_std, signal).expect("there is nobody to kill, nor an error");
        pthread_kill(&ours, signal).expect("there is nobody to kill, nor an error");
    }
    ours.join().expect("none fails").expect("it does not panic");
}

fn a_process_by_descriptor() {
    let mut child = Command::new("sleep").arg("1000").stdin(Stdio::null()).spawn().expect("it starts");
    let process = pidfd_open(child.id().cast_signed()).expect("it is there");
    pidfd_send_signal(&process, None).expect("it is there");
    pidfd_send_signal(&process, Signal::TERM).expect("it is there");
    assert_eq!(child.wait().expect("its status").signal(), Some(libc::SIGTERM));
    assert_eq!(errno(pidfd_send_signal(&process, Signal::TERM)), libc::ESRCH, "whoever has the number now");
    assert_eq!(errno(pidfd_send_signal(&process, None)), libc::ESRCH);
}

fn a_descriptor_of_this_process() {
    let _session = session();
    log_signal(Signal::USR1);
    let process = pidfd_open(me()).expect("it is there");
    pidfd_send_signal(&process, Signal::USR1).expect("none fails");
    assert_eq!(take_log(), ["SIGUSR1"], "it has been handled");
    python::pidfd_send_signal(&process, libc::SIGUSR1).expect("none fails");
    assert_eq!(take_log(), ["SIGUSR1"]);
    for number in OUT_OF_RANGE {
        assert_eq!(error(python::pidfd_send_signal(&process, number)), Error::OutOfRange(number));
    }
}

fn descriptors_that_can_not_be_signalled() {
    let _session = session();
    log_signal(Signal::USR1);
    let (reader, writer) = std::io::pipe().expect("a pipe");
    let null = File::open("/dev/null").expect("it is there");
    for signal in [None, Some(Signal::USR1)] {
        assert_eq!(errno(pidfd_send_signal(&reader, signal)), libc::EBADF);
        assert_eq!(errno(pidfd_send_signal(&writer, signal)), libc::EBADF);
        assert_eq!(errno(pidfd_send_signal(&null, signal)), libc::EBADF);
    }
    assert!(take_log().is_empty());
}

fn processes_that_have_no_descriptor() {
    let cases = [
        (0, libc::EINVAL),
        (-1, libc::EINVAL),
        (i32::MIN, libc::EINVAL),
        (NO_SUCH_PROCESS, libc::ESRCH),
        (i32::MAX, libc::ESRCH),
    ];
    for (pid, expected) in cases {
        assert_eq!(errno(pidfd_open(pid).map_err(Interrupt::from)), expected, "{pid}");
    }
}

fn a_value_arrives() {
    let signal = Signal::real_time_min();
    let _guard = block(signal).expect("ok");
    for value in [0, 1, -1, 42, i32::MIN, i32::MAX] {
        sigqueue(me(), signal, value).expect("it waits");
        let queued = raw::take_queued(signal);
        assert_eq!(queued, Some(Queued { code: libc::SI_QUEUE, pid: me(), value }));
    }
    sigqueue(me(), None, 7).expect("this process is there");
    assert_eq!(raw::take_queued(signal), None);
}

fn values_queue_in_order() {
    let (real_time, standard) = (Signal::real_time_max(), Signal::USR1);
    let _guard = block([real_time, standard]).expect("ok");
    for value in 0..5 {
        sigqueue(me(), real_time, value).expect("it waits");
        sigqueue(me(), standard, value).expect("it waits");
    }
    let values = |signal| {
        std::iter::from_fn(|| raw::take_queued(signal)).map(|queued| queued.value).collect::<Vec<_>>()
    };
    assert_eq!(values(real_time), [0, 1, 2, 3, 4]);
    assert_eq!(values(standard), [0], "a standard signal keeps the first");
}

fn a_full_queue_is_an_error() {
    let _guard = block(Signal::real_time_min()).expect("ok");
    raw::limit_queue(0);
    assert_eq!(errno(sigqueue(me(), Signal::real_time_min(), 1)), libc::EAGAIN);
    assert!(sigpending().is_empty());
}

fn a_value_that_can_not_be_sent() {
    let _session = session();
    log_signal(Signal::USR1);
    for pid in [0, -1, -me(), i32::MIN, NO_SUCH_PROCESS, i32::MAX] {
        assert_eq!(errno(sigqueue(pid, Signal::USR1, 1)), libc::ESRCH, "{pid}");
    }
    assert!(take_log().is_empty());
}

fn what_is_sent_to_oneself_has_been_handled() {
    let _session = session();
    log_signal(Signal::USR1);
    let group = raw::own_group();
    for round in 0..100 {
        sigqueue(me(), Signal::USR1, round).expect("none fails");
        killpg(group, Signal::USR1).expect("none fails");
        assert_eq!(take_log(), ["SIGUSR1", "SIGUSR1"]);
    }
}

fn a_failing_handler_is_told() {
    let _session = session();
    let group = raw::own_group();
    let process = pidfd_open(me()).expect("it is there");
    on(Signal::USR1, |_| Err(Interrupt::exit(8))).expect("ok");
    let sent = [
        killpg(group, Signal::USR1),
        sigqueue(me(), Signal::USR1, 1),
        pidfd_send_signal(&process, Signal::USR1),
    ];
    for result in sent {
        assert!(matches!(result, Err(Interrupt::Exit(8))), "{result:?}");
    }
}
