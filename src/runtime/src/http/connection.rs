//! One connection from its first byte to its close.
//!
//! In: an accepted socket. Out: answers, written by hyper as `exchange` gives them. What holds: a connection ends by itself
//! when its client is silent for longer than the limits allow, with a 408 if half a request has come; a client that is
//! refused while it is still sending gets the answer, not a reset.

use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::Poll;
use std::time::{Duration, SystemTime};

use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::application::Limits;
use super::exchange::answer;
use super::log;
use super::request::Reply;
use super::server::Station;
use super::wire::{Phase, Watch, Wire};
use crate::codec::Problem;

/// How long a refused client is listened to, so that it comes to read the answer.
const LINGER: Duration = Duration::from_secs(1);

/// Why hyper's part of a connection is over.
enum End {
    Served(hyper::Result<()>),
    /// The client has been waited for long enough.
    Expired,
}

/// Serves a connection to its end.
pub async fn connection(
    station: &Rc<Station>,
    stream: std::net::TcpStream,
    peer: SocketAddr,
    watch: &Rc<Watch>,
) {
    let Ok(stream) = TcpStream::from_std(stream) else {
        return;
    };
    // Small replies must not wait for more.
    let _ = stream.set_nodelay(true);
    let limits = &station.shared.app().limits;
    let service = hyper::service::service_fn(|request| answer(station, watch, request, peer));
    let wire = TokioIo::new(Wire::new(stream, Rc::clone(watch)));
    let mut serving = builder(limits).serve_connection(wire, service);
    let mut expiry = pin!(watch.expire(limits));
    let mut is_told = false;
    let end = poll_fn(|context| {
        if watch.waker.borrow().is_none() {
            *watch.waker.borrow_mut() = Some(context.waker().clone());
        }
        if station.is_stopping.get() && !is_told {
            is_told = true;
            Pin::new(&mut serving).graceful_shutdown();
        }
        if let Poll::Ready(served) = Pin::new(&mut serving).poll(context) {
            return Poll::Ready(End::Served(served));
        }
        expiry.as_mut().poll(context).map(|()| End::Expired)
    })
    .await;
    let stream = serving.into_parts().io.into_inner().into_stream();
    let problem = last_word(watch, &end);
    if station.shared.access_log
        && let Some(status) = problem
            .as_ref()
            .map(|it| it.status)
            .or(watch.refused_with())
    {
        log::refused(peer, status);
    }
    finish(stream, watch, problem).await;
}

fn builder(limits: &Limits) -> hyper::server::conn::http1::Builder {
    let mut builder = hyper::server::conn::http1::Builder::new();
    builder
        .half_close(true)
        // The watch has its own, and costs no timer per request.
        .header_read_timeout(None)
        .max_header_size(limits.max_header)
        // hyper wants no less.
        .max_buf_size(limits.max_header.max(8192));
    builder
}

/// What is left to say to a client whose request never was one.
fn last_word(watch: &Watch, end: &End) -> Option<Problem> {
    match (end, watch.phase()) {
        (End::Expired, Phase::Head | Phase::Body) => Some(Problem::with_detail(
            408,
            "the rest of the request did not come in time",
        )),
        (End::Served(Err(error)), Phase::Head) if error.is_incomplete_message() => Some(
            Problem::with_detail(400, "the request ends before its header"),
        ),
        (End::Served(Err(_)), Phase::Head) => {
            Some(Problem::with_detail(400, "this is not HTTP/1.1"))
        }
        _ => None,
    }
}

/// Says it, and lets a refused client come to read it.
async fn finish(mut stream: TcpStream, watch: &Watch, problem: Option<Problem>) {
    if problem.is_none() && !watch.is_refused() {
        return;
    }
    // Whatever goes wrong from here on is the client's affair.
    let _ = tokio::time::timeout(LINGER, async {
        if let Some(problem) = problem {
            stream.write_all(&farewell(problem)).await?;
        }
        stream.shutdown().await?;
        let mut scratch = vec![0; 16 << 10];
        while stream.read(&mut scratch).await? > 0 {}
        Ok::<_, std::io::Error>(())
    })
    .await;
}

/// An answer outside of hyper, which has given the connection up.
fn farewell(problem: Problem) -> Vec<u8> {
    let mut reply = Reply::from(problem);
    let headers = reply.take_headers();
    let mut out = format!(
        "HTTP/1.1 {}\r\nconnection: close\r\ncontent-length: {}\r\ndate: {}\r\n",
        reply.status,
        reply.body.len(),
        httpdate::fmt_http_date(SystemTime::now()),
    )
    .into_bytes();
    for (name, value) in &headers {
        out.extend_from_slice(name.as_str().as_bytes());
        out.extend_from_slice(b": ");
        out.extend_from_slice(value.as_bytes());
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b"\r\n");
    out.extend_from_slice(&reply.body);
    out
}
