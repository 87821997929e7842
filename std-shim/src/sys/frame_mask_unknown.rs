//! The mask in a signal's frame, where its layout is not known here.

use core::ffi::c_void;

use super::SigSet;

/// [`frame_mask`] does not tell.
pub(super) const IS_KNOWN: bool = false;

/// Nobody can tell.
///
/// # Safety
///
/// - None: nothing is read.
pub(super) unsafe fn frame_mask<'frame>(_: *mut c_void) -> Option<&'frame mut SigSet> {
    None
}
