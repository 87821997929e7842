//! The mask in a signal's frame: what the thread blocks when the handler has returned.

use core::{ffi::c_void, mem::offset_of};

use super::SigSet;

/// [`frame_mask`] tells.
pub(super) const IS_KNOWN: bool = true;

const _: () = assert!(offset_of!(libc::ucontext_t, uc_sigmask) % align_of::<SigSet>() == 0);

/// Where it is: the kernel's words alone, for libc's type is longer than what is there.
///
/// # Safety
///
/// - `context` is what the kernel gave a delivery's handler, which does not return while the mask is used.
pub(super) unsafe fn frame_mask<'frame>(context: *mut c_void) -> Option<&'frame mut SigSet> {
    // SAFETY: by the caller's promise it is the kernel's ucontext, of which only the address of a field is taken.
    let mask = unsafe { &raw mut (*context.cast::<libc::ucontext_t>()).uc_sigmask };
    // SAFETY: it begins with the kernel's words, aligned as they are; nobody else looks at them until the handler returns.
    Some(unsafe { &mut *mask.cast::<SigSet>() })
}
