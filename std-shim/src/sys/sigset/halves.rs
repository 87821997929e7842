//! Libc's set of signals, where it is numbers of 32 bits, bit *n - 1* for signal *n*: macOS and the BSDs.

use core::{mem::MaybeUninit, ptr};

use super::SigSet;

/// So many numbers libc has.
const COUNT: usize = size_of::<libc::sigset_t>() / size_of::<u32>();

/// So many of them are in one word of ours.
const IN_A_WORD: usize = size_of::<usize>() / size_of::<u32>();

/// The bits of libc's set.
pub(super) fn from_libc(set: &libc::sigset_t) -> SigSet {
    // SAFETY: there a sigset_t is one number of 32 bits, or an array of them; all were set.
    let halves = unsafe { ptr::from_ref(set).cast::<[u32; COUNT]>().read() };
    let mut bits = SigSet::default();
    for (at, &half) in halves.iter().enumerate() {
        if let Some(word) = bits.get_mut(at / IN_A_WORD) {
            *word |= (half as usize) << (at % IN_A_WORD * 32);
        }
    }
    bits
}

/// Libc's set of the bits.
pub(super) fn to_libc(bits: SigSet) -> libc::sigset_t {
    let half = |at: usize| bits.get(at / IN_A_WORD).map_or(0, |word| (word >> (at % IN_A_WORD * 32)) as u32);
    // SAFETY: all-zero is a valid set: the empty one.
    let mut set: libc::sigset_t = unsafe { MaybeUninit::zeroed().assume_init() };
    // SAFETY: as in `from_libc`; the set is ours alone.
    unsafe { ptr::from_mut(&mut set).cast::<[u32; COUNT]>().write(core::array::from_fn(half)) };
    set
}

const _: () = assert!(size_of::<libc::sigset_t>() == COUNT * size_of::<u32>());
const _: () = assert!(align_of::<libc::sigset_t>() >= align_of::<u32>());
const _: () = assert!(COUNT * 32 >= super::SIGNAL_MAX as usize);
