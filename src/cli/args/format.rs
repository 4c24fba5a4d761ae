//! In which form a command answers.

/// In which form a command answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::Args)]
pub struct Format {
    /// Answer in JSON, for programs
    #[arg(long)]
    pub json: bool,
}
