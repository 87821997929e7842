//! The context of an interrupted thread, on FreeBSD on x86-64.

use core::ffi::c_void;

/// Where it was interrupted: the address of the next instruction.
///
/// # Safety
///
/// - `context` is what the kernel gave this delivery's handler, which has not returned yet.
pub(super) unsafe fn program_counter(context: *const c_void) -> Option<usize> {
    // SAFETY: by the caller's promise it is the kernel's ucontext.
    Some(unsafe { (*context.cast::<libc::ucontext_t>()).uc_mcontext.mc_rip } as usize)
}
