//! Which campaign, webhook or profile a word means: a stem, a path to a file of this workspace, an identity.
//!
//! A path is never taken apart for its last name: `other/shop/webhooks/bot.toml` is not the `bot` at hand.

use std::fs;
use std::path::{Path, PathBuf};

use crate::campaign::{ContentFormat, Webhook};
use crate::diagnostic::did_you_mean;
use crate::profile::Profile;
use crate::store::{self, Store};
use crate::workspace::{CampaignFiles, Definition, Source, Workspace};

/// Why nothing is meant by a word.
#[derive(Debug, thiserror::Error)]
pub enum FindError {
    /// There is none of that name.
    #[error("there is no {kind} `{name}`")]
    Unknown {
        /// What was looked for: a campaign, a webhook.
        kind: &'static str,
        /// The name.
        name: String,
        /// The name that was likely meant.
        near: Option<String>,
        /// The names that there are.
        known: Vec<String>,
    },
    /// The path leads to no such file of this workspace.
    #[error("`{path}` is not a {kind}'s file of the workspace {}", root.display())]
    NoFile {
        /// What was looked for.
        kind: &'static str,
        /// The path.
        path: String,
        /// The workspace.
        root: PathBuf,
        /// The one of this workspace whose file is called the same.
        near: Option<String>,
    },
    /// There is no such profile.
    #[error("there is no profile `{0}`")]
    NoProfile(String),
    /// The people cannot be read.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl FindError {
    /// Returns what to do instead.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            FindError::Unknown { near: Some(near), .. } => format!("did you mean `{near}`?"),
            FindError::Unknown { known, .. } => format!("there are: {}", known.join(", ")),
            FindError::NoFile { near: Some(near), .. } => {
                format!("did you mean `{near}`, the one of this workspace?")
            }
            FindError::NoFile { .. } => {
                "a path counts from the current folder, or from the workspace's root".to_owned()
            }
            FindError::NoProfile(_) => "telecast profiles list TEXT searches identities and names".to_owned(),
            FindError::Store(_) => return None,
        })
    }
}

/// What can be named.
trait Named {
    const KIND: &'static str;

    fn stem(&self) -> &str;

    /// The files that a path may name.
    fn files(&self) -> Vec<&Source>;
}

impl Named for CampaignFiles {
    const KIND: &'static str = "campaign";

    fn stem(&self) -> &str {
        &self.stem
    }

    fn files(&self) -> Vec<&Source> {
        vec![&self.source, &self.body]
    }
}

impl Named for Definition<Webhook> {
    const KIND: &'static str = "webhook";

    fn stem(&self) -> &str {
        &self.stem
    }

    fn files(&self) -> Vec<&Source> {
        vec![&self.source]
    }
}

/// Returns the campaign that `words` mean: its stem, or a path to one of its files, from the folder `current`, else, as
/// problems are printed, from the workspace's root.
pub fn find_campaign<'a>(
    workspace: &'a Workspace,
    current: &Path,
    words: &str,
) -> Result<&'a CampaignFiles, FindError> {
    find(&workspace.root, &workspace.campaigns, current, words)
}

/// Returns the webhook that `words` mean, as [`find_campaign`] does.
pub fn find_webhook<'a>(
    workspace: &'a Workspace,
    current: &Path,
    words: &str,
) -> Result<&'a Definition<Webhook>, FindError> {
    find(&workspace.root, &workspace.webhooks, current, words)
}

/// Returns the profile with this identity; there is none where there are no people.
pub fn find_profile(people: Option<&dyn Store>, identity: &str) -> Result<Profile, FindError> {
    let found = people.map(|people| people.get(identity)).transpose()?.flatten();
    found.ok_or_else(|| FindError::NoProfile(identity.to_owned()))
}

/// Says that there is no webhook of this stem, and which there are.
pub(super) fn unknown_webhook(workspace: &Workspace, stem: &str) -> FindError {
    unknown(&workspace.webhooks, stem)
}

fn find<'a, T: Named>(root: &Path, all: &'a [T], current: &Path, words: &str) -> Result<&'a T, FindError> {
    if let Some(found) = all.iter().find(|item| item.stem() == words) {
        return Ok(found);
    }
    if !is_path(words) {
        return Err(unknown(all, words));
    }
    let real = |path: PathBuf| fs::canonicalize(path).ok();
    let wanted = real(current.join(words)).or_else(|| real(root.join(words)));
    let is_it =
        |item: &&T| wanted.is_some() && item.files().iter().any(|file| real(root.join(&file.path)) == wanted);
    all.iter().find(is_it).ok_or_else(|| FindError::NoFile {
        kind: T::KIND,
        path: words.to_owned(),
        root: root.to_owned(),
        near: all.iter().map(T::stem).find(|stem| *stem == stem_in(words)).map(str::to_owned),
    })
}

fn unknown<T: Named>(all: &[T], words: &str) -> FindError {
    let stems = all.iter().map(T::stem);
    FindError::Unknown {
        kind: T::KIND,
        name: words.to_owned(),
        near: did_you_mean(words, stems.clone()).map(str::to_owned),
        known: stems.map(str::to_owned).collect(),
    }
}

fn is_path(words: &str) -> bool {
    words.contains(['/', '\\']) || stem_in(words) != words
}

/// Returns the last name of a path without its ending.
fn stem_in(words: &str) -> &str {
    let file = words.rsplit(['/', '\\']).next().unwrap_or(words);
    let mut endings = ContentFormat::ALL.iter().map(|format| format.extension()).chain([".toml", ".liquid"]);
    endings.find_map(|ending| file.strip_suffix(ending)).unwrap_or(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a word means in a workspace of the webhook `bot` and the campaign `sale`, asked for in `elsewhere`.
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
