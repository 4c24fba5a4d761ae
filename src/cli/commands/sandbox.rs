//! `telecast sandbox`: the Bot API on loopback, until Ctrl-C.

use std::path::Path;
use std::time::Duration;

use crate::cli::args::ServeSandbox;
use crate::cli::error::{CliError, Ending, Kind, Result};
use crate::cli::output::Output;
use crate::cli::place::Place;
use crate::sandbox::{self, Chats, Options, StartError, announce};

use super::runtime;

/// Serves until it is interrupted; the first line says where. Within a workspace it is that workspace's `${SANDBOX}`.
pub fn run(root: Option<&Path>, args: ServeSandbox, output: &mut Output) -> Result {
    let options = Options {
        listen: args.listen,
        tokens: args.tokens,
        chats: Chats::Only(args.chats),
        rate: args.rate,
        latency: (0 < args.latency).then(|| Duration::from_millis(args.latency)),
        fail: args.fail,
        ..Options::default()
    };
    runtime::current_thread()?.block_on(async {
        let running = sandbox::start(options).await?;
        // Before the first line: whoever reads it may use the sandbox at once.
        let announced = announce::announce(&Place::paths()?, running.addr, root)?;
        output.line(format!("listening on {}", running.url()))?;
        if let Some(root) = root {
            output.note(format!("it is ${{SANDBOX}} of {} while it runs", root.display()))?;
        }
        output.note("Ctrl-C ends it")?;
        tokio::signal::ctrl_c().await?;
        drop(announced);
        running.stop().await;
        Ok(Ending::Interrupted)
    })
}

impl From<StartError> for CliError {
    fn from(error: StartError) -> Self {
        let kind = match &error {
            StartError::NotLoopback { .. }
            | StartError::MalformedToken { .. }
            | StartError::BadRate { .. }
            | StartError::BadFail { .. } => Kind::Usage,
            StartError::PortInUse { .. } | StartError::Listen { .. } => Kind::Environment,
        };
        CliError::new(kind, error)
    }
}
