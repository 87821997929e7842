//! What the stepper (`tests/step.rs`) and the program that it steps (`src/bin/step_child`) say to each other.
//!
//! The program tells its operations as lines of text, stops at a breakpoint where the operation begins, with the address
//! of a [`Report`] in its first argument register, and executes [`END`] where it ends. Then it looks at itself and exits: with the
//! runs of its two handlers, or with what is [`Broken`].

use std::sync::atomic::{AtomicU32, AtomicU64};

/// The instruction that says that the operation has ended: one that does nothing, as no compiler writes it.
pub const END: [u8; 7] = [0x0F, 0x1F, 0x80, b'S', b'T', b'E', b'P'];

/// What the tracer is to find in the memory of the program.
#[derive(Debug)]
#[repr(C)]
pub struct Report {
    /// How often the handler of each of the two signals has started.
    pub runs: [AtomicU32; 2],
    /// How often each of the two was delivered before the operation began.
    pub delivered: [AtomicU32; 2],
    /// The address of the first thread's `errno`.
    pub errno: AtomicU64,
    /// The address of a `syscall` that a breakpoint follows.
    pub system_call: AtomicU64,
    /// Where the C library keeps the kernel's number of the thread; 0 if it is not known.
    pub thread_number: AtomicU64,
}

/// The largest number of runs that a program can tell.
pub const MOST_RUNS: u32 = 7;

/// The exit status of a program that has found nothing broken.
#[must_use]
pub const fn status_of_runs(runs: [u32; 2]) -> i32 {
    (runs[0] | runs[1] << 3).cast_signed()
}

/// The runs that a status tells; `None` if it tells something else.
#[must_use]
pub const fn runs_of_status(status: i32) -> Option<[u32; 2]> {
    let status = status.cast_unsigned();
    if status < 1 << 6 { Some([status & MOST_RUNS, status >> 3]) } else { None }
}

/// What does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// A handler did not run after a delivery.
    Lost,
    /// A handler ran more often than its signal was delivered.
    TooOften,
    /// Something is pending though there were safe points.
    LeftPending,
    /// The operation has set `errno`, or a handler in signal context has not kept it.
    Errno,
    /// What the kernel does with a signal is not what it is to do.
    Disposition,
    /// The thread blocks other signals than before.
    Mask,
    /// Signal context has allocated.
    Allocated,
    /// Not the bytes that the wakeup descriptor was to get.
    Bytes,
    /// The operation returned something else.
    Returned,
    /// A child of fork has ended otherwise than it should.
    Child,
    /// Signal context has made a system call that it may not make.
    SystemCall,
    /// The process ended by a panic, a signal, or in some other way.
    Ended,
    /// It did not end: a lost wake, or a deadlock.
    Hangs,
    /// A change of disposition took place at more than one instruction.
    ChangedTwice,
}

impl Broken {
    const BY_STATUS: [Self; 9] = [
        Self::LeftPending,
        Self::Errno,
        Self::Disposition,
        Self::Mask,
        Self::Allocated,
        Self::Bytes,
        Self::Returned,
        Self::Child,
        Self::TooOften,
    ];
    const FIRST_STATUS: i32 = 64;

    /// The exit status of a program that has found this.
    ///
    /// # Panics
    ///
    /// If it is something that only the tracer can find.
    #[must_use]
    pub fn status(self) -> i32 {
        let place = Self::BY_STATUS.iter().position(|&it| it == self).expect("a program can find this");
        Self::FIRST_STATUS + i32::try_from(place).expect("there are few")
    }

    /// What an exit status tells.
    #[must_use]
    pub fn of_status(status: i32) -> Self {
        let place = usize::try_from(status - Self::FIRST_STATUS);
        place.ok().and_then(|place| Self::BY_STATUS.get(place).copied()).unwrap_or(Self::Ended)
    }
}

#[test]
fn a_status_tells_what_it_was_made_of() {
    for runs in [[0, 0], [1, 0], [0, 7], [3, 4], [7, 7]] {
        assert_eq!(runs_of_status(status_of_runs(runs)), Some(runs));
    }
    for broken in Broken::BY_STATUS {
        assert_eq!(runs_of_status(broken.status()), None);
        assert_eq!(Broken::of_status(broken.status()), broken);
    }
    assert_eq!(Broken::of_status(101), Broken::Ended); // a panic
}
