//! Children as C programs make them: by vfork, by `posix_spawn`.

#![allow(unsafe_code)]

use std::{
    ffi::{CString, c_int, c_void},
    mem::MaybeUninit,
    os::unix::ffi::OsStrExt,
    path::Path,
    ptr,
};

use sigtrip::Signal;

use crate::raw;

/// A stack for a child that shares our memory.
#[repr(C, align(16))]
struct Stack([u8; 64 << 10]);

/// What the child is told.
struct Order {
    signal: c_int,
    executes: bool,
}

/// A child as by vfork: it has our memory, and the calling thread waits until it ends or executes. It sends itself the signal a
/// few times, then executes `true` or just ends. Returns its exit status.
///
/// # Panics
///
/// If the system makes none.
#[must_use]
pub fn in_a_vfork(signal: Signal, executes: bool) -> i32 {
    let mut stack: Box<MaybeUninit<Stack>> = Box::new_uninit();
    let order = Order { signal: signal.number(), executes };
    let flags = libc::CLONE_VM | libc::CLONE_VFORK | libc::SIGCHLD;
    // SAFETY: one past the end of the stack, which is that large.
    let top = unsafe { stack.as_mut_ptr().add(1) };
    let argument = ptr::from_ref(&order).cast_mut().cast();
    // SAFETY: a function that makes system calls alone, on a stack of its own; this thread, whose variables it uses, waits for it.
    let pid = unsafe { libc::clone(child_of_vfork, top.cast(), flags, argument) };
    assert!(pid > 0, "clone: {}", std::io::Error::last_os_error());
    raw::wait_for_exit(pid)
}

extern "C" fn child_of_vfork(order: *mut c_void) -> c_int {
    // SAFETY: it lives in the frame of the thread that waits.
    let order = unsafe { &*order.cast::<Order>() };
    for _ in 0..3 {
        // SAFETY: no preconditions.
        let me = unsafe { libc::getpid() };
        // SAFETY: numbers in, a number out.
        unsafe { libc::kill(me, order.signal) };
    }
    if order.executes {
        let arguments = [c"true".as_ptr(), ptr::null()];
        // SAFETY: strings that end with a zero byte, and a list of them that ends with null.
        unsafe { libc::execv(c"/bin/true".as_ptr(), arguments.as_ptr()) };
        return 127;
    }
    0
}

/// What a child of [`posix_spawn`] starts with.
#[derive(Clone, Copy, Debug)]
pub struct Attributes {
    /// The signals that get their default action: bit n-1 for signal n.
    pub default: u64,
    /// The signals that are blocked.
    pub mask: u64,
}

/// Starts a program with one argument. Returns its process number.
///
/// # Panics
///
/// If the system refuses.
#[must_use]
pub fn posix_spawn(program: &Path, argument: &str, attributes: Attributes) -> i32 {
    let program = CString::new(program.as_os_str().as_bytes()).expect("a path");
    let argument = CString::new(argument).expect("no zero in it");
    let arguments = [program.as_ptr().cast_mut(), argument.as_ptr().cast_mut(), ptr::null_mut()];
    let no_environment = [ptr::null_mut()];
    let mut spawned = Spawned::new(attributes);
    let mut pid = 0;
    // SAFETY: strings that end with a zero byte, lists of them that end with null, initialised attributes.
    let errno = unsafe {
        libc::posix_spawn(
            &raw mut pid,
            program.as_ptr(),
            ptr::null(),
            spawned.0.as_mut_ptr(),
            arguments.as_ptr(),
            no_environment.as_ptr(),
        )
    };
    assert_eq!(errno, 0, "posix_spawn: {}", std::io::Error::from_raw_os_error(errno));
    pid
}

/// Initialised attributes.
struct Spawned(MaybeUninit<libc::posix_spawnattr_t>);

impl Spawned {
    fn new(Attributes { default, mask }: Attributes) -> Self {
        let mut new = Self(MaybeUninit::zeroed());
        let flags = libc::POSIX_SPAWN_SETSIGDEF | libc::POSIX_SPAWN_SETSIGMASK;
        // SAFETY: room for the attributes.
        unsafe { libc::posix_spawnattr_init(new.0.as_mut_ptr()) };
        // SAFETY: initialised above; so for the next two.
        unsafe { libc::posix_spawnattr_setflags(new.0.as_mut_ptr(), flags.try_into().expect("a short")) };
        // SAFETY: as above, and a valid set.
        unsafe { libc::posix_spawnattr_setsigdefault(new.0.as_mut_ptr(), &raw const *set(default)) };
        // SAFETY: as above.
        unsafe { libc::posix_spawnattr_setsigmask(new.0.as_mut_ptr(), &raw const *set(mask)) };
        new
    }
}

impl Drop for Spawned {
    fn drop(&mut self) {
        // SAFETY: initialised in `new`.
        unsafe { libc::posix_spawnattr_destroy(self.0.as_mut_ptr()) };
    }
}

fn set(bits: u64) -> Box<libc::sigset_t> {
    // SAFETY: all-zero is the empty set.
    let mut set: Box<libc::sigset_t> = Box::new(unsafe { MaybeUninit::zeroed().assume_init() });
    // SAFETY: the first 64 bits of a sigset_t are the kernel's mask.
    unsafe { (&raw mut *set).cast::<u64>().write_unaligned(bits) };
    set
}
