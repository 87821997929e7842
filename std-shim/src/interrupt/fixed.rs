//! What an interrupt carries where there is no heap.

/// Any error that lives as long as the program.
pub type Cause = &'static (dyn core::error::Error + Send + Sync);

/// A message for standard error.
pub type Message = &'static str;
