//! A little HTTP server that loses no request when it is asked to end (SIGTERM or Ctrl-C). A second signal ends it at once.
//!
//! 1. Answers say from now on that the connection ends with them.
//! 2. Whoever has connected already is let in; then nobody is.
//! 3. Connections have a moment to send what is on its way; those that are idle after it are closed.
//! 4. What is being answered is answered to the end, if that comes before the limit.

use std::{cell::Cell, convert::Infallible, error::Error, io, process::ExitCode, rc::Rc, time::Duration};

use http_body_util::Full;
use hyper::{
    Request, Response,
    body::{Bytes, Incoming},
    header::{CONNECTION, HeaderValue},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::{rt::TokioIo, server::graceful::GracefulShutdown};
use sigtrip::{Signal, SignalStream};
use tokio::{
    net::{TcpListener, TcpStream},
    task::{JoinSet, LocalSet},
    time::{sleep, timeout},
};

/// So many can have connected and not been let in yet.
const AT_THE_DOOR: usize = 4096;
/// How long an idle connection is kept for what may be on its way.
const IDLE: Duration = Duration::from_millis(500);
/// How long an answer may take.
const LIMIT: Duration = Duration::from_secs(20);

#[derive(Default)]
struct Server {
    stopping: Cell<bool>,
    answered: Cell<usize>,
}

pub(crate) fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let served = runtime.map_err(Into::into).and_then(|it| LocalSet::new().block_on(&it, serve()));
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve() -> Result<(), Box<dyn Error>> {
    let mut stop = SignalStream::new([Signal::INT, Signal::TERM])?;
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    println!("listening on {}", listener.local_addr()?);
    let server = Rc::new(Server::default());
    let (graceful, mut connections) = (GracefulShutdown::new(), JoinSet::new());
    loop {
        tokio::select! {
            accepted = listener.accept() => connections.spawn_local(talk(&server, &graceful, accepted?.0)),
            Some(signal) = stop.recv() => {
                println!("{signal}: finishing what was begun");
                break;
            }
        };
    }
    drop(stop); // the next one ends the program
    server.stopping.set(true);
    for waiting in at_the_door(listener)? {
        connections.spawn_local(talk(&server, &graceful, waiting?));
    }
    let left = finish(graceful, connections).await;
    println!("answered {} requests, {left} connections were left", server.answered.get());
    Ok(())
}

/// Those who have connected by now; nobody can any more when this has been dropped.
fn at_the_door(listener: TcpListener) -> io::Result<impl Iterator<Item = io::Result<TcpStream>>> {
    let listener = listener.into_std()?; // it does not block
    let next = move || match listener.accept() {
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => None,
        accepted => Some(accepted.and_then(|(stream, _)| {
            stream.set_nonblocking(true)?;
            TcpStream::from_std(stream)
        })),
    };
    Ok(std::iter::from_fn(next).take(AT_THE_DOOR))
}

fn talk(
    server: &Rc<Server>,
    graceful: &GracefulShutdown,
    with: TcpStream,
) -> impl Future<Output = ()> + use<> {
    let server = Rc::clone(server);
    let service = service_fn(move |request| answer(Rc::clone(&server), request));
    let connection = graceful.watch(http1::Builder::new().serve_connection(TokioIo::new(with), service));
    async {
        if let Err(error) = connection.await {
            eprintln!("a connection failed: {error}");
        }
    }
}

async fn answer(server: Rc<Server>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    sleep(Duration::from_millis(20)).await; // the work
    let line = format!("you asked for {}\n", request.uri().path());
    let mut response = Response::new(Full::from(line.repeat(2000)));
    if server.stopping.get() {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    server.answered.set(server.answered.get() + 1);
    Ok(response)
}

/// Returns how many connections were left.
async fn finish(graceful: GracefulShutdown, mut connections: JoinSet<()>) -> usize {
    let all_ended = async { while connections.join_next().await.is_some() {} };
    if timeout(IDLE, all_ended).await.is_err() {
        let _ = timeout(LIMIT, graceful.shutdown()).await;
    }
    while connections.try_join_next().is_some() {}
    connections.len()
}
