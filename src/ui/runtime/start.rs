//! Opens a workspace and runs the console on it. Before the first frame, only what that frame needs is read.

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
use crate::settings::{SecretSource, Settings, ThemeName};
use crate::ui::app::App;
use crate::ui::runtime;
use crate::ui::runtime::executor::{Executor, ExecutorDeps};
use crate::ui::runtime::{clipboard, terminal, welcome};
use crate::ui::shared::{
    Action, CaughtPanic, InjectedFaults, Msg, Screen, UiSettings, Work, fault, keymap::Keymap,
};
use crate::ui::widget::{TerminalColors, Theme};
use crate::workspace::{
    self, DiscoverError, FileLock, Folder, LockError, PrivateFolderStatus, WatchMethod, Workspace,
};

/// The number of results that may wait for the event loop. A sender waits while the queue is full.
const RESULT_QUEUE_LEN: usize = 256;

#[derive(Debug, thiserror::Error)]
pub(crate) enum ConsoleStartError {
    #[error(transparent)]
    Home(#[from] crate::paths::NoHome),
    #[error(transparent)]
    Discover(#[from] DiscoverError),
    #[error(transparent)]
    Open(#[from] workspace::OpenError),
    #[error(transparent)]
    Lock(#[from] LockError),
    #[error("the terminal failed: {0}")]
    Terminal(#[from] std::io::Error),
}

/// Opens the console on the workspace in `folder`. Without a folder, searches for a workspace. If the console cannot be
/// opened, prints the error to stderr.
///
/// Returns the exit code: 0, 3 for an error of the environment, 1 after a panic, or 128 + a signal's number.
pub fn run(folder: Option<&Path>) -> ExitCode {
    // For now, only bot tokens are masked in a panic's message, because they are recognized by their form. Other
    // secrets can be masked only after they have been read.
    let redactor = Redactor::default();
    fault::install_hook(move |text| redactor.redact(text).into_owned(), print);
    // The event loop catches its own panics. This call catches panics before and after the loop. Such a panic unwinds
    // the stack, and this drops the guard that restores the terminal.
    let opened = fault::catch(|| open(folder));
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

fn open(folder: Option<&Path>) -> Result<ExitCode, ConsoleStartError> {
    let paths = Paths::from_system()?;
    let variable = std::env::var_os(WORKSPACE_VARIABLE).map(PathBuf::from);
    let here = std::env::current_dir()?;
    // The event loop needs only one thread. Blocking work runs on tokio's blocking pool.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (settings, mut problems) = Settings::load(&paths);
    // Color output is forced on in crossterm even if NO_COLOR is set. Instead, a theme without colors implements
    // NO_COLOR. If crossterm handled NO_COLOR, it would write empty color sequences. These also reset bold and reverse
    // video, so a selection would be invisible.
    crossterm::style::force_color_output(true);
    let mut is_new = false;
    let root = match workspace::discover(folder, variable.as_deref(), &here, &paths) {
        Ok(root) => root,
        // The welcome screen is shown only if the user has not named a workspace: a mistyped `--workspace` must be an
        // error.
        Err(error) if folder.is_none() && variable.is_none() => {
            let theme = Theme::new(theme_name(&settings), &terminal_colors());
            match runtime.block_on(welcome::ask(&paths, &here, &error, &theme))? {
                Some(choice) => {
                    is_new = choice.is_new;
                    choice.root
                }
                None => return Ok(ExitCode::SUCCESS),
            }
        }
        Err(error) => return Err(error.into()),
    };
    let workspace = Arc::new(Workspace::open(&root)?);
    let (keymap, key_problems) = Keymap::load(&paths);
    problems.extend(key_problems);
    let folder = workspace.folder(&paths);
    let (guard, read_only) = lock(&folder)?;
    // A read-only console must not change the workspace, so it does not remove the temporary files that a killed
    // process has left there.
    if guard.is_some() {
        folder.sweep();
    }
    disk::sweep_temp_copies(&paths.editing());
    let secrets = Secrets::new(&paths, &settings.secrets, Some(&workspace.root));
    let session = Session::new(paths.clone(), &workspace, secrets, &settings, Sharing::Console);
    let session = Arc::new(session);
    let mut app = App::new(workspace, terminal_colors(), ui_settings(&settings));
    app.shared.read_only = read_only;
    app.shared.keymap = keymap;
    app.screens.compose.starts_with_guide = is_new;
    app.resume(session.state().last_view());
    if folder.private_folder_status().is_ok_and(|status| status == PrivateFolderStatus::Foreign) {
        app.screens.compose.is_private_foreign = true;
        // The text names the key early, because a footer of 80 cells cuts off the end.
        let way = app.shared.keymap.way(app.screens.compose.focus().contexts, Action::Palette);
        app.shared.show_error(format!(
            "The .telecast folder was not made here: {way}, then Adopt, to use its test chats, drafts and history."
        ));
    }
    match (&settings.secrets, summarize(&problems)) {
        // This problem is shown instead of any other, because no message that needs a secret can be sent.
        (SecretSource::Unusable { problem }, _) => {
            app.shared.show_error(format!("no secret can be read: {problem}"))
        }
        (SecretSource::File | SecretSource::Command { .. }, Some(message)) => app.shared.show_error(message),
        (SecretSource::File | SecretSource::Command { .. }, None) => {}
    }
    let (sender, results) = mpsc::channel(RESULT_QUEUE_LEN);
    let (redacting, reporting) = (Arc::clone(&session), sender.clone());
    let report = move |fault: CaughtPanic| {
        // While the console is on screen, output on stderr would be drawn over the console. So the panic is reported as
        // a message instead.
        if terminal::is_taken() {
            // The hook must not block the thread that panics, so the message is dropped if the queue is full.
            let _ = reporting.try_send(Msg::Fault { work: Work::Background, fault });
        } else {
            print(fault);
        }
    };
    // The hook is installed again, because the session can mask all secrets that it has read.
    fault::install_hook(move |text| redacting.redact(text), report);
    let injected = std::env::var(fault::VARIABLE).map(|text| InjectedFaults::new(&text)).unwrap_or_default();
    let injected = Arc::new(injected);
    let code = runtime.block_on(async {
        let (clock, watch) = (Clock::System, Some(WatchMethod::Best));
        let deps = ExecutorDeps { session, paths, clock, watch, injected: Arc::clone(&injected) };
        let executor = Executor::new(deps, sender);
        runtime::run(app, executor, results, injected).await
    })?;
    // Blocking threads may still wait for a slow disk. If the runtime were just dropped, the program would wait for
    // these threads before it exits.
    runtime.shutdown_background();
    Ok(code)
}

/// Reports on stderr that a panic ended the program, or one of its threads.
fn print(fault: CaughtPanic) {
    eprintln!("telecast stopped after an internal error: {fault}; please report it");
}

/// Returns a message for the footer: the first problem of the user's settings and keymap, with the number of other
/// problems. Returns `None` if there are no problems.
fn summarize(problems: &[FileProblem]) -> Option<String> {
    let (first, rest) = problems.split_first()?;
    let file = first.path.rsplit('/').next().unwrap_or(&first.path);
    let (line, column, message) = (first.position.line, first.position.column, &first.diagnostic.message);
    let help = first.diagnostic.help.as_ref().map_or_else(String::new, |help| format!(" · {help}"));
    let more = if rest.is_empty() { String::new() } else { format!(" · and {} more", rest.len()) };
    Some(format!("{file}:{line}:{column} {message}{help}{more}"))
}

/// Takes the lock for editing. If that is not possible, returns the reason instead of the lock, and the console is
/// read-only.
fn lock(folder: &Folder) -> Result<(Option<FileLock>, Option<String>), ConsoleStartError> {
    match folder.lock_editing() {
        Ok(guard) => Ok((Some(guard), None)),
        Err(LockError::Held { holder, .. }) => Ok((None, Some(describe_other_console(holder.pid)))),
        // A workspace in a folder without write permission can still be viewed, so it is not an error if the lock
        // cannot be created there.
        Err(error) => Ok((None, Some(error.to_string()))),
    }
}

/// Returns the reason why the console is read-only while another process edits the workspace.
// The text is short, because the footer may have only 80 cells. The message of `LockError` would not fit, because it
// also names the folder.
fn describe_other_console(pid: Option<u32>) -> String {
    let holder = match pid {
        Some(pid) => format!("telecast process {pid}"),
        None => "another telecast".to_owned(),
    };
    format!("{holder} has this workspace open. Close it to edit.")
}

/// Returns what the environment says about the terminal's colors.
fn terminal_colors() -> TerminalColors {
    TerminalColors::from_environment(&|name| std::env::var_os(name))
}

/// Returns the theme of the settings. If `NO_COLOR` is set, returns the theme without colors.
fn theme_name(settings: &Settings) -> ThemeName {
    let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    if no_color { ThemeName::Terminal } else { settings.theme }
}

fn ui_settings(settings: &Settings) -> UiSettings {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let path = std::env::var_os("PATH").unwrap_or_default();
    let clipboard =
        clipboard::choose(&settings.clipboard, is_set, |name| clipboard::find_program(&path, name));
    UiSettings {
        theme: theme_name(settings),
        mouse: settings.mouse,
        hyperlinks: settings.hyperlinks && terminal_may_know_links(),
        wrap: settings.wrap,
        whitespace: settings.whitespace,
        clipboard,
        vim: settings.vim,
    }
}

/// Whether to write OSC 8 links. Terminals and tmux versions that do not support these links ignore the sequences, but
/// the Linux console prints part of them.
fn terminal_may_know_links() -> bool {
    std::env::var_os("TERM").is_some_and(|term| term != "linux" && term != "dumb")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reason_for_a_read_only_console_fits_a_footer_of_80_cells() {
        let reason = describe_other_console(Some(4_194_304));
        assert!(format!(" View only: {reason}").len() <= 80, "{reason}");
        assert!(describe_other_console(None).starts_with("another telecast has "));
    }
}
