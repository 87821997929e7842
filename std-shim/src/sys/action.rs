//! `sigaction`: what the kernel does with a signal, read and replaced exactly.
//!
//! An [`Action`] keeps all that the kernel keeps (handler, flags, mask), in a few words rather than libc's 152 bytes, so
//! that what stood there before can be put back to the bit.

use core::{ffi::c_int, mem::MaybeUninit, ptr};

use sigtrip_core::Signum;

use super::{
    Errno, WORDS,
    numbers::{self, RawAction},
    platform, raw, sigset,
};

/// A signal mask as the kernel has it: bit *n - 1* for signal *n*.
pub(crate) type SigSet = [usize; WORDS];

/// A kernel disposition, whole. Compares equal only if handler, flags and mask are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Action {
    handler: usize,
    flags: c_int,
    mask: SigSet,
}

impl Action {
    /// The system's default action.
    pub(crate) const DEFAULT: Self = Self { handler: libc::SIG_DFL, flags: 0, mask: [0; WORDS] };
    /// The signal is ignored.
    pub(crate) const IGNORE: Self = Self { handler: libc::SIG_IGN, flags: 0, mask: [0; WORDS] };

    /// A handler that takes the number alone.
    ///
    /// It runs on the alternate stack where there is one. While it runs everything else is blocked: of several signals at
    /// once each frame is gone before the next is made. With an empty mask the kernel piles them up, and std's alternate stack
    /// of 8 KiB has room for two where a frame saves AVX-512 state; the third kills the process. Calls that it interrupts
    /// fail with `EINTR`: no `SA_RESTART`.
    pub(crate) fn plain(handler: extern "C" fn(c_int)) -> Self {
        Self { handler: handler as *const () as usize, flags: numbers::SA_ONSTACK, mask: all_signals() }
    }

    /// A handler that takes the siginfo and the context too; else as [`plain`](Self::plain).
    pub(crate) fn with_info(handler: super::fault::InfoHandler) -> Self {
        let flags = numbers::SA_ONSTACK | numbers::SA_SIGINFO;
        Self { handler: handler as *const () as usize, flags, mask: all_signals() }
    }

    /// The handler's address, or `SIG_DFL` or `SIG_IGN`.
    pub(crate) const fn handler(&self) -> usize {
        self.handler
    }

    /// The same, but for whether calls that it interrupts start again (`SA_RESTART`) or fail with `EINTR`.
    pub(crate) const fn restarting(self, restart: bool) -> Self {
        let flags =
            if restart { self.flags | numbers::SA_RESTART } else { self.flags & !numbers::SA_RESTART };
        Self { flags, ..self }
    }

    /// The same, with what another one says of what it is that is delivered and of calls that it interrupts: whether they start again,
    /// and of which children there is word and whether they are to be waited for.
    pub(crate) const fn delivered_as(self, other: &Self) -> Self {
        const FLAGS: c_int = numbers::SA_RESTART | numbers::SA_NOCLDSTOP | numbers::SA_NOCLDWAIT;
        Self { flags: (self.flags & !FLAGS) | (other.flags & FLAGS), ..self }
    }

    /// The same, but for whether children that end are to be waited for.
    pub(crate) const fn without_zombies(self) -> Self {
        Self { flags: self.flags | numbers::SA_NOCLDWAIT, ..self }
    }

    /// Whether it calls this function.
    pub(crate) fn calls(&self, handler: extern "C" fn(c_int)) -> bool {
        self.handler == handler as *const () as usize
    }

    /// Whether it calls this function.
    pub(crate) fn calls_with_info(&self, handler: super::fault::InfoHandler) -> bool {
        self.handler == handler as *const () as usize
    }

    pub(crate) const fn is_default(&self) -> bool {
        self.handler == libc::SIG_DFL
    }

    pub(crate) const fn is_ignore(&self) -> bool {
        self.handler == libc::SIG_IGN
    }

    pub(super) const fn wants_info(&self) -> bool {
        self.flags & numbers::SA_SIGINFO != 0
    }

    /// Equal in all that a program asks for: libc adds a flag of its own for the restorer.
    pub(crate) fn same_request(&self, other: &Self) -> bool {
        const SA_RESTORER: c_int = 0x0400_0000;
        let flags = (self.flags | SA_RESTORER) == (other.flags | SA_RESTORER);
        flags && self.handler == other.handler && self.mask == other.mask
    }

    /// All of it in a few words, for who can not name the type: C.
    #[cfg(feature = "capi")]
    pub(crate) const fn to_words(self) -> (usize, c_int, SigSet) {
        (self.handler, self.flags, self.mask)
    }

    /// The one of these words.
    #[cfg(feature = "capi")]
    pub(crate) const fn from_words(handler: usize, flags: c_int, mask: SigSet) -> Self {
        Self { handler, flags, mask }
    }

    fn from_libc(action: &RawAction) -> Self {
        Self {
            handler: action.sa_sigaction,
            flags: action.sa_flags,
            mask: sigset::from_libc(&action.sa_mask),
        }
    }

    fn to_libc(self) -> RawAction {
        // SAFETY: all-zero is a valid sigaction: the default disposition, no flags, an empty mask.
        let mut action: RawAction = unsafe { MaybeUninit::zeroed().assume_init() };
        action.sa_sigaction = self.handler;
        action.sa_flags = self.flags;
        action.sa_mask = sigset::to_libc(self.mask);
        action
    }
}

/// Every signal that can be blocked and is not libc's own: the mask as the kernel tells it back. Async-signal-safe.
fn all_signals() -> SigSet {
    let (first_real_time, last) = platform::real_time_range();
    let ours = |&n: &u32| n <= platform::STANDARD_MAX || (first_real_time..=last).contains(&n);
    let can_be_blocked =
        |&n: &u32| n != numbers::SIGKILL.unsigned_abs() && n != numbers::SIGSTOP.unsigned_abs();
    let mut set = [0; WORDS];
    for bit in (1..=last).filter(ours).filter(can_be_blocked).map(|n| n as usize - 1) {
        if let Some(word) = set.get_mut(bit / usize::BITS as usize) {
            *word |= 1 << (bit % usize::BITS as usize);
        }
    }
    set
}

/// What the kernel does with the signal now; changes nothing. Async-signal-safe.
pub(crate) fn query(signal: Signum) -> Result<Action, Errno> {
    exchange(signal, ptr::null())
}

/// Replaces what the kernel does with the signal and returns what it did before. Async-signal-safe.
pub(crate) fn replace(signal: Signum, action: &Action) -> Result<Action, Errno> {
    let action = action.to_libc();
    exchange(signal, &raw const action)
}

fn exchange(signal: Signum, new: *const RawAction) -> Result<Action, Errno> {
    let mut old = MaybeUninit::<RawAction>::zeroed();
    // SAFETY:
    // - `new` is null or points to a sigaction that lives until the call is over.
    // - `old` has room for one.
    // - What a new handler may do is its author's duty: those passed here are our trampolines, `SIG_DFL`, `SIG_IGN`, or
    //   what the kernel itself gave us before.
    let returned = unsafe { numbers::sigaction(raw(signal), new, old.as_mut_ptr()) };
    Errno::check(returned)?;
    // SAFETY: the call succeeded and filled it in; zeroed it was valid already.
    Ok(Action::from_libc(&unsafe { old.assume_init() }))
}
