//! Handles the sockets of the sandbox: connections, headers, bodies, and waiting calls. The module `state` decides what
//! is answered.

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

use super::access;
use super::access::AccessScope;
use super::call::CallBodyError;
use super::reply::HttpReply;
use super::route::SandboxRoute;
use super::state::{CallOutcome, PendingPoll, SandboxState};
use crate::telegram::{ApiError, ChatId};

// Connections beyond this number wait in the system's backlog. Each connection may hold 1 MiB of arguments, so the
// limit on connections also limits memory.
const MAX_CONNECTIONS: usize = 1024;

/// The largest headers, in bytes; the same limit as on Telegram.
const MAX_HEADERS: usize = 256 << 10;

// hyper starts this timeout when it begins to wait for a request. So the timeout also limits how long an idle
// connection is kept open.
const HEADERS_TIMEOUT: Duration = Duration::from_secs(75);

// How long answers in progress may take when the sandbox stops.
const STOP_TIMEOUT: Duration = Duration::from_millis(500);

// The pause after a failed accept. While the process is out of file descriptors, every accept fails at once. Without
// the pause, the loop would use all of a CPU's time.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

pub(super) struct ServerContext {
    state: Mutex<SandboxState>,
    /// Notified when a waiting call may have an answer.
    state_changed: Notify,
    scope: AccessScope,
    clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    latency: Option<Duration>,
}

impl ServerContext {
    pub(super) fn new(
        state: SandboxState,
        scope: AccessScope,
        clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
        latency: Option<Duration>,
    ) -> ServerContext {
        ServerContext { state: Mutex::new(state), state_changed: Notify::new(), scope, clock, latency }
    }

    // A poisoned lock is used like any other. If a call panics while it holds the lock, only that call fails. If the
    // poison error were returned, all later calls would fail too.
    fn state(&self) -> MutexGuard<'_, SandboxState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Timestamp {
        (self.clock)()
    }

    pub(super) fn queue_update(&self, token: Option<&str>, update: Value) -> Result<i64, ApiError> {
        let now = self.now();
        let queued = self.state().queue_update(token, update, now);
        self.state_changed.notify_waiters();
        queued
    }

    /// Returns the messages that a bot has sent, as a JSON array.
    pub(super) fn messages(&self, token: Option<&str>) -> Result<String, ApiError> {
        let now = self.now();
        self.state().messages(token, now)
    }

    /// Returns a message of any bot, sent or received, as JSON text.
    pub(super) fn message(&self, chat: &ChatId, id: i64) -> Option<String> {
        self.state().message(chat, id)
    }
}

pub(super) async fn serve(
    listener: TcpListener,
    shared: Arc<ServerContext>,
    mut stopped: watch::Receiver<bool>,
) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = stop_requested(&mut stopped) => break,
            // Without this branch, finished connections would stay in the set and count toward the limit.
            Some(_) = connections.join_next() => {}
            accepted = listener.accept(), if connections.len() < MAX_CONNECTIONS => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection(stream, Arc::clone(&shared), stopped.clone()));
                }
                Err(_) => sleep(ACCEPT_PAUSE).await,
            },
        }
    }
    // From here on, new clients are refused, while the last answers are sent.
    drop(listener);
    // Connections that are still open after the timeout are aborted when the set is dropped.
    let _ = timeout(STOP_TIMEOUT, async { while connections.join_next().await.is_some() {} }).await;
}

/// Returns when the server is asked to stop.
async fn stop_requested(stopped: &mut watch::Receiver<bool>) {
    // The result is ignored. An error means that the sender was dropped, and with it the `RunningSandbox`. The server
    // has to stop in that case too.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

async fn connection(stream: TcpStream, shared: Arc<ServerContext>, mut stopped: watch::Receiver<bool>) {
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
        // An error here (a client that hung up, malformed HTTP) concerns only that client, so the error is ignored.
        _ = connection.as_mut() => return,
        () = stop_requested(&mut stopped) => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}

// The error that a simulated failure returns to close the connection: if the service returns an error, hyper closes the
// connection without an answer.
#[derive(Debug)]
struct HungUp;

impl fmt::Display for HungUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the sandbox was asked to end connections")
    }
}

impl std::error::Error for HungUp {}

async fn answer(
    shared: Arc<ServerContext>,
    stopped: watch::Receiver<bool>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, HungUp> {
    if let Err(refused) = access::check(&request, shared.scope) {
        return Ok(response(refused.into()));
    }
    let query = request.uri().query().unwrap_or("").to_owned();
    match SandboxRoute::parse(request.uri().path()) {
        SandboxRoute::Method { token, method } => {
            if !matches!(*request.method(), Method::GET | Method::POST) {
                return Ok(response(ApiError::plain(405, "Method Not Allowed").into()));
            }
            let call = match body::read_call(&query, request).await {
                Ok(call) => call,
                Err(CallBodyError::FileTooLarge) => {
                    return Ok(response(ApiError::plain(413, "Request Entity Too Large").into()));
                }
                Err(error) => return Ok(status_line(error)),
            };
            // The latency comes before the call is handled: if the client gives up in the meantime, no message is sent.
            if let Some(latency) = shared.latency {
                sleep(latency).await;
            }
            let now = shared.now();
            // The lock is held only for this statement, and never across an await.
            let answer = shared.state().call(&token, &method, &call, now);
            shared.state_changed.notify_waiters();
            match answer {
                CallOutcome::Reply(reply) => Ok(response(reply)),
                CallOutcome::Wait(wait) => Ok(response(wait_for_updates(&shared, stopped, wait).await)),
                CallOutcome::HangUp => Err(HungUp),
            }
        }
        SandboxRoute::File { token, path } => {
            let content = shared.state().file(&token, &path);
            Ok(match content {
                Ok(content) => download(&content),
                Err(error) => response(error.into()),
            })
        }
        SandboxRoute::About => Ok(response(HttpReply::json(&shared.state().about()))),
        SandboxRoute::Updates => Ok(response(updates(&shared, &query, request).await)),
        SandboxRoute::Messages => {
            let messages = shared.messages(token_of(&query).as_deref());
            Ok(response(match messages {
                Ok(array) => HttpReply { body: array, ..HttpReply::json(&Value::Null) },
                Err(error) => error.into(),
            }))
        }
        SandboxRoute::Unknown => Ok(response(ApiError::plain(404, "Not Found").into())),
    }
}

/// Handles `POST /sandbox/updates`.
// The body is read as JSON, whatever its content type is, because `curl -d` labels every body as a form.
async fn updates(shared: &ServerContext, query: &str, request: Request<Incoming>) -> HttpReply {
    if request.method() != Method::POST {
        return ApiError::plain(405, "Method Not Allowed: POST an Update object as JSON").into();
    }
    let update = match body::read_json(request).await {
        Ok(update) => update,
        Err(reason) => return ApiError::bad_request(&reason).into(),
    };
    match shared.queue_update(token_of(query).as_deref(), update) {
        Ok(id) => HttpReply::json(&json!({ "ok": true, "update_id": id })),
        Err(error) => error.into(),
    }
}

fn token_of(query: &str) -> Option<String> {
    let pairs = &mut form_urlencoded::parse(query.as_bytes());
    pairs.find(|(name, _)| name == "token").map(|(_, token)| token.into_owned())
}

/// Waits for the answer of a getUpdates call.
async fn wait_for_updates(
    shared: &ServerContext,
    mut stopped: watch::Receiver<bool>,
    wait: PendingPoll,
) -> HttpReply {
    // When `_slot` is dropped, it removes the call from the state. If the client goes away, hyper drops this future and
    // `_slot` with it.
    let _slot = PollSlot { shared, wait };
    let mut deadline = pin!(sleep(Duration::from_secs(wait.seconds)));
    loop {
        // The future is created before the state is read. It receives every `notify_waiters` from its creation on, so
        // no change after the read is missed.
        let changed = shared.state_changed.notified();
        if let Some(reply) = shared.state().resume(&wait) {
            return reply;
        }
        tokio::select! {
            () = changed => {}
            () = &mut deadline => return shared.state().expire(&wait),
            () = stop_requested(&mut stopped) => return shared.state().expire(&wait),
        }
    }
}

/// The registration of a waiting call. Dropping the registration removes the call from the state.
struct PollSlot<'a> {
    shared: &'a ServerContext,
    wait: PendingPoll,
}

impl Drop for PollSlot<'_> {
    fn drop(&mut self) {
        self.shared.state().forget(&self.wait);
    }
}

fn download(content: &[u8]) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::copy_from_slice(content)));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    response
}

fn response(reply: HttpReply) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(reply.body)));
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(reply.content_type));
    if let Some(seconds) = reply.retry_after {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// Returns the answer to a body that cannot be read: a status line without a body, after which the connection is
/// closed.
// This imitates the Bot API server. There, the HTTP layer (HttpConnectionBase) reports an unreadable body. The layer
// that answers in JSON never sees the request.
fn status_line(error: CallBodyError) -> Response<Full<Bytes>> {
    let (status, reason) = error.status();
    let mut response = Response::new(Full::default());
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    response.extensions_mut().insert(ReasonPhrase::from_static(reason.as_bytes()));
    response
}
