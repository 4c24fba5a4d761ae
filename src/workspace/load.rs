//! Loading: every file is read for itself, so that a broken one never hides the others.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::folder::{Folder, body_path};
use super::{MANIFEST, PRIVATE};
use crate::campaign::{Campaign, ContentFormat, Manifest, Webhook};
use crate::diagnostic::{Code, Diagnostic, FileProblem, Fix, did_you_mean};
use crate::disk::{Condition, Fingerprint, Source, Tree, TreeError, explain};
use crate::json;
use crate::paths::Paths;
use crate::template::Dialect;
use crate::text::Span;
use crate::toml;

/// A definition and the file it stands in.
#[derive(Debug, Clone, PartialEq)]
pub struct Definition<T> {
    /// The file's name without its ending: what others refer to it by.
    pub stem: String,
    /// The file.
    pub source: Source,
    /// What it says; `None` where it cannot be read or is not TOML.
    pub value: Option<T>,
}

/// A campaign's two files.
#[derive(Debug, Clone, PartialEq)]
pub struct CampaignFiles {
    /// What both files are named by.
    pub stem: String,
    /// The definition's file.
    pub source: Source,
    /// What it says; `None` where it cannot be read, is not TOML, or is not there.
    pub value: Option<Campaign>,
    /// The custom body, byte for byte as typed.
    pub body: Source,
}

impl CampaignFiles {
    /// Returns what to call the campaign on screen: its name, else its stem.
    pub fn display_name(&self) -> &str {
        let name = self.value.as_ref().map_or("", |campaign| campaign.name.trim());
        if name.is_empty() { &self.stem } else { name }
    }
}

/// A workspace as it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Workspace {
    /// The folder.
    pub root: PathBuf,
    /// `telecast.toml`; where it cannot be read, the defaults hold.
    pub manifest: Definition<Manifest>,
    /// The webhooks by stem.
    pub webhooks: Vec<Definition<Webhook>>,
    /// The campaigns by stem.
    pub campaigns: Vec<CampaignFiles>,
    /// The partials by name (without `.liquid`).
    pub partials: Vec<Source>,
    /// The sample events.
    pub samples: Vec<Source>,
    /// What is wrong with the folders themselves.
    pub folder_problems: Vec<FileProblem>,
}

/// Why a folder is no workspace that can be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// It has no `telecast.toml`.
    #[error("{root} is no workspace: it has no telecast.toml")]
    NoManifest {
        /// The folder.
        root: PathBuf,
    },
    /// It cannot be read.
    #[error("cannot open {root}: {}", explain(source))]
    Folder {
        /// The folder.
        root: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

impl Workspace {
    /// Reads all of the workspace in `root`. Fails only where there is none.
    pub fn open(root: &Path) -> Result<Workspace, OpenError> {
        let folder_error = |source| OpenError::Folder { root: root.to_path_buf(), source };
        let root = fs::canonicalize(root).map_err(folder_error)?;
        // Of the name alone: what it leads to is looked at when it is read.
        match fs::symlink_metadata(root.join(MANIFEST)) {
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(OpenError::NoManifest { root });
            }
            Err(source) => return Err(OpenError::Folder { root, source }),
        }
        let mut folder_problems = Vec::new();
        let mut reader = Reader { tree: Tree::new(&root), left: MAX_WORKSPACE };
        let manifest = load_definition(&mut reader, "telecast", MANIFEST, Manifest::parse);
        let webhooks = stems(&reader.tree, "webhooks", ".toml", &mut folder_problems)
            .into_iter()
            .map(|stem| load_definition(&mut reader, &stem, &format!("webhooks/{stem}.toml"), Webhook::parse))
            .collect();
        let campaigns = load_campaigns(&mut reader, &mut folder_problems);
        let mut read_all = |folder: &str, ending: &str| -> Vec<Source> {
            stems(&reader.tree, folder, ending, &mut folder_problems)
                .into_iter()
                .map(|stem| reader.read(&format!("{folder}/{stem}{ending}")))
                .collect()
        };
        let partials = read_all("partials", ".liquid");
        let samples = read_all("samples", ".json");
        folder_problems.extend(private_problems(&reader.tree));
        let mut workspace =
            Workspace { root, manifest, webhooks, campaigns, partials, samples, folder_problems };
        workspace.check_references();
        workspace.check_samples();
        Ok(workspace)
    }

    /// Returns the operations on its files; `paths` says where the user's state directory is.
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

    /// Returns the zone that dates are shown and counted in.
    pub fn time_zone(&self) -> jiff::tz::TimeZone {
        self.settings().zone().unwrap_or_else(jiff::tz::TimeZone::system)
    }

    /// Returns the campaign with that stem.
    pub fn campaign(&self, stem: &str) -> Option<&CampaignFiles> {
        self.campaigns.iter().find(|campaign| campaign.stem == stem)
    }

    /// Returns the webhook with that stem.
    pub fn webhook(&self, stem: &str) -> Option<&Definition<Webhook>> {
        self.webhooks.iter().find(|webhook| webhook.stem == stem)
    }

    /// Returns the dialect of a campaign's body: its own, else the workspace's.
    pub fn dialect(&self, campaign: &CampaignFiles) -> Dialect {
        campaign.value.as_ref().and_then(|value| value.dialect).unwrap_or(self.settings().dialect)
    }

    /// Returns all problems of all files, file by file.
    pub fn problems(&self) -> Vec<FileProblem> {
        let mut problems = self.manifest.source.file_problems();
        problems.extend(self.webhooks.iter().flat_map(|webhook| webhook.source.file_problems()));
        for campaign in &self.campaigns {
            problems.extend(campaign.source.file_problems());
            problems.extend(campaign.body.file_problems());
        }
        problems.extend(self.partials.iter().chain(&self.samples).flat_map(Source::file_problems));
        problems.extend(self.folder_problems.iter().cloned());
        problems
    }

    /// Checks that the webhooks which campaigns and defaults name are there.
    fn check_references(&mut self) {
        let stems: Vec<&str> = self.webhooks.iter().map(|webhook| webhook.stem.as_str()).collect();
        for campaign in &mut self.campaigns {
            let Some(value) = &campaign.value else { continue };
            if !value.webhook.trim().is_empty() && !stems.contains(&value.webhook.as_str()) {
                let problem = no_webhook(&campaign.source.text, &["webhook"], &value.webhook, &stems);
                campaign.source.problems.push(problem);
            }
        }
        let default = self.manifest.value.as_ref().and_then(|manifest| manifest.defaults.webhook.as_deref());
        if let Some(webhook) = default.filter(|webhook| !stems.contains(webhook)) {
            let path = ["defaults", "webhook"];
            let problem = no_webhook(&self.manifest.source.text, &path, webhook, &stems);
            self.manifest.source.problems.push(problem);
        }
    }

    /// Checks that each sample is a JSON object.
    fn check_samples(&mut self) {
        for sample in self.samples.iter_mut().filter(|sample| sample.condition == Condition::Read) {
            match json::parse(&sample.text) {
                Ok(json::Document { trailing_comma: Some(span), .. }) => sample.problems.push(
                    Diagnostic::error(Code::NotJson, span, "a comma with nothing behind it")
                        .with_fix(Fix::replace("take the comma out", span, "")),
                ),
                Ok(document) if document.root.as_object().is_some() => {}
                Ok(document) => sample.problems.push(
                    Diagnostic::error(Code::NotAnEvent, document.root.span, "a sample is a JSON object")
                        .with_help("write `{\"Event\": {…}}` or `{\"ExternalTrigger\": {…}}`"),
                ),
                Err(error) => {
                    sample.problems.push(Diagnostic::error(Code::NotJson, error.span, error.message()))
                }
            }
        }
    }
}

/// The most that is read of all files together: thousands of campaigns. Links to one large file would take all memory.
const MAX_WORKSPACE: u64 = 64 * 1024 * 1024;

/// Reads files until they are too much together.
struct Reader {
    tree: Tree,
    left: u64,
}

impl Reader {
    fn read(&mut self, path: &str) -> Source {
        let source = self.tree.read(path);
        match self.left.checked_sub(source.text.len() as u64) {
            Some(left) => {
                self.left = left;
                source
            }
            None => {
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
                    ..source
                }
            }
        }
    }
}

fn no_webhook(text: &str, path: &[&str], webhook: &str, stems: &[&str]) -> Diagnostic {
    let span = toml::value_span(text, path).unwrap_or(Span::at(0));
    let problem =
        Diagnostic::error(Code::NoSuchWebhook, span, format!("there is no webhooks/{webhook}.toml"));
    match did_you_mean(webhook, stems.iter().copied()) {
        Some(near) => problem.with_help(format!("did you mean `{near}`?")),
        None if stems.is_empty() => problem.with_help("make a webhook first"),
        None => problem.with_help(format!("there are: {}", stems.join(", "))),
    }
}

fn load_definition<T>(
    reader: &mut Reader,
    stem: &str,
    path: &str,
    parse: impl FnOnce(&str) -> (Option<T>, Vec<Diagnostic>),
) -> Definition<T> {
    let mut source = reader.read(path);
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
fn load_campaigns(reader: &mut Reader, problems: &mut Vec<FileProblem>) -> Vec<CampaignFiles> {
    let mut names = stems(&reader.tree, "campaigns", ".toml", problems);
    for format in ContentFormat::ALL {
        names.extend(stems(&reader.tree, "campaigns", format.extension(), &mut Vec::new()));
    }
    names.sort();
    names.dedup();
    names.into_iter().map(|stem| load_campaign(reader, stem)).collect()
}

fn load_campaign(reader: &mut Reader, stem: String) -> CampaignFiles {
    let mut definition = load_definition(reader, &stem, &format!("campaigns/{stem}.toml"), Campaign::parse);
    let tree = reader.tree.clone();
    let is_there = |format: ContentFormat| tree.is_taken(&body_path(&stem, format));
    let format = match &definition.value {
        Some(campaign) => campaign.content_format,
        None => ContentFormat::ALL.into_iter().find(|format| is_there(*format)).unwrap_or_default(),
    };
    let mut body = reader.read(&body_path(&stem, format));
    if definition.source.condition == Condition::Missing {
        let problem =
            Diagnostic::error(Code::NoDefinition, Span::at(0), "this body has no campaign file beside it");
        let problem = problem.with_help(format!("make campaigns/{stem}.toml with `webhook = \"…\"`"));
        definition.source.problems.push(problem);
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
    CampaignFiles { stem, source: definition.source, value: definition.value, body }
}

/// Returns the stems of the files in `folder` that end in `ending`, sorted; hidden files and folders are left out.
fn stems(tree: &Tree, folder: &str, ending: &str, problems: &mut Vec<FileProblem>) -> Vec<String> {
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
    let mut stems = Vec::new();
    for name in names {
        let Some(name) = name.to_str() else {
            let shown = format!("{folder}/{}", name.to_string_lossy());
            let problem = Diagnostic::error(Code::NotUtf8, Span::at(0), "this file's name is not UTF-8");
            problems.extend(FileProblem::place(&shown, "", &[problem.with_help("rename it")]));
            continue;
        };
        let stem = name.strip_suffix(ending).filter(|stem| !stem.is_empty() && !stem.starts_with('.'));
        stems.extend(stem.map(str::to_owned));
    }
    stems.sort();
    stems
}
