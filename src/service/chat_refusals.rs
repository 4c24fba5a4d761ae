//! Counts the profiles whose kind of chat refuses a campaign's message: "12 of 306 profiles".
//!
//! `check` renders a message for one profile. A rule that depends on the chat may refuse the message for others, if the
//! chat id is a variable.

use std::sync::Arc;

use jiff::Timestamp;

use super::check::CheckScope;
use super::{MessageJob, SourceProblem, survey};
use crate::diagnostic::{Code, Diagnostic};
use crate::store::{self, Store};
use crate::telegram::request::is_chat_refusal;
use crate::workspace::{CampaignFiles, FileCondition, Workspace};

const SAMPLE_SIZE: usize = 500;

/// The fields that only private chats accept. Only a body with one of them is composed for other profiles, because that
/// takes many times as long as a check. The rules about channels need no field here: an id does not tell a channel from
/// a supergroup.
const FIELDS: [&str; 3] = ["request_", "web_app", "message_effect_id"];

/// Adds a problem for each refusal by chats of some kinds, with the number of profiles in such chats. The problem
/// replaces the one that `found` has for a single profile at the same place, except if the message is refused for every
/// profile. Then the chat id may be the same for all, and the number would say nothing. Blocks.
pub(crate) fn add_chat_refusals<'a>(
    workspace: &'a Arc<Workspace>,
    scope: CheckScope<'_>,
    store: &dyn Store,
    now: Timestamp,
    found: &mut Vec<SourceProblem<'a>>,
) -> Result<(), store::Error> {
    for campaign in scope.campaigns(workspace) {
        let body = &campaign.body;
        if body.condition != FileCondition::Read || !FIELDS.iter().any(|field| body.text.contains(field)) {
            continue;
        }
        for (problem, is_for_all) in refusals(workspace, campaign, store, now)? {
            let counted = SourceProblem { path: &body.path, text: &body.text, diagnostic: problem };
            let is_same = |known: &SourceProblem<'_>| {
                known.path == counted.path
                    && known.diagnostic.span == counted.diagnostic.span
                    && is_chat_refusal(&known.diagnostic.message)
            };
            match found.iter().position(is_same) {
                Some(_) if is_for_all => {}
                Some(known) => found[known] = counted,
                None => found.push(counted),
            }
        }
    }
    Ok(())
}

/// Returns each refusal, and whether the message is refused for every profile.
fn refusals(
    workspace: &Arc<Workspace>,
    campaign: &CampaignFiles,
    store: &dyn Store,
    now: Timestamp,
) -> Result<Vec<(Diagnostic, bool)>, store::Error> {
    let job = MessageJob::from_files(workspace, &campaign.stem);
    let surveyed = survey(&job, store, SAMPLE_SIZE, now, &|| true)?.survey;
    let groups = surveyed.failure_groups.into_iter().filter(|group| {
        group.field.is_none()
            && group.problem.code == Code::Refused
            && is_chat_refusal(&group.problem.message)
    });
    let counted = groups.map(|group| {
        let (n_refused, n_seen) = (group.n_recipients, surveyed.n_seen);
        let message =
            format!("{n_refused} of {n_seen} profiles are groups or channels: {}", group.problem.message);
        (Diagnostic { message, ..group.problem }, n_refused == n_seen)
    });
    Ok(counted.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::Value;
    use crate::service::{ProfileContext, check};
    use crate::store::SqliteStore;

    #[track_caller]
    fn check_messages(body: &str, expected: &[&str]) {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| std::fs::write(folder.path().join(path), text).unwrap();
        write("telecast.toml", "name = \"x\"\n");
        std::fs::create_dir(folder.path().join("campaigns")).unwrap();
        std::fs::create_dir(folder.path().join("webhooks")).unwrap();
        write("webhooks/bot.toml", "name = \"bot\"\nurl = \"${SANDBOX}/bot${T}/sendMessage\"\n");
        write("campaigns/a.toml", "name = \"a\"\nwebhook = \"bot\"\n");
        write("campaigns/a.json.liquid", body);
        let store = SqliteStore::open_in_memory().unwrap();
        for id in [5, 6, 7, -8, -1_001_234_567_890] {
            let properties = [("chat".to_owned(), Value::Integer(id))].into_iter().collect();
            store.set(&format!("p{id}"), properties).unwrap();
        }
        let workspace = Arc::new(Workspace::open(folder.path()).unwrap());
        let now = Timestamp::UNIX_EPOCH;
        let mut found = check(&workspace, CheckScope::Workspace, &ProfileContext::default(), now);
        add_chat_refusals(&workspace, CheckScope::Workspace, &store, now, &mut found).unwrap();
        let shown: Vec<&str> = found
            .iter()
            .filter(|problem| problem.diagnostic.code == Code::Refused)
            .map(|problem| problem.diagnostic.message.as_str())
            .collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn profiles_that_are_groups_are_counted() {
        let contact = |chat: &str| {
            format!(
                r#"{{"chat_id": {chat}, "text": "x", "reply_markup": {{"keyboard": [[{{"text": "K", "request_contact": true}}]]}}}}"#
            )
        };
        let refusal = "Telegram would refuse this: Bad Request: phone number can be requested in private chats only, \
                       at button 1 of row 1";
        let counted = format!("2 of 5 profiles are groups or channels: {refusal}");
        check_messages(&contact("{{ Profile.chat }}"), &[&counted]);
        check_messages(&contact("5"), &[]);
        check_messages(&contact("-8"), &[refusal]);
        check_messages(r#"{"chat_id": {{ Profile.chat }}, "text": "x"}"#, &[]);
    }
}
