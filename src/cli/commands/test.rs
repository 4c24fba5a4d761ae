//! `telecast test`: sends a campaign to a test chat and prints Telegram's answer.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::signal::unix::{SignalKind, signal};

use crate::cli::args::TestCampaign;
use crate::cli::environment::Environment;
use crate::cli::error::{CliError, ErrorKind, ExitStatus, Result};
use crate::cli::output::CliOutput;
use crate::cli::problems::{LocatedProblem, SourceFile};
use crate::clock;
use crate::service::{
    MessageJob, TestJob, TestOutcome, TestResult, history_entry, message_problems, send_test,
};
use crate::workspace::{CampaignFiles, FOREIGN_NOTICE, Folder, PrivateFolderStatus, Workspace};

use super::{campaigns, recipient, runtime, webhooks};

pub(crate) fn run(environment: &Environment, args: &TestCampaign, output: &mut CliOutput) -> Result {
    let workspace = Arc::new(environment.workspace_for(&args.campaign)?);
    let session = environment.session(&workspace);
    session.secrets().usable()?;
    let campaign = campaigns::find(&workspace, &args.campaign)?;
    let folder = workspace.folder(&environment.paths);
    let is_foreign = folder.private_folder_status()? == PrivateFolderStatus::Foreign;
    if is_foreign {
        output.note(FOREIGN_NOTICE)?;
    }
    let test_chat = args.to.as_deref().map(|words| chat(&folder, is_foreign, words)).transpose()?;
    let job = recipient::job(&workspace, &session, &campaign.stem, &args.recipient, output)?;
    let job = MessageJob { test_chat, ..job };
    let job = match args.sandbox {
        true => job.to_sandbox().ok_or_else(not_for_sandbox)?,
        false => job,
    };
    // Trust is checked here, although `send_test` checks it again. The error of this first check has hints on how to
    // trust the webhook.
    if let Some(in_use) = job.webhook_in_use().filter(|_| !args.sandbox) {
        webhooks::ensure_trusted(&session, &in_use)?;
    }
    let test = TestJob { job, in_sandbox: args.sandbox };
    let now = clock::now();
    let answer = runtime::current_thread()?.block_on(async {
        let answer = send_test(&session, &test, now, interrupted()).await;
        // A sandbox that was started for this command has to stop before the runtime does.
        session.close().await;
        answer
    });
    if answer.was_tried()
        && !is_foreign
        && let Err(error) = folder.add_to_history(&history_entry(&test, &answer, now))
    {
        // The result of the test is printed even if the history could not be written.
        output.note(format!("the test was not added to the history: {error}"))?;
    }
    let problems = problems(&workspace, campaign, &answer);
    let printed = match args.format.json {
        true => output.json(&to_json(&answer, &problems)).map_err(CliError::from),
        false => print(&answer, &problems, output),
    };
    // Printing can fail, for example because the disk is full. The error then says that the test was sent, so that
    // nobody sends it twice.
    printed.map_err(
        |error| if answer.is_sent() { error.hint("the test was sent nevertheless") } else { error },
    )?;
    Ok(match answer.outcome {
        _ if answer.is_interrupted => ExitStatus::Interrupted,
        TestOutcome::Sent => ExitStatus::Done,
        TestOutcome::Unreachable => ExitStatus::Unreachable,
        // Without a status, there was no answer at all. The exit code is then 3, as for an unreachable server, and not
        // 1, which would blame the message.
        TestOutcome::Unknown if answer.status.is_none() => ExitStatus::Unreachable,
        TestOutcome::Refused | TestOutcome::NotSent | TestOutcome::Unknown => ExitStatus::Problems,
    })
}

/// Returns at Ctrl-C (SIGINT), when a CI job is canceled (SIGTERM), or when the terminal is closed (SIGHUP). The
/// message of an interrupted test may have arrived, so the test has to be added to the history in all three cases.
async fn interrupted() {
    let wait_for = async |kind: SignalKind| match signal(kind) {
        Ok(mut signals) => drop(signals.recv().await),
        // If the handler cannot be installed, this future never ends. The signal then ends the process at once, because
        // nothing handles the signal.
        Err(_) => std::future::pending().await,
    };
    tokio::select! {
        () = wait_for(SignalKind::interrupt()) => {}
        () = wait_for(SignalKind::terminate()) => {}
        () = wait_for(SignalKind::hangup()) => {}
    }
}

/// Returns the chat for `words`: a name in test-chats.toml, a chat id or an @name.
fn chat(folder: &Folder, is_foreign: bool, words: &str) -> Result<String> {
    let (chats, _) = folder.test_chats();
    chats.resolve(words).ok_or_else(|| {
        let error = CliError::new(ErrorKind::Usage, format!("unknown chat `{words}`"));
        let names: Vec<&str> = chats.chats.iter().map(|(name, _)| name.as_str()).collect();
        match names.as_slice() {
            // `FOREIGN_NOTICE`, which says how to adopt the folder, has been printed already.
            [] if is_foreign => {
                error.hint("use a chat id or an @name: the test chats are ignored until .telecast is adopted")
            }
            [] => error.hint("use a chat id or an @name, or name the chat in .telecast/test-chats.toml"),
            names => error.hint(format!("use a chat id, an @name, or one of: {}", names.join(", "))),
        }
    })
}

fn not_for_sandbox() -> CliError {
    CliError::new(
        ErrorKind::Failed,
        "the campaign has no webhook with a Bot API URL, so the sandbox cannot stand in for it",
    )
    .hint("choose a webhook in the campaign's file; its URL ends in /bot${BOT_TOKEN}/sendMessage")
}

fn problems(workspace: &Workspace, campaign: &CampaignFiles, answer: &TestResult) -> Vec<LocatedProblem> {
    let mut problems = LocatedProblem::locate(&message_problems(workspace, campaign, &answer.composed));
    if let Some(refused) = &answer.problem {
        problems.push(SourceFile::new(&campaign.body.path, &campaign.body.text).problem(refused));
    }
    problems
}

fn print(answer: &TestResult, problems: &[LocatedProblem], output: &mut CliOutput) -> Result<()> {
    for problem in problems {
        output.note(problem.line())?;
    }
    let ms = answer.elapsed.as_millis();
    let chat = answer.chat.iter().map(|chat| format!(" to {chat}")).collect::<String>();
    if answer.is_sent() {
        let id = answer.message_id.iter().map(|id| format!(", message {id}")).collect::<String>();
        output.line(format!("sent{chat}{id}, {ms} ms"))?;
    } else {
        // For a host that is not a Bot API, the description already begins with the status, so the status is not
        // printed again.
        let code = answer.error_code.or(answer.status.filter(|_| answer.composed.method.is_some()));
        let code = code.iter().map(|code| format!("{code} ")).collect::<String>();
        let outcome = match answer.outcome {
            TestOutcome::Unknown => "unknown whether it was sent",
            // This host is not a Bot API. It received the request and answered with an error, but only a Bot API's
            // refusal proves that nothing was sent. So this does not print "not sent".
            TestOutcome::Refused if answer.composed.method.is_none() => "refused",
            TestOutcome::Sent | TestOutcome::Refused | TestOutcome::NotSent | TestOutcome::Unreachable => {
                "not sent"
            }
        };
        output.line(format!("{outcome}{chat}: {code}{}", answer.description))?;
        if let Some(help) = &answer.help {
            output.note(format!("  help: {help}"))?;
        }
    }
    Ok(())
}

fn to_json(answer: &TestResult, problems: &[LocatedProblem]) -> Value {
    let chat = answer.chat.as_ref().map(|chat| match chat.parse::<i64>() {
        // In JSON, a chat id is a number, as in the Bot API, and an @name is a string.
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
        "problems": problems.iter().map(LocatedProblem::json).collect::<Vec<_>>(),
    })
}
