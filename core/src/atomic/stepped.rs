//! The body for tests that play the signal: before each atomic operation the calling thread's hook runs, as a
//! signal would that came just then. What loom can not show (it has threads, but no signal that interrupts its
//! own thread) is shown here.

use std::{boxed::Box, cell::RefCell};

pub(crate) use core::sync::atomic::Ordering;

/// Signals per word of a bitmap: the width of `usize`, in bits.
pub const WORD_BITS: usize = usize::BITS as usize;

type Hook = Box<dyn FnMut()>;

std::thread_local! {
    static HOOK: RefCell<Option<Hook>> = const { RefCell::new(None) };
}

/// Sets what runs before each atomic step of this thread, or nothing; for tests. A hook's own steps run no hook.
pub fn step(hook: Option<Hook>) {
    HOOK.with(|cell| *cell.borrow_mut() = hook);
}

fn before_step() {
    let Some(mut hook) = HOOK.with(RefCell::take) else { return };
    hook();
    HOOK.with(|cell| {
        cell.borrow_mut().get_or_insert(hook);
    });
}

/// Wraps one of `core`'s atomics, so that each operation named runs the hook first.
macro_rules! stepped {
    ($name:ident<$($param:ident)?>, $value:ty, $($op:ident($($arg:ident: $type:ty),*) -> $ret:ty;)*) => {
        #[derive(Debug)]
        pub(crate) struct $name<$($param)?>(core::sync::atomic::$name<$($param)?>);

        impl<$($param)?> $name<$($param)?> {
            pub(crate) const fn new(value: $value) -> Self {
                Self(core::sync::atomic::$name::new(value))
            }
            $(pub(crate) fn $op(&self, $($arg: $type,)* order: Ordering) -> $ret {
                before_step();
                self.0.$op($($arg,)* order)
            })*
        }
    };
}

stepped!(AtomicUsize<>, usize,
    load() -> usize; store(value: usize) -> (); fetch_or(bits: usize) -> usize; fetch_and(bits: usize) -> usize;
    fetch_add(more: usize) -> usize; fetch_sub(less: usize) -> usize; swap(value: usize) -> usize;);
stepped!(AtomicU32<>, u32, load() -> u32; swap(value: u32) -> u32;);
stepped!(AtomicPtr<T>, *mut T, load() -> *mut T; swap(new: *mut T) -> *mut T;);

impl AtomicUsize {
    /// The one operation with two orderings.
    pub(crate) fn compare_exchange(
        &self,
        current: usize,
        new: usize,
        success: Ordering,
        failure: Ordering,
    ) -> Result<usize, usize> {
        before_step();
        self.0.compare_exchange(current, new, success, failure)
    }
}

impl AtomicU32 {
    pub(crate) const fn as_ptr(&self) -> *mut u32 {
        self.0.as_ptr()
    }
}

pub(crate) const fn zeroed_words<const N: usize>() -> [AtomicUsize; N] {
    [const { AtomicUsize::new(0) }; N]
}

pub(crate) const fn zeroed_rows<const LENGTH: usize, const N: usize>() -> [[AtomicUsize; LENGTH]; N] {
    [const { zeroed_words() }; N]
}

pub(crate) const fn null_pointers<const N: usize>() -> [[AtomicPtr<()>; WORD_BITS]; N] {
    [const { [const { AtomicPtr::new(core::ptr::null_mut()) }; WORD_BITS] }; N]
}
