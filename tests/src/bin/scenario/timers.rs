//! Interval timers: each sends its own signal, again and again, and is told as it was set.

use std::time::Duration;

use sigtrip::{
    Error, Signal, Timer, TimerSetting, alarm, check_signals, getitimer, pause, python, setitimer,
};
use sigtrip_tests::raw;

use crate::helpers::{log_signal, session, take_log};

crate::scenarios!(
    the_real_timer_ticks,
    the_timers_of_processor_time_tick,
    a_timer_without_an_interval_fires_once,
    a_tiny_delay_does_not_stop_it,
    the_setting_before_is_told,
    the_timers_are_three,
    a_zero_delay_stops_it,
    huge_times_are_as_long_as_the_kernel_counts,
    the_alarm_is_the_real_timer,
    a_forked_child_has_no_timer,
    any_thread_may_set_it,
    pythons_times,
    pythons_bad_times_change_nothing,
    a_timer_that_another_program_set_too_far,
);

const TIMERS: [(Timer, Signal); 3] =
    [(Timer::Real, Signal::ALRM), (Timer::Virtual, Signal::VTALRM), (Timer::Prof, Signal::PROF)];
const NO: Duration = Duration::ZERO;
const TICK: Duration = Duration::from_millis(5);
const LONG: Duration = Duration::from_secs(1000);

/// Of the timers of processor time the system may say a tick more.
const SLACK: Duration = Duration::from_millis(100);

#[track_caller]
fn about(setting: TimerSetting, delay: Duration, interval: Duration) {
    assert!(setting.delay <= delay + SLACK, "{setting:?}");
    assert!(setting.delay + Duration::from_secs(60) > delay, "{setting:?}");
    assert_eq!(setting.interval, interval);
}

fn the_real_timer_ticks() {
    let _session = session();
    log_signal(Signal::ALRM);
    setitimer(Timer::Real, TICK, TICK).expect("ok");
    let mut ticks = 0;
    while ticks < 5 {
        pause().expect("none fails");
        ticks += take_log().len();
    }
    setitimer(Timer::Real, NO, NO).expect("ok"); // or it would kill when the session is gone
}

fn the_timers_of_processor_time_tick() {
    let _session = session();
    for (timer, signal) in &TIMERS[1..] {
        log_signal(*signal);
        setitimer(*timer, TICK, TICK).expect("ok");
        let mut ticks = 0;
        while ticks < 3 {
            check_signals().expect("none fails"); // this burns processor time
            let log = take_log();
            assert!(log.iter().all(|name| *name == signal.to_string()), "{log:?}");
            ticks += log.len();
        }
        setitimer(*timer, NO, NO).expect("ok");
        check_signals().expect("none fails");
        take_log();
    }
}

fn a_timer_without_an_interval_fires_once() {
    let _session = session();
    log_signal(Signal::ALRM);
    setitimer(Timer::Real, TICK, NO).expect("ok");
    pause().expect("none fails");
    assert_eq!(getitimer(Timer::Real), Ok(TimerSetting::default()));
    assert_eq!(take_log(), ["SIGALRM"]);
}

fn a_tiny_delay_does_not_stop_it() {
    let _session = session();
    for (timer, signal) in TIMERS {
        log_signal(signal);
        setitimer(timer, Duration::from_nanos(1), NO).expect("ok");
        let mut log = Vec::new();
        while log.is_empty() {
            check_signals().expect("none fails");
            log = take_log();
        }
        assert_eq!(log, [signal.to_string()]);
    }
    setitimer(Timer::Real, LONG, Duration::from_nanos(1001)).expect("ok");
    assert_eq!(getitimer(Timer::Real).expect("ok").interval, Duration::from_micros(2), "rounded up");
}

fn the_setting_before_is_told() {
    for (timer, _) in TIMERS {
        assert_eq!(setitimer(timer, LONG, TICK), Ok(TimerSetting::default()));
        about(getitimer(timer).expect("ok"), LONG, TICK);
        about(setitimer(timer, 2 * LONG, 2 * TICK).expect("ok"), LONG, TICK);
        about(setitimer(timer, NO, NO).expect("ok"), 2 * LONG, 2 * TICK);
        assert_eq!(setitimer(timer, NO, NO), Ok(TimerSetting::default()));
    }
}

fn the_timers_are_three() {
    for (n, (timer, _)) in (1..).zip(TIMERS) {
        setitimer(timer, n * LONG, n * TICK).expect("ok");
    }
    for (n, (timer, _)) in (1..).zip(TIMERS) {
        about(getitimer(timer).expect("ok"), n * LONG, n * TICK);
    }
}

fn a_zero_delay_stops_it() {
    for (timer, _) in TIMERS {
        setitimer(timer, LONG, LONG).expect("ok");
        setitimer(timer, NO, LONG).expect("an interval alone starts nothing");
        assert_eq!(getitimer(timer), Ok(TimerSetting::default()));
    }
}

fn huge_times_are_as_long_as_the_kernel_counts() {
    // Seconds of 32 bits end before.
    let century = Duration::from_secs((100 * 365 * 24 * 3600).min(libc::time_t::MAX as u64));
    for (timer, _) in TIMERS {
        for huge in
            [Duration::MAX, Duration::from_secs(u64::MAX), Duration::from_secs(i64::MAX as u64), century]
        {
            setitimer(timer, huge, huge).expect("ok");
            let setting = getitimer(timer).expect("ok");
            assert!(setting.delay > century - LONG && setting.interval >= century, "{timer:?} {setting:?}");
            assert!(setting.delay < century * 3 / 2, "so far that its counts can not overflow: {setting:?}");
            let before = setitimer(timer, NO, NO).expect("ok");
            assert!(before.delay > century - LONG && before.interval >= century, "{timer:?} {before:?}");
        }
    }
}

fn the_alarm_is_the_real_timer() {
    setitimer(Timer::Real, LONG, TICK).expect("ok");
    let left = alarm(2 * LONG).expect("ok");
    assert!(left <= LONG && left > LONG / 2, "{left:?}");
    about(getitimer(Timer::Real).expect("ok"), 2 * LONG, NO);
    assert_eq!(python::alarm(0), 2000);
    assert_eq!(getitimer(Timer::Real), Ok(TimerSetting::default()));
}

fn a_forked_child_has_no_timer() {
    for (timer, _) in TIMERS {
        setitimer(timer, LONG, LONG).expect("ok");
    }
    let running = raw::in_a_fork(|| {
        let running = TIMERS.iter().filter(|(timer, _)| getitimer(*timer) != Ok(TimerSetting::default()));
        i32::try_from(running.count()).expect("three at most")
    });
    assert_eq!(running, 0);
}

fn any_thread_may_set_it() {
    let _session = session();
    log_signal(Signal::ALRM);
    let setter = std::thread::spawn(|| setitimer(Timer::Real, TICK, NO));
    pause().expect("none fails");
    assert_eq!(take_log(), ["SIGALRM"], "it is the process's");
    assert!(setter.join().expect("it does not panic").is_ok());
}

fn pythons_times() {
    let _session = session();
    log_signal(Signal::ALRM);
    for tiny in [1e-6, 1e-9, 1e-10, f64::MIN_POSITIVE] {
        python::setitimer(python::ITIMER_REAL, tiny, 0.0).expect("ok");
        let mut log = Vec::new();
        while log.is_empty() {
            check_signals().expect("none fails");
            log = take_log();
        }
    }
    assert_eq!(python::setitimer(python::ITIMER_PROF, 100.0, 0.25), Ok((0.0, 0.0)));
    let (delay, interval) = python::getitimer(python::ITIMER_PROF).expect("ok");
    assert!(delay > 90.0 && delay < 101.0, "{delay}");
    assert_eq!(interval.to_bits(), 0.25_f64.to_bits());
    for huge in [1e300, f64::MAX, f64::INFINITY] {
        python::setitimer(python::ITIMER_PROF, huge, huge).expect("as long as the kernel counts");
        assert!(python::getitimer(python::ITIMER_PROF).expect("ok").0 > 2e9);
    }
    python::setitimer(python::ITIMER_PROF, -0.0, 1.0).expect("a zero");
    assert_eq!(python::getitimer(python::ITIMER_PROF), Ok((0.0, 0.0)));
}

fn pythons_bad_times_change_nothing() {
    for timer in [python::ITIMER_REAL, python::ITIMER_VIRTUAL, python::ITIMER_PROF] {
        setitimer(timer, LONG, TICK).expect("ok");
        for bad in [f64::NAN, -1.0, -1e-10, f64::NEG_INFINITY, -f64::MIN_POSITIVE] {
            assert_eq!(python::setitimer(timer, bad, 0.0), Err(Error::Time), "{bad}");
            assert_eq!(python::setitimer(timer, 1.0, bad), Err(Error::Time), "{bad}");
        }
        about(getitimer(timer).expect("ok"), LONG, TICK);
    }
}

/// Linux tells a negative rest of it.
fn a_timer_that_another_program_set_too_far() {
    raw::set_timer_too_far();
    let setting = getitimer(Timer::Virtual).expect("ok");
    assert!(setting.delay > LONG, "{setting:?}");
}
