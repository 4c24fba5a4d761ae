//! Calls the Bot API methods that show the state of a bot and read its updates. Answers are read leniently, because
//! servers other than Telegram's may omit fields or answer in HTML.

use std::fmt;
use std::time::Duration;

use serde_json::{Value, json};

use crate::{campaign, telegram, text};

use super::{Client, HttpRequest, HttpResponse, SendError};

/// The timeout of a call that is not a long poll.
const TIMEOUT: Duration = Duration::from_secs(10);

/// A bot on a Bot API server. `Debug` does not show the token.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Bot {
    /// The URL up to the method's name, including the last `/`.
    prefix: String,
    token: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BotUser {
    /// The number before the token's colon.
    pub id: i64,
    pub first_name: String,
    /// Without the `@`.
    pub username: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct WebhookInfo {
    /// The address to which the server sends updates. If it is empty, no webhook is set and getUpdates works.
    pub url: String,
    pub pending_update_count: i64,
    pub last_error_message: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CallError {
    #[error(transparent)]
    Send(#[from] SendError),
    #[error("{method}: {code} {description}")]
    Refused {
        method: &'static str,
        /// The Bot API's `error_code`, or the HTTP status if the answer has none.
        code: u16,
        fault: telegram::ApiErrorKind,
        description: String,
        /// The seconds to wait before the next attempt.
        retry_after: Option<u64>,
    },
    #[error("{method}: the server answered {status} with {what}: is this the address of a Bot API?")]
    NotBotApi {
        method: &'static str,
        status: u16,
        /// A description of the body, for example "a web page (HTML)".
        what: String,
    },
    #[error("{method}: the server's answer has no {field}")]
    Missing { method: &'static str, field: &'static str },
}

impl Bot {
    /// Returns the bot that a webhook's URL calls, or `None` if the URL does not call a Bot API method. The secrets in
    /// the URL must be filled in already.
    pub(crate) fn of_url(url: &str) -> Option<Self> {
        let parts = campaign::parse_bot_api_url(url)?;
        Some(Self {
            prefix: url.get(..parts.method.start)?.to_owned(),
            token: parts.token.of(url).to_owned(),
        })
    }

    /// Returns the bot's id: the token up to its first colon. Returns `None` if that part is not a number.
    pub(crate) fn id(&self) -> Option<i64> {
        self.token.split(':').next()?.parse().ok()
    }

    pub(crate) async fn get_me(&self, client: &Client) -> Result<BotUser, CallError> {
        const METHOD: &str = "getMe";
        let result = self.call(client, METHOD, json!({}), TIMEOUT).await?;
        Ok(BotUser {
            id: result["id"].as_i64().ok_or(CallError::Missing { method: METHOD, field: "id" })?,
            first_name: result["first_name"].as_str().unwrap_or_default().to_owned(),
            username: result["username"].as_str().map(str::to_owned),
        })
    }

    /// Returns the waiting updates as JSON. If there are none, waits for the first one, but at most for `wait`.
    ///
    /// A positive `offset` confirms all updates with a lower id. `allowed_updates` lists the types of updates to
    /// return. The server remembers this list for later calls. With `None`, the server uses the list of an earlier
    /// call, or its default list.
    pub(crate) async fn get_updates(
        &self,
        client: &Client,
        offset: Option<i64>,
        wait: Duration,
        allowed_updates: Option<&[&str]>,
    ) -> Result<Vec<Value>, CallError> {
        let mut parameters = json!({"timeout": wait.as_secs()});
        if let Some(offset) = offset {
            parameters["offset"] = offset.into();
        }
        if let Some(allowed) = allowed_updates {
            parameters["allowed_updates"] = allowed.into();
        }
        // The client's timeout must be longer than `wait`, the time that the server waits for an update. With a shorter
        // timeout, a call during which no update arrives would end with a timeout error.
        match self.call(client, "getUpdates", parameters, wait + TIMEOUT).await? {
            Value::Array(updates) => Ok(updates),
            _ => Err(CallError::Missing { method: "getUpdates", field: "list of updates" }),
        }
    }

    /// Returns the bot's webhook. While one is set, the server refuses getUpdates.
    pub(crate) async fn get_webhook_info(&self, client: &Client) -> Result<WebhookInfo, CallError> {
        let result = self.call(client, "getWebhookInfo", json!({}), TIMEOUT).await?;
        Ok(WebhookInfo {
            url: result["url"].as_str().unwrap_or_default().to_owned(),
            pending_update_count: result["pending_update_count"].as_i64().unwrap_or_default(),
            last_error_message: result["last_error_message"].as_str().map(str::to_owned),
        })
    }

    /// Adds an update to the bot's waiting updates, as if a user had acted. Only telecast's sandbox can do this.
    pub(crate) async fn queue_update(&self, client: &Client, update: &Value) -> Result<(), CallError> {
        const METHOD: &str = "sandbox/updates";
        // The prefix ends with the token, or with `/test` after it for Telegram's test environment.
        let bot = format!("/bot{}", self.token);
        let server = self.prefix.rsplit_once(bot.as_str()).map_or("", |(server, _)| server);
        let request = HttpRequest {
            method: "POST".into(),
            // A token consists of digits, a colon, and characters that need no encoding.
            url: format!("{server}/{METHOD}?token={}", self.token),
            headers: vec![("content-type".into(), "application/json".into())],
            body: update.to_string().into_bytes(),
            timeout: TIMEOUT,
        };
        let answer = client.send(request).await?;
        match serde_json::from_slice::<Value>(&answer.body) {
            Ok(result) if result["ok"] == json!(true) => Ok(()),
            _ => self.result(METHOD, &answer).map(drop),
        }
    }

    async fn call(
        &self,
        client: &Client,
        method: &'static str,
        parameters: Value,
        timeout: Duration,
    ) -> Result<Value, CallError> {
        let request = HttpRequest {
            method: "POST".into(),
            url: format!("{}{method}", self.prefix),
            headers: vec![("content-type".into(), "application/json".into())],
            body: parameters.to_string().into_bytes(),
            timeout,
        };
        let answer = client.send(request).await?;
        self.result(method, &answer)
    }

    fn result(&self, method: &'static str, answer: &HttpResponse) -> Result<Value, CallError> {
        let refused = |error: telegram::ApiError| CallError::Refused {
            method,
            code: error.error_code,
            fault: telegram::advice_for(&error).fault,
            description: self.redact(&error.description),
            retry_after: match error.parameters {
                Some(telegram::ErrorParameters::RetryAfter(seconds)) => Some(seconds),
                Some(telegram::ErrorParameters::MigrateToChatId(_)) | None => None,
            },
        };
        match telegram::ApiResponse::decode(answer.status, &answer.body) {
            telegram::ApiResponse::Ok(result) => Ok(result),
            telegram::ApiResponse::Error(error) => Err(refused(error)),
            telegram::ApiResponse::NotBotApi { status, .. } => Err(match message(&answer.body) {
                // Some servers report errors as `{"message": …}`. The user is shown this message, because it says more
                // than the error `NotBotApi`.
                Some(message) => refused(telegram::ApiError::plain(status, &message)),
                None => CallError::NotBotApi { method, status, what: describe_body(answer) },
            }),
        }
    }

    // Masks the token in an error message. A server may repeat the URL in its message, and the token in the URL must
    // not reach the screen or a log.
    fn redact(&self, message: &str) -> String {
        match self.token.as_str() {
            "" => text::visible(message).into_owned(),
            token => text::visible(&message.replace(token, "<token>")).into_owned(),
        }
    }
}

impl fmt::Debug for Bot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bot").field("id", &self.id()).finish_non_exhaustive()
    }
}

/// Returns the message of an error body of the form `{"message": …}`.
fn message(body: &[u8]) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok()?;
    body.get("message")?.as_str().map(str::to_owned)
}

fn describe_body(answer: &HttpResponse) -> String {
    let start = answer.body.trim_ascii_start();
    if let Some(host) = answer.header("location") {
        return format!("a redirect to {host}");
    }
    let is_html = answer.header("content-type").is_some_and(|kind| kind.contains("html"));
    if start.is_empty() {
        "an empty body".into()
    } else if is_html || start.starts_with(b"<") {
        "a web page (HTML)".into()
    } else if serde_json::from_slice::<Value>(start).is_ok() {
        "other JSON".into()
    } else if start.starts_with(b"{") || start.starts_with(b"[") {
        "incomplete or damaged JSON".into()
    } else {
        "something that is not JSON".into()
    }
}
