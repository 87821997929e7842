//! `Handler`, `Delivery`, `Outcome`: what runs at a safe point.
//!
//! A [`Handler`] is one machine word, so that the table can hold it: a pointer to a header which says how to call, copy
//! and free what stands behind it. Two kinds stand behind it:
//!
//! - a function or a closure that captures nothing has no data: its header is a constant of the program, never freed;
//! - (std) a closure with data is on the heap with its header, and counted.
//!
//! `boxed.rs` (std) and `fixed.rs` say what [`Handler::new`] accepts. What can not happen: a handler that is freed
//! while it runs, although it replaces itself. Whoever calls it holds a `Handler` of his own, which counts.

#![allow(unsafe_code)] // a one-word handler is a pointer with its own table of functions

#[cfg_attr(feature = "std", path = "boxed.rs")]
#[cfg_attr(not(feature = "std"), path = "fixed.rs")]
mod body;
mod delivery;

pub use delivery::Delivery;

use core::{any::type_name, fmt, ptr::NonNull};

use crate::{
    Foreign, Interrupt,
    trip::{Trampoline, Word, parts},
};

/// What a handler may return: nothing, or whether it failed.
///
/// ```
/// use sigtrip::{Interrupt, Outcome};
///
/// assert!(().into_result().is_ok());
/// assert!(Err(Interrupt::exit(1)).into_result().is_err());
/// ```
pub trait Outcome {
    /// Whether it failed.
    ///
    /// # Errors
    ///
    /// What the handler failed with.
    fn into_result(self) -> Result<(), Interrupt>;
}

impl Outcome for () {
    fn into_result(self) -> Result<(), Interrupt> {
        Ok(())
    }
}

/// The type `!`, which has no name of its own yet, as what `fn() -> !` returns.
mod never {
    pub trait Returns {
        type Output;
    }

    impl<T> Returns for fn() -> T {
        type Output = T;
    }
}

/// A handler that never returns: `|_| std::process::exit(1)`.
impl Outcome for <fn() -> ! as never::Returns>::Output {
    fn into_result(self) -> Result<(), Interrupt> {
        self
    }
}

impl Outcome for Result<(), Interrupt> {
    fn into_result(self) -> Result<(), Interrupt> {
        self
    }
}

/// A handler: what [`on`](crate::on) and [`signal`](crate::signal) install.
///
/// One machine word. A clone is the same handler, and equal to it; two handlers made apart need not be equal, though
/// made from one function. Owner context, on any thread.
///
/// With `std` it is made from any closure; without, from functions and closures that capture nothing.
///
/// ```
/// use sigtrip::{Delivery, Handler};
///
/// fn reload(_: &Delivery) {}
///
/// let handler = Handler::new(reload);
/// assert!(handler.name().ends_with("reload"));
/// assert_eq!(handler, handler.clone());
/// ```
pub struct Handler(NonNull<Header>);

/// How to call, copy and free what stands behind a [`Handler`].
struct Header {
    call: unsafe fn(NonNull<Header>, &Delivery) -> Result<(), Interrupt>,
    name: fn() -> &'static str,
    /// For what is counted: one more, one less. `None` for what is never freed.
    count: Option<Count>,
    /// Where another than the signal's own is needed.
    trampoline: Option<Trampoline>,
}

#[derive(Clone, Copy)]
struct Count {
    more: unsafe fn(NonNull<Header>),
    less: unsafe fn(NonNull<Header>),
}

impl Header {
    /// For what is done in signal context alone.
    const fn of_trampoline(trampoline: Trampoline, name: fn() -> &'static str) -> Self {
        Self { call: |_, _| Ok(()), name, count: None, trampoline: Some(trampoline) }
    }
}

// SAFETY: every handler is made from an `F: Send + Sync` (see the constructors), and its count is atomic.
unsafe impl Send for Handler {}
// SAFETY: as above.
unsafe impl Sync for Handler {}

/// Types without data, whose headers are constants.
struct Constant<F>(F);

impl<F, R> Constant<F>
where
    F: Fn(&Delivery) -> R + Send + Sync + 'static,
    R: Outcome,
{
    const HAS_NO_DATA: bool = size_of::<F>() == 0 && !core::mem::needs_drop::<F>();
    const HEADER: &'static Header =
        &Header { call: Self::call, name: type_name::<F>, count: None, trampoline: None };

    /// # Safety
    ///
    /// - A value of type `F` was given to [`Handler::constant`].
    unsafe fn call(_: NonNull<Header>, delivery: &Delivery) -> Result<(), Interrupt> {
        // SAFETY: `F` has no data and no destructor (`constant` has checked), so any aligned address refers to a value of
        // it; one was given up for that.
        let function = unsafe { NonNull::<F>::dangling().as_ref() };
        function(delivery).into_result()
    }
}

impl Handler {
    /// The handler of a function or closure without data; gives others back.
    fn constant<F, R>(function: F) -> Result<Self, F>
    where
        F: Fn(&Delivery) -> R + Send + Sync + 'static,
        R: Outcome,
    {
        // Dropping `function` frees nothing: it has no destructor.
        if Constant::<F>::HAS_NO_DATA {
            Ok(Self(NonNull::from_ref(Constant::<F>::HEADER)))
        } else {
            Err(function)
        }
    }

    /// The name of the function or closure that it was made from, as `core::any::type_name` gives it.
    ///
    /// ```
    /// # use sigtrip::{Handler, default_int_handler};
    /// assert!(Handler::new(default_int_handler).name().ends_with("default_int_handler"));
    /// ```
    #[must_use]
    pub fn name(&self) -> &'static str {
        (self.header().name)()
    }

    /// Calls it, as a safe point would. Owner context.
    ///
    /// # Errors
    ///
    /// What the handler fails with.
    pub(crate) fn call(&self, delivery: &Delivery) -> Result<(), Interrupt> {
        // SAFETY: the header's own pointer, whose function was made for it; the count that `self` holds keeps it alive.
        unsafe { (self.header().call)(self.0, delivery) }
    }

    /// The handler of [`shutdown_flag`](crate::shutdown_flag): the flag itself is set in signal context.
    pub(crate) fn shutdown() -> Self {
        parts::SHUTDOWN.is_asked_for();
        struct ShutdownFlag;
        static HEADER: Header = Header::of_trampoline(Trampoline::Shutdown, type_name::<ShutdownFlag>);
        Self(NonNull::from_ref(&HEADER))
    }

    /// The handler of the kick, which never runs: its trampoline does nothing.
    pub(crate) fn kick() -> Self {
        parts::KICK.is_asked_for();
        struct Kick;
        static HEADER: Header = Header::of_trampoline(Trampoline::Kick, type_name::<Kick>);
        Self(NonNull::from_ref(&HEADER))
    }

    /// The trampoline that it must have, whatever the signal.
    pub(crate) fn trampoline(&self) -> Option<Trampoline> {
        self.header().trampoline
    }

    fn header(&self) -> &Header {
        // SAFETY: the pointer is to a constant, or to a counted header of which `self` holds a count.
        unsafe { self.0.as_ref() }
    }

    /// Gives up this handle as a word for the table. The count goes with it.
    pub(crate) const fn into_word(self) -> Word {
        let word = Word::of_header(self.0.cast());
        let _count_goes_with_the_word = core::mem::ManuallyDrop::new(self);
        word
    }

    /// Takes back the handle, with its count, that `into_word` gave up.
    ///
    /// # Safety
    ///
    /// - `word` came from [`into_word`](Self::into_word), was taken out of the table, and is used no more.
    pub(crate) const unsafe fn from_word(word: Word) -> Self {
        Self(word.pointer().cast())
    }

    /// A second handle for a word that stays where it is.
    ///
    /// # Safety
    ///
    /// - `word` came from [`into_word`](Self::into_word), and nobody takes it back during this call.
    pub(crate) unsafe fn of_word(word: Word) -> Self {
        // SAFETY: by the caller's promise the table's own handle lives on; it is not dropped here.
        let in_the_table = core::mem::ManuallyDrop::new(unsafe { Self::from_word(word) });
        (*in_the_table).clone()
    }
}

impl Clone for Handler {
    #[inline]
    fn clone(&self) -> Self {
        if let Some(count) = self.header().count {
            // SAFETY: the header's own pointer, alive by the count that `self` holds.
            unsafe { (count.more)(self.0) };
        }
        Self(self.0)
    }
}

impl Drop for Handler {
    #[inline]
    fn drop(&mut self) {
        if let Some(count) = self.header().count {
            // SAFETY: the header's own pointer, and the count that `self` held and gives up here.
            unsafe { (count.less)(self.0) };
        }
    }
}

impl PartialEq for Handler {
    /// Whether they are the same handler: Python's `is`.
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl Eq for Handler {}

impl fmt::Debug for Handler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Handler({})", self.name())
    }
}

/// What is done with a signal, as [`signal`](fn@crate::signal) takes it and [`getsignal`](crate::getsignal) returns it.
///
/// ```
/// use sigtrip::{Disposition, Signal, getsignal, signal};
///
/// # let _session = sigtrip::init()?;
/// signal(Signal::USR1, Disposition::Ignore)?;
/// assert_eq!(getsignal(Signal::USR1)?, Disposition::Ignore);
/// # Ok::<(), sigtrip::Interrupt>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Disposition {
    /// The system's default action: `SIG_DFL`.
    Default,
    /// The signal is ignored: `SIG_IGN`.
    Ignore,
    /// A handler that runs at a safe point.
    Handler(Handler),
    /// Somebody else's handler: Python's `None`. It carries enough to be put back exactly.
    Foreign(Foreign),
}

impl From<Handler> for Disposition {
    fn from(handler: Handler) -> Self {
        Self::Handler(handler)
    }
}

impl<F, R> From<F> for Disposition
where
    F: Fn(&Delivery) -> R + Send + Sync + 'static,
    R: Outcome,
{
    /// A function or closure becomes a handler.
    fn from(function: F) -> Self {
        Self::Handler(Handler::new(function))
    }
}

/// The handler that Python has for Ctrl-C: fails with [`Interrupt::KeyboardInterrupt`].
///
/// # Errors
///
/// Always.
///
/// ```
/// use sigtrip::{Signal, default_int_handler, raise_signal, signal};
///
/// # let _session = sigtrip::init()?;
/// signal(Signal::USR1, default_int_handler)?; // as if it were Ctrl-C
/// assert!(raise_signal(Signal::USR1).unwrap_err().is_keyboard_interrupt());
/// # Ok::<(), sigtrip::Interrupt>(())
/// ```
pub fn default_int_handler(delivery: &Delivery) -> Result<(), Interrupt> {
    Err(Interrupt::KeyboardInterrupt(delivery.frame()))
}
