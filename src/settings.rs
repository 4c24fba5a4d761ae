//! Reads the user's settings from `config.toml`. [`RawSettings`] has the values in the file; [`Settings`] also has the
//! default of every missing value. Writes the one setting that can be changed in the console, the theme.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::campaign::parse_duration;
use crate::diagnostic::{Code, Diagnostic, FileProblem, did_you_mean};
use crate::disk::{Access, FileCondition, LoadedFile, SaveError, read_user_file, replace};
use crate::paths::Paths;
use crate::text::{LineIndex, visible};
use crate::toml::{self, Table};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    pub theme: ThemeName,
    pub mouse: bool,
    pub hyperlinks: bool,
    pub vim: bool,
    pub wrap: bool,
    pub whitespace: Whitespace,
    pub clipboard: Clipboard,
    pub secrets: SecretSource,
    pub proxy: Proxy,
    /// A PEM file with certificates that are trusted in addition to the usual certificates.
    pub ca_file: Option<PathBuf>,
}

/// The colors of the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ThemeName {
    /// Dark or light, like the terminal's background. If the background is not known, colors that are readable on both.
    /// In a terminal with 16 colors, like `Ansi`.
    #[default]
    Auto,
    Dark,
    Light,
    HighContrast,
    /// The terminal's own sixteen colors.
    Ansi,
    /// Text attributes instead of colors.
    Terminal,
}

impl ThemeName {
    pub const ALL: [ThemeName; 6] = [
        ThemeName::Auto,
        ThemeName::Dark,
        ThemeName::Light,
        ThemeName::HighContrast,
        ThemeName::Ansi,
        ThemeName::Terminal,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            ThemeName::Auto => "auto",
            ThemeName::Dark => "dark",
            ThemeName::Light => "light",
            ThemeName::HighContrast => "high-contrast",
            ThemeName::Ansi => "ansi",
            ThemeName::Terminal => "terminal",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|name| name.as_str() == text)
    }
}

/// The whitespace that the editor marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Whitespace {
    None,
    /// Marks whitespace at line ends, tabs, and characters that only look like a space.
    #[default]
    Trailing,
    All,
}

/// How text is copied to the clipboard.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Clipboard {
    /// Through the system's clipboard program in a local session, else through tmux if the console runs in tmux, else
    /// through the terminal.
    #[default]
    Auto,
    /// Through the terminal, with the escape sequence OSC 52.
    Osc52,
    /// Through the system's clipboard program, also in a remote session.
    Native,
    /// Through a program that reads the text from its standard input.
    Command(Vec<String>),
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum SecretSource {
    #[default]
    File,
    Command {
        /// The program and its arguments. `{name}` and `{workspace}` in them are replaced.
        command: Vec<String>,
        timeout: Duration,
    },
    /// `config.toml` cannot be read or its `[secrets]` table is invalid, so no secret is read or written.
    // If `File` were used instead, `secrets set` would store in clear text a secret that the user wants to keep
    // elsewhere.
    Unusable {
        /// The problem on one line, with `file:line:column` in front.
        problem: String,
    },
}

/// The proxy for network requests. Requests to loopback addresses do not use it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Proxy {
    /// From the environment variables `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, and `NO_PROXY`.
    #[default]
    Environment,
    None,
    /// The proxy at this address (`http://`, `https://`, `socks5://`, `socks5h://`, or `socks4://`).
    Address(String),
}

// The default time limit for a program that prints a secret. It is long enough for the user to touch a hardware key.
const SECRET_TIMEOUT: Duration = Duration::from_secs(15);

/// `config.toml` as written. A missing or invalid value is `None`, but an invalid `[secrets]` table is an error.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RawSettings {
    theme: Option<ThemeName>,
    mouse: Option<bool>,
    hyperlinks: Option<bool>,
    vim: Option<bool>,
    wrap: Option<bool>,
    whitespace: Option<Whitespace>,
    clipboard: Option<Clipboard>,
    // `Err` if the table exists but is invalid. Then the default must not be used: see `SecretSource::Unusable`.
    secrets: Option<Result<SecretSource, Diagnostic>>,
    proxy: Option<Proxy>,
    ca_file: Option<PathBuf>,
}

impl Default for Settings {
    fn default() -> Self {
        RawSettings::default().resolve(Path::new(""))
    }
}

impl Settings {
    /// Reads the user's settings, and returns them with the problems of the file. A missing or invalid setting has its
    /// default. If the file is missing, cannot be read, or is not TOML, all settings have their defaults.
    ///
    /// `secrets` is the exception. It becomes [`SecretSource::Unusable`] if the file exists but cannot be read or is
    /// not TOML. It also does if the `[secrets]` table is invalid, or if its name seems to be misspelled.
    pub fn load(paths: &Paths) -> (Settings, Vec<FileProblem>) {
        let file = paths.settings_file();
        let mut source = read_user_file(Path::new(""), &file.to_string_lossy());
        let (raw, problems) = RawSettings::parse(&source.text);
        source.problems.extend(problems);
        let secrets_problem = match &raw {
            Some(RawSettings { secrets: Some(Err(problem)), .. }) => Some(problem),
            Some(_) if source.condition != FileCondition::Unusable => None,
            // The file cannot be read, but it may say where secrets are stored. So the default place for secrets must
            // not be used.
            Some(_) | None => source.problems.first(),
        };
        let secrets_problem = secrets_problem.map(|problem| in_one_line(&source, problem));
        let mut settings = raw.unwrap_or_default().resolve(&paths.config);
        if let Some(problem) = secrets_problem {
            settings.secrets = SecretSource::Unusable { problem };
        }
        (settings, source.file_problems())
    }
}

/// Writes the theme to `config.toml`, and keeps everything else in the file. Creates the file if it is missing.
pub(crate) fn save_theme(paths: &Paths, theme: ThemeName) -> Result<(), SaveError> {
    let path = paths.settings_file();
    let file = read_user_file(Path::new(""), &path.to_string_lossy());
    if file.condition == FileCondition::Unusable {
        return Err(SaveError::Unusable { path });
    }
    let mut editor = toml::edit(&file.text)
        .map_err(|problem| SaveError::NotToml { path: path.clone(), problem: Box::new(problem) })?;
    editor.set_string(&["theme"], theme.as_str());
    replace(&path, editor.to_string().as_bytes(), Access::Usual)
}

impl RawSettings {
    /// Parses the text of `config.toml`. Returns `None` only if the text is not TOML.
    pub fn parse(text: &str) -> (Option<RawSettings>, Vec<Diagnostic>) {
        toml::read(text, read)
    }

    /// Fills in the defaults. A relative path in the settings is resolved against `config`, the folder of
    /// `config.toml`.
    pub fn resolve(self, config: &Path) -> Settings {
        Settings {
            theme: self.theme.unwrap_or_default(),
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

fn in_one_line(source: &LoadedFile, problem: &Diagnostic) -> String {
    let at = LineIndex::new(&source.text).position(&source.text, problem.span.start);
    let help = problem.help.iter().map(|help| format!(" ({help})")).collect::<String>();
    // The message may quote the file. Control characters are made visible, so that no terminal obeys them.
    let line = format!("{}:{}:{}: {}{help}", source.path, at.line, at.column, problem.message);
    visible(&line).into_owned()
}

fn read(table: &mut Table<'_>) -> RawSettings {
    RawSettings {
        secrets: read_secrets(table),
        theme: table.parsed("theme", Code::BadTheme, parse_theme).map(|theme| theme.value),
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
    // `clipboard_command` is always read, because a key that is not read would be reported as unknown.
    let command = read_command(table, "clipboard_command");
    let word = table.parsed("clipboard", Code::UnknownClipboard, |word| match word {
        "auto" | "osc52" | "native" | "command" => Ok(word.to_owned()),
        _ => Err(format!("`{word}` is not a clipboard; use `auto`, `osc52`, `native` or `command`")),
    })?;
    match word.value.as_str() {
        "auto" => Some(Clipboard::Auto),
        "osc52" => Some(Clipboard::Osc52),
        "native" => Some(Clipboard::Native),
        _ if command.is_some() => command.map(Clipboard::Command),
        _ => {
            let problem =
                Diagnostic::error(Code::MissingKey, word.span, "this needs `clipboard_command` too");
            table.report(problem.with_help("add `clipboard_command = [\"wl-copy\"]`"));
            None
        }
    }
}

// Every problem in `[secrets]` is an error. A key of the file that looks like a misspelled `secrets` is an error too.
// If the misspelled key were only a warning, its table would have no effect, and secrets would be stored in a file.
fn read_secrets(root: &mut Table<'_>) -> Option<Result<SecretSource, Diagnostic>> {
    let n_before = root.problems().len();
    let source = root.table("secrets", |table| {
        table.make_unknown_keys_errors(|_| Some("`[secrets]` has the keys `command` and `timeout`"));
        read_secret_command(table)
    });
    if let Some(problem) = root.problems().get(n_before) {
        return Some(Err(problem.clone()));
    }
    let is_meant =
        |name: &str| name.to_lowercase().contains("secret") || did_you_mean(name, ["secrets"]).is_some();
    if let Some(span) = root.unknown_key(is_meant) {
        let problem =
            Diagnostic::error(Code::UnknownKey, span, "unknown key, which looks like the table `[secrets]`");
        return Some(Err(
            problem.with_help("write `[secrets]` with `command = [\"pass\", \"show\", \"telecast/{name}\"]`")
        ));
    }
    source.flatten().map(Ok)
}

fn read_secret_command(table: &mut Table<'_>) -> Option<SecretSource> {
    let timeout = table.parsed("timeout", Code::BadDuration, parse_duration);
    // `timeout` is read first. If `command` is missing, this function returns early, and a `timeout` that was not read
    // would be reported as an unknown key.
    let command = read_command(table, "command")?;
    if !command.iter().any(|part| part.contains("{name}")) {
        let span = table.key_span("command").unwrap_or(table.span());
        let problem = Diagnostic::error(Code::BadCommand, span, "the command does not contain `{name}`");
        table.report(problem.with_help("write `{name}` in place of the secret's name"));
        return None;
    }
    let timeout = timeout.map_or(SECRET_TIMEOUT, |timeout| timeout.value);
    Some(SecretSource::Command { command, timeout })
}

fn read_command(table: &mut Table<'_>, key: &'static str) -> Option<Vec<String>> {
    let parts: Vec<String> = table.strings(key)?.into_iter().map(|part| part.value).collect();
    if parts.first().is_none_or(|program| program.is_empty()) {
        let span = table.key_span(key).unwrap_or(table.span());
        table.report(Diagnostic::error(Code::BadCommand, span, format!("`{key}` names no program")));
        return None;
    }
    Some(parts)
}

fn parse_theme(text: &str) -> Result<ThemeName, String> {
    ThemeName::parse(text).ok_or_else(|| {
        format!("`theme` must be auto, dark, light, high-contrast, ansi or terminal, not `{text}`")
    })
}

fn parse_whitespace(text: &str) -> Result<Whitespace, String> {
    match text {
        "none" => Ok(Whitespace::None),
        "trailing" => Ok(Whitespace::Trailing),
        "all" => Ok(Whitespace::All),
        other => Err(format!("`whitespace` must be none, trailing or all, not `{other}`")),
    }
}

fn parse_proxy(text: &str) -> Result<Proxy, String> {
    const SCHEMES: [&str; 5] = ["http://", "https://", "socks5://", "socks5h://", "socks4://"];
    match text {
        "environment" => Ok(Proxy::Environment),
        "none" => Ok(Proxy::None),
        _ if SCHEMES.iter().any(|scheme| text.starts_with(scheme)) => Ok(Proxy::Address(text.to_owned())),
        // The message does not quote the text: a proxy address may contain a password.
        _ => Err("a proxy is `environment`, `none`, or an address such as `http://host:3128` or \
                  `socks5://host:1080`"
            .to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) -> Settings {
        let (typed, problems) = RawSettings::parse(text);
        let lines: Vec<String> = FileProblem::from_diagnostics("config.toml", text, &problems)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(lines, expected);
        typed.unwrap_or_default().resolve(Path::new("/config"))
    }

    #[test]
    fn missing_settings_have_their_defaults() {
        let settings =
            check("vim = true\nwhitespace = \"all\"\nca_file = \"corp.pem\"\nproxy = \"none\"", &[]);
        assert!(settings.vim && settings.mouse && settings.hyperlinks && settings.wrap);
        assert_eq!(settings.whitespace, Whitespace::All);
        assert_eq!(settings.ca_file.as_deref(), Some(Path::new("/config/corp.pem")));
        assert_eq!(settings.proxy, Proxy::None);
        assert_eq!(settings.secrets, SecretSource::File);
    }

    #[test]
    fn a_secrets_command_has_a_default_timeout() {
        let settings = check("[secrets]\ncommand = [\"pass\", \"show\", \"telecast/{name}\"]", &[]);
        let command = ["pass", "show", "telecast/{name}"].map(str::to_owned).to_vec();
        assert_eq!(settings.secrets, SecretSource::Command { command, timeout: SECRET_TIMEOUT });
    }

    #[test]
    fn invalid_secrets_settings_make_secrets_unusable() {
        let home = tempfile::tempdir().unwrap();
        let paths = Paths::under(home.path());
        std::fs::create_dir_all(&paths.config).unwrap();
        for (text, place) in [
            ("[secrets]\ncommand = [\"pass\"]", "2:1: the command does not contain `{name}`"),
            ("[secrets]\ncommand = \"pass {name}\"", "2:11: `command` must be a list"),
            ("[secrets]\ncommand = []", "2:1: `command` names no program"),
            ("[secrets]\ncommand = [\"pass\", \"{name}\", 5]", "2:30: `command` must contain strings"),
            ("[secrets]\ncomand = [\"pass\", \"{name}\"]", "2:1: unknown key `comand`"),
            ("[secrets]\ncommand = [\"pass\", \"{name}\"]\ntimeout = \"soon\"", "3:11: "),
            ("mouse = true\nsecrets = \"pass\"", "2:11: `secrets` must be a table"),
            ("[[secrets]]\ncommand = [\"pass\", \"{name}\"]", "1:1: `secrets` must be a table"),
            ("[secret]\ncommand = [\"pass\", \"{name}\"]", "1:2: unknown key"),
            ("secrets_command = [\"pass\", \"{name}\"]", "1:1: unknown key"),
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
    fn saving_the_theme_keeps_the_rest_of_the_file() {
        let home = tempfile::tempdir().unwrap();
        let paths = Paths::under(home.path());
        let text = || std::fs::read_to_string(paths.settings_file()).unwrap();
        save_theme(&paths, ThemeName::HighContrast).unwrap();
        assert_eq!(text(), "theme = \"high-contrast\"\n");
        for (before, after) in [
            ("# mine\ntheme = \"dark\" # day\nvim = true\n", "# mine\ntheme = \"light\" # day\nvim = true\n"),
            ("[secrets]\ntimeout = \"9s\"\n", "theme = \"light\"\n[secrets]\ntimeout = \"9s\"\n"),
            ("theme = 5\n", "theme = \"light\"\n"),
        ] {
            std::fs::write(paths.settings_file(), before).unwrap();
            save_theme(&paths, ThemeName::Light).unwrap();
            assert_eq!(text(), after);
        }
        for broken in [b"theme = \n".as_slice(), b"\xff"] {
            std::fs::write(paths.settings_file(), broken).unwrap();
            assert!(save_theme(&paths, ThemeName::Light).is_err());
            assert_eq!(std::fs::read(paths.settings_file()).unwrap(), broken);
        }
    }

    #[test]
    fn problems_have_a_line_and_a_column() {
        check(
            "mous = true\ntheme = 5\nwhitespace = \"some\"\n[secrets]\ncommand = [\"pass\"]",
            &[
                "config.toml:1:1: warning[unknown-key]: unknown key `mous`\n  help: did you mean `mouse`?",
                "config.toml:2:9: error[wrong-type]: `theme` must be a string, not an integer",
                "config.toml:3:14: error[bad-whitespace]: `whitespace` must be none, trailing or all, not `some`",
                "config.toml:5:1: error[bad-command]: the command does not contain `{name}`\n  help: write `{name}` in place of the secret's name",
            ],
        );
    }
}
