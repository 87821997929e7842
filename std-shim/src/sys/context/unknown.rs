//! The context of an interrupted thread, where its layout is not known here.

use core::ffi::c_void;

use super::SigSet;

/// [`mask`] does not tell.
pub(super) const MASK_IS_KNOWN: bool = false;

/// Nobody can tell.
///
/// # Safety
///
/// - None: nothing is read.
pub(super) unsafe fn program_counter(_: *const c_void) -> Option<usize> {
    None
}

/// Nobody can tell.
///
/// # Safety
///
/// - None: nothing is read.
pub(super) unsafe fn mask<'frame>(_: *mut c_void) -> Option<&'frame mut SigSet> {
    None
}
