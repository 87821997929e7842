//! Deliveries watched from outside: their system calls, their heap, their stack.

use std::{
    ffi::{c_int, c_long},
    fmt::Write as _,
};

use sigtrip_tests::Program as Process;

use crate::{CHILD, say, tracer};

/// What a delivery did.
#[derive(Debug)]
pub(crate) struct Seen {
    /// The handler's return is the last of them, if it did return.
    pub(crate) calls: Vec<c_long>,
    /// The child's status; by a signal: its number, negative.
    pub(crate) end: c_int,
}

struct Kind {
    name: &'static str,
    /// From the handler's first instruction to its return: these, in this order.
    calls: &'static [c_long],
    /// How it ends: see [`Seen`].
    end: c_int,
}

const fn kind(name: &'static str, calls: &'static [c_long]) -> Kind {
    Kind { name, calls, end: 0 }
}

const KINDS: &[Kind] = &[
    kind("lean", &[]),
    kind("armed", &[]),
    kind("full, a hook", &[]),
    kind("fault, sent", &[]),
    kind("shutdown, first", &[]),
    kind("kick", &[]),
    kind("wake on the word", &[libc::SYS_futex]),
    kind("wake by a descriptor", &[libc::SYS_write]),
    kind("a byte", &[libc::SYS_write]),
    kind("a byte for a full pipe", &[libc::SYS_write]),
    // One byte is refused; it takes eight.
    kind("a byte for an eventfd", &[libc::SYS_write; 2]),
    // Who am I: the owner is not kicked by itself.
    kind("a kick for another thread", KICK),
    kind("all at once", &[libc::SYS_write, libc::SYS_gettid, libc::SYS_tgkill, libc::SYS_write]),
    kind("counted", &[]),
    kind("recorded", &[]),
    // Which thread; the monotonic clock is libc's, without a system call.
    kind("recorded, all", &[libc::SYS_gettid]),
    // The mask is changed in the frame.
    kind("recorded, and the door is closed", &[]),
    kind("hooked", &[]),
    kind("hooked and recorded", &[]),
    kind("iterated", &[]),
    // The earlier handler's own.
    kind("fault, handed over", &[libc::SYS_mprotect]),
];

const KICK: &[c_long] = &[libc::SYS_gettid, libc::SYS_tgkill];

/// The last delivery of the process.
const ENDS: &[Kind] = &[
    // Returns with the default action, and faults again.
    Kind { name: "fault, by default", calls: &[libc::SYS_rt_sigaction], end: -libc::SIGSEGV },
];

/// The second request for the end: what libc's `raise` is made of is libc's affair.
const DYING: &[c_long] =
    &[libc::SYS_rt_sigaction, libc::SYS_rt_sigprocmask, libc::SYS_getpid, libc::SYS_gettid, libc::SYS_tgkill];

impl Kind {
    fn is(&self, seen: &Seen) -> bool {
        let returned = seen.calls.split_last().filter(|(last, _)| **last == libc::SYS_rt_sigreturn);
        returned.is_some_and(|(_, calls)| calls == self.calls) && seen.end == self.end
    }
}

#[test]
fn each_kind_of_delivery_makes_its_system_calls_and_no_other() {
    let mut table = String::new();
    for kind in KINDS.iter().chain(ENDS) {
        let Some(seen) = tracer::deliver(kind.name, None) else {
            return say("SKIPPED: tracing is not possible here\n");
        };
        assert!(kind.is(&seen), "{}: {:?} and the return, not {seen:?}", kind.name, kind.calls);
        writeln!(table, "{:26} {} system calls and the return", kind.name, kind.calls.len())
            .expect("a string takes everything");
    }
    let seen = tracer::deliver("shutdown, second", None).expect("the others could be traced");
    assert!(seen.calls.iter().all(|call| DYING.contains(call)), "{seen:?}");
    assert_eq!(seen.end, -libc::SIGTERM);
    writeln!(table, "{:26} {} system calls, and the end", "shutdown, second", seen.calls.len())
        .expect("a string takes everything");
    say(&table);
}

#[test]
fn a_system_call_too_many_is_seen() {
    let none = kind("", &[]);
    for bad in ["asks the system", "enters the kernel"] {
        let Some(seen) = tracer::deliver(bad, None) else {
            return say("SKIPPED: tracing is not possible here\n");
        };
        assert!(!none.is(&seen), "{bad}");
        assert_eq!(seen.calls, [libc::SYS_getpid, libc::SYS_rt_sigreturn]);
    }
    assert!(none.is(&tracer::deliver("does nothing", None).expect("the others could be traced")));
}

/// The library's `TRIES`, and each try is a `write`.
const TRIES: usize = 4;

#[test]
fn a_write_that_is_interrupted_again_and_again_is_given_up() {
    for kind in ["a byte for a full pipe", "a byte"] {
        let Some(seen) = tracer::deliver(kind, Some(libc::SYS_write)) else {
            return say("SKIPPED: tracing is not possible here\n");
        };
        let mut expected = vec![libc::SYS_write; TRIES];
        expected.push(libc::SYS_rt_sigreturn);
        let tries = seen.calls.len();
        assert!(seen.calls == expected && seen.end == 0, "{kind}: {tries} calls, ended by {}", seen.end);
    }
}

/// The first number of what the child prints.
fn number(arguments: &[&str]) -> usize {
    let printed = Process::start(CHILD, arguments).finish();
    printed.with_status(0);
    let number = |line: &String| line.split_whitespace().find_map(|word| word.parse().ok());
    printed.lines.last().and_then(number).unwrap_or_else(|| panic!("a number: {printed:#?}"))
}

#[test]
fn no_delivery_allocates() {
    for kind in KINDS {
        assert_eq!(number(&["count", kind.name]), 0, "{}", kind.name);
    }
    assert!(number(&["count", "allocates"]) > 0, "it is counted");
}

/// The most that a delivery may use of the stack with all that libc needs, beside the kernel's frame.
const STACK: usize = 320;
/// And where a fault is handed over, with all that the earlier handler needs, or the process ends.
const STACK_OF_A_FAULT: usize = 1024;
/// More than any needs.
const ROOM: usize = 65536;

impl Kind {
    fn stack(&self) -> usize {
        let at_the_end = self.end != 0 || self.calls == [libc::SYS_mprotect];
        if at_the_end { STACK_OF_A_FAULT } else { STACK }
    }
}

/// One delivery on an alternate stack of so many bytes, with a forbidden page below: the bytes that it used.
fn used(kind: &str, bytes: usize) -> usize {
    number(&["stack", kind, &bytes.to_string()])
}

#[test]
fn a_delivery_fits_on_the_smallest_stack_or_near() {
    if cfg!(debug_assertions) {
        return say("SKIPPED: the stack is that of release builds\n");
    }
    let (frame, smallest) = (used("does nothing", ROOM), number(&["smallest"]));
    let mut table =
        format!("the kernel's frame: {frame} bytes; the smallest alternate stack: {smallest} bytes\n");
    let shutdown = Kind { name: "shutdown, second", calls: &[], end: -libc::SIGTERM };
    for kind in KINDS.iter().chain(ENDS).chain([&shutdown]) {
        let deep = used(kind.name, ROOM).saturating_sub(frame);
        writeln!(table, "{:26} {deep} bytes of stack", kind.name).expect("a string takes everything");
        assert!(deep <= kind.stack(), "{}: {deep} bytes of stack, of {}", kind.name, kind.stack());
    }
    for kind in KINDS {
        // What goes below dies there, and says nothing.
        let room = if kind.stack() > STACK { smallest + STACK_OF_A_FAULT } else { smallest };
        assert!(used(kind.name, room) > 0, "{} on {room} bytes", kind.name);
    }
    say(&table);
    assert!(used("is deep", ROOM).saturating_sub(frame) > STACK_OF_A_FAULT, "it is seen");
}

#[test]
fn a_stack_that_is_too_small_is_seen() {
    let ended = Process::start(CHILD, &["stack", "is deep", &number(&["smallest"]).to_string()]).finish();
    assert!(ended.lines.iter().any(|line| line.ends_with("status 139")), "{ended:#?}");
}
