//! The context of an interrupted thread, on macOS on Apple's processors.

use core::ffi::c_void;

/// Where it was interrupted: the address of the next instruction.
///
/// # Safety
///
/// - `context` is what the kernel gave this delivery's handler, which has not returned yet.
pub(super) unsafe fn program_counter(context: *const c_void) -> Option<usize> {
    // SAFETY: by the caller's promise it is the kernel's ucontext.
    let machine = unsafe { (*context.cast::<libc::ucontext_t>()).uc_mcontext };
    // SAFETY: it points to what the kernel has put beside it.
    Some(unsafe { (*machine).__ss.__pc } as usize)
}
