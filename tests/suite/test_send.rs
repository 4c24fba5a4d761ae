//! Preview and Test from outside: whom a test reaches, and that what is said is what happened.

mod anything;
mod outcomes;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use super::support::Home;

/// What a server at the other end does with the message.
pub enum Manner {
    /// Answers with these bytes and closes.
    Answers(String),
    /// Reads the request, says so, and answers with these bytes once it is told to.
    Waits(Sender<()>, Receiver<()>, String),
    /// Reads the request, says so, and is silent until the client goes.
    IsSilent(Sender<()>),
}

/// A server on loopback that takes one message and then goes, and what it got.
pub struct Server {
    pub address: SocketAddr,
    requests: Receiver<String>,
    thread: JoinHandle<()>,
}

impl Server {
    pub fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (told, requests) = channel();
        let thread = std::thread::spawn(move || {
            let (mut stream, request) = loop {
                let (mut stream, _) = listener.accept().unwrap();
                let request = read_request(&mut stream);
                if request.contains("/sendMessage") {
                    break (stream, request);
                }
                // The console asks who answers there; whoever asks may have gone.
                let _ = stream.write_all(answer("404 Not Found", "").as_bytes());
            };
            told.send(request).unwrap();
            match manner {
                Manner::Answers(answer) => stream.write_all(answer.as_bytes()).unwrap(),
                Manner::Waits(arrived, go, answer) => {
                    arrived.send(()).unwrap();
                    go.recv().unwrap();
                    stream.write_all(answer.as_bytes()).unwrap();
                }
                Manner::IsSilent(arrived) => {
                    arrived.send(()).unwrap();
                    // Ends when the client hangs up, by whatever means.
                    let _ = stream.read(&mut [0; 64]);
                }
            }
        });
        Self { address, requests, thread }
    }

    pub fn answering(status: &str, body: &str) -> Self {
        Self::start(Manner::Answers(answer(status, body)))
    }

    /// Waits until it is done and returns the request.
    pub fn request(self) -> String {
        self.thread.join().unwrap();
        self.requests.recv().unwrap()
    }
}

/// An answer of HTTP.
pub fn answer(status: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}")
}

fn read_request(stream: &mut TcpStream) -> String {
    let mut request = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let n = stream.read(&mut chunk).unwrap();
        request.extend_from_slice(&chunk[..n]);
        let text = String::from_utf8_lossy(&request).into_owned();
        let body = text.split_once("\r\n\r\n").map(|(head, body)| {
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(": ")?;
                name.eq_ignore_ascii_case("content-length").then(|| value.parse().unwrap())
            });
            body.len() < length.unwrap_or(0)
        });
        if n == 0 || body == Some(false) {
            return text;
        }
    }
}

/// A workspace with the campaign `a` of a webhook `fake`.
fn workspace(url: &str, webhook: &str, campaign: &str, body: &str) -> Home {
    let home = Home::new();
    home.run(["init", "shop", "--sample"]).ok();
    home.write("shop/webhooks/fake.toml", format!("name = \"fake\"\nurl = '{url}'\n{webhook}"));
    home.write("shop/campaigns/a.toml", format!("name = \"a\"\nwebhook = \"fake\"\n{campaign}"));
    let ending = if campaign.contains("text") { "txt" } else { "json" };
    home.write(&format!("shop/campaigns/a.{ending}.liquid"), body);
    home
}

/// `telecast test a` with the token and trust that a run in CI has.
fn test_command(home: &Home, address: SocketAddr, args: &[&str]) -> std::process::Command {
    let mut command = home.command(["--workspace", "shop", "test", "a"].iter().chain(args));
    command.env("BOT_TOKEN", "42:TEST").env("TELECAST_TRUST", format!("BOT_TOKEN@{address}"));
    command
}

const JSON: &str = "[headers]\nContent-Type = \"application/json\"\n";
