//! Reading a signal's name or number: the way back from `Display`, and more forgiving.

use core::{fmt, str::FromStr};

use super::{ALIASES, STANDARD, Signal};
use crate::sys;

/// The text is not a signal's name or number.
///
/// ```
/// use sigtrip::Signal;
///
/// let error = "SIGNAL".parse::<Signal>().unwrap_err();
/// assert!(error.to_string().starts_with("not a signal"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ParseSignalError;

impl fmt::Display for ParseSignalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a signal: expected a name like SIGINT, INT or SIGRTMIN+3, or a number")
    }
}

impl core::error::Error for ParseSignalError {}

impl FromStr for Signal {
    type Err = ParseSignalError;

    /// Accepts what [`name`](Self::name) gives, the aliases (`SIGIOT`; on Linux `SIGCLD`, `SIGPOLL`), `SIGRTMAX-n`, a plain number;
    /// with or without `SIG`, in either case.
    fn from_str(text: &str) -> Result<Self, ParseSignalError> {
        let name = strip_prefix(text, "SIG").unwrap_or(text);
        named(name).or_else(|| real_time_named(name)).or_else(|| numbered(name)).ok_or(ParseSignalError)
    }
}

fn strip_prefix<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (head, rest) = text.split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then_some(rest)
}

fn named(name: &str) -> Option<Signal> {
    let names =
        STANDARD.iter().map(|standard| (standard.name, standard.signal)).chain(ALIASES.iter().copied());
    names
        .into_iter()
        .find_map(|(full, signal)| name.eq_ignore_ascii_case(&full["SIG".len()..]).then_some(signal))
}

fn real_time_named(name: &str) -> Option<Signal> {
    let (min, max) = sys::real_time_range();
    let number = if let Some(offset) = strip_prefix(name, "RTMIN") {
        min.checked_add(offset_after(offset, '+')?)?
    } else {
        max.checked_sub(offset_after(strip_prefix(name, "RTMAX")?, '-')?)?
    };
    (min..=max).contains(&number).then(|| Signal::real_time(number - min).ok()).flatten()
}

/// `""` is 0, `"+3"` is 3.
fn offset_after(text: &str, sign: char) -> Option<u32> {
    if text.is_empty() { Some(0) } else { digits(text.strip_prefix(sign)?) }
}

fn numbered(text: &str) -> Option<Signal> {
    digits(text).and_then(|number| Signal::from_raw(number.try_into().ok()?).ok())
}

/// Digits alone: `u32`'s own parser would take a `+` too.
fn digits(text: &str) -> Option<u32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Error;

    #[test]
    fn every_name_is_read_back() {
        for signal in Signal::all() {
            let name = signal.to_string();
            assert_eq!(name.parse(), Ok(signal), "{name}");
            assert_eq!(name.to_lowercase().parse(), Ok(signal), "{name}");
            assert_eq!(name.trim_start_matches("SIG").parse(), Ok(signal), "{name}");
            assert_eq!(signal.number().to_string().parse(), Ok(signal), "{name}");
            assert_eq!(&*signal.name(), name);
        }
    }

    #[test]
    fn aliases_name_the_same_signals() {
        assert_eq!("SIGCLD".parse(), Ok(Signal::CHLD));
        assert_eq!("SIGIOT".parse(), Ok(Signal::ABRT));
        assert_eq!("SIGPOLL".parse(), Ok(Signal::IO));
        assert_eq!("SIGRTMAX-1".parse::<Signal>().map(Signal::number), Ok(libc::SIGRTMAX() - 1));
        assert_eq!("SIGRTMIN+0".parse::<Signal>().map(Signal::number), Ok(libc::SIGRTMIN()));
    }

    #[test]
    fn what_is_no_signal_is_refused() {
        let beyond = format!("SIGRTMIN+{}", libc::SIGRTMAX() - libc::SIGRTMIN() + 1);
        let above_all = (Signal::MAX + 1).to_string();
        for text in [
            "",
            "SIG",
            "SIGNAL",
            "0",
            "-1",
            "+2",
            &above_all,
            "999999999999",
            "SIGRTMIN-1",
            "SIGRTMAX+1",
            "SIGRTMIN+",
            "SIGRTMAX-99",
            "INT ",
            "SIGSIGINT",
            "sig é",
            "é",
            &beyond,
        ] {
            assert_eq!(text.parse::<Signal>(), Err(ParseSignalError), "{text:?}");
        }
        for number in [0, -1, Signal::MAX + 1, i32::MAX, i32::MIN] {
            assert_eq!(Signal::from_raw(number), Err(Error::OutOfRange(number)));
        }
    }
}
