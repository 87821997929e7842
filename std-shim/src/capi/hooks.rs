//! C functions that run in signal context.
//!
//! What is added there to what every hook costs is the call: [`call`] finds function and data in the node that it is given.

use core::{
    ffi::{c_int, c_void},
    mem,
};

use super::{
    answer::{Code, done, plainly},
    given,
};
use crate::{
    HookOptions, SigInfo,
    hooks::emulate_default,
    owner::hooks::pool::{self, Content},
    trip::hook::Node,
};

const SIGTRIP_HOOK_ALONE: u32 = 1;
const SIGTRIP_HOOK_FAULTS: u32 = 2;
#[allow(dead_code, reason = "the header has it: a test compares the two")]
const SIGTRIP_HOOK_ROOM: c_int = 64;
const _: () = assert!(SIGTRIP_HOOK_ROOM as usize == pool::ROOM);

type Hook = unsafe extern "C" fn(signal: c_int, siginfo: *const c_void, data: *mut c_void);

/// # Safety
///
/// - The node's function is a `Hook`, which may be called in signal context with the node's data.
unsafe fn call(node: &Node, info: &SigInfo) {
    // SAFETY: by the caller's promise.
    let hook = unsafe { mem::transmute::<*mut (), Hook>(node.function()) };
    // SAFETY: by the caller's promise; the record lives during the call.
    unsafe { hook(info.si_signo(), info.raw().as_c(), node.data().cast()) };
}

#[unsafe(no_mangle)]
unsafe extern "C" fn sigtrip_hook_register(
    signal: c_int,
    hook: Option<Hook>,
    data: *mut c_void,
    options: u32,
    id: *mut u64,
) -> c_int {
    done(|| {
        let options = given::options(options, SIGTRIP_HOOK_ALONE | SIGTRIP_HOOK_FAULTS)?;
        let content = Content { call, function: given::needed(hook)? as *mut (), data: data.cast() };
        let chain = HookOptions::new().chain(options & SIGTRIP_HOOK_ALONE == 0);
        let faults = options & SIGTRIP_HOOK_FAULTS != 0;
        // SAFETY: `call` is given what the node holds, and the header asks of the hook what is asked of every hook.
        let number = unsafe { pool::register(given::signal(signal)?, chain, faults, &content) }?;
        // SAFETY: so the header asks.
        unsafe { given::write(id, number) };
        Ok(())
    })
}

#[unsafe(no_mangle)]
extern "C" fn sigtrip_hook_unregister(id: u64) -> c_int {
    done(|| if pool::unregister(id) { Ok(()) } else { Err(Code::errno(libc::ENOENT)) })
}

#[unsafe(no_mangle)]
extern "C" fn sigtrip_emulate_default(signal: c_int) -> c_int {
    // Signal context.
    plainly(|| {
        emulate_default(given::signal(signal)?)?;
        Ok(0)
    })
}
