//! Signals that are awaited: in tokio, in async-io, with mio, with any executor.

use std::{
    os::fd::AsRawFd,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
    thread,
};

use async_io::Async;
use futures_lite::{StreamExt, future::block_on};
use mio::{Events, Interest, Token, unix::SourceFd};
use sigtrip::{Error, Signal, SignalStream, Signals, ctrl_c, first_of, signals::Readiness};
use sigtrip_tests::raw::{self, in_a_fork, send_to_process};
use tokio::{io::unix::AsyncFd, runtime, signal::unix};

use crate::{
    helpers::{log_signal, session, take_log, trip, when_asleep},
    iterators::{signals, take},
};

crate::scenarios!(
    a_stream_with_any_executor,
    a_task_is_woken_outside_signal_context_and_once,
    a_signal_that_comes_while_a_task_says_that_it_waits,
    a_noisy_signal_costs_no_other,
    a_noisy_signal_does_not_hold_up_another,
    closing_ends_a_stream,
    nothing_is_lost_with_a_future_that_is_dropped,
    ctrl_c_is_awaited_and_given_back,
    what_can_not_be_awaited,
    one_thread_wakes_all_and_receives_nothing,
    streams_in_tokio,
    no_wake_is_lost_in_tokio,
    readiness_in_tokio,
    readiness_in_mio,
    readiness_in_async_io,
    readiness_needs_no_thread,
    a_stream_that_is_dropped_keeps_no_task,
    a_stream_in_a_child,
    together_with_tokios_own_signals,
    on_the_same_signal_as_tokio,
    together_with_a_session,
);

fn stream(of: impl Into<sigtrip::SignalSet>) -> SignalStream {
    SignalStream::new(of).expect("they can be awaited")
}

/// In tokio, on this thread.
fn in_tokio<T>(future: impl Future<Output = T>) -> T {
    let runtime = runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(future)
}

fn a_stream_with_any_executor() {
    let mut stream = stream([Signal::USR1, Signal::USR2]);
    trip(Signal::USR2);
    assert_eq!(block_on(stream.next()), Some(Signal::USR2), "it came before");
    let sender = when_asleep(|| trip(Signal::USR1));
    assert_eq!(block_on(stream.next()), Some(Signal::USR1));
    sender.join().expect("it does not panic");
}

/// Counts how often it is woken, and where.
struct Wakes {
    times: AtomicUsize,
}

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        assert_eq!(thread::current().name(), Some("sigtrip"));
        self.times.fetch_add(1, Ordering::Release);
    }
}

fn a_task_is_woken_outside_signal_context_and_once() {
    let mut stream = stream(Signal::USR1);
    let wakes = Arc::new(Wakes { times: AtomicUsize::new(0) });
    let waker = Waker::from(Arc::clone(&wakes));
    let mut context = Context::from_waker(&waker);
    let woken = || wakes.times.load(Ordering::Acquire);
    for round in 1..=100 {
        assert_eq!(stream.poll_recv(&mut context), Poll::Pending);
        trip(Signal::USR1);
        trip(Signal::USR1);
        while woken() < round {
            thread::yield_now();
        }
        assert_eq!(stream.poll_recv(&mut context), Poll::Ready(Some(Signal::USR1)));
        assert_eq!(woken(), round);
    }
}

/// A waker whose clone is the moment at which a signal comes, and which is woken in vain.
mod tripping {
    #![allow(unsafe_code)]

    use std::{
        ptr,
        task::{RawWaker, RawWakerVTable, Waker},
    };

    use sigtrip::Signal;

    use crate::helpers::trip;

    const RAW: RawWaker = RawWaker::new(ptr::null(), &VTABLE);
    const VTABLE: RawWakerVTable = RawWakerVTable::new(clone, |_| (), |_| (), |_| ());

    fn clone(_: *const ()) -> RawWaker {
        trip(Signal::USR1);
        RAW
    }

    pub(super) fn waker() -> Waker {
        // SAFETY: its functions look at no data.
        unsafe { Waker::from_raw(RAW) }
    }
}

fn a_signal_that_comes_while_a_task_says_that_it_waits() {
    let mut stream = stream(Signal::USR1);
    let waker = tripping::waker();
    let mut context = Context::from_waker(&waker);
    for _ in 0..10 {
        assert_eq!(stream.poll_recv(&mut context), Poll::Ready(Some(Signal::USR1)));
    }
}

/// Where the number goes through a pipe the pipe is full, and SIGTERM is lost.
fn a_noisy_signal_costs_no_other() {
    let mut stream = stream([Signal::USR1, Signal::TERM]);
    for _ in 0..20_000 {
        trip(Signal::USR1);
    }
    trip(Signal::TERM);
    let received = block_on(async { [stream.next().await, stream.next().await] });
    assert_eq!(received, [Some(Signal::USR1), Some(Signal::TERM)]);
}

fn a_noisy_signal_does_not_hold_up_another() {
    let mut stream = stream([Signal::USR1, Signal::TERM]);
    trip(Signal::USR1);
    trip(Signal::TERM);
    let received = block_on(async {
        let first = stream.next().await;
        trip(Signal::USR1); // it is pending again, and comes before SIGTERM
        [first, stream.next().await]
    });
    assert_eq!(received, [Some(Signal::USR1), Some(Signal::TERM)]);
}

fn closing_ends_a_stream() {
    let mut stream = stream([Signal::USR1, Signal::USR2]);
    trip(Signal::USR1);
    let handle = stream.handle();
    let closer = when_asleep(move || handle.close());
    let all = block_on(async {
        let mut all = Vec::new();
        while let Some(signal) = stream.next().await {
            all.push(signal);
        }
        all
    });
    assert_eq!(all, [Signal::USR1]);
    closer.join().expect("it does not panic");
    assert_eq!(block_on(stream.next()), None, "it stays closed");
}

fn nothing_is_lost_with_a_future_that_is_dropped() {
    let mut stream = stream(Signal::USR1);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..10 {
        let mut future = Box::pin(stream.recv());
        assert_eq!(future.as_mut().poll(&mut context), Poll::Pending);
        trip(Signal::USR1);
        drop(future);
        assert_eq!(block_on(stream.recv()), Some(Signal::USR1));
    }
}

fn ctrl_c_is_awaited_and_given_back() {
    let earlier = raw::sigaction(Signal::INT, None);
    let pressed = ctrl_c();
    trip(Signal::INT); // before it is polled
    assert_eq!(block_on(pressed), Ok(Signal::INT));
    assert_eq!(raw::sigaction(Signal::INT, None), earlier, "a second one ends the program");
    in_tokio(async {
        let mut either = pin!(first_of([Signal::INT, Signal::TERM]));
        tokio::select! {
            _ = &mut either => panic!("nothing has come"),
            () = async { tokio::task::yield_now().await } => trip(Signal::TERM),
        }
        assert_eq!(either.await, Ok(Signal::TERM));
    });
}

fn what_can_not_be_awaited() {
    assert_eq!(SignalStream::new(Signal::KILL).expect_err("nobody can"), Error::Uncatchable(Signal::KILL));
    assert_eq!(block_on(first_of([Signal::HUP, Signal::SEGV])), Err(Error::Fault(Signal::SEGV)));
}

/// The threads of this process that have this name.
fn threads_named(name: &str) -> Vec<std::path::PathBuf> {
    let threads = std::fs::read_dir("/proc/self/task").expect("it is there");
    let is_it = |path: &std::path::PathBuf| {
        std::fs::read_to_string(path.join("comm")).is_ok_and(|comm| comm.trim_end() == name)
    };
    threads.map(|entry| entry.expect("an entry").path()).filter(is_it).collect()
}

/// The one helper, when it has got its name.
fn the_helper() -> std::path::PathBuf {
    loop {
        match threads_named("sigtrip").as_slice() {
            [] => thread::yield_now(),
            [one] => return one.clone(),
            several => panic!("{several:?}"),
        }
    }
}

fn one_thread_wakes_all_and_receives_nothing() {
    let streams = [(); 8].map(|()| stream(Signal::USR1));
    let status = std::fs::read_to_string(the_helper().join("status")).expect("it lives");
    let blocked = status.lines().find_map(|line| line.strip_prefix("SigBlk:")).expect("the mask");
    let blocked = u64::from_str_radix(blocked.trim(), 16).expect("a number");
    for signal in sigtrip::SignalSet::valid() - [Signal::KILL, Signal::STOP].into() {
        assert!(blocked >> (signal.number() - 1) & 1 != 0, "{signal}");
    }
    let sender = when_asleep(|| send_to_process(Signal::USR1));
    for mut stream in streams {
        assert_eq!(block_on(stream.next()), Some(Signal::USR1));
    }
    sender.join().expect("it does not panic");
    the_helper();
}

fn streams_in_tokio() {
    let received = in_tokio(async {
        let mut stream = stream([Signal::USR1, Signal::USR2]);
        let task = tokio::spawn(async move { [stream.recv().await, stream.recv().await] });
        tokio::task::yield_now().await;
        trip(Signal::USR2);
        trip(Signal::USR1);
        task.await.expect("it does not panic")
    });
    assert_eq!(received, [Some(Signal::USR1), Some(Signal::USR2)]);
}

/// The next signal is sent when all have received the last: a wake that is lost stops it for ever.
fn no_wake_is_lost_in_tokio() {
    const ROUNDS: usize = 2000;
    const TASKS: usize = 4;
    let runtime = runtime::Builder::new_multi_thread().worker_threads(2).build().expect("a runtime");
    let received = Arc::new(AtomicUsize::new(0));
    let tasks = [(); TASKS].map(|()| {
        let (mut stream, received) = (stream(Signal::USR1), Arc::clone(&received));
        let handle = stream.handle();
        let task = runtime.spawn(async move {
            while stream.recv().await.is_some() {
                received.fetch_add(1, Ordering::Release);
            }
        });
        (task, handle)
    });
    for round in 1..=ROUNDS {
        send_to_process(Signal::USR1);
        while received.load(Ordering::Acquire) < round * TASKS {
            thread::yield_now();
        }
    }
    for (task, handle) in tasks {
        handle.close();
        runtime.block_on(task).expect("it does not panic");
    }
    assert_eq!(received.load(Ordering::Acquire), ROUNDS * TASKS);
}

/// Tokio's reactor watches it.
#[allow(unsafe_code)]
fn watch(readiness: Readiness) -> AsyncFd<Readiness> {
    // SAFETY: `Readiness` owns its descriptor, always says the same one, and closes it when it is dropped.
    unsafe { AsyncFd::register(readiness) }.expect("it can be watched")
}

fn readiness_in_tokio() {
    in_tokio(async {
        let signals = signals([Signal::USR1, Signal::USR2]);
        let readiness = watch(signals.readiness().expect("a descriptor"));
        for round in 0..200 {
            let sender = thread::spawn(|| [Signal::USR2, Signal::USR1].into_iter().for_each(trip));
            let mut received = Vec::new();
            while received.len() < 2 {
                let mut ready = readiness.readable().await.expect("it lives");
                ready.clear_ready(); // before the look: what comes after it makes it ready again
                received.extend(signals.pending());
            }
            received.sort_unstable();
            assert_eq!(received, [Signal::USR1, Signal::USR2], "round {round}");
            sender.join().expect("it does not panic");
        }
    });
}

fn readiness_in_mio() {
    let signals = signals([Signal::USR1, Signal::USR2]);
    let readiness = signals.readiness().expect("a descriptor");
    let (mut mio, mut events) = (mio::Poll::new().expect("ok"), Events::with_capacity(4));
    let raw = readiness.as_raw_fd();
    mio.registry().register(&mut SourceFd(&raw), Token(7), Interest::READABLE).expect("it can be watched");
    let mut wait = || {
        mio.poll(&mut events, None).expect("nothing interrupts it");
        assert!(events.iter().all(|event| event.token() == Token(7) && event.is_readable()));
    };
    for _ in 0..200 {
        let sender = when_asleep(|| [Signal::USR2, Signal::USR1].into_iter().for_each(trip));
        let mut received = Vec::new();
        while received.len() < 2 {
            wait();
            // Edge-triggered: who does not look at all there is, is told again all the same.
            received.extend(signals.pending().next());
        }
        received.sort_unstable();
        assert_eq!(received, [Signal::USR1, Signal::USR2]);
        sender.join().expect("it does not panic");
        assert_eq!(take(&signals), []);
    }
}

fn readiness_in_async_io() {
    async_io::block_on(async {
        let signals = signals([Signal::USR1, Signal::TERM]);
        let readiness = Async::new(signals.readiness().expect("a descriptor")).expect("it can be watched");
        for _ in 0..200 {
            let sender = thread::spawn(|| trip(Signal::TERM));
            readiness.readable().await.expect("it lives");
            assert_eq!(take(&signals), [Signal::TERM]);
            sender.join().expect("it does not panic");
        }
        for _ in 0..20_000 {
            trip(Signal::USR1);
        }
        trip(Signal::TERM);
        readiness.readable().await.expect("it lives");
        assert_eq!(take(&signals), [Signal::USR1, Signal::TERM]);
    });
}

fn readiness_needs_no_thread() {
    readiness_in_tokio();
    assert_eq!(threads_named("sigtrip").len(), 0);
    let _stream = stream(Signal::USR1);
    the_helper();
}

fn a_stream_that_is_dropped_keeps_no_task() {
    let mut stream = stream(Signal::USR1);
    let handle = stream.handle();
    let task = Arc::new(Wakes { times: AtomicUsize::new(0) });
    let waker = Waker::from(Arc::clone(&task));
    assert_eq!(stream.poll_recv(&mut Context::from_waker(&waker)), Poll::Pending);
    drop((waker, stream));
    while Arc::strong_count(&task) > 1 {
        thread::yield_now(); // the helper may be waking it in vain
    }
    assert!(handle.is_closed());
}

fn a_stream_in_a_child() {
    let mut stream = stream(Signal::USR1);
    trip(Signal::USR1);
    let status = in_a_fork(|| {
        let mut context = Context::from_waker(Waker::noop());
        assert_eq!(stream.poll_recv(&mut context), Poll::Pending, "that came to its parent");
        let sender = when_asleep(|| trip(Signal::USR1));
        assert_eq!(block_on(stream.recv()), Some(Signal::USR1));
        sender.join().expect("it does not panic");
        the_helper();
        0
    });
    assert_eq!(status, 0);
    assert_eq!(block_on(stream.recv()), Some(Signal::USR1));
}

fn together_with_tokios_own_signals() {
    in_tokio(async {
        let mut tokios = unix::signal(unix::SignalKind::user_defined1()).expect("tokio takes it");
        let mut ours = stream([Signal::USR2, Signal::TERM]);
        let mut tokios_hangup = unix::signal(unix::SignalKind::hangup()).expect("tokio takes it");
        for _ in 0..100 {
            [Signal::USR1, Signal::USR2, Signal::HUP, Signal::TERM].into_iter().for_each(trip);
            assert_eq!(tokios.recv().await, Some(()));
            assert_eq!((ours.recv().await, ours.recv().await), (Some(Signal::USR2), Some(Signal::TERM)));
            assert_eq!(tokios_hangup.recv().await, Some(()));
        }
        drop(ours);
        trip(Signal::USR1);
        assert_eq!(tokios.recv().await, Some(()), "ours are gone, tokio's are not");
        assert_eq!(raw::sigaction(Signal::TERM, None), raw::Action::DEFAULT);
    });
}

/// Whoever comes second calls the first.
fn on_the_same_signal_as_tokio() {
    in_tokio(async {
        let mut tokios = unix::signal(unix::SignalKind::user_defined1()).expect("tokio takes it");
        let mut later = stream(Signal::USR1);
        let mut earlier = stream(Signal::USR2);
        let mut tokios_later = unix::signal(unix::SignalKind::user_defined2()).expect("tokio takes it");
        for _ in 0..100 {
            trip(Signal::USR1);
            assert_eq!((tokios.recv().await, later.recv().await), (Some(()), Some(Signal::USR1)));
            trip(Signal::USR2);
            assert_eq!((tokios_later.recv().await, earlier.recv().await), (Some(()), Some(Signal::USR2)));
        }
        drop((later, earlier));
        trip(Signal::USR1);
        trip(Signal::USR2);
        assert_eq!((tokios.recv().await, tokios_later.recv().await), (Some(()), Some(())), "tokio's stay");
    });
}

fn together_with_a_session() {
    let _session = session();
    log_signal(Signal::USR1);
    let mut stream = stream(Signal::USR1);
    trip(Signal::USR1);
    assert_eq!(block_on(stream.recv()), Some(Signal::USR1));
    assert_eq!(take_log(), [""; 0], "to await is no safe point");
    sigtrip::check_signals().expect("none fails");
    assert_eq!(take_log(), ["SIGUSR1"]);
    let streams: Signals = Signals::new(Signal::USR1).expect("another");
    trip(Signal::USR1);
    assert_eq!(take(&streams), [Signal::USR1]);
}
