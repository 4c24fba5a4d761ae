//! A case file: the checked text and the expected problems.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use telecast::campaign::{Campaign, ContentFormat, Manifest, Webhook};
use telecast::compose::{ChatTarget, Inputs, compose};
use telecast::diagnostic::Diagnostic;
use telecast::dialect::Dialect;
use telecast::profile::{Profile, PropertySummary, Value, ValueKind, Vocabulary};
use telecast::settings::RawSettings;
use telecast::template::Partials;

/// One file of tests/data/problems.
pub struct Case {
    /// The file's name without its extension.
    pub name: String,
    /// The text that is checked.
    pub body: String,
    /// The text below `== problems`.
    pub expected: String,
    path: PathBuf,
    /// Everything above `== body`, verbatim.
    head: String,
    subject: Subject,
}

/// The kind of file that the body is.
enum Subject {
    Body(Box<Surroundings>),
    Campaign,
    Webhook,
    Workspace,
    Settings,
}

/// Everything besides the body that its problems depend on.
struct Surroundings {
    dialect: Dialect,
    campaign: Campaign,
    webhook: Webhook,
    profile: Option<Profile>,
    event: Option<Value>,
    external_trigger: Option<Value>,
    partials: Partials,
    test_chat: Option<String>,
}

/// Returns all cases, ordered by name.
pub fn all() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/problems");
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| Case::read(path)).collect()
}

impl Case {
    fn read(path: &Path) -> Case {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(path).unwrap();
        let (head, rest) = text.split_once("== body\n").unwrap_or_else(|| panic!("{name}: no `== body`"));
        assert!(head.starts_with("# "), "{name} does not begin with a comment that says what it shows");
        let (body, expected) = rest.split_once("== problems\n").unwrap_or((rest, ""));
        Case {
            body: body.strip_suffix('\n').unwrap_or(body).to_owned(),
            expected: expected.to_owned(),
            path: path.to_owned(),
            head: head.to_owned(),
            subject: Subject::of(head, &name),
            name,
        }
    }

    /// Writes `found` to the file as the expected problems.
    pub fn update(&self, found: &str) {
        let text = format!("{}== body\n{}\n== problems\n{found}", self.head, self.body);
        std::fs::write(&self.path, text).unwrap();
    }

    /// Returns the problems of `text`, checked in place of the body.
    pub fn problems_of(&self, text: &str) -> Vec<Diagnostic> {
        match &self.subject {
            Subject::Body(surroundings) => surroundings.problems_of(text),
            Subject::Campaign => Campaign::parse(text).1,
            Subject::Webhook => Webhook::parse(text).1,
            Subject::Workspace => Manifest::parse(text).1,
            Subject::Settings => RawSettings::parse(text).1,
        }
    }

    /// Returns the codes of the expected problems.
    pub fn codes(&self) -> Vec<String> {
        let titles = self.expected.lines().filter(|line| !line.starts_with(' '));
        titles.filter_map(|line| Some(line.split_once('[')?.1.split_once("]: ")?.0.to_owned())).collect()
    }

    /// Whether the case is a body in CleverTap's dialect.
    pub fn is_in_clevertap(&self) -> bool {
        matches!(&self.subject, Subject::Body(surroundings) if surroundings.dialect == Dialect::CleverTap)
    }
}

impl Subject {
    fn of(head: &str, name: &str) -> Subject {
        let mut surroundings = Surroundings {
            dialect: Dialect::Telecast,
            campaign: Campaign::default(),
            webhook: webhook("sendMessage"),
            profile: Some(profile("{}")),
            event: None,
            external_trigger: None,
            partials: Partials::default(),
            test_chat: None,
        };
        for line in head.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
            let (key, value) = line.split_once(": ").unwrap_or_else(|| panic!("{name}: {line}"));
            match key.split_once(' ').unwrap_or((key, "")) {
                ("reads", _) => match value {
                    "campaign" => return Subject::Campaign,
                    "webhook" => return Subject::Webhook,
                    "workspace" => return Subject::Workspace,
                    "settings" => return Subject::Settings,
                    _ => panic!("{name}: unknown kind of file `{value}`"),
                },
                ("dialect", _) => surroundings.dialect = value.parse().unwrap(),
                ("profile", _) => surroundings.profile = (value != "none").then(|| profile(value)),
                ("event", _) => surroundings.event = Some(json(value)),
                ("trigger", _) => surroundings.external_trigger = Some(json(value)),
                ("method", _) => surroundings.webhook = webhook(value),
                ("format", _) => {
                    surroundings.campaign.content_format = ContentFormat::from_word(value).unwrap();
                }
                ("to", _) => surroundings.test_chat = Some(value.to_owned()),
                ("partial", partial) => {
                    surroundings.partials.0.insert(partial.to_owned(), value.replace("\\n", "\n"));
                }
                _ => panic!("{name}: {line}"),
            }
        }
        Subject::Body(Box::new(surroundings))
    }
}

impl Surroundings {
    fn problems_of(&self, body: &str) -> Vec<Diagnostic> {
        let chat = self.test_chat.as_deref().map_or(ChatTarget::FromBody, ChatTarget::Test);
        let composed = compose(&Inputs {
            stem: "sale",
            campaign: &self.campaign,
            body,
            webhook: Some(&self.webhook),
            partials: &self.partials,
            dialect: self.dialect,
            profile: self.profile.as_ref(),
            event: self.event.as_ref(),
            external_trigger: self.external_trigger.as_ref(),
            chat,
            vocabulary: Some(&VOCABULARY),
            now: "2026-11-23T09:00:00Z".parse().unwrap(),
            zone: &jiff::tz::TimeZone::UTC,
        });
        composed.diagnostics
    }
}

fn webhook(method: &str) -> Webhook {
    Webhook {
        url: format!("https://api.telegram.org/bot${{BOT_TOKEN}}/{method}"),
        headers: vec![("Content-Type".into(), "application/json".into())],
        ..Webhook::default()
    }
}

fn json(text: &str) -> Value {
    Value::from(serde_json::from_str::<serde_json::Value>(text).unwrap())
}

fn profile(properties: &str) -> Profile {
    let Value::Object(properties) = json(properties) else { panic!("{properties} is not a JSON object") };
    Profile { identity: "anna".into(), properties, ..Profile::default() }
}

/// The vocabulary of every case: a store of ten profiles.
static VOCABULARY: LazyLock<Vocabulary> = LazyLock::new(|| {
    let property = |name: &str, kind: ValueKind, n_set: u64, sample: &str| PropertySummary {
        name: name.to_owned(),
        kind,
        n_set,
        samples: vec![sample.to_owned()],
    };
    Vocabulary {
        properties: vec![
            property("First Name", ValueKind::Text, 4, "Anna"),
            property("bio", ValueKind::Text, 4, "I said \"no\""),
            property("cart", ValueKind::List, 3, "shoes, hat"),
            property("joined", ValueKind::Date, 3, "2026-01-31 10:00:00"),
            property("name", ValueKind::Text, 9, "Anna"),
            property("plan", ValueKind::Text, 10, "gold"),
            property("points", ValueKind::Number, 8, "120"),
            property("score", ValueKind::Number, 10, "7.5"),
            property("telegram_chat_id", ValueKind::Number, 8, "123456789"),
        ],
        n_profiles: 10,
        event: ["Amount", "Items"].map(|name| (name.to_owned(), Vec::new())).into(),
        external_trigger: [("code".to_owned(), Vec::new())].into(),
    }
});
