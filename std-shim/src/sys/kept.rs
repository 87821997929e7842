//! Records of deliveries as words, to be kept in a ring.

use core::ptr;

use super::SigInfo;

/// So many words hold what a record can tell; behind them there is nothing.
pub(crate) const KEPT_WORDS: usize = 48 / size_of::<usize>();

/// The beginning of a record.
pub(crate) type Kept = [usize; KEPT_WORDS];

const _: () = assert!(size_of::<Kept>() <= size_of::<SigInfo>());

impl SigInfo {
    /// Async-signal-safe.
    #[inline]
    pub(crate) fn keep(&self) -> Kept {
        // SAFETY: the record is at least as long, has no padding, and every bit pattern is a number.
        unsafe { ptr::from_ref(self).cast::<Kept>().read_unaligned() }
    }

    /// The record that was kept; the rest of it is zero.
    pub(crate) fn kept(words: &Kept) -> Self {
        let mut info = Self::zeroed();
        // SAFETY: the record is at least as long.
        unsafe { info.as_mut_ptr().cast::<Kept>().write_unaligned(*words) };
        // SAFETY: it was made by `zeroed`, and what is written over it came from a record.
        unsafe { Self::from_kernel(info) }
    }
}
