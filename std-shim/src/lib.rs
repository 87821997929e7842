//! Safe Unix signals.
#![cfg_attr(not(any(feature = "std", test)), no_std)]
#![deny(unsafe_code)]

#[cfg(windows)]
compile_error!(
    "sigtrip is for Unix signals, which Windows does not have; for Ctrl-C there use the `ctrlc` crate or `tokio::signal`"
);
#[cfg(all(unix, not(any(target_os = "linux", target_os = "android"))))]
compile_error!(
    "sigtrip's system layer is written for Linux so far; macOS and the BSDs are not supported yet"
);

mod error;
mod frame;
mod handler;
mod interrupt;
mod owner;
pub mod python;
#[cfg(feature = "std")]
mod run;
mod signal;
mod sys;
mod trip;

pub use error::Error;
pub use frame::Frame;
pub use handler::{Delivery, Disposition, Handler, Outcome};
pub use interrupt::{Cause, Interrupt, Message};
pub use owner::{
    dispatch::check_signals,
    install::{getsignal, on, signal},
    send::{kill, raise_signal},
    session::{Options, Session, init, init_with},
    shutdown::{ShutdownFlag, shutdown_flag},
    timer::alarm,
    wait::{pause, pause_for, sleep},
};
#[cfg(feature = "std")]
pub use owner::{
    thread::{JoinHandle, spawn, spawn_with},
    wait::sleep_until,
};
pub use python::default_int_handler;
#[cfg(feature = "std")]
pub use run::run;
pub use signal::{DefaultAction, Name, ParseSignalError, Signal};
pub use sys::Errno;
pub use trip::Foreign;
