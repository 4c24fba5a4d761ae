//! Which campaign, webhook or profile a word means: a stem, a path to a file of this workspace, an identity.
//!
//! A path is never taken apart for its last name: `other/shop/webhooks/bot.toml` is not the `bot` at hand.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::campaign::{ContentFormat, Webhook};
use crate::diagnostic::did_you_mean;
use crate::profile::Profile;
use crate::store::{self, Store};
use crate::workspace::{CampaignFiles, Definition, Source, Workspace};

#[derive(Debug, thiserror::Error)]
pub enum FindError {
    #[error("there is no {kind} `{name}`")]
    Unknown {
        /// What was looked for: a campaign, a webhook.
        kind: &'static str,
        name: String,
        hint: String,
    },
    #[error("`{path}` is not a {kind}'s file of the workspace {}", root.display())]
    NoFile { kind: &'static str, path: String, root: PathBuf, hint: String },
    #[error("there is no profile `{0}`")]
    NoProfile(String),
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl FindError {
    pub fn hint(&self) -> Option<&str> {
        match self {
            FindError::Unknown { hint, .. } | FindError::NoFile { hint, .. } => Some(hint),
            FindError::NoProfile(_) => Some("telecast profiles list TEXT searches identities and names"),
            FindError::Store(_) => None,
        }
    }
}

struct Named<'a, T> {
    item: &'a T,
    stem: &'a str,
    files: Vec<&'a Source>,
}

/// Returns the campaign that `words` mean: its stem, or a path to one of its files, from the folder `current`, else, as
/// problems are printed, from the workspace's root.
pub fn find_campaign<'a>(
    workspace: &'a Workspace,
    current: &Path,
    words: &str,
) -> Result<&'a CampaignFiles, FindError> {
    let named =
        |item: &'a CampaignFiles| Named { item, stem: &item.stem, files: vec![&item.source, &item.body] };
    find(&workspace.root, "campaign", workspace.campaigns.iter().map(Arc::as_ref).map(named), current, words)
}

/// Returns the webhook that `words` mean, as [`find_campaign`] does.
pub fn find_webhook<'a>(
    workspace: &'a Workspace,
    current: &Path,
    words: &str,
) -> Result<&'a Definition<Webhook>, FindError> {
    let named = |item: &'a Definition<Webhook>| Named { item, stem: &item.stem, files: vec![&item.source] };
    find(&workspace.root, "webhook", workspace.webhooks.iter().map(named), current, words)
}

/// Returns the profile with this identity; there is none where there are no people.
pub fn find_profile(people: Option<&dyn Store>, identity: &str) -> Result<Profile, FindError> {
    let found = people.map(|people| people.get(identity)).transpose()?.flatten();
    found.ok_or_else(|| FindError::NoProfile(identity.to_owned()))
}

pub(super) fn unknown_webhook(workspace: &Workspace, stem: &str) -> FindError {
    unknown("webhook", workspace.webhooks.iter().map(|webhook| webhook.stem.as_str()), stem)
}

fn find<'a, T>(
    root: &Path,
    kind: &'static str,
    mut all: impl Iterator<Item = Named<'a, T>> + Clone,
    current: &Path,
    words: &str,
) -> Result<&'a T, FindError> {
    let stems = all.clone().map(|named| named.stem);
    let called = |stem: &str| all.clone().find(|named| named.stem == stem);
    if let Some(found) = called(words) {
        return Ok(found.item);
    }
    if !is_path(words) {
        return Err(unknown(kind, stems, words));
    }
    let hint = match called(stem_in(words)) {
        Some(near) => format!("did you mean `{}`, the one of this workspace?", near.stem),
        None => "a path counts from the current folder, or from the workspace's root".to_owned(),
    };
    let real = |path: PathBuf| fs::canonicalize(path).ok();
    let wanted = real(current.join(words)).or_else(|| real(root.join(words)));
    let is_wanted = |file: &&Source| wanted.is_some() && real(root.join(&file.path)) == wanted;
    let found = all.find(|named| named.files.iter().any(is_wanted));
    let no_file = || FindError::NoFile { kind, path: words.to_owned(), root: root.to_owned(), hint };
    found.map(|named| named.item).ok_or_else(no_file)
}

fn unknown<'a>(kind: &'static str, stems: impl Iterator<Item = &'a str> + Clone, words: &str) -> FindError {
    let hint = match did_you_mean(words, stems.clone()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there are: {}", stems.collect::<Vec<_>>().join(", ")),
    };
    FindError::Unknown { kind, name: words.to_owned(), hint }
}

fn is_path(words: &str) -> bool {
    words.contains(['/', '\\']) || stem_in(words) != words
}

fn stem_in(words: &str) -> &str {
    let file = words.rsplit(['/', '\\']).next().unwrap_or(words);
    let mut endings = ContentFormat::ALL.iter().map(|format| format.extension()).chain([".toml", ".liquid"]);
    endings.find_map(|ending| file.strip_suffix(ending)).unwrap_or(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(words: &str, expected: &str) {
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
        let found = match find_campaign(&workspace, &home.path().join("elsewhere"), words) {
            Ok(campaign) => campaign.stem.clone(),
            Err(error) => format!("{error}; {}", error.hint().unwrap()),
        };
        assert_eq!(found.replace(workspace.root.to_str().unwrap(), "ROOT"), expected);
    }

    #[test]
    fn a_stem_or_a_path_from_either_folder_is_found() {
        for words in ["sale", "campaigns/sale.json.liquid", "../shop/campaigns/sale.toml"] {
            check(words, "sale");
        }
    }

    #[test]
    fn what_is_not_found_says_what_may_be_meant() {
        check("sael", "there is no campaign `sael`; did you mean `sale`?");
        check("welcome", "there is no campaign `welcome`; there are: sale");
        check(
            "campaigns/sale.toml",
            "`campaigns/sale.toml` is not a campaign's file of the workspace ROOT; did you mean `sale`, the one of this workspace?",
        );
        check(
            "webhooks/bot.toml",
            "`webhooks/bot.toml` is not a campaign's file of the workspace ROOT; a path counts from the current folder, or from the workspace's root",
        );
    }

    #[test]
    fn where_there_are_no_people_there_is_no_profile() {
        assert_eq!(find_profile(None, "anna").unwrap_err().to_string(), "there is no profile `anna`");
    }
}
