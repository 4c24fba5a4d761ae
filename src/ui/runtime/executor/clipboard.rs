//! Copies text with commands, such as `xclip`. The text goes to the command's stdin only.

use std::io::{Read, Seek};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::process::Child;
use tokio::time::timeout;

use crate::ui::shared::{CopyCommand, CopyJob, CopyTarget};

/// How long a command may take to read the text, and then to end.
pub(super) const TIME_LIMIT: Duration = Duration::from_secs(2);

/// The largest part of a command's error output that is read, in bytes.
const MAX_ERROR: u64 = 1024;

/// Tries the job's commands in order until one takes the text. Returns how the text was copied, such as `with xclip`,
/// or why each command failed.
pub(super) async fn copy(job: &CopyJob, limit: Duration) -> Result<String, String> {
    let mut failures = Vec::new();
    for command in &job.commands {
        match run(command, &job.text, limit).await {
            Ok(ending) => {
                let how = match command.target {
                    CopyTarget::System | CopyTarget::Windows => format!("with {}", command.name()),
                    CopyTarget::Tmux => "to tmux's buffer".to_owned(),
                };
                let running = match ending {
                    Ending::Finished => "",
                    Ending::StillRuns => ", which still runs",
                };
                let because =
                    if failures.is_empty() { String::new() } else { format!("; {}", failures.join("; ")) };
                return Ok(format!("{how}{running}{because}"));
            }
            Err(reason) => failures.push(format!("{} failed: {reason}", command.name())),
        }
    }
    Err(failures.join("; "))
}

enum Ending {
    Finished,
    /// The command has read the whole text, but has not ended within the time limit. Some programs stay in the
    /// foreground for as long as the clipboard has their text.
    StillRuns,
}

async fn run(command: &CopyCommand, text: &str, limit: Duration) -> Result<Ending, String> {
    // A pipe for the errors would stay open in the process that xclip and wl-copy leave behind, and closing it would
    // end that process at its next error. Without a file, the errors are lost, but the text is still copied.
    let errors = tempfile::tempfile().ok();
    let stderr = errors.as_ref().and_then(|file| file.try_clone().ok()).map_or_else(Stdio::null, Stdio::from);
    let mut child = tokio::process::Command::new(&command.program)
        .args(&command.arguments)
        .stdin(Stdio::piped())
        // The command's output is discarded, because it would appear over the console's screen.
        .stdout(Stdio::null())
        .stderr(stderr)
        // xclip and wl-copy leave a process behind that has the text. In the console's process group, it would be
        // stopped with the console, and other programs would wait for it when they paste.
        .process_group(0)
        .spawn()
        .map_err(|error| error.to_string())?;
    let Ok(given) = timeout(limit, give(&mut child, command.target, text)).await else {
        // The command has received only a part of the text, so it must not put this part on the clipboard.
        let killed = child.start_kill().map_err(|error| format!("; it cannot be ended: {error}"));
        return Err(format!("it did not read the text{}", killed.err().unwrap_or_default()));
    };
    match timeout(limit, child.wait()).await {
        Err(_) => given.map(|()| Ending::StillRuns).map_err(|error| error.to_string()),
        Ok(Err(error)) => Err(error.to_string()),
        Ok(Ok(status)) if status.success() => {
            given.map(|()| Ending::Finished).map_err(|error| error.to_string())
        }
        // If the command has failed without reading the text, writing to it has failed too. The exit status explains
        // the failure better than the broken pipe, so the result of writing is ignored.
        Ok(Ok(status)) => Err(explain(status, errors)),
    }
}

async fn give(child: &mut Child, target: CopyTarget, text: &str) -> std::io::Result<()> {
    // stdin is closed when it is dropped at the end of the block. Until then, the command waits for more input.
    let Some(mut stdin) = child.stdin.take() else { return Ok(()) };
    match target {
        CopyTarget::System | CopyTarget::Tmux => stdin.write_all(text.as_bytes()).await,
        // clip.exe reads bytes in the code page of the Windows console, unless they are UTF-16.
        CopyTarget::Windows => {
            let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            stdin.write_all(&units).await
        }
    }
}

/// Returns the first line of the command's errors, or its exit status if it has reported no error.
fn explain(status: ExitStatus, errors: Option<impl Read + Seek>) -> String {
    let mut written = Vec::new();
    let read = errors.map(|mut file| {
        // The command has written to the same open file, so the position is at the end of the file.
        file.rewind()?;
        file.take(MAX_ERROR).read_to_end(&mut written)
    });
    let text = String::from_utf8_lossy(&written);
    let line = text.lines().map(str::trim).find(|line| !line.is_empty());
    match (line, read) {
        (Some(line), _) => line.to_owned(),
        (None, Some(Err(error))) => format!("{status}; its errors cannot be read: {error}"),
        (None, _) => status.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// A short time limit for tests in which the limit always passes. Their results do not depend on its length.
    const SHORT: Duration = Duration::from_millis(50);

    /// Copies `text` with shell commands, each of which gets the path of the file `out` as `$1`.
    async fn copied(
        scripts: &[&str],
        out: &Path,
        target: CopyTarget,
        text: &str,
        limit: Duration,
    ) -> Result<String, String> {
        let command = |script: &&str| {
            let arguments = ["-c", script, "sh", &out.to_string_lossy()].map(str::to_owned).to_vec();
            CopyCommand { program: "/bin/sh".into(), arguments, target }
        };
        let commands = scripts.iter().map(command).collect();
        copy(&CopyJob { commands, text: text.to_owned(), said: String::new() }, limit).await
    }

    /// Like [`copied`], and also returns what the commands have written to `$1`.
    async fn written(scripts: &[&str], target: CopyTarget, text: &str) -> (Result<String, String>, Vec<u8>) {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out");
        let result = copied(scripts, &out, target, text, TIME_LIMIT).await;
        (result, std::fs::read(&out).unwrap_or_default())
    }

    fn make_pipe(path: &Path) {
        assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success());
    }

    fn with_sh() -> Result<String, String> {
        Ok("with sh".to_owned())
    }

    #[tokio::test]
    async fn the_command_gets_the_text_on_stdin() {
        let text = "Grüße $(id) `id`\n\"2\" \\ 👩‍👩‍👧‍👦";
        let utf8 = written(&["cat > \"$1\""], CopyTarget::System, text).await;
        assert_eq!(utf8, (with_sh(), text.as_bytes().to_vec()));
        let utf16 = written(&["cat > \"$1\""], CopyTarget::Windows, "é😀").await;
        assert_eq!(utf16, (with_sh(), vec![0xe9, 0, 0x3d, 0xd8, 0, 0xde]));
        let tmux = written(&["cat > \"$1\""], CopyTarget::Tmux, "a").await;
        assert_eq!(tmux, (Ok("to tmux's buffer".to_owned()), b"a".to_vec()));
    }

    #[tokio::test]
    async fn a_process_that_the_command_leaves_behind_is_neither_awaited_nor_ended() {
        let script = "cat > \"$1\"; (read line < \"$1.in\"; echo \"$line\" > \"$1.out\") &";
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out");
        make_pipe(&folder.path().join("out.in"));
        make_pipe(&folder.path().join("out.out"));
        assert_eq!(copied(&[script], &out, CopyTarget::System, "a", TIME_LIMIT).await, with_sh());
        // If the process still runs, it writes what it reads from the first pipe to the second. Opening a named pipe
        // waits until another process opens its other end.
        std::fs::write(folder.path().join("out.in"), "alive\n").unwrap();
        assert_eq!(std::fs::read_to_string(folder.path().join("out.out")).unwrap(), "alive\n");
    }

    #[tokio::test]
    async fn a_command_that_stays_in_the_foreground_keeps_the_text() {
        let script = "cat > \"$1\"; cat \"$1.in\"";
        let folder = tempfile::tempdir().unwrap();
        let (out, pipe) = (folder.path().join("out"), folder.path().join("out.in"));
        make_pipe(&pipe);
        let result = copied(&[script], &out, CopyTarget::System, "a", SHORT).await;
        assert_eq!(result, Ok("with sh, which still runs".to_owned()));
        // Opening the pipe waits until the command opens it too. By then, the command has written the text.
        drop(std::fs::File::options().write(true).open(&pipe).unwrap());
        assert_eq!(std::fs::read_to_string(&out).unwrap(), "a");
    }

    #[tokio::test]
    async fn a_command_that_does_not_read_the_text_is_ended() {
        let script = "read line < \"$1.in\"";
        let folder = tempfile::tempdir().unwrap();
        make_pipe(&folder.path().join("out.in"));
        let long = "a".repeat(1_000_000);
        let result = copied(&[script], &folder.path().join("out"), CopyTarget::System, &long, SHORT).await;
        assert_eq!(result, Err("sh failed: it did not read the text".to_owned()));
    }

    #[tokio::test]
    async fn after_a_failure_the_next_command_is_tried() {
        let failing = "echo 'no display' >&2; echo more >&2; exit 1";
        let (result, out) = written(&[failing, "cat > \"$1\""], CopyTarget::System, "a").await;
        assert_eq!((result, out), (Ok("with sh; sh failed: no display".to_owned()), b"a".to_vec()));
        let (result, _) = written(&[failing, "exit 3"], CopyTarget::System, &"a".repeat(1_000_000)).await;
        assert_eq!(result, Err("sh failed: no display; sh failed: exit status: 3".to_owned()));
        let missing = CopyCommand {
            program: "/no/such/program".into(),
            arguments: Vec::new(),
            target: CopyTarget::System,
        };
        let job = CopyJob { commands: vec![missing], text: "a".to_owned(), said: String::new() };
        let result = copy(&job, TIME_LIMIT).await;
        assert!(result.unwrap_err().starts_with("program failed: No such file"));
    }
}
