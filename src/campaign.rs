//! Webhooks, campaigns, and the workspace's settings. All of them are parsed from TOML and written as TOML. This module
//! does no I/O and knows no file paths.
//!
//! ```text
//! TOML text ──parse──▶ (definition, problems)        definition ──to_toml──▶ a new file
//!                      old text + definition ──update──▶ old text, changed only where the definition changed
//! ```

mod address;

mod definition;

mod duration;

mod manifest;

mod placeholder;

mod route;

mod webhook;

mod recipients;

#[cfg(test)]
mod tests;

pub use address::{BotApiUrl, parse_bot_api_url};
pub(crate) use address::{bot_api_method, find_password, find_token, is_bot_api_url, is_token};
pub use definition::Campaign;
pub use definition::ContentFormat;
pub(crate) use duration::{format_duration, parse_duration};
pub use manifest::Defaults;
pub use manifest::Manifest;
pub(crate) use placeholder::{MissingSecrets, SANDBOX, find_placeholders, is_secret_name};
pub(crate) use recipients::{Audience, Recipients};
pub(crate) use route::{Destination, Host, Route, RouteMismatch, Violation, WebhookPart};
pub use webhook::Auth;
pub use webhook::HttpMethod;
pub use webhook::Webhook;
pub(crate) use webhook::{check_rate, check_retries, parse_timeout};
