//! Preview and Test: the very request of the preview, to a test chat, and the answer in words.

use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::bot::resolve_help;
use super::job::Job;
use super::session::{ANSWER_CHARS, ResolveError, Session};
use super::trust::{NotPermitted, Permit};
use crate::botapi::{AddressError, Addressed, Client, HttpAnswer, HttpRequest, SendError};
use crate::campaign::find_token;
use crate::compose::{AuthDraft, Composed, Filled, HttpDraft};
use crate::diagnostic::{Code, Diagnostic};
use crate::secrets::{Redactor, Secret};
use crate::telegram::{self, Answer, ApiError, Astray, Fault, Whereabouts};
use crate::text::{shorten, visible};
use crate::workspace;
use base64::Engine;

#[derive(Debug, Clone, PartialEq)]
pub struct TestSend {
    /// What is sent; its `test_chat` says where, and none sends it as it is.
    pub job: Job,
}

/// What became of a test. Each claims no more than what is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The server says that it took it.
    Sent,
    /// The server refused it; nothing arrived.
    Refused,
    /// It was not tried: there is no such request, or it may have reached somebody else.
    Withheld,
    /// It was tried, and cannot have reached the server.
    Unreachable,
    /// It may have arrived: no answer came, or one that does not say.
    Unknown,
}

#[derive(Debug, Clone, PartialEq)]
pub struct TestAnswer {
    pub composed: Arc<Composed>,
    pub outcome: Outcome,
    pub status: Option<u16>,
    pub error_code: Option<u16>,
    /// What happened, in words: Telegram's own where it refused.
    pub description: String,
    pub help: Option<String>,
    /// The message's id, where it arrived at a Bot API.
    pub message_id: Option<i64>,
    pub elapsed: Duration,
    /// The chat it was for; none where it went as it is.
    pub chat: Option<String>,
    /// Where in the body the refusal comes from.
    pub problem: Option<Diagnostic>,
    pub is_interrupted: bool,
}

const MAY_HAVE_ARRIVED: &str = "it may have arrived: look into the chat before you send it again";

impl TestAnswer {
    fn new(composed: Composed, chat: Option<String>, outcome: Outcome, description: String) -> Self {
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
        self.outcome == Outcome::Sent
    }

    /// Whether a request was on its way, or tried to be: what the history keeps.
    pub fn was_tried(&self) -> bool {
        self.outcome != Outcome::Withheld
    }
}

#[derive(Debug, Default)]
struct Withheld {
    words: String,
    help: Option<String>,
    problem: Option<Diagnostic>,
    is_interrupted: bool,
}

impl Withheld {
    fn new(words: impl Into<String>) -> Self {
        Self { words: words.into(), ..Self::default() }
    }

    fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }
}

/// Sends a test and waits for the answer, or until it is `interrupted`. What Telegram would refuse is sent all the
/// same: the refusal is what one wants to see. What may reach another chat than the test chat is not.
pub async fn send_test(
    session: &Session,
    test: &TestSend,
    now: Timestamp,
    interrupted: impl Future<Output = ()>,
) -> TestAnswer {
    let mut interrupted = pin!(interrupted);
    let composed = test.job.compose(now);
    let chat = test.job.test_chat.clone();
    let made = tokio::select! {
        biased;
        () = &mut interrupted => Err(Withheld { is_interrupted: true, ..Withheld::new("interrupted before it was sent") }),
        made = address(session, test, &composed) => made,
    };
    let (client, request) = match made {
        Ok(made) => made,
        Err(withheld) => {
            return TestAnswer {
                help: withheld.help,
                problem: withheld.problem,
                is_interrupted: withheld.is_interrupted,
                ..TestAnswer::new(composed, chat, Outcome::Withheld, session.redact(&withheld.words))
            };
        }
    };
    let started = Instant::now();
    let sent = tokio::select! {
        biased;
        () = &mut interrupted => None,
        sent = client.deliver(request) => Some(sent),
    };
    let failed = |composed, outcome, words: &str| TestAnswer {
        help: (outcome == Outcome::Unknown).then(|| MAY_HAVE_ARRIVED.to_owned()),
        elapsed: started.elapsed(),
        ..TestAnswer::new(composed, chat.clone(), outcome, session.redact(words))
    };
    match sent {
        Some(Ok(answer)) => decoded(session, composed, chat, &answer),
        Some(Err(error)) => failed(composed, outcome_of(&error), &error.to_string()),
        None => TestAnswer {
            is_interrupted: true,
            ..failed(composed, Outcome::Unknown, "interrupted while it was being sent")
        },
    }
}

/// Makes the request, secrets filled in, and makes sure whom it reaches.
async fn address<'s>(
    session: &'s Session,
    test: &TestSend,
    composed: &Composed,
) -> Result<(&'s Client, Addressed), Withheld> {
    if test.job.lacks_body() {
        let withheld = Withheld::new("nothing to send: the body's file cannot be used");
        return Err(withheld.help("telecast check says what is wrong with it"));
    }
    let Some(draft) = &composed.http else { return Err(nothing_to_send(test, composed)) };
    let chat = test.job.test_chat.as_deref();
    if let Some(unset) = composed.chat_unset.filter(|_| chat.is_some()) {
        let words = format!("no test chat can be set, so it may reach a real recipient: {unset}");
        return Err(Withheld::new(words).help(AS_IT_IS));
    }
    // A draft is made of the webhook, so there is one.
    let Some(in_use) = test.job.webhook_in_use() else { return Err(nothing_to_send(test, composed)) };
    let permit = session.permit(&in_use).await.map_err(|error| not_permitted(session, &error))?;
    let request = fill_in(session, &permit, draft).await;
    let request = request.map_err(|error| Withheld::new(resolve_help(&error)))?;
    let addressed = match chat {
        Some(chat) => {
            Addressed::to_chat(request, chat).map_err(|error| misaddressed(composed, draft, error))?
        }
        None => Addressed::as_it_is(request),
    };
    let client = session.client().map_err(|error| Withheld::new(session.redact(&error.to_string())))?;
    Ok((client, addressed))
}

fn not_permitted(session: &Session, error: &NotPermitted) -> Withheld {
    let withheld = Withheld::new(session.redact(&error.to_string()));
    match error {
        NotPermitted::Untrusted(_) => {
            withheld.help("look at it and trust it: telecast trust, or c on the webhook")
        }
        NotPermitted::Invalid(_) => withheld.help("correct the webhook first"),
        NotPermitted::State(_) | NotPermitted::Variable(_) | NotPermitted::Sandbox(_) => withheld,
    }
}

/// The way out where no check can tell whom a message reaches.
const AS_IT_IS: &str =
    "if it may go to whomever it names, send it as it is: --as-is, or a in the console's dialog";

fn nothing_to_send(test: &TestSend, composed: &Composed) -> Withheld {
    let first = composed.diagnostics.iter().find(|problem| problem.is_error());
    match (test.job.webhook(), first) {
        (None, _) => {
            Withheld::new("the campaign has no webhook to go through").help("choose one in its settings (F4)")
        }
        (_, Some(problem)) => {
            Withheld::new(format!("nothing to send: {}", problem.message)).help("mend the body first")
        }
        (_, None) => {
            Withheld::new("nothing to send: the body aborts for this profile").help("choose another profile")
        }
    }
}

fn misaddressed(composed: &Composed, draft: &HttpDraft, error: AddressError) -> Withheld {
    let mut astray = match error {
        AddressError::Astray(astray) => astray,
        AddressError::Malformed(error) => return Withheld::new(error.to_string()),
    };
    hide_secret(&mut astray, &draft.url);
    let words = format!("it would not reach the test chat alone: {astray}");
    let span = astray.span().and_then(|span| composed.origin(span));
    let problem = span.map(|span| Diagnostic::error(Code::OtherChat, span, astray.to_string()));
    let help = match &astray {
        Astray::NotBotApi => AS_IT_IS,
        Astray::Header { .. } => "take the header out of the webhook",
        Astray::Multipart => "use a JSON body",
        Astray::NoChat => "set the webhook's header `Content-Type: application/json`",
        Astray::OtherChat { at: Whereabouts::Query, .. }
        | Astray::OtherDestination { at: Whereabouts::Query, .. } => {
            "take it out of the webhook's url or params, or out of the value that brings it"
        }
        Astray::OtherChat { .. } | Astray::OtherDestination { .. } => {
            "take it out of the body; in a value, `| json_escape` keeps quotes from ending the string"
        }
    };
    Withheld { problem, ..Withheld::new(words).help(help) }
}

/// Hides a value that comes out of a secret: a body holds none, and what a query has and nobody typed is one.
fn hide_secret(astray: &mut Astray, url: &Filled) {
    let is_in_body = astray.span().is_some();
    let Some(value) = astray.value_mut().filter(|_| !is_in_body) else { return };
    let shown = value.trim_end_matches('…');
    let is_typed = shown == "\"\"" || url.query().iter().any(|(_, text)| visible(text).contains(shown));
    if !is_typed {
        "(hidden, it comes out of a secret)".clone_into(value);
    }
}

fn outcome_of(error: &SendError) -> Outcome {
    match error {
        SendError::Url { .. } | SendError::Method { .. } | SendError::Header { .. } => Outcome::Withheld,
        error if error.certainly_not_delivered() => Outcome::Unreachable,
        _ => Outcome::Unknown,
    }
}

/// What a status says by itself: a server that fails may have done the work before it did.
fn outcome_of_status(status: u16) -> Outcome {
    match status {
        200..300 => Outcome::Sent,
        // A form that took a POST often answers with a redirect; 408 is of a request that came late, or did not.
        400..=407 | 409..=499 => Outcome::Refused,
        _ => Outcome::Unknown,
    }
}

fn decoded(session: &Session, composed: Composed, chat: Option<String>, answer: &HttpAnswer) -> TestAnswer {
    let is_bot_api = composed.method.is_some();
    let by_status = outcome_of_status(answer.status);
    let mut result = TestAnswer::new(composed, chat, by_status, String::new());
    result.status = Some(answer.status);
    result.elapsed = answer.elapsed;
    if is_bot_api {
        decode_bot_api(session, &mut result, answer);
    } else {
        let words = format!("{} {}", answer.status, visible(&session.redact(&answer.reason)));
        result.description = shorten(&words, ANSWER_CHARS).into_owned();
    }
    if result.outcome == Outcome::Unknown {
        result.help = Some(MAY_HAVE_ARRIVED.to_owned());
    }
    result
}

fn decode_bot_api(session: &Session, result: &mut TestAnswer, answer: &HttpAnswer) {
    let status = answer.status;
    match Answer::decode(status, &answer.body) {
        Answer::Ok(value) if result.outcome == Outcome::Sent => {
            result.message_id = value["message_id"].as_i64();
            result.description = "delivered".into();
        }
        Answer::Ok(_) => {
            result.outcome = Outcome::Unknown;
            result.description = format!("HTTP {status}, with an answer that says ok");
        }
        Answer::Error(error) => {
            let is_clear = (400..500).contains(&error.error_code) && status < 500;
            result.outcome = if is_clear { Outcome::Refused } else { Outcome::Unknown };
            result.error_code = Some(error.error_code);
            // A server may repeat in its words what the request held. Cut only when no secret is left in them: half of
            // one would not be found.
            let words = visible(&session.redact(&error.description)).into_owned();
            let error = ApiError { description: shorten(&words, ANSWER_CHARS).into_owned(), ..error };
            let advice = telegram::what_to_do(&error);
            let general = format!("{}: {}", advice.meaning, advice.action);
            result.help = Some(own_words(&result.composed, advice.fault).unwrap_or(general));
            result.problem = result.composed.place_of_refusal(&error);
            result.description = error.description;
        }
        Answer::NotBotApi { status, excerpt } => {
            if result.outcome == Outcome::Sent {
                result.outcome = Outcome::Unknown;
            }
            let excerpt = session.redact_cut(&excerpt);
            let what = if excerpt.is_empty() { "an empty answer".to_owned() } else { format!("`{excerpt}`") };
            result.description = format!("HTTP {status}, and no Bot API's answer: {what}");
            result.help = Some("is the webhook's URL a Bot API's?".into());
        }
    }
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
async fn fill_in(session: &Session, permit: &Permit, draft: &HttpDraft) -> Result<HttpRequest, ResolveError> {
    let resolve = async |text: &Filled| session.resolve(permit, text).await;
    let mut headers = Vec::with_capacity(draft.headers.len() + 1);
    for (name, value) in &draft.headers {
        headers.push((name.clone(), resolve(value).await?));
    }
    match &draft.auth {
        Some(AuthDraft::Basic { username, password }) => {
            let (username, value) = (resolve(username).await?, resolve(password).await?);
            remember(session, password, &value);
            let pair = format!("{username}:{value}");
            // A short password would be found in it no more, and one that the file holds has no name.
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
    permit.admits(&url)?;
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

/// Masks a value of the request from now on: also one that the webhook's file holds, which has no name.
fn remember(session: &Session, written: &Filled, value: &str) {
    session.remember(written.secret_names().next().unwrap_or_default(), &Secret::new(value));
}

/// Returns what the history keeps of a test: the request with secrets by name, and the answer.
pub fn history_entry(test: &TestSend, answer: &TestAnswer, sent: Timestamp) -> workspace::TestSend {
    let http = answer.composed.http.as_ref();
    let redactor = Redactor::default();
    let webhook =
        test.job.campaign().and_then(|campaign| campaign.value.as_ref()).map(|value| value.webhook.clone());
    workspace::TestSend {
        sent,
        campaign: test.job.stem.clone(),
        webhook: webhook.unwrap_or_default(),
        profile: test.job.profile.as_ref().map(|profile| profile.identity.clone()),
        chat: answer.chat.clone(),
        method: http.map_or_else(String::new, |http| http.method.as_str().to_owned()),
        url: http.map_or_else(String::new, |http| redactor.redact(&http.url.shown()).into_owned()),
        headers: http.map_or_else(Vec::new, |http| {
            let headers = http.shown_headers();
            headers.map(|(name, value)| (name.to_owned(), redactor.redact(&value).into_owned())).collect()
        }),
        body: http.map_or_else(String::new, |http| http.body.clone()),
        ok: answer.is_sent(),
        may_have_arrived: answer.outcome == Outcome::Unknown,
        status: answer.status,
        message_id: answer.message_id,
        description: Some(answer.description.clone()),
        ms: u64::try_from(answer.elapsed.as_millis()).unwrap_or(u64::MAX),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said of an address whose secret `S` is this; the test chat is 77.
    #[track_caller]
    fn check(url: &str, secret: &str, expected: &str) {
        let written = Filled::of_typed(url);
        let url = written.resolve(&mut |_| Some(secret.to_owned())).unwrap();
        let Err(AddressError::Astray(mut astray)) =
            Addressed::to_chat(HttpRequest::get(url, Duration::ZERO), "77")
        else {
            panic!("it leads astray")
        };
        hide_secret(&mut astray, &written);
        assert_eq!(astray.to_string(), expected);
    }

    #[test]
    fn a_chat_out_of_a_secret_is_found_and_not_shown() {
        let path = "https://h.example/bot1:a/sendMessage";
        let hidden = "the query has the chat_id (hidden, it comes out of a secret), which is not the chat 77";
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
