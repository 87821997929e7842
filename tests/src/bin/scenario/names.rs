//! Names: as CPython has them on this machine.

use std::{collections::BTreeMap, process::Command};

use sigtrip::{Error, Signal, SignalSet, python, strsignal};

use crate::helpers::OUT_OF_RANGE;

crate::scenarios!(
    strsignal_is_cpythons,
    valid_signals_are_cpythons,
    the_real_time_range_is_libcs,
    numbers_out_of_range,
);

/// What this program prints, if there is a CPython.
fn from_cpython(program: &str) -> Option<String> {
    let output = Command::new("python3").env("LC_ALL", "C").args(["-c", program]).output();
    let output = output.ok().filter(|output| output.status.success());
    if output.is_none() {
        println!("SKIPPED: there is no python3 here to compare with");
    }
    output.map(|output| String::from_utf8(output.stdout).expect("text"))
}

fn strsignal_is_cpythons() {
    let program = "import signal\nfor n in range(1, 65): print(n, signal.strsignal(n), sep='=')";
    let Some(text) = from_cpython(program) else { return };
    let theirs = text.lines().map(|line| line.split_once('=').expect("number=text"));
    let theirs =
        theirs.map(|(number, text)| (number.to_owned(), text.to_owned())).collect::<BTreeMap<_, _>>();
    let ours = Signal::all().map(|signal| {
        let text = strsignal(signal).map_or_else(|| "None".to_owned(), |text| text.to_string());
        (signal.number().to_string(), text)
    });
    assert_eq!(ours.collect::<BTreeMap<_, _>>(), theirs);
}

fn valid_signals_are_cpythons() {
    let Some(text) = from_cpython("import signal\nprint(*sorted(map(int, signal.valid_signals())))") else {
        return;
    };
    let theirs = text.split_whitespace().map(|number| number.parse::<Signal>().expect("a number"));
    assert_eq!(theirs.collect::<SignalSet>(), python::valid_signals());
}

fn the_real_time_range_is_libcs() {
    assert_eq!(Signal::real_time_min().number(), libc::SIGRTMIN());
    assert_eq!(Signal::real_time_max().number(), libc::SIGRTMAX());
    assert_eq!(python::SIGRTMIN(), Signal::real_time_min());
    assert_eq!(python::SIGRTMAX(), Signal::real_time_max());
    assert!(Signal::real_time_min().is_real_time() && Signal::real_time_max().is_real_time());
}

fn numbers_out_of_range() {
    for number in OUT_OF_RANGE {
        assert_eq!(python::strsignal(number), Err(Error::OutOfRange(number)));
    }
    assert_eq!(python::strsignal(32), Ok(None), "no error, as in CPython");
}
