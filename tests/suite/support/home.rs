//! A person's home in a temporary folder, and the binary run in it: no test sees or touches the developer's own files.

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// An empty home folder that goes away with the value.
pub struct Home {
    folder: tempfile::TempDir,
}

/// What a command did.
#[derive(Debug)]
pub struct Answer {
    /// What went to stdout.
    pub out: String,
    /// What went to stderr.
    pub err: String,
    /// The exit code; `None` where a signal ended it.
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

    /// Writes a file below the home, with the folders it needs, and returns its path.
    pub fn write(&self, path: &str, contents: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, contents).unwrap();
        path
    }

    /// Reads a file below the home.
    #[track_caller]
    pub fn read(&self, path: &str) -> String {
        let path = self.path().join(path);
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// Returns the binary as a command in this home, with an environment that holds nothing of the developer's.
    pub fn command<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_telecast"));
        command.args(args).current_dir(self.path()).env_clear();
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
    pub fn run<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Answer {
        answer(self.command(args).stdin(Stdio::null()), "")
    }

    /// Runs the binary to its end with `input` on stdin.
    pub fn run_with_input<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>, input: &str) -> Answer {
        answer(self.command(args).stdin(Stdio::piped()), input)
    }
}

fn answer(command: &mut Command, input: &str) -> Answer {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    if let Some(mut stdin) = child.stdin.take() {
        // A command may end without reading its input.
        let _ = stdin.write_all(input.as_bytes());
    }
    let output = child.wait_with_output().unwrap();
    Answer {
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
        code: output.status.code(),
    }
}

impl Answer {
    /// Returns stdout where the command ended with 0, else fails with what it said.
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
