//! Loads a workspace. Every file is read independently, so that a broken file does not hide the others.
//!
//! There can be thousands of campaigns. So if the metadata of a campaign's files has not changed, a reload does not
//! read the campaign again. The new version of the workspace then shares this campaign with the previous version.

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
use crate::disk::{FileCondition, Fingerprint, LoadedFile, ResolvedFolder, Tree, TreeError, explain};
use crate::json;
use crate::paths::Paths;
use crate::segment::SegmentDefinition;
use crate::text::Span;
use crate::toml;

#[derive(Debug, Clone, PartialEq)]
pub struct DefinitionFile<T> {
    /// The file's name without its ending. Other files refer to the definition by this name.
    pub stem: String,
    pub source: LoadedFile,
    /// The parsed value; `None` if the file does not exist, cannot be read, or is not TOML.
    pub value: Option<T>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct CampaignFiles {
    pub stem: String,
    pub source: LoadedFile,
    /// The parsed definition; `None` if its file does not exist, cannot be read, or is not TOML.
    pub value: Option<Campaign>,
    /// The body's file, with its text exactly as typed.
    pub body: LoadedFile,
}

/// `Arc` compares pointers first if its content is `Eq`. So comparing an `Arc` with its own clone does not compare the
/// contents.
impl Eq for CampaignFiles {}

impl CampaignFiles {
    fn len(&self) -> u64 {
        (self.source.text.len() + self.body.text.len()) as u64
    }

    fn has_problems(&self) -> bool {
        !self.source.problems.is_empty() || !self.body.problems.is_empty()
    }

    /// Returns the campaign's name for the screen, or the stem if the campaign has no name.
    pub fn display_name(&self) -> &str {
        let name = self.value.as_ref().map_or("", |campaign| campaign.name.trim());
        if name.is_empty() { &self.stem } else { name }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Workspace {
    pub root: PathBuf,
    /// `telecast.toml`. If its `value` is `None`, the defaults are used.
    pub manifest: DefinitionFile<Manifest>,
    pub webhooks: Vec<DefinitionFile<Webhook>>,
    /// The campaigns, sorted by stem. Unchanged campaigns are shared with the previous versions of the workspace.
    pub campaigns: Vec<Arc<CampaignFiles>>,
    /// The partials, sorted by name (without `.liquid`).
    pub partials: Vec<LoadedFile>,
    pub samples: Vec<LoadedFile>,
    /// The segments, sorted by stem. [`Workspace::open_campaign`] does not read them, because no message needs them.
    pub segments: Vec<DefinitionFile<SegmentDefinition>>,
    pub folder_problems: Vec<FileProblem>,
    /// The stems of the campaigns whose files have problems.
    // Each frame asks for the problems several times, and most campaigns have none. With ten thousand campaigns,
    // walking through all of them took most of the time that a keystroke needs.
    with_problems: BTreeSet<String>,
    /// The number of bytes that may still be read within [`MAX_WORKSPACE`]; `None` if the limit was exceeded.
    bytes_left: Option<u64>,
}

#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("{root} is not a workspace: it has no telecast.toml")]
    NoManifest { root: PathBuf },
    #[error("cannot open {root}: {}", explain(source))]
    Folder {
        root: PathBuf,
        #[source]
        source: io::Error,
    },
}

impl Workspace {
    /// Reads the whole workspace in `root`. Fails only if there is no workspace or its folder cannot be opened.
    pub fn open(root: &Path) -> Result<Workspace, OpenError> {
        Self::read(&real_root(root)?, None, clock::now())
    }

    /// Reads the workspace again. Campaigns whose files have unchanged metadata are shared with `self` and not read.
    /// `now` is the current time.
    ///
    /// When a campaign's file is read, it gets a stamp from its metadata. The next reload recognizes an unchanged file
    /// by its stamp. A file whose last change is shortly before `now` gets no stamp, so the next reload reads it again.
    /// For such a file, another change within the same tick of the file system's clock would not show in the metadata.
    pub fn reload(&self, now: Timestamp) -> Result<Workspace, OpenError> {
        Self::read(&real_root(&self.root)?, Some(self), now)
    }

    /// Reads the changed files again. `paths` must contain every file that has changed since the last reading. If it is
    /// not certain that only the campaigns of these files are affected, reloads the workspace as a whole.
    pub fn reload_changed(&self, paths: &BTreeSet<String>, now: Timestamp) -> Result<Workspace, OpenError> {
        match self.read_campaigns(paths, now) {
            Some(workspace) => Ok(workspace),
            None => self.reload(now),
        }
    }

    /// Reads only the campaigns of these files. Returns `None` if the whole workspace must be read instead. This is the
    /// case if one of the files does not belong to a campaign, or if the folder of campaigns is missing or cannot be
    /// used. It is also the case if the size limit is exceeded, now or at the last reading.
    fn read_campaigns(&self, paths: &BTreeSet<String>, now: Timestamp) -> Option<Workspace> {
        // A file that does not belong to a campaign, such as a webhook or the manifest, can change the problems of all
        // campaigns.
        let stems: BTreeSet<&str> = paths.iter().map(|path| campaign_of(path)).collect::<Option<_>>()?;
        let mut workspace = self.clone();
        let mut reader = Reader::new(&self.root, None, now);
        reader.webhooks = self.webhooks.iter().map(|webhook| webhook.stem.clone()).collect();
        reader.bytes_left = self.bytes_left?;
        let folder = reader.tree.resolve_folder(CAMPAIGNS).ok()??;
        for stem in stems {
            let before = workspace.campaign_index(stem).ok();
            // The old version of the campaign no longer counts towards the size limit.
            reader.bytes_left += before.map_or(0, |at| workspace.campaigns[at].len());
            if campaign_exists(&folder, stem) {
                workspace.put_campaign(load_campaign(&mut reader, &folder, stem));
            } else if let Some(at) = before {
                workspace.campaigns.remove(at);
                workspace.with_problems.remove(stem);
            }
        }
        workspace.bytes_left = reader.bytes_left();
        // If the limit is exceeded, the order of reading decides which files are left out. So everything is read again
        // in the usual order.
        workspace.bytes_left.is_some().then_some(workspace)
    }

    /// Reads the manifest, the campaign with that stem, its webhook, the partials, and the samples. Returns `None` if
    /// there is no such campaign, or if the folder of campaigns cannot be used.
    pub fn open_campaign(root: &Path, stem: &str) -> Result<Option<Workspace>, OpenError> {
        let root = real_root(root)?;
        let mut reader = Reader::new(&root, None, clock::now());
        let mut workspace = reader.read_manifest();
        reader.webhooks = stems(&reader.tree, WEBHOOKS, ".toml", &mut workspace.folder_problems);
        let Ok(Some(folder)) = reader.tree.resolve_folder(CAMPAIGNS) else { return Ok(None) };
        if !campaign_exists(&folder, stem) {
            return Ok(None);
        }
        let campaign = load_campaign(&mut reader, &folder, stem);
        let webhook = campaign.value.as_ref().map(|value| value.webhook.as_str());
        let webhook = reader.webhooks.iter().find(|stem| Some(stem.as_str()) == webhook).cloned();
        workspace.webhooks = webhook.into_iter().map(|stem| load_webhook(&mut reader, &stem)).collect();
        workspace.campaigns = vec![campaign];
        Ok(Some(reader.finish(workspace)))
    }

    fn read(root: &Path, before: Option<&Workspace>, now: Timestamp) -> Result<Workspace, OpenError> {
        let mut reader = Reader::new(root, before, now);
        let mut workspace = reader.read_manifest();
        reader.webhooks = stems(&reader.tree, WEBHOOKS, ".toml", &mut workspace.folder_problems);
        let stems = reader.webhooks.clone();
        let known = before.map_or(&[][..], |before| &before.webhooks);
        reader.has_other_webhooks = !stems.iter().eq(known.iter().map(|webhook| &webhook.stem));
        workspace.webhooks = stems.iter().map(|stem| load_webhook(&mut reader, stem)).collect();
        workspace.campaigns = load_campaigns(&mut reader, &mut workspace.folder_problems);
        let stems = self::stems(&reader.tree, SEGMENTS, ".toml", &mut workspace.folder_problems);
        workspace.segments = stems.iter().map(|stem| load_segment(&mut reader, stem)).collect();
        Ok(reader.finish(workspace))
    }

    pub fn folder(&self, paths: &Paths) -> Folder {
        Folder::new(&self.root, paths)
    }

    /// Returns the values of `telecast.toml`, or the defaults if the file cannot be read or parsed.
    pub fn settings(&self) -> Manifest {
        self.manifest.value.clone().unwrap_or_default()
    }

    /// Returns the stem of the webhook that a new campaign uses: the default in `telecast.toml`, or the first webhook.
    pub fn default_webhook(&self) -> Option<String> {
        let first = || self.webhooks.first().map(|webhook| webhook.stem.clone());
        self.settings().defaults.webhook.or_else(first)
    }

    /// Returns the workspace's name for the screen, or the folder's name if the workspace has no name.
    pub fn display_name(&self) -> String {
        let name = self.settings().name;
        let folder =
            || self.root.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if name.trim().is_empty() { folder() } else { name }
    }

    /// Returns the key under which earlier versions of telecast stored the workspace's secrets. This is the id in
    /// `telecast.toml`. If there is no id, it is a key computed from the workspace's path.
    ///
    /// Nothing is stored under this key now. A git clone of the workspace has the same id. If secrets were stored under
    /// the id, the clone would get the secrets of the original. The key only serves to find the secrets that earlier
    /// versions stored.
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
        Some(&self.campaigns[self.campaign_index(stem).ok()?])
    }

    /// Returns the index of the campaign with that stem, or the index at which it would be inserted.
    pub fn campaign_index(&self, stem: &str) -> Result<usize, usize> {
        self.campaigns.binary_search_by(|campaign| campaign.stem.as_str().cmp(stem))
    }

    /// Inserts a campaign, replacing the one with the same stem.
    pub fn put_campaign(&mut self, campaign: Arc<CampaignFiles>) {
        match campaign.has_problems() {
            true => drop(self.with_problems.insert(campaign.stem.clone())),
            false => drop(self.with_problems.remove(&campaign.stem)),
        }
        match self.campaign_index(&campaign.stem) {
            Ok(at) => self.campaigns[at] = campaign,
            Err(at) => self.campaigns.insert(at, campaign),
        }
    }

    pub fn webhook(&self, stem: &str) -> Option<&DefinitionFile<Webhook>> {
        self.webhooks.iter().find(|webhook| webhook.stem == stem)
    }

    /// Returns the dialect of a campaign's body: the campaign's own dialect, or the workspace's if the campaign has
    /// none.
    pub fn dialect(&self, campaign: &CampaignFiles) -> Dialect {
        campaign.value.as_ref().and_then(|value| value.dialect).unwrap_or(self.settings().dialect)
    }

    pub fn problems(&self) -> Vec<FileProblem> {
        let mut problems = self.manifest.source.file_problems();
        problems.extend(self.webhooks.iter().flat_map(|webhook| webhook.source.file_problems()));
        problems.extend(self.segments.iter().flat_map(|segment| segment.source.file_problems()));
        for campaign in self.with_problems.iter().filter_map(|stem| self.campaign(stem)) {
            problems.extend(campaign.source.file_problems());
            problems.extend(campaign.body.file_problems());
        }
        problems.extend(self.partials.iter().chain(&self.samples).flat_map(LoadedFile::file_problems));
        problems.extend(self.folder_problems.iter().cloned());
        problems
    }
}

impl Folder {
    /// Reads only this campaign and returns its body. Returns `None` if neither the campaign's definition nor its body
    /// exists, or if the folder of campaigns cannot be used.
    pub fn body(&self, stem: &str) -> Option<LoadedFile> {
        let folder = self.tree.resolve_folder(CAMPAIGNS).ok()??;
        let mut reader = Reader::new(self.root(), None, clock::now());
        campaign_exists(&folder, stem).then(|| load_campaign(&mut reader, &folder, stem).body.clone())
    }
}

/// The maximum number of bytes to read from all files of a workspace together: enough for thousands of campaigns.
/// Without a limit, many links to one large file would fill the memory.
const MAX_WORKSPACE: u64 = 64 * 1024 * 1024;

const WEBHOOKS: &str = "webhooks";
const CAMPAIGNS: &str = "campaigns";
const SEGMENTS: &str = "segments";

struct Reader<'b> {
    tree: Tree,
    bytes_left: u64,
    is_too_much: bool,
    before: Option<&'b Workspace>,
    /// The stems of the existing webhooks, sorted.
    webhooks: Vec<String>,
    /// Whether `webhooks` differs from the webhooks of the previous version.
    has_other_webhooks: bool,
    now: Timestamp,
}

impl<'b> Reader<'b> {
    fn new(root: &Path, before: Option<&'b Workspace>, now: Timestamp) -> Self {
        Self {
            tree: Tree::new(root),
            bytes_left: MAX_WORKSPACE,
            is_too_much: false,
            before,
            webhooks: Vec::new(),
            has_other_webhooks: true,
            now,
        }
    }

    fn bytes_left(&self) -> Option<u64> {
        (!self.is_too_much).then_some(self.bytes_left)
    }

    fn read(&mut self, path: &str) -> LoadedFile {
        let source = self.tree.read(path);
        self.count_bytes(source)
    }

    fn read_in(&mut self, folder: &ResolvedFolder, name: &str) -> LoadedFile {
        let source = folder.read(name, self.now);
        self.count_bytes(source)
    }

    /// Counts the bytes of a file that was read. If all files together now exceed the limit, returns the file without
    /// its text and with a problem.
    fn count_bytes(&mut self, source: LoadedFile) -> LoadedFile {
        if let Some(bytes_left) = self.bytes_left.checked_sub(source.text.len() as u64) {
            self.bytes_left = bytes_left;
            return source;
        }
        self.is_too_much = true;
        let message =
            format!("the files of this workspace have more than {} MB in total", MAX_WORKSPACE / 1024 / 1024);
        let problem = Diagnostic::error(Code::TooLarge, Span::at(0), message)
            .with_help("telecast ignores this file; make other files smaller");
        LoadedFile {
            text: String::new(),
            fingerprint: Fingerprint::Unknown,
            condition: FileCondition::Unusable,
            problems: vec![problem],
            stamp: None,
            ..source
        }
    }

    /// Returns the campaign of the previous version if it can be shared. Returns `None` in these cases:
    /// - The previous version has no such campaign, or the campaign's definition was not parsed.
    /// - One of the campaign's two files has no stamp, or a different stamp than before.
    /// - The webhooks have changed, and the problem of a missing webhook may have changed with them.
    /// - The campaign exceeds the size limit.
    fn unchanged(&mut self, folder: &ResolvedFolder, stem: &str) -> Option<Arc<CampaignFiles>> {
        let workspace = self.before?;
        let before = &workspace.campaigns[workspace.campaign_index(stem).ok()?];
        let value = before.value.as_ref()?;
        let is_same = |source: &LoadedFile| {
            let (_, name) = source.path.rsplit_once('/')?;
            (source.stamp? == folder.stamp(name, self.now)?).then_some(())
        };
        is_same(&before.source)?;
        is_same(&before.body)?;
        // The problem of a missing webhook lists the existing webhooks. If these have changed, the problem is outdated.
        let is_missing = self.webhooks.binary_search(&value.webhook).is_err();
        let was_missing = || before.source.problems.iter().any(|problem| problem.code == Code::NoSuchWebhook);
        if self.has_other_webhooks && (is_missing || was_missing()) {
            return None;
        }
        // A shared campaign takes memory too, so it counts towards the limit like a campaign that is read.
        self.bytes_left = self.bytes_left.checked_sub(before.len())?;
        Some(Arc::clone(before))
    }

    fn read_manifest(&mut self) -> Workspace {
        Workspace {
            root: self.tree.root().to_path_buf(),
            manifest: load_definition("telecast", self.read(MANIFEST), Manifest::parse),
            webhooks: Vec::new(),
            campaigns: Vec::new(),
            partials: Vec::new(),
            samples: Vec::new(),
            segments: Vec::new(),
            folder_problems: Vec::new(),
            with_problems: BTreeSet::new(),
            bytes_left: None,
        }
    }

    fn finish(mut self, mut workspace: Workspace) -> Workspace {
        let problems = &mut workspace.folder_problems;
        let mut read_all = |folder: &str, ending: &str| -> Vec<LoadedFile> {
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
                missing_webhook(&manifest.source.text, &["defaults", "webhook"], webhook, &self.webhooks);
            manifest.source.problems.push(problem);
        }
        let with_problems = workspace.campaigns.iter().filter(|campaign| campaign.has_problems());
        workspace.with_problems = with_problems.map(|campaign| campaign.stem.clone()).collect();
        workspace.bytes_left = self.bytes_left();
        workspace
    }
}

fn real_root(root: &Path) -> Result<PathBuf, OpenError> {
    let root =
        fs::canonicalize(root).map_err(|source| OpenError::Folder { root: root.to_path_buf(), source })?;
    // Only the existence of the manifest is checked here. If it is a link, the target is checked when the manifest is
    // read.
    match fs::symlink_metadata(root.join(MANIFEST)) {
        Ok(_) => Ok(root),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(OpenError::NoManifest { root }),
        Err(source) => Err(OpenError::Folder { root, source }),
    }
}

fn check_sample(sample: &mut LoadedFile) {
    if sample.condition != FileCondition::Read {
        return;
    }
    match json::parse(&sample.text) {
        Ok(json::Document { trailing_comma: Some(span), .. }) => sample.problems.push(
            Diagnostic::error(Code::NotJson, span, "trailing comma").with_fix(Fix::replace(
                "remove the comma",
                span,
                "",
            )),
        ),
        Ok(document) if document.root.as_object().is_some() => {}
        Ok(document) => sample.problems.push(
            Diagnostic::error(Code::NotAnEvent, document.root.span, "a sample must be a JSON object")
                .with_help("write `{\"Event\": {…}}` or `{\"ExternalTrigger\": {…}}`"),
        ),
        Err(error) => sample.problems.push(Diagnostic::error(Code::NotJson, error.span, error.message())),
    }
}

fn missing_webhook(text: &str, path: &[&str], webhook: &str, stems: &[String]) -> Diagnostic {
    let span = toml::value_span(text, path).unwrap_or(Span::at(0));
    let problem =
        Diagnostic::error(Code::NoSuchWebhook, span, format!("webhooks/{webhook}.toml does not exist"));
    match did_you_mean(webhook, stems.iter().map(String::as_str)) {
        Some(near) => problem.with_help(format!("did you mean `{near}`?")),
        None if stems.is_empty() => problem.with_help("create a webhook first"),
        None => problem.with_help(format!("use one of: {}", stems.join(", "))),
    }
}

fn load_definition<T>(
    stem: &str,
    mut source: LoadedFile,
    parse: impl FnOnce(&str) -> (Option<T>, Vec<Diagnostic>),
) -> DefinitionFile<T> {
    let value = match source.condition {
        FileCondition::Read => {
            let (value, problems) = parse(&source.text);
            source.problems = problems;
            value
        }
        FileCondition::Missing | FileCondition::Unusable => None,
    };
    DefinitionFile { stem: stem.to_owned(), source, value }
}

fn load_webhook(reader: &mut Reader<'_>, stem: &str) -> DefinitionFile<Webhook> {
    load_definition(stem, reader.read(&format!("{WEBHOOKS}/{stem}.toml")), Webhook::parse)
}

fn load_segment(reader: &mut Reader<'_>, stem: &str) -> DefinitionFile<SegmentDefinition> {
    load_definition(stem, reader.read(&format!("{SEGMENTS}/{stem}.toml")), SegmentDefinition::parse)
}

/// The files that telecast itself opens in the private folder, besides drafts and the trash.
const PRIVATE_FILES: [&str; 7] = [
    "id",
    "test-chats.toml",
    "history.jsonl",
    "audience.db",
    "audience.db-wal",
    "audience.db-shm",
    "audience.db-journal",
];

/// Returns a problem for each file or folder in the private folder that is not used because of its path or type.
fn private_problems(tree: &Tree) -> Vec<FileProblem> {
    let problem = |path: &str, error: TreeError| match error {
        TreeError::Breach(breach) => FileProblem::from_diagnostics(path, "", &[breach.problem()]),
        // An I/O error is reported when the file is needed.
        TreeError::Io(_) => Vec::new(),
    };
    // If `.telecast` itself cannot be listed, for example because it is a link out of the workspace, its files are not
    // checked.
    if let Err(error) = tree.list(PRIVATE) {
        return problem(PRIVATE, error);
    }
    let files = PRIVATE_FILES.map(|file| format!("{PRIVATE}/{file}"));
    let folders = ["drafts", "trash"].map(|folder| format!("{PRIVATE}/{folder}"));
    let files = files.iter().filter_map(|path| Some((path, tree.writable_path(path).err()?)));
    let folders = folders.iter().filter_map(|path| Some((path, tree.list(path).err()?)));
    files.chain(folders).flat_map(|(path, error)| problem(path, error)).collect()
}

/// Loads the campaigns, including definitions without a body and bodies without a definition.
fn load_campaigns(reader: &mut Reader<'_>, problems: &mut Vec<FileProblem>) -> Vec<Arc<CampaignFiles>> {
    let names = names(&reader.tree, CAMPAIGNS, problems);
    let mut stems: Vec<&str> = names.iter().filter_map(|name| campaign_of_name(name)).collect();
    stems.sort_unstable();
    stems.dedup();
    let Ok(Some(folder)) = reader.tree.resolve_folder(CAMPAIGNS) else { return Vec::new() };
    let load = |stem: &str| {
        let unchanged = reader.unchanged(&folder, stem);
        unchanged.unwrap_or_else(|| load_campaign(reader, &folder, stem))
    };
    stems.into_iter().map(load).collect()
}

fn campaign_of(path: &str) -> Option<&str> {
    campaign_of_name(path.strip_prefix(CAMPAIGNS)?.strip_prefix('/')?)
}

pub(super) fn campaign_of_name(name: &str) -> Option<&str> {
    let mut endings = std::iter::once(".toml").chain(ContentFormat::ALL.map(ContentFormat::extension));
    let stem = endings.find_map(|ending| name.strip_suffix(ending))?;
    is_stem(stem).then_some(stem)
}

fn campaign_exists(folder: &ResolvedFolder, stem: &str) -> bool {
    let bodies = ContentFormat::ALL.map(|format| format!("{stem}{}", format.extension()));
    is_stem(stem)
        && (folder.is_taken(&format!("{stem}.toml")) || bodies.iter().any(|body| folder.is_taken(body)))
}

fn load_campaign(reader: &mut Reader<'_>, folder: &ResolvedFolder, stem: &str) -> Arc<CampaignFiles> {
    let source = reader.read_in(folder, &format!("{stem}.toml"));
    let DefinitionFile { stem, mut source, value } = load_definition(stem, source, Campaign::parse);
    let body_name = |format: ContentFormat| format!("{stem}{}", format.extension());
    let is_there = |format: ContentFormat| folder.is_taken(&body_name(format));
    let format = match &value {
        Some(campaign) => campaign.content_format,
        // Without a parsed definition, the format is that of the existing body. If there is no body either, the format
        // is the default format, so that the problem below can name the missing file.
        None => ContentFormat::ALL.into_iter().find(|format| is_there(*format)).unwrap_or_default(),
    };
    let mut body = reader.read_in(folder, &body_name(format));
    if source.condition == FileCondition::Missing {
        let problem = Diagnostic::error(Code::NoDefinition, Span::at(0), "this body has no campaign file");
        let problem = problem.with_help(format!("create campaigns/{stem}.toml with `webhook = \"…\"`"));
        source.problems.push(problem);
    }
    if body.condition == FileCondition::Missing {
        let other = ContentFormat::ALL.into_iter().find(|other| *other != format && is_there(*other));
        let problem = Diagnostic::error(Code::NoBody, Span::at(0), "this campaign has no body yet");
        body.problems.push(match other {
            Some(other) => problem.with_help(format!(
                "to use {}, set `content_format = \"{}\"`",
                body_path(&stem, other),
                other.as_str()
            )),
            None => problem.with_help(format!("save it as {}", body.path)),
        });
    }
    let webhook = value.as_ref().map_or("", |value| value.webhook.as_str());
    if !webhook.trim().is_empty() && !reader.webhooks.iter().any(|stem| stem == webhook) {
        source.problems.push(missing_webhook(&source.text, &["webhook"], webhook, &reader.webhooks));
    }
    Arc::new(CampaignFiles { stem, source, value, body })
}

/// Returns the sorted stems of the files in `folder` that end in `ending`, without hidden files.
fn stems(tree: &Tree, folder: &str, ending: &str, problems: &mut Vec<FileProblem>) -> Vec<String> {
    let names = names(tree, folder, problems);
    let stems = names.iter().filter_map(|name| name.strip_suffix(ending)).filter(|stem| is_stem(stem));
    let mut stems: Vec<String> = stems.map(str::to_owned).collect();
    stems.sort_unstable();
    stems
}

pub(super) fn webhook_of_name(name: &str) -> Option<&str> {
    name.strip_suffix(".toml").filter(|stem| is_stem(stem))
}

fn is_stem(stem: &str) -> bool {
    // Hidden files are left out, because they belong to editors or are telecast's own temporary files.
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
            problems.extend(FileProblem::from_diagnostics(folder, "", &[problem]));
            return Vec::new();
        }
    };
    let mut known = Vec::with_capacity(names.len());
    for name in names {
        match name.into_string() {
            Ok(name) => known.push(name),
            Err(name) => {
                // The file cannot be loaded, because this module uses paths in UTF-8. The problem makes sure that the
                // file is not ignored silently.
                let shown = format!("{folder}/{}", name.to_string_lossy());
                let problem = Diagnostic::error(Code::NotUtf8, Span::at(0), "this file's name is not UTF-8");
                problems.extend(FileProblem::from_diagnostics(&shown, "", &[problem.with_help("rename it")]));
            }
        }
    }
    known
}
