//! `telecast help`: prints a page of the reference, or the help of a command.

use clap::CommandFactory;

use crate::cli::args::{Args, Help};
use crate::cli::error::{CliError, ErrorKind, ExitStatus, Result};
use crate::cli::output::CliOutput;
use crate::diagnostic::did_you_mean;
use crate::help::{Backticks, TOPICS, layout, topic};

pub(crate) fn run(args: &Help, output: &mut CliOutput) -> Result {
    let mut root = Args::command();
    // Without `build`, the help of a subcommand would show the name `list` instead of `telecast campaigns list`.
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
        // `sandbox` is both a topic and a command: the page is printed first, and then the help of the command.
        Some(command) => {
            if page.is_some() {
                output.line(format!("\nThe command telecast {}:\n", args.words.join(" ")))?;
            }
            output.line(command.render_long_help().to_string().trim_end())?;
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
    // The words before the first unknown word name a command. The suggestion is one of that command's subcommands. If
    // the very first word is unknown, a command or a topic is suggested.
    let (mut command, mut known, mut unknown) = (root, String::new(), "");
    for word in words {
        let Some(next) = command.find_subcommand(word) else {
            unknown = word.as_str();
            break;
        };
        command = next;
        known = format!("{known} {word}");
    }
    let topics: Vec<&str> = TOPICS.iter().map(|topic| topic.name).filter(|_| known.is_empty()).collect();
    let commands = command.get_subcommands().map(clap::Command::get_name);
    let near = did_you_mean(unknown, topics.iter().copied().chain(commands));
    let message = format!("there is no command or help topic `{}`", words.join(" "));
    let error = CliError::new(ErrorKind::Usage, message);
    let error = match near {
        Some(near) => error.hint(format!("did you mean `telecast help{known} {near}`?")),
        None => error,
    };
    let error = match topics.is_empty() {
        true => error,
        false => error.hint(format!("topics: {}", topics.join(", "))),
    };
    error.hint(format!("commands: telecast help{known}"))
}
