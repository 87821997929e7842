//! The core on the atomics that ship, with real threads. The unit tests run on atomics that a test steps through, and the
//! models on loom's; what is shown there is not shown again here, only that this body is the same.
#![cfg(not(sigtrip_loom))]

use std::{
    sync::{
        Mutex,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    thread,
    time::{Duration, Instant},
};

use sigtrip_core::{
    Armed, Counts, Dispatcher, Disposition, Gate, HandlerTable, Inbox, Kernel, OutOfRange, Pending, Records,
    Signum, WORD_BITS,
};

type Handler = fn(Signum) -> u32;
type Signals = Dispatcher<Handler, 2>;

const ROUNDS: u32 = 2_000;

const fn sig(number: u32) -> Signum {
    Signum::new(number).unwrap()
}

/// The neighbours across the edge of the words.
const NUMBERS: [u32; 2] = [WORD_BITS as u32, WORD_BITS as u32 + 1];

/// A kernel that delivers nothing; who sleeps is a thread that is unparked.
struct Park(Mutex<Option<thread::Thread>>);

impl Kernel for Park {
    type Foreign = ();
    type Error = OutOfRange;

    fn set_disposition(&self, _: Signum, _: &Disposition<()>) -> Result<Disposition<()>, OutOfRange> {
        Ok(Disposition::Default)
    }

    fn wake(&self) {
        if let Some(owner) = &*self.0.lock().unwrap() {
            owner.unpark();
        }
    }
}

/// Nobody needs that long.
const MINUTE: Duration = Duration::from_secs(60);

fn sleep() {
    let start = Instant::now();
    thread::park_timeout(MINUTE);
    assert!(start.elapsed() < MINUTE, "nobody woke who slept");
}

/// Each thread trips its signal, and again when it was handled.
#[test]
fn every_trip_of_two_threads_is_handled_and_wakes_who_sleeps() {
    let (signals, park) = (Signals::new(), Park(Mutex::new(Some(thread::current()))));
    let handled = [const { AtomicU32::new(0) }; 2];
    thread::scope(|scope| {
        for (number, handled) in NUMBERS.iter().zip(&handled) {
            let (signals, park) = (&signals, &park);
            signals.set_disposition(park, sig(*number), Disposition::Handler(Signum::get)).unwrap();
            scope.spawn(move || {
                let start = Instant::now();
                for round in 0..ROUNDS {
                    assert!(signals.trip(park, sig(*number)));
                    while handled.load(Relaxed) == round {
                        assert!(start.elapsed() < MINUTE, "a signal or a wake was lost");
                        thread::yield_now();
                    }
                }
            });
        }
        while handled.iter().any(|handled| handled.load(Relaxed) < ROUNDS) {
            signals.sleep_unless(|| false, sleep);
            let done: Result<(), ()> = signals.dispatch(&park, |signal, disposition| {
                let Disposition::Handler(handler) = disposition else {
                    panic!("{signal:?}: {disposition:?}")
                };
                assert_eq!(handler(signal), signal.get());
                let index = NUMBERS.iter().position(|number| *number == signal.get()).unwrap();
                handled[index].fetch_add(1, Relaxed);
                Ok(())
            });
            done.unwrap();
        }
    });
    assert!(!signals.any_pending() && !signals.armed().is_armed());
}

#[test]
fn what_is_made_by_default_is_as_new() {
    assert!(!Signals::default().any_pending());
    assert!(!Pending::<2>::default().any());
    assert!(!Armed::default().is_armed());
    assert!(Gate::<2>::default().is_quiet());
    assert_eq!(Inbox::<2>::default().take_next(None), None);
    assert!(Records::<2, 4>::default().is_empty());
    assert_eq!(Counts::<2>::default().get(sig(1)), 0);
    let table = HandlerTable::<Handler, 2>::default();
    assert!((1..=2 * WORD_BITS as u32).all(|number| table.get(sig(number)) == Disposition::Default));
}

#[test]
fn there_is_no_signal_0() {
    assert_eq!(Signum::new(0), None);
    assert_eq!(Signum::new(1).map(Signum::get), Some(1));
}

#[test]
fn an_inbox_that_is_forgotten_has_nothing_and_nobody_who_sleeps() {
    let inbox = Inbox::<1>::new();
    assert!(!inbox.is_ready_or_armed(|| false, || panic!("nobody sleeps yet")));
    inbox.forget();
    inbox.deliver(sig(2), || panic!("nobody sleeps any more"));
    inbox.forget();
    assert_eq!(inbox.take_next(None), None);
}
