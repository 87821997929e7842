//! The kinds of delivery: each sets one up, on the main thread, which gets the signal and may or may not be the owner.

use std::{
    cell::Cell,
    ffi::{c_int, c_void},
    hint::black_box,
    io::{PipeReader, PipeWriter, Read as _, pipe},
    os::fd::{AsFd as _, OwnedFd},
    ptr,
    rc::Rc,
    sync::{
        atomic::{AtomicPtr, AtomicU32, Ordering},
        mpsc::channel,
    },
    thread,
};

use sigtrip::{
    HookId, HookOptions, Options, PollFd, RecordOptions, Session, ShutdownFlag, Signal, Signals,
    check_signals,
    embed::{Disposition, Host, Word},
    init_with, on, poll, record, register_hook_unchecked, set_wakeup_fd, shutdown_flag, take_records,
};
use sigtrip_tests::raw::{self, Action};

use crate::{planted, send_to_this_thread};

/// A delivery that can be made again and again, if it does not end the process.
pub(crate) struct Prepared {
    /// Has everything as it is to be just before.
    pub(crate) ready: Box<dyn FnMut()>,
    pub(crate) deliver: Box<dyn FnMut()>,
    /// That it did what it is for.
    pub(crate) check: Box<dyn FnMut()>,
}

/// Those that end the process.
pub(crate) const ENDS: &[&str] = &["fault, by default", "shutdown, second"];

pub(crate) fn prepare(kind: &str) -> Prepared {
    if let Some((_, handler)) = planted::ALL.iter().find(|(name, _)| *name == kind) {
        raw::sigaction(Signal::USR1, Some(Action::new(*handler, libc::SA_ONSTACK, 0)));
        return sent(Signal::USR1, || {});
    }
    match kind {
        "lean" => handled(Options::untouched().polling(true), Signal::USR1),
        "armed" => handled(Options::untouched(), Signal::USR1),
        "full, a hook" => hook(),
        "fault, sent" => handled(Options::untouched(), Signal::SEGV),
        "fault, handed over" => fault(repaired_by_an_earlier_handler),
        "fault, by default" => fault(without_an_earlier_handler),
        "shutdown, first" => shutdown(),
        "shutdown, second" => shutdown_twice(),
        "kick" => kick(),
        "wake on the word" => wake_on_the_word(),
        "wake by a descriptor" => wake_by_a_descriptor(),
        "a byte" => byte(),
        "a byte for a full pipe" => byte_for_a_full_pipe(),
        "a byte for an eventfd" => byte_for_an_eventfd(),
        "a kick for another thread" => kick_for_another_thread(),
        "all at once" => all_at_once(),
        "counted" => recorded(RecordOptions::count_only(), 0),
        "recorded" => recorded(RecordOptions::new(), 1),
        "recorded, all" => recorded(RecordOptions::new().thread(true).time(true).program_counter(true), 1),
        "recorded, and the door is closed" => back_pressure(),
        "hooked" => hooked(),
        "hooked and recorded" => hooked_and_recorded(),
        "iterated" => iterated(),
        other => panic!("no such kind: {other}"),
    }
}

static HANDLED: AtomicU32 = AtomicU32::new(0);

fn count(signal: Signal) {
    let handler = |_: &sigtrip::Delivery| {
        HANDLED.fetch_add(1, Ordering::Relaxed);
    };
    on(signal, handler).expect("it can be handled");
}

fn handlings() -> u32 {
    HANDLED.load(Ordering::Relaxed)
}

fn session(options: Options) -> Session {
    init_with(options).expect("the first")
}

/// Sent to the main thread by itself.
fn sent(signal: Signal, check: impl FnMut() + 'static) -> Prepared {
    Prepared {
        ready: Box::new(|| {}),
        deliver: Box::new(move || send_to_this_thread(signal.number())),
        check: Box::new(check),
    }
}

/// The main thread is the owner, and handles it at its next safe point.
fn handled(options: Options, signal: Signal) -> Prepared {
    let session = session(options);
    count(signal);
    sent(signal, once_more(move || handle(&session)))
}

/// A safe point, while these are there.
fn handle<T>(_open: &T) {
    check_signals().expect("none fails");
}

/// That its handler has run once more.
fn once_more(mut safe_point: impl FnMut() + 'static) -> impl FnMut() {
    let mut before = handlings();
    move || {
        safe_point();
        before += 1;
        assert_eq!(handlings(), before);
    }
}

static HOOKED: AtomicU32 = AtomicU32::new(0);

/// A host with a hook; SIGUSR1 is handled.
pub(crate) fn host_with_a_hook() -> Host {
    let host = Host::open(Options::untouched()).expect("there is none");
    // The compiler is not to know that there is but one, or it would be made a part of the trampoline.
    let hook: fn(Signal) =
        black_box(|signal| HOOKED.store(signal.number().unsigned_abs(), Ordering::Relaxed));
    // SAFETY: one store, of an atomic.
    unsafe { host.set_notify(Some(hook)) };
    let word = Disposition::Handler(Word::new(1).expect("small"));
    host.set(Signal::USR1, word).expect("it can be handled");
    host
}

fn hook() -> Prepared {
    let host = host_with_a_hook();
    sent(Signal::USR1, move || {
        assert_eq!(HOOKED.swap(0, Ordering::Relaxed), Signal::USR1.number().unsigned_abs());
        host.drain(|_, _| Ok::<(), ()>(())).expect("it does not fail");
    })
}

/// A page that is read: one that can not be.
static PAGE: AtomicPtr<c_void> = AtomicPtr::new(ptr::null_mut());
const PAGE_BYTES: usize = 4096;

fn protect(access: c_int) {
    // SAFETY: a page of ours, which nobody else uses.
    let returned = unsafe { libc::mprotect(PAGE.load(Ordering::Relaxed), PAGE_BYTES, access) };
    assert_eq!(returned, 0);
}

/// The handler of some garbage collector, say: it makes the page readable.
extern "C" fn make_readable(_: c_int) {
    // SAFETY: as in `protect`; a failure would fault again.
    unsafe { libc::mprotect(PAGE.load(Ordering::Relaxed), PAGE_BYTES, libc::PROT_READ) };
}

fn repaired_by_an_earlier_handler() -> Action {
    Action::new(make_readable, libc::SA_ONSTACK, 0)
}

fn without_an_earlier_handler() -> Action {
    Action::DEFAULT
}

/// An instruction raises it.
fn fault(earlier: fn() -> Action) -> Prepared {
    raw::sigaction(Signal::SEGV, Some(earlier()));
    let session = session(Options::untouched());
    count(Signal::SEGV);
    let kind = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
    // SAFETY: new memory, wherever the kernel likes.
    let page = unsafe { libc::mmap(ptr::null_mut(), PAGE_BYTES, libc::PROT_READ, kind, -1, 0) };
    assert_ne!(page, libc::MAP_FAILED);
    PAGE.store(page, Ordering::Relaxed);
    Prepared {
        ready: Box::new(|| protect(libc::PROT_NONE)),
        deliver: Box::new(|| {
            // SAFETY: it faults; whoever comes behind has made it readable.
            let byte = unsafe { PAGE.load(Ordering::Relaxed).cast::<u8>().read_volatile() };
            assert_eq!(byte, 0);
        }),
        check: Box::new(move || {
            handle(&session);
            assert_eq!(handlings(), 0, "it is not deferred");
        }),
    }
}

/// Each time in a session of its own: the second request of one would end the process.
fn shutdown() -> Prepared {
    let open = Rc::new(Cell::new(None));
    let opened = open.clone();
    let check = move || {
        let (_session, flag): (Session, ShutdownFlag) = open.take().expect("it was opened");
        assert_eq!(flag.signal(), Some(Signal::TERM));
    };
    let mut prepared = sent(Signal::TERM, check);
    prepared.ready = Box::new(move || {
        let session = session(Options::untouched());
        opened.set(Some((session, shutdown_flag([Signal::TERM]).expect("it can be handled"))));
    });
    prepared
}

fn shutdown_twice() -> Prepared {
    let session = session(Options::untouched());
    let flag = shutdown_flag([Signal::TERM]).expect("it can be handled");
    send_to_this_thread(Signal::TERM.number());
    assert_eq!(flag.signal(), Some(Signal::TERM));
    sent(Signal::TERM, move || panic!("the second one ends the process: {session:?}"))
}

fn kick() -> Prepared {
    let session = session(Options::untouched().kick(Signal::URG));
    sent(Signal::URG, move || assert_eq!(handlings(), 0, "it is handled by nobody: {session:?}"))
}

/// Another thread is the owner, and waits like this. The main thread gets SIGUSR1, when the owner sleeps in this system call.
fn owned_by_another(
    options: Options,
    call: std::ffi::c_long,
    mut wait: impl FnMut() + Send + 'static,
) -> Prepared {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let session = session(options);
        count(Signal::USR1);
        sender.send(raw::tid()).expect("main listens");
        loop {
            wait();
            assert!(!format!("{session:?}").is_empty());
        }
    });
    let owner = receiver.recv().expect("it says who it is");
    let mut sent_before = 0;
    let mut prepared = sent(Signal::USR1, move || {
        sent_before += 1;
        while handlings() < sent_before {
            thread::yield_now();
        }
    });
    prepared.ready = Box::new(move || raw::wait_until_it_sleeps_in(owner, call));
    prepared
}

fn wake_on_the_word() -> Prepared {
    owned_by_another(Options::untouched(), libc::SYS_futex, || sigtrip::pause().expect("none fails"))
}

/// The owner waits for a descriptor that stays silent.
fn poll_in_silence((silent, _writer): &(PipeReader, PipeWriter)) {
    // A call that a handler has ended is begun again, and never comes back.
    poll(&mut [PollFd::readable(silent.as_fd())], None).expect("none fails");
}

fn wake_by_a_descriptor() -> Prepared {
    let pipe = pipe().expect("descriptors");
    owned_by_another(Options::untouched(), libc::SYS_ppoll, move || poll_in_silence(&pipe))
}

/// The owner waits in a call that is not ours.
fn kick_for_another_thread() -> Prepared {
    let (silent, writer) = pipe().expect("descriptors");
    owned_by_another(Options::untouched().kick(Signal::URG), libc::SYS_read, move || {
        let _not_at_its_end = &writer;
        assert_eq!(raw::read_once(&silent), Err(libc::EINTR));
        check_signals().expect("none fails");
    })
}

/// Two ends, of which the one for writing never blocks; it is the wakeup descriptor.
fn wakeup_pipe() -> (PipeReader, PipeWriter) {
    let (reader, writer) = pipe().expect("descriptors");
    raw::set_nonblocking(writer.as_fd());
    (reader, writer)
}

fn all_at_once() -> Prepared {
    let silent = pipe().expect("descriptors");
    let (mut reader, writer) = wakeup_pipe();
    let mut wakeup = Some(OwnedFd::from(writer));
    let mut prepared = owned_by_another(Options::untouched().kick(Signal::URG), libc::SYS_ppoll, move || {
        if let Some(wakeup) = wakeup.take() {
            set_wakeup_fd(Some(wakeup.as_fd()), true).expect("it never blocks");
        }
        poll_in_silence(&silent);
    });
    let mut handled = prepared.check;
    prepared.check = Box::new(move || {
        handled();
        read_byte(&mut reader);
    });
    prepared
}

fn read_byte(reader: &mut PipeReader) {
    let mut byte = [0];
    reader.read_exact(&mut byte).expect("a byte");
    assert_eq!(i32::from(byte[0]), Signal::USR1.number());
}

fn byte() -> Prepared {
    let session = session(Options::untouched());
    let (mut reader, writer) = wakeup_pipe();
    set_wakeup_fd(Some(writer.as_fd()), true).expect("it never blocks");
    count(Signal::USR1);
    sent(
        Signal::USR1,
        once_more(move || {
            handle(&(&session, &writer));
            read_byte(&mut reader);
        }),
    )
}

fn byte_for_a_full_pipe() -> Prepared {
    let session = session(Options::untouched());
    let (reader, mut writer) = wakeup_pipe();
    while std::io::Write::write(&mut writer, &[0; 512]).is_ok() {}
    while std::io::Write::write(&mut writer, &[0]).is_ok() {}
    set_wakeup_fd(Some(writer.as_fd()), false).expect("it never blocks");
    count(Signal::USR1);
    sent(Signal::USR1, once_more(move || handle(&(&session, &reader, &writer))))
}

fn byte_for_an_eventfd() -> Prepared {
    let session = session(Options::untouched());
    let mut eventfd = raw::eventfd();
    set_wakeup_fd(Some(eventfd.as_fd()), true).expect("it never blocks");
    count(Signal::USR1);
    sent(
        Signal::USR1,
        once_more(move || {
            handle(&session);
            let mut number = [0; 8];
            eventfd.read_exact(&mut number).expect("it was written to");
            assert_eq!(u64::from_ne_bytes(number), 1);
        }),
    )
}

/// So many records of each delivery.
fn recorded(options: RecordOptions, records: usize) -> Prepared {
    let session = session(Options::untouched());
    record(Signal::USR1, options).expect("it can be handled");
    count(Signal::USR1);
    sent(
        Signal::USR1,
        once_more(move || {
            handle(&session);
            assert_eq!(take_records().expect("the owner").count(), records);
        }),
    )
}

/// With as many records that the next one closes the door.
fn back_pressure() -> Prepared {
    let session = session(Options::untouched());
    let work = Signal::real_time_min();
    record(work, RecordOptions::new().back_pressure(true)).expect("a real-time signal");
    count(work);
    let mut prepared = sent(work, || {});
    prepared.ready = Box::new(move || {
        while take_records().expect("the owner").count() > 0 {}
        (1..768).for_each(|_| send_to_this_thread(work.number()));
        handle(&session);
        assert!(!raw::blocks(work));
    });
    prepared.check = Box::new(move || {
        assert!(raw::blocks(work), "it is closed");
        check_signals().expect("none fails");
        assert!(!raw::blocks(work));
    });
    prepared
}

/// A hook, which counts.
pub(crate) fn hook_that_counts(signal: Signal) -> HookId {
    // SAFETY: one atomic operation.
    let hook = unsafe {
        register_hook_unchecked(signal, HookOptions::new(), |_| _ = HOOKED.fetch_add(1, Ordering::Relaxed))
    };
    hook.expect("a signal that can be handled")
}

fn hooked() -> Prepared {
    hook_that_counts(Signal::USR1);
    sent(Signal::USR1, || assert_eq!(HOOKED.swap(0, Ordering::Relaxed), 1))
}

fn hooked_and_recorded() -> Prepared {
    hook_that_counts(Signal::USR1);
    let mut prepared = recorded(RecordOptions::new(), 1);
    let mut as_recorded = prepared.check;
    prepared.check = Box::new(move || {
        as_recorded();
        assert_eq!(HOOKED.swap(0, Ordering::Relaxed), 1);
    });
    prepared
}

/// Nobody waits.
fn iterated() -> Prepared {
    let signals = Signals::new([Signal::USR1]).expect("it can be handled");
    sent(Signal::USR1, move || assert!(signals.pending().eq([Signal::USR1])))
}
