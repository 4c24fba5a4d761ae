//! A message of a workspace's campaign: what goes into it, gathered; and [`crate::compose`] on it.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::trust::WebhookInUse;
use crate::campaign::{Campaign, Webhook};
use crate::compose::{self, Chat, Comparison, Composed, Conversion, Convertible, Inputs};
use crate::diagnostic::Diagnostic;
use crate::dialect::Dialect;
use crate::profile::{Profile, Value, Vocabulary};
use crate::telegram::ParseMode;
use crate::template::Partials;
use crate::workspace::{CampaignFiles, Condition, Source, Workspace};

/// All that one message is made of, owned, so that it can be made on another thread.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    pub workspace: Arc<Workspace>,
    pub stem: String,
    /// The body as it stands in an editor; none takes the file's.
    pub body: Option<Arc<str>>,
    /// The webhook as it is typed; none takes the file's.
    pub webhook: Option<Webhook>,
    /// What the webhook's file said when it was typed over.
    pub webhook_typed_over: Option<Webhook>,
    pub profile: Option<Arc<Profile>>,
    pub vocabulary: Option<Arc<Vocabulary>>,
    /// The event; none takes the sample.
    pub event: Option<SampleEvent>,
    /// The path of the sample event's file; none, or one that is not there, takes the first that can be read.
    pub sample: Option<String>,
    pub test_chat: Option<String>,
}

pub(super) struct Shared {
    partials: Partials,
    sample: SampleEvent,
    vocabulary: Option<Vocabulary>,
    zone: TimeZone,
}

/// An event and an external trigger, as samples and `--event-json` give them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SampleEvent {
    pub event: Option<Value>,
    pub external_trigger: Option<Value>,
}

impl SampleEvent {
    /// Takes a sample apart: `{"Event": {…}, "ExternalTrigger": {…}}`, or a flat object, which is the event.
    pub fn from_json(json: serde_json::Value) -> Self {
        match json {
            serde_json::Value::Object(mut members)
                if members.contains_key("Event") || members.contains_key("ExternalTrigger") =>
            {
                Self {
                    event: members.remove("Event").map(Value::from),
                    external_trigger: members.remove("ExternalTrigger").map(Value::from),
                }
            }
            flat => Self { event: Some(Value::from(flat)), external_trigger: None },
        }
    }

    /// Reads a sample's file; `None` where it is broken, which the file's problems tell.
    pub fn read(source: &Source) -> Option<Self> {
        let json: serde_json::Value = serde_json::from_str(&source.text).ok()?;
        json.is_object().then(|| Self::from_json(json))
    }

    /// Reads the chosen sample of a workspace, else the first that can be read.
    pub fn of(workspace: &Workspace, chosen: Option<&str>) -> Self {
        match chosen.and_then(|path| workspace.samples.iter().find(|source| source.path == path)) {
            Some(source) => Self::read(source),
            None => workspace.samples.iter().find_map(Self::read),
        }
        .unwrap_or_default()
    }
}

/// Returns the names of the members of all these values, each once.
fn names_in<'v>(values: impl Iterator<Item = Option<&'v Value>>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for value in values {
        if let Some(Value::Object(members)) = value {
            names.extend(members.keys().cloned());
        }
    }
    names.sort();
    names.dedup();
    names
}

/// Returns the workspace's partials by name; one that cannot be used is as one that is not there.
pub fn partials(workspace: &Workspace) -> Partials {
    let usable = usable_partials(workspace);
    Partials(usable.map(|source| (partial_name(source).to_owned(), source.text.clone())).collect())
}

pub fn partial_names(workspace: &Workspace) -> impl Iterator<Item = &str> {
    usable_partials(workspace).map(partial_name)
}

fn usable_partials(workspace: &Workspace) -> impl Iterator<Item = &Source> {
    workspace.partials.iter().filter(|source| source.condition == Condition::Read)
}

fn partial_name(source: &Source) -> &str {
    let file = source.path.rsplit('/').next().unwrap_or(&source.path);
    file.strip_suffix(".liquid").unwrap_or(file)
}

#[derive(Debug)]
pub struct Compared {
    /// The mode the body is in; none for no `parse_mode`, and where it cannot be read.
    pub now: Option<ParseMode>,
    /// Each mode: the body converted to it, or why and where that is refused.
    pub modes: Vec<(ParseMode, Result<Converted, Diagnostic>)>,
}

#[derive(Debug)]
pub struct Converted {
    pub conversion: Conversion,
    pub composed: Arc<Composed>,
}

impl Job {
    /// Makes the job of a campaign as its files stand, for nobody in particular.
    pub fn of_files(workspace: &Arc<Workspace>, stem: &str) -> Self {
        Self {
            workspace: Arc::clone(workspace),
            stem: stem.to_owned(),
            body: None,
            webhook: None,
            webhook_typed_over: None,
            profile: None,
            vocabulary: None,
            event: None,
            sample: None,
            test_chat: None,
        }
    }

    pub fn campaign(&self) -> Option<&CampaignFiles> {
        self.workspace.campaign(&self.stem)
    }

    pub fn body(&self) -> &str {
        match (&self.body, self.campaign()) {
            (Some(body), _) => body,
            (None, Some(campaign)) => &campaign.body.text,
            (None, None) => "",
        }
    }

    /// Whether the body is that of a file that cannot be used: it was not read, so there is nothing to send.
    pub fn lacks_body(&self) -> bool {
        let is_unusable = |campaign: &CampaignFiles| campaign.body.condition == Condition::Unusable;
        self.body.is_none() && self.campaign().is_some_and(is_unusable)
    }

    pub fn webhook(&self) -> Option<&Webhook> {
        let stem = &self.campaign()?.value.as_ref()?.webhook;
        self.webhook.as_ref().or_else(|| self.workspace.webhook(stem)?.value.as_ref())
    }

    pub fn webhook_in_use(&self) -> Option<WebhookInUse> {
        let stem = self.campaign()?.value.as_ref()?.webhook.clone();
        let webhook = self.webhook()?.clone();
        let file = self.workspace.webhook(&stem).filter(|_| self.webhook.is_none());
        let broken = file.and_then(super::trust::broken);
        Some(WebhookInUse { stem, webhook, broken, typed_over: self.webhook_typed_over.clone() })
    }

    pub fn compose(&self, now: Timestamp) -> Composed {
        self.with_inputs(now, compose::compose)
    }

    /// Converts the body to each parse mode, and makes its messages as of `now`. Blocks: a large one takes a while.
    pub fn compare(&self, now: Timestamp) -> Compared {
        let (partials, dialect) = (partials(&self.workspace), self.dialect());
        let Comparison { now: mode, conversions } =
            compose::compare(&Convertible { body: self.body(), partials: &partials, dialect });
        let converted = |conversion: Conversion| {
            let job = Job { body: Some(conversion.body.as_str().into()), ..self.clone() };
            Converted { composed: Arc::new(job.compose(now)), conversion }
        };
        let modes = conversions.into_iter().map(|(mode, conversion)| (mode, conversion.map(converted)));
        Compared { now: mode, modes: modes.collect() }
    }

    fn dialect(&self) -> Dialect {
        self.campaign().map_or_else(Default::default, |campaign| self.workspace.dialect(campaign))
    }

    pub(super) fn shared(&self) -> Shared {
        let known_events = || match &self.event {
            Some(event) => vec![event.clone()],
            // A name is known where any sample has it, not only the chosen one.
            None => self.workspace.samples.iter().filter_map(SampleEvent::read).collect(),
        };
        Shared {
            partials: partials(&self.workspace),
            sample: self
                .event
                .clone()
                .unwrap_or_else(|| SampleEvent::of(&self.workspace, self.sample.as_deref())),
            vocabulary: self.vocabulary.as_deref().map(|known| {
                let events = known_events();
                Vocabulary {
                    event: names_in(events.iter().map(|known| known.event.as_ref())),
                    external_trigger: names_in(events.iter().map(|known| known.external_trigger.as_ref())),
                    ..known.clone()
                }
            }),
            zone: self.workspace.time_zone(),
        }
    }

    pub(super) fn with_inputs<T>(&self, now: Timestamp, make: impl FnOnce(&Inputs<'_>) -> T) -> T {
        self.with_shared(&self.shared(), now, make)
    }

    /// Hands what the message is made of to `make`; `shared` may come from the job of another campaign.
    pub(super) fn with_shared<T>(
        &self,
        shared: &Shared,
        now: Timestamp,
        make: impl FnOnce(&Inputs<'_>) -> T,
    ) -> T {
        let default = Campaign::default();
        make(&Inputs {
            stem: &self.stem,
            campaign: self.campaign().and_then(|campaign| campaign.value.as_ref()).unwrap_or(&default),
            body: self.body(),
            webhook: self.webhook(),
            partials: &shared.partials,
            dialect: self.dialect(),
            profile: self.profile.as_deref(),
            event: shared.sample.event.as_ref(),
            external_trigger: shared.sample.external_trigger.as_ref(),
            chat: self.test_chat.as_deref().map_or(Chat::OfTheBody, Chat::Test),
            vocabulary: shared.vocabulary.as_ref(),
            now,
            zone: &shared.zone,
        })
    }
}
