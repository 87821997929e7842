//! How deep a delivery goes: an alternate stack is painted, a child has one delivery on it, and the paint that is gone is
//! counted. Below the stack is a page that nobody may touch: who needs more than there is dies there.

use std::{ptr, slice};

use sigtrip_tests::raw;

use crate::kinds;

const PAINT: u8 = 0xA5;

pub(crate) fn print(kind: &str, bytes: usize) {
    let stack = Stack::new(bytes);
    let child = raw::fork();
    if child == 0 {
        let mut prepared = kinds::prepare(kind);
        (prepared.ready)();
        stack.use_for_signals();
        (prepared.deliver)();
        (prepared.check)();
        raw::exit_now(0);
    }
    let status = raw::wait_for_exit(child);
    let used = stack.used();
    println!("used {used} bytes, status {status}");
    assert!(status == 0 || kind == "is deep" || kinds::ENDS.contains(&kind), "status {status}");
}

/// In memory that parent and child have in common.
struct Stack {
    lowest: *mut u8,
    bytes: usize,
}

impl Stack {
    fn new(bytes: usize) -> Self {
        let page = page();
        let kind = libc::MAP_SHARED | libc::MAP_ANONYMOUS;
        let access = libc::PROT_READ | libc::PROT_WRITE;
        // SAFETY: new memory, wherever the kernel likes.
        let memory = unsafe { libc::mmap(ptr::null_mut(), page + bytes, access, kind, -1, 0) };
        assert_ne!(memory, libc::MAP_FAILED, "{}", std::io::Error::last_os_error());
        // SAFETY: the first page of what was just mapped.
        assert_eq!(unsafe { libc::mprotect(memory, page, libc::PROT_NONE) }, 0);
        // SAFETY: inside what was just mapped.
        let lowest = unsafe { memory.cast::<u8>().add(page) };
        // SAFETY: that many bytes were mapped there.
        unsafe { lowest.write_bytes(PAINT, bytes) };
        Self { lowest, bytes }
    }

    /// The calling thread's alternate stack is this one, for ever.
    fn use_for_signals(&self) {
        let new = libc::stack_t { ss_sp: self.lowest.cast(), ss_flags: 0, ss_size: self.bytes };
        // SAFETY: memory that is never unmapped; the old one is not asked for.
        let returned = unsafe { libc::sigaltstack(&raw const new, ptr::null_mut()) };
        assert_eq!(returned, 0, "{}", std::io::Error::last_os_error());
    }

    fn used(&self) -> usize {
        // SAFETY: mapped, and the child that wrote to it has ended.
        let bytes = unsafe { slice::from_raw_parts(self.lowest, self.bytes) };
        bytes.iter().position(|&byte| byte != PAINT).map_or(0, |at| self.bytes - at)
    }
}

fn page() -> usize {
    // SAFETY: a number in, a number out.
    let bytes = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    usize::try_from(bytes).expect("it is known")
}

/// What the kernel's frame may need on this processor; or, where it does not tell, C's constant.
pub(crate) fn smallest() -> usize {
    // SAFETY: a number in, a number out; 0 if it is not known.
    let told = unsafe { libc::getauxval(libc::AT_MINSIGSTKSZ) };
    libc::MINSIGSTKSZ.max(usize::try_from(told).expect("a size"))
}
