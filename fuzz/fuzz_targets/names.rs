//! Names and numbers of signals, as the shim reads and shows them, against a list of names in the order of their numbers.
//!
//! Half of the texts are built of what names are made of, so that the fuzzer need not find the names by itself; the others
//! are any text at all.
#![no_main]

use std::collections::BTreeSet;

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use sigtrip::{Signal, SignalSet};

/// From 1 to 31, as x86 and Arm number them.
const NAMES: [&str; 31] = [
    "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE",
    "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ",
    "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS",
];
const ALIASES: [(&str, i32); 3] = [("IOT", 6), ("CLD", 17), ("POLL", 29)];

/// Those of glibc.
const MIN: i32 = 34;
const MAX: i32 = 64;

#[derive(Arbitrary, Debug)]
enum Input<'a> {
    Text(&'a str),
    Built { prefix: bool, stem: Stem<'a>, sign: Option<Sign>, digits: Option<u16>, cases: u32 },
    Number(i32),
    RealTime(u32),
    Set(Vec<i32>),
}

#[derive(Arbitrary, Debug)]
enum Stem<'a> {
    Name(u8),
    RtMin,
    RtMax,
    Nothing,
    Other(&'a str),
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Sign {
    Plus,
    Minus,
    Zero,
}

/// The text with the cases of its letters changed, bit by bit.
fn recased(text: &str, cases: u32) -> String {
    let change = |(at, c): (usize, char)| {
        if cases >> (at % 32) & 1 == 1 { c.to_ascii_lowercase() } else { c }
    };
    text.chars().enumerate().map(change).collect()
}

fn build(prefix: bool, stem: &Stem<'_>, sign: Option<Sign>, digits: Option<u16>, cases: u32) -> String {
    let stem = match *stem {
        Stem::Name(which) => {
            let names = NAMES.iter().copied().chain(ALIASES.map(|(name, _)| name));
            names.cycle().nth(usize::from(which)).unwrap()
        }
        Stem::RtMin => "RTMIN",
        Stem::RtMax => "RTMAX",
        Stem::Nothing => "",
        Stem::Other(text) => text,
    };
    let sign = match sign {
        Some(Sign::Plus) => "+",
        Some(Sign::Minus) => "-",
        Some(Sign::Zero) => "0",
        None => "",
    };
    let digits = digits.map(|digits| digits.to_string()).unwrap_or_default();
    recased(&format!("{}{stem}{sign}{digits}", if prefix { "SIG" } else { "" }), cases)
}

/// What the text says, worked out slowly.
fn meaning(text: &str) -> Option<i32> {
    let text = text.to_ascii_uppercase();
    let name = text.strip_prefix("SIG").unwrap_or(&text);
    if let Some(at) = NAMES.iter().position(|known| *known == name) {
        return Some(at as i32 + 1);
    }
    if let Some((_, number)) = ALIASES.iter().find(|(known, _)| *known == name) {
        return Some(*number);
    }
    let number = if let Some(rest) = name.strip_prefix("RTMIN") {
        let offset = if rest.is_empty() { 0 } else { value(rest.strip_prefix('+')?)? };
        return (offset <= MAX - MIN).then_some(MIN + offset);
    } else if let Some(rest) = name.strip_prefix("RTMAX") {
        let offset = if rest.is_empty() { 0 } else { value(rest.strip_prefix('-')?)? };
        return (offset <= MAX - MIN).then_some(MAX - offset);
    } else {
        value(name)?
    };
    (1..=MAX).contains(&number).then_some(number)
}

/// The number that these digits are, or a large one if it is large. Not more than one could write with leading zeros.
fn value(digits: &str) -> Option<i32> {
    if digits.is_empty() {
        return None;
    }
    digits.chars().try_fold(0, |value: i32, c| Some((value * 10 + c.to_digit(10)? as i32).min(100_000)))
}

fn shown(number: i32) -> String {
    match number {
        1..=31 => format!("SIG{}", NAMES[number as usize - 1]),
        MIN => "SIGRTMIN".to_owned(),
        MAX => "SIGRTMAX".to_owned(),
        _ if number > MIN => format!("SIGRTMIN+{}", number - MIN),
        _ => format!("SIG{number}"),
    }
}

fn parse(text: &str) {
    let parsed = text.parse::<Signal>();
    assert_eq!(parsed.ok().map(Signal::number), meaning(text), "{text:?}");
    if let Ok(signal) = parsed {
        show(signal);
    }
}

fn show(signal: Signal) {
    let name = signal.to_string();
    assert_eq!(name, shown(signal.number()));
    assert_eq!(&*signal.name(), name);
    assert_eq!(format!("{signal:?}"), format!("Signal({name})"));
    assert_eq!(name.parse(), Ok(signal));
    assert_eq!(signal.number().to_string().parse(), Ok(signal));
}

fn number(number: i32) {
    match Signal::from_raw(number) {
        Ok(signal) => {
            assert!((1..=MAX).contains(&number));
            assert_eq!((signal.number(), Signal::try_from(number)), (number, Ok(signal)));
            show(signal);
        }
        Err(error) => {
            assert!(!(1..=MAX).contains(&number));
            assert_eq!(error, sigtrip::Error::OutOfRange(number));
        }
    }
}

fn real_time(n: u32) {
    let wanted = i64::from(n) + i64::from(MIN);
    match Signal::real_time(n) {
        Ok(signal) => assert_eq!(i64::from(signal.number()), wanted),
        Err(error) => {
            assert!(wanted > i64::from(MAX));
            let number = i32::try_from(wanted).unwrap_or(i32::MAX);
            assert_eq!(error, sigtrip::Error::OutOfRange(number));
        }
    }
}

fn set(numbers: &[i32]) {
    let signals = || numbers.iter().filter_map(|&number| Signal::from_raw(number).ok());
    let (set, oracle): (SignalSet, BTreeSet<_>) =
        (signals().collect(), signals().map(Signal::number).collect());
    assert!(set.iter().map(Signal::number).eq(oracle.iter().copied()));
    assert_eq!((set.len(), set.is_empty()), (oracle.len(), oracle.is_empty()));
    assert!((!set).iter().map(Signal::number).eq((1..=MAX).filter(|number| !oracle.contains(number))));
    let names: Vec<_> = oracle.iter().map(|&number| shown(number)).collect();
    assert_eq!(format!("{set:?}"), format!("{{{}}}", names.join(", ")));
}

fuzz_target!(|input: Input<'_>| match input {
    Input::Text(text) => parse(text),
    Input::Built { prefix, stem, sign, digits, cases } => parse(&build(prefix, &stem, sign, digits, cases)),
    Input::Number(raw) => number(raw),
    Input::RealTime(n) => real_time(n),
    Input::Set(numbers) => set(&numbers),
});
