//! Bot API methods that set-up and capture need, read leniently: other servers leave fields out or answer in HTML.

use std::fmt;
use std::time::Duration;

use serde_json::{Value, json};

use crate::{campaign, telegram, text};

use super::{Client, HttpAnswer, HttpRequest, SendError};

/// The time for a call that is not a long poll.
const TIMEOUT: Duration = Duration::from_secs(10);

/// A bot at a server; `Debug` does not show the token.
#[derive(Clone, PartialEq, Eq)]
pub struct Bot {
    /// All before a method's name, `/` included.
    prefix: String,
    token: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BotUser {
    /// The bot's id, the token's first part.
    pub id: i64,
    pub first_name: String,
    /// Its @name, without the @.
    pub username: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WebhookInfo {
    /// Where updates are sent; empty where no webhook is set, and getUpdates works.
    pub url: String,
    pub pending_update_count: i64,
    pub last_error_message: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    #[error(transparent)]
    Send(#[from] SendError),
    #[error("{method}: {code} {description}")]
    Refused {
        method: &'static str,
        /// The Bot API's `error_code`, or the HTTP status.
        code: u16,
        fault: telegram::Fault,
        description: String,
        /// How many seconds to wait before the next try.
        retry_after: Option<u64>,
    },
    #[error("{method}: the server answered {status} with {what}: is this the address of a Bot API?")]
    NotBotApi {
        method: &'static str,
        status: u16,
        /// What the body is instead.
        what: String,
    },
    #[error("{method}: the server's answer has no {field}")]
    Missing { method: &'static str, field: &'static str },
}

impl Bot {
    /// Names the bot that a webhook's URL speaks for, secrets filled in; `None` where it is no Bot API's.
    pub fn of_url(url: &str) -> Option<Self> {
        let parts = campaign::bot_api(url)?;
        Some(Self {
            prefix: url.get(..parts.method.start)?.to_owned(),
            token: parts.token.of(url).to_owned(),
        })
    }

    /// Returns the bot's id where the token begins with one: the key of locks and histories.
    pub fn id(&self) -> Option<i64> {
        self.token.split(':').next()?.parse().ok()
    }

    pub async fn get_me(&self, client: &Client) -> Result<BotUser, CallError> {
        const METHOD: &str = "getMe";
        let result = self.call(client, METHOD, json!({}), TIMEOUT).await?;
        Ok(BotUser {
            id: result["id"].as_i64().ok_or(CallError::Missing { method: METHOD, field: "id" })?,
            first_name: result["first_name"].as_str().unwrap_or_default().to_owned(),
            username: result["username"].as_str().map(str::to_owned),
        })
    }

    /// Reads waiting updates as the server wrote them; waits up to `wait` where there are none.
    ///
    /// An `offset` confirms all updates before it. `allowed_updates` stays set at the server; `None` leaves it as it is.
    pub async fn get_updates(
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
        match self.call(client, "getUpdates", parameters, wait + TIMEOUT).await? {
            Value::Array(updates) => Ok(updates),
            _ => Err(CallError::Missing { method: "getUpdates", field: "list of updates" }),
        }
    }

    /// Asks whether updates go to a webhook, so that getUpdates would be refused.
    pub async fn get_webhook_info(&self, client: &Client) -> Result<WebhookInfo, CallError> {
        let result = self.call(client, "getWebhookInfo", json!({}), TIMEOUT).await?;
        Ok(WebhookInfo {
            url: result["url"].as_str().unwrap_or_default().to_owned(),
            pending_update_count: result["pending_update_count"].as_i64().unwrap_or_default(),
            last_error_message: result["last_error_message"].as_str().map(str::to_owned),
        })
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

    fn result(&self, method: &'static str, answer: &HttpAnswer) -> Result<Value, CallError> {
        let refused = |error: telegram::ApiError| CallError::Refused {
            method,
            code: error.error_code,
            fault: telegram::what_to_do(&error).fault,
            description: self.shown(&error.description),
            retry_after: match error.parameters {
                Some(telegram::ErrorParameters::RetryAfter(seconds)) => Some(seconds),
                Some(telegram::ErrorParameters::MigrateToChatId(_)) | None => None,
            },
        };
        match telegram::Answer::decode(answer.status, &answer.body) {
            telegram::Answer::Ok(result) => Ok(result),
            telegram::Answer::Error(error) => Err(refused(error)),
            telegram::Answer::NotBotApi { status, .. } => Err(match message(&answer.body) {
                Some(words) => refused(telegram::ApiError::plain(status, &words)),
                None => CallError::NotBotApi { method, status, what: what_it_is(answer) },
            }),
        }
    }

    /// A server that echoes the address must not bring the token onto the screen.
    fn shown(&self, words: &str) -> String {
        match self.token.as_str() {
            "" => text::visible(words).into_owned(),
            token => text::visible(&words.replace(token, "<token>")).into_owned(),
        }
    }
}

impl fmt::Debug for Bot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bot").field("id", &self.id()).finish_non_exhaustive()
    }
}

/// Returns the words of an error as other servers than Telegram's have it: `{"message": …}`.
fn message(body: &[u8]) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok()?;
    body.get("message")?.as_str().map(str::to_owned)
}

fn what_it_is(answer: &HttpAnswer) -> String {
    let start = answer.body.trim_ascii_start();
    if let Some(host) = answer.header("location") {
        return format!("a redirect to {host}");
    }
    let is_html = answer.header("content-type").is_some_and(|kind| kind.contains("html"));
    if start.is_empty() {
        "nothing".into()
    } else if is_html || start.starts_with(b"<") {
        "a web page (HTML)".into()
    } else if serde_json::from_slice::<Value>(start).is_ok() {
        "JSON of another kind".into()
    } else if start.starts_with(b"{") || start.starts_with(b"[") {
        "JSON that breaks off or is damaged".into()
    } else {
        "something that is not JSON".into()
    }
}
