//! Owner context: ordinary code, on the thread that opened the session.
//!
//! What is here never runs in signal context. It may call `trip/`; `trip/` never calls it.

#[cfg_attr(
    all(not(sigtrip_posix), any(target_os = "linux", target_os = "android")),
    path = "accept_by_descriptor.rs"
)]
#[cfg_attr(
    any(sigtrip_posix, not(any(target_os = "linux", target_os = "android"))),
    path = "accept_by_call.rs"
)]
mod accepting;
#[cfg(feature = "capi")]
pub(crate) mod c_functions;
#[cfg(feature = "std")]
pub(crate) mod channel;
#[cfg(feature = "std")]
pub(crate) mod child;
mod descriptor;
pub(crate) mod dispatch;
#[cfg(feature = "std")]
pub(crate) mod exec;
mod fork;
mod give_back;
#[cfg(feature = "async")]
pub(crate) mod helper;
mod hooked;
pub(crate) mod hooks;
pub(crate) mod install;
#[cfg(feature = "std")]
pub(crate) mod instance;
#[cfg(feature = "std")]
pub(crate) mod instances;
pub(crate) mod kernel;
mod kick;
#[cfg(feature = "std")]
pub(crate) mod line;
pub(crate) mod mask;
pub(crate) mod on_descriptors;
#[cfg(all(feature = "std", any(target_os = "linux", target_os = "android")))]
pub(crate) mod pidfd;
#[cfg(feature = "std")]
pub(crate) mod poll;
#[cfg(feature = "std")]
pub(crate) mod pthread_kill;
pub(crate) mod record;
mod report;
#[cfg(feature = "std")]
pub(crate) mod retry;
pub(crate) mod send;
pub(crate) mod session;
pub(crate) mod shutdown;
pub(crate) mod siginterrupt;
pub(crate) mod sigwait;
mod table;
#[cfg(feature = "std")]
pub(crate) mod thread;
pub(crate) mod timer;
pub(crate) mod wait;
pub(crate) mod wakeup;
