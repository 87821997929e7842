//! Sets of signals, and masks.

use core::ffi::c_int;

use super::{
    answer::{Code, done, entry},
    given,
};
use crate::{MaskHow, Signal, SignalSet, check_signals, owner::mask, sigpending};

const SIGTRIP_BLOCK: c_int = 0;
const SIGTRIP_UNBLOCK: c_int = 1;
const SIGTRIP_SETMASK: c_int = 2;

/// A set as C has it: bit *n - 1* for signal *n*, in two numbers of 64 bits, whatever the machine.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct Sigset {
    bits: [u64; 2],
}

impl Sigset {
    const EMPTY: Self = Self { bits: [0; 2] };

    const fn place(signal: Signal) -> (usize, u64) {
        let index = signal.number().unsigned_abs() - 1;
        ((index / u64::BITS) as usize, 1 << (index % u64::BITS))
    }

    fn insert(&mut self, signal: Signal) {
        let (word, bit) = Self::place(signal);
        self.bits[word] |= bit;
    }

    fn remove(&mut self, signal: Signal) {
        let (word, bit) = Self::place(signal);
        self.bits[word] &= !bit;
    }

    fn contains(&self, signal: Signal) -> bool {
        let (word, bit) = Self::place(signal);
        self.bits[word] & bit != 0
    }

    fn of(signals: SignalSet) -> Self {
        let mut set = Self::EMPTY;
        signals.iter().for_each(|signal| set.insert(signal));
        set
    }

    /// As the library has it; a bit that is no signal's is an error.
    fn ours(&self) -> Result<SignalSet, Code> {
        let signals = Signal::all().filter(|&signal| self.contains(signal)).collect::<SignalSet>();
        let bits = self.bits.iter().map(|word| word.count_ones() as usize).sum::<usize>();
        if signals.len() == bits { Ok(signals) } else { Err(Code::errno(libc::EINVAL)) }
    }

    /// The set that C points to.
    ///
    /// # Safety
    ///
    /// - `set` is null, or valid for reading.
    pub(super) unsafe fn given(set: *const Self) -> Result<SignalSet, Code> {
        // SAFETY: the caller's promise is the same.
        unsafe { given::read(set) }?.ours()
    }
}

/// Changes a set of C's.
///
/// # Safety
///
/// - `set` is null, or valid for reading and writing.
unsafe fn change(set: *mut Sigset, change: impl FnOnce(&mut Sigset) -> Result<(), Code>) -> c_int {
    done(|| {
        // SAFETY: by the caller's promise.
        let mut changed = unsafe { given::read(set) }?;
        change(&mut changed)?;
        // SAFETY: by the caller's promise.
        unsafe { given::write(set, changed) };
        Ok(())
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn sigtrip_sigset_empty(set: *mut Sigset) -> c_int {
    done(|| {
        given::room(set)?;
        // SAFETY: so the header asks.
        unsafe { given::write(set, Sigset::EMPTY) };
        Ok(())
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn sigtrip_sigset_fill(set: *mut Sigset) -> c_int {
    done(|| {
        given::room(set)?;
        // SAFETY: so the header asks.
        unsafe { given::write(set, Sigset::of(SignalSet::valid())) };
        Ok(())
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn sigtrip_sigset_add(set: *mut Sigset, signal: c_int) -> c_int {
    let add = |set: &mut Sigset| {
        set.insert(given::signal(signal)?);
        Ok(())
    };
    // SAFETY: so the header asks.
    unsafe { change(set, add) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn sigtrip_sigset_remove(set: *mut Sigset, signal: c_int) -> c_int {
    let remove = |set: &mut Sigset| {
        set.remove(given::signal(signal)?);
        Ok(())
    };
    // SAFETY: so the header asks.
    unsafe { change(set, remove) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn sigtrip_sigset_contains(set: *const Sigset, signal: c_int) -> c_int {
    entry(|| {
        // SAFETY: so the header asks.
        let set = unsafe { given::read(set) }?;
        Ok(set.contains(given::signal(signal)?).into())
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn sigtrip_sigmask(how: c_int, set: *const Sigset, earlier: *mut Sigset) -> c_int {
    done(|| {
        let (how, signals) = if set.is_null() {
            (MaskHow::Block, SignalSet::new()) // it only asks
        } else {
            // SAFETY: so the header asks.
            (given_how(how)?, unsafe { Sigset::given(set) }?)
        };
        let before = mask::change(how, signals)?;
        // Before handlers run: if one fails the mask was changed.
        // SAFETY: so the header asks.
        unsafe { given::write(earlier, Sigset::of(SignalSet::from_kernel(before) & SignalSet::valid())) };
        Ok(check_signals()?)
    })
}

const fn given_how(how: c_int) -> Result<MaskHow, Code> {
    match how {
        SIGTRIP_BLOCK => Ok(MaskHow::Block),
        SIGTRIP_UNBLOCK => Ok(MaskHow::Unblock),
        SIGTRIP_SETMASK => Ok(MaskHow::SetMask),
        _ => Err(Code::errno(libc::EINVAL)),
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn sigtrip_sigpending(set: *mut Sigset) -> c_int {
    done(|| {
        given::room(set)?;
        // SAFETY: so the header asks.
        unsafe { given::write(set, Sigset::of(sigpending())) };
        Ok(())
    })
}
