//! The article's six programs, driven by real signals.

use std::time::{Duration, Instant};

use sigtrip::Signal;
use sigtrip_tests::Program;

fn start(name: &str) -> Program {
    Program::start(env!("CARGO_BIN_EXE_program"), &[name])
}

/// That it took about this long: not much less, and not so much more that another number of seconds could be meant.
#[track_caller]
fn took(start: Instant, seconds: u64) {
    let elapsed = start.elapsed();
    let expected = Duration::from_secs(seconds);
    assert!(elapsed + Duration::from_millis(100) >= expected, "only {elapsed:?}");
    assert!(elapsed < expected + Duration::from_millis(1500), "{elapsed:?}");
}

#[test]
fn signal_signal_waits_three_seconds_at_a_time_and_a_signal_cuts_that_short() {
    let mut program = start("signal_signal");
    let pid = program.expect("My PID is: ");
    assert_eq!(pid, format!("My PID is: {}", program.pid()));
    program.expect("Waiting...");
    let first = Instant::now();
    program.expect("Waiting...");
    took(first, 3);
    for (signal, line) in [(Signal::USR1, "Received: 10"), (Signal::USR2, "Received: 12")] {
        let sent = Instant::now();
        program.send(signal);
        assert_eq!(program.expect("Received"), line);
        program.expect("Waiting...");
        took(sent, 0);
    }
    program.send(Signal::INT);
    let ended = program.finish();
    ended.by_signal(Signal::INT);
    ended.with_lines(&["Traceback", "signal_signal.rs\", line ", "KeyboardInterrupt"]);
}

#[test]
fn signal_getsignal_prints_a_line_for_every_number() {
    let ended = start("signal_getsignal").finish();
    ended.with_status(0);
    assert_eq!(ended.lines.len(), Signal::MAX as usize, "{ended:#?}");
    for (number, line) in (1..).zip(&ended.lines) {
        assert!(line.contains(&format!("({number:2}): ")), "{line}");
    }
    let line = |number: usize| ended.lines[number - 1].as_str();
    assert_eq!(line(1), "SIGHUP     ( 1): SIG_DFL");
    assert_eq!(line(2), "SIGINT     ( 2): default_int_handler");
    assert_eq!(line(7), "SIGBUS     ( 7): None");
    assert_eq!(line(9), "SIGKILL    ( 9): SIG_DFL");
    assert_eq!(line(11), "SIGSEGV    (11): None");
    assert_eq!(line(13), "SIGPIPE    (13): SIG_IGN");
    assert_eq!(line(14), "SIGALRM    (14): alarm_received");
    assert_eq!(line(19), "SIGSTOP    (19): SIG_DFL");
    assert_eq!(line(25), "SIGXFSZ    (25): SIG_IGN");
    assert!(line(32).ends_with("(32): None") && line(33).ends_with("(33): None"));
    let defaults = ended.count("): SIG_DFL");
    assert_eq!(defaults, 64 - 2 - 2 - 2 - 2, "all but two handlers, two ignored, two of std, two of libc");
}

#[test]
fn signal_alarm_takes_two_seconds_not_four() {
    let start_time = Instant::now();
    let ended = start("signal_alarm").finish();
    took(start_time, 2);
    ended.with_status(0);
    assert_eq!(ended.lines.len(), 3);
    ended.with_lines(&["Before: ", "Alarm : ", "After : "]);
}

#[test]
fn signal_ignore_ignores_ctrl_c_and_exits_with_a_message() {
    let mut program = start("signal_ignore");
    let pid = program.expect("My PID: ");
    assert_eq!(pid, format!("My PID: {}", program.pid()));
    for _ in 0..4 {
        program.send(Signal::INT);
    }
    program.send(Signal::USR1);
    let ended = program.finish();
    ended.with_status(1);
    assert_eq!(ended.lines[1..], ["Exiting"]);
}

#[test]
fn signal_threads_receives_in_main_and_is_killed_by_the_alarm() {
    let mut program = start("signal_threads");
    assert_eq!(program.expect("Waiting for signal"), "Waiting for signal in <Thread(receiver, started)>");
    assert_eq!(program.expect("Sending"), "Sending signal in <Thread(sender, started)>");
    assert_eq!(program.expect("Received"), "Received signal 10 in <Thread(main, started)>");
    assert_eq!(program.expect("Waiting for"), "Waiting for <Thread(receiver, started)>");
    let waiting = Instant::now();
    let ended = program.finish();
    took(waiting, 2);
    ended.by_signal(Signal::ALRM);
    assert_eq!(ended.count("Done waiting"), 0);
}

#[test]
fn signal_threads_alarm_is_handled_in_main_during_the_join() {
    let start_time = Instant::now();
    let mut program = start("signal_threads_alarm");
    program.expect("Setting alarm in <Thread(alarm_thread, started)>");
    program.expect("Alarm in <Thread(main, started)>");
    took(start_time, 1);
    program.expect("Done with sleep");
    took(start_time, 3);
    let ended = program.finish();
    ended.with_status(0);
    ended.with_lines(&[
        "Sleeping in <Thread(alarm_thread, started)>",
        "Waiting for <Thread(alarm_thread, started)>",
    ]);
    assert!(ended.lines.last().is_some_and(|line| line.ends_with("Exiting normally")), "{ended:#?}");
}

#[test]
fn config_reload_reads_its_file_again_and_keeps_the_old_one_if_the_new_one_is_bad() {
    let file = TemporaryFile::new("a = 1\n");
    let mut program = Program::start(env!("CARGO_BIN_EXE_program"), &["config_reload", file.path()]);
    assert_eq!(program.expect("started"), r#"started with {"a": "1"}"#);
    file.write("a = 2\nb = 3\n");
    program.send(Signal::HUP);
    assert_eq!(program.expect("goes on"), r#"goes on with {"a": "2", "b": "3"}"#);
    file.write("nonsense\n");
    program.send(Signal::HUP);
    program.expect("kept the old one: not `name = value`: nonsense");
    assert_eq!(program.expect("goes on"), r#"goes on with {"a": "2", "b": "3"}"#);
    program.send(Signal::TERM);
    let ended = program.finish();
    ended.with_status(0);
    assert_eq!(ended.lines.last().map(String::as_str), Some("ended"));
}

/// A file that is gone when this is dropped.
struct TemporaryFile(std::path::PathBuf);

impl TemporaryFile {
    fn new(text: &str) -> Self {
        let name = format!("sigtrip-{}-{:?}", std::process::id(), std::thread::current().id());
        let file = Self(std::env::temp_dir().join(name));
        file.write(text);
        file
    }

    fn write(&self, text: &str) {
        std::fs::write(&self.0, text).expect("it can be written");
    }

    fn path(&self) -> &str {
        self.0.to_str().expect("text")
    }
}

impl Drop for TemporaryFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

#[test]
fn reap_children_tells_how_each_has_ended() {
    let ended = start("reap_children").finish();
    ended.with_status(0);
    assert_eq!(ended.lines.len(), 3 + 3 + 1, "{ended:#?}");
    for end in ["exit status: 0", "exit status: 7", "signal: 9 (SIGKILL)"] {
        assert_eq!(ended.count(end), 1, "{ended:#?}");
    }
    assert_eq!(ended.lines.last().map(String::as_str), Some("all have ended"));
}

#[test]
fn reap_children_hears_of_fifty_that_end_at_once() {
    let mut arguments = vec!["reap_children"];
    arguments.extend(["exit 3"; 50]);
    let ended = Program::start(env!("CARGO_BIN_EXE_program"), &arguments).finish();
    ended.with_status(0);
    assert_eq!(ended.count("exit status: 3"), 50, "{ended:#?}");
}

#[test]
fn reap_children_hands_a_signal_on() {
    let arguments = ["reap_children", "exec sleep 1000", "exec sleep 1001"];
    let mut program = Program::start(env!("CARGO_BIN_EXE_program"), &arguments);
    program.expect("sleep 1001");
    program.send(Signal::TERM);
    let ended = program.finish();
    ended.with_status(0);
    assert_eq!(ended.count("signal: 15 (SIGTERM)"), 2, "{ended:#?}");
}

#[test]
fn progress_tells_how_far_it_is_also_while_it_waits() {
    let mut program = Program::start_with_input(env!("CARGO_BIN_EXE_program"), &["progress"]);
    program.expect("copying; ask with");
    program.send(Signal::USR1);
    program.expect("0 bytes copied");
    program.type_line("123456789");
    let told = |program: &mut Program| {
        program.send(Signal::USR1);
        program.expect("bytes copied")
    };
    while told(&mut program).starts_with("0 ") {} // it has not read it yet
    assert!(told(&mut program).starts_with("10 bytes"));
    let ended = program.finish();
    ended.with_status(0);
    assert!(ended.lines.last().is_some_and(|line| line.starts_with("10 bytes copied")), "{ended:#?}");
}

#[test]
fn async_tokio_receives_by_a_stream_and_by_a_descriptor() {
    let mut program = start("async_tokio");
    program.expect("waiting");
    for _ in 0..3 {
        for signal in [Signal::HUP, Signal::USR2, Signal::USR1] {
            program.send(signal);
            let by = if signal == Signal::HUP { "a stream" } else { "a descriptor" };
            assert_eq!(program.expect(&signal.to_string()), format!("{by}: {signal}"));
        }
    }
    program.send(Signal::TERM);
    let ended = program.finish();
    ended.with_status(0);
    ended.with_lines(&["ends by SIGTERM"]);
}

#[test]
fn async_smol_receives_by_a_stream_and_by_a_descriptor() {
    let mut program = start("async_smol");
    program.expect("waiting");
    for _ in 0..3 {
        for signal in [Signal::HUP, Signal::USR2, Signal::USR1] {
            program.send(signal);
            let by = if signal == Signal::HUP { "a stream" } else { "a descriptor" };
            assert_eq!(program.expect(&signal.to_string()), format!("{by}: {signal}"));
        }
    }
    program.send(Signal::TERM);
    let ended = program.finish();
    ended.with_status(0);
    ended.with_lines(&["a stream: SIGTERM"]);
}

#[test]
fn event_loop_receives_beside_its_socket() {
    let mut program = start("event_loop");
    let line = program.expect("listening on ");
    let address = line.trim_start_matches("listening on ").to_owned();
    for _ in 0..3 {
        program.send(Signal::USR1);
        program.expect("SIGUSR1");
        std::net::TcpStream::connect(&address).expect("it listens");
        program.expect("a guest: 127.0.0.1");
    }
    program.send(Signal::INT);
    let ended = program.finish();
    ended.with_status(0);
    ended.with_lines(&["SIGINT"]);
}
