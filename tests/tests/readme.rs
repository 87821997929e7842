//! The README's table of Python's names against the module itself.

use std::process::Command;

const README: &str = include_str!("../../README.md");

/// Every public name of Python 3.13's `signal` on Linux.
const NAMES_3_13: &str = "Handlers ITIMER_PROF ITIMER_REAL ITIMER_VIRTUAL ItimerError NSIG SIGABRT SIGALRM SIGBUS SIGCHLD \
    SIGCLD SIGCONT SIGFPE SIGHUP SIGILL SIGINT SIGIO SIGIOT SIGKILL SIGPIPE SIGPOLL SIGPROF SIGPWR SIGQUIT SIGRTMAX \
    SIGRTMIN SIGSEGV SIGSTKFLT SIGSTOP SIGSYS SIGTERM SIGTRAP SIGTSTP SIGTTIN SIGTTOU SIGURG SIGUSR1 SIGUSR2 \
    SIGVTALRM SIGWINCH SIGXCPU SIGXFSZ SIG_BLOCK SIG_DFL SIG_IGN SIG_SETMASK SIG_UNBLOCK Sigmasks Signals alarm \
    default_int_handler getitimer getsignal pause pidfd_send_signal pthread_kill pthread_sigmask raise_signal \
    set_wakeup_fd setitimer siginterrupt signal sigpending sigtimedwait sigwait sigwaitinfo strsignal struct_siginfo \
    valid_signals";

fn missing<'a>(names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let table = README.split("## From Python").nth(1).expect("the section");
    let named = |name: &str| {
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        table.split(|c: char| !is_part(c)).any(|word| word == name)
    };
    names.filter(|name| !named(name)).collect()
}

#[test]
fn every_name_of_pythons_module_is_in_the_table() {
    assert_eq!(missing(NAMES_3_13.split_whitespace()), [""; 0]);
    assert_eq!(missing(["SIGNONE"].into_iter()), ["SIGNONE"], "it can fail");
}

/// What the python3 of this machine has: an older one has a part of it.
#[test]
fn so_is_every_name_of_the_python_at_hand() {
    const ASK: &str = "import signal, types; print(*(n for n in dir(signal) if not n.startswith('_') \
                       and not isinstance(getattr(signal, n), types.ModuleType)))";
    let Ok(output) = Command::new("python3").args(["-c", ASK]).output() else {
        println!("SKIPPED: there is no python3 to ask");
        return;
    };
    let names = String::from_utf8(output.stdout).expect("names");
    assert!(names.contains("SIGINT"), "{names}");
    assert_eq!(missing(names.split_whitespace()), [""; 0]);
}
