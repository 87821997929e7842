//! Hooks, iterators, records and sessions against a naive oracle: they come and go in any order, beside foreign code that calls
//! `sigaction` when it likes, and signals are delivered between.
//!
//! The oracle has for each signal what the kernel calls, what is below the hooks, and the list of the hooks. What it holds the library to:
//! a delivery runs a foreign handler first where it is to be chained, then each hook once, in the order of registration, and trips its handler;
//! each iterator gives what came to it and no more, with records each delivery in order; `getsignal` and `kernel_disposition` say
//! what is so; what a session changed is given back, and what the last hook covered, unless foreign code has come between; an id is good once;
//! and each closure is dropped once, when it must be.
#![no_main]

#[path = "hooks/known.rs"]
mod known;
#[path = "hooks/outside.rs"]
mod outside;

use std::sync::atomic::Ordering::Relaxed; // one thread

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use sigtrip::{
    Disposition, HookId, HookOptions, KernelDisposition, Options, RecordOptions, Session, Signal, SignalSet,
    Signals, check_signals, getsignal, init_with, kernel_disposition, on, record, register_hook_with, signal,
    signals::Received, take_records, unregister_hook,
};

use known::{Done, Hook, Known, Raw};
use outside::{Called, DROPS, Dropped, HANDLED, IDS, LOGGED, log, raise, sigaction, take_log};

/// Their default action does nothing.
const SIGNALS: [Signal; 3] = [Signal::CONT, Signal::URG, Signal::WINCH];
/// So many hooks one input may register.
const MOST: usize = 64;

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Op {
    Register {
        which: u8,
        chain: bool,
        once: bool,
    },
    /// Any that was ever registered.
    Unregister(u8),
    Foreign(u8, Raw),
    Raise(u8),
    Open,
    Close,
    On(u8),
    Set(u8, Raw),
    Dispatch,
    Record(u8, bool),
    TakeRecords,
    Iterate {
        set: u8,
        recorded: bool,
    },
    Receive(u8),
    Add(u8, u8),
    Remove(u8, u8),
    Retire(u8),
}

enum AnySignals {
    Plain(Signals),
    Recorded(Signals<Received>),
}

struct Receiver {
    iterator: AnySignals,
    /// In the order in which they came.
    came: Vec<Signal>,
}

#[derive(Default)]
struct World {
    known: Vec<Known>,
    session: Option<Session>,
    ids: Vec<HookId>,
    /// Of each closure: whether it was unregistered, and whether it is freed then only by the next who comes.
    gone: Vec<bool>,
    orphans: Vec<usize>,
    dropped: Vec<usize>,
    receivers: Vec<Option<Receiver>>,
    records: Vec<Signal>,
    handled: [usize; 3],
}

fn place(which: u8) -> usize {
    usize::from(which) % SIGNALS.len()
}

impl World {
    fn run(&mut self, op: Op) {
        match op {
            Op::Register { which, chain, once } => self.register(place(which), chain, once),
            Op::Unregister(which) => self.unregister(usize::from(which)),
            Op::Foreign(which, raw) => {
                sigaction(SIGNALS[place(which)], raw);
                self.known[place(which)].kernel = Some(raw);
            }
            Op::Raise(which) => self.raise(place(which)),
            Op::Open => self.open(),
            Op::Close => self.close(),
            Op::On(which) => self.on(place(which)),
            Op::Set(which, raw) => self.set(place(which), raw),
            Op::Dispatch => self.dispatch(),
            Op::Record(which, asked) => self.record(place(which), asked),
            Op::TakeRecords => self.take_records(),
            Op::Iterate { set, recorded } => self.iterate(set, recorded),
            Op::Receive(which) => self.receive(usize::from(which)),
            Op::Add(which, signal) => self.add(usize::from(which), place(signal)),
            Op::Remove(which, signal) => self.remove(usize::from(which), place(signal)),
            Op::Retire(which) => self.retire(usize::from(which)),
        }
        self.check();
    }

    fn register(&mut self, which: usize, chain: bool, once: bool) {
        let key = self.ids.len();
        if key == MOST {
            return;
        }
        let dropped = Dropped(key);
        let hook = move |_: &sigtrip::SigInfo| {
            let Dropped(key) = &dropped;
            log(Called::Hook(*key));
            if once && let Some(id) = IDS[*key].try_lock().ok().and_then(|mut id| id.take()) {
                assert!(unregister_hook(id));
            }
        };
        // SAFETY: the signals of this target are all delivered by `raise`, from ordinary code; what it does is async-signal-safe but
        // for a lock that nobody holds then.
        let id = unsafe { register_hook_with(SIGNALS[which], HookOptions::new().chain(chain), hook) };
        let id = id.expect("it can have a hook");
        *IDS[key].lock().expect("nobody panics with it") = Some(id);
        self.ids.push(id);
        self.gone.push(false);
        self.known[which].add(Hook::Closure { key, chain, once });
        self.free_orphans();
    }

    fn free_orphans(&mut self) {
        for key in self.orphans.drain(..) {
            self.dropped[key] += 1;
        }
    }

    fn unregister(&mut self, which: usize) {
        if self.ids.is_empty() {
            return;
        }
        let key = which % self.ids.len();
        let there = !std::mem::replace(&mut self.gone[key], true);
        assert_eq!(unregister_hook(self.ids[key]), there, "an id is good once");
        if there {
            let it = |hook: &Hook| matches!(hook, Hook::Closure { key: k, .. } if *k == key);
            assert!(self.known.iter_mut().find_map(|known| known.remove(it)).is_some());
            self.dropped[key] += 1;
            self.free_orphans();
        }
    }

    fn raise(&mut self, which: usize) {
        raise(SIGNALS[which]);
        let (called, know) = (take_log(), &mut self.known[which]);
        match know.kernel {
            Some(Raw::Foreign(which)) => assert_eq!(called, [Called::Foreign(which)]),
            Some(_) => assert_eq!(called, []),
            None => self.delivered(which, &called),
        }
    }

    fn delivered(&mut self, which: usize, called: &[Called]) {
        let known = &mut self.known[which];
        let mut expected: Vec<_> = known.chained().map(Called::Foreign).into_iter().collect();
        let handler = known.done() == Done::Handler;
        for hook in known.hooks.clone() {
            match hook {
                Hook::Closure { key, once, .. } => {
                    expected.push(Called::Hook(key));
                    if once {
                        self.gone[key] = true;
                        self.orphans.push(key);
                        known.remove(|it| *it == hook);
                    }
                }
                Hook::Iterator(number) => {
                    let receiver = self.receivers[number].as_mut().expect("its hooks go with it");
                    receiver.came.push(SIGNALS[which]);
                }
            }
        }
        assert_eq!(called, expected);
        if handler {
            known.pending = true;
            if known.recorded {
                self.records.push(SIGNALS[which]);
            }
        }
    }

    fn open(&mut self) {
        if self.session.is_none() {
            self.session = Some(init_with(Options::untouched()).expect("there is none"));
            for known in &mut self.known {
                (known.table, known.earlier, known.recorded) = (Done::Raw(Raw::Default), None, false);
            }
        }
    }

    fn close(&mut self) {
        if let Some(session) = self.session.take() {
            drop(session);
            self.handled();
            self.records.clear();
            for known in &mut self.known {
                let now = known.done();
                let still = now == Done::Handler
                    || now == known.table && matches!(now, Done::Raw(Raw::Default | Raw::Ignore));
                if let Some(earlier) = known.earlier.take()
                    && still
                    && now != earlier
                {
                    known.set(earlier);
                }
            }
        }
    }

    /// What is pending has been.
    fn handled(&mut self) {
        for (known, handled) in self.known.iter_mut().zip(&mut self.handled) {
            *handled += usize::from(std::mem::take(&mut known.pending));
        }
    }

    fn on(&mut self, which: usize) {
        let replaced = on(SIGNALS[which], move |_| {
            HANDLED[which].fetch_add(1, Relaxed);
        });
        self.replaced(which, Done::Handler, replaced.is_ok());
    }

    fn set(&mut self, which: usize, raw: Raw) {
        let new = match raw {
            Raw::Default => Disposition::Default,
            Raw::Ignore | Raw::Foreign(_) => Disposition::Ignore,
        };
        let raw = if new == Disposition::Default { Raw::Default } else { Raw::Ignore };
        let replaced = signal(SIGNALS[which], new);
        self.replaced(which, Done::Raw(raw), replaced.is_ok());
    }

    fn replaced(&mut self, which: usize, new: Done, replaced: bool) {
        assert_eq!(replaced, self.session.is_some());
        if replaced {
            self.handled();
            let known = &mut self.known[which];
            known.earlier.get_or_insert(known.done());
            known.table = new;
            known.set(new);
        }
    }

    fn dispatch(&mut self) {
        check_signals().expect("no handler fails");
        if self.session.is_some() {
            self.handled();
        }
    }

    fn record(&mut self, which: usize, asked: bool) {
        let options = asked.then(RecordOptions::new);
        assert_eq!(record(SIGNALS[which], options).is_ok(), self.session.is_some());
        if self.session.is_some() {
            self.known[which].recorded = asked;
        }
    }

    fn take_records(&mut self) {
        let Ok(records) = take_records() else { return assert!(self.session.is_none()) };
        let records: Vec<_> = records.map(|record| record.signal()).collect();
        assert_eq!(records, std::mem::take(&mut self.records));
    }

    fn iterate(&mut self, set: u8, recorded: bool) {
        if self.receivers.len() == 16 {
            return;
        }
        let chosen = || (0..SIGNALS.len()).filter(|which| set >> which & 1 != 0);
        let signals: SignalSet = chosen().map(|which| SIGNALS[which]).collect();
        let iterator = if recorded {
            AnySignals::Recorded(Signals::with_records(signals).expect("they can be received"))
        } else {
            AnySignals::Plain(Signals::new(signals).expect("they can be received"))
        };
        if chosen().next().is_some() {
            self.free_orphans();
        }
        let number = self.receivers.len();
        self.receivers.push(Some(Receiver { iterator, came: Vec::new() }));
        chosen().for_each(|which| self.known[which].add(Hook::Iterator(number)));
    }

    fn receiver(&mut self, which: usize) -> Option<(usize, &mut Receiver)> {
        let number = which.checked_rem(self.receivers.len())?;
        Some((number, self.receivers[number].as_mut()?))
    }

    fn receive(&mut self, which: usize) {
        let Some((_, receiver)) = self.receiver(which) else { return };
        let mut came = std::mem::take(&mut receiver.came);
        let received: Vec<_> = match &receiver.iterator {
            AnySignals::Plain(signals) => {
                came.sort_by_key(|signal| signal.number());
                came.dedup();
                signals.pending().collect()
            }
            AnySignals::Recorded(signals) => signals.pending().map(|received| received.signal()).collect(),
        };
        assert_eq!(received, came);
    }

    fn add(&mut self, which: usize, signal: usize) {
        let Some((number, receiver)) = self.receiver(which) else { return };
        receiver.iterator.handle().add_signal(SIGNALS[signal]).expect("it can be received");
        if !self.known[signal].hooks.contains(&Hook::Iterator(number)) {
            self.known[signal].add(Hook::Iterator(number));
            self.free_orphans();
        }
    }

    fn remove(&mut self, which: usize, signal: usize) {
        let Some((number, receiver)) = self.receiver(which) else { return };
        let removed = receiver.iterator.handle().remove_signal(SIGNALS[signal]);
        let was = self.known[signal].remove(|hook| *hook == Hook::Iterator(number)).is_some();
        assert_eq!(removed, was);
        if was {
            self.free_orphans();
        }
    }

    fn retire(&mut self, which: usize) {
        let Some((number, _)) = self.receiver(which) else { return };
        self.receivers[number] = None;
        let gone = |known: &mut Known| known.remove(|hook| *hook == Hook::Iterator(number)).is_some();
        let hooks = self.known.iter_mut().filter_map(|known| gone(known).then_some(())).count();
        if hooks > 0 {
            self.free_orphans();
        }
    }

    fn check(&self) {
        for (known, signal) in self.known.iter().zip(SIGNALS) {
            let kernel = kernel_disposition(signal).expect("it is told");
            match known.kernel {
                None => assert_eq!(kernel, KernelDisposition::Ours),
                Some(Raw::Default) => assert_eq!(kernel, KernelDisposition::Default),
                Some(Raw::Ignore) => assert_eq!(kernel, KernelDisposition::Ignore),
                Some(Raw::Foreign(_)) => assert!(matches!(kernel, KernelDisposition::Foreign(_))),
            }
            let told = getsignal(signal).expect("it is told");
            match known.done() {
                Done::Handler => assert!(matches!(told, Disposition::Handler(_)), "{told:?}"),
                Done::Raw(Raw::Default) => assert_eq!(told, Disposition::Default),
                Done::Raw(Raw::Ignore) => assert_eq!(told, Disposition::Ignore),
                Done::Raw(Raw::Foreign(_)) => assert!(matches!(told, Disposition::Foreign(_)), "{told:?}"),
            }
        }
        assert!(DROPS.iter().map(|drops| drops.load(Relaxed)).eq(self.dropped.iter().copied()), "dropped");
        assert!(HANDLED.iter().map(|handled| handled.load(Relaxed)).eq(self.handled), "handled");
    }

    /// Everything goes, and nothing is left.
    fn end(mut self) {
        self.close();
        self.check();
        (0..self.receivers.len()).for_each(|number| self.retire(number));
        (0..self.ids.len()).for_each(|key| self.unregister(key));
        self.check();
        if !self.orphans.is_empty() {
            // They are freed by the next who comes.
            drop(Signals::new(SIGNALS[0]).expect("it can be received"));
            self.free_orphans();
        }
        assert!(
            DROPS.iter().take(self.ids.len()).all(|drops| drops.load(Relaxed) == 1),
            "each is dropped once"
        );
    }
}

impl AnySignals {
    fn handle(&self) -> sigtrip::signals::Handle {
        match self {
            Self::Plain(signals) => signals.handle(),
            Self::Recorded(signals) => signals.handle(),
        }
    }
}

fn clean() {
    for signal in SIGNALS {
        sigaction(signal, Raw::Default);
    }
    LOGGED.store(0, Relaxed);
    DROPS.iter().chain(&HANDLED).for_each(|number| number.store(0, Relaxed));
}

fuzz_target!(|ops: Vec<Op>| {
    clean();
    let mut world = World {
        known: SIGNALS.iter().map(|_| Known::new()).collect(),
        dropped: vec![0; MOST],
        ..World::default()
    };
    for op in ops {
        world.run(op);
    }
    world.end();
});
