//! Sends a campaign's message as a test, either to a test chat or unchanged, and describes the answer.

use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::bot::describe_resolve_error;
use super::job::MessageJob;
use super::session::{ANSWER_CHARS, ResolveError, Session};
use super::trust::{NotPermitted, Permit};
use crate::botapi::{AddressError, AddressedRequest, Client, HttpRequest, HttpResponse, SendError};
use crate::campaign::find_token;
use crate::compose::{AuthDraft, Composed, HttpDraft, SecretTemplate};
use crate::diagnostic::{Code, Diagnostic};
use crate::secrets::{Redactor, Secret};
use crate::telegram::{self, ApiError, ApiErrorKind, ApiResponse, ArgumentSource, DestinationError};
use crate::text::{shorten, visible};
use crate::workspace;
use base64::Engine;

#[derive(Debug, Clone, PartialEq)]
pub struct TestJob {
    /// The message to send. The message goes to the job's `test_chat`. If `test_chat` is `None`, the message goes
    /// unchanged to the chat in the body.
    pub job: MessageJob,
    /// Whether the message goes to the workspace's own sandbox. The job must then be the result of
    /// [`MessageJob::to_sandbox`].
    pub in_sandbox: bool,
}

/// The outcome of a test, as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TestOutcome {
    /// The server accepted the message.
    Sent,
    /// The server refused the message. If the server is a Bot API, the message did not arrive.
    Refused,
    /// Nothing was sent, for example because there is no valid request, or because the message could have reached a
    /// chat other than the test chat.
    NotSent,
    /// The request certainly did not reach the server.
    Unreachable,
    /// The message may have arrived: there was no answer, or an unclear one.
    Unknown,
}

#[derive(Debug, Clone, PartialEq)]
pub struct TestResult {
    pub composed: Arc<Composed>,
    pub outcome: TestOutcome,
    pub status: Option<u16>,
    pub error_code: Option<u16>,
    /// What happened, for the user. For a refusal by a Bot API, this is the server's own description.
    pub description: String,
    pub help: Option<String>,
    /// The id of the message, if a Bot API delivered the message and returned its id.
    pub message_id: Option<i64>,
    pub elapsed: Duration,
    /// The test chat; `None` if the request was sent unchanged.
    pub chat: Option<String>,
    /// The refusal, or the reason why nothing was sent, as a problem in the body. `None` if the server accepted the
    /// message, if there was no answer, if the problem's place in the body is unknown, or if the problem is already in
    /// `composed`.
    pub problem: Option<Diagnostic>,
    pub is_interrupted: bool,
}

const MAY_HAVE_ARRIVED: &str = "it may have arrived: check the chat before you send it again";

impl TestResult {
    fn new(composed: Composed, chat: Option<String>, outcome: TestOutcome, description: String) -> Self {
        Self {
            composed: Arc::new(composed),
            outcome,
            status: None,
            error_code: None,
            description,
            help: None,
            message_id: None,
            elapsed: Duration::ZERO,
            chat,
            problem: None,
            is_interrupted: false,
        }
    }

    pub fn is_sent(&self) -> bool {
        self.outcome == TestOutcome::Sent
    }

    /// Returns whether a request was sent or attempted. Only such tests are recorded in the history.
    pub fn was_tried(&self) -> bool {
        self.outcome != TestOutcome::NotSent
    }
}

#[derive(Debug, Default)]
struct NotSentReason {
    message: String,
    help: Option<String>,
    problem: Option<Diagnostic>,
    is_interrupted: bool,
}

impl NotSentReason {
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), ..Self::default() }
    }

    fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }
}

/// Sends a test and waits for the answer, or until `interrupted` completes. Sends a request even if Telegram will
/// refuse it, because the refusal is what the user wants to see. If there is a test chat, does not send a request that
/// could reach another chat.
pub async fn send_test(
    session: &Session,
    test: &TestJob,
    now: Timestamp,
    interrupted: impl Future<Output = ()>,
) -> TestResult {
    // An interruption ends the test both while the request is prepared and while it is sent. Only in the first case is
    // it certain that nothing was sent.
    let mut interrupted = pin!(interrupted);
    let composed = test.job.compose(now);
    let chat = test.job.test_chat.clone();
    // With `biased`, the interruption wins if both futures are ready, and nothing is sent.
    let prepared = tokio::select! {
        biased;
        () = &mut interrupted => Err(NotSentReason { is_interrupted: true, ..NotSentReason::new("interrupted before it was sent") }),
        prepared = prepare(session, test, &composed) => prepared,
    };
    let (client, request) = match prepared {
        Ok(prepared) => prepared,
        Err(not_sent) => {
            return TestResult {
                help: not_sent.help,
                problem: not_sent.problem,
                is_interrupted: not_sent.is_interrupted,
                ..TestResult::new(composed, chat, TestOutcome::NotSent, session.redact(&not_sent.message))
            };
        }
    };
    // From this point on, an interruption leaves the outcome unknown, because the request may already have been sent.
    let started = Instant::now();
    let sent = tokio::select! {
        biased;
        () = &mut interrupted => None,
        sent = client.deliver(request) => Some(sent),
    };
    let failure = |composed, outcome, message: &str| TestResult {
        help: (outcome == TestOutcome::Unknown).then(|| MAY_HAVE_ARRIVED.to_owned()),
        elapsed: started.elapsed(),
        ..TestResult::new(composed, chat.clone(), outcome, session.redact(message))
    };
    match sent {
        Some(Ok(answer)) => decode_answer(session, composed, chat, &answer),
        Some(Err(error)) => failure(composed, outcome_of(&error), &error.to_string()),
        None => TestResult {
            is_interrupted: true,
            ..failure(composed, TestOutcome::Unknown, "interrupted while it was being sent")
        },
    }
}

/// Builds the request with its secrets. If there is a test chat, checks that the request reaches only that chat.
async fn prepare<'s>(
    session: &'s Session,
    test: &TestJob,
    composed: &Composed,
) -> Result<(&'s Client, AddressedRequest), NotSentReason> {
    if test.job.lacks_body() {
        let not_sent = NotSentReason::new("nothing to send: the body's file cannot be used");
        return Err(not_sent.help("run `telecast check` to see what is wrong with it"));
    }
    let Some(draft) = &composed.http else { return Err(nothing_to_send(test, composed)) };
    let chat = test.job.test_chat.as_deref();
    if let Some(why) = composed.test_chat_error.filter(|_| chat.is_some()) {
        let message =
            format!("the test chat cannot be set, so the message could reach a real recipient: {why}");
        return Err(NotSentReason::new(message).help(SEND_AS_IS_HELP));
    }
    // A webhook always exists here. Without a webhook, `composed.http` is `None`, and this function has returned above.
    let Some(in_use) = test.job.webhook_in_use() else { return Err(nothing_to_send(test, composed)) };
    let permit = match test.in_sandbox {
        true => session.permit_sandbox(&in_use).await,
        false => session.permit(&in_use).await,
    };
    let permit = permit.map_err(|error| not_permitted(session, &error))?;
    let request = fill_in(session, &permit, draft).await;
    let request = request.map_err(|error| NotSentReason::new(describe_resolve_error(&error)))?;
    let addressed = match chat {
        Some(chat) => AddressedRequest::to_chat(request, chat)
            .map_err(|error| wrong_destination(composed, draft, error))?,
        None => AddressedRequest::unchecked(request),
    };
    let client = session.client().map_err(|error| NotSentReason::new(session.redact(&error.to_string())))?;
    Ok((client, addressed))
}

fn not_permitted(session: &Session, error: &NotPermitted) -> NotSentReason {
    let not_sent = NotSentReason::new(session.redact(&error.to_string()));
    match error {
        NotPermitted::Untrusted(_) => {
            not_sent.help("review and trust it: run `telecast trust`, or press `c` in the webhook pane")
        }
        NotPermitted::Invalid(_) => not_sent.help("fix the webhook first"),
        NotPermitted::State(_) | NotPermitted::Variable(_) | NotPermitted::Sandbox(_) => not_sent,
    }
}

/// The help if telecast cannot check which chat the message would reach.
const SEND_AS_IS_HELP: &str =
    "to send it to the recipient that it names, use `--as-is`, or press `a` in the console's dialog";

fn nothing_to_send(test: &TestJob, composed: &Composed) -> NotSentReason {
    let first = composed.diagnostics.iter().find(|problem| problem.is_error());
    match (test.job.webhook(), first) {
        (None, _) => NotSentReason::new("the campaign has no webhook").help("choose one in its settings"),
        (_, Some(problem)) => {
            NotSentReason::new(format!("nothing to send: {}", problem.message)).help("fix the body first")
        }
        (_, None) => NotSentReason::new("nothing to send: the body aborts for this profile")
            .help("choose another profile"),
    }
}

fn wrong_destination(composed: &Composed, draft: &HttpDraft, error: AddressError) -> NotSentReason {
    let mut mismatch = match error {
        AddressError::Astray(mismatch) => mismatch,
        AddressError::Malformed(error) => return NotSentReason::new(error.to_string()),
    };
    hide_secret(&mut mismatch, &draft.url);
    let message = format!("the message might reach another chat: {mismatch}");
    let span = mismatch.span().and_then(|span| composed.body_span(span));
    let problem = span.map(|span| Diagnostic::error(Code::OtherChat, span, mismatch.to_string()));
    let help = match &mismatch {
        DestinationError::NotBotApi => SEND_AS_IS_HELP,
        DestinationError::Header { .. } => "remove the header from the webhook",
        DestinationError::Multipart => "use a JSON body",
        DestinationError::NoChat => "set the webhook's header `Content-Type: application/json`",
        DestinationError::OtherChat { at: ArgumentSource::Query, .. }
        | DestinationError::OtherDestination { at: ArgumentSource::Query, .. } => {
            "remove it from the webhook's url or params, or from the value that adds it"
        }
        DestinationError::OtherChat { .. } | DestinationError::OtherDestination { .. } => {
            "remove it from the body; if a value adds it, put `| json_escape` after the value"
        }
    };
    NotSentReason { problem, ..NotSentReason::new(message).help(help) }
}

/// Hides the value that `mismatch` quotes, if this value comes from a secret. Secrets are filled into the URL, but not
/// into the body. `url` is the URL before the secrets are filled in. So if the value is in the final URL's query but
/// not in the query of `url`, the value comes from a secret.
fn hide_secret(mismatch: &mut DestinationError, url: &SecretTemplate) {
    let is_in_body = mismatch.span().is_some();
    let Some(value) = mismatch.value_mut().filter(|_| !is_in_body) else { return };
    // A long value was cut. The `…` at its end is not in the URL, so it is removed before the search.
    let shown = value.trim_end_matches('…');
    let is_typed = shown == "\"\"" || url.query().iter().any(|(_, text)| visible(text).contains(shown));
    if !is_typed {
        "(hidden: it comes from a secret)".clone_into(value);
    }
}

fn outcome_of(error: &SendError) -> TestOutcome {
    match error {
        SendError::Url { .. } | SendError::Method { .. } | SendError::Header { .. } => TestOutcome::NotSent,
        // These errors, such as DNS errors, occurred before the request was written. After a read timeout, in contrast,
        // the message may have arrived.
        error if error.certainly_not_delivered() => TestOutcome::Unreachable,
        _ => TestOutcome::Unknown,
    }
}

/// Returns the outcome that the status code alone shows.
fn outcome_of_status(status: u16) -> TestOutcome {
    match status {
        200..300 => TestOutcome::Sent,
        400..=407 | 409..=499 => TestOutcome::Refused,
        // All other statuses leave the outcome unknown. A server that accepted a POST often answers with a redirect
        // (3xx). A server may answer 408 even though it received the whole request. A server can fail (5xx) after it
        // did the work.
        _ => TestOutcome::Unknown,
    }
}

fn decode_answer(
    session: &Session,
    composed: Composed,
    chat: Option<String>,
    answer: &HttpResponse,
) -> TestResult {
    let is_bot_api = composed.method.is_some();
    let by_status = outcome_of_status(answer.status);
    let mut result = TestResult::new(composed, chat, by_status, String::new());
    result.status = Some(answer.status);
    result.elapsed = answer.elapsed;
    if is_bot_api {
        decode_bot_api(session, &mut result, answer);
    } else {
        // The reason phrase comes from the server, so the phrase may contain a secret or control characters.
        let message = format!("{} {}", answer.status, visible(&session.redact(&answer.reason)));
        result.description = shorten(&message, ANSWER_CHARS).into_owned();
    }
    if result.outcome == TestOutcome::Unknown {
        result.help = Some(MAY_HAVE_ARRIVED.to_owned());
    }
    result
}

fn decode_bot_api(session: &Session, result: &mut TestResult, answer: &HttpResponse) {
    let status = answer.status;
    match ApiResponse::decode(status, &answer.body) {
        // A body that says `ok` is not enough. The HTTP status must be a success too, because a proxy can send an error
        // status together with such a body.
        ApiResponse::Ok(value) if result.outcome == TestOutcome::Sent => {
            result.message_id = value["message_id"].as_i64();
            result.description = "delivered".into();
        }
        ApiResponse::Ok(_) => {
            result.outcome = TestOutcome::Unknown;
            result.description = format!("HTTP {status}, but the response says ok");
        }
        ApiResponse::Error(error) => {
            // Only a 4xx code is a clear refusal. After a 5xx code, the outcome is unknown, because Telegram can answer
            // 5xx after it accepted the message.
            let is_clear = (400..500).contains(&error.error_code) && status < 500;
            result.outcome = if is_clear { TestOutcome::Refused } else { TestOutcome::Unknown };
            result.error_code = Some(error.error_code);
            // A server can repeat the request in its description. Secrets are masked before the text is cut, because
            // half a secret would not be recognized.
            let message = visible(&session.redact(&error.description)).into_owned();
            let error = ApiError { description: shorten(&message, ANSWER_CHARS).into_owned(), ..error };
            let advice = telegram::advice_for(&error);
            let general = format!("{}: {}", advice.meaning, advice.action);
            result.help = Some(own_explanation(&result.composed, advice.fault).unwrap_or(general));
            result.problem = result.composed.locate_refusal(&error);
            result.description = error.description;
        }
        ApiResponse::NotBotApi { status, excerpt } => {
            // A 2xx status alone does not prove the delivery, because a proxy or a login page answers with 200 too.
            if result.outcome == TestOutcome::Sent {
                result.outcome = TestOutcome::Unknown;
            }
            let excerpt = session.redact_cut(&excerpt);
            let what =
                if excerpt.is_empty() { "an empty response".to_owned() } else { format!("`{excerpt}`") };
            result.description = format!("HTTP {status}, not a Bot API response: {what}");
            result.help = Some("check that the webhook's URL is a Bot API URL".into());
        }
    }
}

/// Explains a refusal with the first error that telecast itself found in the message. Unlike Telegram's answer, which
/// names only the kind of error, this error names the cause. Returns `None` if telecast found no error, or if the
/// refusal is not about the message's content.
fn own_explanation(composed: &Composed, fault: ApiErrorKind) -> Option<String> {
    if !matches!(fault, ApiErrorKind::Content | ApiErrorKind::Body) {
        return None;
    }
    let problem = composed.diagnostics.iter().find(|problem| problem.is_error())?;
    let help = problem.help.as_ref().map_or_else(String::new, |help| format!(": {help}"));
    Some(format!("{}{help}", problem.message))
}

/// Fills in the secrets, and checks that the resulting URL still leads to the webhook's destination.
async fn fill_in(session: &Session, permit: &Permit, draft: &HttpDraft) -> Result<HttpRequest, ResolveError> {
    let resolve = async |text: &SecretTemplate| session.resolve(permit, text).await;
    let mut headers = Vec::with_capacity(draft.headers.len() + 1);
    for (name, value) in &draft.headers {
        headers.push((name.clone(), resolve(value).await?));
    }
    match &draft.auth {
        Some(AuthDraft::Basic { username, password }) => {
            let (username, value) = (resolve(username).await?, resolve(password).await?);
            remember(session, password, &value);
            let pair = format!("{username}:{value}");
            // The pair of username and password is masked too. Masking the password alone is not enough: a password of
            // fewer than four characters would not be recognized in the base64 text of the header.
            remember(session, password, &pair);
            let encoded = base64::engine::general_purpose::STANDARD.encode(pair);
            headers.push(("Authorization".into(), format!("Basic {encoded}")));
        }
        Some(AuthDraft::Bearer { token }) => {
            let value = resolve(token).await?;
            remember(session, token, &value);
            headers.push(("Authorization".into(), format!("Bearer {value}")));
        }
        None => {}
    }
    let url = resolve(&draft.url).await?;
    permit.check_url(&url)?;
    // The bot token is also masked on its own. A secret can contain more of the URL than the token, and a server may
    // repeat the token without the rest of the secret.
    if let Some(token) = find_token(&url) {
        remember(session, &draft.url, token.of(&url));
    }
    Ok(HttpRequest {
        method: draft.method.as_str().to_owned(),
        url,
        headers,
        body: draft.body.clone().into_bytes(),
        timeout: draft.timeout,
    })
}

/// Makes the session mask `value` from now on. `written` is the text in the webhook's file that became `value`. If
/// `written` contains secrets, the mask shows the name of the first one.
fn remember(session: &Session, written: &SecretTemplate, value: &str) {
    session.remember(written.secret_names().next().unwrap_or_default(), &Secret::new(value));
}

/// Returns the history entry of a test: the request with secrets as `${NAME}`, and the answer.
pub(crate) fn history_entry(
    test: &TestJob,
    answer: &TestResult,
    sent: Timestamp,
) -> workspace::TestSendRecord {
    let http = answer.composed.http.as_ref();
    let redactor = Redactor::default();
    let webhook =
        test.job.campaign().and_then(|campaign| campaign.value.as_ref()).map(|value| value.webhook.clone());
    workspace::TestSendRecord {
        sent,
        campaign: test.job.stem.clone(),
        webhook: webhook.unwrap_or_default(),
        in_sandbox: test.in_sandbox,
        profile: test.job.profile.as_ref().map(|profile| profile.identity.clone()),
        chat: answer.chat.clone(),
        method: http.map_or_else(String::new, |http| http.method.as_str().to_owned()),
        // Tokens that the webhook's file contains literally are masked too. They must not be copied to another file in
        // the workspace, the history.
        url: http.map_or_else(String::new, |http| redactor.redact(&http.url.masked()).into_owned()),
        headers: http.map_or_else(Vec::new, |http| {
            let headers = http.masked_headers();
            headers.map(|(name, value)| (name.to_owned(), redactor.redact(&value).into_owned())).collect()
        }),
        body: http.map_or_else(String::new, |http| http.body.clone()),
        ok: answer.is_sent(),
        may_have_arrived: answer.outcome == TestOutcome::Unknown,
        status: answer.status,
        message_id: answer.message_id,
        description: Some(answer.description.clone()),
        ms: u64::try_from(answer.elapsed.as_millis()).unwrap_or(u64::MAX),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks the error for a URL with this value of the secret `S`, in a test to chat 77.
    #[track_caller]
    fn check(url: &str, secret: &str, expected: &str) {
        let template = SecretTemplate::parse(url);
        let url = template.resolve(&mut |_| Some(secret.to_owned())).unwrap();
        let Err(AddressError::Astray(mut mismatch)) =
            AddressedRequest::to_chat(HttpRequest::get(url, Duration::ZERO), "77")
        else {
            panic!("the request is not refused")
        };
        hide_secret(&mut mismatch, &template);
        assert_eq!(mismatch.to_string(), expected);
    }

    #[test]
    fn a_chat_id_from_a_secret_is_rejected_but_not_shown() {
        let path = "https://h.example/bot1:a/sendMessage";
        let hidden = "the query has the chat_id (hidden: it comes from a secret), which is not the chat 77";
        check(&format!("{path}?a=1${{S}}"), "&chat_id=999", hidden);
        check(&format!("{path}?chat_id=${{S}}"), "999", hidden);
        check(
            &format!("{path}?${{S}}=999"),
            "chat%5Fid",
            "the query has the chat_id 999, which is not the chat 77",
        );
        let inline = "the query has `inline_message_id`: the message with this id is changed, wherever it is";
        check(&format!("{path}?chat_id=77${{S}}"), "&inline_message_id=AA", inline);
    }
}
