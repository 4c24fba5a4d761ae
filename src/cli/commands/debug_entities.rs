//! `telecast debug entities`: reads texts as JSON lines and prints the text and entities that Telegram would make of
//! each.

use std::io::{self, BufRead};

use serde::Deserialize;
use serde_json::{Value, json};

use crate::cli::args::{MarkupArg, ParseEntities, Stage};
use crate::cli::error::{CliError, ErrorKind, ExitStatus, Result};
use crate::cli::output::CliOutput;
use crate::telegram::{self, Entity, FixOptions, FormattedText, Limit, ParseMode, entity_json};

/// Results are collected and written in chunks of about this many bytes. Without chunks, stdout would need a system
/// call for each line, because it is line-buffered. This would be slow for inputs of many thousands of lines.
const CHUNK: usize = 1 << 16;

/// An input line: a text, and the entities to use if no parse mode is given. Other fields of the JSON object are
/// ignored.
#[derive(Deserialize)]
struct Line {
    input: String,
    #[serde(default)]
    in_entities: Vec<Value>,
}

/// Prints a result for every line of stdin that is not blank.
pub(crate) fn run(args: ParseEntities, output: &mut CliOutput) -> Result {
    let mut answers = String::new();
    for (idx, line) in io::stdin().lock().lines().enumerate() {
        if line.as_ref().is_ok_and(|line| line.trim().is_empty()) {
            continue;
        }
        let answer = line.map_err(CliError::from).and_then(|line| {
            let line: Line = serde_json::from_str(&line).map_err(|error| {
                CliError::new(ErrorKind::Failed, format!("line {}: {error}", idx + 1))
                    .hint("each line is an object with a text in \"input\", and perhaps \"in_entities\"")
            })?;
            Ok(answer(args, line))
        });
        match answer {
            Ok(answer) => answers.push_str(&answer.to_string()),
            // The results before the bad line are printed first, so that a script can see which lines were processed.
            Err(error) => {
                output.text(&answers)?;
                return Err(error);
            }
        }
        answers.push('\n');
        if CHUNK <= answers.len() {
            output.text(&answers)?;
            answers.clear();
        }
    }
    output.text(&answers)?;
    Ok(ExitStatus::Done)
}

fn answer(args: ParseEntities, line: Line) -> Value {
    match process(args.stage, args.parse_mode, line) {
        Ok(text) => entity_json::formatted_to_json(&text),
        Err(message) => json!({ "error": message }),
    }
}

fn process(stage: Stage, mode: MarkupArg, line: Line) -> std::result::Result<FormattedText, String> {
    let parsed = match mode {
        MarkupArg::None => given_entities(line)?,
        MarkupArg::Html => parse(ParseMode::Html, &line)?,
        MarkupArg::Markdown => parse(ParseMode::Markdown, &line)?,
        MarkupArg::MarkdownV2 => parse(ParseMode::MarkdownV2, &line)?,
    };
    match stage {
        Stage::Parsed => Ok(parsed),
        Stage::Fixed => clean_and_repair(parsed),
        Stage::Sent => telegram::process_text(parsed, Limit::Message)
            .map(|sent| sent.text)
            .map_err(|error| error.to_string()),
    }
}

fn parse(mode: ParseMode, line: &Line) -> std::result::Result<FormattedText, String> {
    telegram::parse(mode, &line.input).map_err(|error| error.message())
}

fn given_entities(line: Line) -> std::result::Result<FormattedText, String> {
    let read = |value: &Value| entity_json::from_json(value).ok_or_else(|| format!("not an entity: {value}"));
    let entities: Vec<Entity> = line.in_entities.iter().map(read).collect::<std::result::Result<_, _>>()?;
    Ok(FormattedText { text: line.input, entities })
}

fn clean_and_repair(parsed: FormattedText) -> std::result::Result<FormattedText, String> {
    telegram::fix(parsed, FixOptions::CLEAN_AND_REPAIR).map_err(|error| error.to_string())
}
