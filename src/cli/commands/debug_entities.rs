//! `telecast debug entities`: texts as JSON lines in, Telegram's verdict on each out.

use std::io::{self, BufRead};

use serde::Deserialize;
use serde_json::{Value, json};

use crate::cli::args::{MarkupArg, ParseEntities, Stage};
use crate::cli::error::{CliError, Ending, Kind, Result};
use crate::cli::output::Output;
use crate::telegram::{self, Entity, FixOptions, FormattedText, Limit, ParseMode, entity_json};

/// Answers are written in pieces of about this many bytes.
const CHUNK: usize = 1 << 16;

/// One text, with its own entities where it has no markup; all other members are the caller's.
#[derive(Deserialize)]
struct Line {
    input: String,
    #[serde(default)]
    in_entities: Vec<Value>,
}

/// Answers every line of stdin.
pub fn run(args: ParseEntities, output: &mut Output) -> Result {
    let mut answers = String::new();
    for (idx, line) in io::stdin().lock().lines().enumerate() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        let answer = serde_json::from_str::<Line>(&line).map(|line| answer(args, line));
        let answer = answer.map_err(|error| {
            CliError::new(Kind::Failed, format!("line {}: {error}", idx + 1))
                .hint("each line is an object with a text in \"input\", and perhaps \"in_entities\"")
        });
        match answer {
            Ok(answer) => answers.push_str(&answer.to_string()),
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
    Ok(Ending::Done)
}

fn answer(args: ParseEntities, line: Line) -> Value {
    match taken_to(args.stage, args.parse_mode, line) {
        Ok(text) => entity_json::formatted_to_json(&text),
        Err(words) => json!({ "error": words }),
    }
}

fn taken_to(stage: Stage, mode: MarkupArg, line: Line) -> std::result::Result<FormattedText, String> {
    let parsed = match mode {
        MarkupArg::None => given(line)?,
        MarkupArg::Html => parse(ParseMode::Html, &line)?,
        MarkupArg::Markdown => parse(ParseMode::Markdown, &line)?,
        MarkupArg::MarkdownV2 => parse(ParseMode::MarkdownV2, &line)?,
    };
    match stage {
        Stage::Parsed => Ok(parsed),
        Stage::Fixed => fixed(parsed),
        Stage::Sent => {
            telegram::sent(parsed, Limit::Message).map(|sent| sent.text).map_err(|error| error.to_string())
        }
    }
}

fn parse(mode: ParseMode, line: &Line) -> std::result::Result<FormattedText, String> {
    telegram::parse(mode, &line.input).map_err(|error| error.message())
}

fn given(line: Line) -> std::result::Result<FormattedText, String> {
    let read = |value: &Value| entity_json::from_json(value).ok_or_else(|| format!("no entity: {value}"));
    let entities: Vec<Entity> = line.in_entities.iter().map(read).collect::<std::result::Result<_, _>>()?;
    Ok(FormattedText { text: line.input, entities })
}

fn fixed(parsed: FormattedText) -> std::result::Result<FormattedText, String> {
    telegram::fix(parsed, FixOptions::CLEAN_AND_REPAIR).map_err(|error| error.to_string())
}
