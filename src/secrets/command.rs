//! Runs the program that prints a secret (such as `pass`, `secret-tool`, or `security`), without a terminal and with a
//! time limit.

use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};

use super::{MAX_VALUE, Secret, SecretError, check_length};
use crate::text::visible;

// The number of bytes of output that are kept. Only the first line is used, so it is enough to keep the longest value
// and a line break of two bytes. A longer first line is cut to this length, which is more than the longest allowed
// value, so the line is reported as too long.
const MAX_OUTPUT: u64 = MAX_VALUE as u64 + 2;

/// Runs `command` with `{name}` and `{workspace}` replaced, and returns the first line of its output. Returns `None` if
/// that line is empty or missing. Also returns `None` if the command fails without error output.
pub(super) async fn run(
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
    // The program has no stdin. If it shared the console's stdin and prompted for something, it would take keystrokes
    // that are meant for the console.
    process.args(parts).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    // The program gets a process group of its own. It then cannot read from the console's terminal, and it can be
    // killed together with the programs that it starts.
    #[cfg(unix)]
    process.process_group(0);
    let child = process.spawn().map_err(start_error)?;
    let mut group = Group { child };
    match tokio::time::timeout(limit, group.output()).await {
        Err(_) => Err(SecretError::TooSlow { program, name: name.to_owned(), limit }),
        Ok(Err(source)) => Err(start_error(source)),
        Ok(Ok(CommandOutput { is_success: true, stdout, .. })) => match first_line(&stdout) {
            Some(line) => check_length(name, &line).map(|()| Some(Secret(line))),
            None => Ok(None),
        },
        Ok(Ok(CommandOutput { stderr, .. })) => match first_line(stderr.trim_ascii_start()) {
            // `secret-tool` reports a missing secret by failing without output. A missing secret is not an error here.
            None => Ok(None),
            Some(line) => {
                // The line is shown in the terminal, so it must not contain control characters or fill the screen.
                let stderr = visible(&line).chars().take(200).collect();
                Err(SecretError::Refused { program, name: name.to_owned(), stderr })
            }
        },
    }
}

fn first_line(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    text.lines().next().map(|line| line.trim_end_matches('\r').to_owned()).filter(|line| !line.is_empty())
}

// Reads to the end even though only the first bytes are kept: a program whose pipe is closed early gets SIGPIPE and
// fails.
async fn read(mut pipe: impl AsyncRead + Unpin, kept: &mut Vec<u8>) -> std::io::Result<()> {
    (&mut pipe).take(MAX_OUTPUT).read_to_end(kept).await?;
    tokio::io::copy(&mut pipe, &mut tokio::io::sink()).await.map(|_| ())
}

struct CommandOutput {
    is_success: bool,
    stdout: Vec<u8>,
    stderr: Vec<u8>,
}

// If this value is dropped before the child has been waited for, the whole process group is killed. `kill_on_drop`
// alone would not kill the programs that the child has started.
struct Group {
    child: Child,
}

impl Group {
    async fn output(&mut self) -> std::io::Result<CommandOutput> {
        let (stdout, stderr) = (self.child.stdout.take(), self.child.stderr.take());
        let (mut stdout_bytes, mut stderr_bytes) = (Vec::new(), Vec::new());
        let read_stdout = async {
            match stdout {
                Some(pipe) => read(pipe, &mut stdout_bytes).await,
                None => Ok(()),
            }
        };
        let read_stderr = async {
            match stderr {
                Some(pipe) => read(pipe, &mut stderr_bytes).await,
                None => Ok(()),
            }
        };
        // Both pipes are read at the same time. If only one pipe were read, a program that fills the other pipe would
        // block forever.
        tokio::try_join!(read_stdout, read_stderr)?;
        let status = self.child.wait().await?;
        Ok(CommandOutput { is_success: status.success(), stdout: stdout_bytes, stderr: stderr_bytes })
    }
}

impl Drop for Group {
    #[cfg(unix)]
    fn drop(&mut self) {
        // `id` returns `None` after the child was waited for, so a later process with the same id is not killed.
        let pid =
            self.child.id().and_then(|id| i32::try_from(id).ok()).and_then(rustix::process::Pid::from_raw);
        if let Some(pid) = pid {
            // The result is ignored: an error means that the group has just ended by itself.
            let _ = rustix::process::kill_process_group(pid, rustix::process::Signal::KILL);
        }
    }

    #[cfg(not(unix))]
    fn drop(&mut self) {}
}
