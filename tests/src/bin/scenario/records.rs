//! Records of deliveries: who has sent what, how often, in which order.

use std::{
    process::Command,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use sigtrip::{
    ChildEvent, Disposition, Error, FaultKind, Interrupt, Options, Origin, Record, RecordOptions, Signal,
    alarm, block, check_signals, delivered, getsignal, init_with, on, pause_for, raise_signal, record,
    refused, shutdown_flag, signal, sigqueue, take_records, unrecorded,
};
use sigtrip_tests::{
    PATIENCE,
    raw::{self, Thread, in_a_fork},
};

use crate::helpers::{LONG, reserved, session, trip};

crate::scenarios!(
    a_handler_takes_its_records_and_no_others,
    a_record_that_no_handler_takes_stays,
    records_of_all_signals_come_in_the_order_of_delivery,
    a_call_says_how_many_deliveries_it_stands_for,
    a_record_that_no_call_stood_for_brings_another_call,
    what_was_not_asked_for_is_not_there,
    extras_that_were_asked_for_are_there,
    a_process_that_sends_is_named,
    a_thread_that_is_sent_a_signal_knows_by_whom,
    an_alarm_is_the_kernels,
    a_timer_says_how_often_it_ran_out,
    a_child_and_what_has_happened_to_it,
    a_descriptor_that_is_ready,
    a_message_in_an_empty_queue,
    a_real_trap_with_its_address,
    every_code_has_its_meaning,
    a_real_fault_is_not_recorded_but_handed_over,
    a_full_ring_refuses_and_counts_and_the_handler_runs,
    asked_for_while_another_thread_receives_nothing_falls_between,
    asked_for_no_more,
    with_a_wakeup_descriptor_too,
    a_shutdown_flag_keeps_none_and_counts_that,
    a_child_of_fork_starts_with_none,
    a_session_leaves_none_to_the_next,
    errno_is_kept,
    bad_input_is_refused,
    a_hundred_thousand_real_time_signals_with_values,
);

/// What the handlers have taken.
static TAKEN: Mutex<Vec<Record>> = Mutex::new(Vec::new());

fn taken() -> Vec<Record> {
    std::mem::take(&mut *TAKEN.lock().expect("no handler panics with it"))
}

/// Records this signal and has a handler take what it finds.
fn take_all_of(target: Signal, options: RecordOptions) {
    record(target, options).expect("it can be recorded");
    on(target, |delivery| TAKEN.lock().expect("nobody panics with it").extend(delivery.records()))
        .expect("ok");
}

/// The one record that was taken, and who has sent it.
#[track_caller]
fn the_one() -> (Record, Origin) {
    let [record] = taken()[..] else { panic!("one record") };
    (record, record.origin())
}

fn me() -> i32 {
    std::process::id().cast_signed()
}

fn real_time(n: u8) -> Signal {
    Signal::real_time(n.into()).expect("there are more")
}

fn value(record: &Record) -> i32 {
    match record.origin() {
        Origin::Queue { value, .. } => value,
        other => panic!("queued, not {other:?}"),
    }
}

fn a_handler_takes_its_records_and_no_others() {
    let _session = session();
    let [one, two] = [real_time(0), real_time(1)];
    take_all_of(one, RecordOptions::new());
    record(two, RecordOptions::new()).expect("ok");
    static OTHERS: AtomicUsize = AtomicUsize::new(0);
    on(two, |delivery| {
        assert!(delivery.records().all(|record| record.signal() == delivery.signal()));
        OTHERS.fetch_add(delivery.count().expect("it is counted"), Ordering::Relaxed);
    })
    .expect("ok");
    let blocked = block([one, two]).expect("ok");
    for n in 0..4 {
        raw::queue(one, n);
        raw::queue(two, 100 + n);
    }
    blocked.restore().expect("none fails");
    assert_eq!(taken().iter().map(value).collect::<Vec<_>>(), [0, 1, 2, 3]);
    assert_eq!((OTHERS.load(Ordering::Relaxed), take_records().expect("ok").count()), (4, 0));
}

fn a_record_that_no_handler_takes_stays() {
    let _session = session();
    record(Signal::USR1, RecordOptions::new()).expect("ok");
    on(Signal::USR1, |_| Err(Interrupt::exit(3))).expect("ok");
    raise_signal(Signal::USR1).expect_err("it fails");
    check_signals().expect("nothing is pending");
    let records: Vec<_> = take_records().expect("ok").map(|record| record.signal()).collect();
    assert_eq!(records, [Signal::USR1]);
}

fn records_of_all_signals_come_in_the_order_of_delivery() {
    let _session = session();
    let order = [Signal::USR2, Signal::HUP, Signal::USR1, Signal::USR2, Signal::TERM];
    for target in order {
        record(target, RecordOptions::new()).expect("ok");
        on(target, |_| ()).expect("ok");
    }
    order.into_iter().for_each(trip);
    let taken: Vec<_> = take_records().expect("ok").map(|record| record.signal()).collect();
    assert_eq!(taken, order);
}

fn a_call_says_how_many_deliveries_it_stands_for() {
    static COUNTS: Mutex<Vec<Option<usize>>> = Mutex::new(Vec::new());
    let note = |delivery: &sigtrip::Delivery| COUNTS.lock().expect("ok").push(delivery.count());
    let _session = session();
    record(Signal::USR1, RecordOptions::count_only()).expect("ok");
    for target in [Signal::USR1, Signal::USR2] {
        on(target, note).expect("ok");
    }
    for _ in 0..3 {
        trip(Signal::USR1);
    }
    check_signals().expect("none fails");
    trip(Signal::USR2);
    check_signals().expect("none fails");
    sigtrip::embed::trip(Signal::USR1);
    check_signals().expect("none fails");
    assert_eq!(*COUNTS.lock().expect("ok"), [Some(3), None, Some(0)]);
    assert_eq!([delivered(Signal::USR1), delivered(Signal::USR2)], [3, 0]);
    assert_eq!(take_records().expect("ok").count(), 0, "a count alone keeps no record");
}

/// Asked for in the midst of a pass, which goes on as it began: the delivery that it handles is told of by the next.
fn a_record_that_no_call_stood_for_brings_another_call() {
    static COUNTS: Mutex<Vec<Option<usize>>> = Mutex::new(Vec::new());
    let _session = session();
    on(Signal::HUP, |_| ()).expect("ok");
    on(Signal::USR1, |_| {
        record(Signal::USR2, RecordOptions::new()).expect("ok");
        trip(Signal::USR2);
    })
    .expect("ok");
    on(Signal::USR2, |delivery| COUNTS.lock().expect("ok").push(delivery.count())).expect("ok");
    raise_signal(Signal::USR1).expect("none fails");
    assert_eq!(*COUNTS.lock().expect("ok"), [None]);
    raise_signal(Signal::HUP).expect("none fails");
    assert_eq!(*COUNTS.lock().expect("ok"), [None, Some(1)]);
    raise_signal(Signal::HUP).expect("none fails");
    assert_eq!(COUNTS.lock().expect("ok").len(), 2, "once is enough");
    assert_eq!(take_records().expect("ok").count(), 1);
}

fn what_was_not_asked_for_is_not_there() {
    let _session = session();
    take_all_of(Signal::USR1, RecordOptions::new());
    let fault_and_count = [Signal::SEGV, Signal::USR2];
    for target in fault_and_count {
        record(target, RecordOptions::count_only().thread(true).time(true)).expect("ok");
        on(target, |_| ()).expect("ok");
        trip(target);
    }
    // A long record first, so that its slot, used again, would show what was left there.
    for _ in 0..1024 {
        record(Signal::USR1, RecordOptions::new().thread(true).time(true).program_counter(true)).expect("ok");
        raise_signal(Signal::USR1).expect("none fails");
    }
    assert!(taken().iter().all(|record| record.thread().is_some() && record.time().is_some()));
    record(Signal::USR1, RecordOptions::new()).expect("ok");
    raise_signal(Signal::USR1).expect("none fails");
    let (record, _) = the_one();
    assert_eq!((record.thread(), record.time(), record.program_counter()), (None, None, None));
    assert_eq!(fault_and_count.map(delivered), [1, 1]);
}

fn extras_that_were_asked_for_are_there() {
    let _session = session();
    take_all_of(Signal::USR1, RecordOptions::new().thread(true).time(true).program_counter(true));
    let before = raw::monotonic();
    let other = thread::spawn(|| {
        Thread::current().send(Signal::USR1);
        raw::tid()
    });
    let there = other.join().expect("it does not panic");
    check_signals().expect("none fails");
    let (record, _) = the_one();
    assert_eq!(record.thread(), Some(there));
    assert!(record.time().is_some_and(|time| (before..=raw::monotonic()).contains(&time)));
    assert!(record.program_counter().is_some_and(|at| at > 4096), "{record:?}");
    trip(Signal::USR1);
    check_signals().expect("none fails");
    assert_eq!(the_one().0.thread(), Some(raw::tid()));
}

fn a_process_that_sends_is_named() {
    let _session = session();
    take_all_of(Signal::USR1, RecordOptions::new());
    let pid = raw::fork();
    if pid == 0 {
        raw::send_to(raw::parent(), Signal::USR1);
        raw::exit_now(0);
    }
    assert_eq!(raw::wait_for_exit(pid), 0);
    check_signals().expect("none fails");
    assert_eq!(the_one().1, Origin::Process { pid, uid: raw::uid() });
    sigqueue(me(), Signal::USR1, -7).expect("none fails");
    let (record, origin) = the_one();
    assert_eq!(origin, Origin::Queue { pid: me(), uid: raw::uid(), value: -7 });
    assert_eq!((record.info().value(), record.info().pid()), (Some(-7), Some(me())));
}

fn a_thread_that_is_sent_a_signal_knows_by_whom() {
    let _session = session();
    take_all_of(Signal::USR1, RecordOptions::new());
    raise_signal(Signal::USR1).expect("none fails");
    assert_eq!(the_one().1, Origin::Process { pid: me(), uid: raw::uid() });
}

fn an_alarm_is_the_kernels() {
    let _session = session();
    take_all_of(Signal::ALRM, RecordOptions::new());
    alarm(Duration::from_millis(5)).expect("ok");
    pause_for(LONG).expect("none fails");
    assert_eq!(the_one().1, Origin::Kernel);
}

fn a_timer_says_how_often_it_ran_out() {
    let _session = session();
    take_all_of(real_time(0), RecordOptions::new());
    let blocked = block(real_time(0)).expect("ok");
    let timer = raw::PosixTimer::start(real_time(0), 4711, Duration::from_micros(500));
    thread::sleep(Duration::from_millis(20));
    blocked.restore().expect("none fails");
    drop(timer);
    let first = taken().first().expect("it ran out").origin();
    assert!(matches!(first, Origin::Timer { value: 4711, overruns: 1.., .. }), "{first:?}");
}

#[track_caller]
fn next_event(of: i32) -> ChildEvent {
    while TAKEN.lock().expect("ok").is_empty() {
        pause_for(PATIENCE).expect("none fails");
    }
    match the_one().1 {
        Origin::Child { pid, uid, event, .. } => {
            assert_eq!((pid, uid), (of, raw::uid()));
            event
        }
        other => panic!("a child, not {other:?}"),
    }
}

fn a_child_and_what_has_happened_to_it() {
    let _session = session();
    take_all_of(Signal::CHLD, RecordOptions::new());
    let mut exits = Command::new("sh").args(["-c", "exit 7"]).spawn().expect("there is a shell");
    assert_eq!(next_event(exits.id().cast_signed()), ChildEvent::Exited(7));
    exits.wait().expect("its status");
    let mut sleeps = Command::new("sleep").arg("600").spawn().expect("it starts");
    let pid = sleeps.id().cast_signed();
    raw::send_to(pid, Signal::STOP);
    assert_eq!(next_event(pid), ChildEvent::Stopped(Signal::STOP));
    raw::send_to(pid, Signal::CONT);
    assert_eq!(next_event(pid), ChildEvent::Continued);
    raw::send_to(pid, Signal::KILL);
    assert_eq!(next_event(pid), ChildEvent::Killed(Signal::KILL));
    sleeps.wait().expect("its status");
    // One that works until it has used a tenth of a second of processor time.
    let busy = raw::fork();
    if busy == 0 {
        raw::spin_until_killed();
    }
    while TAKEN.lock().expect("ok").is_empty() {
        pause_for(PATIENCE).expect("none fails");
    }
    let (_, origin) = the_one();
    let Origin::Child { event, user_time, system_time, .. } = origin else { panic!("{origin:?}") };
    assert!(matches!(event, ChildEvent::Killed(Signal::PROF)), "{event:?}");
    assert!(user_time + system_time >= Duration::from_millis(50), "{user_time:?} {system_time:?}");
    assert_eq!(raw::wait_for_exit(busy), 128 + Signal::PROF.number());
}

fn a_descriptor_that_is_ready() {
    let _session = session();
    take_all_of(Signal::IO, RecordOptions::new());
    take_all_of(real_time(1), RecordOptions::new());
    for target in [Signal::IO, real_time(1)] {
        let (reader, mut writer) = std::io::pipe().expect("a pipe");
        raw::signal_when_ready(&reader, target);
        std::io::Write::write_all(&mut writer, b"x").expect("there is room");
        while TAKEN.lock().expect("ok").is_empty() {
            pause_for(PATIENCE).expect("none fails");
        }
        let (_, origin) = the_one();
        let fd = std::os::fd::AsRawFd::as_raw_fd(&reader);
        assert!(
            matches!(origin, Origin::Descriptor { descriptor, events } if descriptor == fd && events & std::ffi::c_long::from(libc::POLLIN) != 0),
            "{origin:?}"
        );
        raw::no_signal_when_ready(&reader);
    }
}

fn a_message_in_an_empty_queue() {
    let _session = session();
    take_all_of(Signal::USR1, RecordOptions::new());
    if !raw::message_in_an_empty_queue(Signal::USR1, 99) {
        return println!("SKIPPED: there are no message queues here");
    }
    check_signals().expect("none fails");
    assert_eq!(the_one().1, Origin::MessageQueue { pid: me(), uid: raw::uid(), value: 99 });
}

/// A trap is no fault that would be raised again: it is deferred, and says where it was.
fn a_real_trap_with_its_address() {
    let _session = session();
    take_all_of(Signal::TRAP, RecordOptions::new().program_counter(true));
    if !raw::single_step() {
        return println!("SKIPPED: not on this processor");
    }
    check_signals().expect("none fails");
    let record = *taken().first().expect("there was a step");
    let Origin::Fault { address, kind: FaultKind::Trap(_) } = record.origin() else { panic!("{record:?}") };
    assert_eq!(Some(address), record.program_counter());
}

/// What can not be brought about here is sent by this process to itself with the code that the kernel would give it.
fn every_code_has_its_meaning() {
    let _session = session();
    let kinds = [
        (Signal::SEGV, -60, Origin::Other { code: -60 }),
        (Signal::USR1, 0x80, Origin::Kernel),
        (Signal::USR1, 77, Origin::Other { code: 77 }),
        (Signal::BUS, 5, Origin::Fault { address: 0x1000, kind: FaultKind::BrokenMemoryUnused }),
        (Signal::TRAP, 1, Origin::Fault { address: 0x1000, kind: FaultKind::Trap(1) }),
        (Signal::SYS, 1, Origin::SystemCall { address: 0x1000, number: 0x2000 }),
        (Signal::USR1, -4, Origin::AsyncIo { value: 0x2000 }),
    ];
    for (target, code, origin) in kinds {
        take_all_of(target, RecordOptions::new());
        raw::send_with_code(target, code, 0x1000, 0x2000);
        check_signals().expect("none fails");
        assert_eq!(the_one().1, origin, "{target} {code}");
    }
}

fn a_real_fault_is_not_recorded_but_handed_over() {
    let child = raw::fork();
    if child == 0 {
        let _session = session();
        signal(Signal::SEGV, Disposition::Default).expect("ok");
        take_all_of(Signal::SEGV, RecordOptions::new());
        trip(Signal::SEGV); // sent: recorded
        check_signals().expect("none fails");
        assert_eq!(taken().len(), 1);
        raw::fault();
        raw::exit_now(0);
    }
    assert_eq!(raw::wait_for_exit(child), 128 + Signal::SEGV.number());
}

fn a_full_ring_refuses_and_counts_and_the_handler_runs() {
    const SENT: usize = 1500;
    static RAN: AtomicUsize = AtomicUsize::new(0);
    let _session = session();
    let target = real_time(0);
    record(target, RecordOptions::new()).expect("ok");
    on(target, |delivery| {
        RAN.fetch_add(delivery.count().expect("it is counted"), Ordering::Relaxed);
    })
    .expect("ok");
    for n in 0..SENT {
        raw::queue(target, n as i32);
        check_signals().expect("none fails");
    }
    let records: Vec<_> = take_records().expect("ok").map(|record| value(&record)).collect();
    assert_eq!(records, (0..1024).collect::<Vec<_>>(), "the first, and no hole");
    assert_eq!((delivered(target), refused(target), unrecorded(target)), (SENT, SENT - 1024, 0));
    assert_eq!(RAN.load(Ordering::Relaxed), SENT);
    raw::queue(target, 5000);
    assert_eq!(take_records().expect("ok").map(|record| value(&record)).collect::<Vec<_>>(), [5000]);
}

/// Turned on and off again and again while another thread gets one signal after the other: all that was delivered while it was
/// on has a record, or is counted as one that has none; none is lost.
fn asked_for_while_another_thread_receives_nothing_falls_between() {
    const ROUNDS: usize = 200;
    static RECEIVED: AtomicUsize = AtomicUsize::new(0);
    static STOP: AtomicUsize = AtomicUsize::new(0);
    let _session = session();
    on(Signal::USR1, |_| ()).expect("ok");
    let other = thread::spawn(|| {
        let this = Thread::current();
        while STOP.load(Ordering::Relaxed) == 0 {
            this.send(Signal::USR1);
            RECEIVED.fetch_add(1, Ordering::Relaxed);
        }
    });
    let mut records = 0;
    for _ in 0..ROUNDS {
        let before = RECEIVED.load(Ordering::Relaxed);
        record(Signal::USR1, RecordOptions::new()).expect("ok");
        while RECEIVED.load(Ordering::Relaxed) < before + 3 {
            check_signals().expect("none fails");
        }
        records += take_records().expect("ok").count();
        record(Signal::USR1, None).expect("ok");
    }
    STOP.store(1, Ordering::Relaxed);
    other.join().expect("it does not panic");
    records += take_records().expect("ok").count();
    let counted = records + refused(Signal::USR1) + unrecorded(Signal::USR1);
    assert_eq!(counted, delivered(Signal::USR1));
    assert!(records >= 2 * ROUNDS, "{records}");
}

fn asked_for_no_more() {
    let _session = session();
    let earlier = raw::sigaction(Signal::USR1, None);
    on(Signal::USR1, |_| ()).expect("ok");
    let lean = raw::sigaction(Signal::USR1, None);
    record(Signal::USR1, RecordOptions::new()).expect("ok");
    let recording = raw::sigaction(Signal::USR1, None);
    assert!(lean.flags & libc::SA_SIGINFO == 0 && recording.flags & libc::SA_SIGINFO != 0);
    assert!(matches!(getsignal(Signal::USR1), Ok(Disposition::Handler(_))), "it is ours");
    record(Signal::USR1, None).expect("ok");
    assert_eq!(raw::sigaction(Signal::USR1, None), lean);
    raise_signal(Signal::USR1).expect("none fails");
    assert_eq!((delivered(Signal::USR1), take_records().expect("ok").count()), (0, 0));
    signal(Signal::USR1, Disposition::Default).expect("ok");
    assert_eq!(raw::sigaction(Signal::USR1, None), earlier);
}

fn with_a_wakeup_descriptor_too() {
    let _session = session();
    take_all_of(Signal::USR1, RecordOptions::new());
    record(Signal::USR2, RecordOptions::count_only()).expect("ok");
    on(Signal::USR2, |_| ()).expect("ok");
    let (reader, wakeup) = std::os::unix::net::UnixStream::pair().expect("a pair");
    wakeup.set_nonblocking(true).expect("ok");
    reader.set_nonblocking(true).expect("ok");
    sigtrip::set_wakeup_fd(Some(std::os::fd::AsFd::as_fd(&wakeup)), false).expect("it does not block");
    for target in [Signal::USR1, Signal::USR2] {
        trip(target);
        assert_eq!(raw::read_once(&reader), Ok(1), "{target} was written");
    }
    check_signals().expect("none fails");
    assert_eq!((taken().len(), delivered(Signal::USR1), delivered(Signal::USR2)), (1, 1, 1));
    sigtrip::set_wakeup_fd(None, false).expect("ok");
    trip(Signal::USR1);
    trip(Signal::USR2);
    check_signals().expect("none fails");
    assert_eq!((taken().len(), delivered(Signal::USR1), delivered(Signal::USR2)), (1, 2, 2));
}

fn a_shutdown_flag_keeps_none_and_counts_that() {
    let _session = session();
    record(Signal::TERM, RecordOptions::new()).expect("ok");
    let stop = shutdown_flag([Signal::TERM]).expect("ok");
    raise_signal(Signal::TERM).expect("none fails");
    assert!(stop.is_set());
    assert_eq!((delivered(Signal::TERM), unrecorded(Signal::TERM)), (1, 1));
    assert_eq!(take_records().expect("ok").count(), 0);
}

fn a_child_of_fork_starts_with_none() {
    let _session = session();
    record(Signal::USR1, RecordOptions::new()).expect("ok");
    on(Signal::USR1, |_| ()).expect("ok");
    for _ in 0..1500 {
        trip(Signal::USR1);
    }
    let child = in_a_fork(|| {
        assert_eq!((delivered(Signal::USR1), refused(Signal::USR1)), (0, 0));
        assert_eq!(take_records().expect("it is the owner").count(), 0);
        raise_signal(Signal::USR1).expect("none fails");
        assert_eq!(delivered(Signal::USR1), 1, "what was asked goes on");
        let records: Vec<_> = take_records().expect("ok").map(|it| it.info().pid()).collect();
        assert_eq!(records, [Some(me())]);
        0
    });
    assert_eq!(child, 0);
    assert_eq!((delivered(Signal::USR1), refused(Signal::USR1)), (1500, 1500 - 1024));
    assert_eq!(take_records().expect("ok").count(), 1024, "the parent's are there");
}

fn a_session_leaves_none_to_the_next() {
    let first = session();
    record(Signal::USR1, RecordOptions::new()).expect("ok");
    on(Signal::USR1, |_| ()).expect("ok");
    trip(Signal::USR1);
    drop(first);
    assert_eq!(take_records().map(drop), Err(Error::NotInitialized));
    let _second = session();
    assert_eq!((delivered(Signal::USR1), take_records().expect("ok").count()), (0, 0));
    on(Signal::USR1, |delivery| assert_eq!(delivery.count(), None)).expect("ok");
    raise_signal(Signal::USR1).expect("none fails");
    assert_eq!((delivered(Signal::USR1), take_records().expect("ok").count()), (0, 0));
}

fn errno_is_kept() {
    let _session = session();
    for options in [RecordOptions::new(), RecordOptions::new().thread(true).time(true).program_counter(true)]
    {
        record(Signal::USR1, options).expect("ok");
        on(Signal::USR1, |_| ()).expect("ok");
        let this = Thread::current();
        for _ in 0..1100 {
            raw::set_errno(4711); // also where the ring is full
            this.send(Signal::USR1);
            assert_eq!(raw::errno(), 4711);
        }
    }
}

fn bad_input_is_refused() {
    assert_eq!(record(Signal::USR1, RecordOptions::new()), Err(Error::NotInitialized));
    let _session = init_with(Options::untouched().polling(true)).expect("the first");
    for uncatchable in [Signal::KILL, Signal::STOP] {
        assert_eq!(record(uncatchable, RecordOptions::new()), Err(Error::Uncatchable(uncatchable)));
    }
    for reserved in reserved() {
        assert_eq!(record(reserved, RecordOptions::new()), Err(Error::Reserved(reserved)));
        assert_eq!(delivered(reserved), 0);
    }
    let elsewhere = thread::spawn(|| {
        assert_eq!(record(Signal::USR1, RecordOptions::new()), Err(Error::NotOwner));
        assert_eq!(take_records().map(drop), Err(Error::NotOwner));
    });
    elsewhere.join().expect("it does not panic");
    on(Signal::USR1, |_| ()).expect("ok");
    raise_signal(Signal::USR1).expect("none fails");
    assert_eq!(delivered(Signal::USR1), 0, "nothing was asked");
    // And a session that only polls keeps records too.
    take_all_of(Signal::USR1, RecordOptions::new());
    raise_signal(Signal::USR1).expect("none fails");
    assert_eq!(taken().len(), 1);
    record(Signal::USR1, RecordOptions::count_only()).expect("ok");
    raise_signal(Signal::USR1).expect("none fails");
    assert_eq!((taken().len(), delivered(Signal::USR1)), (0, 2));
}

/// From another process, as fast as it can: received and refused are all that were sent, and what is received is in order.
fn a_hundred_thousand_real_time_signals_with_values() {
    const ALL: i32 = 100_000;
    let _session = session();
    let (target, last) = (real_time(3), real_time(4));
    take_all_of(target, RecordOptions::new());
    static DONE: AtomicUsize = AtomicUsize::new(0);
    on(last, |_| {
        DONE.store(1, Ordering::Relaxed);
    })
    .expect("ok");
    let parent = me();
    let send = move |signal, value| {
        while sigqueue(parent, signal, value).is_err() {
            thread::yield_now(); // the queue is full
        }
    };
    let sender = raw::fork();
    if sender == 0 {
        (1..=ALL).for_each(|number| send(target, number));
        send(last, 0);
        raw::exit_now(0);
    }
    let mut records = Vec::new();
    while DONE.load(Ordering::Relaxed) == 0 {
        assert_ne!(pause_for(PATIENCE).expect("none fails"), Duration::ZERO, "the last one was lost");
        records.extend(taken());
    }
    assert_eq!(raw::wait_for_exit(sender), 0);
    check_signals().expect("none fails");
    records.extend(taken());
    records.extend(take_records().expect("ok"));
    let values: Vec<_> = records.iter().map(value).collect();
    let (received, refused) = (values.len(), refused(target));
    println!(
        "sent {ALL}, received {received}, refused {refused}, calls of sigqueue that found the queue full are not counted"
    );
    assert!(values.is_sorted_by(|a, b| a < b), "in order, and each once");
    assert_eq!((received + refused, delivered(target)), (ALL as usize, ALL as usize));
    assert!(received >= 1024, "{received}");
}
