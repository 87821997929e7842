//! Handlers where there is a heap: any closure.

use core::{any::type_name, ptr::NonNull};
use std::sync::Arc;

use super::{Count, Delivery, Handler, Header, Outcome};
use crate::Interrupt;

/// A closure on the heap, behind its header.
#[repr(C)] // the header first: a pointer to the whole is a pointer to the header
struct Counted<F> {
    header: Header,
    function: F,
}

impl<F, R> Counted<F>
where
    F: Fn(&Delivery) -> R + Send + Sync + 'static,
    R: Outcome,
{
    /// # Safety
    ///
    /// - `header` is that of an `Arc<Counted<F>>`, alive during the call. So for all three.
    unsafe fn call(header: NonNull<Header>, delivery: &Delivery) -> Result<(), Interrupt> {
        // SAFETY: by the caller's promise; the header is the first field.
        let this = unsafe { header.cast::<Self>().as_ref() };
        (this.function)(delivery).into_result()
    }

    unsafe fn more(header: NonNull<Header>) {
        // SAFETY: by the caller's promise; the pointer came from `Arc::into_raw`.
        unsafe { Arc::increment_strong_count(header.cast::<Self>().as_ptr()) };
    }

    unsafe fn less(header: NonNull<Header>) {
        // SAFETY: by the caller's promise; the pointer came from `Arc::into_raw`.
        unsafe { Arc::decrement_strong_count(header.cast::<Self>().as_ptr()) };
    }
}

impl Handler {
    /// A handler from a function or a closure. One that captures something is put on the heap.
    ///
    /// It is `Fn`, not `FnMut`, because handlers nest: it may be called again, at a safe point of its own, before it has
    /// returned.
    ///
    /// ```
    /// use sigtrip::Handler;
    ///
    /// let greeting = String::from("reloading");
    /// let handler = Handler::new(move |_| println!("{greeting}"));
    /// assert!(handler.name().contains("closure"));
    /// ```
    pub fn new<F, R>(function: F) -> Self
    where
        F: Fn(&Delivery) -> R + Send + Sync + 'static,
        R: Outcome,
    {
        Self::constant(function).unwrap_or_else(|function| {
            let count = Some(Count { more: Counted::<F>::more, less: Counted::<F>::less });
            let header = Header { call: Counted::<F>::call, name: type_name::<F>, count, trampoline: None };
            let counted = Arc::into_raw(Arc::new(Counted { header, function }));
            // SAFETY: an Arc's pointer is not null. It is not narrowed to the header: the count stands outside it.
            Self(unsafe { NonNull::new_unchecked(counted.cast_mut()) }.cast())
        })
    }
}
