//! `Instance`: one receiver of signals, with its hooks, as its owner sees it. Any thread may use it.
//!
//! For each signal a *slot* says how far it is:
//!
//! - *empty* → *coming*: whoever adds the signal, so that of several who do at once one registers the hook and the others wait;
//! - *coming* → *here*: the same, as the hook is linked; back to empty if it can not be;
//! - *here* → *empty*: whoever removes the signal, as the hook is unlinked; all are, when the instance *retires*.
//!
//! Slots are changed with the writers' lock held, and with *here* comes and goes the hook, so that no fork sees the one without the
//! other. In the child of a fork what is coming is empty: who added it is not there.
//!
//! What can not happen: a hook that outlives its instance, but in the child of a fork that came while another thread retired it; two hooks of
//! one instance for one signal.

use core::time::Duration;
use std::{
    boxed::Box,
    sync::{Arc, OnceLock, atomic::AtomicBool, atomic::Ordering},
};

use sigtrip_core::Armed;

use super::{
    hooks::{self, HookId, HookOptions, register_noted, unregister_chosen, unregister_hook},
    instances, session,
    table::Table,
    wait::Wait,
};
use crate::{
    Error, Frame, Interrupt, SigInfo, Signal, SignalSet,
    sys::{self, OwnedWake, WakeEnds, Woken},
    trip::{Inbox, Ring},
};

pub(crate) struct Instance {
    inbox: Inbox,
    ring: Option<Box<Ring>>,
    /// Locked with the writers' lock held alone, so that no fork finds it held.
    slots: spin::Mutex<[Slot; sys::SIGNAL_MAX as usize]>,
    retired: AtomicBool,
    /// Filled with the writers' lock held, for the same reason.
    descriptor: OnceLock<Arc<OwnedWake>>,
    /// Of the task that waits for the next signal. Locked as the slots are.
    #[cfg(feature = "async")]
    waker: spin::Mutex<Option<std::task::Waker>>,
}

/// See the file's head.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Slot {
    Empty,
    Coming,
    Here(HookId),
}

impl Slot {
    /// Coming, if it was empty. Returns what it was.
    fn claim(&mut self) -> Self {
        let old = *self;
        if old == Self::Empty {
            *self = Self::Coming;
        }
        old
    }

    /// Empty, and which hook it had. What is coming stays.
    fn leave(&mut self) -> Option<HookId> {
        match *self {
            Self::Here(id) => {
                *self = Self::Empty;
                Some(id)
            }
            Self::Empty | Self::Coming => None,
        }
    }
}

impl Instance {
    /// With these signals, and with records or without.
    pub(crate) fn new(signals: SignalSet, recorded: bool) -> Result<Arc<Self>, Error> {
        let instance = Arc::new(Self {
            inbox: Inbox::new(),
            ring: recorded.then(|| Box::new(Ring::new())),
            slots: spin::Mutex::new([Slot::Empty; sys::SIGNAL_MAX as usize]),
            retired: AtomicBool::new(false),
            descriptor: OnceLock::new(),
            #[cfg(feature = "async")]
            waker: spin::Mutex::new(None),
        });
        instances::enlist(&instance);
        match signals.iter().try_for_each(|signal| instance.add(signal)) {
            Ok(()) => Ok(instance),
            Err(error) => {
                instance.retire();
                Err(error)
            }
        }
    }

    pub(crate) const fn inbox(&self) -> &Inbox {
        &self.inbox
    }

    pub(crate) fn ring(&self) -> Option<&Ring> {
        self.ring.as_deref()
    }

    /// Signal context.
    fn deliver(&self, info: &SigInfo) {
        let signal = info.signal().signum();
        match &self.ring {
            Some(ring) => self.inbox.deliver_recorded(signal, ring, info.raw()),
            None => self.inbox.deliver(signal),
        }
    }

    /// Receives this signal too, if it does not yet.
    pub(crate) fn add(self: &Arc<Self>, signal: Signal) -> Result<(), Error> {
        hooks::check(signal)?; // a hook, which must not wait, among others
        hooks::check_no_fault(signal)?;
        if !self.claim(signal)? {
            return Ok(());
        }
        let (receiver, mut open) = (Arc::clone(self), Ok(()));
        let linked = |id| open = self.settle(signal, id);
        // SAFETY: `deliver` is async-signal-safe: what it calls is of `trip/`.
        #[allow(unsafe_code)]
        let registered =
            unsafe { register_noted(signal, HookOptions::new(), move |info| receiver.deliver(info), linked) };
        match (registered, open) {
            (Ok(_), Ok(())) => Ok(()),
            (Ok(id), Err(closed)) => {
                unregister_hook(id);
                Err(closed)
            }
            (Err(error), _) => {
                self.change(signal, |slot| *slot = Slot::Empty);
                Err(error)
            }
        }
    }

    /// Whether the caller is to register the hook: nobody has.
    fn claim(&self, signal: Signal) -> Result<bool, Error> {
        for times in 0.. {
            self.check_open()?;
            match self.change(signal, Slot::claim) {
                Slot::Here(_) => break,
                Slot::Empty => return Ok(true),
                Slot::Coming => sys::rest(times),
            }
        }
        Ok(false)
    }

    /// The hook is registered. The writers' lock is held.
    fn settle(&self, signal: Signal, id: HookId) -> Result<(), Error> {
        let open = self.check_open();
        self.slots.lock()[index(signal)] = if open.is_ok() { Slot::Here(id) } else { Slot::Empty };
        open
    }

    fn check_open(&self) -> Result<(), Error> {
        // Acquire: pairs with the Release in `retire`.
        let retired = self.retired.load(Ordering::Acquire);
        if retired || self.inbox.is_closed() { Err(Error::Closed) } else { Ok(()) }
    }

    /// Receives this signal no more; what is pending stays. Returns whether it did.
    pub(crate) fn remove(&self, signal: Signal) -> bool {
        unregister_chosen(|| self.slots.lock()[index(signal)].leave())
    }

    fn change<T>(&self, signal: Signal, how: impl FnOnce(&mut Slot) -> T) -> T {
        let _table = Table::lock();
        how(&mut self.slots.lock()[index(signal)])
    }

    /// The signals that it receives.
    pub(crate) fn signals(&self) -> SignalSet {
        let _table = Table::lock();
        let slots = self.slots.lock();
        Signal::all()
            .zip(slots.iter())
            .filter(|(_, slot)| matches!(slot, Slot::Here(_)))
            .map(|it| it.0)
            .collect()
    }

    /// Receives nothing more: every disposition is given back that is not wanted otherwise. Waits end.
    pub(crate) fn retire(self: &Arc<Self>) {
        let table = Table::lock();
        // Release: pairs with the Acquire in `check_open`; who adds a signal looks again with the lock held.
        self.retired.store(true, Ordering::Release);
        #[cfg(feature = "async")]
        let waker = self.take_waker(&table); // a handle may live on: what it would keep is the executor's
        drop(table);
        #[cfg(feature = "async")]
        drop(waker);
        for signal in &self.signals() {
            self.remove(signal);
        }
        self.inbox.close();
        instances::strike(self);
    }

    /// Waits until something is pending or it is closed. On the owner's thread handlers run meanwhile.
    pub(crate) fn wait(&self, deadline: Option<Duration>, frame: Frame) -> Result<(), Interrupt> {
        if session::is_owner() {
            let wait = Wait::new(frame).until(deadline);
            wait.for_event(|| self.inbox.is_ready_or_armed())?;
            return Ok(());
        }
        while !self.inbox.is_ready_or_armed() {
            if sys::sleep_on(self.inbox.word(), Armed::ARMED, deadline) == Woken::TimedOut {
                break;
            }
        }
        Ok(())
    }

    /// The descriptor that is readable while something is pending, made at the first call.
    pub(crate) fn descriptor(&self) -> Result<Arc<OwnedWake>, Error> {
        if let Some(made) = self.descriptor.get() {
            return Ok(Arc::clone(made));
        }
        let new = Arc::new(OwnedWake::new().map_err(Error::system(sys::WAKE_CALL))?);
        let table = Table::lock();
        let descriptor = Arc::clone(self.descriptor.get_or_init(|| Arc::clone(&new)));
        self.inbox.wake_by(descriptor.ends());
        drop(table);
        self.inbox.settle();
        Ok(descriptor)
    }

    /// This task is to be woken when something comes. The caller arms the inbox after this, and looks.
    #[cfg(feature = "async")]
    pub(crate) fn set_waker(&self, waker: &std::task::Waker) {
        let new = waker.clone(); // the executor's code, as its drop is: with no lock held
        let table = Table::lock();
        let old = self.waker.lock().replace(new);
        drop(table);
        drop(old);
    }

    /// The caller wakes it, with the lock released.
    #[cfg(feature = "async")]
    pub(super) fn take_waker(&self, _locked: &Table) -> Option<std::task::Waker> {
        self.waker.lock().take()
    }

    /// In the child of a fork.
    pub(super) fn inherit(&self) {
        for slot in &mut *self.slots.lock() {
            if *slot == Slot::Coming {
                *slot = Slot::Empty;
            }
        }
        if let Some(ring) = &self.ring {
            ring.forget();
        }
        self.inbox.forget(self.descriptor.get().map(|it| it.ends()).filter(|&ends| renewed(ends)));
    }
}

/// Makes these numbers, which stand for the parent's descriptor, stand for one of the child's own; whether that could be done.
fn renewed(ends: WakeEnds) -> bool {
    let Ok(new) = sys::new_wake_descriptor() else {
        // Else the child would read its parent's wakes, and write others.
        let _ = sys::point_nowhere(ends.read);
        let _ = sys::point_nowhere(ends.write);
        return false;
    };
    let done = [(new.read, ends.read), (new.write, ends.write)]
        .map(|(new, old)| sys::duplicate_onto(new, old).is_ok());
    sys::close_ends(new);
    done == [true; 2]
}

fn index(signal: Signal) -> usize {
    signal.signum().get() as usize - 1
}
