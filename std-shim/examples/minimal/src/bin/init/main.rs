//! `init`: the first process of a container, or of anything that wants its signals passed on and its orphans buried.
//!
//! ```text
//! init [--] program [argument...]
//! ```
//!
//! It starts the program as its child and then has one thread, one loop and no handler: every signal that can be blocked is, from the first
//! instruction on, and waits in the kernel until `sigwaitinfo` takes it. So none is lost, however early it comes or however
//! many; it is handled in order, in ordinary code.
//!
//! - **The child** starts with the mask and the dispositions that `init` was started with, exactly, in a process group of its own. If
//!   `init` has the terminal the child gets it.
//! - **Signals** go to the child: every one that libc leaves to programs, real-time ones included (with their values), but SIGKILL and
//!   SIGSTOP, which nobody can take. SIGCHLD goes to it if a process has sent it. (What libc keeps for itself is 32 and 33 with glibc; with
//!   musl it is 34 too, which programs with glibc know as SIGRTMIN.)
//! - **Orphans** are waited for, whoever they were. As PID 1 `init` is given them; otherwise it becomes a subreaper. It ends with its own child
//!   alone.
//! - **Stopping**: when the child stops, `init` stops by the same signal, so that a shell sees a job that has stopped, unless it is PID 1,
//!   which the kernel does not stop. SIGCONT lets both go on, the child with the terminal again if `init` was given it.
//! - **The end**: the child's status, or 128 and the number of the signal by which it died. 127 if there is no such program, 126 if it can not
//!   be executed, 125 if `init` itself fails, 2 for wrong usage.
#![no_std]
#![no_main]

mod child;
mod command;
mod system;
mod terminal;

use core::{
    ffi::{c_char, c_int},
    mem::ManuallyDrop,
};

use child::{Child, Ended, News};
use minimal as _; // its panic handler
use sigtrip::{Interrupt, SigInfo, Signal, SignalSet, hooks};
use system::{Failed, Inherited};

/// What `init` ends with when it fails itself.
const FAILED: c_int = 125;

/// # Safety
///
/// - Called by libc, with what the kernel has given the process.
#[unsafe(no_mangle)]
unsafe extern "C" fn main(count: c_int, arguments: *const *const c_char) -> c_int {
    // SAFETY: by the caller's promise.
    let command = match unsafe { command::of(count, arguments) } {
        Ok(command) => command,
        Err(status) => return status,
    };
    match run(command) {
        Ok(Ended(status)) => status,
        Err(failed) => {
            command::say_why(&failed);
            FAILED
        }
    }
}

fn run(command: command::Command) -> Result<Ended, Failed> {
    // Before all else: what comes now waits. It is so for ever: a signal that comes when the child is over changes nothing any more.
    let blocked = ManuallyDrop::new(sigtrip::block(SignalSet::valid())?);
    let inherited = Inherited::replace()?;
    system::become_subreaper()?;
    let terminal = terminal::ours();
    let Some(child) = Child::start()? else {
        terminal::give_to(terminal, system::process());
        inherited.give_back();
        drop(ManuallyDrop::into_inner(blocked)); // what was sent to this child by now has its effect here
        return Ok(Ended(command.execute()));
    };
    let ended = attend(child);
    terminal::take_back(child.pid());
    ended
}

/// The whole life of the parent.
fn attend(child: Child) -> Result<Ended, Failed> {
    loop {
        let info = sigtrip::sigwaitinfo(SignalSet::valid())?;
        if info.signal() != Signal::CHLD || was_sent(&info) {
            forward(child, &info);
        }
        // Whatever it was: of several SIGCHLD one is pending, and that one may have been a process's.
        match child.news() {
            News::None => {}
            News::Ended(ended) => return Ok(ended),
            News::Stopped(by) => stop_too(by)?,
        }
    }
}

/// By a process, and not by the kernel, of a child.
fn was_sent(info: &SigInfo) -> bool {
    info.code() <= 0
}

fn forward(child: Child, info: &SigInfo) {
    if info.signal() == Signal::CONT {
        terminal::give_to(terminal::ours(), child.pid()); // before it goes on
    }
    // A child that is gone is an error which its SIGCHLD will tell of; one that has become another user's can not be signalled.
    let with_its_value = info.value().map(|value| sigtrip::sigqueue(child.pid(), info.signal(), value));
    if !matches!(with_its_value, Some(Ok(()))) {
        let _ = sigtrip::kill(child.pid(), info.signal());
    }
}

/// The child was stopped: what started us is to see that, and has us go on.
fn stop_too(by: Signal) -> Result<(), Failed> {
    if system::process() != 1 {
        hooks::emulate_default(by).map_err(Interrupt::from)?;
    }
    Ok(())
}
