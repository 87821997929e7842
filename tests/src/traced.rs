//! For programs that are to be traced: how they stop, and where.

#![allow(unsafe_code)]

/// What a program exits with when it may not be traced.
pub const REFUSED: u8 = 77;

/// Asks the parent to trace this process, and stops. Where that is refused the program exits with [`REFUSED`].
///
/// # Panics
///
/// If it can not stop.
pub fn stop_for_the_tracer() {
    // SAFETY: asks the parent to trace this process; the other arguments are not looked at.
    let answer = unsafe { libc::ptrace(libc::PTRACE_TRACEME, 0, 0, 0) };
    if answer == -1 {
        std::process::exit(REFUSED.into());
    }
    // SAFETY: a number in, a number out.
    assert_eq!(unsafe { libc::raise(libc::SIGSTOP) }, 0);
}

/// Where a region starts or ends: the tracer sees it and goes on behind it. Nothing on processors that are not stepped.
#[inline(always)]
pub fn breakpoint() {
    // SAFETY: stops in the tracer, which goes on behind it. The compiler moves no memory access across.
    #[cfg(target_arch = "x86_64")]
    unsafe {
        std::arch::asm!("int3", options(nostack));
    }
}
