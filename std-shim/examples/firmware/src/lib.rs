//! sigtrip-core on a Cortex-M: exceptions and interrupts are signal context, the main loop is the owner.
//!
//! An exception's number is its `Signum`: 15 is SysTick, 16 the first interrupt line; 256 numbers are eight words. Nothing
//! here needs an operating system, a heap, or more of the core than any other program uses.
#![no_std]

#[cfg(feature = "broken-take")]
mod broken;
mod nvic;
mod panic;

#[cfg(feature = "broken-take")]
pub use broken::Broken as Dispatcher;
pub use nvic::{Nvic, line, number};
#[cfg(not(feature = "broken-take"))]
pub use sigtrip_core::Dispatcher;

/// The words of a bitmap that holds every exception number there can be: 1 to 256.
pub const WORDS: usize = 256 / sigtrip_core::WORD_BITS;
