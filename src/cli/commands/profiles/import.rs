//! `telecast profiles import`: people from a file.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use crate::cli::args::{ImportProfiles, Property};
use crate::cli::error::{CliError, Ending, Kind, Result};
use crate::cli::interrupt;
use crate::cli::output::Output;
use crate::diagnostic::Code;
use crate::profile;
use crate::store::{self, ImportError, ImportOptions, ImportReport, ImportedColumn, Rejected, Store};
use crate::workspace::Workspace;

/// What `--type` takes.
const KINDS: [profile::Kind; 6] = [
    profile::Kind::Text,
    profile::Kind::Number,
    profile::Kind::Boolean,
    profile::Kind::Date,
    profile::Kind::List,
    profile::Kind::Object,
];

pub fn run(workspace: &Workspace, people: &dyn Store, args: &ImportProfiles, output: &mut Output) -> Result {
    let identity = args.identity.iter().map(|column| (column.clone(), "identity".to_owned()));
    let names = args.names.iter().map(|map| (map.name.clone(), map.value.clone()));
    let options = ImportOptions {
        types: args.types.iter().map(column_type).collect::<Result<_>>()?,
        names: names.chain(identity).collect(),
        zone: workspace.time_zone(),
        dialect: workspace.settings().dialect,
        ..ImportOptions::default()
    };
    let stop = Arc::clone(&options.stop);
    let report = interrupt::noticed(&stop, || {
        store::import(people, &args.file, &options, &mut |progress| {
            let percent = 100 * progress.n_bytes / progress.of_bytes.max(1);
            // How far it is may get lost; the import goes on.
            let _ = output.progress(&format!("{percent} %, {} profiles", progress.n_rows));
        })
    })?;
    output.progress("")?;
    let report = report?;
    let file = args.file.display().to_string();
    for rejected in &report.rejected {
        output.note(line(&file, rejected))?;
    }
    match args.format.json {
        true => output.json(&describe(&file, &report))?,
        false => print(&report, output)?,
    }
    if report.is_interrupted {
        output
            .note("interrupted: what is counted here is kept, and the same command goes on where it ended")?;
        return Ok(Ending::Interrupted);
    }
    Ok(if report.n_rejected == 0 { Ending::Done } else { Ending::Problems })
}

fn column_type(typed: &Property) -> Result<(String, profile::Kind)> {
    let kind = KINDS.into_iter().find(|kind| kind.as_str() == typed.value);
    kind.map(|kind| (typed.name.clone(), kind)).ok_or_else(|| {
        let known = KINDS.map(profile::Kind::as_str).join(", ");
        CliError::new(Kind::Usage, format!("`{}` is no type", typed.value))
            .hint(format!("there are: {known}"))
    })
}

fn print(report: &ImportReport, output: &mut Output) -> Result<()> {
    let ImportReport { n_created, n_updated, n_rejected, .. } = report;
    output.line(format!("{n_created} new, {n_updated} updated, {n_rejected} left out"))?;
    let row = |column: &ImportedColumn| {
        let kind = column.kind.map_or("(empty)", profile::Kind::as_str).to_owned();
        vec![column.property.clone(), kind, column.note.clone().unwrap_or_default()]
    };
    let new: Vec<Vec<String>> = report.columns.iter().filter(|column| column.is_new).map(row).collect();
    if !new.is_empty() {
        output.table(&["new property", "type", "note"], &new)?;
    }
    Ok(())
}

fn line(file: &str, rejected: &Rejected) -> String {
    let Rejected { line, column, reason } = rejected;
    let column = column.iter().map(|column| format!("{column}: ")).collect::<String>();
    format!("{file}:{line}:1: error[{}]: {column}{reason}", Code::RowLeftOut)
}

fn describe(file: &str, report: &ImportReport) -> Json {
    let column = |column: &ImportedColumn| {
        json!({
            "header": column.header,
            "property": column.property,
            "type": column.kind.map(profile::Kind::as_str),
            "new": column.is_new,
            "note": column.note,
        })
    };
    let rejected = |row: &Rejected| json!({ "line": row.line, "column": row.column, "reason": row.reason });
    json!({
        "file": file,
        "created": report.n_created,
        "updated": report.n_updated,
        "rejected": report.n_rejected,
        "interrupted": report.is_interrupted,
        "columns": report.columns.iter().map(column).collect::<Vec<_>>(),
        "rows": report.rejected.iter().map(rejected).collect::<Vec<_>>(),
    })
}

impl From<ImportError> for CliError {
    fn from(error: ImportError) -> Self {
        let kind = match &error {
            ImportError::Read { .. } => Kind::Environment,
            ImportError::UnknownColumn { .. } => Kind::Usage,
            ImportError::Store(store::Error::Refused(_)) => Kind::Failed,
            ImportError::Store(_) => Kind::Environment,
            ImportError::NotUtf8 { .. }
            | ImportError::Empty { .. }
            | ImportError::LongRow { .. }
            | ImportError::NoIdentity { .. }
            | ImportError::NoName { .. }
            | ImportError::TwoColumns { .. }
            | ImportError::OtherType { .. }
            | ImportError::Name { .. } => Kind::Failed,
        };
        let is_of_store = matches!(error, ImportError::Store(_));
        let error = CliError::new(kind, error);
        match is_of_store {
            true => error.hint("the rows before are kept; once this is mended, the same command goes on"),
            false => error,
        }
    }
}
