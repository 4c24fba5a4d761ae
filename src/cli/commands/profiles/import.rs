//! `telecast profiles import`: imports profiles from a file.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use crate::cli::args::{ImportProfiles, Property};
use crate::cli::error::{CliError, ErrorKind, ExitStatus, Result};
use crate::cli::interrupt;
use crate::cli::output::CliOutput;
use crate::diagnostic::Code;
use crate::profile;
use crate::store::{self, ImportError, ImportOptions, ImportReport, ImportedColumn, RejectedRow, Store};
use crate::workspace::Workspace;

/// The values of `--type`.
const KINDS: [profile::ValueKind; 6] = [
    profile::ValueKind::Text,
    profile::ValueKind::Number,
    profile::ValueKind::Boolean,
    profile::ValueKind::Date,
    profile::ValueKind::List,
    profile::ValueKind::Object,
];

pub(crate) fn run(
    workspace: &Workspace,
    store: &dyn Store,
    args: &ImportProfiles,
    output: &mut CliOutput,
) -> Result {
    // `--identity COLUMN` maps the column to the property `identity`. This mapping is added after the mappings of
    // `--map`, because the last mapping of a column counts.
    let identity = args.identity.iter().map(|column| (column.clone(), "identity".to_owned()));
    let names = args.names.iter().map(|map| (map.name.clone(), map.value.clone()));
    let options = ImportOptions {
        types: args.types.iter().map(column_type).collect::<Result<_>>()?,
        property_names: names.chain(identity).collect(),
        zone: workspace.time_zone(),
        dialect: workspace.settings().dialect,
        ..ImportOptions::default()
    };
    let stop = Arc::clone(&options.stop);
    let report = interrupt::run_interruptible(&stop, || {
        store::import(store, &args.file, &options, &mut |progress| {
            // `total_bytes` is 0 if the size of the file is unknown. `max(1)` avoids a division by zero.
            let percent = 100 * progress.n_bytes / progress.total_bytes.max(1);
            // The import must not fail because its progress cannot be shown, so errors of stderr are ignored.
            let _ = output.progress(&format!("{percent} %, {} profiles", progress.n_rows));
        })
    })?;
    // This clears the progress line before anything else is printed, such as an error.
    output.progress("")?;
    let report = report?;
    let file = args.file.display().to_string();
    for rejected in &report.rejected {
        output.note(rejected_line(&file, rejected))?;
    }
    match args.format.json {
        true => output.json(&to_json(&file, &report))?,
        false => print(&report, output)?,
    }
    if report.is_interrupted {
        output.note(
            "interrupted: the profiles counted here are kept; run the same command again to continue",
        )?;
        return Ok(ExitStatus::Interrupted);
    }
    Ok(if report.n_rejected == 0 { ExitStatus::Done } else { ExitStatus::Problems })
}

fn column_type(typed: &Property) -> Result<(String, profile::ValueKind)> {
    let kind = KINDS.into_iter().find(|kind| kind.as_str() == typed.value);
    kind.map(|kind| (typed.name.clone(), kind)).ok_or_else(|| {
        let known = KINDS.map(profile::ValueKind::as_str).join(", ");
        CliError::new(ErrorKind::Usage, format!("unknown type `{}`", typed.value))
            .hint(format!("types: {known}"))
    })
}

fn print(report: &ImportReport, output: &mut CliOutput) -> Result<()> {
    let ImportReport { n_created, n_updated, n_rejected, .. } = report;
    output.line(format!("{n_created} new, {n_updated} updated, {n_rejected} left out"))?;
    let row = |column: &ImportedColumn| {
        let kind = column.kind.map_or("(empty)", profile::ValueKind::as_str).to_owned();
        vec![column.property.clone(), kind, column.note.clone().unwrap_or_default()]
    };
    let new: Vec<Vec<String>> = report.columns.iter().filter(|column| column.is_new).map(row).collect();
    if !new.is_empty() {
        output.table(&["new property", "type", "note"], &new)?;
    }
    Ok(())
}

fn rejected_line(file: &str, rejected: &RejectedRow) -> String {
    let RejectedRow { line, column, reason } = rejected;
    let column = column.iter().map(|column| format!("{column}: ")).collect::<String>();
    // Problems in a body have the same format. Editors and CI recognize it and can jump to the row.
    format!("{file}:{line}:1: error[{}]: {column}{reason}", Code::RowLeftOut)
}

fn to_json(file: &str, report: &ImportReport) -> Json {
    let column = |column: &ImportedColumn| {
        json!({
            "header": column.header,
            "property": column.property,
            "type": column.kind.map(profile::ValueKind::as_str),
            "new": column.is_new,
            "note": column.note,
        })
    };
    let rejected =
        |row: &RejectedRow| json!({ "line": row.line, "column": row.column, "reason": row.reason });
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
            ImportError::Read { .. } => ErrorKind::Environment,
            ImportError::UnknownColumn { .. } => ErrorKind::Usage,
            ImportError::Store(store::Error::Refused(_)) => ErrorKind::Failed,
            ImportError::Store(_) => ErrorKind::Environment,
            ImportError::NotUtf8 { .. }
            | ImportError::Empty { .. }
            | ImportError::LongRow { .. }
            | ImportError::NoIdentity { .. }
            | ImportError::NoName { .. }
            | ImportError::TwoColumns { .. }
            | ImportError::OtherType { .. }
            | ImportError::Name { .. } => ErrorKind::Failed,
        };
        let is_store_error = matches!(error, ImportError::Store(_));
        let error = CliError::new(kind, error);
        match is_store_error {
            true => error
                .hint("the rows imported so far are kept; fix this, then run the same command to continue"),
            false => error,
        }
    }
}
