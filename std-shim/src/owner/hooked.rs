//! The kernel as it is without hooks.
//!
//! A signal that has hooks has a trampoline of ours in the kernel, whatever else is done with it. What would stand there without them is
//! *below*: the default, *ignore*, a foreign handler, or the trampoline of a session's handler. Whoever asks or sets a disposition
//! here asks and sets what is below, so that hooks stay whatever a session does, and that which is given back when the last hook goes is
//! right to the bit.
//!
//! A signal has no hooks, or some. None → some: the kernel's disposition becomes what is below, and ours is put in its place by one
//! `sigaction`, so that nothing is lost in between. Some → none: what is below is put back, if ours is still there. If it is not,
//! foreign code has taken the signal over; then that one's disposition is the truth, and it is left alone.

use core::{cell::Cell, mem};

use sigtrip_core::{Disposition, Kernel, Signum};

use crate::{
    Error, Foreign, Signal,
    sys::{self, Action, Errno},
    trip::{Trampoline, Unix, hook, parts::HOOKS},
};

/// What is below each signal that has hooks.
pub(super) struct Hooked([Place; sys::SIGNAL_MAX as usize]);

/// All zero where there is nothing, so that the whole table is no part of the program's file.
struct Place {
    is_hooked: bool,
    below: Below,
}

impl Place {
    const NOTHING: Self = Self { is_hooked: false, below: Below::of(Action::DEFAULT, 0) };

    fn get(&self) -> Option<&Below> {
        self.is_hooked.then_some(&self.below)
    }
}

struct Below {
    action: Action,
    /// How many of the signal's hooks do not want a foreign handler to be called.
    unchained: usize,
    restart: Restart,
}

/// What `siginterrupt` has said since the disposition was set.
#[derive(Clone, Copy)]
enum Restart {
    Nothing,
    Yes,
    No,
}

impl Hooked {
    pub(super) const fn new() -> Self {
        Self([Place::NOTHING; sys::SIGNAL_MAX as usize])
    }

    /// Inlined: where no hook is used there is nothing below, and what is done with it is not in the program.
    #[inline(always)]
    fn below(&mut self, signal: Signum) -> Option<&mut Below> {
        let place = self.0.get_mut(index(signal)).filter(|place| HOOKS.is_used() && place.is_hooked)?;
        Some(&mut place.below)
    }

    /// `sigaction` that changes nothing.
    pub(super) fn query(&self, signal: Signum) -> Result<Action, Errno> {
        let now = sys::query(signal)?;
        if !HOOKS.is_used() {
            return Ok(now);
        }
        Ok(match self.0.get(index(signal)).and_then(Place::get) {
            Some(below) if Trampoline::is_ours(&now) => below.action,
            _ => now,
        })
    }

    /// `sigaction`: returns what was there before. Where there are hooks ours is installed, even if foreign code had taken the signal
    /// over.
    pub(super) fn replace(&mut self, signal: Signum, action: &Action) -> Result<Action, Errno> {
        let before = self.query(signal)?;
        match self.below(signal) {
            None => sys::replace(signal, action),
            Some(below) => {
                below.set(signal, *action)?;
                Ok(before)
            }
        }
    }

    /// `siginterrupt`. Returns what was there before.
    pub(super) fn restart(&mut self, signal: Signum, restart: bool) -> Result<Action, Errno> {
        let (kernel, before) = (sys::query(signal)?, self.query(signal)?);
        let new = match self.below(signal) {
            Some(below) if Trampoline::is_ours(&kernel) => {
                below.restart = if restart { Restart::Yes } else { Restart::No };
                below.action = below.action.restarting(restart);
                below.dressed(signal)
            }
            _ => kernel.restarting(restart),
        };
        sys::replace(signal, &new)?;
        Ok(before)
    }

    /// The signal gets a hook, which is linked already: at the first one ours is installed.
    pub(super) fn add(&mut self, signal: Signum, chains: bool) -> Result<(), Errno> {
        let unchained = usize::from(!chains);
        if let Some(below) = self.below(signal) {
            below.unchained += unchained;
            below.chain(signal);
            return Ok(());
        }
        let mut below = Below::of(sys::query(signal)?, unchained);
        below.set(signal, below.action)?;
        if let Some(place) = self.0.get_mut(index(signal)) {
            *place = Place { is_hooked: true, below };
        }
        Ok(())
    }

    /// The signal loses a hook, which is linked still.
    pub(super) fn remove(&mut self, signal: Signum, chains: bool) {
        if let Some(below) = self.below(signal) {
            below.unchained -= usize::from(!chains);
            below.chain(signal);
        }
    }

    /// The signal loses its last hook, which is linked still. A delivery that is under way calls the foreign handler still.
    pub(super) fn remove_last(&mut self, signal: Signum) {
        let Some(place) = self.0.get_mut(index(signal)) else { return };
        let Place { is_hooked: true, below } = mem::replace(place, Place::NOTHING) else { return };
        if sys::query(signal).is_ok_and(|now| Trampoline::is_ours(&now)) {
            // It can not be refused: it stood there before.
            let _ = sys::replace(signal, &below.action);
        }
    }

    /// Puts what is below in the kernel, for the time after exec, which forgets handlers and keeps *ignore*.
    #[cfg(feature = "std")]
    pub(super) fn uncover_before_exec(&self) {
        for (signal, place) in Signal::all().zip(&self.0) {
            if let Some(below) = place.get()
                && sys::query(signal.signum()).is_ok_and(|now| Trampoline::is_ours(&now))
            {
                // It can not be refused: it stood there before.
                let _ = sys::replace(signal.signum(), &below.action);
            }
        }
    }
}

fn index(signal: Signum) -> usize {
    signal.get() as usize - 1
}

impl Below {
    const fn of(action: Action, unchained: usize) -> Self {
        Self { action, unchained, restart: Restart::Nothing }
    }

    /// What is below is another. The foreign handler is there before ours is installed to call it, and goes after a handler is tripped
    /// instead: at each moment a delivery has its receiver.
    fn set(&mut self, signal: Signum, action: Action) -> Result<(), Errno> {
        let earlier = Self::of(action, self.unchained);
        let ours = Trampoline::is_ours(&action);
        if !ours {
            sys::hand_over(signal, &action);
            earlier.chain(signal);
        }
        if let Err(errno) = sys::replace(signal, &earlier.dressed(signal)) {
            self.chain(signal);
            return Err(errno);
        }
        *self = earlier;
        self.chain(signal);
        Ok(())
    }

    /// The trampoline that does what is below, and the hooks before.
    fn dressed(&self, signal: Signum) -> Action {
        let dressed = match Trampoline::of(&self.action) {
            Some(ours) => ours.with_hooks().action().delivered_as(&self.action),
            None => self.hooks_alone(signal),
        };
        match self.restart {
            Restart::Nothing => dressed,
            Restart::Yes => dressed.restarting(true),
            Restart::No => dressed.restarting(false),
        }
    }

    /// No handler waits for a safe point: what the delivery interrupts need not know of it. Unless a foreign one has said otherwise.
    fn hooks_alone(&self, signal: Signum) -> Action {
        let fault = Signal::of(signal).is_fault();
        let hooks = if fault { Trampoline::FaultHooks } else { Trampoline::Hooks }.action();
        if self.action.is_default() {
            hooks.restarting(true)
        } else if self.action.is_ignore() {
            hooks.restarting(true).without_zombies()
        } else {
            hooks.delivered_as(&self.action)
        }
    }

    /// Whether a foreign handler is called first, and which. Never for a fault signal: a real fault is handed over anyway, and one that
    /// was sent would be taken for a real one, by std's handler among others.
    fn chain(&self, signal: Signum) {
        let foreign = !Trampoline::is_ours(&self.action) && !Signal::of(signal).is_fault();
        let called = if foreign && self.unchained == 0 { self.action } else { Action::DEFAULT };
        hook::set_earlier(signal, &called);
    }
}

/// The system as the core asks for it, where a signal may have hooks. Owner context, with the writers' lock held.
pub(super) struct Covered<'a> {
    unix: Unix,
    /// Taken out for the time of a call.
    hooked: Cell<Option<&'a mut Hooked>>,
}

impl<'a> Covered<'a> {
    pub(super) const fn new(unix: Unix, hooked: &'a mut Hooked) -> Self {
        Self { unix, hooked: Cell::new(Some(hooked)) }
    }
}

impl Kernel for Covered<'_> {
    type Foreign = Foreign;
    type Error = Error;

    fn set_disposition(
        &self,
        signal: Signum,
        new: &Disposition<(), Foreign>,
    ) -> Result<Disposition<(), Foreign>, Error> {
        let action = self.unix.action(new)?;
        let hooked = self.hooked.take();
        let replaced = match hooked {
            Some(hooked) => {
                let replaced = hooked.replace(signal, &action);
                self.hooked.set(Some(hooked));
                replaced
            }
            None => sys::replace(signal, &action), // it can not be: no call is inside another
        };
        replaced.map(Unix::classify).map_err(Error::system("sigaction"))
    }

    fn wake(&self) {
        self.unix.wake();
    }
}
