//! The context of an interrupted thread, on AArch64.

use core::ffi::c_void;

use super::SigSet;

/// [`mask`] tells.
pub(super) const MASK_IS_KNOWN: bool = true;

/// Where it was interrupted: the address of the next instruction.
///
/// # Safety
///
/// - `context` is what the kernel gave this delivery's handler, which has not returned yet.
pub(super) unsafe fn program_counter(context: *const c_void) -> Option<usize> {
    // SAFETY: by the caller's promise it is the kernel's ucontext.
    Some(unsafe { (*context.cast::<libc::ucontext_t>()).uc_mcontext.pc } as usize)
}

/// The mask that the thread has when the handler returns: the kernel's words alone, for libc's type is longer than what is there.
///
/// # Safety
///
/// - `context` is what the kernel gave this delivery's handler, which does not return while the mask is used.
pub(super) unsafe fn mask<'frame>(context: *mut c_void) -> Option<&'frame mut SigSet> {
    // SAFETY: by the caller's promise it is the kernel's ucontext, of which only the address of a field is taken.
    let mask = unsafe { &raw mut (*context.cast::<libc::ucontext_t>()).uc_sigmask };
    // SAFETY: it begins with the kernel's words, aligned as they are; nobody else looks at them until the handler returns.
    Some(unsafe { &mut *mask.cast::<SigSet>() })
}
