//! The system as foreign code uses it: what the library under test must live with.

#![allow(unsafe_code)]

mod origins;

pub use origins::{
    PosixTimer, fault, message_in_an_empty_queue, monotonic, no_signal_when_ready, parent, send_to,
    send_with_code, signal_when_ready, single_step, spin_until_killed,
};

use std::{ffi::c_int, mem::MaybeUninit, os::fd::AsRawFd, ptr, sync::atomic::AtomicU32};

use sigtrip::Signal;

/// A kernel disposition, as another library would keep it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Action {
    /// The handler's address.
    pub handler: usize,
    /// `SA_RESTART` and so on.
    pub flags: c_int,
    /// The signals in its mask.
    pub mask: u64,
}

/// A handler that takes the number.
pub type PlainHandler = extern "C" fn(c_int);

impl Action {
    /// A handler with these flags and this mask (bit n-1 for signal n).
    #[must_use]
    pub fn new(handler: PlainHandler, flags: c_int, mask: u64) -> Self {
        Self { handler: handler as *const () as usize, flags, mask }
    }

    /// `SIG_DFL`.
    pub const DEFAULT: Self = Self { handler: libc::SIG_DFL, flags: 0, mask: 0 };
    /// `SIG_IGN`.
    pub const IGNORE: Self = Self { handler: libc::SIG_IGN, flags: 0, mask: 0 };
}

/// `sigaction`: reads, and if `new` is given replaces.
///
/// # Panics
///
/// If the system refuses.
#[track_caller]
pub fn sigaction(signal: Signal, new: Option<Action>) -> Action {
    let mut old = MaybeUninit::<libc::sigaction>::zeroed();
    let new = new.map(to_libc);
    let new = new.as_ref().map_or(ptr::null(), ptr::from_ref);
    // SAFETY: `new` is null or a valid sigaction, `old` has room for one.
    let returned = unsafe { libc::sigaction(signal.number(), new, old.as_mut_ptr()) };
    assert_eq!(returned, 0, "sigaction({signal}): {}", std::io::Error::last_os_error());
    // SAFETY: filled in by the call.
    let old = unsafe { old.assume_init() };
    const SA_RESTORER: c_int = 0x0400_0000; // libc's own
    // SAFETY: the first 64 bits of a sigset_t are the kernel's mask.
    let mask = unsafe { ptr::from_ref(&old.sa_mask).cast::<u64>().read_unaligned() };
    Action { handler: old.sa_sigaction, flags: old.sa_flags & !SA_RESTORER, mask }
}

fn to_libc(action: Action) -> libc::sigaction {
    // SAFETY: all-zero is valid.
    let mut new: libc::sigaction = unsafe { MaybeUninit::zeroed().assume_init() };
    new.sa_sigaction = action.handler;
    new.sa_flags = action.flags;
    // SAFETY: the first 64 bits of a sigset_t are the kernel's mask.
    unsafe { ptr::from_mut(&mut new.sa_mask).cast::<u64>().write_unaligned(action.mask) };
    new
}

/// Has the command start with every signal at its default action.
pub fn with_default_signals(command: &mut std::process::Command) {
    let all_default = || {
        for number in 1..=Signal::MAX {
            // SAFETY: async-signal-safe, in a child that has one thread; what can not be set is left.
            unsafe { libc::signal(number, libc::SIG_DFL) };
        }
        Ok(())
    };
    // SAFETY: the closure makes system calls alone.
    unsafe { std::os::unix::process::CommandExt::pre_exec(command, all_default) };
}

/// Blocks or unblocks a signal in the calling thread.
pub fn block(signal: Signal, blocked: bool) {
    let mut set = MaybeUninit::<libc::sigset_t>::zeroed();
    // SAFETY: room for a set.
    unsafe { libc::sigemptyset(set.as_mut_ptr()) };
    // SAFETY: initialised above.
    unsafe { libc::sigaddset(set.as_mut_ptr(), signal.number()) };
    let how = if blocked { libc::SIG_BLOCK } else { libc::SIG_UNBLOCK };
    // SAFETY: a valid set; the old one is not asked for.
    unsafe { libc::pthread_sigmask(how, set.as_ptr(), ptr::null_mut()) };
}

/// Blocks a signal in the calling thread by the kernel's own call, which takes the numbers too that libc keeps for itself.
///
/// # Panics
///
/// If the system refuses.
pub fn block_past_libc(signal: Signal) {
    let set = 1_u64 << (signal.number() - 1);
    let no_old = ptr::null_mut::<u64>();
    // SAFETY: the kernel's set, of the size that is said; the old one is not asked for.
    let returned = unsafe {
        libc::syscall(libc::SYS_rt_sigprocmask, libc::SIG_BLOCK, &raw const set, no_old, size_of_val(&set))
    };
    assert_eq!(returned, 0, "rt_sigprocmask: {}", std::io::Error::last_os_error());
}

/// Unblocks every signal in the calling thread, all at once.
pub fn block_none() {
    let mut set = MaybeUninit::<libc::sigset_t>::zeroed();
    // SAFETY: room for a set.
    unsafe { libc::sigemptyset(set.as_mut_ptr()) };
    // SAFETY: a valid set; the old one is not asked for.
    unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, set.as_ptr(), ptr::null_mut()) };
}

/// The signals that the calling thread blocks: bit n-1 for signal n.
#[must_use]
pub fn mask() -> u64 {
    let mut set = MaybeUninit::<libc::sigset_t>::zeroed();
    // SAFETY: no new set, and room for the old one.
    unsafe { libc::pthread_sigmask(libc::SIG_BLOCK, ptr::null(), set.as_mut_ptr()) };
    // SAFETY: the first 64 bits of a sigset_t are the kernel's mask.
    unsafe { set.as_ptr().cast::<u64>().read_unaligned() }
}

/// Whether the calling thread blocks this signal.
#[must_use]
pub fn blocks(signal: Signal) -> bool {
    mask() >> (signal.number() - 1) & 1 != 0
}

/// What came with a signal that was sent by `sigqueue`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Queued {
    /// `SI_QUEUE`, if so.
    pub code: c_int,
    /// The sender.
    pub pid: c_int,
    /// `si_value.sival_int`.
    pub value: c_int,
}

/// Takes a signal that is pending and blocked; `None` if there is none.
///
/// # Panics
///
/// If the system refuses.
#[must_use]
pub fn take_queued(signal: Signal) -> Option<Queued> {
    let mut set = MaybeUninit::<libc::sigset_t>::zeroed();
    // SAFETY: room for a set.
    unsafe { libc::sigemptyset(set.as_mut_ptr()) };
    // SAFETY: initialised above.
    unsafe { libc::sigaddset(set.as_mut_ptr(), signal.number()) };
    let mut info = MaybeUninit::<libc::siginfo_t>::zeroed();
    let no_time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: a valid set and time, and room for the siginfo.
    let taken = unsafe { libc::sigtimedwait(set.as_ptr(), info.as_mut_ptr(), &raw const no_time) };
    if taken == -1 {
        assert_eq!(errno(), libc::EAGAIN);
        return None;
    }
    // SAFETY: filled in by the call.
    let info = unsafe { info.assume_init() };
    // SAFETY: the signal was sent by a process, so it has a sender.
    let pid = unsafe { info.si_pid() };
    // SAFETY: as above, and any bytes are a value.
    let value = unsafe { info.si_value() };
    // SAFETY: a union of an int and a pointer is at least as large as an int, and aligned for it.
    let value = unsafe { (&raw const value).cast::<c_int>().read() };
    Some(Queued { code: info.si_code, pid, value })
}

/// How many signals may queue for this user, from now on.
///
/// # Panics
///
/// If the system refuses.
pub fn limit_queue(signals: u32) {
    let signals = libc::rlim_t::from(signals);
    let limit = libc::rlimit { rlim_cur: signals, rlim_max: signals };
    // SAFETY: a valid limit.
    let returned = unsafe { libc::setrlimit(libc::RLIMIT_SIGPENDING, &raw const limit) };
    assert_eq!(returned, 0, "setrlimit: {}", std::io::Error::last_os_error());
}

/// Sets the timer of the program's own processor time as far as the kernel lets.
///
/// # Panics
///
/// If the system refuses.
pub fn set_timer_too_far() {
    let never = libc::timeval { tv_sec: libc::time_t::MAX, tv_usec: 0 };
    let new = libc::itimerval { it_interval: never, it_value: never };
    // SAFETY: a valid setting; the old one is not asked for.
    let returned = unsafe { libc::setitimer(libc::ITIMER_VIRTUAL, &raw const new, ptr::null_mut()) };
    assert_eq!(returned, 0, "setitimer: {}", std::io::Error::last_os_error());
}

/// `read(2)` of one byte, once.
///
/// # Errors
///
/// `errno`, if it returned -1.
pub fn read_once(from: &impl AsRawFd) -> Result<usize, c_int> {
    let mut byte = 0_u8;
    // SAFETY: an open descriptor and room for one byte.
    let returned = unsafe { libc::read(from.as_raw_fd(), (&raw mut byte).cast(), 1) };
    usize::try_from(returned).map_err(|_| errno())
}

/// Whether a signal waits to be delivered to the thread with this kernel number, be it blocked or not.
#[must_use]
pub fn is_pending(tid: i32, signal: Signal) -> bool {
    let status = std::fs::read_to_string(format!("/proc/self/task/{tid}/status")).unwrap_or_default();
    let bits = status.lines().find_map(|line| line.strip_prefix("SigPnd:"));
    let bits = bits.and_then(|bits| u64::from_str_radix(bits.trim(), 16).ok()).unwrap_or(0);
    bits >> (signal.number() - 1) & 1 != 0
}

/// Makes the calling process the only one of a new process group, whose number is its own.
///
/// # Panics
///
/// If the system refuses.
pub fn own_group() -> i32 {
    // SAFETY: numbers in, a number out.
    let returned = unsafe { libc::setpgid(0, 0) };
    assert_eq!(returned, 0, "setpgid: {}", std::io::Error::last_os_error());
    std::process::id().cast_signed()
}

/// This thread's errno.
#[must_use]
pub fn errno() -> c_int {
    // SAFETY: libc's pointer to this thread's errno is valid here.
    unsafe { *errno_location() }
}

/// Sets this thread's errno.
pub fn set_errno(errno: c_int) {
    // SAFETY: libc's pointer to this thread's errno is valid here.
    unsafe { *errno_location() = errno };
}

fn errno_location() -> *mut c_int {
    // SAFETY: no preconditions.
    unsafe { libc::__errno_location() }
}

/// Sends a signal to this process, and is no safe point.
///
/// # Panics
///
/// If the system refuses.
pub fn send_to_process(signal: Signal) {
    // SAFETY: numbers in, a number out.
    let returned = unsafe { libc::kill(std::process::id().cast_signed(), signal.number()) };
    assert_eq!(returned, 0, "kill: {}", std::io::Error::last_os_error());
}

/// A number that this process and the children that it forks have in common.
///
/// # Panics
///
/// If the system has no memory.
#[must_use]
pub fn shared_number() -> &'static AtomicU32 {
    &shared_numbers(1)[0]
}

/// Numbers that this process and the children that it forks have in common.
///
/// # Panics
///
/// If the system has no memory.
#[must_use]
pub fn shared_numbers(count: usize) -> &'static [AtomicU32] {
    let (access, kind) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_SHARED | libc::MAP_ANONYMOUS);
    // SAFETY: new memory, wherever the kernel likes.
    let pages = unsafe { libc::mmap(ptr::null_mut(), count * size_of::<AtomicU32>(), access, kind, -1, 0) };
    assert_ne!(pages, libc::MAP_FAILED, "mmap: {}", std::io::Error::last_os_error());
    // SAFETY: zeros, as many as these need, never unmapped; whoever has them uses them as these atomics.
    unsafe { std::slice::from_raw_parts(pages.cast(), count) }
}

/// Whether this process has children that it has not waited for.
#[must_use]
pub fn has_children() -> bool {
    let mut info = MaybeUninit::<libc::siginfo_t>::zeroed();
    let how = libc::WEXITED | libc::WNOHANG | libc::WNOWAIT;
    // SAFETY: numbers, and room for what is told; it takes no child away.
    unsafe { libc::waitid(libc::P_ALL, 0, info.as_mut_ptr(), how) == 0 }
}

/// Takes the status of a child that has ended, if there is one.
#[must_use]
pub fn take_a_child_that_has_ended() -> bool {
    // SAFETY: any child of ours; its status is not asked for.
    unsafe { libc::waitpid(-1, ptr::null_mut(), libc::WNOHANG) > 0 }
}

/// Waits until a child has been stopped.
///
/// # Panics
///
/// If it ends instead.
pub fn wait_until_it_is_stopped(pid: i32) {
    let mut status = 0;
    // SAFETY: our own child, and room for its status.
    while unsafe { libc::waitpid(pid, &raw mut status, libc::WUNTRACED) } == -1 {}
    assert!(libc::WIFSTOPPED(status), "it ended: {status:#x}");
}

/// Whether a process has a handler for this signal.
#[must_use]
pub fn catches(pid: i32, signal: Signal) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let bits = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
    let bits = bits.and_then(|bits| u64::from_str_radix(bits.trim(), 16).ok()).unwrap_or(0);
    bits >> (signal.number() - 1) & 1 != 0
}

/// The numbers of the descriptors that are open.
///
/// # Panics
///
/// If there is no `/proc`.
#[must_use]
pub fn descriptors() -> Vec<c_int> {
    let number = |entry: std::io::Result<std::fs::DirEntry>| {
        entry.expect("it can be read").file_name().to_string_lossy().parse().expect("a number")
    };
    let mut all: Vec<c_int> =
        std::fs::read_dir("/proc/self/fd").expect("there is /proc").map(number).collect();
    all.sort_unstable();
    // One of them was that by which they were read.
    // SAFETY: a number, and a number out.
    all.retain(|&descriptor| unsafe { libc::fcntl(descriptor, libc::F_GETFD) } >= 0);
    all
}

/// The kernel's numbers of the eventfds that are open here: the same in two processes if they have one in common.
#[must_use]
pub fn eventfds() -> Vec<String> {
    let id = |descriptor: c_int| {
        let about = std::fs::read_to_string(format!("/proc/self/fdinfo/{descriptor}")).unwrap_or_default();
        about.lines().find_map(|line| line.strip_prefix("eventfd-id:")).map(|id| id.trim().to_owned())
    };
    descriptors().into_iter().filter_map(id).collect()
}

/// `fork` where it is to be refused. Returns `errno`, or ends the child at once and returns 0.
#[must_use]
pub fn refused_fork() -> c_int {
    // SAFETY: as in `in_a_fork`; a child ends at once.
    match unsafe { libc::fork() } {
        -1 => errno(),
        0 => exit_now(0),
        pid => wait_for_exit(pid),
    }
}

/// A thread as C names it.
#[derive(Clone, Copy, Debug)]
pub struct Thread(libc::pthread_t);

impl Thread {
    /// The calling thread.
    #[must_use]
    pub fn current() -> Self {
        // SAFETY: no preconditions.
        Self(unsafe { libc::pthread_self() })
    }

    /// Sends it a signal. The thread must be alive.
    ///
    /// # Panics
    ///
    /// If the system refuses.
    pub fn send(self, signal: Signal) {
        // SAFETY: the caller keeps the thread alive.
        let returned = unsafe { libc::pthread_kill(self.0, signal.number()) };
        assert_eq!(returned, 0);
    }
}

/// Whether the thread with this kernel number sleeps in a system call, as the kernel tells it.
#[must_use]
pub fn sleeps(tid: i32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/self/task/{tid}/stat")).unwrap_or_default();
    stat.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('S'))
}

/// The calling thread's kernel number.
#[must_use]
pub fn tid() -> i32 {
    // SAFETY: no preconditions.
    unsafe { libc::gettid() }
}

/// Waits until that thread sleeps in this very system call.
pub fn wait_until_it_sleeps_in(tid: i32, call: std::ffi::c_long) {
    let (path, call) = (format!("/proc/self/task/{tid}/syscall"), call.to_string());
    let in_the_call = || {
        let now = std::fs::read_to_string(&path).unwrap_or_default();
        now.split_whitespace().next() == Some(call.as_str())
    };
    while !in_the_call() {
        std::thread::yield_now();
    }
}

/// Waits until that thread sleeps in a system call.
pub fn wait_until_it_sleeps(tid: i32) {
    while !sleeps(tid) {
        std::thread::yield_now();
    }
}

/// Forks; the child runs `child` and ends with the status that it returns, 101 if it panics. Returns that status.
///
/// # Panics
///
/// If the system can not fork, or the child is killed.
#[track_caller]
pub fn in_a_fork(child: impl FnOnce() -> i32) -> i32 {
    // SAFETY: the child does what a forked child of these tests may: it takes no lock that another thread of the parent
    // could have held, except where that is what is tested.
    let pid = unsafe { libc::fork() };
    assert!(pid >= 0, "fork: {}", std::io::Error::last_os_error());
    if pid == 0 {
        let status = std::panic::catch_unwind(std::panic::AssertUnwindSafe(child)).unwrap_or(101);
        // SAFETY: ends the child at once.
        unsafe { libc::_exit(status) };
    }
    let mut status = 0;
    // SAFETY: our own child, and room for its status.
    while unsafe { libc::waitpid(pid, &raw mut status, 0) } == -1 {}
    assert!(libc::WIFEXITED(status), "the child did not exit: {status:#x}");
    libc::WEXITSTATUS(status)
}

/// Sends a signal with a number to this process.
///
/// # Panics
///
/// If the system refuses.
pub fn queue(signal: Signal, value: i32) {
    let value = sigval(value);
    let me = std::process::id().cast_signed();
    // SAFETY: numbers in, a number out.
    let returned = unsafe { libc::sigqueue(me, signal.number(), value) };
    assert_eq!(returned, 0, "{}", std::io::Error::last_os_error());
}

/// A number as C's union has it.
fn sigval(value: i32) -> libc::sigval {
    let bytes = usize::from_ne_bytes({
        let mut bytes = [0; size_of::<usize>()];
        bytes[..4].copy_from_slice(&value.to_ne_bytes());
        bytes
    });
    libc::sigval { sival_ptr: ptr::without_provenance_mut(bytes) }
}

/// Closes a descriptor, whoever owns it, if it is open.
pub fn close(descriptor: c_int) {
    // SAFETY: the caller has made sure that nobody's safety depends on it.
    unsafe { libc::close(descriptor) };
}

/// Forks, and returns on both sides: 0 in the child.
///
/// # Panics
///
/// If the system can not fork.
#[must_use]
pub fn fork() -> i32 {
    // SAFETY: as in `in_a_fork`.
    let pid = unsafe { libc::fork() };
    assert!(pid >= 0, "fork: {}", std::io::Error::last_os_error());
    pid
}

/// Waits for a child, and returns its exit status; 128 + number if a signal killed it.
#[must_use]
pub fn wait_for_exit(pid: i32) -> i32 {
    let mut status = 0;
    // SAFETY: our own child, and room for its status.
    while unsafe { libc::waitpid(pid, &raw mut status, 0) } == -1 {}
    if libc::WIFEXITED(status) { libc::WEXITSTATUS(status) } else { 128 + libc::WTERMSIG(status) }
}

/// Forks by the kernel's own call, of which libc is told nothing; the child ends with the status that this returns.
///
/// # Panics
///
/// If the system refuses.
#[must_use]
pub fn in_a_bare_fork(child: impl FnOnce() -> i32) -> i32 {
    // SAFETY: as `fork`, with the same stack, for a child that does what one may do before exec.
    let pid = unsafe { libc::syscall(libc::SYS_clone, libc::SIGCHLD, 0, 0, 0, 0) };
    assert!(pid >= 0, "clone: {}", std::io::Error::last_os_error());
    if pid == 0 { exit_now(child()) } else { wait_for_exit(i32::try_from(pid).expect("a process")) }
}

/// Waits for the end of a child.
#[must_use]
pub fn wait_status(pid: i32) -> std::process::ExitStatus {
    std::os::unix::process::ExitStatusExt::from_raw(wait(pid, 0))
}

/// Waits until a child is stopped, and returns by which signal.
///
/// # Panics
///
/// If it ends.
#[must_use]
#[track_caller]
pub fn wait_until_it_stops(pid: i32) -> c_int {
    let status = wait(pid, libc::WUNTRACED);
    assert!(libc::WIFSTOPPED(status), "the child did not stop: {status:#x}");
    libc::WSTOPSIG(status)
}

fn wait(pid: i32, options: c_int) -> c_int {
    let mut status = 0;
    // SAFETY: our own child, and room for its status.
    while unsafe { libc::waitpid(pid, &raw mut status, options) } == -1 {}
    status
}

/// Whether this is a child of this process that nobody has waited for.
#[must_use]
pub fn is_our_child(pid: i32) -> bool {
    let (mut info, look) =
        (MaybeUninit::<libc::siginfo_t>::zeroed(), libc::WEXITED | libc::WNOHANG | libc::WNOWAIT);
    // SAFETY: room for a siginfo; the child stays to be waited for.
    let looked = unsafe { libc::waitid(libc::P_PID, pid.cast_unsigned(), info.as_mut_ptr(), look) };
    looked == 0
}

/// Ends the process at once, as a forked child must.
pub fn exit_now(status: i32) -> ! {
    // SAFETY: no preconditions.
    unsafe { libc::_exit(status) }
}

/// A file in memory, without a name.
///
/// # Panics
///
/// If the system has none.
#[must_use]
pub fn unnamed_file() -> std::fs::File {
    // SAFETY: a string that ends with a zero byte.
    let descriptor = unsafe { libc::memfd_create(c"unnamed".as_ptr(), libc::MFD_CLOEXEC) };
    assert!(descriptor >= 0, "memfd_create: {}", std::io::Error::last_os_error());
    // SAFETY: a new descriptor, which nobody else knows.
    unsafe { std::os::fd::FromRawFd::from_raw_fd(descriptor) }
}

/// Has the child call this before it executes the command.
pub fn before_exec(command: &mut std::process::Command, what: fn() -> std::io::Result<()>) {
    // SAFETY: what is given here is async-signal-safe.
    unsafe { std::os::unix::process::CommandExt::pre_exec(command, what) };
}

/// Makes a descriptor never block.
pub fn set_nonblocking(descriptor: std::os::fd::BorrowedFd<'_>) {
    let number = AsRawFd::as_raw_fd(&descriptor);
    // SAFETY: an open descriptor and numbers.
    unsafe { libc::fcntl(number, libc::F_SETFL, libc::O_NONBLOCK) };
}

/// The real user of this process.
#[must_use]
pub fn uid() -> u32 {
    // SAFETY: no preconditions.
    unsafe { libc::getuid() }
}

/// A new eventfd that never blocks.
///
/// # Panics
///
/// If the system has none.
#[must_use]
pub fn eventfd() -> std::fs::File {
    // SAFETY: numbers in, a number out.
    let descriptor = unsafe { libc::eventfd(0, libc::EFD_NONBLOCK) };
    assert!(descriptor >= 0, "eventfd: {}", std::io::Error::last_os_error());
    // SAFETY: a new descriptor, which nobody else knows.
    unsafe { std::os::fd::FromRawFd::from_raw_fd(descriptor) }
}
