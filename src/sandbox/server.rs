//! The sockets of the sandbox: connections, bodies, headers, waiting. Decides nothing.

mod body;

use std::fmt;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::ext::ReasonPhrase;
use hyper::header::{CONNECTION, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::call::BadBody;
use super::gate;
use super::gate::Reach;
use super::reply::Reply;
use super::route::Route;
use super::state::{Answer, State, Wait};
use crate::telegram::ApiError;

/// So many connections at a time; others wait in the system's queue. Each may be sending 1 MiB of arguments.
const MAX_CONNECTIONS: usize = 1024;

/// Headers may be this large, as on Telegram.
const MAX_HEADERS: usize = 256 << 10;

/// The headers of a request have to arrive within this, the next request on a connection too.
const HEADERS_TIMEOUT: Duration = Duration::from_secs(75);

/// Answers under way get this long to go out when the sandbox stops.
const STOP_TIMEOUT: Duration = Duration::from_millis(500);

/// After a failed accept, such as for want of file descriptors, the next try is this much later.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

pub(super) struct Shared {
    state: Mutex<State>,
    /// Told whenever a call that waits may have an answer.
    happened: Notify,
    reach: Reach,
    clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    latency: Option<Duration>,
}

impl Shared {
    pub(super) fn new(
        state: State,
        reach: Reach,
        clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
        latency: Option<Duration>,
    ) -> Shared {
        Shared { state: Mutex::new(state), happened: Notify::new(), reach, clock, latency }
    }

    /// A panic elsewhere leaves no half-made state behind that matters here.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Timestamp {
        (self.clock)()
    }

    pub(super) fn queue_update(&self, token: Option<&str>, update: Value) -> Result<i64, ApiError> {
        let now = self.now();
        let queued = self.state().queue_update(token, update, now);
        self.happened.notify_waiters();
        queued
    }

    /// Returns what a bot has sent, as a JSON array.
    pub(super) fn messages(&self, token: Option<&str>) -> Result<String, ApiError> {
        let now = self.now();
        self.state().messages(token, now)
    }
}

pub(super) async fn serve(listener: TcpListener, shared: Arc<Shared>, mut stopped: watch::Receiver<bool>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = told(&mut stopped) => break,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept(), if connections.len() < MAX_CONNECTIONS => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection(stream, Arc::clone(&shared), stopped.clone()));
                }
                Err(_) => sleep(ACCEPT_PAUSE).await,
            },
        }
    }
    drop(listener);
    // Whoever is still talking after that is cut off with the set.
    let _ = timeout(STOP_TIMEOUT, async { while connections.join_next().await.is_some() {} }).await;
}

/// Returns when it is time to stop, also when the one who could tell is gone.
async fn told(stopped: &mut watch::Receiver<bool>) {
    // An error means that the sender is gone: time to stop, too.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

async fn connection(stream: TcpStream, shared: Arc<Shared>, mut stopped: watch::Receiver<bool>) {
    let service = service_fn({
        let stopped = stopped.clone();
        move |request| answer(Arc::clone(&shared), stopped.clone(), request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS_TIMEOUT)
        .max_buf_size(MAX_HEADERS)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    tokio::select! {
        // Errors of a connection concern the client alone.
        _ = connection.as_mut() => return,
        () = told(&mut stopped) => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}

/// Makes hyper end a connection without an answer.
#[derive(Debug)]
struct HungUp;

impl fmt::Display for HungUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the sandbox was asked to end connections")
    }
}

impl std::error::Error for HungUp {}

async fn answer(
    shared: Arc<Shared>,
    stopped: watch::Receiver<bool>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, HungUp> {
    if let Err(refused) = gate::check(&request, shared.reach) {
        return Ok(response(refused.into()));
    }
    let query = request.uri().query().unwrap_or("").to_owned();
    match Route::parse(request.uri().path()) {
        Route::Method { token, method } => {
            if !matches!(*request.method(), Method::GET | Method::POST) {
                return Ok(response(ApiError::plain(405, "Method Not Allowed").into()));
            }
            let call = match body::read_call(&query, request).await {
                Ok(call) => call,
                Err(BadBody::FileTooLarge) => {
                    return Ok(response(ApiError::plain(413, "Request Entity Too Large").into()));
                }
                Err(bad) => return Ok(bare(bad)),
            };
            if let Some(latency) = shared.latency {
                sleep(latency).await;
            }
            let now = shared.now();
            let answer = shared.state().call(&token, &method, &call, now);
            shared.happened.notify_waiters();
            match answer {
                Answer::Reply(reply) => Ok(response(reply)),
                Answer::Wait(wait) => Ok(response(waited(&shared, stopped, wait).await)),
                Answer::HangUp => Err(HungUp),
            }
        }
        Route::About => Ok(response(Reply::json(&shared.state().about()))),
        Route::Updates => Ok(response(updates(&shared, &query, request).await)),
        Route::Messages => {
            let messages = shared.messages(token_of(&query).as_deref());
            Ok(response(match messages {
                Ok(array) => Reply { body: array, ..Reply::json(&Value::Null) },
                Err(error) => error.into(),
            }))
        }
        Route::Unknown => Ok(response(ApiError::plain(404, "Not Found").into())),
    }
}

/// `POST /sandbox/updates`: the body is JSON, whatever its type says, since curl says it is a form.
async fn updates(shared: &Shared, query: &str, request: Request<Incoming>) -> Reply {
    if request.method() != Method::POST {
        return ApiError::plain(405, "Method Not Allowed: POST an Update object as JSON").into();
    }
    let update = match body::read_json(request).await {
        Ok(update) => update,
        Err(reason) => return ApiError::bad_request(&reason).into(),
    };
    match shared.queue_update(token_of(query).as_deref(), update) {
        Ok(id) => Reply::json(&json!({ "ok": true, "update_id": id })),
        Err(error) => error.into(),
    }
}

fn token_of(query: &str) -> Option<String> {
    let pairs = &mut form_urlencoded::parse(query.as_bytes());
    pairs.find(|(name, _)| name == "token").map(|(_, token)| token.into_owned())
}

/// Waits for the answer of a getUpdates call; a client that goes away takes its place in the queue with it.
async fn waited(shared: &Shared, mut stopped: watch::Receiver<bool>, wait: Wait) -> Reply {
    let _place = Place { shared, wait };
    let mut deadline = pin!(sleep(Duration::from_secs(wait.seconds)));
    loop {
        let mut happened = pin!(shared.happened.notified());
        // What happens from here on is not missed, also before the first await.
        happened.as_mut().enable();
        if let Some(reply) = shared.state().resume(&wait) {
            return reply;
        }
        tokio::select! {
            () = happened => {}
            () = &mut deadline => return shared.state().expire(&wait),
            () = told(&mut stopped) => return shared.state().expire(&wait),
        }
    }
}

/// The place of a call that waits, given up when it is dropped.
struct Place<'a> {
    shared: &'a Shared,
    wait: Wait,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.shared.state().forget(&self.wait);
    }
}

fn response(reply: Reply) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(reply.body)));
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(reply.content_type));
    if let Some(seconds) = reply.retry_after {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// The answer to a body that cannot be read: a status line, nothing else, and the end of the connection.
fn bare(bad: BadBody) -> Response<Full<Bytes>> {
    let (status, reason) = bad.status();
    let mut response = Response::new(Full::default());
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    response.extensions_mut().insert(ReasonPhrase::from_static(reason.as_bytes()));
    response
}
