//! A Bot API over HTTPS on loopback, and a proxy that connects a made-up host name to it.
//!
//! The server picks a protocol as real servers do: HTTP/2 if both sides support it. It does not serve HTTP/2, but sends
//! the first frames and hangs up, because telecast must never get that far. A complete HTTP/2 server would need hyper's
//! HTTP/2 feature, and then the tests would run with another hyper than the one that ships.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::{ServerConfig, crypto::ring::default_provider};

use super::certificates::Identity;

/// The protocols that the server offers in ALPN, the preferred one first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offer {
    Http2AndHttp1,
    Http1,
    Http2,
    /// None: it speaks HTTP/2 without having negotiated it.
    Http2Unasked,
}

/// A server on its own thread; dropping it stops the thread.
pub struct Server {
    pub address: SocketAddr,
    log: Arc<Mutex<Log>>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Log {
    protocols: Vec<String>,
    requests: Vec<Request>,
    tunnels: Vec<String>,
}

/// A received request.
#[derive(Debug, Clone)]
pub struct Request {
    /// The method and the path.
    pub line: String,
    /// The body as JSON; null if it is empty or not JSON.
    pub body: Value,
}

impl Server {
    /// Starts a Bot API. It answers `getMe` and `sendMessage` for any token.
    pub fn start(offer: Offer, identity: Identity) -> Self {
        let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(identity.chain, identity.key)
            .unwrap();
        let protocols: &[&[u8]] = match offer {
            Offer::Http2AndHttp1 => &[b"h2", b"http/1.1"],
            Offer::Http1 => &[b"http/1.1"],
            Offer::Http2 => &[b"h2"],
            Offer::Http2Unasked => &[],
        };
        config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        Self::serve(move |stream, log| {
            let acceptor = acceptor.clone();
            async move {
                // The client may reject the certificate.
                let Ok(mut stream) = acceptor.accept(stream).await else { return };
                let protocol = stream.get_ref().1.alpn_protocol().unwrap_or_default().to_vec();
                let protocol = String::from_utf8(protocol).unwrap();
                let is_http2 = protocol == "h2" || offer == Offer::Http2Unasked;
                log.lock().unwrap().protocols.push(protocol);
                // The client may hang up at any time.
                let _ = if is_http2 { refuse_h2(&mut stream).await } else { answer_all(stream, &log).await };
            }
        })
    }

    /// Starts a proxy that connects every CONNECT to `target`, whatever host was asked for.
    pub fn proxy(target: SocketAddr) -> Self {
        Self::serve(move |mut stream, log| async move {
            let Ok(head) = read_head(&mut stream).await else { return };
            log.lock().unwrap().tunnels.push(head.lines().next().unwrap_or_default().to_owned());
            if !head.starts_with("CONNECT ") {
                let _ =
                    stream.write_all(b"HTTP/1.1 405 Method Not Allowed\r\ncontent-length: 0\r\n\r\n").await;
                return;
            }
            let Ok(mut upstream) = TcpStream::connect(target).await else { return };
            if stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await.is_ok() {
                // Either side may hang up.
                let _ = copy_bidirectional(&mut stream, &mut upstream).await;
            }
        })
    }

    fn serve<F>(handle: impl Fn(TcpStream, Arc<Mutex<Log>>) -> F + Send + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let log = Arc::new(Mutex::new(Log::default()));
        let (stop, mut stopped) = oneshot::channel();
        let shared = Arc::clone(&log);
        let serve = async move {
            loop {
                tokio::select! {
                    _ = &mut stopped => return,
                    Ok((stream, _)) = listener.accept() => {
                        tokio::spawn(handle(stream, Arc::clone(&shared)));
                    }
                }
            }
        };
        let thread = std::thread::spawn(move || runtime.block_on(serve));
        Self { address, log, stop: Some(stop), thread: Some(thread) }
    }

    /// Returns the protocol negotiated on each connection: `http/1.1`, `h2`, or an empty text.
    pub fn protocols(&self) -> Vec<String> {
        self.log.lock().unwrap().protocols.clone()
    }

    /// Returns the requests received so far.
    pub fn requests(&self) -> Vec<Request> {
        self.log.lock().unwrap().requests.clone()
    }

    /// Returns the request lines that the proxy received.
    pub fn tunnels(&self) -> Vec<String> {
        self.log.lock().unwrap().tunnels.clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The thread may have ended already.
        let _ = self.stop.take().map(|stop| stop.send(()));
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

/// Sends the first frames of HTTP/2: SETTINGS, then GOAWAY with HTTP_1_1_REQUIRED (RFC 9113, 6.5, 6.8 and 7).
async fn refuse_h2(stream: &mut (impl AsyncRead + AsyncWrite + Unpin)) -> std::io::Result<()> {
    stream.write_all(&[0, 0, 0, 4, 0, 0, 0, 0, 0]).await?;
    stream.write_all(&[0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 13]).await?;
    stream.shutdown().await
}

/// Answers the connection's requests as a Bot API does, one after the other, until the client hangs up.
async fn answer_all(stream: impl AsyncRead + AsyncWrite + Unpin, log: &Mutex<Log>) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    loop {
        let head = read_head(&mut stream).await?;
        let length = head.lines().filter_map(|line| line.split_once(':'));
        let length = length.filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
        let length = length.map(|(_, value)| value.trim().parse().unwrap()).next().unwrap_or(0);
        let mut body = vec![0; length];
        stream.read_exact(&mut body).await?;
        let line = head.lines().next().unwrap_or_default().trim_end_matches(" HTTP/1.1").to_owned();
        let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
        let (status, answer) = answer(&line, &body);
        log.lock().unwrap().requests.push(Request { line, body });
        let answer = answer.to_string();
        let head = format!(
            "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            answer.len()
        );
        stream.write_all(head.as_bytes()).await?;
        stream.write_all(answer.as_bytes()).await?;
        stream.flush().await?;
    }
}

fn answer(line: &str, body: &Value) -> (&'static str, Value) {
    let result = match line.rsplit('/').next() {
        Some("getMe") => json!({"id": 42, "is_bot": true, "first_name": "Shop", "username": "https_bot"}),
        Some("sendMessage") => json!({
            "message_id": 7,
            "date": 0,
            "chat": {"id": body["chat_id"], "type": "private"},
            "text": body["text"],
        }),
        _ => {
            let error = json!({"ok": false, "error_code": 404, "description": "Not Found"});
            return ("404 Not Found", error);
        }
    };
    ("200 OK", json!({"ok": true, "result": result}))
}

/// Reads up to and including the empty line. An error if the connection ends before it.
async fn read_head(stream: &mut (impl AsyncRead + Unpin)) -> std::io::Result<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}
