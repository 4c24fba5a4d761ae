//! Runs the binary in a temporary home folder, so that no test reads or changes the developer's own files.

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// An empty home folder, deleted when the value is dropped.
pub struct Home {
    folder: tempfile::TempDir,
}

/// A finished command's output and exit code.
#[derive(Debug)]
pub struct CommandOutput {
    /// The text on stdout.
    pub out: String,
    /// The text on stderr.
    pub err: String,
    /// The exit code; `None` if a signal ended the command.
    pub code: Option<i32>,
}

impl Home {
    /// Makes an empty home.
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// Returns the folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file in the home folder, creates the folders above it, and returns its path.
    pub fn write(&self, path: &str, contents: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, contents).unwrap();
        path
    }

    /// Reads a file of the home folder.
    #[track_caller]
    pub fn read(&self, path: &str) -> String {
        let path = self.path().join(path);
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// Returns a command that runs the binary in this home, with nothing from the developer's environment.
    pub fn command<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_telecast"));
        command.args(args).current_dir(self.path()).env_clear();
        // The coverage variables let `cargo llvm-cov` count what the child process runs.
        let kept = ["PATH", "TMPDIR", "SystemRoot", "LLVM_PROFILE_FILE", "CARGO_LLVM_COV"];
        command.envs(kept.iter().filter_map(|name| Some((name, std::env::var_os(name)?))));
        command.env("HOME", self.path()).env("LANG", "C.UTF-8");
        for (name, folder) in [
            ("XDG_CONFIG_HOME", "config"),
            ("XDG_DATA_HOME", "data"),
            ("XDG_STATE_HOME", "state"),
            ("XDG_CACHE_HOME", "cache"),
        ] {
            command.env(name, self.path().join(folder));
        }
        command
    }

    /// Runs the binary to its end with nothing on stdin.
    pub fn run<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> CommandOutput {
        run_to_end(self.command(args).stdin(Stdio::null()), "")
    }

    /// Runs the binary to its end with `input` on stdin.
    pub fn run_with_input<S: AsRef<OsStr>>(
        &self,
        args: impl IntoIterator<Item = S>,
        input: &str,
    ) -> CommandOutput {
        run_to_end(self.command(args).stdin(Stdio::piped()), input)
    }
}

fn run_to_end(command: &mut Command, input: &str) -> CommandOutput {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    if let Some(mut stdin) = child.stdin.take() {
        // A command may end without reading its input.
        let _ = stdin.write_all(input.as_bytes());
    }
    let output = child.wait_with_output().unwrap();
    CommandOutput {
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
        code: output.status.code(),
    }
}

impl CommandOutput {
    /// Returns stdout. Fails with the whole output unless the exit code is 0.
    #[track_caller]
    pub fn ok(self) -> String {
        assert_eq!(self.code, Some(0), "{self:#?}");
        self.out
    }

    /// Returns stdout as JSON.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:#?}"))
    }
}
