//! The user's own settings: `config.toml` as typed, and as resolved with the defaults.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::campaign::parse_duration;
use crate::diagnostic::{Code, Diagnostic, FileProblem, did_you_mean};
use crate::disk::{Condition, Source, read_source};
use crate::paths::Paths;
use crate::text::{LineIndex, visible};
use crate::toml::{self, Table};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The theme's name; `auto` follows the terminal.
    pub theme: String,
    pub mouse: bool,
    pub hyperlinks: bool,
    pub vim: bool,
    pub wrap: bool,
    pub whitespace: Whitespace,
    pub clipboard: Clipboard,
    pub secrets: SecretSource,
    pub proxy: Proxy,
    /// A file of certificates (PEM) that are trusted beside the usual ones.
    pub ca_file: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Whitespace {
    None,
    /// Those at the end of lines, tabs, and what looks like a space and is none.
    #[default]
    Trailing,
    All,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Clipboard {
    /// By the terminal, and by the system's own program where there is one.
    #[default]
    Auto,
    /// By the terminal: OSC 52.
    Osc52,
    Native,
    /// By a program that reads the text from its input.
    Command(Vec<String>),
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum SecretSource {
    #[default]
    File,
    Command {
        /// Program and arguments; `{name}` and `{workspace}` in them are replaced.
        command: Vec<String>,
        timeout: Duration,
    },
    /// Nobody knows: what `config.toml` says about it is wrong. Any guess could write a secret in clear that the user
    /// meant to keep elsewhere, so none is read or written.
    Unusable {
        /// The problem, `file:line:column` first, on one line.
        problem: String,
    },
}

/// How the network is reached. Loopback is never proxied.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Proxy {
    /// As `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` say.
    #[default]
    Environment,
    None,
    /// Through this address (`http://`, `https://`, `socks5://`, `socks5h://`).
    Address(String),
}

/// How long a program that prints a secret may take where nothing is set: time enough to touch a key.
const SECRET_TIMEOUT: Duration = Duration::from_secs(15);

/// `config.toml` as typed: what is not written is `None`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Typed {
    theme: Option<String>,
    mouse: Option<bool>,
    hyperlinks: Option<bool>,
    vim: Option<bool>,
    wrap: Option<bool>,
    whitespace: Option<Whitespace>,
    clipboard: Option<Clipboard>,
    /// The problem where the table is there and is not as it should be.
    secrets: Option<Result<SecretSource, Diagnostic>>,
    proxy: Option<Proxy>,
    ca_file: Option<PathBuf>,
}

impl Default for Settings {
    fn default() -> Self {
        Typed::default().resolve(Path::new(""))
    }
}

impl Settings {
    /// Reads the user's settings; where the file is not there or not usable, the defaults hold. Only where secrets live
    /// has none then: [`SecretSource::Unusable`].
    pub fn load(paths: &Paths) -> (Settings, Vec<FileProblem>) {
        let file = paths.settings_file();
        let mut source = read_source(Path::new(""), &file.to_string_lossy());
        let (typed, problems) = Typed::parse(&source.text);
        source.problems.extend(problems);
        let unknown = match &typed {
            Some(Typed { secrets: Some(Err(problem)), .. }) => Some(problem),
            Some(_) if source.condition != Condition::Unusable => None,
            // It may say where secrets live, and cannot be read.
            Some(_) | None => source.problems.first(),
        };
        let unknown = unknown.map(|problem| in_one_line(&source, problem));
        let mut settings = typed.unwrap_or_default().resolve(&paths.config);
        if let Some(problem) = unknown {
            settings.secrets = SecretSource::Unusable { problem };
        }
        (settings, source.file_problems())
    }
}

impl Typed {
    /// Reads the text of `config.toml`. `None` only where it is not TOML.
    pub fn parse(text: &str) -> (Option<Typed>, Vec<Diagnostic>) {
        toml::read(text, read)
    }

    /// Fills in the defaults; relative paths count from `config`, the folder of the file.
    pub fn resolve(self, config: &Path) -> Settings {
        Settings {
            theme: self.theme.unwrap_or_else(|| "auto".to_owned()),
            mouse: self.mouse.unwrap_or(true),
            hyperlinks: self.hyperlinks.unwrap_or(true),
            vim: self.vim.unwrap_or(false),
            wrap: self.wrap.unwrap_or(true),
            whitespace: self.whitespace.unwrap_or_default(),
            clipboard: self.clipboard.unwrap_or_default(),
            secrets: self.secrets.and_then(Result::ok).unwrap_or_default(),
            proxy: self.proxy.unwrap_or_default(),
            ca_file: self.ca_file.map(|file| config.join(file)),
        }
    }
}

fn in_one_line(source: &Source, problem: &Diagnostic) -> String {
    let at = LineIndex::new(&source.text).position(&source.text, problem.span.start);
    let help = problem.help.iter().map(|help| format!(" ({help})")).collect::<String>();
    let line = format!("{}:{}:{}: {}{help}", source.path, at.line, at.column, problem.message);
    visible(&line).into_owned()
}

fn read(table: &mut Table<'_>) -> Typed {
    Typed {
        secrets: read_secrets(table),
        theme: table.string("theme").map(|theme| theme.value),
        mouse: table.boolean("mouse").map(|mouse| mouse.value),
        hyperlinks: table.boolean("hyperlinks").map(|hyperlinks| hyperlinks.value),
        vim: table.boolean("vim").map(|vim| vim.value),
        wrap: table.boolean("wrap").map(|wrap| wrap.value),
        whitespace: table
            .parsed("whitespace", Code::BadWhitespace, parse_whitespace)
            .map(|whitespace| whitespace.value),
        clipboard: read_clipboard(table),
        proxy: table.parsed("proxy", Code::BadProxy, parse_proxy).map(|proxy| proxy.value),
        ca_file: table.string("ca_file").map(|file| PathBuf::from(file.value)),
    }
}

fn read_clipboard(table: &mut Table<'_>) -> Option<Clipboard> {
    let command = read_command(table, "clipboard_command");
    let word = table.parsed("clipboard", Code::UnknownClipboard, |word| match word {
        "auto" | "osc52" | "native" | "command" => Ok(word.to_owned()),
        _ => Err(format!("`{word}` is no clipboard; it is `auto`, `osc52`, `native` or `command`")),
    })?;
    match word.value.as_str() {
        "auto" => Some(Clipboard::Auto),
        "osc52" => Some(Clipboard::Osc52),
        "native" => Some(Clipboard::Native),
        _ if command.is_some() => command.map(Clipboard::Command),
        _ => {
            let problem = Diagnostic::error(Code::MissingKey, word.span, "this needs a `clipboard_command`");
            table.problem(problem.with_help("add `clipboard_command = [\"wl-copy\"]`"));
            None
        }
    }
}

/// Reads `[secrets]`. Whatever is wrong within it is an error, and so is a key that looks like a slip of it: without
/// the table, secrets would be kept in a file.
fn read_secrets(root: &mut Table<'_>) -> Option<Result<SecretSource, Diagnostic>> {
    let n_before = root.problems().len();
    let source = root.table("secrets", |table| {
        table.unknown_is_grave(|_| Some("`[secrets]` has the keys `command` and `timeout`"));
        read_secret_command(table)
    });
    if let Some(problem) = root.problems().get(n_before) {
        return Some(Err(problem.clone()));
    }
    let is_meant =
        |name: &str| name.to_lowercase().contains("secret") || did_you_mean(name, ["secrets"]).is_some();
    if let Some(span) = root.unknown_key(is_meant) {
        let problem = Diagnostic::error(
            Code::UnknownKey,
            span,
            "telecast does not know this key, and it may say where secrets live",
        );
        return Some(Err(
            problem.with_help("write `[secrets]` with `command = [\"pass\", \"show\", \"telecast/{name}\"]`")
        ));
    }
    source.flatten().map(Ok)
}

fn read_secret_command(table: &mut Table<'_>) -> Option<SecretSource> {
    let timeout = table.parsed("timeout", Code::BadDuration, parse_duration);
    let command = read_command(table, "command")?;
    if !command.iter().any(|part| part.contains("{name}")) {
        let span = table.key_span("command").unwrap_or(table.span());
        let problem =
            Diagnostic::error(Code::BadCommand, span, "the command does not say which secret it wants");
        table.problem(problem.with_help("write `{name}` where the secret's name belongs"));
        return None;
    }
    let timeout = timeout.map_or(SECRET_TIMEOUT, |timeout| timeout.value);
    Some(SecretSource::Command { command, timeout })
}

fn read_command(table: &mut Table<'_>, key: &'static str) -> Option<Vec<String>> {
    let parts: Vec<String> = table.strings(key)?.into_iter().map(|part| part.value).collect();
    if parts.first().is_none_or(|program| program.is_empty()) {
        let span = table.key_span(key).unwrap_or(table.span());
        table.problem(Diagnostic::error(Code::BadCommand, span, format!("`{key}` names no program")));
        return None;
    }
    Some(parts)
}

fn parse_whitespace(text: &str) -> Result<Whitespace, String> {
    match text {
        "none" => Ok(Whitespace::None),
        "trailing" => Ok(Whitespace::Trailing),
        "all" => Ok(Whitespace::All),
        other => Err(format!("`whitespace` is none, trailing or all, not `{other}`")),
    }
}

fn parse_proxy(text: &str) -> Result<Proxy, String> {
    const SCHEMES: [&str; 5] = ["http://", "https://", "socks5://", "socks5h://", "socks4://"];
    match text {
        "environment" => Ok(Proxy::Environment),
        "none" => Ok(Proxy::None),
        _ if SCHEMES.iter().any(|scheme| text.starts_with(scheme)) => Ok(Proxy::Address(text.to_owned())),
        // The text is not repeated: a proxy's address may hold a password.
        _ => Err(
            "a proxy is `environment`, `none`, or an address as `http://host:3128` or `socks5://host:1080`"
                .to_owned(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) -> Settings {
        let (typed, problems) = Typed::parse(text);
        let lines: Vec<String> =
            FileProblem::place("config.toml", text, &problems).iter().map(ToString::to_string).collect();
        assert_eq!(lines, expected);
        typed.unwrap_or_default().resolve(Path::new("/config"))
    }

    #[test]
    fn what_is_not_written_has_its_default() {
        let settings =
            check("vim = true\nwhitespace = \"all\"\nca_file = \"corp.pem\"\nproxy = \"none\"", &[]);
        assert!(settings.vim && settings.mouse && settings.hyperlinks && settings.wrap);
        assert_eq!(settings.whitespace, Whitespace::All);
        assert_eq!(settings.ca_file.as_deref(), Some(Path::new("/config/corp.pem")));
        assert_eq!(settings.proxy, Proxy::None);
        assert_eq!(settings.secrets, SecretSource::File);
    }

    #[test]
    fn a_command_for_secrets_has_a_time_limit() {
        let settings = check("[secrets]\ncommand = [\"pass\", \"show\", \"telecast/{name}\"]", &[]);
        let command = ["pass", "show", "telecast/{name}"].map(str::to_owned).to_vec();
        assert_eq!(settings.secrets, SecretSource::Command { command, timeout: SECRET_TIMEOUT });
    }

    #[test]
    fn secrets_live_nowhere_while_the_settings_are_wrong_about_it() {
        let home = tempfile::tempdir().unwrap();
        let paths = Paths::under(home.path());
        std::fs::create_dir_all(&paths.config).unwrap();
        for (text, place) in [
            ("[secrets]\ncommand = [\"pass\"]", "2:1: the command does not say which secret it wants"),
            ("[secrets]\ncommand = \"pass {name}\"", "2:11: `command` is a list"),
            ("[secrets]\ncommand = []", "2:1: `command` names no program"),
            ("[secrets]\ncommand = [\"pass\", \"{name}\", 5]", "2:30: `command` holds texts"),
            ("[secrets]\ncomand = [\"pass\", \"{name}\"]", "2:1: telecast does not know the key `comand`"),
            ("[secrets]\ncommand = [\"pass\", \"{name}\"]\ntimeout = \"soon\"", "3:11: "),
            ("mouse = true\nsecrets = \"pass\"", "2:11: `secrets` is a table"),
            ("[[secrets]]\ncommand = [\"pass\", \"{name}\"]", "1:1: `secrets` is a table"),
            ("[secret]\ncommand = [\"pass\", \"{name}\"]", "1:2: telecast does not know this key"),
            ("secrets_command = [\"pass\", \"{name}\"]", "1:1: telecast does not know this key"),
            ("[secrets\ncommand = [\"pass\", \"{name}\"]", "1:9: this is not TOML"),
            (&format!("{}[secrets]\ncommand = []", unknown_keys(200)), "202:1: `command`"),
        ] {
            std::fs::write(paths.settings_file(), text).unwrap();
            let SecretSource::Unusable { problem } = Settings::load(&paths).0.secrets else {
                panic!("usable: {text}");
            };
            let expected = format!("{}:{place}", paths.settings_file().display());
            assert!(problem.starts_with(&expected), "{text}: {problem}");
        }
        std::fs::write(paths.settings_file(), b"\xff").unwrap();
        assert!(matches!(Settings::load(&paths).0.secrets, SecretSource::Unusable { .. }));
        for text in ["", "[secrets]", "mous = true\ntheme = 5"] {
            std::fs::write(paths.settings_file(), text).unwrap();
            assert_eq!(Settings::load(&paths).0.secrets, SecretSource::File, "{text}");
        }
    }

    fn unknown_keys(n: usize) -> String {
        (0..n).map(|number| format!("key{number} = 1\n")).collect()
    }

    #[test]
    fn problems_name_line_and_column() {
        check(
            "mous = true\ntheme = 5\nwhitespace = \"some\"\n[secrets]\ncommand = [\"pass\"]",
            &[
                "config.toml:1:1: warning[unknown-key]: telecast does not know the key `mous` here\n  help: did you mean `mouse`?",
                "config.toml:2:9: error[wrong-type]: `theme` is a text in quotes, not a whole number",
                "config.toml:3:14: error[bad-whitespace]: `whitespace` is none, trailing or all, not `some`",
                "config.toml:5:1: error[bad-command]: the command does not say which secret it wants\n  help: write `{name}` where the secret's name belongs",
            ],
        );
    }
}
