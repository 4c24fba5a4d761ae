//! `telecast trust`: shows what each webhook would send, and records whether the user trusts it.

use std::io::{self, IsTerminal};

use serde_json::{Value, json};

use crate::campaign::SANDBOX;
use crate::cli::args::Trust;
use crate::cli::environment::Environment;
use crate::cli::error::{CliError, ErrorKind, ExitStatus, Result};
use crate::cli::output::CliOutput;
use crate::cli::prompt;
use crate::secrets::{MovableSecret, Secrets};
use crate::service::{Session, TRUST_VARIABLE, TrustRow, TrustStatus, trust_row};
use crate::workspace::{self, DefinitionFile, Folder, Workspace};

use super::webhooks;

type Webhook = DefinitionFile<crate::campaign::Webhook>;

pub(crate) fn run(environment: &Environment, args: &Trust, output: &mut CliOutput) -> Result {
    let workspace = environment.workspace()?;
    let session = environment.session(&workspace);
    if args.adopt {
        adopt(&workspace.folder(&environment.paths), output)?;
    }
    if !args.move_secrets.is_empty() {
        move_secrets(&workspace, session.secrets(), &args.move_secrets, output)?;
    }
    // If the user gave only `--adopt` or `--move-secrets`, the command ends here, so that it does not list all webhooks
    // and ask about them.
    let has_other_task = args.adopt || !args.move_secrets.is_empty();
    if has_other_task && args.webhooks.is_empty() && !args.yes && !args.revoke {
        return Ok(ExitStatus::Done);
    }
    let chosen: Vec<&Webhook> = match args.webhooks.as_slice() {
        [] => workspace.webhooks.iter().collect(),
        named => named.iter().map(|query| webhooks::find(&workspace, query)).collect::<Result<_>>()?,
    };
    for webhook in &chosen {
        let settings = webhook.value.clone().unwrap_or_default();
        if args.revoke {
            session.revoke(&webhook.stem, &settings)?;
        // An invalid webhook is skipped. Trust in an invalid webhook would be pointless, because nothing is ever sent
        // through it.
        } else if args.yes && !matches!(row(&session, webhook)?.status, TrustStatus::Invalid(_)) {
            session.trust(&webhook.stem, &settings)?;
        }
    }
    // The rows are computed after the change, so that the table shows the new state.
    let mut rows: Vec<TrustRow> =
        chosen.iter().map(|webhook| row(&session, webhook)).collect::<Result<_>>()?;
    print(&rows, args, output)?;
    // Without a terminal, the command cannot ask. It prints the table, and exits with 3 if a webhook is untrusted.
    let can_ask = !args.yes
        && !args.revoke
        && !args.format.json
        && io::stdin().is_terminal()
        && io::stderr().is_terminal();
    if can_ask {
        for (row, webhook) in rows.iter_mut().zip(&chosen) {
            ask(&session, row, webhook, output)?;
        }
    }
    if !args.format.json {
        print_next_steps(environment, &workspace, &session, &rows, can_ask, output)?;
    }
    let has = |wanted: &str| rows.iter().any(|row| row.status.as_str() == wanted);
    Ok(if args.revoke {
        ExitStatus::Done
    } else if has("untrusted") {
        ExitStatus::Unreachable
    } else if has("invalid") {
        ExitStatus::Problems
    } else {
        ExitStatus::Done
    })
}

fn print_next_steps(
    environment: &Environment,
    workspace: &Workspace,
    session: &Session,
    rows: &[TrustRow],
    was_asked: bool,
    output: &mut CliOutput,
) -> Result<()> {
    let untrusted: Vec<&str> = rows
        .iter()
        .filter(|row| row.status.as_str() == "untrusted")
        .map(|row| row.webhook.as_str())
        .collect();
    if !untrusted.is_empty() {
        let untrusted = untrusted.join(", ");
        // A user who has just declined to trust a webhook does not need to be told how to trust it.
        output.note(match was_asked {
            true => format!("nothing is sent through {untrusted}"),
            false => format!(
                "nothing is sent through {untrusted}; \
                 review it, then: telecast trust --yes, or {TRUST_VARIABLE} for one run"
            ),
        })?;
    }
    // `${SANDBOX}` is left out, because it is not a stored secret. telecast itself knows its value.
    let names: Vec<String> =
        rows.iter().flat_map(|row| row.secrets.clone()).filter(|name| name != SANDBOX).collect();
    for movable in session.secrets().movable(&names, &workspace.id())? {
        let MovableSecret { name, from } = movable;
        output.note(format!(
            "{name} is stored for {from}; to use it here: telecast trust --move-secrets {name}"
        ))?;
    }
    if workspace.folder(&environment.paths).private_folder_status()?
        == workspace::PrivateFolderStatus::Foreign
    {
        output.note(".telecast was not made here and is not used; to use it: telecast trust --adopt")?;
    }
    Ok(())
}

fn row(session: &Session, webhook: &Webhook) -> Result<TrustRow> {
    Ok(trust_row(session, webhook)?)
}

fn print(rows: &[TrustRow], args: &Trust, output: &mut CliOutput) -> Result<()> {
    if args.format.json {
        output.json(&Value::Array(rows.iter().map(to_json).collect()))?;
        return Ok(());
    }
    let cells = |row: &TrustRow| {
        // An empty cell is printed as `-`. `awk` would skip an empty cell and shift the columns after it.
        let or_none = |text: String| if text.is_empty() { "-".to_owned() } else { text };
        let state = row.status.as_str().to_owned();
        vec![row.webhook.clone(), or_none(row.host.clone()), or_none(row.secrets.join(",")), state]
    };
    let rows_of_cells: Vec<Vec<String>> = rows.iter().map(cells).collect();
    output.table(&["webhook", "host", "secrets", "state"], &rows_of_cells)?;
    for row in rows {
        if let TrustStatus::Invalid(violations) = &row.status {
            for violation in violations {
                output.note(format!("{}: {}", row.webhook, violation.problem.message))?;
            }
        }
    }
    Ok(())
}

fn to_json(row: &TrustRow) -> Value {
    json!({
        "webhook": row.webhook,
        "host": row.host,
        "secrets": row.secrets,
        "state": row.status.as_str(),
    })
}

fn ask(session: &Session, row: &mut TrustRow, webhook: &Webhook, output: &mut CliOutput) -> Result<()> {
    let TrustStatus::Untrusted(question) = &row.status else { return Ok(()) };
    // The request and the changes are shown before the question: the user must see what would go where.
    output.note(format!("  {}", question.request))?;
    for change in &question.changes {
        output.note(format!("  {change}"))?;
    }
    if prompt::confirm(
        output,
        &format!("{}: it would send {}. Trust it? [y/N] ", row.webhook, question.describe_grant()),
    )? {
        session.trust(&webhook.stem, &webhook.value.clone().unwrap_or_default())?;
        row.status = TrustStatus::Trusted;
    }
    Ok(())
}

fn adopt(folder: &Folder, output: &mut CliOutput) -> Result<()> {
    match folder.private_folder_status()? {
        workspace::PrivateFolderStatus::Absent => output.note("there is no .telecast folder to adopt")?,
        workspace::PrivateFolderStatus::Ours => output.note(".telecast already belongs to this workspace")?,
        workspace::PrivateFolderStatus::Foreign => {
            folder.adopt()?;
            output.note("adopted .telecast: its test chats, drafts, history and profiles are used now")?;
        }
    }
    Ok(())
}

fn move_secrets(
    workspace: &Workspace,
    secrets: &Secrets,
    names: &[String],
    output: &mut CliOutput,
) -> Result<()> {
    let movable = secrets.movable(names, &workspace.id())?;
    for name in names {
        let candidates: Vec<_> = movable.iter().filter(|movable| movable.name == *name).collect();
        match candidates.as_slice() {
            [] => {
                let message = format!("there is no value of {name} that can be moved here");
                return Err(CliError::new(ErrorKind::Failed, message)
                    .hint("a value stays with its workspace as long as that workspace's folder exists")
                    .hint(format!("set it for this workspace: telecast secrets set {name}")));
            }
            [only] => {
                secrets.move_here(only)?;
                output.note(format!("moved {name} to this workspace; it was stored for {}", only.from))?;
            }
            // If several values have this name, none is moved: moving the wrong value could send a token to the wrong
            // host. The user has to set the value instead.
            several => {
                let message = format!("{name} is stored for several earlier folders");
                let error = CliError::new(ErrorKind::Failed, message);
                let hint = |error: CliError, movable: &&MovableSecret| error.hint(movable.from.clone());
                return Err(several
                    .iter()
                    .fold(error, hint)
                    .hint(format!("set it: telecast secrets set {name}")));
            }
        }
    }
    Ok(())
}
