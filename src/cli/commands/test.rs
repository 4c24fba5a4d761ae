//! `telecast test`: Preview and Test, and Telegram's answer.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::signal::unix::{SignalKind, signal};

use crate::cli::args::TestCampaign;
use crate::cli::error::{CliError, Ending, Kind, Result};
use crate::cli::output::Output;
use crate::cli::place::Place;
use crate::cli::problems::{Problem, Sheet};
use crate::clock;
use crate::service::{Job, Outcome, TestAnswer, TestSend, history_entry, message_problems, send_test};
use crate::workspace::{CampaignFiles, FOREIGN_NOTICE, Folder, Standing, Workspace};

use super::{campaigns, runtime, subject, webhooks};

pub fn run(place: &Place, args: &TestCampaign, output: &mut Output) -> Result {
    let workspace = Arc::new(place.workspace_for(&args.campaign)?);
    let session = place.session(&workspace);
    session.secrets().usable()?;
    let campaign = campaigns::find(&workspace, &args.campaign)?;
    let folder = workspace.folder(&place.paths);
    let is_foreign = folder.standing()? == Standing::Foreign;
    if is_foreign {
        output.note(FOREIGN_NOTICE)?;
    }
    let test_chat = args.to.as_deref().map(|words| chat(&folder, words)).transpose()?;
    let job = subject::job(&workspace, &session, &campaign.stem, &args.whose, output)?;
    if let Some(in_use) = job.webhook_in_use() {
        webhooks::allowed(&session, &in_use)?;
    }
    let test = TestSend { job: Job { test_chat, ..job } };
    let now = clock::now();
    let answer = runtime::current_thread()?.block_on(async {
        let answer = send_test(&session, &test, now, interrupted()).await;
        session.close().await;
        answer
    });
    if answer.was_tried()
        && !is_foreign
        && let Err(error) = folder.add_to_history(&history_entry(&test, &answer, now))
    {
        // What became of the test is told all the same.
        output.note(format!("the history of tests was not written: {error}"))?;
    }
    let problems = problems(&workspace, campaign, &answer);
    let told = match args.format.json {
        true => output.json(&describe(&answer, &problems)).map_err(CliError::from),
        false => print(&answer, &problems, output),
    };
    // Whoever cannot be told of it must not send it again.
    told.map_err(
        |error| if answer.is_sent() { error.hint("the test was sent all the same") } else { error },
    )?;
    Ok(match answer.outcome {
        _ if answer.is_interrupted => Ending::Interrupted,
        Outcome::Sent => Ending::Done,
        Outcome::Unreachable => Ending::NoAnswer,
        Outcome::Unknown if answer.status.is_none() => Ending::NoAnswer,
        Outcome::Refused | Outcome::Withheld | Outcome::Unknown => Ending::Problems,
    })
}

/// Returns at Ctrl-C, and where a CI job is cancelled or the terminal is closed.
async fn interrupted() {
    let wait_for = async |kind: SignalKind| match signal(kind) {
        Ok(mut signals) => drop(signals.recv().await),
        // It ends the process as ever.
        Err(_) => std::future::pending().await,
    };
    tokio::select! {
        () = wait_for(SignalKind::interrupt()) => {}
        () = wait_for(SignalKind::terminate()) => {}
        () = wait_for(SignalKind::hangup()) => {}
    }
}

/// Returns the chat that `words` mean: a name in test-chats.toml, an id or an @name.
fn chat(folder: &Folder, words: &str) -> Result<String> {
    let (chats, _) = folder.test_chats();
    chats.resolve(words).ok_or_else(|| {
        let error = CliError::new(Kind::Usage, format!("`{words}` is no chat"));
        let names: Vec<&str> = chats.chats.iter().map(|(name, _)| name.as_str()).collect();
        match names.as_slice() {
            [] => {
                error.hint("a chat is an id or an @name; names for chats stand in .telecast/test-chats.toml")
            }
            names => error.hint(format!("a chat is an id, an @name, or one of: {}", names.join(", "))),
        }
    })
}

fn problems(workspace: &Workspace, campaign: &CampaignFiles, answer: &TestAnswer) -> Vec<Problem> {
    let mut problems = Problem::place(&message_problems(workspace, campaign, &answer.composed));
    if let Some(refused) = &answer.problem {
        problems.push(Sheet::new(&campaign.body.path, &campaign.body.text).problem(refused));
    }
    problems
}

fn print(answer: &TestAnswer, problems: &[Problem], output: &mut Output) -> Result<()> {
    for problem in problems {
        output.note(problem.line())?;
    }
    let ms = answer.elapsed.as_millis();
    let chat = answer.chat.iter().map(|chat| format!(" to {chat}")).collect::<String>();
    if answer.is_sent() {
        let id = answer.message_id.iter().map(|id| format!(", message {id}")).collect::<String>();
        output.line(format!("sent{chat}{id}, {ms} ms"))?;
    } else {
        // What another host says begins with its status.
        let code = answer.error_code.or(answer.status.filter(|_| answer.composed.method.is_some()));
        let code = code.iter().map(|code| format!("{code} ")).collect::<String>();
        let outcome = match answer.outcome {
            Outcome::Unknown => "unknown whether it was sent",
            // Another host than a Bot API has had the request; what it made of it, only it knows.
            Outcome::Refused if answer.composed.method.is_none() => "refused",
            Outcome::Sent | Outcome::Refused | Outcome::Withheld | Outcome::Unreachable => "not sent",
        };
        output.line(format!("{outcome}{chat}: {code}{}", answer.description))?;
        if let Some(help) = &answer.help {
            output.note(format!("  help: {help}"))?;
        }
    }
    Ok(())
}

fn describe(answer: &TestAnswer, problems: &[Problem]) -> Value {
    let chat = answer.chat.as_ref().map(|chat| match chat.parse::<i64>() {
        Ok(id) => Value::from(id),
        Err(_) => Value::from(chat.as_str()),
    });
    json!({
        "ok": answer.is_sent(),
        "status": answer.status,
        "error_code": answer.error_code,
        "description": answer.description,
        "message_id": answer.message_id,
        "ms": u64::try_from(answer.elapsed.as_millis()).unwrap_or(u64::MAX),
        "chat": chat,
        "problems": problems.iter().map(Problem::json).collect::<Vec<_>>(),
    })
}
