//! Whoever can send a signal: processes, timers, children, descriptors, message queues, instructions.

use std::{ffi::c_int, mem::MaybeUninit, os::fd::AsRawFd, ptr, time::Duration};

use sigtrip::Signal;

/// The monotonic clock.
#[must_use]
pub fn monotonic() -> Duration {
    let mut time = MaybeUninit::<libc::timespec>::zeroed();
    // SAFETY: room for a timespec.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, time.as_mut_ptr()) };
    // SAFETY: filled in by the call, and zeroed it was valid already.
    let time = unsafe { time.assume_init() };
    // This clock has no negative time.
    Duration::new(time.tv_sec.try_into().unwrap_or(0), time.tv_nsec.try_into().unwrap_or(0))
}

/// Sends a signal to a process.
///
/// # Panics
///
/// If the system refuses.
pub fn send_to(pid: i32, signal: Signal) {
    // SAFETY: numbers in, a number out.
    assert_eq!(unsafe { libc::kill(pid, signal.number()) }, 0, "{}", std::io::Error::last_os_error());
}

/// The parent of this process.
#[must_use]
pub fn parent() -> i32 {
    // SAFETY: no preconditions.
    unsafe { libc::getppid() }
}

/// A timer of `timer_create` that sends a signal with a number again and again; stopped when dropped.
#[derive(Debug)]
pub struct PosixTimer(libc::timer_t);

impl PosixTimer {
    /// Starts it.
    ///
    /// # Panics
    ///
    /// If the system refuses.
    #[must_use]
    pub fn start(signal: Signal, value: i32, interval: Duration) -> Self {
        // SAFETY: all-zero is valid.
        let mut event: libc::sigevent = unsafe { MaybeUninit::zeroed().assume_init() };
        event.sigev_notify = libc::SIGEV_SIGNAL;
        event.sigev_signo = signal.number();
        event.sigev_value = super::sigval(value);
        let mut timer = MaybeUninit::<libc::timer_t>::zeroed();
        // SAFETY: a valid event, and room for the timer.
        let made = unsafe { libc::timer_create(libc::CLOCK_MONOTONIC, &raw mut event, timer.as_mut_ptr()) };
        assert_eq!(made, 0, "{}", std::io::Error::last_os_error());
        let interval = libc::timespec { tv_sec: 0, tv_nsec: interval.subsec_nanos().cast_signed().into() };
        let setting = libc::itimerspec { it_interval: interval, it_value: interval };
        // SAFETY: made by the call above.
        let timer = unsafe { timer.assume_init() };
        // SAFETY: a timer of ours and a valid setting; the old one is not asked for.
        let set = unsafe { libc::timer_settime(timer, 0, &raw const setting, ptr::null_mut()) };
        assert_eq!(set, 0, "{}", std::io::Error::last_os_error());
        Self(timer)
    }
}

impl Drop for PosixTimer {
    fn drop(&mut self) {
        // SAFETY: our own timer, which nobody uses any more.
        unsafe { libc::timer_delete(self.0) };
    }
}

/// Works until SIGPROF kills this process after a tenth of a second of processor time.
pub fn spin_until_killed() -> ! {
    let tenth = libc::timeval { tv_sec: 0, tv_usec: 100_000 };
    let setting = libc::itimerval { it_interval: tenth, it_value: tenth };
    // SAFETY: a valid setting; the old one is not asked for.
    unsafe { libc::setitimer(libc::ITIMER_PROF, &raw const setting, ptr::null_mut()) };
    loop {
        std::hint::spin_loop();
    }
}

/// Has this process sent a signal when the descriptor is ready: SIGIO itself, or another one in its place.
///
/// # Panics
///
/// If the system refuses.
pub fn signal_when_ready(descriptor: &impl AsRawFd, signal: Signal) {
    const F_SETSIG: c_int = 10; // libc has no name for it
    let number = descriptor.as_raw_fd();
    let me = std::process::id().cast_signed();
    for (what, argument) in
        [(libc::F_SETOWN, me), (F_SETSIG, signal.number()), (libc::F_SETFL, libc::O_ASYNC)]
    {
        // SAFETY: an open descriptor and numbers.
        let set = unsafe { libc::fcntl(number, what, argument) };
        assert_eq!(set, 0, "fcntl {what}: {}", std::io::Error::last_os_error());
    }
}

/// No more.
pub fn no_signal_when_ready(descriptor: &impl AsRawFd) {
    // SAFETY: an open descriptor and numbers.
    unsafe { libc::fcntl(descriptor.as_raw_fd(), libc::F_SETFL, 0) };
}

/// Asks for a signal with a number when a message comes to a queue of this process, and sends one there. False where there are
/// no such queues.
///
/// # Panics
///
/// If the system has queues and refuses this.
#[must_use]
pub fn message_in_an_empty_queue(signal: Signal, value: i32) -> bool {
    let name = std::ffi::CString::new(format!("/sigtrip-{}", std::process::id())).expect("no zero byte");
    let flags = libc::O_CREAT | libc::O_RDWR;
    // SAFETY: a string that ends with a zero byte; the default attributes.
    let queue = unsafe { libc::mq_open(name.as_ptr(), flags, 0o600, ptr::null_mut::<libc::mq_attr>()) };
    if queue < 0 {
        return false;
    }
    // SAFETY: as above.
    unsafe { libc::mq_unlink(name.as_ptr()) };
    // SAFETY: all-zero is valid.
    let mut event: libc::sigevent = unsafe { MaybeUninit::zeroed().assume_init() };
    event.sigev_notify = libc::SIGEV_SIGNAL;
    event.sigev_signo = signal.number();
    event.sigev_value = super::sigval(value);
    // SAFETY: our own queue and a valid event.
    assert_eq!(unsafe { libc::mq_notify(queue, &raw const event) }, 0);
    // SAFETY: our own queue, and a message of one byte.
    assert_eq!(unsafe { libc::mq_send(queue, c"x".as_ptr(), 1, 0) }, 0);
    // SAFETY: our own queue, used no more.
    unsafe { libc::mq_close(queue) };
    true
}

/// Runs a few instructions with the processor's trap flag set: SIGTRAP after each. False on a processor without one.
#[must_use]
pub fn single_step() -> bool {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: the flag is set and cleared again, and the flags themselves saved below the red zone.
    unsafe {
        std::arch::asm!(
            "sub rsp, 128",
            "pushfq",
            "or qword ptr [rsp], 0x100",
            "popfq",
            "nop",
            "pushfq",
            "and qword ptr [rsp], ~0x100",
            "popfq",
            "add rsp, 128",
        );
    }
    cfg!(target_arch = "x86_64")
}

/// Sends this process a signal with any code, and two numbers where an address and what follows it stand.
///
/// # Panics
///
/// If the system refuses.
pub fn send_with_code(signal: Signal, code: c_int, address: usize, next: i32) {
    // SAFETY: all-zero is valid.
    let mut info: libc::siginfo_t = unsafe { MaybeUninit::zeroed().assume_init() };
    info.si_signo = signal.number();
    info.si_code = code;
    // Words of the siginfo_t, behind its three first numbers and what fills them up.
    let words = ptr::from_mut(&mut info).cast::<[usize; 64 / size_of::<usize>()]>();
    // SAFETY: a siginfo_t is larger, at least as aligned, and ours alone.
    let words = unsafe { &mut *words };
    let fields = 16 / size_of::<usize>();
    words[fields] = address;
    words[fields + 1] = next.cast_unsigned() as usize;
    let me = std::process::id();
    // SAFETY: a valid record; a process may send itself any code.
    let sent = unsafe { libc::syscall(libc::SYS_rt_sigqueueinfo, me, signal.number(), &raw const info) };
    assert_eq!(sent, 0, "{}", std::io::Error::last_os_error());
}

/// Reads where nothing is mapped.
pub fn fault() {
    // SAFETY: none: it is to fault, in a process that is to die of it.
    unsafe { ptr::without_provenance::<u8>(8).read_volatile() };
}
