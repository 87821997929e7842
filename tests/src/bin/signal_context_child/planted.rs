//! Trampolines as they must not be: each does one thing that signal context forbids, and the audit must say so.

use std::{
    cell::Cell,
    ffi::c_int,
    hint::black_box,
    ptr,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicI32, AtomicPtr, Ordering},
    },
};

use sigtrip_tests::raw::PlainHandler;

pub(crate) const ALL: &[(&str, PlainHandler)] = &[
    ("indexes", indexes),
    ("allocates", allocates),
    ("locks", locks),
    ("loops", loops),
    ("has a thread-local", has_a_thread_local),
    ("asks the system", asks_the_system),
    ("enters the kernel", enters_the_kernel),
    ("calls it knows not what", calls_it_knows_not_what),
    ("recurses", recurses),
    ("is deep", is_deep),
    ("does nothing", does_nothing),
];

static RESULT: AtomicI32 = AtomicI32::new(0);

fn keep(result: c_int) {
    black_box(&RESULT).store(result, Ordering::Relaxed); // or it would be left out: nobody reads it
}

/// A panic path: the number may be out of range.
extern "C" fn indexes(number: c_int) {
    static TABLE: [AtomicI32; 16] = [const { AtomicI32::new(0) }; 16];
    black_box(&TABLE)[number.unsigned_abs() as usize].store(number, Ordering::Relaxed);
}

extern "C" fn allocates(number: c_int) {
    keep(*black_box(Box::new(number)));
}

extern "C" fn locks(number: c_int) {
    static LOCK: Mutex<c_int> = Mutex::new(0);
    if let Ok(mut locked) = LOCK.try_lock() {
        *locked = number;
    }
}

/// Until somebody else comes, which in signal context may be never.
extern "C" fn loops(number: c_int) {
    static LOCKED: AtomicBool = AtomicBool::new(false);
    while LOCKED.swap(true, Ordering::Acquire) {}
    keep(number);
    LOCKED.store(false, Ordering::Release);
}

extern "C" fn has_a_thread_local(number: c_int) {
    thread_local!(static LAST: Cell<c_int> = const { Cell::new(0) });
    keep(LAST.replace(number));
}

extern "C" fn asks_the_system(_: c_int) {
    // SAFETY: no arguments, no preconditions.
    keep(unsafe { libc::getpid() });
}

/// Past libc, so that no name tells of it.
extern "C" fn enters_the_kernel(_: c_int) {
    // SAFETY: asks for the process's number; the kernel changes the three registers that are named.
    #[cfg(all(target_os = "linux", target_arch = "x86_64"))]
    unsafe {
        std::arch::asm!("syscall", inout("rax") libc::SYS_getpid => _, out("rcx") _, out("r11") _, options(nostack));
    }
}

extern "C" fn calls_it_knows_not_what(number: c_int) {
    static WHAT: AtomicPtr<()> = AtomicPtr::new(ptr::null_mut());
    let what = black_box(&WHAT).load(Ordering::Relaxed);
    if !what.is_null() {
        // SAFETY: it is null for ever.
        let what = unsafe { std::mem::transmute::<*mut (), fn(c_int)>(what) };
        what(number);
    }
}

extern "C" fn recurses(number: c_int) {
    if number > 1 {
        recurses(black_box(number) / 2);
        keep(black_box(number)); // or it would be made a loop
    }
}

extern "C" fn is_deep(number: c_int) {
    let mut room = [0_u8; 4096];
    room[0] = number.to_le_bytes()[0];
    keep(black_box(&room)[0].into());
}

/// The floor: what an empty handler uses is the kernel's frame.
extern "C" fn does_nothing(_: c_int) {}
