//! How the commands of a workspace find its running sandbox: a small file says where it is, and it is asked.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fs, process};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tempfile::NamedTempFile;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// A sandbox on loopback that takes longer than this to say what it is counts as gone.
const PATIENCE: Duration = Duration::from_secs(1);

/// No sandbox says more than this about itself.
const MAX_ANSWER: u64 = 64 << 10;

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Notice {
    addr: SocketAddr,
    pid: u32,
}

/// The announcement of a running sandbox; taken back when it is dropped.
#[derive(Debug)]
pub struct Announcement {
    path: PathBuf,
    notice: Notice,
}

/// Announces a sandbox of this process in the workspace at `root`; an older announcement gives way.
pub fn announce(root: &Path, addr: SocketAddr) -> io::Result<Announcement> {
    let path = path_in(root);
    let folder = root.join(".telecast");
    fs::create_dir_all(&folder)?;
    let notice = Notice { addr, pid: process::id() };
    let mut file = NamedTempFile::new_in(&folder)?;
    serde_json::to_writer(&mut file, &notice)?;
    file.write_all(b"\n")?;
    file.persist(&path)?;
    Ok(Announcement { path, notice })
}

/// Finds the sandbox of the workspace at `root`, if one runs: it has to answer as one.
pub async fn find(root: &Path) -> Option<SocketAddr> {
    let notice = read(&path_in(root))?;
    if !notice.addr.ip().is_loopback() {
        return None;
    }
    let answer = timeout(PATIENCE, ask(notice.addr)).await.ok()?.ok()?;
    let (_, body) = answer.split_once("\r\n\r\n")?;
    let about: Value = serde_json::from_str(body).ok()?;
    (about.get("telecast_sandbox") == Some(&Value::Bool(true))).then_some(notice.addr)
}

impl Drop for Announcement {
    fn drop(&mut self) {
        if read(&self.path).as_ref() == Some(&self.notice) {
            // A file that stays behind names a sandbox that does not answer, which `find` notices.
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn path_in(root: &Path) -> PathBuf {
    root.join(".telecast").join("sandbox.json")
}

fn read(path: &Path) -> Option<Notice> {
    serde_json::from_str(&fs::read_to_string(path).ok()?).ok()
}

async fn ask(addr: SocketAddr) -> io::Result<String> {
    let mut stream = TcpStream::connect(addr).await?;
    let request = format!("GET /sandbox HTTP/1.1\r\nHost: {addr}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.take(MAX_ANSWER).read_to_string(&mut answer).await?;
    Ok(answer)
}
