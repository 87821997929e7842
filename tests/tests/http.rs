//! The little HTTP server under load: asked to end in the middle of it, it loses no request.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
};

use sigtrip::Signal;
use sigtrip_tests::{PATIENCE, Program};

/// What became of a request.
#[derive(Debug, PartialEq)]
enum Fate {
    /// The whole answer has come, and whether the connection goes on.
    Answered { goes_on: bool },
    /// Not one byte has come.
    Refused,
}

/// The load: what all clients do, and what they have seen.
#[derive(Default)]
struct Load {
    /// Set before the signal is sent.
    stopping: AtomicBool,
    answered: AtomicUsize,
    /// Sent before the signal, answered after it.
    under_way: AtomicUsize,
    refused: AtomicUsize,
}

impl Load {
    /// Requests, one after the other, until one is refused that was sent after the signal.
    fn client(&self, server: SocketAddr, number: usize) {
        // Every other client makes a connection for each request.
        let keeps = number.is_multiple_of(2);
        let mut kept = None;
        for request in 0.. {
            let path = format!("/{number}/{request}");
            let connection = kept.take().or_else(|| connect(server));
            match self.request(connection, &path) {
                (Fate::Answered { goes_on }, connection) => kept = connection.filter(|_| goes_on && keeps),
                (Fate::Refused, _) => return,
            }
        }
    }

    fn request(&self, connection: Option<TcpStream>, path: &str) -> (Fate, Option<TcpStream>) {
        let Some(mut connection) = connection else { return (self.refused(path, true), None) };
        let sent = write!(connection, "GET {path} HTTP/1.1\r\nhost: here\r\n\r\n").is_ok();
        let late = self.is_stopping() || !sent;
        match answer(&mut connection, path) {
            Some(fate) => {
                self.answered.fetch_add(1, Ordering::Relaxed);
                let crossed = !late && self.is_stopping();
                self.under_way.fetch_add(usize::from(crossed), Ordering::Relaxed);
                (fate, Some(connection))
            }
            None => (self.refused(path, late), None),
        }
    }

    fn stop(&self) {
        self.stopping.swap(true, Ordering::AcqRel);
    }

    /// The latest: a read-modify-write.
    fn is_stopping(&self) -> bool {
        self.stopping.fetch_or(false, Ordering::AcqRel)
    }

    fn refused(&self, path: &str, late: bool) -> Fate {
        assert!(late && self.is_stopping(), "{path}: it was sent before the signal, and lost");
        self.refused.fetch_add(1, Ordering::Relaxed);
        Fate::Refused
    }
}

fn connect(server: SocketAddr) -> Option<TcpStream> {
    let connection = TcpStream::connect_timeout(&server, PATIENCE).ok()?;
    connection.set_read_timeout(Some(PATIENCE)).expect("it can have one");
    Some(connection)
}

/// The answer, whole; `None` if the connection ends before its first byte.
fn answer(connection: &mut TcpStream, path: &str) -> Option<Fate> {
    let mut all = Vec::new();
    let head = loop {
        if let Some(end) = all.windows(4).position(|four| four == b"\r\n\r\n") {
            break String::from_utf8(all.drain(..end + 4).collect()).expect("text").to_lowercase();
        }
        if !read_more(connection, &mut all) {
            assert!(all.is_empty(), "{path}: a part of the head alone");
            return None;
        }
    };
    assert!(head.starts_with("http/1.1 200 "), "{head}");
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).expect("it says");
    let length: usize = length.parse().expect("a number");
    while all.len() < length {
        assert!(read_more(connection, &mut all), "{path}: {} of {length} bytes", all.len());
    }
    let expected = format!("you asked for {path}\n").repeat(2000);
    assert!(all == expected.as_bytes(), "{path}: another answer");
    Some(Fate::Answered { goes_on: !head.contains("connection: close") })
}

fn read_more(connection: &mut TcpStream, all: &mut Vec<u8>) -> bool {
    let mut buffer = [0; 1 << 14];
    match connection.read(&mut buffer) {
        Ok(read) => {
            all.extend(&buffer[..read]);
            read > 0
        }
        Err(error) => {
            assert_ne!(error.kind(), std::io::ErrorKind::WouldBlock, "no answer");
            false
        }
    }
}

#[test]
fn a_server_under_load_loses_no_request() {
    const CLIENTS: usize = 8;
    let mut server = Program::start(env!("CARGO_BIN_EXE_program"), &["http_shutdown"]);
    let line = server.expect("listening on ");
    let address: SocketAddr = line.trim_start_matches("listening on ").parse().expect("an address");
    let load = Arc::new(Load::default());
    let clients = [(); CLIENTS]
        .map(|()| Arc::clone(&load))
        .into_iter()
        .enumerate()
        .map(|(number, load)| thread::spawn(move || load.client(address, number)));
    let clients = clients.collect::<Vec<_>>();
    while load.answered.load(Ordering::Relaxed) < 100 {
        assert!(!clients.iter().any(thread::JoinHandle::is_finished), "a client has failed");
        thread::yield_now();
    }
    load.stop();
    server.send(Signal::TERM);
    for client in clients {
        client.join().expect("nothing was lost");
    }
    let ended = server.finish();
    ended.with_status(0);
    let answered = load.answered.load(Ordering::Relaxed);
    ended.with_lines(&[
        "SIGTERM: finishing",
        &format!("answered {answered} requests, 0 connections were left"),
    ]);
    assert_eq!(load.refused.load(Ordering::Relaxed), CLIENTS, "each client went on until it was refused");
    assert!(load.under_way.load(Ordering::Relaxed) > 0, "nothing was under way");
    println!("{answered} answered, {} of them across the signal", load.under_way.load(Ordering::Relaxed));
}

/// An idle connection does not keep the server; nor does one that has sent half a request.
#[test]
fn idle_connections_do_not_keep_it() {
    let mut server = Program::start(env!("CARGO_BIN_EXE_program"), &["http_shutdown"]);
    let line = server.expect("listening on ");
    let address: SocketAddr = line.trim_start_matches("listening on ").parse().expect("an address");
    let load = Load::default();
    let (mut idle, fresh) = (connect(address).expect("it listens"), connect(address).expect("it listens"));
    write!(idle, "GET /idle HTTP/1.1\r\nhost: here\r\n\r\n").expect("it reads");
    assert_eq!(answer(&mut idle, "/idle"), Some(Fate::Answered { goes_on: true }));
    load.stop();
    server.send(Signal::INT);
    server.expect("SIGINT: finishing");
    // What was on its way is answered still.
    assert_eq!(load.request(Some(fresh), "/late").0, Fate::Answered { goes_on: false });
    let ended = server.finish();
    ended.with_status(0);
    ended.with_lines(&["answered 2 requests, 0 connections were left"]);
}

/// While the process is stopped: its state, as the kernel tells it.
fn wait_until_stopped(pid: i32) {
    let is_stopped = || {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).expect("it lives");
        stat.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('T'))
    };
    while !is_stopped() {
        thread::yield_now();
    }
}

/// Those that have connected when the signal comes, and have not been let in yet, are answered.
#[test]
fn who_is_at_the_door_is_let_in() {
    const GUESTS: usize = 20;
    let mut server = Program::start(env!("CARGO_BIN_EXE_program"), &["http_shutdown"]);
    let line = server.expect("listening on ");
    let address: SocketAddr = line.trim_start_matches("listening on ").parse().expect("an address");
    server.send(Signal::STOP);
    wait_until_stopped(server.pid());
    let guests = [(); GUESTS].map(|()| {
        let mut guest = connect(address).expect("it listens");
        write!(guest, "GET /guest HTTP/1.1\r\nhost: here\r\n\r\n").expect("there is room");
        guest
    });
    server.send(Signal::TERM);
    server.send(Signal::CONT);
    for mut guest in guests {
        assert!(answer(&mut guest, "/guest").is_some(), "nobody came to the door");
    }
    let ended = server.finish();
    ended.with_status(0);
    ended.with_lines(&["answered 20 requests, 0 connections were left"]);
}
