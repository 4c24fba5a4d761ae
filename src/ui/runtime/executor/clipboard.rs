//! Copies text with a clipboard command, such as `wl-copy` or `pbcopy`.

use std::process::Stdio;

use tokio::io::AsyncWriteExt;

pub(super) async fn copy_by_command(command: &[String], text: &str) -> Result<(), String> {
    let (program, arguments) = command.split_first().ok_or("the clipboard command is empty")?;
    let failed = |error: std::io::Error| format!("{program}: {error}");
    let mut child = tokio::process::Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        // The command's output is discarded, because it would appear over the console's screen.
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(failed)?;
    // `stdin` is closed when it is dropped at the end of the block. Until then, the command waits for more input.
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(text.as_bytes()).await.map_err(failed)?;
    }
    let status = child.wait().await.map_err(failed)?;
    if status.success() { Ok(()) } else { Err(format!("{program} ended with {status}")) }
}
