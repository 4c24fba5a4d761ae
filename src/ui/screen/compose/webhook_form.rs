//! The webhook of the open campaign, and the form in which it is edited. The form keeps unsaved edits while its dialog
//! is closed. `dialog::webhook` draws the form, `pane::webhook` draws a summary of the webhook, and `update::saving`
//! saves the webhook.

use std::collections::HashSet;

use ratatui::layout::Rect;

use crate::campaign::{
    Auth, HttpMethod, Webhook, WebhookPart, check_rate, check_retries, find_placeholders, find_token,
    format_duration, parse_bot_api_url, parse_timeout,
};
use crate::diagnostic::Diagnostic;
use crate::service::WebhookInUse;
use crate::telegram::Method;
use crate::ui::widget::{
    FieldProblem, Form, FormField, FormOutcome, Key, Mouse, PairColumn, PairTable, TextField,
};
use crate::workspace::{DefinitionFile, Fingerprint, LoadedFile, Workspace};

#[derive(Debug, Clone, Default)]
pub struct WebhookForm {
    /// The file stem of the webhook. Without an open campaign, this is the webhook that a new campaign would use.
    /// `None` if there is no such webhook, or if the open campaign has no webhook or cannot be read.
    pub stem: Option<String>,
    pub form: Form,
    /// The settings in the file when it was last read.
    saved: Webhook,
    /// The fingerprint of the file when it was last read. `None` if there is no such file.
    pub expected: Option<Fingerprint>,
    /// Whether the file is valid TOML. Otherwise, its settings are not known, and the form cannot save them.
    pub is_readable: bool,
    // The settings that are being saved. `None` if no save is pending.
    saving: Option<Webhook>,
    // Whether the user has asked to save again while a save was pending.
    saves_again: bool,
    /// The URL at which the bot was last checked.
    pub checked_url: Option<String>,
}

const NO_AUTH: &str = "none";
const BASIC: &str = "basic";
const BEARER: &str = "bearer";

impl WebhookForm {
    /// Creates the form of a webhook without unsaved edits. `webhook` is `None` if there is no file with this stem.
    pub fn new(stem: Option<String>, webhook: Option<&DefinitionFile<Webhook>>) -> Self {
        let mut this = Self { stem, form: Form::new(fields()), ..Self::default() };
        if let Some(webhook) = webhook {
            this.refill(&Webhook::default(), webhook);
        }
        this
    }

    /// Follows a change of the file on disk. Unsaved edits are kept. If the file was deleted, an edited form is kept
    /// too, so that saving can restore the file.
    pub fn follow_file(&mut self, webhook: Option<&DefinitionFile<Webhook>>) {
        let Some(webhook) = webhook else {
            if !self.is_modified() {
                *self = Self::new(self.stem.take(), None);
            }
            return;
        };
        let is_new = self.expected != Some(webhook.source.fingerprint);
        match self.saving.take_if(|saving| is_new && is_saved_as(saving, webhook)) {
            // This is the result of a save. Fields that were edited since then keep their edits.
            Some(saving) => self.refill(&saving, webhook),
            None if is_new && !self.is_modified() => self.refill(&self.saved.clone(), webhook),
            // Another program has changed the file. Saving the edits then fails, so that no change is overwritten.
            None => {}
        }
    }

    /// Takes the settings of the file as saved. Each field that still has its value of `before` gets the value of the
    /// file, and the other fields keep their edits.
    fn refill(&mut self, before: &Webhook, webhook: &DefinitionFile<Webhook>) {
        self.saved = webhook.value.clone().unwrap_or_default();
        self.expected = Some(webhook.source.fingerprint);
        self.is_readable = webhook.value.is_some();
        for ((id, before), (_, now)) in texts(before).into_iter().zip(texts(&self.saved)) {
            if before != now && self.form.value(id) == TextField::flattened(&before) {
                self.form.set_text(id, &now);
                self.form.choose(id, &now);
            }
        }
        for (id, before, now) in [
            ("headers", &before.headers, &self.saved.headers),
            ("params", &before.params, &self.saved.params),
        ] {
            let is_unedited = |table: &PairTable| {
                let named = table.pairs().filter(|(name, _)| !name.trim().is_empty());
                named.eq(before.iter().map(flattened))
            };
            if before != now && self.form.table(id).is_some_and(is_unedited) {
                let pairs = now.iter().map(|(name, value)| (name.as_str(), value.as_str()));
                if let Some(table) = self.form.table_mut(id) {
                    table.set_pairs(pairs);
                }
            }
        }
        self.follow_edit();
    }

    /// Returns the edited webhook to save, and remembers that it is being saved. `None` if the webhook is unchanged or
    /// not valid, or if another save is pending. In the last case, the webhook is saved again after that save.
    pub fn start_saving(&mut self) -> Option<Webhook> {
        let edited = self.edited().filter(|_| self.validation_error().is_none())?;
        if self.saving.is_some() {
            self.saves_again = true;
            return None;
        }
        self.saving = Some(edited.clone());
        Some(edited)
    }

    /// Call this after the webhook was saved. Returns whether the user has asked to save again meanwhile.
    pub fn finish_saving(&mut self, webhook: Option<&DefinitionFile<Webhook>>) -> bool {
        // The file may be unchanged, for example if a pasted token was already stored under the name in the URL.
        if let (Some(saving), Some(webhook)) = (self.saving.take(), webhook) {
            self.refill(&saving, webhook);
        }
        std::mem::take(&mut self.saves_again)
    }

    /// Call this after a save has failed.
    pub fn stop_saving(&mut self) {
        (self.saving, self.saves_again) = (None, false);
    }

    pub fn validation_error(&self) -> Option<String> {
        self.form.first_error()
    }

    /// Focuses the field whose value is on line `line` of the file, counted from 1.
    pub fn focus_on_line(&mut self, source: &LoadedFile, line: usize) {
        // The form does not know the positions of its values in the file, so the field is found by the TOML key on line
        // `line`.
        let text = source.text.lines().nth(line.saturating_sub(1)).unwrap_or("");
        let key = text.split('=').next().unwrap_or("").trim().trim_matches(['"', '\'']);
        for id in ["headers", "params"] {
            let row = self.form.table(id).and_then(|table| {
                table.pairs().position(|(name, _)| !name.is_empty() && name.eq_ignore_ascii_case(key))
            });
            if let (Some(row), Some(table)) = (row, self.form.table_mut(id)) {
                table.focus_on(row, PairColumn::Value);
                return self.form.focus_on(id);
            }
        }
        self.form.focus_on(key);
    }

    pub fn is_url_checked(&self) -> bool {
        self.checked_url.as_deref() == Some(self.form.value("url").trim())
    }

    pub fn is_modified(&self) -> bool {
        self.expected.is_some() && (self.typed() != self.saved || self.form.first_error().is_some())
    }

    /// Returns the webhook with the edits in the form. `None` if the form has no unsaved edits.
    pub fn edited(&self) -> Option<Webhook> {
        self.is_modified().then(|| self.typed())
    }

    pub fn current(&self, workspace: &Workspace) -> Option<Webhook> {
        let stem = self.stem.as_deref()?;
        self.edited().or_else(|| workspace.webhook(stem)?.value.clone())
    }

    /// Returns the webhook without the edits in the form. `None` if the form has no unsaved edits.
    pub fn before_edit(&self) -> Option<Webhook> {
        self.is_modified().then(|| self.saved.clone())
    }

    pub fn in_use(&self, workspace: &Workspace) -> Option<WebhookInUse> {
        let (stem, webhook) = (self.stem.clone()?, self.current(workspace)?);
        let before_edit = self.before_edit();
        if before_edit.is_none() {
            return workspace.webhook(&stem).map(WebhookInUse::of_file);
        }
        Some(WebhookInUse { stem, webhook, file_error: None, before_edit })
    }

    pub fn current_file<'w>(&self, workspace: &'w Workspace) -> Option<&'w LoadedFile> {
        Some(&workspace.webhook(self.stem.as_deref()?)?.source)
    }

    /// Drops all unsaved edits.
    pub fn revert(&mut self, workspace: &Workspace) {
        let webhook = self.stem.as_deref().and_then(|stem| workspace.webhook(stem));
        *self = Self { checked_url: self.checked_url.take(), ..Self::new(self.stem.take(), webhook) };
    }

    fn typed(&self) -> Webhook {
        let saved = &self.saved;
        // A value that the user has not changed stays exactly as it is in the file, even if the field shows it without
        // its line breaks and control characters.
        let text = |id: &str, saved: &str| {
            let text = self.form.value(id);
            if text == TextField::flattened(saved) { saved.to_owned() } else { text.trim().to_owned() }
        };
        let saved_auth = auth_texts(saved.auth.as_ref());
        let credential = |id: &str| {
            let saved = saved_auth.iter().find(|(known, _)| *known == id).map_or("", |(_, saved)| *saved);
            text(id, saved)
        };
        let auth = match self.form.value("auth").as_str() {
            BASIC => Some(Auth::Basic { username: credential("username"), password: credential("password") }),
            BEARER => Some(Auth::Bearer { token: credential("token") }),
            _ => None,
        };
        // An invalid limit counts as unchanged here. The form cannot be saved with it, because `check` reports it as an
        // error.
        Webhook {
            name: text("name", &saved.name),
            method: HttpMethod::from_name(&self.form.value("method")).unwrap_or_default(),
            url: text("url", &saved.url),
            headers: self.pairs("headers", &saved.headers),
            params: self.pairs("params", &saved.params),
            auth,
            timeout: self.limit("timeout", parse_timeout).unwrap_or(saved.timeout),
            retries: self.limit("retries", parse_retries).unwrap_or(saved.retries),
            rate: self.limit("rate", parse_rate).unwrap_or(saved.rate),
            // Settings without a field in the form keep their values.
            unsupported: saved.unsupported.clone(),
        }
    }

    /// Returns the pair of each row of a table; `None` for a row without a name. A pair that the user has not changed
    /// stays exactly as it is in the file.
    fn row_pairs(
        &self,
        id: &str,
        saved: &[(String, String)],
    ) -> impl Iterator<Item = Option<(String, String)>> {
        let rows = self.form.table(id).into_iter().flat_map(PairTable::pairs).enumerate();
        rows.map(move |(row, pair)| {
            // Usually, the row has the index of its pair. After a pair was deleted, the pairs below it have moved.
            let same = |known: &&(String, String)| flattened(known) == pair;
            let known = saved.get(row).filter(same).or_else(|| saved.iter().find(same));
            let typed = || (pair.0.trim().to_owned(), pair.1.trim().to_owned());
            Some(known.cloned().unwrap_or_else(typed)).filter(|(name, _)| known.is_some() || !name.is_empty())
        })
    }

    fn pairs(&self, id: &str, saved: &[(String, String)]) -> Vec<(String, String)> {
        self.row_pairs(id, saved).flatten().collect()
    }

    /// Reads an optional limit. An empty field leaves the limit unset.
    fn limit<T>(&self, id: &str, parse: impl FnOnce(&str) -> Result<T, String>) -> Result<Option<T>, String> {
        let text = self.form.value(id);
        if text.trim().is_empty() { Ok(None) } else { parse(text.trim()).map(Some) }
    }

    pub fn press(&mut self, key: Key) -> FormOutcome {
        let outcome = self.form.press(key);
        self.follow_outcome(outcome)
    }

    pub fn paste(&mut self, text: &str) -> FormOutcome {
        let outcome = self.form.paste(text);
        self.follow_outcome(outcome)
    }

    pub fn point(&mut self, mouse: Mouse, area: Rect) -> FormOutcome {
        let outcome = self.form.point(mouse, area);
        self.follow_outcome(outcome)
    }

    fn follow_outcome(&mut self, outcome: FormOutcome) -> FormOutcome {
        if outcome == FormOutcome::Changed {
            self.follow_edit();
        }
        outcome
    }

    /// Updates the form after an edit: keeps the URL and the Bot API method equal, shows the fields of the chosen
    /// authentication, and checks the values.
    fn follow_edit(&mut self) {
        self.follow_bot_method();
        let auth = self.form.value("auth");
        for (id, kind) in [("username", BASIC), ("password", BASIC), ("token", BEARER)] {
            self.form.hide(id, auth != kind);
        }
        self.check();
    }

    /// Writes the chosen Bot API method into the URL, or, after another edit, shows the method of the URL.
    fn follow_bot_method(&mut self) {
        let mut url = self.form.value("url");
        let Some(span) = parse_bot_api_url(&url).map(|parts| parts.method) else {
            return self.form.hide("bot_method", true);
        };
        self.form.hide("bot_method", false);
        if self.form.focused().is_some_and(|field| field.id == "bot_method") {
            let method = self.form.value("bot_method");
            if span.of(&url) != method {
                url.replace_range(span.range(), &method);
                self.form.set_text("url", &url);
            }
            return;
        }
        let known = Method::from_name(span.of(&url)).filter(|method| method.sends());
        let method = known.map_or_else(|| span.of(&url), |method| method.as_str());
        let mut options = sending_methods();
        // The method of the URL may be wrong. It is offered anyway, because the choice must show what the URL has.
        if known.is_none() {
            options.insert(0, method.to_owned());
        }
        self.form.set_options("bot_method", options, method);
    }

    fn check(&mut self) {
        let typed = self.typed();
        let violations = typed.route().err().unwrap_or_default();
        let violations = violations.into_iter().map(|violation| (violation.part, violation.problem));
        let problems: Vec<(WebhookPart, Diagnostic)> = violations.chain(typed.value_problems()).collect();
        let problem_of = |part: &WebhookPart| {
            let (_, problem) = problems.iter().find(|(found, _)| found == part)?;
            let help = problem.help.as_ref().map_or_else(String::new, |help| format!(" · {help}"));
            Some(FieldProblem::warning(format!("{}{help}", problem.message)))
        };
        let url = match find_token(&typed.url) {
            Some(_) => Some(FieldProblem::warning("saving moves this token to the secret store")),
            None => problem_of(&WebhookPart::Url),
        };
        self.form.set_problem("url", url);
        let name = typed.name.is_empty().then(|| FieldProblem::warning("enter a name"));
        self.form.set_problem("name", name);
        for id in ["username", "password", "token"] {
            let is_empty = self.form.value(id).trim().is_empty();
            let empty = || FieldProblem::warning("enter ${NAME} and set the secret NAME");
            let problem = if is_empty { Some(empty()) } else { problem_of(&WebhookPart::Auth(id)) };
            self.form.set_problem(id, problem);
        }
        let headers: Vec<_> = self.row_pairs("headers", &self.saved.headers).collect();
        self.check_pairs("headers", headers, |name| {
            let in_name = problem_of(&WebhookPart::HeaderName(name.to_owned()));
            in_name.or_else(|| problem_of(&WebhookPart::Header(name.to_owned())))
        });
        let params: Vec<_> = self.row_pairs("params", &self.saved.params).collect();
        self.check_pairs("params", params, |name| problem_of(&WebhookPart::Param(name.to_owned())));
        let needs_json = parse_bot_api_url(&typed.url).is_some() && typed.method != HttpMethod::Get;
        let has_json = typed.headers.iter().any(|(name, value)| {
            name.eq_ignore_ascii_case("content-type") && value.contains("application/json")
        });
        let json = (needs_json && !has_json)
            .then(|| FieldProblem::warning("Telegram needs Content-Type: application/json"));
        self.form.set_problem("headers", json);
        let limits = [
            ("timeout", self.limit("timeout", parse_timeout).err()),
            ("retries", self.limit("retries", parse_retries).err()),
            ("rate", self.limit("rate", parse_rate).err()),
        ];
        for (id, error) in limits {
            self.form.set_problem(id, error.map(FieldProblem::error));
        }
    }

    fn check_pairs(
        &mut self,
        id: &str,
        pairs: Vec<Option<(String, String)>>,
        problem_of: impl Fn(&str) -> Option<FieldProblem>,
    ) {
        let Some(table) = self.form.table_mut(id) else { return };
        let mut names: HashSet<&str> = HashSet::new();
        let mut problems = Vec::new();
        for (pair, (_, value)) in pairs.iter().zip(table.pairs()) {
            problems.push(match pair {
                None if value.is_empty() => None,
                None => Some(FieldProblem::warning("without a name, this row is not saved")),
                // A TOML table cannot have the same key twice.
                Some((name, _)) if !names.insert(name) => {
                    Some(FieldProblem::error(format!("`{name}` is already above; change or empty this name")))
                }
                Some((name, _)) => problem_of(name),
            });
        }
        let is_secret = |pair: &Option<(String, String)>| {
            pair.as_ref().is_some_and(|(name, value)| is_literal_secret(name, value))
        };
        table.set_problems(problems);
        table.hide_values(pairs.iter().map(is_secret));
    }
}

/// Returns a pair as the cells of a row show it.
fn flattened((name, value): &(String, String)) -> (String, String) {
    (TextField::flattened(name), TextField::flattened(value))
}

/// Returns whether the file has the settings that were being saved. A literal token in the URL may have been moved to
/// the secret store.
fn is_saved_as(saving: &Webhook, webhook: &DefinitionFile<Webhook>) -> bool {
    let Some(saved) = &webhook.value else { return false };
    let is_moved = find_token(&saving.url).is_some();
    let saved =
        Webhook { url: if is_moved { saving.url.clone() } else { saved.url.clone() }, ..saved.clone() };
    saved == *saving
}

/// Returns whether a header or a parameter probably has a literal secret: its name looks like that of a secret, and its
/// value does not refer to a stored secret.
pub(super) fn is_literal_secret(name: &str, value: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let words = ["auth", "token", "secret", "password", "cookie", "key"];
    words.iter().any(|word| name.contains(word)) && find_placeholders(value).is_empty()
}

fn sending_methods() -> Vec<String> {
    Method::ALL.into_iter().filter(|method| method.sends()).map(|method| method.as_str().to_owned()).collect()
}

fn parse_retries(text: &str) -> Result<u32, String> {
    text.parse().map_err(|_| format!("`{text}` is not a whole number")).and_then(check_retries)
}

fn parse_rate(text: &str) -> Result<f64, String> {
    text.parse().map_err(|_| format!("`{text}` is not a number of messages per second")).and_then(check_rate)
}

fn auth_texts(auth: Option<&Auth>) -> [(&'static str, &str); 3] {
    let (username, password, token) = match auth {
        None => ("", "", ""),
        Some(Auth::Basic { username, password }) => (username.as_str(), password.as_str(), ""),
        Some(Auth::Bearer { token }) => ("", "", token.as_str()),
    };
    [("username", username), ("password", password), ("token", token)]
}

/// Returns the text or the chosen option of each field that is neither a table nor a button.
fn texts(webhook: &Webhook) -> Vec<(&'static str, String)> {
    let kind = match &webhook.auth {
        None => NO_AUTH,
        Some(Auth::Basic { .. }) => BASIC,
        Some(Auth::Bearer { .. }) => BEARER,
    };
    let mut texts = vec![
        ("name", webhook.name.clone()),
        ("url", webhook.url.clone()),
        ("method", webhook.method.as_str().to_owned()),
        ("auth", kind.to_owned()),
        ("timeout", webhook.timeout.map(format_duration).unwrap_or_default()),
        ("retries", webhook.retries.map(|retries| retries.to_string()).unwrap_or_default()),
        ("rate", webhook.rate.map(|rate| rate.to_string()).unwrap_or_default()),
    ];
    texts.extend(auth_texts(webhook.auth.as_ref()).map(|(id, text)| (id, text.to_owned())));
    texts
}

fn fields() -> Vec<FormField> {
    let methods = HttpMethod::ALL.map(|method| method.as_str().to_owned()).to_vec();
    let kinds = [NO_AUTH, BASIC, BEARER].map(str::to_owned).to_vec();
    vec![
        FormField::text("name", "Name", ""),
        FormField::text("url", "URL", ""),
        FormField::choice("bot_method", "Bot API method", sending_methods(), ""),
        FormField::choice("method", "HTTP method", methods, ""),
        FormField::table("headers", "Headers", PairTable::new(Vec::new(), Some(':'))),
        FormField::table("params", "Parameters", PairTable::new(Vec::new(), None)),
        FormField::choice("auth", "Authentication", kinds, NO_AUTH),
        FormField::text("username", "User", ""),
        FormField::secret("password", "Password", ""),
        FormField::secret("token", "Token", ""),
        FormField::text("timeout", "Timeout", ""),
        FormField::text("retries", "Retries", ""),
        FormField::text("rate", "Rate per second", ""),
        FormField::button("check", "Check the bot"),
        FormField::note("bot", "Answer", ""),
        FormField::button("save", "Save"),
        FormField::button("revert", "Revert"),
    ]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::workspace::FileCondition;

    fn file(webhook: &Webhook) -> DefinitionFile<Webhook> {
        let text = webhook.to_toml();
        let fingerprint = Fingerprint::Content { len: text.len() as u64, hash: text.len() as u64 };
        let source = LoadedFile {
            path: "webhooks/bot.toml".to_owned(),
            fingerprint,
            condition: FileCondition::Read,
            problems: Vec::new(),
            stamp: None,
            text,
        };
        DefinitionFile { stem: "bot".to_owned(), source, value: Some(webhook.clone()) }
    }

    fn webhook() -> impl Strategy<Value = Webhook> {
        let text = "[a-z${}/:. \\u{7}\\n\\u{202e}漢]{0,12}";
        let name = "[a-zA-Z \\u{7}]{0,3}[a-c]";
        let pairs = proptest::collection::btree_map(name, text, 0..4);
        let auth = prop_oneof![
            Just(None),
            (text, text).prop_map(|(username, password)| Some(Auth::Basic { username, password })),
            text.prop_map(|token| Some(Auth::Bearer { token })),
        ];
        let limits = (proptest::option::of(1..600u64), proptest::option::of(0..=20u32));
        (text, text, pairs.clone(), pairs, auth, limits).prop_map(
            |(name, url, headers, params, auth, (timeout, retries))| Webhook {
                name,
                url,
                headers: headers.into_iter().collect(),
                params: params.into_iter().collect(),
                auth,
                timeout: timeout.map(std::time::Duration::from_secs),
                retries,
                ..Webhook::default()
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn opening_a_webhook_changes_nothing_and_an_edit_changes_only_its_field(webhook in webhook()) {
            let mut form = WebhookForm::new(Some("bot".to_owned()), Some(&file(&webhook)));
            prop_assert!(!form.is_modified(), "{:?}", form.typed());
            prop_assert_eq!(form.typed(), webhook.clone());
            form.form.focus_on("retries");
            form.form.set_text("retries", "");
            form.press("7".parse().unwrap());
            prop_assert_eq!(form.edited(), (webhook.retries != Some(7)).then_some(Webhook { retries: Some(7), ..webhook }));
        }

        #[test]
        fn a_reload_of_an_unedited_webhook_shows_the_file(before in webhook(), now in webhook()) {
            let mut form = WebhookForm::new(Some("bot".to_owned()), Some(&file(&before)));
            let mut changed = file(&now);
            changed.source.fingerprint = Fingerprint::Unknown;
            form.follow_file(Some(&changed));
            prop_assert!(!form.is_modified());
            prop_assert_eq!(form.typed(), now);
        }
    }
}
