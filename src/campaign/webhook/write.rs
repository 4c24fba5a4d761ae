//! Writes a webhook to TOML, or changes only the values that differ in an existing file.

use super::{Auth, Webhook, read};
use crate::campaign::duration;
use crate::diagnostic::Diagnostic;
use crate::toml::{self, Editor};

impl Webhook {
    pub fn to_toml(&self) -> String {
        toml::new_document(self, webhook)
    }

    /// Returns `text` with only the changed values replaced. Comments and order stay. The error says why `text` is not
    /// TOML.
    pub fn update(&self, text: &str) -> Result<String, Diagnostic> {
        toml::update_document(text, self, read::webhook, webhook)
    }
}

fn webhook(editor: &mut Editor, webhook: &Webhook, old: Option<&Webhook>) {
    if old.is_none_or(|old| old.name != webhook.name) {
        editor.set_string(&["name"], &webhook.name);
    }
    if old.is_none_or(|old| old.method != webhook.method) {
        editor.set_string(&["method"], webhook.method.as_str());
    }
    if old.is_none_or(|old| old.url != webhook.url) {
        editor.set_string(&["url"], &webhook.url);
    }
    if old.map_or(webhook.timeout.is_some(), |old| old.timeout != webhook.timeout) {
        match webhook.timeout {
            Some(timeout) => editor.set_string(&["timeout"], &duration::format_duration(timeout)),
            None => editor.remove(&["timeout"]),
        }
    }
    if old.map_or(webhook.retries.is_some(), |old| old.retries != webhook.retries) {
        match webhook.retries {
            Some(retries) => editor.set_integer(&["retries"], i64::from(retries)),
            None => editor.remove(&["retries"]),
        }
    }
    if old.map_or(webhook.rate.is_some(), |old| old.rate != webhook.rate) {
        match webhook.rate {
            Some(rate) => editor.set_number(&["rate"], rate),
            None => editor.remove(&["rate"]),
        }
    }
    if old.map_or(!webhook.headers.is_empty(), |old| old.headers != webhook.headers) {
        editor.set_pairs(&["headers"], &webhook.headers);
    }
    if old.map_or(!webhook.params.is_empty(), |old| old.params != webhook.params) {
        editor.set_pairs(&["params"], &webhook.params);
    }
    if old.map_or(webhook.auth.is_some(), |old| old.auth != webhook.auth) {
        write_auth(editor, webhook.auth.as_ref());
    }
}

fn write_auth(editor: &mut Editor, auth: Option<&Auth>) {
    match auth {
        None => editor.remove(&["auth"]),
        Some(Auth::Basic { username, password }) => {
            editor.set_string(&["auth", "kind"], "basic");
            editor.set_string(&["auth", "username"], username);
            editor.set_string(&["auth", "password"], password);
            // The keys of the other kind of authentication are removed. If these keys stayed, they would be reported as
            // unknown, and an old credential could stay in the file.
            editor.remove(&["auth", "token"]);
        }
        Some(Auth::Bearer { token }) => {
            editor.set_string(&["auth", "kind"], "bearer");
            editor.set_string(&["auth", "token"], token);
            editor.remove(&["auth", "username"]);
            editor.remove(&["auth", "password"]);
        }
    }
}
