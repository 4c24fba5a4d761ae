//! `telecast segments`: lists, counts, explains and samples the profiles that an audience expression selects.

use serde_json::{Value as Json, json};

use crate::cli::args::{AudienceArgs, SegmentsCommand};
use crate::cli::environment::Environment;
use crate::cli::error::{CliError, ErrorKind, ExitStatus, Result};
use crate::cli::output::CliOutput;
use crate::cli::problems::SourceFile;
use crate::clock;
use crate::diagnostic::did_you_mean;
use crate::segment::{Condition, problem_in_file};
use crate::service::{AudienceContext, open_store_to_read};
use crate::store::Store;
use crate::workspace::Workspace;

use super::profiles;

pub(crate) fn run(environment: &Environment, command: SegmentsCommand, output: &mut CliOutput) -> Result {
    let workspace = environment.workspace()?;
    let store = open_store_to_read(&workspace.folder(&environment.paths))?;
    let context = AudienceContext::load(&workspace, &*store, clock::now())?;
    match command {
        SegmentsCommand::List(format) => list(&workspace, &context, &*store, format.json, output),
        SegmentsCommand::Count(args) => {
            let Some(condition) = read(&workspace, &context, &args, output)? else {
                return Ok(ExitStatus::Problems);
            };
            let n = store.audience_count(&condition, context.moment())?;
            match args.format.json {
                true => output.json(&json!({ "count": n }))?,
                false => output.line(n.to_string())?,
            }
            Ok(ExitStatus::Done)
        }
        SegmentsCommand::Explain(args) => {
            let Some(condition) = read(&workspace, &context, &args, output)? else {
                return Ok(ExitStatus::Problems);
            };
            let words = context.explain(&condition);
            match args.format.json {
                true => output.json(&json!({ "words": words }))?,
                false => output.line(crate::text::visible(&words))?,
            }
            Ok(ExitStatus::Done)
        }
        SegmentsCommand::Sample { audience, limit } => {
            let Some(condition) = read(&workspace, &context, &audience, output)? else {
                return Ok(ExitStatus::Problems);
            };
            let page = store.audience_page(&condition, context.moment(), None, limit)?;
            profiles::print(&page.profiles, audience.format, output)?;
            if page.next.is_some() {
                let n = store.audience_count(&condition, context.moment())?;
                output.note(format!("… {n} profiles in all: use --limit N to list more"))?;
            }
            Ok(ExitStatus::Done)
        }
    }
}

/// What the table shows for an expression without a count.
const ERROR: &str = "error";

fn list(
    workspace: &Workspace,
    context: &AudienceContext,
    store: &dyn Store,
    is_json: bool,
    output: &mut CliOutput,
) -> Result {
    let mut rows = Vec::new();
    for segment in &workspace.segments {
        let definition = segment.value.clone().unwrap_or_default();
        // A segment with an error has no count; `check` says why.
        let condition = context.read(&definition.expression).condition;
        let count =
            condition.map(|condition| store.audience_count(&condition, context.moment())).transpose()?;
        rows.push((segment, definition, count));
    }
    if is_json {
        let segments = rows.iter().map(|(segment, definition, count)| {
            json!({
                "segment": segment.stem,
                "name": definition.name,
                "where": definition.expression,
                "count": count,
                "file": segment.source.path,
            })
        });
        output.json(&Json::Array(segments.collect()))?;
        return Ok(ExitStatus::Done);
    }
    let rows: Vec<Vec<String>> = rows
        .into_iter()
        .map(|(segment, definition, count)| {
            let count = count.map_or(ERROR.to_owned(), |count| count.to_string());
            let expression = definition.expression.split_whitespace().collect::<Vec<_>>().join(" ");
            vec![segment.stem.clone(), count, definition.name, expression]
        })
        .collect();
    let has_error = rows.iter().any(|row| row[1] == ERROR);
    output.table(&["segment", "profiles", "name", "where"], &rows)?;
    if has_error {
        output.note("telecast check shows the errors of the expressions")?;
    }
    Ok(ExitStatus::Done)
}

/// Reads the segment or the expression, and prints its problems to stderr. Returns `None` if one of them is an error.
fn read(
    workspace: &Workspace,
    context: &AudienceContext,
    args: &AudienceArgs,
    output: &mut CliOutput,
) -> Result<Option<Condition>> {
    let expression = args.expression.as_deref().unwrap_or_default();
    let (file, text, expression) = match &args.segment {
        None => ("--expr", expression, expression),
        Some(name) => {
            let segment = workspace.segments.iter().find(|segment| segment.stem == *name);
            let Some(segment) = segment else {
                let error = CliError::new(ErrorKind::Failed, format!("there is no segment `{name}`"));
                let stems = workspace.segments.iter().map(|segment| segment.stem.as_str());
                return Err(match did_you_mean(name, stems) {
                    Some(near) => error.hint(format!("did you mean `{near}`?")),
                    None => {
                        error.hint(format!("make it: segments/{name}.toml, with where = 'country == \"DE\"'"))
                    }
                });
            };
            let Some(definition) = &segment.value else {
                let path = &segment.source.path;
                return Err(CliError::new(ErrorKind::Failed, format!("{path} cannot be read"))
                    .hint("telecast check says why"));
            };
            (segment.source.path.as_str(), segment.source.text.as_str(), definition.expression.as_str())
        }
    };
    let reading = context.read(expression);
    let source = SourceFile::new(file, text);
    for problem in reading.problems {
        let problem = match args.segment {
            Some(_) => problem_in_file(text, &["where"], expression, problem),
            None => problem,
        };
        output.note(source.problem(&problem).line())?;
    }
    Ok(reading.condition)
}
