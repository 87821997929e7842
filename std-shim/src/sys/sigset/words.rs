//! Libc's set of signals, where it is machine words as the kernel's is: Linux.

use core::{mem::MaybeUninit, ptr};

use super::SigSet;

/// The kernel's bits of libc's set.
pub(super) fn from_libc(set: &libc::sigset_t) -> SigSet {
    // SAFETY: on Linux a sigset_t is an array of unsigned long whose first bits are the kernel's mask, in the kernel's
    // order; it is at least WORDS words long and aligned for them.
    unsafe { ptr::from_ref(set).cast::<SigSet>().read() }
}

/// Libc's set of the kernel's bits.
pub(super) fn to_libc(bits: SigSet) -> libc::sigset_t {
    // SAFETY: all-zero is a valid set: the empty one.
    let mut set: libc::sigset_t = unsafe { MaybeUninit::zeroed().assume_init() };
    // SAFETY: as in `from_libc`; the set is ours alone.
    unsafe { ptr::from_mut(&mut set).cast::<SigSet>().write(bits) };
    set
}

const _: () = assert!(size_of::<SigSet>() <= size_of::<libc::sigset_t>());
const _: () = assert!(align_of::<SigSet>() <= align_of::<libc::sigset_t>());
