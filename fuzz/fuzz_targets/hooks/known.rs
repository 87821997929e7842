//! One signal, as the oracle sees it: what the kernel calls, what is below the hooks, and their list.

use arbitrary::Arbitrary;

#[derive(Arbitrary, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Raw {
    Default,
    Ignore,
    /// One of two.
    Foreign(bool),
}

/// What is done with a signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Done {
    Raw(Raw),
    Handler,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hook {
    Closure { key: usize, chain: bool, once: bool },
    Iterator(usize),
}

/// One signal, as the oracle sees it.
pub(crate) struct Known {
    /// `None`: it calls the library.
    pub(crate) kernel: Option<Raw>,
    pub(crate) below: Done,
    pub(crate) hooks: Vec<Hook>,
    /// Of the session: what its table says, what was there before, whether it is to be recorded.
    pub(crate) table: Done,
    pub(crate) earlier: Option<Done>,
    pub(crate) recorded: bool,
    pub(crate) pending: bool,
}

impl Known {
    pub(crate) fn new() -> Self {
        let nothing = Done::Raw(Raw::Default);
        Self {
            kernel: Some(Raw::Default),
            below: nothing,
            hooks: Vec::new(),
            table: nothing,
            earlier: None,
            recorded: false,
            pending: false,
        }
    }

    /// What is done with it, apart from hooks.
    pub(crate) fn done(&self) -> Done {
        match self.kernel {
            Some(raw) => Done::Raw(raw),
            None if self.hooks.is_empty() => Done::Handler,
            None => self.below,
        }
    }

    pub(crate) fn set(&mut self, new: Done) {
        if !self.hooks.is_empty() {
            self.below = new;
            self.kernel = None;
        } else if let Done::Raw(raw) = new {
            self.kernel = Some(raw);
        } else {
            self.kernel = None;
        }
    }

    pub(crate) fn add(&mut self, hook: Hook) {
        if self.hooks.is_empty() {
            self.below = self.done();
            self.kernel = None;
        }
        self.hooks.push(hook);
    }

    pub(crate) fn remove(&mut self, hook: impl Fn(&Hook) -> bool) -> Option<Hook> {
        let place = self.hooks.iter().position(hook)?;
        let gone = self.hooks.remove(place);
        if self.hooks.is_empty() && self.kernel.is_none() {
            let below = self.below;
            self.set(below);
        }
        Some(gone)
    }

    pub(crate) fn chained(&self) -> Option<bool> {
        let alone = |hook: &Hook| matches!(hook, Hook::Closure { chain: false, .. });
        let chains = !self.hooks.is_empty() && !self.hooks.iter().any(alone);
        match self.below {
            Done::Raw(Raw::Foreign(which)) if chains => Some(which),
            _ => None,
        }
    }
}
