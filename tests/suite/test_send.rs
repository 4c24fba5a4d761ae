//! Test sends with the real binary: which chat a test reaches, and that the reported outcome is the real one.

mod anything;
mod outcomes;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use super::support::Home;

/// What the server does with the message.
pub enum Behavior {
    /// Answers with these bytes and closes the connection.
    Answers(String),
    /// Reads the request, signals that, and answers with these bytes after the receiver gets a signal.
    Waits(Sender<()>, Receiver<()>, String),
    /// Reads the request, signals that, and does not answer until the client hangs up.
    IsSilent(Sender<()>),
}

/// A server on loopback that takes one message and then stops, and the request with that message.
pub struct Server {
    pub address: SocketAddr,
    requests: Receiver<String>,
    thread: JoinHandle<()>,
}

impl Server {
    pub fn start(behavior: Behavior) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, requests) = channel();
        let thread = std::thread::spawn(move || {
            let (mut stream, request) = loop {
                let (mut stream, _) = listener.accept().unwrap();
                let request = read_request(&mut stream);
                if request.contains("/sendMessage") {
                    break (stream, request);
                }
                // The console first asks which bot answers. It may have hung up, so errors are ignored.
                let _ = stream.write_all(answer("404 Not Found", "").as_bytes());
            };
            sender.send(request).unwrap();
            match behavior {
                Behavior::Answers(answer) => stream.write_all(answer.as_bytes()).unwrap(),
                Behavior::Waits(arrived, go, answer) => {
                    arrived.send(()).unwrap();
                    go.recv().unwrap();
                    stream.write_all(answer.as_bytes()).unwrap();
                }
                Behavior::IsSilent(arrived) => {
                    arrived.send(()).unwrap();
                    // Returns when the client hangs up, with or without an error.
                    let _ = stream.read(&mut [0; 64]);
                }
            }
        });
        Self { address, requests, thread }
    }

    pub fn answering(status: &str, body: &str) -> Self {
        Self::start(Behavior::Answers(answer(status, body)))
    }

    /// Waits until the server has stopped and returns the request.
    pub fn request(self) -> String {
        self.thread.join().unwrap();
        self.requests.recv().unwrap()
    }
}

/// Returns an HTTP answer.
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

/// A sample workspace with a campaign `a` that uses a webhook `fake`.
fn workspace(url: &str, webhook: &str, campaign: &str, body: &str) -> Home {
    let home = Home::new();
    home.run(["init", "shop", "--sample"]).ok();
    home.write("shop/webhooks/fake.toml", format!("name = \"fake\"\nurl = '{url}'\n{webhook}"));
    home.write("shop/campaigns/a.toml", format!("name = \"a\"\nwebhook = \"fake\"\n{campaign}"));
    let ending = if campaign.contains("text") { "txt" } else { "json" };
    home.write(&format!("shop/campaigns/a.{ending}.liquid"), body);
    home
}

/// `telecast test a` with the token and the trust from environment variables, as in CI.
fn test_command(home: &Home, address: SocketAddr, args: &[&str]) -> std::process::Command {
    let mut command = home.command(["--workspace", "shop", "test", "a"].iter().chain(args));
    command.env("BOT_TOKEN", "42:TEST").env("TELECAST_TRUST", format!("BOT_TOKEN@{address}"));
    command
}

const JSON: &str = "[headers]\nContent-Type = \"application/json\"\n";
