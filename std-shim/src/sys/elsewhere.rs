//! Tests of what is told of other systems, as far as it can be run here: their codes, and where the fields of their records are.

#![allow(dead_code)] // what is not looked at here

#[path = "codes/freebsd.rs"]
mod codes_freebsd;
#[path = "codes/macos.rs"]
mod codes_macos;
#[path = "codes/netbsd.rs"]
mod codes_netbsd;
#[path = "codes/openbsd.rs"]
mod codes_openbsd;
#[path = "layout/flat.rs"]
mod layout_flat;
#[path = "layout/netbsd.rs"]
mod layout_netbsd;
#[path = "layout/openbsd.rs"]
mod layout_openbsd;

mod c {
    //! The records as the headers declare them, without what follows the fields that are read.

    use core::ffi::{c_int, c_long, c_uint, c_void};

    pub(super) type Value = *mut c_void; // a union of an int and this

    /// FreeBSD and macOS; the last is a union on FreeBSD, where the timer's number is its first int.
    #[repr(C)]
    pub(super) struct Flat {
        pub(super) signo: c_int,
        pub(super) errno: c_int,
        pub(super) code: c_int,
        pub(super) pid: c_int,
        pub(super) uid: c_uint,
        pub(super) status: c_int,
        pub(super) addr: *mut c_void,
        pub(super) value: Value,
        pub(super) band: c_long,
    }

    #[repr(C)]
    pub(super) struct Headed<T> {
        pub(super) signo: c_int,
        pub(super) code: c_int,
        pub(super) errno: c_int,
        pub(super) reason: Reason<T>,
    }

    /// A union with a pointer in it.
    #[repr(C)]
    pub(super) union Reason<T> {
        pub(super) it: core::mem::ManuallyDrop<T>,
        pub(super) addr: *mut c_void,
    }

    #[repr(C)]
    pub(super) struct Sent {
        pub(super) pid: c_int,
        pub(super) uid: c_uint,
        pub(super) value: Value,
    }

    #[repr(C)]
    pub(super) struct NetBsdChild {
        pub(super) pid: c_int,
        pub(super) uid: c_uint,
        pub(super) status: c_int,
        pub(super) user: c_uint,
        pub(super) system: c_uint,
    }

    #[repr(C)]
    pub(super) struct Polled {
        pub(super) band: c_long,
        pub(super) descriptor: c_int,
    }

    #[repr(C)]
    pub(super) struct OpenBsdChild {
        pub(super) pid: c_int,
        pub(super) uid: c_uint,
        pub(super) user: i64,
        pub(super) system: i64,
        pub(super) status: c_int,
    }
}

use core::mem::offset_of;

const WORD: usize = size_of::<usize>();

#[test]
fn the_fields_of_macos_and_freebsd_are_where_c_has_them() {
    use layout_flat as at;
    assert_eq!(at::PID, offset_of!(c::Flat, pid));
    assert_eq!(at::UID, offset_of!(c::Flat, uid));
    assert_eq!(at::STATUS, offset_of!(c::Flat, status));
    assert_eq!(at::ADDRESS, offset_of!(c::Flat, addr));
    assert_eq!(at::VALUE, offset_of!(c::Flat, value));
    assert_eq!(at::BAND, offset_of!(c::Flat, band));
    assert_eq!(at::TIMER, Some([at::BAND, at::BAND + 4]));
    assert_eq!(at::SHORT_WORDS * WORD, size_of::<c::Flat>());
}

#[test]
fn the_fields_of_netbsd_are_where_c_has_them() {
    use layout_netbsd as at;
    let reason = offset_of!(c::Headed<c::Sent>, reason);
    assert_eq!(at::PID, reason + offset_of!(c::Sent, pid));
    assert_eq!(at::UID, reason + offset_of!(c::Sent, uid));
    assert_eq!(at::VALUE, reason + offset_of!(c::Sent, value));
    assert_eq!(at::ADDRESS, reason);
    let child = offset_of!(c::Headed<c::NetBsdChild>, reason);
    assert_eq!(at::STATUS, child + offset_of!(c::NetBsdChild, status));
    let times = [offset_of!(c::NetBsdChild, user), offset_of!(c::NetBsdChild, system)];
    assert_eq!(at::CHILD_TIMES, Some(times.map(|time| child + time)));
    let polled = offset_of!(c::Headed<c::Polled>, reason);
    assert_eq!(at::BAND, polled + offset_of!(c::Polled, band));
    assert_eq!(at::DESCRIPTOR, Some(polled + offset_of!(c::Polled, descriptor)));
    const { assert!(at::SHORT_WORDS * WORD >= at::STATUS + 4 && at::SHORT_WORDS * WORD >= at::VALUE + WORD) };
}

#[test]
#[cfg(target_pointer_width = "64")] // on 32 bits the alignment of an i64 is the processor's own
fn the_fields_of_openbsd_are_where_c_has_them() {
    use layout_openbsd as at;
    let reason = offset_of!(c::Headed<c::Sent>, reason);
    assert_eq!(at::PID, reason + offset_of!(c::Sent, pid));
    assert_eq!(at::UID, reason + offset_of!(c::Sent, uid));
    assert_eq!(at::VALUE, reason + offset_of!(c::Sent, value));
    assert_eq!(at::ADDRESS, reason);
    let child = offset_of!(c::Headed<c::OpenBsdChild>, reason);
    assert_eq!(at::STATUS, child + offset_of!(c::OpenBsdChild, status));
    let times = [offset_of!(c::OpenBsdChild, user), offset_of!(c::OpenBsdChild, system)];
    assert_eq!(at::CHILD_TIMES, Some(times.map(|time| child + time)));
    const { assert!(at::SHORT_WORDS * WORD >= at::STATUS + 4) };
}

/// A trap's codes, as all of them number them.
const TRAPS: core::ops::RangeInclusive<i32> = 1..=8;

macro_rules! sent_is_told_from_raised {
    ($($test:ident: $codes:ident;)*) => {$(
        #[test]
        fn $test() {
            use $codes as codes;
            for sent in [codes::SI_USER, codes::SI_THREAD, codes::SI_QUEUE, codes::SI_TIMER] {
                assert!(!codes::by_instruction(libc::SIGSEGV, sent) && !codes::is_reason(sent), "{sent}");
            }
            for raised in TRAPS {
                assert!(codes::by_instruction(libc::SIGSEGV, raised) && codes::is_reason(raised), "{raised}");
            }
        }
    )*};
}

sent_is_told_from_raised! {
    a_sent_fault_is_told_from_a_raised_one_on_freebsd: codes_freebsd;
    a_sent_fault_is_told_from_a_raised_one_on_netbsd: codes_netbsd;
    a_sent_fault_is_told_from_a_raised_one_on_openbsd: codes_openbsd;
}

#[test]
fn on_macos_every_fault_is_taken_for_a_raised_one() {
    for code in TRAPS.chain([codes_macos::SI_USER]) {
        assert!(codes_macos::by_instruction(libc::SIGSEGV, code), "{code}");
    }
}

#[test]
fn macos_alone_does_not_tell_a_sent_fault_from_a_raised_one() {
    let tell = [
        codes_freebsd::TELLS_SENT_FROM_RAISED,
        codes_macos::TELLS_SENT_FROM_RAISED,
        codes_netbsd::TELLS_SENT_FROM_RAISED,
        codes_openbsd::TELLS_SENT_FROM_RAISED,
    ];
    assert_eq!(tell, [true, false, true, true]);
}
