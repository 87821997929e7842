//! The program that the audit of signal context looks at: it has every trampoline in it, and some that are bad on purpose.
//!
//! ```text
//! signal_context_child entries            where each function starts that runs in signal context, and each bad one
//! signal_context_child deliver KIND       stops for a tracer, then one delivery of this kind
//! signal_context_child count KIND         many deliveries, and what was allocated on this thread meanwhile
//! signal_context_child stack KIND BYTES   one delivery on an alternate stack of that size, and how much of it was used
//! signal_context_child smallest           the smallest alternate stack that the system has a use for, in bytes
//! ```
//!
//! Each delivery is looked at afterwards: what was measured of code that did nothing would be worth nothing.

#![allow(unsafe_code)]

use std::{ffi::c_int, process::ExitCode};

mod counting;
mod entries;
mod kinds;
mod planted;
mod stack;

/// How this program says that it may not be traced.
const REFUSED: u8 = 77;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["entries"] => entries::print(),
        ["deliver", kind] => return deliver(kind),
        ["count", kind] => count(kind),
        ["stack", kind, bytes] => stack::print(kind, bytes.parse().expect("a number of bytes")),
        ["smallest"] => println!("{}", stack::smallest()),
        _ => panic!("what? {arguments:?}"),
    }
    ExitCode::SUCCESS
}

fn deliver(kind: &str) -> ExitCode {
    let mut prepared = kinds::prepare(kind);
    (prepared.ready)();
    // SAFETY: asks the parent to trace this thread; the other arguments are not looked at.
    if unsafe { libc::ptrace(libc::PTRACE_TRACEME, 0, 0, 0) } == -1 {
        return REFUSED.into();
    }
    send_to_this_thread(libc::SIGSTOP);
    (prepared.deliver)();
    (prepared.check)();
    ExitCode::SUCCESS
}

fn count(kind: &str) {
    const DELIVERIES: usize = 100;
    let mut prepared = kinds::prepare(kind);
    for _ in 0..DELIVERIES {
        (prepared.ready)();
        counting::start();
        (prepared.deliver)();
        counting::stop();
        (prepared.check)();
    }
    println!("{} allocations in {DELIVERIES} deliveries", counting::counted());
}

/// One system call and no more, which the signal interrupts at its end.
fn send_to_this_thread(signal: c_int) {
    let process = std::process::id();
    let thread = sigtrip_tests::raw::tid();
    // SAFETY: numbers in, a number out.
    let returned = unsafe { libc::syscall(libc::SYS_tgkill, process, thread, signal) };
    assert_eq!(returned, 0);
}
