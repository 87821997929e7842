//! `Name`: a short text in place.

use core::fmt;

/// A signal's name or what [`strsignal`](crate::strsignal) says of it, in place: it needs no heap.
///
/// ```
/// let name = sigtrip::Signal::INT.name();
/// assert_eq!(name.strip_prefix("SIG"), Some("INT")); // it is read as a `str`
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Name(heapless::String<{ Name::CAPACITY }>);

impl Name {
    /// In bytes. The longest name is `SIGRTMIN+` and three digits, the longest text `Floating point exception`.
    const CAPACITY: usize = 24;

    /// The text, which fits.
    pub(crate) fn of(text: fmt::Arguments<'_>) -> Self {
        let mut name = Self(heapless::String::new());
        let _ = fmt::Write::write_fmt(&mut name.0, text);
        name
    }
}

impl core::ops::Deref for Name {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}
