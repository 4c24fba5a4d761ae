//! The layers stay apart: who may use whom, what the core may not name, and which crate lives in which room.

mod circles;
mod rooms;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use telecast::diagnostic::CODES;

/// The modules of the core: no files, no network, no clock, no randomness.
const CORE: std::ops::RangeInclusive<&str> = "text"..="complete";

/// What the core never names.
const FORBIDDEN_IN_CORE: &[&str] = &[
    "std::fs",
    // Addresses are data; sockets are not.
    "TcpStream",
    "TcpListener",
    "UdpSocket",
    "ToSocketAddrs",
    "std::env",
    "std::process",
    "std::thread",
    "SystemTime",
    "Instant::now",
    "Timestamp::now",
    "Zoned::now",
    "RandomState",
    "tokio",
    "reqwest",
    "rusqlite",
    "ratatui",
    "crossterm",
];

/// Third-party crates and the only places that may name them.
const ROOMS: &[(&str, &[&str])] = &[
    ("toml_edit", &["toml"]),
    ("rusqlite", &["store"]),
    ("reqwest", &["botapi"]),
    ("webpki_roots", &["botapi"]),
    ("hyper", &["sandbox"]),
    ("hyper_util", &["sandbox"]),
    ("multer", &["sandbox"]),
    ("url", &["campaign"]),
    ("ring", &["disk"]),
    ("directories", &["paths"]),
    ("notify", &["workspace"]),
    ("clap", &["cli"]),
    ("ropey", &["editor"]),
    ("ratatui", &["ui"]),
    ("ratatui_crossterm", &["ui"]),
    // State, update, layout and drawing never see the terminal.
    ("crossterm", &["ui/runtime", "ui/shared/keymap"]),
    ("syntect", &["ui/editor/highlight"]),
];

/// How many crates the lock may hold: a new one should be worth a thought.
const LOCKED_CRATES: usize = 320;

#[test]
fn a_module_uses_only_modules_above_it() {
    let order = modules_in_order();
    let place = |name: &str| order.iter().position(|module| module == name);
    let mut wrong = Vec::new();
    for source in sources() {
        let Some(own) = place(&source.module) else { continue };
        for used in source.uses() {
            match place(&used) {
                Some(other) if own < other => {
                    wrong.push(format!("{}: {} is below {}", source.path, used, source.module));
                }
                _ => {}
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_two_edges_do_not_know_each_other() {
    let wrong: Vec<String> = sources()
        .iter()
        .filter(|source| {
            let other = match source.module.as_str() {
                "cli" => "ui",
                "ui" => "cli",
                _ => return false,
            };
            source.uses().iter().any(|used| used == other)
        })
        .map(|source| source.path.clone())
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_source_file_belongs_to_a_listed_module() {
    let order = modules_in_order();
    let stray: Vec<String> = sources()
        .into_iter()
        .filter(|source| !order.contains(&source.module) && !matches!(source.module.as_str(), "lib" | "main"))
        .map(|source| source.path)
        .collect();
    assert!(stray.is_empty(), "{}", stray.join("\n"));
}

#[test]
fn the_core_touches_nothing_outside() {
    let core = core_modules();
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| core.contains(&source.module)) {
        for name in FORBIDDEN_IN_CORE {
            if source.names(name) {
                wrong.push(format!("{}: {name}", source.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The only files that work with a workspace and name the file system: what they open is the root itself, or a real path
/// that `disk::Tree` gave them.
const OPENERS: &[&str] = &[
    "workspace/discover.rs",
    "workspace/history.rs",
    "workspace/load.rs",
    "workspace/private.rs",
    // Files that a command's arguments name.
    "service/find.rs",
    "cli/commands/read.rs",
    "cli/commands/man.rs",
];

#[test]
fn files_of_a_workspace_are_opened_by_the_tree_alone() {
    let rooms = ["workspace", "service", "capture", "cli", "ui"];
    let opens = |source: &&Source| {
        ["fs::", "std::fs", "File::open", "File::create"].iter().any(|name| source.names(name))
    };
    let wrong: Vec<String> = sources()
        .iter()
        .filter(|source| rooms.contains(&source.module.as_str()))
        .filter(opens)
        .map(|source| source.path.clone())
        .filter(|path| !OPENERS.iter().any(|opener| path.ends_with(opener)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn third_party_types_stay_in_their_room() {
    let mut wrong = Vec::new();
    for source in sources() {
        for (name, rooms) in ROOMS {
            let at_home = rooms.iter().any(|room| source.is_in(room));
            if !at_home && !source.means_its_own(name) && source.names(&format!("{name}::")) {
                wrong.push(format!("{}: {name} belongs to {}", source.path, rooms.join(", ")));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn module_files_stand_beside_their_folder_and_nothing_is_silenced() {
    let mut wrong = Vec::new();
    for source in sources() {
        if source.path.ends_with("/mod.rs") {
            wrong.push(format!("{}: a mod.rs", source.path));
        }
        for silenced in ["#[allow(", "#![allow(", "unsafe {", "unsafe fn", "unsafe impl"] {
            if source.code.contains(silenced) {
                wrong.push(format!("{}: {silenced}", source.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_main_file_stays_thin() {
    let main = read(&root().join("src/main.rs"));
    let n_lines = main.lines().count();
    assert!(n_lines <= 40, "src/main.rs has {n_lines} lines");
}

#[test]
fn nothing_else_lies_at_the_top() {
    let known = ["Cargo.toml", "Cargo.lock", "src", "assets", "tests", "README.md", "target"];
    let mut stray = Vec::new();
    for entry in std::fs::read_dir(root()).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') && !known.contains(&name.as_str()) {
            stray.push(name);
        }
    }
    assert!(stray.is_empty(), "{stray:?}");
}

#[test]
fn the_readme_maps_every_module() {
    let readme = read(&root().join("README.md"));
    let missing: Vec<String> = modules_in_order()
        .into_iter()
        .filter(|module| !readme.lines().any(|line| line.starts_with(&format!("| `{module}` |"))))
        .collect();
    assert!(missing.is_empty(), "no row in README.md's architecture table for {missing:?}");
}

#[test]
fn the_tree_of_dependencies_stays_small() {
    let lock = read(&root().join("Cargo.lock"));
    let n_crates = lock.lines().filter(|line| *line == "[[package]]").count();
    assert!(n_crates <= LOCKED_CRATES, "{n_crates} crates in Cargo.lock, the ceiling is {LOCKED_CRATES}");
}

/// A dependency whose reason is not written beside it was not thought about.
#[test]
fn every_dependency_has_its_reason_beside_it() {
    let manifest = read(&root().join("Cargo.toml"));
    let mut counted = false;
    let mut reasoned = false;
    let mut bare = Vec::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            counted = line.contains("dependencies]");
        } else if line.starts_with("# ") && !line.starts_with("# --") {
            reasoned = true;
            continue;
        } else if counted && line.contains('=') {
            let name = line.split([' ', '=']).next().unwrap_or(line);
            if !reasoned {
                bare.push(name.to_owned());
            }
        }
        reasoned = false;
    }
    assert!(bare.is_empty(), "{bare:?}");
}

/// One file of `src`, as the rules see it.
struct Source {
    /// Relative to the crate, with `/`.
    path: String,
    /// The top-level module it belongs to.
    module: String,
    /// The code without comments, texts and its unit tests.
    code: String,
}

impl Source {
    /// Returns the top-level modules that the file names behind `crate::`.
    fn uses(&self) -> Vec<String> {
        let mut found = Vec::new();
        for (at, _) in self.code.match_indices("crate::") {
            if self.code[..at].ends_with(is_part_of_a_name) {
                continue;
            }
            let rest = &self.code[at + "crate::".len()..];
            match rest.strip_prefix('{') {
                Some(group) => found.extend(first_names(group)),
                None => found.extend(leading_name(rest)),
            }
        }
        found
    }

    /// Whether the code names `path` as a whole word.
    fn names(&self, path: &str) -> bool {
        self.code.match_indices(path).any(|(at, _)| {
            let before = &self.code[..at];
            let after = &self.code[at + path.len()..];
            let is_cut_before = !before.ends_with(is_part_of_a_name) && !before.ends_with("::");
            let is_cut_after = path.ends_with("::") || !after.starts_with(is_part_of_a_name);
            is_cut_before && is_cut_after
        })
    }

    /// Whether `name` is a module of ours in this file, and not the crate of that name.
    fn means_its_own(&self, name: &str) -> bool {
        ["mod ", "super::", "self::"].iter().any(|before| self.code.contains(&format!("{before}{name}")))
    }

    /// Whether the file is `src/<room>.rs` or below `src/<room>/`.
    fn is_in(&self, room: &str) -> bool {
        self.path == format!("src/{room}.rs") || self.path.starts_with(&format!("src/{room}/"))
    }
}

/// Returns the first path segment of each item of a `use` group, up to its closing brace.
fn first_names(group: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut depth = 0;
    let mut is_item_start = true;
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => is_item_start = true,
            _ if is_item_start && is_part_of_a_name(c) => {
                names.extend(leading_name(&group[at..]));
                is_item_start = false;
            }
            _ => {}
        }
    }
    names
}

fn leading_name(text: &str) -> Option<String> {
    let end = text.find(|c| !is_part_of_a_name(c)).unwrap_or(text.len());
    (0 < end).then(|| text[..end].to_owned())
}

fn is_part_of_a_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn sources() -> Vec<Source> {
    let mut paths = Vec::new();
    collect(&root().join("src"), &mut paths);
    paths.sort();
    paths.iter().filter_map(|path| source(path)).collect()
}

/// Reads one file; `None` for one that holds only unit tests, which may use what they like.
fn source(path: &Path) -> Option<Source> {
    let relative = path.strip_prefix(root()).unwrap();
    let parts: Vec<String> = relative.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    let is_test = |part: &String| part == "tests" || part.ends_with("tests.rs");
    if parts.iter().any(is_test) {
        return None;
    }
    let module = parts[1].trim_end_matches(".rs").to_owned();
    let code = without_unit_tests(&without_comments_and_texts(&read(path)));
    Some(Source { path: parts.join("/"), module, code })
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            paths.push(path);
        }
    }
}

/// Returns the modules of lib.rs from top to bottom.
fn modules_in_order() -> Vec<String> {
    read(&root().join("src/lib.rs"))
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';').map(str::to_owned))
        .collect()
}

fn core_modules() -> Vec<String> {
    let order = modules_in_order();
    let place = |name: &str| order.iter().position(|module| module == name).unwrap();
    order[place(CORE.start())..=place(CORE.end())].to_vec()
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Cuts `code` where its unit tests begin; they stand last in a file.
fn without_unit_tests(code: &str) -> String {
    let end = ["\n#[cfg(test)]\nmod tests {", "\n#[cfg(test)]\nmod tests;"]
        .iter()
        .filter_map(|start| code.find(start))
        .min();
    code[..end.unwrap_or(code.len())].to_owned()
}

/// Blanks out comments and the inside of text and char literals, so that only code is left to look at.
fn without_comments_and_texts(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(c) = rest.chars().next() {
        let (kept, taken) = if rest.starts_with("//") {
            ("", rest.find('\n').unwrap_or(rest.len()))
        } else if rest.starts_with("/*") {
            ("", rest.find("*/").map_or(rest.len(), |end| end + 2))
        } else if let Some(length) = raw_text(rest, &out) {
            ("\"\"", length)
        } else if c == '"' {
            ("\"\"", quoted(rest, '"'))
        } else if let Some(length) = char_literal(rest) {
            ("' '", length)
        } else {
            (&rest[..c.len_utf8()], c.len_utf8())
        };
        out.push_str(kept);
        rest = &rest[taken..];
    }
    out
}

/// Returns the length of `r#"…"#` at the start of `rest`, where one starts there and not inside a name.
fn raw_text(rest: &str, before: &str) -> Option<usize> {
    if before.ends_with(|c| is_part_of_a_name(c) && c != 'b') {
        return None;
    }
    let hashes = rest.strip_prefix('r')?.chars().take_while(|c| *c == '#').count();
    let inner = rest[1 + hashes..].strip_prefix('"')?;
    let close = format!("\"{}", "#".repeat(hashes));
    Some(inner.find(&close).map_or(rest.len(), |end| 2 + hashes + end + close.len()))
}

fn quoted(rest: &str, quote: char) -> usize {
    let mut is_escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            _ if c == quote => return at + c.len_utf8(),
            _ => {}
        }
    }
    rest.len()
}

/// Returns the length of `'x'` or `'\n'` at the start of `rest`; a lifetime is none.
fn char_literal(rest: &str) -> Option<usize> {
    let inner = rest.strip_prefix('\'')?;
    let mut chars = inner.chars();
    match (chars.next()?, chars.next()?) {
        ('\\', _) => Some(quoted(rest, '\'')),
        (c, '\'') => Some(c.len_utf8() + 2),
        _ => None,
    }
}

/// The reader above decides what all rules see: it has claims of its own.
#[test]
fn the_reader_sees_code_and_nothing_else() {
    let cases: BTreeMap<&str, Vec<&str>> = BTreeMap::from([
        ("use crate::text;", vec!["text"]),
        ("use crate::{json::{self, Node}, text::Span};", vec!["json", "text"]),
        ("// crate::ui\n/* crate::ui */ let a = \"crate::ui\"; crate::cli::run()", vec!["cli"]),
        ("let a = r#\"crate::ui \" \"#; let b: &'static str; crate::text", vec!["text"]),
        ("let a = ('\"', '\\'', '\"'); crate::text", vec!["text"]),
        ("my_crate::ui", vec![]),
        ("use crate::text;\n#[cfg(test)]\nmod tests {\n use crate::ui; }", vec!["text"]),
    ]);
    for (code, expected) in cases {
        let code = without_unit_tests(&without_comments_and_texts(code));
        let source = Source { path: "src/x.rs".into(), module: "x".into(), code };
        assert_eq!(source.uses(), expected, "{}", source.code);
    }
    let source = Source {
        path: "src/ui/pane/x.rs".into(),
        module: "ui".into(),
        code: "a::liquid::b; tokio::x".into(),
    };
    assert!(source.names("tokio") && !source.names("liquid::") && source.is_in("ui") && !source.is_in("u"));
}

#[test]
fn every_code_is_given_somewhere() {
    let sources = sources();
    let is_given = |code: &str| sources.iter().any(|source| source.names(code));
    let unused: Vec<String> =
        CODES.iter().map(|about| format!("Code::{:?}", about.code)).filter(|code| !is_given(code)).collect();
    assert!(unused.is_empty(), "no check gives {unused:?}");
}
