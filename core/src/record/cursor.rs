//! `Cursor`: how far somebody has looked through the ring.

/// How far somebody has looked through [`Records`](crate::Records): see [`take_where`](crate::Records::take_where). A plain value.
///
/// ```
/// use sigtrip_core::Records;
///
/// let records = Records::<1, 4>::new();
/// records.push([7]);
/// let mut cursor = records.start(); // from the oldest on
/// assert_eq!(records.take_where(&mut cursor, |&[word]| word == 8), None);
/// assert_ne!(cursor, records.start());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor(pub(super) usize);

impl Cursor {
    /// The cursor as a number, for who keeps it in a word.
    ///
    /// ```
    /// # use sigtrip_core::Records;
    /// assert_eq!(Records::<1, 4>::new().start().to_word(), 0);
    /// ```
    #[must_use]
    pub const fn to_word(self) -> usize {
        self.0
    }

    /// The cursor that was kept. Any number is one: what is not in the ring means from the oldest on.
    ///
    /// ```
    /// # use sigtrip_core::{Cursor, Records};
    /// let start = Records::<1, 4>::new().start();
    /// assert_eq!(Cursor::from_word(start.to_word()), start);
    /// ```
    #[must_use]
    pub const fn from_word(word: usize) -> Self {
        Self(word)
    }
}
