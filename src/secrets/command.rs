//! Secrets from another program: `pass`, `secret-tool`, `security`. Run apart from the terminal and with a time limit.

use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};

use super::{MAX_VALUE, Secret, SecretError, check_length};
use crate::text::visible;

/// The most that is kept of what a program prints: the first line has to fit, and what follows is not looked at.
const MAX_OUTPUT: u64 = MAX_VALUE as u64 + 2;

/// Runs `command` with `{name}` and `{workspace}` replaced; returns the first line it prints.
///
/// A program that fails without a word has no such secret, as `secret-tool` does it.
pub(super) async fn ask(
    command: &[String],
    name: &str,
    workspace: &str,
    limit: Duration,
) -> Result<Option<Secret>, SecretError> {
    let fill = |part: &String| part.replace("{name}", name).replace("{workspace}", workspace);
    let mut parts = command.iter().map(fill);
    let program = parts.next().unwrap_or_default();
    let start_error = |source| SecretError::Start { program: program.clone(), name: name.to_owned(), source };
    let mut process = Command::new(&program);
    process.args(parts).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    // A group of its own: it cannot take the keyboard from the console, and is ended with all it started.
    #[cfg(unix)]
    process.process_group(0);
    let child = process.spawn().map_err(start_error)?;
    let mut group = Group { child };
    match tokio::time::timeout(limit, group.output()).await {
        Err(_) => Err(SecretError::TooSlow { program, name: name.to_owned(), limit }),
        Ok(Err(source)) => Err(start_error(source)),
        Ok(Ok(Output { is_success: true, printed, .. })) => match first_line(&printed) {
            Some(line) => check_length(name, &line).map(|()| Some(Secret(line))),
            None => Ok(None),
        },
        Ok(Ok(Output { said, .. })) => match first_line(&said) {
            None => Ok(None),
            Some(said) => {
                let said = visible(&said).chars().take(200).collect();
                Err(SecretError::Refused { program, name: name.to_owned(), said })
            }
        },
    }
}

fn first_line(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    text.lines().next().map(|line| line.trim_end_matches('\r').to_owned()).filter(|line| !line.is_empty())
}

/// Reads to the end and keeps the beginning: a program whose pipe is closed early would end with an error.
async fn read(mut pipe: impl AsyncRead + Unpin, kept: &mut Vec<u8>) -> std::io::Result<()> {
    (&mut pipe).take(MAX_OUTPUT).read_to_end(kept).await?;
    tokio::io::copy(&mut pipe, &mut tokio::io::sink()).await.map(|_| ())
}

struct Output {
    is_success: bool,
    printed: Vec<u8>,
    said: Vec<u8>,
}

/// A child that is ended with its whole group when it is no longer waited for.
struct Group {
    child: Child,
}

impl Group {
    async fn output(&mut self) -> std::io::Result<Output> {
        let (stdout, stderr) = (self.child.stdout.take(), self.child.stderr.take());
        let (mut printed, mut said) = (Vec::new(), Vec::new());
        let read_printed = async {
            match stdout {
                Some(pipe) => read(pipe, &mut printed).await,
                None => Ok(()),
            }
        };
        let read_said = async {
            match stderr {
                Some(pipe) => read(pipe, &mut said).await,
                None => Ok(()),
            }
        };
        tokio::try_join!(read_printed, read_said)?;
        let status = self.child.wait().await?;
        Ok(Output { is_success: status.success(), printed, said })
    }
}

impl Drop for Group {
    #[cfg(unix)]
    fn drop(&mut self) {
        // `id` is none once it was waited for, so that no later process of that number is meant.
        let pid =
            self.child.id().and_then(|id| i32::try_from(id).ok()).and_then(rustix::process::Pid::from_raw);
        if let Some(pid) = pid {
            // It may have ended by itself just now.
            let _ = rustix::process::kill_process_group(pid, rustix::process::Signal::KILL);
        }
    }

    #[cfg(not(unix))]
    fn drop(&mut self) {}
}
