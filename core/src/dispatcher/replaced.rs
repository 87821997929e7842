//! `Replaced`: what stood where a disposition was set, put together from what the kernel and the table say.

use crate::Disposition;

/// What [`Dispatcher::set_disposition`](crate::Dispatcher::set_disposition) replaced.
///
/// ```
/// # use sigtrip_core::{Dispatcher, Disposition, Kernel, OutOfRange, Signum};
/// # struct Nothing;
/// # impl Kernel for Nothing {
/// #     type Foreign = ();
/// #     type Error = OutOfRange;
/// #     fn set_disposition(&self, _: Signum, _: &Disposition<()>) -> Result<Disposition<()>, OutOfRange> {
/// #         Ok(Disposition::Default)
/// #     }
/// #     fn wake(&self) {}
/// # }
/// let signals = Dispatcher::<fn(Signum), 1>::new();
/// let int = Signum::new(2).unwrap();
/// signals.note_disposition(int, Disposition::Handler(|_| ())).unwrap();
/// let old = signals.set_disposition(&Nothing, int, Disposition::Ignore).unwrap();
/// assert_eq!(old.disposition, Disposition::Default); // so says the kernel
/// assert!(old.stale.is_some()); // and yet there was a handler of ours
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Replaced<H, F> {
    /// The earlier disposition, as the kernel had it. `Ignore` also where it was ours without a handler in the table, as
    /// when other code has put an older copy of ours back: a delivery did nothing then.
    pub disposition: Disposition<H, F>,
    /// A handler of ours that was in the table although the kernel's disposition was no longer ours: somebody else had
    /// replaced it. It is handed back so that whoever counts handlers can let it go.
    pub stale: Option<H>,
}

/// The kernel's word is the truth; the table adds which handler is ours.
pub(super) fn replaced<H, F>(before: Disposition<(), F>, entry: Disposition<H>) -> Replaced<H, F> {
    let handler = match entry {
        Disposition::Handler(handler) => Some(handler),
        Disposition::Default | Disposition::Ignore | Disposition::Foreign(()) => None,
    };
    match (before, handler) {
        (Disposition::Handler(()), Some(handler)) => {
            Replaced { disposition: Disposition::Handler(handler), stale: None }
        }
        (Disposition::Default, stale) => Replaced { disposition: Disposition::Default, stale },
        // Ours without a handler: a delivery trips the signal and nothing runs. That is to ignore it.
        (Disposition::Handler(()) | Disposition::Ignore, stale) => {
            Replaced { disposition: Disposition::Ignore, stale }
        }
        (Disposition::Foreign(foreign), stale) => {
            Replaced { disposition: Disposition::Foreign(foreign), stale }
        }
    }
}
