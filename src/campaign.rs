//! Webhook, campaign and workspace definitions as types; parsed from and printed to TOML. No paths, no I/O.
//!
//! ```text
//! TOML text ──parse──▶ (definition, problems)        definition ──to_toml──▶ a new file
//!                      old text + definition ──update──▶ text that differs only where the definition does
//! ```

mod address;

mod definition;

mod duration;

mod manifest;

mod placeholder;

mod route;

mod webhook;

mod who;

#[cfg(test)]
mod tests;

pub use address::{BotApi, bot_api, find_password, find_token, is_bot_api_url, method_of};
pub use definition::{Campaign, ContentFormat};
pub use duration::{format_duration, parse_duration};
pub use manifest::{Defaults, Manifest};
pub use placeholder::{MissingSecrets, Placeholder, SANDBOX, is_name, placeholders};
pub use route::{Host, Misdirected, Origin, Part, Route, Violation};
pub use webhook::{Auth, Method, Webhook};
pub use who::{Audience, Who};
