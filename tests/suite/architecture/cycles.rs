//! Dependency cycles between files. Each path is resolved to the file that defines its last name, through re-exports.
//!
//! Two files may use each other, as a tree and the code that walks it do. A larger cycle has no order in which to read
//! the files: move a type out of it into its own file, or split a file.

use std::collections::{BTreeMap, BTreeSet};

use super::{Source, is_name_char, leading_name, sources};

/// The one exception: the functions of the screen's `update` call each other across files.
const EXCEPTION: &str = "ui/screen/compose";

#[test]
fn no_dependency_cycle_has_more_than_two_files() {
    let files = files(&sources());
    let wrong: Vec<String> = cycles(&uses(&files))
        .into_iter()
        .filter(|cycle| 2 < cycle.len())
        .filter(|cycle| !cycle.keys().all(|path| path.starts_with(EXCEPTION)))
        .map(|cycle| {
            let lines = cycle.iter().map(|(file, used)| format!("  {file} uses {}", used.join(", ")));
            lines.collect::<Vec<_>>().join("\n")
        })
        .collect();
    assert!(wrong.is_empty(), "dependency cycles between files:\n{}", wrong.join("\n\n"));
}

/// The paths that a file names, as written, split at `::`.
#[derive(Default)]
pub(super) struct File {
    /// The paths that its `use`s import, by their local names.
    aliases: BTreeMap<String, Vec<String>>,
    /// The paths it uses.
    used: BTreeSet<Vec<String>>,
}

/// The files by their path in `src`, without `.rs`; empty for `lib.rs`.
pub(super) type Files = BTreeMap<String, File>;

pub(super) fn files(sources: &[Source]) -> Files {
    let sources = sources.iter().filter(|source| source.path != "src/main.rs");
    let place = |source: &Source| source.path.replace("src/", "").replace(".rs", "");
    let named = sources.map(|source| match place(source) {
        lib if lib == "lib" => (String::new(), file(&source.code)),
        place => (place, file(&source.code)),
    });
    named.collect()
}

/// Reads the `use`s, and all paths of more than one name.
fn file(code: &str) -> File {
    let mut file = File::default();
    let mut reexported = Vec::new();
    let mut words = BTreeSet::new();
    let mut is_public = false;
    let mut rest = code;
    while let Some(start) = rest.find(is_name_char) {
        rest = &rest[start..];
        let word = leading_name(rest).unwrap();
        let after = &rest[word.len()..];
        let was_public = std::mem::replace(&mut is_public, word == "pub");
        rest = match word.as_str() {
            "use" => {
                let (tree, after) = after.split_once(';').unwrap_or((after, ""));
                for (path, name) in paths(tree) {
                    match was_public {
                        true => reexported.push((name.clone(), path.clone())),
                        false => drop(file.used.insert(path.clone())),
                    }
                    file.aliases.insert(name, path);
                }
                after
            }
            // Neither the path of a visibility nor the name in a declaration is a use.
            "pub" if after.starts_with('(') => after.split_once(')').map_or("", |(_, after)| after),
            "mod" => after.trim_start().trim_start_matches(is_name_char),
            _ => {
                let end = rest.find(|c| !is_name_char(c) && c != ':').unwrap_or(rest.len());
                let path = names(&rest[..end]);
                words.insert(word);
                if 1 < path.len() {
                    file.used.insert(path);
                }
                &rest[end..]
            }
        };
    }
    // A re-export alone is not a use; it counts only if the file also names it.
    file.used.extend(reexported.into_iter().filter(|(name, _)| words.contains(name)).map(|(_, path)| path));
    file
}

fn names(path: &str) -> Vec<String> {
    path.split("::").map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// Returns the paths of a `use`, each with the name that it imports.
fn paths(tree: &str) -> Vec<(Vec<String>, String)> {
    let Some((stem, inside)) = tree.split_once('{') else {
        let (path, alias) = tree.split_once(" as ").unwrap_or((tree, ""));
        let mut path = names(path);
        if path.last().is_some_and(|last| last == "self") {
            path.pop();
        }
        let name = Some(alias.trim().to_owned()).filter(|alias| !alias.is_empty()).or(path.last().cloned());
        return name.map(|name| (path, name)).into_iter().collect();
    };
    let inside = &inside[..inside.rfind('}').unwrap_or(inside.len())];
    let (mut found, mut depth, mut from) = (Vec::new(), 0, 0);
    for (at, c) in inside.char_indices().chain([(inside.len(), ',')]) {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 && !inside[from..at].trim().is_empty() => {
                found.extend(paths(&format!("{stem}{}", inside[from..at].trim())));
                from = at + 1;
            }
            _ => {}
        }
    }
    found
}

pub(super) type Uses<'f> = BTreeMap<&'f str, BTreeSet<&'f str>>;

/// Returns which files each file uses.
pub(super) fn uses(files: &Files) -> Uses<'_> {
    let uses = files.iter().map(|(own, file)| {
        let used = file.used.iter().filter_map(|path| resolve(files, own, path, 0));
        (own.as_str(), used.filter(|used| used != own).collect())
    });
    uses.collect()
}

/// Resolves a path in the file `from` to the file that defines it; `None` if it is not one of our files.
fn resolve<'f>(files: &'f Files, from: &str, path: &[String], n_aliases: usize) -> Option<&'f str> {
    // An alias may refer to itself.
    if 16 < n_aliases {
        return None;
    }
    let parent = |module: &str| module.rsplit_once('/').map_or("", |(parent, _)| parent).to_owned();
    let child = |module: &str, name: &str| format!("{module}/{name}").trim_start_matches('/').to_owned();
    let (mut module, rest) = match path.first()?.as_str() {
        "crate" => (String::new(), &path[1..]),
        "self" => (from.to_owned(), &path[1..]),
        "super" => (parent(from), &path[1..]),
        name if files.contains_key(&child(from, name)) || files[from].aliases.contains_key(name) => {
            (from.to_owned(), path)
        }
        _ => return None,
    };
    for (nth, name) in rest.iter().enumerate() {
        let inner = child(&module, name);
        if name == "super" {
            module = parent(&module);
        } else if files.contains_key(&inner) {
            module = inner;
        } else {
            let Some(alias) = files.get(&module)?.aliases.get(name) else { break };
            let whole = [alias, &rest[nth + 1..]].concat();
            return resolve(files, &module, &whole, n_aliases + 1);
        }
    }
    files.get_key_value(&module).map(|(path, _)| path.as_str())
}

/// Returns the cycles: sets of files that reach each other, each file with the files of the set that it uses.
fn cycles<'f>(uses: &Uses<'f>) -> BTreeSet<BTreeMap<&'f str, Vec<&'f str>>> {
    let reached: Uses<'f> = uses.keys().map(|from| (*from, reached(uses, from))).collect();
    let cycles = uses.keys().map(|file| {
        let others = reached[file].iter().filter(|other| reached[*other].contains(file));
        let cycle: BTreeSet<&str> = others.copied().collect();
        let within = |file: &'f str| uses[file].intersection(&cycle).copied().collect();
        cycle.iter().map(|file| (*file, within(file))).collect()
    });
    cycles.filter(|cycle: &BTreeMap<_, _>| !cycle.is_empty()).collect()
}

fn reached<'f>(uses: &Uses<'f>, from: &str) -> BTreeSet<&'f str> {
    let mut found = BTreeSet::new();
    let mut left: Vec<&str> = uses[from].iter().copied().collect();
    while let Some(file) = left.pop() {
        if found.insert(file) {
            left.extend(&uses[file]);
        }
    }
    found
}

/// Checks which cycles are between files with this code; each cycle is the list of its files.
#[track_caller]
fn check(codes: &[(&str, &str)], expected: &[&[&str]]) {
    let source = |(path, code): &(&str, &str)| Source {
        path: format!("src/{path}.rs"),
        module: String::new(),
        code: (*code).to_owned(),
    };
    let files = files(&codes.iter().map(source).collect::<Vec<_>>());
    let found: Vec<Vec<&str>> =
        cycles(&uses(&files)).into_iter().map(|cycle| cycle.into_keys().collect()).collect();
    assert_eq!(found, expected);
}

#[test]
fn cycles_are_found_through_every_kind_of_path() {
    let lib = ("lib", "pub mod a; pub mod d;");
    // Through the parent's re-export, a function's path, a group with an alias, and a `super` of a `super`.
    let a = ("a", "mod b; mod c; pub use b::B; pub use c::{C as Sea};");
    let b = ("a/b", "use super::Sea; pub struct B;");
    check(&[lib, a, b, ("a/c", "fn f() { super::b::f() }")], &[&["a/b", "a/c"]]);
    check(
        &[lib, a, b, ("a/c", "use crate::d::{self, D};"), ("d", "use crate::a::B;")],
        &[&["a/b", "a/c", "d"]],
    );
    check(&[lib, a, b, ("a/c", "mod e;"), ("a/c/e", "use super::super::B;")], &[]);
    // A parent uses its child if it names it, not if it only declares or re-exports it.
    let child = ("a/b", "use super::T;");
    check(&[lib, ("a", "mod b; pub use b::B; pub struct T;"), child], &[]);
    check(&[lib, ("a", "mod b; pub(in crate::a) use b::B; struct T(B);"), child], &[&["a", "a/b"]]);
    check(&[lib, ("a", "mod b; fn f() { b::f() } struct T;"), child], &[&["a", "a/b"]]);
}
