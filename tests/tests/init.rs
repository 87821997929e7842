//! `init` of `std-shim/examples/minimal`, as an ordinary process and as PID 1 of a namespace of its own, beside Debian's `tini` and
//! `dumb-init` in the same scenarios.
//!
//! ```text
//! cargo test -p sigtrip-tests --test init -- --nocapture
//! ```
//!
//! Each scenario names those beside which it is run. Who is left out does something else there, and why is said. What is not to be had on
//! this machine, a namespace or one of the two, is left out too, and that is said when the tests are run.

#[path = "init/inits.rs"]
mod inits;
#[path = "minimal/programs.rs"]
#[allow(dead_code, reason = "the sizes need more of it")]
mod programs;

use std::{os::unix::process::CommandExt as _, process::Command};

use inits::{CHILD, DUMB_INIT, Init, OURS, Place, TINI, WITH_MUSL, everywhere, ours};
use sigtrip::{Signal, SignalSet};
use sigtrip_tests::{Program, raw};

const BOTH: &[&str] = &[TINI, DUMB_INIT];

#[test]
fn the_childs_status_is_its_own() {
    everywhere(BOTH, |init, place| {
        for status in [0, 1, 7, 125, 255] {
            init.finish(place, &["sh", "-c", &format!("exit {status}")]).with_status(status);
        }
    });
}

#[test]
fn death_by_a_signal_is_128_and_its_number() {
    everywhere(BOTH, |init, place| {
        for signal in [Signal::HUP, Signal::KILL, Signal::SEGV, Signal::TERM, Signal::real_time_max()] {
            let ended = init.finish(place, &[CHILD, "dies", &signal.name()]);
            ended.with_status(128 + signal.number());
        }
    });
}

/// As a shell has it. dumb-init ends with 2 for both.
#[test]
fn what_is_not_there_is_127_and_what_can_not_be_executed_126() {
    everywhere(&[TINI], |init, place| {
        let ended = init.finish(place, &["/no/such/program"]);
        ended.with_status(127);
        ended.with_lines(&["/no/such/program"]);
        let ended = init.finish(place, &["/etc/passwd"]);
        ended.with_status(126);
        ended.with_lines(&["/etc/passwd"]);
    });
    everywhere(&[], |init, place| {
        init.finish(place, &["no-such-program"]).with_lines(&["init: no-such-program: No such file"]);
        init.finish(place, &["/etc"]).with_status(126);
        init.finish(place, &["/etc/passwd/program"]).with_status(127);
        init.finish(place, &["-program"]).with_status(127); // behind `--` it is no option
    });
}

#[test]
fn wrong_usage_is_2_and_says_what_is_right() {
    for init in ours() {
        wrong_usage_of(init);
    }
}

fn wrong_usage_of(init: &Init) {
    let run = |arguments: &[&str]| Program::start(init.path(), arguments).finish();
    let wrong: [(&[&str], &str); 5] = [
        (&[], "init: no program is named"),
        (&["--"], "init: no program is named"),
        (&["-x", "true"], "init: there is no such option: -x"),
        (&["--help-me"], "init: there is no such option: --help-me"),
        (&[""], "init: the program's name is empty"),
    ];
    for (arguments, why) in wrong {
        let ended = run(arguments);
        ended.with_status(2);
        ended.with_lines(&[why, "usage: init [--] program [argument...]"]);
    }
    for help in ["-h", "--help"] {
        let ended = run(&[help, "ignored"]);
        ended.with_status(0);
        assert!(ended.lines[0].starts_with("usage: init"), "{ended:#?}");
    }
    run(&["sh", "-c", "exit $1", "--", "3"]).with_status(3); // a later `--` is the program's
    assert!(Command::new(init.path()).arg0("").output().is_ok_and(|ended| ended.status.code() == Some(2)));
}

/// Those that each passes on. tini leaves what a fault raises, and the terminal's two, as they are; dumb-init stops when it gets one that
/// stops.
fn passed_on(init: &Init) -> SignalSet {
    let nobody = SignalSet::from([Signal::KILL, Signal::STOP]);
    let faults =
        [Signal::FPE, Signal::ILL, Signal::SEGV, Signal::BUS, Signal::ABRT, Signal::TRAP, Signal::SYS];
    let terminal = SignalSet::from([Signal::TTIN, Signal::TTOU]);
    let left_alone = match init.name {
        OURS => SignalSet::new(),
        WITH_MUSL => SignalSet::from(Signal::real_time_min()),
        TINI => SignalSet::from(faults) | terminal | Signal::CHLD.into(),
        _ => terminal | SignalSet::from([Signal::CHLD, Signal::TSTP]),
    };
    SignalSet::valid() - nobody - left_alone
}

#[test]
fn every_signal_arrives() {
    everywhere(BOTH, |init, place| {
        let mut started = init.start(place, &[CHILD, "reports", "SIGUSR2"]);
        started.program.expect("ready");
        let last = SignalSet::from(Signal::USR2);
        for signal in (passed_on(init) - last).iter().chain(last.iter()) {
            started.send(signal);
            started.program.expect(&format!("got {signal}."));
        }
        started.program.finish().with_status(0);
    });
}

/// The others use `kill`, which has no value.
#[test]
fn real_time_signals_arrive_in_order_with_their_values() {
    everywhere(&[], |init, place| {
        let mut started = init.start(place, &[CHILD, "reports", "SIGUSR2"]);
        started.program.expect("ready");
        let signal = Signal::real_time(1).expect("there are some");
        let pid = started.pid();
        for value in 0..200 {
            sigtrip::sigqueue(pid, signal, value).expect("the queue is long enough");
        }
        for value in 0..200 {
            let line = started.program.expect("got ");
            assert_eq!(line, format!("got {signal} with {value}."));
        }
        started.send(Signal::USR2);
        started.program.finish().with_status(0);
    });
}

/// Pending since before its first instruction: it was blocked then, and is so in the child.
#[test]
fn a_signal_that_was_there_before_the_start_arrives() {
    everywhere(&[TINI], |init, place| {
        let before = |command: &mut Command| {
            raw::before_exec(command, || {
                raw::block(Signal::USR1, true);
                raw::send_to_process(Signal::USR1);
                Ok(())
            });
        };
        if place == Place::Own {
            let mut started = init.start_prepared(place, &[CHILD, "reports", "SIGUSR1"], before);
            started.program.expect("got SIGUSR1.");
            started.program.finish().with_status(0);
        }
    });
}

/// As soon as it blocks SIGTERM it is sent one: before it forks, while it does, before and after the child has executed. One that was
/// lost would leave the child for ever. dumb-init loses it where its child leads no group yet, to which it is sent.
#[test]
fn a_signal_in_the_first_instants_is_not_lost() {
    everywhere(&[TINI], |init, place| {
        for _ in 0..20 {
            let started = init.start(place, &["sleep", "1000"]);
            started.wait_until_it_blocks(Signal::TERM);
            started.send(Signal::TERM);
            started.program.finish().with_status(128 + Signal::TERM.number());
        }
    });
}

#[test]
fn a_storm_of_sigterm_arrives_and_ends() {
    everywhere(BOTH, |init, place| {
        let mut started = init.start(place, &[CHILD, "reports", "SIGUSR2"]);
        started.program.expect("ready");
        let pid = started.pid();
        for _ in 0..5000 {
            sigtrip::kill(pid, Signal::TERM).expect("it is there");
        }
        started.program.expect("got SIGTERM.");
        started.send(Signal::USR2);
        started.program.finish().with_status(0);
    });
}

/// It is stopped while its child ends and a signal comes, which is taken after SIGCHLD, since its number is higher. It is too late for
/// the child, and does nothing to the one that passes the status on.
#[test]
fn a_signal_after_the_childs_end_changes_nothing() {
    everywhere(BOTH, |init, place| {
        let mut started = init.start(place, &[CHILD, "reports", "SIGUSR2"]);
        started.program.expect("ready");
        started.send(Signal::STOP);
        started.wait_until_it_is(b'T');
        sigtrip::kill(started.child(), Signal::USR2).expect("it is there");
        started.wait_until_its_child_is(b'Z');
        started.send(Signal::VTALRM);
        started.send(Signal::CONT);
        started.program.finish().with_status(0);
    });
}

/// dumb-init gives every signal its default action.
#[test]
fn the_child_has_the_mask_and_the_dispositions_that_were_inherited() {
    let before = |command: &mut Command| {
        raw::before_exec(command, || {
            raw::block(Signal::USR2, true);
            for signal in [Signal::HUP, Signal::TTOU] {
                raw::sigaction(signal, Some(raw::Action::IGNORE));
            }
            Ok(())
        });
    };
    let without = Program::spawn_prepared(Command::new(CHILD).arg("mask"), before).finish().lines;
    let bit = |signal: Signal| 1_u64 << (signal.number() - 1);
    let (blocked, ignored) = sets_of(&without);
    assert_eq!(blocked, bit(Signal::USR2));
    assert_eq!(ignored & !bit(Signal::PIPE), bit(Signal::HUP) | bit(Signal::TTOU) | reserved(ignored));
    everywhere(&[TINI], |init, place| {
        let ended = init.start_prepared(place, &[CHILD, "mask"], before).program.finish();
        ended.with_status(0);
        assert_eq!(ended.lines, without);
    });
}

/// What is blocked, and what is ignored.
fn sets_of(lines: &[String]) -> (u64, u64) {
    let bits = |name: &str| {
        let line = lines.iter().find_map(|line| line.strip_prefix(name)).expect("a set of signals");
        u64::from_str_radix(line.trim(), 16).expect("a number")
    };
    (bits("SigBlk:"), bits("SigIgn:"))
}

/// Those of a set that libc keeps for itself: whatever was inherited, nobody can set them.
fn reserved(set: u64) -> u64 {
    let valid = SignalSet::valid().iter().map(|signal| 1_u64 << (signal.number() - 1));
    set & !valid.sum::<u64>()
}

/// Then children vanish unseen, unless somebody changes it; the child is to have it as it was. tini loses its child's status.
#[test]
fn an_ignored_sigchld_does_not_hide_the_end() {
    let before = |command: &mut Command| {
        raw::before_exec(command, || {
            raw::sigaction(Signal::CHLD, Some(raw::Action::IGNORE));
            Ok(())
        });
    };
    everywhere(&[], |init, place| {
        if place == Place::Own {
            init.start_prepared(place, &["sh", "-c", "exit 3"], before).program.finish().with_status(3);
            let ended = init.start_prepared(place, &[CHILD, "mask"], before).program.finish();
            assert_ne!(sets_of(&ended.lines).1 & 1 << (Signal::CHLD.number() - 1), 0);
        }
    });
}

/// And no end of theirs is taken for the child's. dumb-init is given them as PID 1 alone.
#[test]
fn orphans_are_adopted_and_buried() {
    everywhere(BOTH, |init, place| {
        if init.name == DUMB_INIT && place == Place::Own {
            return;
        }
        let ended = init.finish(place, &[CHILD, "orphans", "30"]);
        ended.with_status(4);
        assert_eq!(ended.lines.iter().filter(|line| *line == "adopted").count(), 30, "{ended:#?}");
        assert_eq!(ended.count("none is left"), 1);
    });
}

/// On a terminal, below a shell with jobs: what is typed goes to the child; Ctrl-Z stops both, `fg` has both go on. tini is not
/// stopped, so that the shell waits for ever; dumb-init's child has no terminal.
#[test]
fn the_child_has_the_terminal_and_stops_and_goes_on_with_init() {
    const CTRL_C: &str = "3";
    const CTRL_Z: &str = "26";
    const QUIT: &str = "28"; // Ctrl-backslash
    for init in ours() {
        let job = [CHILD, "reports", "SIGQUIT", "SIGTSTP"];
        let mut shell = Program::start_with_input(CHILD, &[&["shell", init.path(), "--"], &job[..]].concat());
        shell.expect("ready, with the terminal");
        shell.type_line(CTRL_C);
        shell.expect("got SIGINT.");
        for _ in 0..3 {
            shell.type_line(CTRL_Z);
            shell.expect("the job was stopped by SIGTSTP");
            shell.expect("got SIGCONT, with the terminal.");
        }
        shell.type_line(QUIT); // and the child has it again
        shell.expect("got SIGQUIT.");
        shell.expect("the job ended with 0, in the foreground");
        shell.finish().with_status(0);
    }
}

/// As PID 1 it is not stopped, and passes on what has the child go on.
#[test]
fn pid_1_has_its_child_go_on() {
    everywhere(&[TINI], |init, place| {
        if place == Place::Own {
            return;
        }
        let mut started = init.start(place, &[CHILD, "reports", "SIGUSR2", "SIGTSTP"]);
        started.program.expect("ready");
        started.send(Signal::TSTP);
        started.wait_until_its_child_is(b'T');
        started.send(Signal::CONT);
        started.program.expect("got SIGCONT.");
        started.send(Signal::USR2);
        started.program.finish().with_status(0);
    });
}

/// An ordinary process stops with its child, by a signal that nobody typed too.
#[test]
fn init_stops_when_its_child_does() {
    for init in ours() {
        let mut started = init.start(Place::Own, &[CHILD, "reports", "SIGUSR2", "SIGTSTP"]);
        started.program.expect("ready");
        sigtrip::kill(started.child(), Signal::STOP).expect("it is there");
        started.wait_until_it_is(b'T');
        started.send(Signal::CONT);
        started.program.expect("got SIGCONT.");
        started.send(Signal::USR2);
        started.program.finish().with_status(0);
    }
}
