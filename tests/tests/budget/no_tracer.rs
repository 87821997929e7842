//! Where nobody can step: no child starts.

use crate::Count;

/// There is none.
pub(crate) enum Child {}

impl Child {
    pub(crate) fn start(_: &str, _: usize) -> Option<Self> {
        None
    }

    pub(crate) fn delivery(&mut self) -> Count {
        match *self {}
    }

    pub(crate) fn region(&mut self) -> Count {
        match *self {}
    }

    pub(crate) fn finish(self) {
        match self {}
    }
}
