//! The command line: parses the arguments, runs one command, and ends with an exit code.
//!
//! ```text
//! argv ──clap──▶ Args ──commands──▶ exit status or CliError ──▶ exit code
//!                            └─ stdout: the answer (text | json); stderr: problems and progress
//! ```
//!
//! The work itself is done by [`crate::service`] and the other modules. A command only calls these modules and prints
//! the result. The console, telecast's full-screen interface, is not opened here: [`run`] returns a request to open the
//! console, and `main` opens it.

mod args;
mod commands;
mod environment;
mod error;
mod interrupt;
mod next;
mod output;
mod problems;
mod prompt;

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use clap::Parser;

use args::Args;
use error::{CliError, ErrorKind};
use output::CliOutput;

pub use next::CliOutcome;

pub fn run(arguments: impl IntoIterator<Item = OsString>) -> CliOutcome {
    let args = match Args::try_parse_from(arguments) {
        Ok(args) => args,
        Err(error) => return CliOutcome::Exit(explain(&error)),
    };
    let mut output = CliOutput::standard();
    // The terminal is checked only after the command has run. So `demo` prints where its files are, even if the console
    // cannot open.
    let next = commands::run(args, &mut output).and_then(|next| match next {
        CliOutcome::Console(_) => has_terminal().map(|()| next),
        CliOutcome::Exit(_) => Ok(next),
    });
    next.unwrap_or_else(|error| CliOutcome::Exit(report(&error, &mut output)))
}

fn explain(error: &clap::Error) -> ExitCode {
    // clap prints the help to stdout, or an error to stderr. If printing fails, there is no other place to show the
    // text, so the failure is ignored.
    let _ = error.print();
    let code = u8::try_from(error.exit_code()).unwrap_or(ErrorKind::Usage.code());
    ExitCode::from(code)
}

fn report(error: &CliError, output: &mut CliOutput) -> ExitCode {
    if error.kind != ErrorKind::BrokenPipe {
        // Failures to print are ignored: if stderr is closed, only the exit code can report the error.
        let _ = output.error(error);
        let _ = error.hints.iter().try_for_each(|hint| output.note(format!("  {hint}")));
    }
    // A failure of this flush is ignored. Usually, the reader of stdout, such as `head`, has read enough and closed the
    // pipe.
    let _ = io::stdout().flush();
    ExitCode::from(error.kind.code())
}

fn has_terminal() -> error::Result<()> {
    // Editors and CI systems set `TERM=dumb` if they show the output of a program but cannot move the cursor.
    let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    if io::stdin().is_terminal() && io::stdout().is_terminal() && !is_dumb {
        return Ok(());
    }
    let reason = match is_dumb {
        true => "the console needs a terminal that can move its cursor, but TERM is `dumb`",
        false => "the console needs a terminal, but stdin or stdout is not one",
    };
    Err(CliError::new(ErrorKind::Environment, reason)
        .hint("without a terminal: telecast render, check, test, campaigns, webhooks, profiles, secrets, sandbox")
        .hint("what a command does: telecast COMMAND --help"))
}
