//! Descriptors: a wakeup pipe that is full, one that was closed and whose number is another file's, the library's own closed.

use std::{
    io::{Read, Write},
    os::fd::{AsFd, AsRawFd},
    thread,
    time::Duration,
};

use sigtrip::{Signal, on, poll, set_wakeup_fd};
use sigtrip_tests::raw;

use crate::{
    dice::Dice,
    line::{Line, Until},
    owner::{self, session},
};

crate::storms!(a_full_wakeup_pipe, a_wakeup_descriptor_closed_and_reused, the_librarys_own_closed);

fn flooders(until: Until) -> Vec<thread::JoinHandle<()>> {
    let lines = [Line(Signal::USR1), Line(Signal::USR2)];
    (0..)
        .zip(lines)
        .map(|(seed, line)| owner::flooder(line.handle(), until, seed, raw::send_to_process))
        .collect()
}

/// It is full from the start, and a reader makes room at times. What is read is the signals' numbers and nothing else.
fn a_full_wakeup_pipe(until: Until) {
    let _session = session();
    let (reader, mut writer) = std::io::pipe().expect("a pipe");
    let mut its_reader = reader.try_clone().expect("a descriptor");
    raw::set_nonblocking(writer.as_fd());
    while writer.write(&[10; 4096]).is_ok() {}
    set_wakeup_fd(Some(writer.as_fd()), false).expect("ok");
    drop(writer);
    let mut threads = flooders(until);
    threads.push(thread::spawn(move || {
        let (mut bytes, mut dice) = (vec![0; 4096], Dice::new(5));
        while !until.is_over() {
            let Ok(read) = its_reader.read(&mut bytes[..1 + dice.below(4095) as usize]) else { continue }; // EINTR
            assert!(bytes[..read].iter().all(|byte| [10, 12].contains(byte)));
            thread::sleep(Duration::from_micros(dice.below(3000).into()));
            raw::send_to_process(Signal::USR2); // so that it does not wait for ever
        }
    }));
    owner::handle_until_joined(threads, &mut Dice::new(2));
    drop(reader); // not before: a pipe must not lose its reader
}

/// The user closes his as soon as it is set, and a file gets the number at once: it stays empty.
fn a_wakeup_descriptor_closed_and_reused(until: Until) {
    let _session = session();
    let threads = flooders(until);
    let mut dice = Dice::new(2);
    while !threads.iter().all(thread::JoinHandle::is_finished) {
        let (mut reader, writer) = std::io::pipe().expect("a pipe");
        raw::set_nonblocking(writer.as_fd());
        set_wakeup_fd(Some(writer.as_fd()), false).expect("ok");
        let number = writer.as_raw_fd();
        drop(writer);
        let innocent = raw::unnamed_file();
        assert_eq!(innocent.as_raw_fd(), number, "the system gives out the lowest number that is free");
        raw::send_to_process(Signal::USR1);
        owner::safe_point(&mut dice);
        if dice.below(2) == 0 {
            set_wakeup_fd(None, false).expect("ok");
        }
        assert_eq!(innocent.metadata().expect("it is open").len(), 0, "nothing was written to it");
        raw::set_nonblocking(reader.as_fd());
        let mut bytes = [0; 4096];
        let read = reader.read(&mut bytes).unwrap_or(0);
        assert!(bytes[..read].iter().all(|byte| [10, 12].contains(byte)));
        set_wakeup_fd(None, false).expect("ok");
    }
    owner::handle_until_joined(threads, &mut dice);
}

/// A handler closes everything that the program does not know, the descriptor on which the owner sleeps among it.
fn the_librarys_own_closed(until: Until) {
    let _session = session();
    let mine: Vec<_> = raw::descriptors();
    let closer = Line(Signal::HUP);
    on(closer.0, move |_| {
        closer.saw();
        raw::descriptors().into_iter().filter(|number| !mine.contains(number)).for_each(raw::close);
    })
    .expect("no handler fails");
    let mut threads = flooders(until);
    threads.push(owner::flooder(closer, until, 9, raw::send_to_process));
    while !threads.iter().all(thread::JoinHandle::is_finished) {
        poll(&mut [], Some(Duration::from_micros(500))).expect("no handler fails");
    }
    owner::handle_until_joined(threads, &mut Dice::new(2));
}
