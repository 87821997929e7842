//! Who has a signal in the kernel, asked now.

use crate::{Error, Foreign, Signal, sys, trip::Unix};

/// What the kernel does with a signal: what [`kernel_disposition`] returns.
///
/// ```
/// use sigtrip::{KernelDisposition, Signal, kernel_disposition};
///
/// match kernel_disposition(Signal::SEGV)? {
///     KernelDisposition::Foreign(handler) => println!("std's own, at {:#x?}", handler.address()),
///     other => println!("{other:?}"),
/// }
/// # Ok::<(), sigtrip::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KernelDisposition {
    /// The system's default action.
    Default,
    /// It is ignored.
    Ignore,
    /// It calls this copy of the library: for a handler, for hooks, or for both.
    Ours,
    /// It calls somebody else.
    Foreign(Foreign),
}

/// What the kernel does with a signal at this moment, whoever has set it: whether our handler or hooks are still reached, or who has taken
/// the signal over.
///
/// Where [`getsignal`](crate::getsignal) says what is done with a signal apart from its hooks, this says who is called. Nothing is
/// changed. Either context: async-signal-safe.
///
/// # Errors
///
/// [`Error::Reserved`] for a number that libc keeps, of which the system does not tell.
///
/// ```
/// use std::sync::atomic::AtomicUsize;
/// use sigtrip::{KernelDisposition, Signal, hooks::{self, Ready}, kernel_disposition, unregister_hook};
///
/// static TIMES: AtomicUsize = AtomicUsize::new(0);
/// static COUNT: Ready = Ready::count(&TIMES);
///
/// let id = hooks::register(Signal::USR1, &COUNT)?;
/// assert_eq!(kernel_disposition(Signal::USR1)?, KernelDisposition::Ours);
/// unregister_hook(id);
/// assert_eq!(kernel_disposition(Signal::USR1)?, KernelDisposition::Default);
/// # Ok::<(), sigtrip::Error>(())
/// ```
pub fn kernel_disposition(signal: Signal) -> Result<KernelDisposition, Error> {
    if signal.is_reserved() {
        return Err(Error::Reserved(signal));
    }
    let action = sys::query(signal.signum()).map_err(Error::system("sigaction"))?;
    Ok(match Unix::classify(action) {
        sigtrip_core::Disposition::Default => KernelDisposition::Default,
        sigtrip_core::Disposition::Ignore => KernelDisposition::Ignore,
        sigtrip_core::Disposition::Handler(()) => KernelDisposition::Ours,
        sigtrip_core::Disposition::Foreign(foreign) => KernelDisposition::Foreign(foreign),
    })
}
