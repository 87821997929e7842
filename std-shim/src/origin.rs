//! `Origin`: who has sent a signal, and what about.
//!
//! The one place where `si_code` gets its meaning; see sigaction(2).

use core::{ffi::c_long, time::Duration};

use crate::{
    Signal,
    sys::{self, Source, codes},
};

/// Who has sent a signal, and what came with it.
///
/// From [`SigInfo::origin`](crate::SigInfo::origin) and [`Record::origin`](crate::Record::origin). A plain value. A process is named by its
/// number and its real user, as they were when it sent; the number may belong to another process by now.
///
/// ```
/// use sigtrip::{Origin, Signal, block, sigqueue, sigwaitinfo};
///
/// let _blocked = block(Signal::USR1)?;
/// let me = std::process::id() as i32;
/// sigqueue(me, Signal::USR1, 42)?;
/// match sigwaitinfo(Signal::USR1)?.origin() {
///     Origin::Queue { pid, value, .. } => assert_eq!((pid, value), (me, 42)),
///     other => panic!("{other:?}"),
/// }
/// # Ok::<(), sigtrip::Interrupt>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// A process, by `kill`, `raise`, `pthread_kill` or the like. On macOS also the kernel: then it is the process that ran at that moment.
    Process {
        /// Its number.
        pid: i32,
        /// Its real user.
        uid: u32,
    },
    /// A process, by `sigqueue`, with a number.
    Queue {
        /// Its number.
        pid: i32,
        /// Its real user.
        uid: u32,
        /// What it sent.
        value: i32,
    },
    /// A message came to an empty queue: `mq_notify`(3).
    MessageQueue {
        /// The process that sent the message.
        pid: i32,
        /// Its real user.
        uid: u32,
        /// What was asked for with the notification.
        value: i32,
    },
    /// A timer of `timer_create` ran out.
    Timer {
        /// Its number in the kernel, which is not what `timer_create` returns.
        id: i32,
        /// How often it ran out once more before this was delivered.
        overruns: i32,
        /// What was asked for when it was made.
        value: i32,
    },
    /// Asynchronous I/O is done: aio(7).
    AsyncIo {
        /// What was asked for with it.
        value: i32,
    },
    /// A descriptor is ready, for `F_SETOWN` or `F_SETSIG` of fcntl(2).
    Descriptor {
        /// Which one.
        descriptor: i32,
        /// For what, as poll(2) has it.
        events: c_long,
    },
    /// A child has changed its state.
    Child {
        /// Its number.
        pid: i32,
        /// Its real user.
        uid: u32,
        /// What has happened to it.
        event: ChildEvent,
        /// The processor time that it had used in user mode, as the kernel tells it.
        user_time: Duration,
        /// And in the kernel.
        system_time: Duration,
    },
    /// An instruction: a fault or a trap.
    Fault {
        /// Where: the address that it could not reach, or that of the instruction.
        address: usize,
        /// Why.
        kind: FaultKind,
    },
    /// A system call that a filter forbids: seccomp(2).
    SystemCall {
        /// The address of the call.
        address: usize,
        /// Its number.
        number: i32,
    },
    /// The kernel, for no reason that it tells: Ctrl-C at a terminal, an interval timer, an alarm.
    Kernel,
    /// Somebody with a code that has no meaning here.
    Other {
        /// The code: `si_code`.
        code: i32,
    },
}

/// What has happened to a child: part of [`Origin::Child`].
///
/// ```
/// use sigtrip::{ChildEvent, Signal};
/// assert_ne!(ChildEvent::Exited(0), ChildEvent::Killed(Signal::KILL));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChildEvent {
    /// It ended with this status.
    Exited(i32),
    /// A signal has killed it.
    Killed(Signal),
    /// A signal has killed it, and there is a core dump.
    Dumped(Signal),
    /// It is traced, and has stopped for its tracer.
    Trapped(Signal),
    /// A signal has stopped it.
    Stopped(Signal),
    /// It goes on.
    Continued,
    /// A code or a status that has no meaning here.
    Other {
        /// The code: `si_code`.
        code: i32,
        /// `si_status`.
        status: i32,
    },
}

/// Why an instruction could not do its work: part of [`Origin::Fault`]. By the names of sigaction(2).
///
/// ```
/// use sigtrip::FaultKind;
/// assert_ne!(FaultKind::NotMapped, FaultKind::NotPermitted);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FaultKind {
    /// Nothing is mapped there: `SEGV_MAPERR`.
    NotMapped,
    /// What is mapped there does not permit it: `SEGV_ACCERR`.
    NotPermitted,
    /// It is out of bounds: `SEGV_BNDERR`.
    OutOfBounds,
    /// A protection key denies it: `SEGV_PKUERR`.
    ProtectionKey,
    /// The address is not aligned: `BUS_ADRALN`.
    NotAligned,
    /// There is no such physical address; a file that was mapped is shorter now: `BUS_ADRERR`.
    NoSuchAddress,
    /// An error of the hardware: `BUS_OBJERR`.
    Hardware,
    /// Memory is broken, and the program has used it: `BUS_MCEERR_AR`.
    BrokenMemory,
    /// Memory is broken, and the program has not used it yet: `BUS_MCEERR_AO`.
    BrokenMemoryUnused,
    /// Arithmetic: `FPE_INTDIV` and its kin; the code tells which.
    Arithmetic(i32),
    /// An instruction that is none, or is not permitted: `ILL_ILLOPC` and its kin; the code tells which.
    Instruction(i32),
    /// A breakpoint, a single step or another trap: `TRAP_BRKPT` and its kin; the code tells which.
    Trap(i32),
    /// Another code of SIGSEGV or SIGBUS.
    Other(i32),
}

impl Origin {
    pub(crate) fn of(info: &sys::SigInfo) -> Self {
        let (pid, uid, value) = (info.sender_pid(), info.sender_uid(), info.any_value());
        match info.source() {
            Source::Process => Self::Process { pid, uid },
            Source::Queue => Self::Queue { pid, uid, value },
            Source::MessageQueue => Self::MessageQueue { pid, uid, value },
            Source::Timer => {
                let (id, overruns) = info.timer();
                Self::Timer { id, overruns, value }
            }
            Source::AsyncIo => Self::AsyncIo { value },
            Source::Descriptor => {
                let (events, descriptor) = info.descriptor();
                Self::Descriptor { descriptor, events }
            }
            Source::Child => Self::child(info, pid, uid),
            Source::Fault => Self::Fault { address: info.address(), kind: FaultKind::of(info) },
            Source::SystemCall => Self::SystemCall { address: info.address(), number: info.system_call() },
            Source::Kernel => Self::Kernel,
            Source::Unknown => Self::Other { code: info.code() },
        }
    }

    fn child(info: &sys::SigInfo, pid: i32, uid: u32) -> Self {
        let (user_time, system_time) = info.child_times();
        Self::Child { pid, uid, event: ChildEvent::of(info), user_time, system_time }
    }
}

impl ChildEvent {
    fn of(info: &sys::SigInfo) -> Self {
        let (code, status) = (info.code(), info.status().unwrap_or(0));
        let Ok(signal) = Signal::from_raw(status) else {
            return if code == libc::CLD_EXITED {
                Self::Exited(status)
            } else {
                Self::Other { code, status }
            };
        };
        match code {
            libc::CLD_EXITED => Self::Exited(status),
            libc::CLD_KILLED => Self::Killed(signal),
            libc::CLD_DUMPED => Self::Dumped(signal),
            libc::CLD_TRAPPED => Self::Trapped(signal),
            libc::CLD_STOPPED => Self::Stopped(signal),
            libc::CLD_CONTINUED => Self::Continued,
            _ => Self::Other { code, status },
        }
    }
}

impl FaultKind {
    fn of(info: &sys::SigInfo) -> Self {
        let code = info.code();
        match (info.signum().map(Signal::of), code) {
            (Some(Signal::SEGV), 1) => Self::NotMapped,
            (Some(Signal::SEGV), 2) => Self::NotPermitted,
            (Some(Signal::SEGV), codes::OUT_OF_BOUNDS) => Self::OutOfBounds,
            (Some(Signal::SEGV), codes::PROTECTION_KEY) => Self::ProtectionKey,
            (Some(Signal::BUS), libc::BUS_ADRALN) => Self::NotAligned,
            (Some(Signal::BUS), libc::BUS_ADRERR) => Self::NoSuchAddress,
            (Some(Signal::BUS), libc::BUS_OBJERR) => Self::Hardware,
            (Some(Signal::BUS), codes::BROKEN_MEMORY) => Self::BrokenMemory,
            (Some(Signal::BUS), codes::BROKEN_MEMORY_UNUSED) => Self::BrokenMemoryUnused,
            (Some(Signal::FPE), _) => Self::Arithmetic(code),
            (Some(Signal::ILL), _) => Self::Instruction(code),
            (Some(Signal::TRAP), _) => Self::Trap(code),
            _ => Self::Other(code),
        }
    }
}
