//! What is known of a signal: from a hook, from a wait, or from a record.

use core::ffi::{c_int, c_void};

use super::{
    answer::{done, entry, plainly},
    given,
};
use crate::{RecordOptions, SigInfo, delivered, record, refused, sys, take_records, unrecorded};

const SIGTRIP_RECORD: u32 = 1;
const SIGTRIP_RECORD_COUNT: u32 = 2;
const SIGTRIP_RECORD_THREAD: u32 = 4;
const SIGTRIP_RECORD_TIME: u32 = 8;
const SIGTRIP_RECORD_PROGRAM_COUNTER: u32 = 16;

/// What the system knows of one signal. A field that means nothing for its code is 0.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct Info {
    signal: c_int,
    code: c_int,
    pid: c_int,
    uid: u32,
    value: c_int,
    status: c_int,
}

impl Info {
    /// Any context.
    pub(super) fn of(info: &SigInfo) -> Self {
        Self {
            signal: info.si_signo(),
            code: info.code(),
            pid: info.si_pid(),
            uid: info.si_uid(),
            value: info.value().unwrap_or(0),
            status: info.si_status(),
        }
    }
}

/// What is known of one delivery.
#[derive(Clone, Copy)]
#[repr(C)]
struct Record {
    info: Info,
    thread: c_int,
    time: i64,
    program_counter: usize,
}

/// How many deliveries there were.
#[derive(Clone, Copy)]
#[repr(C)]
struct Counts {
    delivered: usize,
    refused: usize,
    unrecorded: usize,
}

#[unsafe(no_mangle)]
unsafe extern "C" fn sigtrip_info_of(siginfo: *const c_void, info: *mut Info) -> c_int {
    // Signal context.
    plainly(|| {
        given::room(info)?;
        // SAFETY: so the header asks.
        let record = given::needed(unsafe { sys::SigInfo::of_c(siginfo) })?;
        let known = given::needed(SigInfo::new(*record))?;
        // SAFETY: so the header asks.
        unsafe { given::write(info, Info::of(&known)) };
        Ok(0)
    })
}

const fn record_options(given: u32) -> Option<RecordOptions> {
    if given & SIGTRIP_RECORD != 0 {
        Some(
            RecordOptions::new()
                .thread(given & SIGTRIP_RECORD_THREAD != 0)
                .time(given & SIGTRIP_RECORD_TIME != 0)
                .program_counter(given & SIGTRIP_RECORD_PROGRAM_COUNTER != 0),
        )
    } else if given & SIGTRIP_RECORD_COUNT != 0 {
        Some(RecordOptions::count_only())
    } else {
        None
    }
}

#[unsafe(no_mangle)]
extern "C" fn sigtrip_record_signal(signal: c_int, options: u32) -> c_int {
    const EXTRAS: u32 = SIGTRIP_RECORD_THREAD | SIGTRIP_RECORD_TIME | SIGTRIP_RECORD_PROGRAM_COUNTER;
    done(|| {
        // Extras are a record's.
        let known = if options & SIGTRIP_RECORD == 0 { 0 } else { EXTRAS };
        let options = given::options(options, SIGTRIP_RECORD | SIGTRIP_RECORD_COUNT | known)?;
        Ok(record(given::signal(signal)?, record_options(options))?)
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn sigtrip_take_record(record: *mut Record) -> c_int {
    entry(|| {
        given::room(record)?;
        let Some(taken) = take_records()?.next() else { return Ok(0) };
        let known = Record {
            info: Info::of(&taken.info()),
            thread: taken.thread().unwrap_or(0),
            time: taken.time().map_or(0, given::nanoseconds),
            program_counter: taken.program_counter().unwrap_or(0),
        };
        // SAFETY: so the header asks.
        unsafe { given::write(record, known) };
        Ok(1)
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn sigtrip_get_counts(signal: c_int, counts: *mut Counts) -> c_int {
    done(|| {
        given::room(counts)?;
        let signal = given::signal(signal)?;
        let now =
            Counts { delivered: delivered(signal), refused: refused(signal), unrecorded: unrecorded(signal) };
        // SAFETY: so the header asks.
        unsafe { given::write(counts, now) };
        Ok(())
    })
}
