//! Linux on x86-64, asked directly: the core's [`Kernel`] over `rt_sigaction` and the futex.

use core::{
    arch::{asm, global_asm},
    ffi::c_int,
};

use sigtrip_core::{Disposition, Kernel, OutOfRange, Signum};

use crate::{SIGNALS, start, trampoline};

pub(crate) const SIGINT: u32 = 2;
pub(crate) const SIGTERM: u32 = 15;

const RT_SIGACTION: usize = 13;
const FUTEX: usize = 202;
const EXIT_GROUP: usize = 231;

const SA_RESTORER: usize = 0x0400_0000;
const SA_ONSTACK: usize = 0x0800_0000;
const ALL: usize = usize::MAX;

const FUTEX_WAIT_PRIVATE: usize = 128;
const FUTEX_WAKE_PRIVATE: usize = 129;

// The kernel starts a program with no return address and the stack aligned to 16 bytes, which a call expects to be after it has pushed
// one. A signal handler returns to the restorer, which has the kernel take its frame away (`rt_sigreturn` is 15).
global_asm!(
    ".globl _start",
    "_start: xor ebp, ebp",
    "call {start}",
    "restorer: mov eax, 15",
    "syscall",
    start = sym start,
);

unsafe extern "C" {
    fn restorer();
}

/// The kernel's `struct sigaction`, which is not libc's.
#[repr(C)]
struct Action {
    handler: usize,
    flags: usize,
    restorer: usize,
    mask: usize,
}

/// The kernel said no.
pub(crate) struct Refused;

impl From<OutOfRange> for Refused {
    fn from(_: OutOfRange) -> Self {
        Self
    }
}

/// # Safety
///
/// - The call is given what it expects, and each pointer points to what outlives it.
unsafe fn call(number: usize, [a, b, c, d]: [usize; 4]) -> isize {
    let returned;
    // SAFETY: by the caller's promise; the kernel changes these two registers besides, and no stack of ours.
    unsafe {
        asm!("syscall", inlateout("rax") number as isize => returned, in("rdi") a, in("rsi") b, in("rdx") c,
            in("r10") d, out("rcx") _, out("r11") _, options(nostack));
    }
    returned
}

/// The operating system.
pub(crate) struct System;

impl Kernel for System {
    type Foreign = ();
    type Error = Refused;

    /// Ours alone is ever asked for here; what stood there before is not looked at.
    fn set_disposition(&self, signal: Signum, _: &Disposition<()>) -> Result<Disposition<()>, Refused> {
        let action = Action {
            handler: trampoline as *const () as usize,
            flags: SA_RESTORER | SA_ONSTACK,
            restorer: restorer as *const () as usize,
            mask: ALL,
        };
        let arguments = [signal.get() as usize, (&raw const action).addr(), 0, size_of::<usize>()];
        // SAFETY: the action outlives the call, and the old one is not asked for. Its handler is made for signal context.
        let returned = unsafe { call(RT_SIGACTION, arguments) };
        if returned == 0 { Ok(Disposition::Default) } else { Err(Refused) }
    }

    /// There is no `errno` here that it could change.
    fn wake(&self) {
        // SAFETY: the address of an atomic that lives; waking writes nothing.
        unsafe { call(FUTEX, [SIGNALS.armed().as_ptr().addr(), FUTEX_WAKE_PRIVATE, 1, 0]) };
    }
}

/// Sleeps while the word is `expected`, or until a handler has run.
pub(crate) fn sleep_on(word: *mut u32, expected: u32) {
    // SAFETY: the address of an atomic that lives; no time limit.
    unsafe { call(FUTEX, [word.addr(), FUTEX_WAIT_PRIVATE, expected as usize, 0]) };
}

pub(crate) fn exit(status: c_int) -> ! {
    loop {
        // SAFETY: a number in; it does not return.
        unsafe { call(EXIT_GROUP, [status.cast_unsigned() as usize, 0, 0, 0]) };
    }
}
