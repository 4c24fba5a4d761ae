//! Loading: every file is read for itself, so that a broken one never hides the others.
//!
//! Campaigns are many: those that look the same from outside as when they were read are not read again, but shared.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;

use super::folder::{Folder, body_path};
use super::{MANIFEST, PRIVATE};
use crate::campaign::{Campaign, ContentFormat, Manifest, Webhook};
use crate::clock;
use crate::diagnostic::{Code, Diagnostic, FileProblem, Fix, did_you_mean};
use crate::dialect::Dialect;
use crate::disk::{Condition, Fingerprint, Shelf, Source, Tree, TreeError, explain};
use crate::json;
use crate::paths::Paths;
use crate::text::Span;
use crate::toml;

#[derive(Debug, Clone, PartialEq)]
pub struct Definition<T> {
    /// The file's name without its ending: what others refer to it by.
    pub stem: String,
    pub source: Source,
    /// What it says; `None` where it cannot be read or is not TOML.
    pub value: Option<T>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct CampaignFiles {
    pub stem: String,
    pub source: Source,
    /// What it says; `None` where it cannot be read, is not TOML, or is not there.
    pub value: Option<Campaign>,
    /// The custom body, byte for byte as typed.
    pub body: Source,
}

/// Lets shared ones be compared by where they are.
impl Eq for CampaignFiles {}

impl CampaignFiles {
    fn len(&self) -> u64 {
        (self.source.text.len() + self.body.text.len()) as u64
    }

    fn has_problems(&self) -> bool {
        !self.source.problems.is_empty() || !self.body.problems.is_empty()
    }

    /// Returns what to call the campaign on screen: its name, else its stem.
    pub fn display_name(&self) -> &str {
        let name = self.value.as_ref().map_or("", |campaign| campaign.name.trim());
        if name.is_empty() { &self.stem } else { name }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Workspace {
    pub root: PathBuf,
    /// `telecast.toml`; where it cannot be read, the defaults hold.
    pub manifest: Definition<Manifest>,
    pub webhooks: Vec<Definition<Webhook>>,
    /// The campaigns by stem, sorted; each is shared with the readings before in which it was the same.
    pub campaigns: Vec<Arc<CampaignFiles>>,
    /// The partials by name (without `.liquid`).
    pub partials: Vec<Source>,
    pub samples: Vec<Source>,
    pub folder_problems: Vec<FileProblem>,
    /// The stems of the campaigns whose files have problems: each frame asks for those, and most have none.
    troubled: BTreeSet<String>,
    /// How much more may be read; none where that was not enough for all.
    left: Option<u64>,
}

#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("{root} is no workspace: it has no telecast.toml")]
    NoManifest { root: PathBuf },
    #[error("cannot open {root}: {}", explain(source))]
    Folder {
        root: PathBuf,
        #[source]
        source: io::Error,
    },
}

impl Workspace {
    /// Reads all of the workspace in `root`. Fails only where there is none.
    pub fn open(root: &Path) -> Result<Workspace, OpenError> {
        Self::read(&real_root(root)?, None, clock::now())
    }

    /// Reads it anew, as of `now`: of the campaigns only the files that look different from outside, the rest is shared.
    pub fn read_again(&self, now: Timestamp) -> Result<Workspace, OpenError> {
        Self::read(&real_root(&self.root)?, Some(self), now)
    }

    /// Reads anew what has changed, where those are all the files that have.
    pub fn read_changed(&self, paths: &BTreeSet<String>, now: Timestamp) -> Result<Workspace, OpenError> {
        match self.read_campaigns(paths, now) {
            Some(workspace) => Ok(workspace),
            None => self.read_again(now),
        }
    }

    /// Reads the campaigns anew that have these files; none where that is not enough.
    fn read_campaigns(&self, paths: &BTreeSet<String>, now: Timestamp) -> Option<Workspace> {
        let stems: BTreeSet<&str> = paths.iter().map(|path| campaign_of(path)).collect::<Option<_>>()?;
        let mut workspace = self.clone();
        let mut reader = Reader::new(&self.root, None, now);
        reader.webhooks = self.webhooks.iter().map(|webhook| webhook.stem.clone()).collect();
        reader.left = self.left?;
        let shelf = reader.tree.shelf(CAMPAIGNS).ok()??;
        for stem in stems {
            let before = workspace.place_of(stem).ok();
            reader.left += before.map_or(0, |at| workspace.campaigns[at].len());
            if is_there(&shelf, stem) {
                workspace.put(load_campaign(&mut reader, &shelf, stem));
            } else if let Some(at) = before {
                workspace.campaigns.remove(at);
                workspace.troubled.remove(stem);
            }
        }
        workspace.left = reader.left();
        // Which file was too much depends on their order.
        workspace.left.is_some().then_some(workspace)
    }

    /// Reads of the campaigns only the one with that stem, and of the webhooks only its own; none where it is not there.
    pub fn open_for(root: &Path, stem: &str) -> Result<Option<Workspace>, OpenError> {
        let root = real_root(root)?;
        let mut reader = Reader::new(&root, None, clock::now());
        let mut workspace = reader.manifest_alone();
        reader.webhooks = stems(&reader.tree, WEBHOOKS, ".toml", &mut workspace.folder_problems);
        let Ok(Some(shelf)) = reader.tree.shelf(CAMPAIGNS) else { return Ok(None) };
        if !is_there(&shelf, stem) {
            return Ok(None);
        }
        let campaign = load_campaign(&mut reader, &shelf, stem);
        let webhook = campaign.value.as_ref().map(|value| value.webhook.as_str());
        let webhook = reader.webhooks.iter().find(|stem| Some(stem.as_str()) == webhook).cloned();
        workspace.webhooks = webhook.into_iter().map(|stem| load_webhook(&mut reader, &stem)).collect();
        workspace.campaigns = vec![campaign];
        Ok(Some(reader.finish(workspace)))
    }

    fn read(root: &Path, before: Option<&Workspace>, now: Timestamp) -> Result<Workspace, OpenError> {
        let mut reader = Reader::new(root, before, now);
        let mut workspace = reader.manifest_alone();
        reader.webhooks = stems(&reader.tree, WEBHOOKS, ".toml", &mut workspace.folder_problems);
        let stems = reader.webhooks.clone();
        let known = before.map_or(&[][..], |before| &before.webhooks);
        reader.has_other_webhooks = !stems.iter().eq(known.iter().map(|webhook| &webhook.stem));
        workspace.webhooks = stems.iter().map(|stem| load_webhook(&mut reader, stem)).collect();
        workspace.campaigns = load_campaigns(&mut reader, &mut workspace.folder_problems);
        Ok(reader.finish(workspace))
    }

    pub fn folder(&self, paths: &Paths) -> Folder {
        Folder::new(&self.root, paths)
    }

    /// Returns what `telecast.toml` says, or the defaults where it cannot be read.
    pub fn settings(&self) -> Manifest {
        self.manifest.value.clone().unwrap_or_default()
    }

    /// Returns what to call it on screen: its name, else its folder's.
    pub fn display_name(&self) -> String {
        let name = self.settings().name;
        let folder =
            || self.root.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if name.trim().is_empty() { folder() } else { name }
    }

    /// Returns what earlier versions kept its secrets by: its id, or one made from its place where the file names none.
    ///
    /// A clone can copy an id, so it counts for nothing but to find such secrets.
    pub fn id(&self) -> String {
        self.settings().id.unwrap_or_else(|| {
            match Fingerprint::of(self.root.as_os_str().as_encoded_bytes()) {
                Fingerprint::Content { hash, .. } => format!("at-{hash:016x}"),
                Fingerprint::Absent | Fingerprint::Unknown => "at-unknown".to_owned(),
            }
        })
    }

    pub fn time_zone(&self) -> jiff::tz::TimeZone {
        self.settings().zone().unwrap_or_else(jiff::tz::TimeZone::system)
    }

    pub fn campaign(&self, stem: &str) -> Option<&CampaignFiles> {
        Some(&self.campaigns[self.place_of(stem).ok()?])
    }

    /// Returns which of the campaigns has that stem, or which place it would have.
    pub fn place_of(&self, stem: &str) -> Result<usize, usize> {
        self.campaigns.binary_search_by(|campaign| campaign.stem.as_str().cmp(stem))
    }

    /// Puts a campaign among the others, in place of the one that has its stem.
    pub fn put(&mut self, campaign: Arc<CampaignFiles>) {
        match campaign.has_problems() {
            true => drop(self.troubled.insert(campaign.stem.clone())),
            false => drop(self.troubled.remove(&campaign.stem)),
        }
        match self.place_of(&campaign.stem) {
            Ok(at) => self.campaigns[at] = campaign,
            Err(at) => self.campaigns.insert(at, campaign),
        }
    }

    pub fn webhook(&self, stem: &str) -> Option<&Definition<Webhook>> {
        self.webhooks.iter().find(|webhook| webhook.stem == stem)
    }

    /// Returns the dialect of a campaign's body: its own, else the workspace's.
    pub fn dialect(&self, campaign: &CampaignFiles) -> Dialect {
        campaign.value.as_ref().and_then(|value| value.dialect).unwrap_or(self.settings().dialect)
    }

    pub fn problems(&self) -> Vec<FileProblem> {
        let mut problems = self.manifest.source.file_problems();
        problems.extend(self.webhooks.iter().flat_map(|webhook| webhook.source.file_problems()));
        for campaign in self.troubled.iter().filter_map(|stem| self.campaign(stem)) {
            problems.extend(campaign.source.file_problems());
            problems.extend(campaign.body.file_problems());
        }
        problems.extend(self.partials.iter().chain(&self.samples).flat_map(Source::file_problems));
        problems.extend(self.folder_problems.iter().cloned());
        problems
    }
}

impl Folder {
    /// Reads a campaign's body anew, and of the workspace nothing but that campaign; none where it has no file any more.
    pub fn body(&self, stem: &str) -> Option<Source> {
        let shelf = self.tree.shelf(CAMPAIGNS).ok()??;
        let mut reader = Reader::new(self.root(), None, clock::now());
        is_there(&shelf, stem).then(|| load_campaign(&mut reader, &shelf, stem).body.clone())
    }
}

/// The most that is read of all files together: thousands of campaigns. Links to one large file would take all memory.
const MAX_WORKSPACE: u64 = 64 * 1024 * 1024;

const WEBHOOKS: &str = "webhooks";
const CAMPAIGNS: &str = "campaigns";

struct Reader<'b> {
    tree: Tree,
    left: u64,
    is_too_much: bool,
    before: Option<&'b Workspace>,
    /// The stems of the webhooks that are there, sorted, and whether they are others than before.
    webhooks: Vec<String>,
    has_other_webhooks: bool,
    now: Timestamp,
}

impl<'b> Reader<'b> {
    fn new(root: &Path, before: Option<&'b Workspace>, now: Timestamp) -> Self {
        Self {
            tree: Tree::new(root),
            left: MAX_WORKSPACE,
            is_too_much: false,
            before,
            webhooks: Vec::new(),
            has_other_webhooks: true,
            now,
        }
    }

    fn left(&self) -> Option<u64> {
        (!self.is_too_much).then_some(self.left)
    }

    fn read(&mut self, path: &str) -> Source {
        let source = self.tree.read(path);
        self.count(source)
    }

    fn read_on(&mut self, shelf: &Shelf, name: &str) -> Source {
        let source = shelf.read(name, self.now);
        self.count(source)
    }

    /// Takes a text that was read, as long as there is room.
    fn count(&mut self, source: Source) -> Source {
        if let Some(left) = self.left.checked_sub(source.text.len() as u64) {
            self.left = left;
            return source;
        }
        self.is_too_much = true;
        let message = format!(
            "the files of this workspace are larger than {} MB together",
            MAX_WORKSPACE / 1024 / 1024
        );
        let problem = Diagnostic::error(Code::TooLarge, Span::at(0), message)
            .with_help("telecast does not use this one: make others smaller");
        Source {
            text: String::new(),
            fingerprint: Fingerprint::Unknown,
            condition: Condition::Unusable,
            problems: vec![problem],
            stamp: None,
            ..source
        }
    }

    /// Returns the campaign as it was read before, where both its files look the same and nothing else is to be said of its webhook.
    fn unchanged(&mut self, shelf: &Shelf, stem: &str) -> Option<Arc<CampaignFiles>> {
        let workspace = self.before?;
        let before = &workspace.campaigns[workspace.place_of(stem).ok()?];
        let value = before.value.as_ref()?;
        let is_same = |source: &Source| {
            let (_, name) = source.path.rsplit_once('/')?;
            (source.stamp? == shelf.stamp(name, self.now)?).then_some(())
        };
        is_same(&before.source)?;
        is_same(&before.body)?;
        // What is said of a missing webhook names those that are there.
        let is_missing = self.webhooks.binary_search(&value.webhook).is_err();
        let was_missing = || before.source.problems.iter().any(|problem| problem.code == Code::NoSuchWebhook);
        if self.has_other_webhooks && (is_missing || was_missing()) {
            return None;
        }
        self.left = self.left.checked_sub(before.len())?;
        Some(Arc::clone(before))
    }

    fn manifest_alone(&mut self) -> Workspace {
        Workspace {
            root: self.tree.root().to_path_buf(),
            manifest: load_definition("telecast", self.read(MANIFEST), Manifest::parse),
            webhooks: Vec::new(),
            campaigns: Vec::new(),
            partials: Vec::new(),
            samples: Vec::new(),
            folder_problems: Vec::new(),
            troubled: BTreeSet::new(),
            left: None,
        }
    }

    fn finish(&mut self, mut workspace: Workspace) -> Workspace {
        let problems = &mut workspace.folder_problems;
        let mut read_all = |folder: &str, ending: &str| -> Vec<Source> {
            let stems = stems(&self.tree, folder, ending, problems);
            stems.into_iter().map(|stem| self.read(&format!("{folder}/{stem}{ending}"))).collect()
        };
        workspace.partials = read_all("partials", ".liquid");
        workspace.samples = read_all("samples", ".json");
        workspace.samples.iter_mut().for_each(check_sample);
        workspace.folder_problems.extend(private_problems(&self.tree));
        let manifest = &mut workspace.manifest;
        let default = manifest.value.as_ref().and_then(|value| value.defaults.webhook.as_deref());
        if let Some(webhook) = default.filter(|webhook| !self.webhooks.iter().any(|stem| stem == webhook)) {
            let problem =
                no_webhook(&manifest.source.text, &["defaults", "webhook"], webhook, &self.webhooks);
            manifest.source.problems.push(problem);
        }
        let troubled = workspace.campaigns.iter().filter(|campaign| campaign.has_problems());
        workspace.troubled = troubled.map(|campaign| campaign.stem.clone()).collect();
        workspace.left = self.left();
        workspace
    }
}

fn real_root(root: &Path) -> Result<PathBuf, OpenError> {
    let root =
        fs::canonicalize(root).map_err(|source| OpenError::Folder { root: root.to_path_buf(), source })?;
    // Of the name alone: what it leads to is looked at when it is read.
    match fs::symlink_metadata(root.join(MANIFEST)) {
        Ok(_) => Ok(root),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(OpenError::NoManifest { root }),
        Err(source) => Err(OpenError::Folder { root, source }),
    }
}

fn check_sample(sample: &mut Source) {
    if sample.condition != Condition::Read {
        return;
    }
    match json::parse(&sample.text) {
        Ok(json::Document { trailing_comma: Some(span), .. }) => {
            sample.problems.push(
                Diagnostic::error(Code::NotJson, span, "a comma with nothing behind it")
                    .with_fix(Fix::replace("take the comma out", span, "")),
            )
        }
        Ok(document) if document.root.as_object().is_some() => {}
        Ok(document) => sample.problems.push(
            Diagnostic::error(Code::NotAnEvent, document.root.span, "a sample is a JSON object")
                .with_help("write `{\"Event\": {…}}` or `{\"ExternalTrigger\": {…}}`"),
        ),
        Err(error) => sample.problems.push(Diagnostic::error(Code::NotJson, error.span, error.message())),
    }
}

fn no_webhook(text: &str, path: &[&str], webhook: &str, stems: &[String]) -> Diagnostic {
    let span = toml::value_span(text, path).unwrap_or(Span::at(0));
    let problem =
        Diagnostic::error(Code::NoSuchWebhook, span, format!("there is no webhooks/{webhook}.toml"));
    match did_you_mean(webhook, stems.iter().map(String::as_str)) {
        Some(near) => problem.with_help(format!("did you mean `{near}`?")),
        None if stems.is_empty() => problem.with_help("make a webhook first"),
        None => problem.with_help(format!("there are: {}", stems.join(", "))),
    }
}

fn load_definition<T>(
    stem: &str,
    mut source: Source,
    parse: impl FnOnce(&str) -> (Option<T>, Vec<Diagnostic>),
) -> Definition<T> {
    let value = match source.condition {
        Condition::Read => {
            let (value, problems) = parse(&source.text);
            source.problems = problems;
            value
        }
        Condition::Missing | Condition::Unusable => None,
    };
    Definition { stem: stem.to_owned(), source, value }
}

fn load_webhook(reader: &mut Reader<'_>, stem: &str) -> Definition<Webhook> {
    load_definition(stem, reader.read(&format!("{WEBHOOKS}/{stem}.toml")), Webhook::parse)
}

/// The files of the private folder that are opened by name.
const PRIVATE_FILES: [&str; 7] = [
    "id",
    "test-chats.toml",
    "history.jsonl",
    "audience.db",
    "audience.db-wal",
    "audience.db-shm",
    "audience.db-journal",
];

/// Returns which files of the private folder break the rules: they are not used.
fn private_problems(tree: &Tree) -> Vec<FileProblem> {
    let problem = |path: &str, error: TreeError| match error {
        TreeError::Breach(breach) => FileProblem::place(path, "", &[breach.problem()]),
        // Whoever needs it says what is wrong.
        TreeError::Io(_) => Vec::new(),
    };
    // What leads elsewhere is not looked into.
    if let Err(error) = tree.list(PRIVATE) {
        return problem(PRIVATE, error);
    }
    let files = PRIVATE_FILES.map(|file| format!("{PRIVATE}/{file}"));
    let folders = ["drafts", "trash"].map(|folder| format!("{PRIVATE}/{folder}"));
    let files = files.iter().filter_map(|path| Some((path, tree.place(path).err()?)));
    let folders = folders.iter().filter_map(|path| Some((path, tree.list(path).err()?)));
    files.chain(folders).flat_map(|(path, error)| problem(path, error)).collect()
}

/// Loads the campaigns: each definition with its body, and bodies without a definition.
fn load_campaigns(reader: &mut Reader<'_>, problems: &mut Vec<FileProblem>) -> Vec<Arc<CampaignFiles>> {
    let names = names(&reader.tree, CAMPAIGNS, problems);
    let mut stems: Vec<&str> = names.iter().filter_map(|name| campaign_of_name(name)).collect();
    stems.sort_unstable();
    stems.dedup();
    let Ok(Some(shelf)) = reader.tree.shelf(CAMPAIGNS) else { return Vec::new() };
    let load = |stem: &str| {
        let unchanged = reader.unchanged(&shelf, stem);
        unchanged.unwrap_or_else(|| load_campaign(reader, &shelf, stem))
    };
    stems.into_iter().map(load).collect()
}

fn campaign_of(path: &str) -> Option<&str> {
    campaign_of_name(path.strip_prefix(CAMPAIGNS)?.strip_prefix('/')?)
}

fn campaign_of_name(name: &str) -> Option<&str> {
    let mut endings = std::iter::once(".toml").chain(ContentFormat::ALL.map(ContentFormat::extension));
    let stem = endings.find_map(|ending| name.strip_suffix(ending))?;
    is_stem(stem).then_some(stem)
}

fn is_there(shelf: &Shelf, stem: &str) -> bool {
    let bodies = ContentFormat::ALL.map(|format| format!("{stem}{}", format.extension()));
    is_stem(stem)
        && (shelf.is_taken(&format!("{stem}.toml")) || bodies.iter().any(|body| shelf.is_taken(body)))
}

fn load_campaign(reader: &mut Reader<'_>, shelf: &Shelf, stem: &str) -> Arc<CampaignFiles> {
    let source = reader.read_on(shelf, &format!("{stem}.toml"));
    let Definition { stem, mut source, value } = load_definition(stem, source, Campaign::parse);
    let body_name = |format: ContentFormat| format!("{stem}{}", format.extension());
    let is_there = |format: ContentFormat| shelf.is_taken(&body_name(format));
    let format = match &value {
        Some(campaign) => campaign.content_format,
        None => ContentFormat::ALL.into_iter().find(|format| is_there(*format)).unwrap_or_default(),
    };
    let mut body = reader.read_on(shelf, &body_name(format));
    if source.condition == Condition::Missing {
        let problem =
            Diagnostic::error(Code::NoDefinition, Span::at(0), "this body has no campaign file beside it");
        let problem = problem.with_help(format!("make campaigns/{stem}.toml with `webhook = \"…\"`"));
        source.problems.push(problem);
    }
    if body.condition == Condition::Missing {
        let other = ContentFormat::ALL.into_iter().find(|other| *other != format && is_there(*other));
        let problem = Diagnostic::error(Code::NoBody, Span::at(0), "this campaign has no body yet");
        body.problems.push(match other {
            Some(other) => problem.with_help(format!(
                "there is {}; write `content_format = \"{}\"` to use it",
                body_path(&stem, other),
                other.as_str()
            )),
            None => problem.with_help(format!("save one as {}", body.path)),
        });
    }
    let webhook = value.as_ref().map_or("", |value| value.webhook.as_str());
    if !webhook.trim().is_empty() && !reader.webhooks.iter().any(|stem| stem == webhook) {
        source.problems.push(no_webhook(&source.text, &["webhook"], webhook, &reader.webhooks));
    }
    Arc::new(CampaignFiles { stem, source, value, body })
}

/// Returns the stems of the files in `folder` that end in `ending`, sorted; hidden files and folders are left out.
fn stems(tree: &Tree, folder: &str, ending: &str, problems: &mut Vec<FileProblem>) -> Vec<String> {
    let names = names(tree, folder, problems);
    let stems = names.iter().filter_map(|name| name.strip_suffix(ending)).filter(|stem| is_stem(stem));
    let mut stems: Vec<String> = stems.map(str::to_owned).collect();
    stems.sort_unstable();
    stems
}

fn is_stem(stem: &str) -> bool {
    !stem.is_empty() && !stem.starts_with('.')
}

fn names(tree: &Tree, folder: &str, problems: &mut Vec<FileProblem>) -> Vec<String> {
    let names = match tree.list(folder) {
        Ok(names) => names,
        Err(error) => {
            let problem = match error {
                TreeError::Breach(breach) => breach.problem(),
                TreeError::Io(error) => {
                    let message = format!("cannot read this folder: {}", explain(&error));
                    Diagnostic::error(Code::Unreadable, Span::at(0), message)
                }
            };
            problems.extend(FileProblem::place(folder, "", &[problem]));
            return Vec::new();
        }
    };
    let mut known = Vec::with_capacity(names.len());
    for name in names {
        match name.into_string() {
            Ok(name) => known.push(name),
            Err(name) => {
                let shown = format!("{folder}/{}", name.to_string_lossy());
                let problem = Diagnostic::error(Code::NotUtf8, Span::at(0), "this file's name is not UTF-8");
                problems.extend(FileProblem::place(&shown, "", &[problem.with_help("rename it")]));
            }
        }
    }
    known
}
