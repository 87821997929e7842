//! The child, and the orphans beside it.
//!
//! A child is running, or it is over: *running → over* by the one wait that tells of its end, after which its number is used no more.

use core::ffi::c_int;

use sigtrip::Signal;

use crate::system::{self, Failed, Waited};

/// Our own child. While this is used it was not waited for, so that its number means it.
#[derive(Clone, Copy)]
pub(crate) struct Child(c_int);

/// With what `init` is to end.
pub(crate) struct Ended(pub(crate) c_int);

/// What has become of the child.
pub(crate) enum News {
    /// It runs, or is stopped still.
    None,
    Stopped(Signal),
    Ended(Ended),
}

impl Child {
    /// Forks. In the child there is none.
    pub(crate) fn start() -> Result<Option<Self>, Failed> {
        let pid = system::fork()?;
        // In both, so that it is done whichever runs first. In the parent it is an error once the child has executed its program.
        system::lead_a_group(pid);
        Ok((pid != 0).then_some(Self(pid)))
    }

    pub(crate) const fn pid(self) -> c_int {
        self.0
    }

    /// Waits for all that is over, and tells of the child. If it has ended the orphans that had ended by then are buried too.
    pub(crate) fn news(self) -> News {
        let mut news = News::None;
        while let Some(waited) = system::wait_for_any() {
            news = match waited {
                Waited::Ended { pid, status } if pid == self.0 => News::Ended(Ended(status)),
                Waited::Stopped { pid, by } if pid == self.0 => News::Stopped(by),
                Waited::Ended { .. } | Waited::Stopped { .. } => news, // an orphan
            };
        }
        news
    }
}
