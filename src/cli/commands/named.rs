//! Which definition a word of the command line means: a stem, or a path to a file of this workspace.
//!
//! A path is never taken apart for its last name: `other/shop/webhooks/bot.toml` is not the `bot` at hand.

use std::fs;
use std::path::{Path, PathBuf};

use crate::campaign::ContentFormat;
use crate::cli::error::{CliError, Kind, Result};
use crate::cli::place::current_folder;
use crate::diagnostic::did_you_mean;
use crate::workspace::Source;

/// What can be named.
pub trait Named {
    /// What it is, for messages.
    const KIND: &'static str;

    /// What its files are named by.
    fn stem(&self) -> &str;

    /// The files that a path may name.
    fn files(&self) -> Vec<&Source>;
}

/// Returns the one of `all` that `words` mean, in the workspace at `root`, or says why there is none.
///
/// A path counts from the current folder, else, as problems are printed, from the workspace's root.
pub fn find<'a, T: Named>(root: &Path, all: &'a [T], words: &str) -> Result<&'a T> {
    if let Some(found) = all.iter().find(|item| item.stem() == words) {
        return Ok(found);
    }
    if !is_path(words) {
        return Err(unknown(all, words));
    }
    let real = |path: PathBuf| fs::canonicalize(path).ok();
    let wanted = real(current_folder()?.join(words)).or_else(|| real(root.join(words)));
    let is_it =
        |item: &&T| wanted.is_some() && item.files().iter().any(|file| real(root.join(&file.path)) == wanted);
    all.iter().find(is_it).ok_or_else(|| no_file(root, all, words))
}

/// Says that there is none of that stem, and which there are.
pub fn unknown<T: Named>(all: &[T], words: &str) -> CliError {
    let error = CliError::new(Kind::Failed, format!("there is no {} `{words}`", T::KIND));
    let stems = all.iter().map(T::stem);
    match did_you_mean(words, stems.clone()) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => error.hint(format!("there are: {}", stems.collect::<Vec<_>>().join(", "))),
    }
}

fn no_file<T: Named>(root: &Path, all: &[T], words: &str) -> CliError {
    let message = format!("`{words}` is not a {}'s file of the workspace {}", T::KIND, root.display());
    let error = CliError::new(Kind::Failed, message);
    match all.iter().map(T::stem).find(|stem| *stem == stem_in(words)) {
        Some(stem) => error.hint(format!("did you mean `{stem}`, the one of this workspace?")),
        None => error.hint("a path counts from the current folder, or from the workspace's root"),
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
