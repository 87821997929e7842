//! The body that ships: `core::sync::atomic`.

pub(crate) use core::sync::atomic::{AtomicPtr, AtomicU32, AtomicUsize, Ordering};
