//! Why a sleep ended.

/// Why a sleep ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Woken {
    /// Somebody woke it, or the word was another when the sleep began.
    Changed,
    /// A signal handler ran on this thread.
    Interrupted,
    /// The deadline has passed.
    TimedOut,
}
