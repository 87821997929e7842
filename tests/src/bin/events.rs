//! Runs one case of `cpython/events.txt` on sigtrip and prints its log, as `cpython/events.py` does on CPython.
//!
//! Two things that CPython's interpreter does between any two steps are written out here: after a step that failed, and after a
//! foreign call, there is a safe point.

use std::{
    collections::HashMap,
    io::{PipeReader, PipeWriter, Read, Write, pipe},
    os::fd::AsFd,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use sigtrip::{
    Disposition, Error, Handler, Interrupt, MaskHow, Signal, SignalSet, TimerSetting, check_signals,
    python as signal, retry,
};
use sigtrip_tests::raw;

/// Handlers by name.
static HANDLERS: Mutex<Vec<(String, Handler)>> = Mutex::new(Vec::new());
/// Where the log goes in a child; elsewhere to standard output.
static CHILDS_LOG: Mutex<Option<PipeWriter>> = Mutex::new(None);
/// How often a `depth` step was done.
static DEPTHS: Mutex<Option<HashMap<String, u32>>> = Mutex::new(None);
static WAKEUP: Mutex<Option<(PipeReader, PipeWriter)>> = Mutex::new(None);
/// Whether `read` has got its byte.
static WRITTEN: AtomicBool = AtomicBool::new(false);

fn log(text: &str) {
    match &mut *CHILDS_LOG.lock().expect("no panic") {
        Some(pipe) => writeln!(pipe, "{text}").expect("the parent reads"),
        None => println!("{text}"),
    }
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let (Some(path), Some(wanted)) = (arguments.next(), arguments.next()) else {
        panic!("usage: events EVENTS CASE");
    };
    let _session = sigtrip::init().expect("the first");
    let text = std::fs::read_to_string(path).expect("the scripts");
    if let Err(interrupt) = run_case(&text, &wanted) {
        log(&format!("ended by {}", failed(&interrupt)));
    }
}

fn run_case(text: &str, wanted: &str) -> Result<(), Interrupt> {
    let mut inside = false;
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("case ") {
            inside = name == wanted;
        } else if !inside || line.is_empty() || line.starts_with('#') {
        } else if let Some(definition) = line.strip_prefix("def ") {
            define(definition);
        } else {
            run(line)?;
        }
    }
    Ok(())
}

fn steps(text: &str) -> Vec<String> {
    text.split(';').map(|step| step.trim().to_owned()).collect()
}

fn define(definition: &str) {
    let (name, body) = definition.split_once(' ').expect("a name and steps");
    let (name, body) = (name.to_owned(), steps(body));
    let of_the_handler = name.clone();
    let handler = Handler::new(move |delivery: &sigtrip::Delivery| {
        log(&format!("{of_the_handler}({})", delivery.signal().number()));
        body.iter().try_for_each(|step| run(step))
    });
    HANDLERS.lock().expect("no panic").push((name, handler));
}

fn handler(name: &str) -> Handler {
    let handlers = HANDLERS.lock().expect("no panic");
    let found = handlers.iter().rev().find(|(known, _)| known == name);
    found.map(|(_, handler)| handler.clone()).expect("it was defined")
}

fn told_disposition(disposition: &Disposition) -> String {
    let Disposition::Handler(handler) = disposition else {
        return match disposition {
            Disposition::Default => "SIG_DFL",
            Disposition::Ignore => "SIG_IGN",
            _ => "None",
        }
        .to_owned();
    };
    let handlers = HANDLERS.lock().expect("no panic");
    let defined = handlers.iter().find(|(_, known)| known == handler).map(|(name, _)| name.clone());
    defined.unwrap_or_else(|| handler.name().rsplit("::").next().unwrap_or_default().to_owned())
}

fn number(name: &str) -> i32 {
    let named = || name.parse::<Signal>().map(Signal::number).expect("a signal");
    name.parse().unwrap_or_else(|_| named())
}

fn signals(names: &[&str]) -> SignalSet {
    names.iter().map(|name| name.parse::<Signal>().expect("a signal")).collect()
}

fn told(set: impl IntoIterator<Item = Signal>) -> String {
    let numbers: Vec<_> = set.into_iter().map(|signal| signal.number().to_string()).collect();
    format!("{{{}}}", numbers.join(" "))
}

fn seconds(text: &str) -> Duration {
    Duration::from_secs_f64(text.parse().expect("seconds"))
}

fn timer(name: &str) -> sigtrip::Timer {
    match name {
        "real" => signal::ITIMER_REAL,
        "virtual" => signal::ITIMER_VIRTUAL,
        _ => signal::ITIMER_PROF,
    }
}

/// What is left is told in whole seconds, rounded up: the clock goes on.
fn setting(setting: TimerSetting) -> String {
    format!("left {} {}", setting.delay.as_secs_f64().ceil(), setting.interval.as_secs_f64())
}

/// A failure as CPython's exceptions are told.
fn failed(interrupt: &Interrupt) -> String {
    match interrupt {
        Interrupt::Error(Error::OutOfRange(_)) => "out of range".to_owned(),
        Interrupt::Error(Error::Uncatchable(_) | Error::Reserved(_)) => format!("errno {}", libc::EINVAL),
        Interrupt::Error(Error::System { errno, .. }) => format!("errno {}", errno.raw()),
        other => other.to_string(),
    }
}

fn attempt(step: &str) -> Result<(), Interrupt> {
    match run(step) {
        Ok(()) => log("no failure"),
        Err(interrupt) => {
            check_signals()?; // where CPython's exception handler begins
            log(&format!("caught {}", failed(&interrupt)));
        }
    }
    Ok(())
}

fn depth(step: &str, times: &str, again: &str) -> Result<(), Interrupt> {
    let done = {
        let mut depths = DEPTHS.lock().expect("no panic");
        let done = depths.get_or_insert_default().entry(step.to_owned()).or_default();
        *done += 1;
        *done
    };
    if done <= times.parse().expect("a number") { run(again) } else { Ok(()) }
}

/// A timer fires while a read blocks; a byte comes much later. `when` tells which a handler saw first.
fn read(target: Signal) -> Result<(), Interrupt> {
    let (mut reader, mut writer) = pipe()?;
    raw::block(target, true); // inherited by the thread, which is not to receive it
    let late = thread::spawn(move || {
        thread::sleep(Duration::from_millis(500));
        WRITTEN.store(true, Ordering::Relaxed);
        writer.write_all(b"x")
    });
    raw::block(target, false);
    sigtrip::setitimer(signal::ITIMER_REAL, Duration::from_millis(50), Duration::ZERO)?;
    retry(|| reader.read(&mut [0]))?;
    check_signals()?;
    log("read");
    late.join().expect("it does not panic")?;
    Ok(())
}

fn fork(body: &[String]) -> Result<(), Interrupt> {
    let (mut reader, writer) = pipe()?;
    let status = raw::in_a_fork(|| {
        *CHILDS_LOG.lock().expect("no panic") = writer.try_clone().ok();
        i32::from(body.iter().try_for_each(|step| run(step)).is_err())
    });
    assert_eq!(status, 0);
    drop(writer);
    let mut lines = String::new();
    reader.read_to_string(&mut lines)?;
    lines.lines().for_each(|line| log(&format!("child {line}")));
    Ok(())
}

fn wakeup(on: bool) -> Result<(), Interrupt> {
    let mut wakeup = WAKEUP.lock().expect("no panic");
    if on {
        let (reader, writer) = pipe()?;
        raw::set_nonblocking(reader.as_fd());
        raw::set_nonblocking(writer.as_fd());
        sigtrip::set_wakeup_fd(Some(writer.as_fd()), true)?;
        *wakeup = Some((reader, writer));
    } else {
        sigtrip::set_wakeup_fd(None, true)?;
    }
    Ok(())
}

fn bytes() -> Vec<u8> {
    let mut wakeup = WAKEUP.lock().expect("no panic");
    let Some((reader, _)) = &mut *wakeup else { return Vec::new() };
    let mut bytes = vec![0; 100];
    let read = reader.read(&mut bytes).unwrap_or(0);
    bytes.truncate(read);
    bytes
}

fn run(step: &str) -> Result<(), Interrupt> {
    let (op, rest) = step.split_once(' ').unwrap_or((step, ""));
    let args: Vec<_> = rest.split_whitespace().collect();
    match (op, args.as_slice()) {
        ("log", _) => log(rest),
        ("fail", _) => return Err(Interrupt::other(rest)),
        ("try", _) => attempt(rest)?,
        ("when", _) => {
            log(if WRITTEN.load(Ordering::Relaxed) { "after the byte" } else { "before the byte" });
        }
        ("depth", [times, again @ ..]) => depth(rest, times, &again.join(" "))?,
        ("on", [target, name]) => drop(signal::signal(number(target), handler(name))?),
        ("dfl", [target]) => drop(signal::signal(number(target), signal::SIG_DFL)?),
        ("ign", [target]) => drop(signal::signal(number(target), signal::SIG_IGN)?),
        ("get", [target]) => {
            log(&format!("{target} is {}", told_disposition(&signal::getsignal(number(target))?)));
        }
        ("raise", [target]) => signal::raise_signal(number(target))?,
        ("kill", [target]) => {
            sigtrip::kill(std::process::id().cast_signed(), Signal::from_raw(number(target))?)?;
        }
        ("killnobody", []) => sigtrip::kill(1 << 22, None)?,
        ("block", names) => mask(MaskHow::Block, names)?,
        ("unblock", names) => mask(MaskHow::Unblock, names)?,
        ("setmask", names) => mask(MaskHow::SetMask, names)?,
        ("pending", []) => log(&format!("pending {}", told(signal::sigpending()))),
        ("sleep", [time]) => {
            let start = Instant::now();
            sigtrip::sleep(seconds(time))?;
            log(if start.elapsed() >= seconds(time) { "in full True" } else { "in full False" });
        }
        ("siginterrupt", [target, flag]) => signal::siginterrupt(number(target), *flag == "1")?,
        ("read", [target]) => read(Signal::from_raw(number(target))?)?,
        ("wakeup", [on]) => wakeup(*on == "on")?,
        ("bytes", []) => log(&format!("bytes {:?}", bytes())),
        ("fork", _) => fork(&steps(rest))?,
        ("strsignal", [target]) => {
            let text = signal::strsignal(number(target))?.map_or("None".to_owned(), |text| text.to_string());
            log(&format!("text {text}"));
        }
        ("valid", []) => log(&format!("valid {}", told(signal::valid_signals()))),
        _ => return run_wait(op, &args, step),
    }
    Ok(())
}

/// Timers and waits.
fn run_wait(op: &str, args: &[&str], step: &str) -> Result<(), Interrupt> {
    match (op, args) {
        ("alarm", [time]) => log(&format!("left {}", signal::alarm(time.parse().expect("seconds")))),
        ("setitimer", [which, delay, interval]) => {
            log(&setting(sigtrip::setitimer(timer(which), seconds(delay), seconds(interval))?));
        }
        ("getitimer", [which]) => log(&setting(sigtrip::getitimer(timer(which))?)),
        ("pause", []) => signal::pause()?,
        ("sigwait", names) => log(&format!("accepted {}", signal::sigwait(signals(names))?.number())),
        ("sigwaitinfo", names) => {
            let info = signal::sigwaitinfo(signals(names))?;
            let truth = |yes| if yes { "True" } else { "False" };
            let pid = truth(info.pid() == Some(std::process::id().cast_signed()));
            let uid = truth(info.uid() == Some(raw::uid()));
            log(&format!("accepted {} code {} from me {pid} {uid}", info.signal().number(), info.code()));
        }
        ("sigtimedwait", [time, names @ ..]) => match signal::sigtimedwait(signals(names), seconds(time))? {
            None => log("nothing"),
            Some(info) => log(&format!("accepted {}", info.signal().number())),
        },
        _ => panic!("no such step: {step}"),
    }
    Ok(())
}

fn mask(how: MaskHow, names: &[&str]) -> Result<(), Interrupt> {
    log(&format!("was {}", told(sigtrip::pthread_sigmask(how, signals(names))?)));
    Ok(())
}
