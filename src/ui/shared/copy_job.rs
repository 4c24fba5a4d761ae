//! The commands that copy text to the system's clipboard, as data.

use std::path::PathBuf;

/// How text reaches the system's clipboard.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Clipboard {
    /// The commands to try, in order. If there is none, or if all of them fail, the text goes to the terminal.
    pub commands: Vec<CopyCommand>,
}

/// A command that reads the text from its stdin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyCommand {
    pub program: PathBuf,
    pub arguments: Vec<String>,
    pub target: CopyTarget,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CopyTarget {
    /// The system's clipboard.
    System,
    /// The clipboard of Windows, from inside WSL.
    Windows,
    /// tmux's buffer. tmux also sends the text to its own terminal.
    Tmux,
}

impl CopyCommand {
    /// Returns the program's name without its folder.
    pub(crate) fn name(&self) -> String {
        self.program.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }
}

/// A text to copy, and the commands to try in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyJob {
    pub commands: Vec<CopyCommand>,
    pub text: String,
    /// The notice that is shown while the commands run, such as `copied 12 characters`. Then the name of the command
    /// that copied the text, or the failure, is added to it.
    pub said: String,
}
