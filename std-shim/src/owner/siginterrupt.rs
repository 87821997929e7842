//! `siginterrupt`: whether calls that a signal interrupts start again.
//!
//! It changes one flag of what the kernel has, whoever put it there. What it said is kept in [`Restarts`], under the
//! writers' lock, until the signal's disposition is set anew or the session ends. What can not happen: that `getsignal`
//! repairs the flag away, or that the end of the session leaves it.

use super::{session, table::Table};
use crate::{Error, Signal, SignalSet, sys::Action};

/// What `siginterrupt` has said since each signal's disposition was last set, in this session.
pub(super) struct Restarts {
    /// The signals that it was called for.
    told: SignalSet,
    /// Those of them for which calls start again.
    restart: SignalSet,
}

impl Restarts {
    pub(super) const fn new() -> Self {
        Self { told: SignalSet::new(), restart: SignalSet::new() }
    }

    fn tell(&mut self, signal: Signal, restart: bool) {
        self.told.insert(signal);
        if restart {
            self.restart.insert(signal);
        } else {
            self.restart.remove(signal);
        }
    }

    /// The disposition is another: what was said is undone.
    pub(super) fn forget(&mut self, signal: Signal) {
        self.told.remove(signal);
        self.restart.remove(signal);
    }

    /// The disposition as it is to be after what was said.
    pub(super) fn applied(&self, signal: Signal, action: Action) -> Action {
        if self.told.contains(signal) { action.restarting(self.restart.contains(signal)) } else { action }
    }

    /// Whether `now` is what `siginterrupt` has made of `earlier`, or `earlier` itself where it said nothing.
    pub(super) fn made(&self, signal: Signal, now: Action, earlier: Action) -> bool {
        now.same_request(&self.applied(signal, earlier))
    }
}

/// Whether a system call that this signal's handler interrupts fails with `EINTR` (`true`, as every handler of this library
/// is installed) or starts again (`false`): C's and Python's `siginterrupt`.
///
/// It changes the flag `SA_RESTART` of what the kernel has for the signal now, be it ours or foreign. The next [`on`] or
/// [`signal`] of this signal undoes it; the end of the session gives back the flag that was there before. Without a
/// session it stays. Only foreign calls are concerned, such as std's reads, and what POSIX and signal(7) let
/// start again: with `false` a handler of ours runs only when the call has ended. The waits of this library run
/// handlers either way. Any thread; not a safe point.
///
/// # Errors
///
/// Nothing is changed, and the error is
/// - [`Error::Uncatchable`] for SIGKILL and SIGSTOP, [`Error::Reserved`] for what libc keeps;
/// - [`Error::System`] with what `sigaction` says.
///
/// ```
/// use sigtrip::{Signal, on, siginterrupt};
///
/// # fn main() -> Result<(), sigtrip::Interrupt> {
/// let _session = sigtrip::init()?;
/// on(Signal::CHLD, |_| ())?;
/// siginterrupt(Signal::CHLD, false)?; // children that end do not disturb other code's reads
/// # Ok(())
/// # }
/// ```
///
/// [`on`]: crate::on
/// [`signal`]: fn@crate::signal
pub fn siginterrupt(signal: Signal, flag: bool) -> Result<(), Error> {
    signal.check_catchable()?;
    let restart = !flag;
    let mut table = Table::lock();
    let before = table.hooked.restart(signal.signum(), restart).map_err(Error::system("sigaction"))?;
    // Under the lock: a session that is ending has not given back yet, and then it will, or does not count any more.
    if session::check_owner() != Err(Error::NotInitialized) {
        table.restarts.tell(signal, restart);
        if !table.earlier.contains_key(&signal.signum()) {
            // There is room for every signal.
            let _ = table.earlier.insert(signal.signum(), before);
        }
    }
    Ok(())
}
