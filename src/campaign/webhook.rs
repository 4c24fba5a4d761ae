//! A webhook: the URL that a rendered body is sent to, with the method, headers, parameters, and authentication.

mod read;
mod values;
mod write;

pub(crate) use values::{check_rate, check_retries, parse_timeout};

use std::time::Duration;

use serde_json::json;

use super::{SANDBOX, placeholder};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum HttpMethod {
    #[default]
    Post,
    Get,
    Put,
    Delete,
}

impl HttpMethod {
    /// All methods, the default first.
    pub const ALL: [HttpMethod; 4] = [HttpMethod::Post, HttpMethod::Get, HttpMethod::Put, HttpMethod::Delete];

    pub fn as_str(self) -> &'static str {
        match self {
            HttpMethod::Post => "POST",
            HttpMethod::Get => "GET",
            HttpMethod::Put => "PUT",
            HttpMethod::Delete => "DELETE",
        }
    }

    /// Parses a method name case-insensitively.
    pub fn from_name(name: &str) -> Option<HttpMethod> {
        HttpMethod::ALL.into_iter().find(|method| method.as_str().eq_ignore_ascii_case(name))
    }
}

/// How a request authenticates. Passwords and tokens should be `${NAME}` placeholders; a value without a placeholder
/// gets a warning.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Auth {
    Basic { username: String, password: String },
    Bearer { token: String },
}

/// A webhook as defined in its file, with Liquid and `${NAME}` as typed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Webhook {
    pub name: String,
    pub method: HttpMethod,
    pub url: String,
    pub headers: Vec<(String, String)>,
    /// Query parameters in order, appended to those in `url`.
    pub params: Vec<(String, String)>,
    pub auth: Option<Auth>,
    /// The time limit for one request; `None` means the default of five seconds.
    pub timeout: Option<Duration>,
    /// The number of retries of a failed request. This version only stores it: a request is sent once.
    pub retries: Option<u32>,
    /// The maximum number of messages per second. This version only stores it.
    pub rate: Option<f64>,
    /// The keys `updates` and `[capture]` of the file, if present, each with its value as written. They define how a
    /// bot's updates are handled. This version reports both keys as unknown, but includes them in what the user trusts.
    pub unsupported: Vec<(&'static str, String)>,
}

impl Webhook {
    /// Returns the webhook of a bot on the Bot API server at `server`, such as `https://api.telegram.org`. The bot's
    /// token is the secret `BOT_TOKEN`.
    pub fn of_server(server: &str) -> Self {
        Self {
            name: "Telegram bot".to_owned(),
            url: format!("{server}/bot${{BOT_TOKEN}}/sendMessage"),
            headers: vec![("Content-Type".to_owned(), "application/json".to_owned())],
            ..Self::default()
        }
    }

    /// Returns the parts of the webhook that the user trusts: the destination and everything that is sent to it. The
    /// caller compares the result with the parts that were trusted before.
    pub fn trusted_content(&self) -> serde_json::Value {
        let auth = match &self.auth {
            None => serde_json::Value::Null,
            Some(Auth::Basic { username, password }) => {
                json!({ "kind": "basic", "username": username, "password": password })
            }
            Some(Auth::Bearer { token }) => json!({ "kind": "bearer", "token": token }),
        };
        // Name, timeout, retries, and rate are left out, because they change neither the request nor its destination.
        // After editing one of them, the user need not trust the webhook again. The form of the existing keys below
        // must not change, because the result is stored with the user's decision. With another form, no webhook would
        // match its stored result, and the user would have to trust all webhooks again.
        let mut content = json!({
            "method": self.method.as_str(),
            "url": self.url,
            "params": self.params,
            "headers": self.headers,
            "auth": auth,
        });
        for (key, text) in &self.unsupported {
            content[*key] = text.as_str().into();
        }
        content
    }

    /// Returns the names of the secrets that the webhook uses, each once, in the order URL, parameters, headers, and
    /// authentication. [`SANDBOX`] is not a secret.
    pub fn secret_names(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for found in self.templates().flat_map(placeholder::find_placeholders) {
            // The names are in a list, not in a set, because the user sees them in this order when asked to trust the
            // webhook.
            if found.name != SANDBOX && !names.contains(&found.name) {
                names.push(found.name);
            }
        }
        names
    }

    fn templates(&self) -> impl Iterator<Item = &str> {
        let auth: Vec<&str> = match &self.auth {
            None => Vec::new(),
            Some(Auth::Basic { username, password }) => vec![username, password],
            Some(Auth::Bearer { token }) => vec![token],
        };
        // Only values can have placeholders: the names of parameters and headers are sent as typed.
        let pairs = self.params.iter().chain(&self.headers).map(|(_, value)| value.as_str());
        std::iter::once(self.url.as_str()).chain(pairs).chain(auth)
    }
}
