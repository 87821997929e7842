//! Handlers where there is no heap: functions, and closures that capture nothing.

use super::{Constant, Delivery, Handler, Outcome};

impl Handler {
    /// A handler from a function or from a closure that captures nothing. One that captures something does not compile
    /// without the feature `std`.
    ///
    /// ```
    /// use core::sync::atomic::{AtomicU32, Ordering::Relaxed};
    /// use sigtrip::{Delivery, Handler};
    ///
    /// static COUNT: AtomicU32 = AtomicU32::new(0);
    /// fn count(_: &Delivery) {
    ///     COUNT.fetch_add(1, Relaxed);
    /// }
    /// assert!(Handler::new(count).name().ends_with("count"));
    /// ```
    pub fn new<F, R>(function: F) -> Self
    where
        F: Fn(&Delivery) -> R + Send + Sync + 'static,
        R: Outcome,
    {
        const {
            assert!(
                Constant::<F>::HAS_NO_DATA,
                "without `std` a handler can not capture anything: use a static"
            );
        }
        match Self::constant(function) {
            Ok(handler) => handler,
            Err(_) => unreachable!(),
        }
    }
}
