//! The dialog with the form of a profile. It creates a test profile or edits a profile. `update::dialogs` saves the
//! profile.

use std::sync::Arc;

use indexmap::IndexMap;
use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::dialect::Dialect;
use crate::profile::typed::TypingRules;
use crate::profile::{CHAT_ID, Profile, TEST_USER, Value, ValueKind, Vocabulary};
use crate::service::ProfileEdit;
use crate::store::ChangeError;
use crate::text::shorten;
use crate::ui::shared::Generation;
use crate::ui::widget::{
    FieldProblem, Form, FormField, FormOutcome, PairRow, PairTable, TextField, Theme,
    dialog::{dialog_area, draw_frame},
    draw,
};
use crate::workspace::is_chat;

/// The preferred width and height of the dialog in cells.
const SIZE: (u16, u16) = (92, 26);

/// A profile with more properties cannot be edited here, because each key press lays out all rows of the form.
const MAX_PROPERTIES: usize = 500;

/// The length, in bytes, of the longest text that can be edited here. A longer text is shown shortened.
const MAX_TEXT: usize = 16 * 1024;

/// The number of characters that are shown of an identity, or of a value that cannot be edited.
const SHOWN_CHARS: usize = 300;

#[derive(Debug, Clone)]
pub struct ProfileDialog {
    pub form: Form,
    /// The profile when the form was opened. `None` for a new profile.
    original: Option<Arc<Profile>>,
    /// The name of the property in the field "Name".
    name_property: &'static str,
    /// The properties that the rows of the table had when the form was opened, by the row's index.
    // A row keeps its index, because a table adds and removes rows only at its end.
    rows: Vec<OriginalRow>,
    rules: OwnedRules,
    /// The texts of all fields when the form was opened.
    opened: Vec<String>,
    /// The generation of the pending save.
    pub saving: Option<Generation>,
    /// Whether the last key was Esc, and the form was kept open because of its edits.
    pub is_leaving: bool,
}

#[derive(Debug, Clone)]
struct OriginalRow {
    /// The name of the property; empty if the row proposes a name for a new profile.
    name: String,
    /// The name and the value as the row showed them.
    shown: (String, String),
    /// Whether the row shows the value but cannot edit it.
    is_fixed: bool,
}

/// What the form needs for [`TypingRules`].
#[derive(Debug, Clone)]
pub struct OwnedRules {
    pub known: Arc<Vocabulary>,
    pub zone: TimeZone,
    pub dialect: Dialect,
}

impl OwnedRules {
    fn rules(&self) -> TypingRules<'_> {
        TypingRules { known: &self.known, zone: &self.zone, dialect: self.dialect }
    }
}

const YES: &str = "yes";
const NO: &str = "no";

impl ProfileDialog {
    /// Opens the form of a new test profile. The form proposes `name` and `chat` (a chat id), and has an empty row for
    /// each of `properties`.
    pub fn new(rules: OwnedRules, name: &str, chat: &str, properties: &[String]) -> Self {
        let is_known = |name: &str| rules.known.property(name).is_some();
        // If the other profiles have `name` and not `Name`, a new profile gets `name` too, because templates use that
        // spelling.
        let name_property = if is_known("name") && !is_known("Name") { "name" } else { "Name" };
        let is_in_table = |property: &&String| !has_own_field(property, name_property);
        let rows: Vec<OriginalRow> = properties
            .iter()
            .filter(is_in_table)
            .map(|name| OriginalRow {
                name: String::new(),
                shown: (name.clone(), String::new()),
                is_fixed: false,
            })
            .collect();
        let form = form(FormField::text("identity", "Identity", ""), name, chat, YES, &rows);
        Self::opened(form, None, name_property, rows, rules)
    }

    /// Opens the form of a profile. The error says why it cannot be edited here.
    pub fn of(rules: OwnedRules, profile: Arc<Profile>) -> Result<Self, String> {
        let n = profile.properties.len();
        if MAX_PROPERTIES < n {
            return Err(format!(
                "{} has {n} properties, too many for a form: use `telecast profiles set`",
                shorten(profile.display_name(), 32)
            ));
        }
        let has = |name: &str| profile.properties.contains_key(name);
        let name_property = if has("name") && !has("Name") { "name" } else { "Name" };
        let text = |name: &str| {
            profile.properties.get(name).map_or_else(String::new, |value| rules.rules().text(value))
        };
        let (name, chat) = (text(name_property), text(CHAT_ID));
        let test = if profile.is_test_profile() { YES } else { NO };
        let rows: Vec<OriginalRow> = profile
            .properties
            .iter()
            .filter(|(name, _)| !has_own_field(name, name_property))
            .map(|(name, value)| {
                let text = rules.rules().text(value);
                // A row without a visible name would count as empty, and its property as removed.
                let is_fixed = !can_be_edited(value) || TextField::flattened(name).trim().is_empty();
                let text = if is_fixed { shorten(&text, SHOWN_CHARS).into_owned() } else { text };
                OriginalRow {
                    name: name.clone(),
                    shown: (TextField::flattened(name), TextField::flattened(&text)),
                    is_fixed,
                }
            })
            .collect();
        let identity = FormField::note("identity", "Identity", &shorten(&profile.identity, SHOWN_CHARS));
        let form = form(identity, &name, &chat, test, &rows);
        Ok(Self::opened(form, Some(profile), name_property, rows, rules))
    }

    fn opened(
        form: Form,
        original: Option<Arc<Profile>>,
        name_property: &'static str,
        rows: Vec<OriginalRow>,
        rules: OwnedRules,
    ) -> Self {
        let opened = texts(&form);
        let mut dialog =
            Self { form, original, name_property, rows, rules, opened, saving: None, is_leaving: false };
        dialog.check();
        dialog
    }

    pub fn title(&self) -> String {
        match &self.original {
            Some(profile) => format!("Profile {}", shorten(profile.display_name(), 48)),
            None => "New test profile".to_owned(),
        }
    }

    /// Handles the outcome of an input of the form.
    pub fn follow_outcome(&mut self, outcome: &FormOutcome) {
        if *outcome == FormOutcome::Changed {
            self.check();
        }
    }

    /// Returns whether the user has changed a field since the form was opened.
    pub fn is_modified(&self) -> bool {
        texts(&self.form) != self.opened
    }

    /// Returns the edit to save. If a field has an error, focuses that field and returns `None`.
    pub fn edit(&mut self) -> Option<ProfileEdit> {
        self.form.set_problem("save", None);
        let edit = self.read();
        if edit.is_none() {
            self.form.focus_on_error();
        }
        edit
    }

    /// Ends a pending save, and shows why the profile was not saved. The form keeps its edits.
    pub fn end_saving(&mut self, error: String) {
        if self.saving.take().is_some() {
            self.form.set_problem("save", Some(FieldProblem::error(format!("not saved: {error}"))));
            self.form.focus_on("save");
        }
    }

    fn check(&mut self) {
        self.form.set_problem("save", None);
        self.read();
    }

    /// Reads the form, and shows the problems of its fields and the types of its properties. Returns `None` if a field
    /// has an error.
    fn read(&mut self) -> Option<ProfileEdit> {
        let mut properties = IndexMap::new();
        let identity = self.read_identity();
        for (id, name) in [("name", self.name_property), ("chat", CHAT_ID)] {
            match self.read_field(id, name) {
                Ok(None) => self.form.set_problem(id, None),
                Ok(Some(value)) => {
                    self.form.set_problem(id, None);
                    properties.insert(name.to_owned(), value);
                }
                Err(message) => self.form.set_problem(id, Some(FieldProblem::error(message))),
            }
        }
        if self.form.value("chat").trim().is_empty() {
            let hint = FieldProblem::warning("without a chat id, no message can be sent to this profile");
            self.form.set_problem("chat", Some(hint));
        }
        let (is_test, was_test) =
            (self.form.value("test") == YES, self.original.as_ref().is_some_and(|old| old.is_test_profile()));
        if is_test != was_test {
            properties.insert(TEST_USER.to_owned(), self.test_mark(is_test));
        }
        self.read_rows(&mut properties);
        if self.form.first_error().is_some() {
            return None;
        }
        Some(match self.original {
            Some(_) => ProfileEdit::Update { identity, properties },
            None => {
                properties.retain(|_, value| *value != Value::Null);
                ProfileEdit::Create { identity, properties }
            }
        })
    }

    fn read_identity(&mut self) -> String {
        if let Some(profile) = &self.original {
            return profile.identity.clone();
        }
        let identity = self.form.value("identity").trim().to_owned();
        let problem = if identity.is_empty() {
            Some(FieldProblem::error("enter an identity that no other profile has, such as an email"))
        } else {
            self.rules
                .rules()
                .check_identity(&identity)
                .err()
                .map(|error| FieldProblem::error(error.to_string()))
        };
        self.form.set_problem("identity", problem);
        identity
    }

    /// Returns the new value of a property that has its own field. `None` if it is unchanged.
    fn read_field(&self, id: &str, name: &str) -> Result<Option<Value>, String> {
        let text = self.form.value(id);
        let rules = self.rules.rules();
        let before = self.original.as_ref().and_then(|profile| profile.properties.get(name));
        // A value that the user has not changed is kept as it is, even if it would not be accepted.
        if text == before.map_or_else(String::new, |value| TextField::flattened(&rules.text(value))) {
            return Ok(None);
        }
        let text = text.trim();
        if id == "chat" && !text.is_empty() && !is_chat(text) {
            return Err("enter a chat id such as 123456789, or @name".to_owned());
        }
        rules.read(name, text).map(Some).map_err(|error| error.to_string())
    }

    /// Returns the value of CleverTap's property for test profiles, with the type that other profiles have.
    fn test_mark(&self, is_test: bool) -> Value {
        let kind = self.rules.known.property(TEST_USER).map(|property| property.kind);
        match (is_test, kind) {
            (false, _) => Value::Null,
            (true, Some(ValueKind::Boolean)) => Value::Boolean(true),
            (true, _) => Value::Text("Yes".to_owned()),
        }
    }

    /// Adds the changes in the table to `changes`.
    fn read_rows(&mut self, changes: &mut IndexMap<String, Value>) {
        let pairs: Vec<(String, String)> =
            self.form.table("properties").into_iter().flat_map(PairTable::pairs).collect();
        let mut names: Vec<String> = Vec::new();
        let (mut problems, mut notes) = (Vec::new(), Vec::new());
        for (at, pair) in pairs.iter().enumerate() {
            let (name, read) = self.read_row(at, pair);
            let kind = match &read {
                Ok(RowValue::Kept(kind)) => kind.map_or("", ValueKind::as_str),
                Ok(RowValue::Set(value)) => value.kind().map_or("not set", ValueKind::as_str),
                Err(_) => "",
            };
            notes.push(if name.is_empty() { "" } else { kind });
            problems.push(if name.is_empty() {
                let is_lost = !pair.1.is_empty();
                is_lost.then(|| FieldProblem::warning("without a name, this row is not saved"))
            } else if has_own_field(&name, self.name_property) {
                Some(FieldProblem::error(format!("`{name}` has its own field above")))
            } else if names.contains(&name) {
                Some(FieldProblem::error(format!("`{name}` is already above; change or empty this name")))
            } else {
                match read {
                    Ok(RowValue::Kept(_)) => None,
                    Ok(RowValue::Set(value)) => {
                        changes.insert(name.clone(), value);
                        None
                    }
                    Err(message) => Some(FieldProblem::error(message)),
                }
            });
            names.push(name);
        }
        // A property whose name is no longer in the table is removed.
        for row in self.rows.iter().filter(|row| !row.name.is_empty() && !names.contains(&row.name)) {
            changes.insert(row.name.clone(), Value::Null);
        }
        if let Some(table) = self.form.table_mut("properties") {
            table.set_problems(problems);
            for (at, note) in notes.into_iter().enumerate() {
                table.set_note(at, note);
            }
        }
    }

    /// Returns the name of a row's property, and the property's value.
    fn read_row(&self, at: usize, (name, text): &(String, String)) -> (String, Result<RowValue, String>) {
        let original = self.rows.get(at);
        let before = original.and_then(|row| self.original.as_ref()?.properties.get(&row.name));
        let is_unchanged = |row: &&OriginalRow| row.is_fixed || row.shown.1 == *text;
        if let (Some(row), Some(value)) = (original.filter(is_unchanged), before) {
            if row.shown.0 == *name {
                return (row.name.clone(), Ok(RowValue::Kept(value.kind())));
            }
            // The property was renamed. It keeps its value, even if the row cannot show all of it.
            let name = name.trim().to_owned();
            let known = self.rules.known.property(&name).map(|property| property.kind);
            let wrong = known.zip(value.kind()).filter(|(known, given)| known != given);
            let fits = match wrong {
                Some((known, given)) => {
                    Err(ChangeError::WrongKind { property: name.clone(), known, given }.to_string())
                }
                None => self.rules.rules().check_name(&name).map_err(|error| error.to_string()),
            };
            return (name, fits.map(|()| RowValue::Set(value.clone())));
        }
        let name = name.trim().to_owned();
        let value = self.rules.rules().read(&name, text);
        (name, value.map(RowValue::Set).map_err(|error| error.to_string()))
    }

    pub fn draw(&self, buf: &mut Buffer, area: Rect, theme: &Theme) -> Option<(u16, u16)> {
        let keys = match self.saving {
            Some(_) => "saving…",
            None => "Tab next field · ←→ choice · ^S save · Esc close",
        };
        let room = draw_frame(buf, area, &self.title(), keys, theme);
        self.form.draw(buf, room, theme, true)
    }
}

/// The value of a row of the table.
enum RowValue {
    /// The property is unchanged. Contains its type.
    Kept(Option<ValueKind>),
    Set(Value),
}

pub(crate) fn area(screen: Rect) -> Rect {
    let stage = dialog_area(screen);
    draw::centered(stage, SIZE.0.min(stage.width), SIZE.1.min(stage.height))
}

fn form(identity: FormField, name: &str, chat: &str, test: &str, rows: &[OriginalRow]) -> Form {
    let pair = |row: &OriginalRow| match row.is_fixed {
        true => PairRow::fixed(&row.shown.0, &row.shown.1),
        false => PairRow::new(&row.shown.0, &row.shown.1),
    };
    Form::new(vec![
        identity,
        FormField::text("name", "Name", name),
        FormField::text("chat", "Telegram chat id", chat),
        FormField::choice("test", "Test profile", vec![YES.to_owned(), NO.to_owned()], test),
        FormField::table("properties", "Properties", PairTable::new(rows.iter().map(pair).collect(), None)),
        FormField::button("save", "Save"),
    ])
}

/// Returns the texts of all fields that can be edited.
fn texts(form: &Form) -> Vec<String> {
    let fields = ["identity", "name", "chat", "test"].into_iter().map(|id| form.value(id));
    let pairs = form.table("properties").into_iter().flat_map(PairTable::pairs);
    fields.chain(pairs.flat_map(|(name, value)| [name, value])).collect()
}

fn has_own_field(property: &str, name_property: &str) -> bool {
    [name_property, CHAT_ID, TEST_USER].contains(&property)
}

/// Returns whether a field can show and edit all of a value.
fn can_be_edited(value: &Value) -> bool {
    match value {
        Value::Text(text) => text.len() <= MAX_TEXT && !text.contains(char::is_control),
        Value::Integer(_) | Value::Decimal(_) | Value::Boolean(_) | Value::Date(_) | Value::Null => true,
        Value::List(_) | Value::Object(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rules() -> OwnedRules {
        OwnedRules { known: Arc::default(), zone: TimeZone::UTC, dialect: Dialect::Telecast }
    }

    fn value() -> impl Strategy<Value = Value> {
        let text = "[ -~\\u{7}\\n\\u{202e}漢]{0,12}|true|[0-9]{1,4}|2026-02-1[0-9]";
        let simple = prop_oneof![
            text.prop_map(Value::Text),
            any::<i64>().prop_map(Value::Integer),
            any::<f64>().prop_map(Value::Decimal),
            any::<bool>().prop_map(Value::Boolean),
            (0..2_000_000_000_i64).prop_map(|n| Value::Date(jiff::Timestamp::from_second(n).unwrap())),
        ];
        simple.prop_recursive(2, 8, 3, |inner| proptest::collection::vec(inner, 0..3).prop_map(Value::List))
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn opening_a_profile_changes_nothing_and_an_edit_changes_only_its_property(
            properties in proptest::collection::vec(
                ("[a-c \\u{7}]{1,3}|Name|telegram_chat_id|ct_is_test_user", value()),
                0..5,
            ),
        ) {
            let properties: IndexMap<String, Value> = properties.into_iter().collect();
            let profile = Profile { identity: "anna".to_owned(), properties, ..Profile::default() };
            let mut dialog = ProfileDialog::of(rules(), Arc::new(profile)).unwrap();
            prop_assert!(!dialog.is_modified());
            let update = |properties: IndexMap<String, Value>| {
                Some(ProfileEdit::Update { identity: "anna".to_owned(), properties })
            };
            prop_assert_eq!(dialog.edit(), update(IndexMap::new()));
            dialog.form.set_text("name", "Zoe");
            let name = IndexMap::from([("Name".to_owned(), Value::Text("Zoe".to_owned()))]);
            prop_assert_eq!(dialog.edit(), update(name));
        }
    }
}
