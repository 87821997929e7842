//! Threads that begin and end while signals are delivered to them.

use std::thread;

use sigtrip::{Signal, pthread_kill};
use sigtrip_tests::raw;

use crate::{
    dice::Dice,
    line::{Line, Until},
    owner::{self, session},
};

crate::storms!(that_end_while_they_receive, owners_that_block_everything);

/// Signals to the process, of which any thread may receive any; and to threads that may have ended, by their handles.
fn that_end_while_they_receive(until: Until) {
    let _session = session();
    let mut threads: Vec<_> = (0..)
        .zip([Line(Signal::USR1), Line(Signal::real_time(5).expect("there are more"))])
        .map(|(seed, line)| owner::flooder(line.handle(), until, seed, raw::send_to_process))
        .collect();
    let line = Line(Signal::USR2).handle();
    threads.extend((0..2).map(|_| {
        thread::spawn(move || {
            while !until.is_over() {
                let brief = thread::spawn(thread::yield_now);
                line.send(|signal| pthread_kill(&brief, signal).expect("no handler fails"));
                // It may have ended before: then nobody received it. This one is received here.
                let number = line.send(|signal| raw::Thread::current().send(signal));
                brief.join().expect("it does not panic");
                if !line.wait_until_seen(number) {
                    break;
                }
            }
        })
    }));
    owner::handle_until_joined(threads, &mut Dice::new(2));
}

/// The owner receives nothing itself: each wait of its is ended by whoever does.
fn owners_that_block_everything(until: Until) {
    let _session = session();
    let lines = [Signal::USR1, Signal::USR2, Signal::HUP].map(Line).map(Line::handle);
    let flooders = (0..)
        .zip(lines)
        .map(|(seed, line)| owner::flooder(line, until, seed, |signal| raw::Thread::current().send(signal)))
        .collect::<Vec<_>>();
    lines.iter().for_each(|line| raw::block(line.0, true));
    owner::handle_until_joined(flooders, &mut Dice::new(3));
    lines.iter().for_each(|line| raw::block(line.0, false));
}
