//! The architecture rules: which module may use which, what the core must not use, and where each crate may be used.

mod cycles;
mod layers;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use telecast::diagnostic::CODES;

/// The modules of the core: no files, no network, no clock, no randomness.
const CORE: std::ops::RangeInclusive<&str> = "text"..="complete";

/// Paths that the core must not name.
const FORBIDDEN_IN_CORE: &[&str] = &[
    "std::fs",
    // Socket types one by one instead of `std::net`: the core may use the address types.
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

/// Third-party crates, each with the only modules that may name it.
const CRATE_MODULES: &[(&str, &[&str])] = &[
    ("toml_edit", &["toml"]),
    ("rusqlite", &["store"]),
    ("reqwest", &["botapi"]),
    ("webpki_roots", &["botapi"]),
    ("hyper", &["sandbox"]),
    ("hyper_util", &["sandbox"]),
    ("multer", &["sandbox"]),
    ("flate2", &["sandbox"]),
    ("url", &["campaign"]),
    ("ring", &["disk"]),
    ("directories", &["paths"]),
    ("notify", &["workspace"]),
    ("clap", &["cli"]),
    ("ropey", &["editor"]),
    ("ratatui", &["ui"]),
    ("ratatui_crossterm", &["ui"]),
    // State, update, layout and drawing do not depend on the terminal.
    ("crossterm", &["ui/runtime"]),
    ("syntect", &["ui/editor/highlight"]),
];

/// The maximum number of crates in Cargo.lock, so that nobody adds a large dependency by accident.
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
fn cli_and_ui_do_not_use_each_other() {
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
fn the_core_uses_no_files_network_clock_or_randomness() {
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

/// The only files of the workspace-related modules that may use the file system directly. They open the root itself, or
/// a real path that `disk::Tree` returned.
const MAY_OPEN_FILES: &[&str] = &[
    "workspace/discover.rs",
    "workspace/history.rs",
    "workspace/load.rs",
    "workspace/private.rs",
    // These open files that the user names in a command's arguments.
    "service/find.rs",
    "cli/commands/read.rs",
    "cli/commands/man.rs",
    // This opens the terminal.
    "ui/runtime/input.rs",
];

#[test]
fn workspace_files_are_opened_only_through_the_tree() {
    let modules = ["workspace", "service", "capture", "cli", "ui"];
    let opens = |source: &&Source| {
        ["fs::", "std::fs", "File::open", "File::create"].iter().any(|name| source.names(name))
    };
    let wrong: Vec<String> = sources()
        .iter()
        .filter(|source| modules.contains(&source.module.as_str()))
        .filter(opens)
        .map(|source| source.path.clone())
        .filter(|path| !MAY_OPEN_FILES.iter().any(|allowed| path.ends_with(allowed)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn third_party_crates_are_named_only_in_their_modules() {
    let mut wrong = Vec::new();
    for source in sources() {
        for (name, modules) in CRATE_MODULES {
            let is_allowed = modules.iter().any(|module| source.is_in(module));
            if !is_allowed && !source.has_own_module(name) && source.names(&format!("{name}::")) {
                wrong.push(format!("{}: {name} is allowed only in {}", source.path, modules.join(", ")));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn sources_have_no_mod_rs_no_allow_and_no_unsafe() {
    let mut wrong = Vec::new();
    for source in sources() {
        if source.path.ends_with("/mod.rs") {
            wrong.push(format!("{}: use NAME.rs beside the folder instead of mod.rs", source.path));
        }
        for forbidden in ["#[allow(", "#![allow(", "unsafe {", "unsafe fn", "unsafe impl"] {
            if source.code.contains(forbidden) {
                wrong.push(format!("{}: {forbidden}", source.path));
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
fn the_root_folder_has_only_known_entries() {
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
fn the_readme_lists_every_module() {
    let readme = read(&root().join("README.md"));
    let missing: Vec<String> = modules_in_order()
        .into_iter()
        .filter(|module| !readme.lines().any(|line| line.starts_with(&format!("| `{module}` |"))))
        .collect();
    assert!(missing.is_empty(), "no row in README.md's architecture table for {missing:?}");
}

#[test]
fn the_dependency_tree_stays_small() {
    let lock = read(&root().join("Cargo.lock"));
    let n_crates = lock.lines().filter(|line| *line == "[[package]]").count();
    assert!(n_crates <= LOCKED_CRATES, "{n_crates} crates in Cargo.lock, the limit is {LOCKED_CRATES}");
}

#[test]
fn every_dependency_has_a_comment_with_its_reason() {
    let manifest = read(&root().join("Cargo.toml"));
    let mut is_in_dependencies = false;
    let mut has_comment = false;
    let mut without_comment = Vec::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            is_in_dependencies = line.contains("dependencies]");
        } else if line.starts_with("# ") && !line.starts_with("# --") {
            has_comment = true;
            continue;
        } else if is_in_dependencies && line.contains('=') {
            let name = line.split([' ', '=']).next().unwrap_or(line);
            if !has_comment {
                without_comment.push(name.to_owned());
            }
        }
        has_comment = false;
    }
    assert!(without_comment.is_empty(), "{without_comment:?}");
}

/// A file of `src`, as the rules see it.
struct Source {
    /// The path relative to the crate, with `/`.
    path: String,
    /// The file's top-level module.
    module: String,
    /// The code without comments, literals and unit tests.
    code: String,
}

impl Source {
    /// Returns the top-level modules that the file names after `crate::`.
    fn uses(&self) -> Vec<String> {
        let mut found = Vec::new();
        for (at, _) in self.code.match_indices("crate::") {
            if self.code[..at].ends_with(is_name_char) {
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

    /// Whether the code contains `path` as a whole word, not as a part of a longer path.
    fn names(&self, path: &str) -> bool {
        self.code.match_indices(path).any(|(at, _)| {
            let before = &self.code[..at];
            let after = &self.code[at + path.len()..];
            let is_start = !before.ends_with(is_name_char) && !before.ends_with("::");
            let is_end = path.ends_with("::") || !after.starts_with(is_name_char);
            is_start && is_end
        })
    }

    /// Whether `name` is one of our own modules in this file, not the crate of that name.
    fn has_own_module(&self, name: &str) -> bool {
        ["mod ", "super::", "self::"].iter().any(|before| self.code.contains(&format!("{before}{name}")))
    }

    /// Whether the file is `src/<module>.rs` or below `src/<module>/`.
    fn is_in(&self, module: &str) -> bool {
        self.path == format!("src/{module}.rs") || self.path.starts_with(&format!("src/{module}/"))
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
            _ if is_item_start && is_name_char(c) => {
                names.extend(leading_name(&group[at..]));
                is_item_start = false;
            }
            _ => {}
        }
    }
    names
}

fn leading_name(text: &str) -> Option<String> {
    let end = text.find(|c| !is_name_char(c)).unwrap_or(text.len());
    (0 < end).then(|| text[..end].to_owned())
}

fn is_name_char(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn sources() -> Vec<Source> {
    let mut paths = Vec::new();
    collect(&root().join("src"), &mut paths);
    paths.sort();
    paths.iter().filter_map(|path| source(path)).collect()
}

/// Reads a file; `None` if it contains only unit tests, which may use anything.
fn source(path: &Path) -> Option<Source> {
    let relative = path.strip_prefix(root()).unwrap();
    let parts: Vec<String> = relative.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    let is_test = |part: &String| part == "tests" || part.ends_with("tests.rs");
    if parts.iter().any(is_test) {
        return None;
    }
    let module = parts[1].trim_end_matches(".rs").to_owned();
    let code = without_unit_tests(&without_comments_and_literals(&read(path)));
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

/// Returns the modules of lib.rs, from top to bottom.
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

/// Removes the unit tests from `code`; they are always last in a file.
fn without_unit_tests(code: &str) -> String {
    let end = ["\n#[cfg(test)]\nmod tests {", "\n#[cfg(test)]\nmod tests;"]
        .iter()
        .filter_map(|start| code.find(start))
        .min();
    code[..end.unwrap_or(code.len())].to_owned()
}

/// Removes comments, and the contents of string and char literals, so that only code is left.
fn without_comments_and_literals(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(c) = rest.chars().next() {
        let (kept, taken) = if rest.starts_with("//") {
            ("", rest.find('\n').unwrap_or(rest.len()))
        } else if rest.starts_with("/*") {
            ("", rest.find("*/").map_or(rest.len(), |end| end + 2))
        } else if let Some(length) = raw_string(rest, &out) {
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

/// Returns the length of the raw string `r#"…"#` at the start of `rest`; `before` shows whether the `r` ends a name.
fn raw_string(rest: &str, before: &str) -> Option<usize> {
    if before.ends_with(|c| is_name_char(c) && c != 'b') {
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

/// Returns the length of the char literal at the start of `rest`; `None` for a lifetime.
fn char_literal(rest: &str) -> Option<usize> {
    let inner = rest.strip_prefix('\'')?;
    let mut chars = inner.chars();
    match (chars.next()?, chars.next()?) {
        ('\\', _) => Some(quoted(rest, '\'')),
        (c, '\'') => Some(c.len_utf8() + 2),
        _ => None,
    }
}

/// Tests the scanner, because all rules depend on it.
#[test]
fn the_scanner_sees_only_code() {
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
        let code = without_unit_tests(&without_comments_and_literals(code));
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
fn every_diagnostic_code_is_used() {
    let sources = sources();
    let is_used = |code: &str| sources.iter().any(|source| source.names(code));
    let unused: Vec<String> =
        CODES.iter().map(|about| format!("Code::{:?}", about.code)).filter(|code| !is_used(code)).collect();
    assert!(unused.is_empty(), "no code uses {unused:?}");
}
