//! Finds the campaign, the webhook, or the profile that a command's argument names. A campaign or a webhook is found by
//! its stem (the file's name without its extensions) or by a path to one of its files. A profile is found by its
//! identity.
//!
//! A path is compared as a whole and not only by its file name: `other/shop/webhooks/bot.toml` is not the webhook `bot`
//! of this workspace.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::campaign::{ContentFormat, Webhook};
use crate::diagnostic::did_you_mean;
use crate::profile::Profile;
use crate::store::{self, Store};
use crate::workspace::{CampaignFiles, DefinitionFile, LoadedFile, Workspace};

#[derive(Debug, thiserror::Error)]
pub(crate) enum FindError {
    #[error("there is no {kind} `{name}`")]
    Unknown {
        /// "campaign" or "webhook".
        kind: &'static str,
        name: String,
        hint: String,
    },
    #[error("`{path}` is not a {kind} file of the workspace {}", root.display())]
    NoFile { kind: &'static str, path: String, root: PathBuf, hint: String },
    #[error("there is no profile `{0}`")]
    NoProfile(String),
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl FindError {
    pub(crate) fn hint(&self) -> Option<&str> {
        match self {
            FindError::Unknown { hint, .. } | FindError::NoFile { hint, .. } => Some(hint),
            FindError::NoProfile(_) => Some("telecast profiles list TEXT searches identities and properties"),
            FindError::Store(_) => None,
        }
    }
}

struct Candidate<'a, T> {
    item: &'a T,
    stem: &'a str,
    files: Vec<&'a LoadedFile>,
}

/// Finds a campaign by its stem or by a path to one of its files. A path is first resolved against `current`. If that
/// file does not exist, the path is resolved against the workspace's root, because the output of `telecast check`
/// contains such paths.
pub(crate) fn find_campaign<'a>(
    workspace: &'a Workspace,
    current: &Path,
    query: &str,
) -> Result<&'a CampaignFiles, FindError> {
    let candidate =
        |item: &'a CampaignFiles| Candidate { item, stem: &item.stem, files: vec![&item.source, &item.body] };
    find(
        &workspace.root,
        "campaign",
        workspace.campaigns.iter().map(Arc::as_ref).map(candidate),
        current,
        query,
    )
}

/// Finds a webhook by its stem or by a path to its file, like [`find_campaign`].
pub(crate) fn find_webhook<'a>(
    workspace: &'a Workspace,
    current: &Path,
    query: &str,
) -> Result<&'a DefinitionFile<Webhook>, FindError> {
    let candidate =
        |item: &'a DefinitionFile<Webhook>| Candidate { item, stem: &item.stem, files: vec![&item.source] };
    find(&workspace.root, "webhook", workspace.webhooks.iter().map(candidate), current, query)
}

/// Finds a profile by its identity. Without a store, there are no profiles.
pub(crate) fn find_profile(store: Option<&dyn Store>, identity: &str) -> Result<Profile, FindError> {
    let found = store.map(|store| store.get(identity)).transpose()?.flatten();
    found.ok_or_else(|| FindError::NoProfile(identity.to_owned()))
}

pub(super) fn unknown_webhook(workspace: &Workspace, stem: &str) -> FindError {
    unknown("webhook", workspace.webhooks.iter().map(|webhook| webhook.stem.as_str()), stem)
}

fn find<'a, T>(
    root: &Path,
    kind: &'static str,
    mut all: impl Iterator<Item = Candidate<'a, T>> + Clone,
    current: &Path,
    query: &str,
) -> Result<&'a T, FindError> {
    let stems = all.clone().map(|candidate| candidate.stem);
    let by_stem = |stem: &str| all.clone().find(|candidate| candidate.stem == stem);
    // Stems are tried before paths: `sale` means the campaign `sale`, even if the current folder has a file named
    // `sale`.
    if let Some(found) = by_stem(query) {
        return Ok(found.item);
    }
    if !is_path(query) {
        return Err(unknown(kind, stems, query));
    }
    let hint = match by_stem(stem_in(query)) {
        Some(near) => format!("did you mean `{}` in this workspace?", near.stem),
        None => "a path starts at the current folder or at the workspace's root".to_owned(),
    };
    // The paths are resolved before they are compared, so that `..` and symbolic links in the argument work.
    let real = |path: PathBuf| fs::canonicalize(path).ok();
    let wanted = real(current.join(query)).or_else(|| real(root.join(query)));
    let is_wanted = |file: &&LoadedFile| wanted.is_some() && real(root.join(&file.path)) == wanted;
    let found = all.find(|candidate| candidate.files.iter().any(is_wanted));
    let no_file = || FindError::NoFile { kind, path: query.to_owned(), root: root.to_owned(), hint };
    found.map(|candidate| candidate.item).ok_or_else(no_file)
}

fn unknown<'a>(kind: &'static str, stems: impl Iterator<Item = &'a str> + Clone, query: &str) -> FindError {
    let hint = match did_you_mean(query, stems.clone()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there are: {}", stems.collect::<Vec<_>>().join(", ")),
    };
    FindError::Unknown { kind, name: query.to_owned(), hint }
}

fn is_path(query: &str) -> bool {
    query.contains(['/', '\\']) || stem_in(query) != query
}

fn stem_in(query: &str) -> &str {
    let file = query.rsplit(['/', '\\']).next().unwrap_or(query);
    let mut endings = ContentFormat::ALL.iter().map(|format| format.extension()).chain([".toml", ".liquid"]);
    endings.find_map(|ending| file.strip_suffix(ending)).unwrap_or(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(query: &str, expected: &str) {
        let home = tempfile::tempdir().unwrap();
        let root = home.path().join("shop");
        for folder in ["shop/campaigns", "shop/webhooks", "elsewhere/campaigns"] {
            fs::create_dir_all(home.path().join(folder)).unwrap();
        }
        for file in
            ["telecast.toml", "webhooks/bot.toml", "campaigns/sale.toml", "campaigns/sale.json.liquid"]
        {
            fs::write(root.join(file), "").unwrap();
        }
        fs::write(home.path().join("elsewhere/campaigns/sale.toml"), "").unwrap();
        let workspace = Workspace::open(&root).unwrap();
        let found = match find_campaign(&workspace, &home.path().join("elsewhere"), query) {
            Ok(campaign) => campaign.stem.clone(),
            Err(error) => format!("{error}; {}", error.hint().unwrap()),
        };
        assert_eq!(found.replace(workspace.root.to_str().unwrap(), "ROOT"), expected);
    }

    #[test]
    fn a_campaign_is_found_by_stem_or_by_relative_path() {
        for query in ["sale", "campaigns/sale.json.liquid", "../shop/campaigns/sale.toml"] {
            check(query, "sale");
        }
    }

    #[test]
    fn an_unknown_campaign_comes_with_a_suggestion() {
        check("sael", "there is no campaign `sael`; did you mean `sale`?");
        check("welcome", "there is no campaign `welcome`; there are: sale");
        check(
            "campaigns/sale.toml",
            "`campaigns/sale.toml` is not a campaign file of the workspace ROOT; did you mean `sale` in this workspace?",
        );
        check(
            "webhooks/bot.toml",
            "`webhooks/bot.toml` is not a campaign file of the workspace ROOT; a path starts at the current folder or at the workspace's root",
        );
    }

    #[test]
    fn without_a_store_no_profile_is_found() {
        assert_eq!(find_profile(None, "anna").unwrap_err().to_string(), "there is no profile `anna`");
    }
}
