//! `telecast sandbox`: serves the Bot API on loopback until Ctrl-C.

use std::path::Path;
use std::time::Duration;

use crate::cli::args::ServeSandbox;
use crate::cli::environment::Environment;
use crate::cli::error::{CliError, ErrorKind, ExitStatus, Result};
use crate::cli::output::CliOutput;
use crate::sandbox::{self, InitialChats, SandboxOptions, SandboxStartError, announce};

use super::runtime;

/// Serves until Ctrl-C. The first line on stdout contains the sandbox's URL. Inside a workspace, `${SANDBOX}` refers to
/// this sandbox while it runs.
pub(crate) fn run(root: Option<&Path>, args: ServeSandbox, output: &mut CliOutput) -> Result {
    let options = SandboxOptions {
        listen: args.listen,
        tokens: args.tokens,
        chats: InitialChats::Only(args.chats),
        rate: args.rate,
        latency: (0 < args.latency).then(|| Duration::from_millis(args.latency)),
        fail: args.fail,
        ..SandboxOptions::default()
    };
    runtime::current_thread()?.block_on(async {
        let running = sandbox::start(options).await?;
        // The sandbox is announced before the first line is printed. A script that waits for this line may use
        // `${SANDBOX}` at once.
        let announced = announce::announce(&Environment::paths()?, running.addr, root)?;
        output.line(format!("listening on {}", running.url()))?;
        if let Some(root) = root {
            output.note(format!("it is ${{SANDBOX}} in {} while it runs", root.display()))?;
        }
        output.note("press Ctrl-C to stop")?;
        tokio::signal::ctrl_c().await?;
        // The announcement is removed first, so that no other command finds a sandbox that is about to stop.
        drop(announced);
        running.stop().await;
        Ok(ExitStatus::Interrupted)
    })
}

impl From<SandboxStartError> for CliError {
    fn from(error: SandboxStartError) -> Self {
        let kind = match &error {
            SandboxStartError::NotLoopback { .. }
            | SandboxStartError::MalformedToken { .. }
            | SandboxStartError::BadRate { .. }
            | SandboxStartError::BadFail { .. } => ErrorKind::Usage,
            SandboxStartError::PortInUse { .. } | SandboxStartError::Listen { .. } => ErrorKind::Environment,
        };
        CliError::new(kind, error)
    }
}
