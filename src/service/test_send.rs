//! Preview and Test: the very request of the preview, to a test chat, and the answer in words.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::bot::resolve_help;
use super::job::Job;
use super::session::Session;
use super::trust::{NotPermitted, Permit};
use crate::botapi::HttpRequest;
use crate::compose::{AuthDraft, Composed, Filled, HttpDraft};
use crate::diagnostic::Diagnostic;
use crate::telegram::{self, Answer, Fault};
use crate::text::visible;
use crate::workspace;
use base64::Engine;

/// A test to send.
#[derive(Debug, Clone, PartialEq)]
pub struct TestSend {
    /// What is sent; its `test_chat` says where, and none sends it as it is.
    pub job: Job,
}

/// What came of a test.
#[derive(Debug, Clone, PartialEq)]
pub struct TestAnswer {
    /// What was composed and sent.
    pub composed: Arc<Composed>,
    /// Whether it arrived.
    pub ok: bool,
    /// The HTTP status, where an answer came.
    pub status: Option<u16>,
    /// The Bot API's error code.
    pub error_code: Option<u16>,
    /// What happened, in words: Telegram's own where it refused.
    pub description: String,
    /// What to do about it.
    pub help: Option<String>,
    /// The message's id, where it arrived at a Bot API.
    pub message_id: Option<i64>,
    /// How long it took.
    pub elapsed: Duration,
    /// The chat it went to.
    pub chat: Option<String>,
    /// Where in the body the refusal comes from.
    pub problem: Option<Diagnostic>,
}

impl TestAnswer {
    fn unsent(composed: Composed, chat: Option<String>, description: String, help: Option<&str>) -> Self {
        Self {
            composed: Arc::new(composed),
            ok: false,
            status: None,
            error_code: None,
            description,
            help: help.map(str::to_owned),
            message_id: None,
            elapsed: Duration::ZERO,
            chat,
            problem: None,
        }
    }
}

/// Sends a test and waits for the answer. What Telegram would refuse is sent all the same: the refusal is what one
/// wants to see.
pub async fn send_test(session: &Session, test: &TestSend, now: Timestamp) -> TestAnswer {
    let composed = test.job.compose(now);
    let chat = test.job.test_chat.clone();
    let Some(draft) = &composed.http else {
        let first = composed.diagnostics.iter().find(|problem| problem.is_error());
        let (words, help) = match (test.job.webhook(), first) {
            (None, _) => {
                ("the campaign has no webhook to go through".to_owned(), "choose one in its settings (F4)")
            }
            (_, Some(problem)) => (format!("nothing to send: {}", problem.message), "mend the body first"),
            (_, None) => {
                ("nothing to send: the body aborts for this profile".to_owned(), "choose another profile")
            }
        };
        return TestAnswer::unsent(composed, chat, words, Some(help));
    };
    if chat.is_some() && !composed.chat_was_set {
        let words = "no test chat can be set in this request, so it would go to a real recipient".to_owned();
        return TestAnswer::unsent(
            composed,
            chat,
            words,
            Some("send it as it is only if you mean it: --as-is"),
        );
    }
    // A draft is made of the webhook, so there is one.
    let Some(in_use) = test.job.webhook_in_use() else {
        return TestAnswer::unsent(
            composed,
            chat,
            "the campaign has no webhook to go through".to_owned(),
            None,
        );
    };
    let permit = match session.permit(&in_use).await {
        Ok(permit) => permit,
        Err(error) => {
            let help = match &error {
                NotPermitted::Untrusted(_) => Some("telecast trust asks about it"),
                NotPermitted::Invalid(_) => Some("correct the webhook first"),
                NotPermitted::State(_) | NotPermitted::Variable(_) | NotPermitted::Sandbox(_) => None,
            };
            return TestAnswer::unsent(composed, chat, session.redact(&error.to_string()), help);
        }
    };
    let request = match fill_in(session, &permit, draft).await {
        Ok(request) => request,
        Err(words) => return TestAnswer::unsent(composed, chat, words, None),
    };
    let client = match session.client() {
        Ok(client) => client,
        Err(error) => return TestAnswer::unsent(composed, chat, session.redact(&error.to_string()), None),
    };
    match client.send(request).await {
        Ok(answer) => {
            let is_bot_api = composed.method.is_some();
            decoded(session, composed, chat, &answer, is_bot_api)
        }
        Err(error) => {
            let help = if error.certainly_not_delivered() {
                "nothing was sent"
            } else {
                "it may have arrived: look into the chat before you send it again"
            };
            TestAnswer::unsent(composed, chat, session.redact(&error.to_string()), Some(help))
        }
    }
}

fn decoded(
    session: &Session,
    composed: Composed,
    chat: Option<String>,
    answer: &crate::botapi::HttpAnswer,
    is_bot_api: bool,
) -> TestAnswer {
    let mut result = TestAnswer::unsent(composed, chat, String::new(), None);
    result.status = Some(answer.status);
    result.elapsed = answer.elapsed;
    if !is_bot_api {
        result.ok = (200..300).contains(&answer.status);
        result.description = session.redact(&format!("{} {}", answer.status, visible(&answer.reason)));
        return result;
    }
    match Answer::decode(answer.status, &answer.body) {
        Answer::Ok(value) => {
            result.ok = true;
            result.message_id = value["message_id"].as_i64();
            result.description = "delivered".into();
        }
        Answer::Error(error) => {
            result.error_code = Some(error.error_code);
            result.description = session.redact(&visible(&error.description));
            let advice = telegram::what_to_do(&error);
            let general = format!("{}: {}", advice.meaning, advice.action);
            result.help = Some(own_words(&result.composed, advice.fault).unwrap_or(general));
            result.problem = result.composed.place_of_refusal(&error);
        }
        Answer::NotBotApi { status, excerpt } => {
            let what = if excerpt.is_empty() { "an empty answer".to_owned() } else { format!("`{excerpt}`") };
            result.description = session.redact(&format!("HTTP {status}, and no Bot API's answer: {what}"));
            result.help = Some("is the webhook's URL a Bot API's?".into());
        }
    }
    result
}

/// Says by our own checks what Telegram refused, where it is about the message: they know the cause, its answer only
/// the kind.
fn own_words(composed: &Composed, fault: Fault) -> Option<String> {
    if !matches!(fault, Fault::Content | Fault::Body) {
        return None;
    }
    let problem = composed.diagnostics.iter().find(|problem| problem.is_error())?;
    let help = problem.help.as_ref().map_or_else(String::new, |help| format!(": {help}"));
    Some(format!("{}{help}", problem.message))
}

/// Fills the secrets in, and sees to it that the address still leads where the webhook says.
async fn fill_in(session: &Session, permit: &Permit, draft: &HttpDraft) -> Result<HttpRequest, String> {
    let resolve = async |text: &Filled| {
        session.resolve(permit, text).await.map_err(|error| session.redact(&resolve_help(&error)))
    };
    let mut headers = Vec::with_capacity(draft.headers.len() + 1);
    for (name, value) in &draft.headers {
        headers.push((name.clone(), resolve(value).await?));
    }
    match &draft.auth {
        Some(AuthDraft::Basic { username, password }) => {
            let pair = format!("{}:{}", resolve(username).await?, resolve(password).await?);
            let encoded = base64::engine::general_purpose::STANDARD.encode(pair);
            headers.push(("Authorization".into(), format!("Basic {encoded}")));
        }
        Some(AuthDraft::Bearer { token }) => {
            headers.push(("Authorization".into(), format!("Bearer {}", resolve(token).await?)));
        }
        None => {}
    }
    let url = resolve(&draft.url).await?;
    permit.admits(&url)?;
    Ok(HttpRequest {
        method: draft.method.as_str().to_owned(),
        url,
        headers,
        body: draft.body.clone().into_bytes(),
        timeout: draft.timeout,
    })
}

/// Returns what the history keeps of a test: the request with secrets by name, and the answer.
pub fn history_entry(test: &TestSend, answer: &TestAnswer, sent: Timestamp) -> workspace::TestSend {
    let http = answer.composed.http.as_ref();
    let webhook =
        test.job.campaign().and_then(|campaign| campaign.value.as_ref()).map(|value| value.webhook.clone());
    workspace::TestSend {
        sent,
        campaign: test.job.stem.clone(),
        webhook: webhook.unwrap_or_default(),
        profile: test.job.profile.as_ref().map(|profile| profile.identity.clone()),
        chat: answer.chat.clone(),
        method: http.map_or_else(String::new, |http| http.method.as_str().to_owned()),
        url: http.map_or_else(String::new, |http| http.url.shown()),
        headers: http.map_or_else(Vec::new, |http| {
            http.headers.iter().map(|(name, value)| (name.clone(), value.shown())).collect()
        }),
        body: http.map_or_else(String::new, |http| http.body.clone()),
        ok: answer.ok,
        status: answer.status,
        message_id: answer.message_id,
        description: Some(answer.description.clone()),
        ms: u64::try_from(answer.elapsed.as_millis()).unwrap_or(u64::MAX),
    }
}
