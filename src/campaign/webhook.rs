//! A webhook: where a rendered body goes and how.

mod read;
mod write;

use std::time::Duration;

use serde_json::json;

use super::{SANDBOX, placeholder};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Method {
    #[default]
    Post,
    Get,
    Put,
    Delete,
}

impl Method {
    /// All methods, the default first.
    pub const ALL: [Method; 4] = [Method::Post, Method::Get, Method::Put, Method::Delete];

    pub fn as_str(self) -> &'static str {
        match self {
            Method::Post => "POST",
            Method::Get => "GET",
            Method::Put => "PUT",
            Method::Delete => "DELETE",
        }
    }

    /// Reads a method's name in any case.
    pub fn from_name(name: &str) -> Option<Method> {
        Method::ALL.into_iter().find(|method| method.as_str().eq_ignore_ascii_case(name))
    }
}

/// How a webhook says who is calling; the values hold `${NAME}`s, never a secret itself.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Auth {
    Basic { username: String, password: String },
    Bearer { token: String },
}

/// A webhook as its file defines it: Liquid and `${NAME}`s as typed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Webhook {
    pub name: String,
    pub method: Method,
    pub url: String,
    pub headers: Vec<(String, String)>,
    /// Query parameters in order, added to those in `url`.
    pub params: Vec<(String, String)>,
    pub auth: Option<Auth>,
    /// How long a request may take; `None` means the default.
    pub timeout: Option<Duration>,
    /// How often a failed request is tried again; `None` means the default.
    pub retries: Option<u32>,
    /// Messages a second; `None` means the default for the host.
    pub rate: Option<f64>,
    /// `updates` and `[capture]` as written: what a bot's updates lead to. This version does not act on them, and says so
    /// where they stand; they are a part of what is trusted all the same.
    pub unread: Vec<(&'static str, String)>,
}

impl Webhook {
    /// Returns what this sends where, as data: what is compared with what was trusted.
    ///
    /// Name, timeout, retries and rate are left out: they change neither what is sent nor where to.
    pub fn trusted_content(&self) -> serde_json::Value {
        let auth = match &self.auth {
            None => serde_json::Value::Null,
            Some(Auth::Basic { username, password }) => {
                json!({ "kind": "basic", "username": username, "password": password })
            }
            Some(Auth::Bearer { token }) => json!({ "kind": "bearer", "token": token }),
        };
        let mut content = json!({
            "method": self.method.as_str(),
            "url": self.url,
            "params": self.params,
            "headers": self.headers,
            "auth": auth,
        });
        for (key, text) in &self.unread {
            content[*key] = text.as_str().into();
        }
        content
    }

    /// Returns the names of the secrets it refers to, each once, in order; [`SANDBOX`] is none.
    pub fn secret_names(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for found in self.templates().flat_map(placeholder::placeholders) {
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
        let pairs = self.params.iter().chain(&self.headers).map(|(_, value)| value.as_str());
        std::iter::once(self.url.as_str()).chain(pairs).chain(auth)
    }
}
