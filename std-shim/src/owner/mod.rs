//! Owner context: ordinary code, on the thread that opened the session.
//!
//! What is here never runs in signal context. It may call `trip/`; `trip/` never calls it.

mod descriptor;
pub(crate) mod dispatch;
mod fork;
pub(crate) mod install;
mod kick;
pub(crate) mod send;
pub(crate) mod session;
pub(crate) mod shutdown;
mod table;
#[cfg(feature = "std")]
pub(crate) mod thread;
pub(crate) mod timer;
pub(crate) mod wait;
pub(crate) mod wakeup;
