//! The command line: arguments in, an answer and an exit code out.
//!
//! ```text
//! words ──clap──▶ Args ──commands──▶ Ending or CliError ──▶ exit code
//!                             └─ stdout: the answer (text | json); stderr: problems and progress
//! ```
//!
//! What a command does is a use case of [`crate::service`] or of a module of the shell; here it is only asked for and
//! printed. Knows nothing of the console: where one is asked for, [`run`] says so and main opens it.

mod args;
mod commands;
mod error;
mod interrupt;
mod next;
mod output;
mod place;
mod problems;
mod prompt;

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use clap::Parser;

use args::Args;
use error::{CliError, Kind};
use output::Output;

pub use next::{Next, Opening};

pub fn run(words: impl IntoIterator<Item = OsString>) -> Next {
    let args = match Args::try_parse_from(words) {
        Ok(args) => args,
        Err(error) => return Next::Exit(explain(&error)),
    };
    let mut output = Output::standard();
    let next = commands::run(args, &mut output).and_then(|next| match next {
        Next::Console(_) => has_terminal().map(|()| next),
        Next::Exit(_) => Ok(next),
    });
    next.unwrap_or_else(|error| Next::Exit(report(&error, &mut output)))
}

fn explain(error: &clap::Error) -> ExitCode {
    // Where nobody reads it, there is nothing left to do about it.
    let _ = error.print();
    let code = u8::try_from(error.exit_code()).unwrap_or(Kind::Usage.code());
    ExitCode::from(code)
}

fn report(error: &CliError, output: &mut Output) -> ExitCode {
    if error.kind != Kind::BrokenPipe {
        // Where stderr is gone too, the exit code is all that is left.
        let _ = output.note(format!("telecast: {error}"));
        let _ = error.hints.iter().try_for_each(|hint| output.note(format!("  {hint}")));
    }
    // A pipe that closed early has had all that was wanted.
    let _ = io::stdout().flush();
    ExitCode::from(error.kind.code())
}

fn has_terminal() -> error::Result<()> {
    let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    if io::stdin().is_terminal() && io::stdout().is_terminal() && !is_dumb {
        return Ok(());
    }
    let reason = match is_dumb {
        true => "the console needs a terminal that can move its cursor, and TERM is `dumb`",
        false => "the console needs a terminal, and this is none",
    };
    Err(CliError::new(Kind::Environment, reason)
        .hint("these work without one: telecast render, check, test, campaigns, webhooks, profiles, secrets, sandbox")
        .hint("what each can do: telecast COMMAND --help"))
}
