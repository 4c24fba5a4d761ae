//! From a folder to a running console: what is read before the first frame, and nothing more.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use tokio::sync::mpsc;

use crate::clock::Clock;
use crate::diagnostic::FileProblem;
use crate::disk;
use crate::paths::{Paths, WORKSPACE_VARIABLE};
use crate::secrets::{Redactor, Secrets};
use crate::service::{Session, Sharing};
use crate::settings::{self, SecretSource, Settings};
use crate::ui::app::App;
use crate::ui::runtime;
use crate::ui::runtime::executor::{Executor, Wiring};
use crate::ui::runtime::{terminal, welcome};
use crate::ui::shared::{Clipboard, Fault, Msg, Provoked, UiSettings, Work, fault, keymap::Keymap};
use crate::ui::widget::Theme;
use crate::workspace::{self, DiscoverError, Folder, Guard, LockError, Means, Standing, Workspace};

/// How many results may wait for the loop; senders wait beyond that.
const RESULTS: usize = 256;

#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Home(#[from] crate::paths::NoHome),
    #[error(transparent)]
    Discover(#[from] DiscoverError),
    #[error(transparent)]
    Open(#[from] workspace::OpenError),
    #[error("{0}")]
    Make(String),
    #[error(transparent)]
    Lock(#[from] LockError),
    #[error("the terminal failed: {0}")]
    Terminal(#[from] std::io::Error),
}

/// Opens the console on the workspace in `folder`, else on the one that is found; says on stderr why it cannot.
///
/// The editor begins in `campaign` where there is one of that stem, else in the first.
///
/// Ends with 0, with 3 where the environment is at fault, with 1 after a fault of our own, or with 128 and a signal's
/// number.
pub fn run(folder: Option<&Path>, campaign: Option<&str>) -> ExitCode {
    // No secret has been read yet; a token may have been typed or pasted.
    let redactor = Redactor::default();
    fault::install_hook(move |text| redactor.redact(text).into_owned(), print);
    // The loop catches its own faults; what is left is what happens before and behind it. Unwinding gives the terminal
    // back.
    let opened = fault::catch(|| open(folder, campaign));
    match opened {
        Ok(Ok(code)) => code,
        Err(fault) => {
            print(fault);
            ExitCode::FAILURE
        }
        Ok(Err(error)) => {
            eprintln!("telecast: {}", crate::text::visible_lines(&error.to_string()));
            ExitCode::from(3)
        }
    }
}

fn open(folder: Option<&Path>, campaign: Option<&str>) -> Result<ExitCode, StartError> {
    let paths = Paths::from_system()?;
    let variable = std::env::var_os(WORKSPACE_VARIABLE).map(PathBuf::from);
    let here = std::env::current_dir()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let root = match workspace::discover(folder, variable.as_deref(), &here, &paths) {
        Ok(root) => root,
        Err(error) if folder.is_none() && variable.is_none() => {
            match runtime.block_on(welcome::ask(&paths, &here, &error))? {
                Some(root) => root,
                None => return Ok(ExitCode::SUCCESS),
            }
        }
        Err(error) => return Err(error.into()),
    };
    let workspace = Arc::new(Workspace::open(&root)?);
    let (settings, mut problems) = Settings::load(&paths);
    let (keymap, key_problems) = Keymap::load(&paths);
    problems.extend(key_problems);
    let folder = workspace.folder(&paths);
    let (guard, read_only) = lock(&folder)?;
    if guard.is_some() {
        folder.sweep();
    }
    disk::sweep_scratch(&paths.editing());
    let secrets = Secrets::new(&paths, &settings.secrets, Some(&workspace.root));
    let session = Session::new(paths.clone(), &workspace, secrets, &settings, Sharing::Console);
    let session = Arc::new(session);
    let mut app = App::new(workspace, theme(), ui_settings(&settings));
    app.shared.read_only = read_only;
    app.shared.keymap = keymap;
    if let Some(stem) = campaign {
        app.screens.compose.open_buffer(&app.shared, stem);
    }
    if folder.standing().is_ok_and(|standing| standing == Standing::Foreign) {
        app.screens.compose.is_private_foreign = true;
        app.shared.complain(".telecast was not made here and is not used; the palette adopts it");
    }
    match (&settings.secrets, in_words(&problems)) {
        // This one keeps every message from being sent: it is said first.
        (SecretSource::Unusable { problem }, _) => {
            app.shared.complain(format!("no secret can be read: {problem}"))
        }
        (SecretSource::File | SecretSource::Command { .. }, Some(words)) => app.shared.complain(words),
        (SecretSource::File | SecretSource::Command { .. }, None) => {}
    }
    let (sender, results) = mpsc::channel(RESULTS);
    let (redacting, reporting) = (Arc::clone(&session), sender.clone());
    let report = move |fault: Fault| {
        if terminal::is_taken() {
            // Where the queue is full there is more to read than this.
            let _ = reporting.try_send(Msg::Fault { work: Work::Background, fault });
        } else {
            print(fault);
        }
    };
    fault::install_hook(move |text| redacting.redact(text), report);
    let provoked = std::env::var(fault::VARIABLE).map(|text| Provoked::new(&text)).unwrap_or_default();
    let provoked = Arc::new(provoked);
    let code = runtime.block_on(async {
        let (clock, watch) = (Clock::System, Some(Means::Best));
        let wiring = Wiring { session, paths, clock, watch, provoked: Arc::clone(&provoked) };
        let executor = Executor::new(wiring, sender);
        runtime::run(app, executor, results, provoked).await
    })?;
    // Threads that still read a slow disk must not hold the shell up.
    runtime.shutdown_background();
    Ok(code)
}

/// Says on stderr that a fault of our own ended the program, or one of its threads.
fn print(fault: Fault) {
    eprintln!("telecast stopped by a fault of its own: {fault}; please report it");
}

/// The first problem of the user's own files, short enough for the footer, and how many there are besides.
fn in_words(problems: &[FileProblem]) -> Option<String> {
    let (first, rest) = problems.split_first()?;
    let file = first.path.rsplit('/').next().unwrap_or(&first.path);
    let (line, column, message) = (first.position.line, first.position.column, &first.diagnostic.message);
    let help = first.diagnostic.help.as_ref().map_or_else(String::new, |help| format!(" · {help}"));
    let more = if rest.is_empty() { String::new() } else { format!(" · and {} more", rest.len()) };
    Some(format!("{file}:{line}:{column} {message}{help}{more}"))
}

/// Takes the lock on editing; where another console has it, says which.
fn lock(folder: &Folder) -> Result<(Option<Guard>, Option<String>), StartError> {
    match folder.lock_editing() {
        Ok(guard) => Ok((Some(guard), None)),
        Err(error @ LockError::Held { .. }) => Ok((None, Some(error.to_string()))),
        // A folder that cannot be written to can still be looked at.
        Err(error) => Ok((None, Some(error.to_string()))),
    }
}

fn theme() -> Theme {
    // crossterm would turn the resets of NO_COLOR into resets of bold and reverse too: we choose a theme without
    // colours instead, and let it write what that says.
    crossterm::style::force_color_output(true);
    let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    if no_color { Theme::mono() } else { Theme::ansi() }
}

fn ui_settings(settings: &Settings) -> UiSettings {
    let clipboard = match &settings.clipboard {
        settings::Clipboard::Auto | settings::Clipboard::Osc52 => Clipboard::Terminal,
        settings::Clipboard::Native => Clipboard::Command(native_clipboard()),
        settings::Clipboard::Command(command) => Clipboard::Command(command.clone()),
    };
    UiSettings {
        mouse: settings.mouse,
        hyperlinks: settings.hyperlinks && terminal_may_know_links(),
        wrap: settings.wrap,
        whitespace: settings.whitespace,
        clipboard,
        vim: settings.vim,
    }
}

/// Whether the terminal may know links; one that does not, or tmux before it, drops them unseen. The Linux console does
/// not drop all of such a sequence.
fn terminal_may_know_links() -> bool {
    std::env::var_os("TERM").is_some_and(|term| term != "linux" && term != "dumb")
}

fn native_clipboard() -> Vec<String> {
    let command: &[&str] = if cfg!(target_os = "macos") {
        &["pbcopy"]
    } else if std::env::var_os("WAYLAND_DISPLAY").is_some() {
        &["wl-copy"]
    } else {
        &["xclip", "-selection", "clipboard"]
    };
    command.iter().map(|word| (*word).to_owned()).collect()
}
