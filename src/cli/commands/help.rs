//! `telecast help`: the reference pages, and the help of commands.

use clap::CommandFactory;

use crate::cli::args::{Args, Help};
use crate::cli::error::{CliError, ErrorKind, ExitStatus, Result};
use crate::cli::output::CliOutput;
use crate::diagnostic::did_you_mean;
use crate::help::{Backticks, TOPICS, layout, topic};

pub(crate) fn run(args: &Help, output: &mut CliOutput) -> Result {
    let mut root = Args::command();
    // Without `build`, the help of a subcommand names itself `list` instead of `telecast campaigns list`.
    root.build();
    let Some(first) = args.words.first() else {
        output.line(root.render_long_help().to_string().trim_end())?;
        output.line("\nTopics (telecast help TOPIC):")?;
        for topic in TOPICS {
            output.line(format!("  {:10} {}", topic.name, topic.summary))?;
        }
        return Ok(ExitStatus::Done);
    };
    let page = topic(first).filter(|_| args.words.len() == 1);
    if let Some(page) = page {
        for line in layout(page.markdown, output.columns(), Backticks::Keep) {
            output.line(line.text().trim_end())?;
        }
    }
    match find(&mut root, &args.words) {
        // `sandbox` is both: the page comes first, the options after it.
        Some(command) => {
            output.line(format!(
                "{}{}",
                if page.is_some() { "\n" } else { "" },
                command.render_long_help().to_string().trim_end()
            ))?;
        }
        None if page.is_none() => return Err(unknown(&args.words, &root)),
        None => {}
    }
    Ok(ExitStatus::Done)
}

fn find<'a>(root: &'a mut clap::Command, words: &[String]) -> Option<&'a mut clap::Command> {
    words.iter().try_fold(root, |command, word| command.find_subcommand_mut(word))
}

fn unknown(words: &[String], root: &clap::Command) -> CliError {
    let words = words.join(" ");
    let names: Vec<&str> = TOPICS
        .iter()
        .map(|topic| topic.name)
        .chain(root.get_subcommands().map(clap::Command::get_name))
        .collect();
    let error = CliError::new(ErrorKind::Usage, format!("there is no command or help topic `{words}`"));
    let error = match did_you_mean(&words, names) {
        Some(near) => error.hint(format!("did you mean `telecast help {near}`?")),
        None => error,
    };
    let topics: Vec<&str> = TOPICS.iter().map(|topic| topic.name).collect();
    error.hint(format!("topics: {}", topics.join(", ")))
}
