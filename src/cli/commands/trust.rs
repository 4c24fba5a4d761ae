//! `telecast trust`: what each webhook would send where, and whether the user said that it may.

use std::io::{self, IsTerminal};

use serde_json::{Value, json};

use crate::campaign::SANDBOX;
use crate::cli::args::Trust;
use crate::cli::error::{CliError, Ending, Kind, Result};
use crate::cli::output::Output;
use crate::cli::place::Place;
use crate::cli::prompt;
use crate::secrets::{Movable, Secrets};
use crate::service::{Session, Standing, TRUST_VARIABLE, TrustRow, trust_row};
use crate::workspace::{self, Definition, Folder, Workspace};

use super::webhooks;

type Webhook = Definition<crate::campaign::Webhook>;

pub fn run(place: &Place, args: &Trust, output: &mut Output) -> Result {
    let workspace = place.workspace()?;
    let session = place.session(&workspace);
    if args.adopt {
        adopt(&workspace.folder(&place.paths), output)?;
    }
    if !args.move_secrets.is_empty() {
        move_secrets(&workspace, session.secrets(), &args.move_secrets, output)?;
    }
    let does_more = args.adopt || !args.move_secrets.is_empty();
    if does_more && args.webhooks.is_empty() && !args.yes && !args.revoke {
        return Ok(Ending::Done);
    }
    let chosen: Vec<&Webhook> = match args.webhooks.as_slice() {
        [] => workspace.webhooks.iter().collect(),
        named => named.iter().map(|words| webhooks::find(&workspace, words)).collect::<Result<_>>()?,
    };
    for webhook in &chosen {
        let settings = webhook.value.clone().unwrap_or_default();
        if args.revoke {
            session.revoke(&webhook.stem, &settings)?;
        } else if args.yes && !matches!(row(&session, webhook)?.standing, Standing::Invalid(_)) {
            session.trust(&webhook.stem, &settings)?;
        }
    }
    let mut rows: Vec<TrustRow> =
        chosen.iter().map(|webhook| row(&session, webhook)).collect::<Result<_>>()?;
    print(&rows, args, output)?;
    let asks = !args.yes
        && !args.revoke
        && !args.format.json
        && io::stdin().is_terminal()
        && io::stderr().is_terminal();
    if asks {
        for (row, webhook) in rows.iter_mut().zip(&chosen) {
            ask(&session, row, webhook, output)?;
        }
    }
    if !args.format.json {
        say_what_else(place, &workspace, &session, &rows, output)?;
    }
    let has = |wanted: &str| rows.iter().any(|row| row.standing.as_str() == wanted);
    Ok(if args.revoke {
        Ending::Done
    } else if has("untrusted") {
        Ending::NoAnswer
    } else if has("invalid") {
        Ending::Problems
    } else {
        Ending::Done
    })
}

fn say_what_else(
    place: &Place,
    workspace: &Workspace,
    session: &Session,
    rows: &[TrustRow],
    output: &mut Output,
) -> Result<()> {
    let untrusted: Vec<&str> = rows
        .iter()
        .filter(|row| row.standing.as_str() == "untrusted")
        .map(|row| row.webhook.as_str())
        .collect();
    if !untrusted.is_empty() {
        output.note(format!(
            "nothing is sent through {}; look at the files, then: telecast trust --yes, or {TRUST_VARIABLE} for one run",
            untrusted.join(", ")
        ))?;
    }
    let names: Vec<String> =
        rows.iter().flat_map(|row| row.secrets.clone()).filter(|name| name != SANDBOX).collect();
    for movable in session.secrets().movable(&names, &workspace.id())? {
        let Movable { name, from } = movable;
        output.note(format!(
            "{name} is kept for {from}; to use it here: telecast trust --move-secrets {name}"
        ))?;
    }
    if workspace.folder(&place.paths).standing()? == workspace::Standing::Foreign {
        output.note(".telecast was not made here and is not used; to use it: telecast trust --adopt")?;
    }
    Ok(())
}

fn row(session: &Session, webhook: &Webhook) -> Result<TrustRow> {
    Ok(trust_row(session, webhook)?)
}

fn print(rows: &[TrustRow], args: &Trust, output: &mut Output) -> Result<()> {
    if args.format.json {
        output.json(&Value::Array(rows.iter().map(describe).collect()))?;
        return Ok(());
    }
    let cells = |row: &TrustRow| {
        let or_none = |text: String| if text.is_empty() { "-".to_owned() } else { text };
        let state = row.standing.as_str().to_owned();
        vec![row.webhook.clone(), or_none(row.host.clone()), or_none(row.secrets.join(",")), state]
    };
    let rows_of_cells: Vec<Vec<String>> = rows.iter().map(cells).collect();
    output.table(&["webhook", "host", "secrets", "state"], &rows_of_cells)?;
    for row in rows {
        if let Standing::Invalid(violations) = &row.standing {
            for violation in violations {
                output.note(format!("{}: {}", row.webhook, violation.problem.message))?;
            }
        }
    }
    Ok(())
}

fn describe(row: &TrustRow) -> Value {
    json!({
        "webhook": row.webhook,
        "host": row.host,
        "secrets": row.secrets,
        "state": row.standing.as_str(),
    })
}

fn ask(session: &Session, row: &mut TrustRow, webhook: &Webhook, output: &mut Output) -> Result<()> {
    let Standing::Untrusted(question) = &row.standing else { return Ok(()) };
    output.note(format!("  {}", question.request))?;
    for change in &question.changes {
        output.note(format!("  {change}"))?;
    }
    if prompt::agrees(
        output,
        &format!("{}: it would send {}. Trust it? [y/N] ", row.webhook, question.what()),
    )? {
        session.trust(&webhook.stem, &webhook.value.clone().unwrap_or_default())?;
        row.standing = Standing::Trusted;
    }
    Ok(())
}

fn adopt(folder: &Folder, output: &mut Output) -> Result<()> {
    match folder.standing()? {
        workspace::Standing::Absent => output.note("there is no .telecast to adopt")?,
        workspace::Standing::Ours => output.note(".telecast is this workspace's own already")?,
        workspace::Standing::Foreign => {
            folder.adopt()?;
            output.note("adopted .telecast: its test chats, drafts, history and people count from now on")?;
        }
    }
    Ok(())
}

fn move_secrets(
    workspace: &Workspace,
    secrets: &Secrets,
    names: &[String],
    output: &mut Output,
) -> Result<()> {
    let movable = secrets.movable(names, &workspace.id())?;
    for name in names {
        let places: Vec<_> = movable.iter().filter(|movable| movable.name == *name).collect();
        match places.as_slice() {
            [] => {
                let words =
                    format!("no value of {name} is kept for an earlier place or version of this workspace");
                return Err(
                    CliError::new(Kind::Failed, words).hint(format!("set one: telecast secrets set {name}"))
                );
            }
            [only] => {
                secrets.move_here(only)?;
                output.note(format!("moved {name} to this workspace; it was kept for {}", only.from))?;
            }
            several => {
                let words = format!("{name} is kept for several earlier places");
                let error = CliError::new(Kind::Failed, words);
                let hint = |error: CliError, place: &&crate::secrets::Movable| error.hint(place.from.clone());
                return Err(several
                    .iter()
                    .fold(error, hint)
                    .hint(format!("set it: telecast secrets set {name}")));
            }
        }
    }
    Ok(())
}
