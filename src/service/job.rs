//! Collects the inputs of one campaign message from a workspace and passes them to [`crate::compose`].

use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::trust::WebhookInUse;
use crate::campaign::{Campaign, SANDBOX, Webhook, parse_bot_api_url};
use crate::compose::{self, ChatTarget, Composed, Conversion, ConversionSource, Inputs, ModeComparison};
use crate::diagnostic::Diagnostic;
use crate::dialect::Dialect;
use crate::profile::{Profile, SampleProperties, Value, Vocabulary};
use crate::telegram::ParseMode;
use crate::template::Partials;
use crate::workspace::{CampaignFiles, FileCondition, LoadedFile, Workspace};

/// The inputs of one message. They are owned values, so that the message can be composed on another thread.
#[derive(Debug, Clone, PartialEq)]
pub struct MessageJob {
    pub workspace: Arc<Workspace>,
    pub stem: String,
    /// The edited body that is not saved yet. If this is `None`, the body's file is used.
    pub body: Option<Arc<str>>,
    /// The edited webhook that is not saved yet. If this is `None`, the webhook's file is used.
    pub webhook: Option<Webhook>,
    /// The webhook as it was in its file when editing started; `None` if the webhook is not being edited.
    pub webhook_before_edit: Option<Webhook>,
    pub profile: Option<Arc<Profile>>,
    pub vocabulary: Option<Arc<Vocabulary>>,
    /// The event. If this is `None`, the event of a sample file is used.
    pub event: Option<SampleEvent>,
    /// The path of the chosen sample file. If no file is chosen, or if the workspace does not have the chosen one, the
    /// first sample file that can be read is used.
    pub sample: Option<String>,
    pub test_chat: Option<String>,
}

/// The name of the placeholder for the token in the URL of a test to the sandbox. No secret with this name is read,
/// because the sandbox accepts any token.
const SANDBOX_TOKEN: &str = "SANDBOX_TOKEN";

/// The inputs of a message that do not depend on the campaign.
pub(super) struct SharedInputs {
    partials: Partials,
    sample: SampleEvent,
    vocabulary: Option<Vocabulary>,
    zone: TimeZone,
}

/// An event and an external trigger, from a sample file or `--event-json`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SampleEvent {
    pub event: Option<Value>,
    pub external_trigger: Option<Value>,
}

impl SampleEvent {
    /// Splits `{"Event": {…}, "ExternalTrigger": {…}}` into its two fields. One of the fields may be missing. A JSON
    /// value without these fields is itself the event.
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

    /// Reads a sample file. Returns `None` if the file is not a JSON object. The reason is then among the problems that
    /// were found when the file was loaded.
    pub fn read(source: &LoadedFile) -> Option<Self> {
        let json: serde_json::Value = serde_json::from_str(&source.text).ok()?;
        json.is_object().then(|| Self::from_json(json))
    }

    /// Reads the chosen sample. If no sample is chosen or the chosen file is missing, reads the first sample that can
    /// be read. Returns an empty event if the chosen file exists but cannot be read, or if no sample can be read.
    pub fn of(workspace: &Workspace, chosen: Option<&str>) -> Self {
        match chosen.and_then(|path| workspace.samples.iter().find(|source| source.path == path)) {
            Some(source) => Self::read(source),
            None => workspace.samples.iter().find_map(Self::read),
        }
        .unwrap_or_default()
    }

    /// Returns the name of the sample that is used if none is chosen; `None` if no sample can be read.
    pub(crate) fn default_name(workspace: &Workspace) -> Option<&str> {
        let source = workspace.samples.iter().find(|source| Self::read(source).is_some())?;
        let file = source.path.rsplit('/').next().unwrap_or(&source.path);
        Some(file.strip_suffix(".json").unwrap_or(file))
    }
}

/// Adds the members of an object. Does nothing for any other value.
fn add_members(properties: &mut SampleProperties, value: Option<Value>) {
    if let Some(Value::Object(members)) = value {
        for (name, value) in members {
            properties.entry(name).or_default().push(value);
        }
    }
}

/// Returns the workspace's partials (template files that other templates include) by name. A partial that cannot be
/// read counts as missing.
pub(crate) fn partials(workspace: &Workspace) -> Partials {
    let usable = usable_partials(workspace);
    Partials(usable.map(|source| (partial_name(source).to_owned(), source.text.clone())).collect())
}

pub(crate) fn partial_names(workspace: &Workspace) -> impl Iterator<Item = &str> {
    usable_partials(workspace).map(partial_name)
}

fn usable_partials(workspace: &Workspace) -> impl Iterator<Item = &LoadedFile> {
    workspace.partials.iter().filter(|source| source.condition == FileCondition::Read)
}

fn partial_name(source: &LoadedFile) -> &str {
    let file = source.path.rsplit('/').next().unwrap_or(&source.path);
    file.strip_suffix(".liquid").unwrap_or(file)
}

#[derive(Debug)]
pub struct ModePreviews {
    /// The mode of the body; `None` if the body has no `parse_mode`, or if this mode cannot be determined.
    pub current_mode: Option<ParseMode>,
    /// One entry for each mode. `Ok` holds the converted body. `Err` explains why the conversion was refused.
    pub modes: Vec<(ParseMode, Result<ConvertedMessage, Diagnostic>)>,
}

#[derive(Debug)]
pub struct ConvertedMessage {
    pub conversion: Conversion,
    pub composed: Arc<Composed>,
}

impl MessageJob {
    /// Creates a job without a profile from a campaign's files as they were loaded into `workspace`.
    pub fn from_files(workspace: &Arc<Workspace>, stem: &str) -> Self {
        Self {
            workspace: Arc::clone(workspace),
            stem: stem.to_owned(),
            body: None,
            webhook: None,
            webhook_before_edit: None,
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

    /// Returns whether the job has no body because the body's file exists but cannot be used. An edited body does not
    /// need the file.
    pub fn lacks_body(&self) -> bool {
        // If the file cannot be used, the workspace has an empty text for it. This empty text must not be sent as if it
        // were the body.
        let is_unusable = |campaign: &CampaignFiles| campaign.body.condition == FileCondition::Unusable;
        self.body.is_none() && self.campaign().is_some_and(is_unusable)
    }

    pub fn webhook(&self) -> Option<&Webhook> {
        let stem = &self.campaign()?.value.as_ref()?.webhook;
        self.webhook.as_ref().or_else(|| self.workspace.webhook(stem)?.value.as_ref())
    }

    pub fn webhook_in_use(&self) -> Option<WebhookInUse> {
        let stem = self.campaign()?.value.as_ref()?.webhook.clone();
        let webhook = self.webhook()?.clone();
        // The problems of the file do not apply to edited settings that are not saved yet.
        let file = self.workspace.webhook(&stem).filter(|_| self.webhook.is_none());
        let file_error = file.and_then(super::trust::first_blocking_error);
        Some(WebhookInUse { stem, webhook, file_error, before_edit: self.webhook_before_edit.clone() })
    }

    /// Returns the job with the workspace's own sandbox in place of the webhook's server. The rest of the request
    /// stays, except for `[auth]`, because the sandbox needs no secret. Returns `None` if there is no webhook or its
    /// URL is not a Bot API URL: the sandbox speaks only the Bot API.
    #[must_use]
    pub fn to_sandbox(&self) -> Option<Self> {
        let webhook = self.webhook()?;
        let parts = parse_bot_api_url(&webhook.url)?;
        let rest = webhook.url.get(parts.method.start..)?;
        let url = format!("${{{SANDBOX}}}/bot${{{SANDBOX_TOKEN}}}/{rest}");
        let webhook = Webhook { url, auth: None, ..webhook.clone() };
        Some(Self { webhook: Some(webhook), webhook_before_edit: None, ..self.clone() })
    }

    pub fn compose(&self, now: Timestamp) -> Composed {
        self.with_inputs(now, compose::compose)
    }

    /// Converts the body to each parse mode, and composes a message from each converted body. Blocks: a body of 1 MB
    /// takes up to half a second.
    pub fn compare(&self, now: Timestamp) -> ModePreviews {
        let (partials, dialect) = (partials(&self.workspace), self.dialect());
        let ModeComparison { current_mode, conversions } =
            compose::compare(&ConversionSource { body: self.body(), partials: &partials, dialect });
        let converted = |conversion: Conversion| {
            let job = MessageJob { body: Some(conversion.body.as_str().into()), ..self.clone() };
            ConvertedMessage { composed: Arc::new(job.compose(now)), conversion }
        };
        let modes = conversions.into_iter().map(|(mode, conversion)| (mode, conversion.map(converted)));
        ModePreviews { current_mode, modes: modes.collect() }
    }

    fn dialect(&self) -> Dialect {
        self.campaign().map_or_else(Default::default, |campaign| self.workspace.dialect(campaign))
    }

    pub(super) fn shared(&self) -> SharedInputs {
        let known_events = || match &self.event {
            Some(event) => vec![event.clone()],
            // A property counts as known if any sample has it. If only the properties of the chosen sample were known,
            // the warnings would change with the chosen sample.
            None => self.workspace.samples.iter().filter_map(SampleEvent::read).collect(),
        };
        SharedInputs {
            partials: partials(&self.workspace),
            sample: self
                .event
                .clone()
                .unwrap_or_else(|| SampleEvent::of(&self.workspace, self.sample.as_deref())),
            vocabulary: self.vocabulary.as_deref().map(|known| {
                // The vocabulary of the store has only the properties of profiles. The properties of events come from
                // the samples or from the given event.
                let mut vocabulary = known.clone();
                for known in known_events() {
                    add_members(&mut vocabulary.event, known.event);
                    add_members(&mut vocabulary.external_trigger, known.external_trigger);
                }
                vocabulary
            }),
            zone: self.workspace.time_zone(),
        }
    }

    pub(super) fn with_inputs<T>(&self, now: Timestamp, make: impl FnOnce(&Inputs<'_>) -> T) -> T {
        self.with_shared(&self.shared(), now, make)
    }

    /// Calls `make` with the inputs of the message. `shared` may come from the job of another campaign in the same
    /// workspace.
    pub(super) fn with_shared<T>(
        &self,
        shared: &SharedInputs,
        now: Timestamp,
        make: impl FnOnce(&Inputs<'_>) -> T,
    ) -> T {
        // A campaign whose file cannot be parsed gets default settings, so that its body is still checked.
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
            chat: self.test_chat.as_deref().map_or(ChatTarget::FromBody, ChatTarget::Test),
            vocabulary: shared.vocabulary.as_ref(),
            now,
            zone: &shared.zone,
        })
    }
}
