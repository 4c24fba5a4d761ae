//! Chooses the commands that copy text, from the setting `clipboard`, the environment, and the programs on the `PATH`.
//! The executor runs the commands.

use std::ffi::OsStr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::settings;
use crate::ui::shared::{Clipboard, CopyCommand, CopyTarget};

/// A program that fills the system's clipboard from its stdin.
struct SystemProgram {
    /// The environment variable that is set where the program works. `None` if the program exists only where it works.
    needs: Option<&'static str>,
    name: &'static str,
    arguments: &'static [&'static str],
    target: CopyTarget,
}

const SYSTEM_PROGRAMS: [SystemProgram; 5] = [
    system("pbcopy", &[], None, CopyTarget::System),
    system("wl-copy", &[], Some("WAYLAND_DISPLAY"), CopyTarget::System),
    system("xclip", &["-selection", "clipboard"], Some("DISPLAY"), CopyTarget::System),
    system("xsel", &["--clipboard", "--input"], Some("DISPLAY"), CopyTarget::System),
    system("clip.exe", &[], Some("WSL_DISTRO_NAME"), CopyTarget::Windows),
];

const fn system(
    name: &'static str,
    arguments: &'static [&'static str],
    needs: Option<&'static str>,
    target: CopyTarget,
) -> SystemProgram {
    SystemProgram { needs, name, arguments, target }
}

/// Returns the commands to try, in order. `has_variable` returns whether an environment variable is set and not empty,
/// and `find` returns the path of an installed program.
pub(super) fn choose(
    setting: &settings::Clipboard,
    has_variable: impl Fn(&str) -> bool,
    find: impl Fn(&str) -> Option<PathBuf>,
) -> Clipboard {
    let command = |name: &str, arguments: &[&str], target: CopyTarget| {
        let arguments = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        Some(CopyCommand { program: find(name)?, arguments, target })
    };
    let system_command = || {
        let mut usable = SYSTEM_PROGRAMS.iter().filter(|program| program.needs.is_none_or(&has_variable));
        usable.find_map(|program| command(program.name, program.arguments, program.target))
    };
    // The display variables of an SSH session are those of the remote machine, or X11 forwarding, which is slow. The
    // terminal is the only way to the clipboard of the machine that the user sits at.
    let is_remote = has_variable("SSH_CONNECTION") || has_variable("SSH_TTY");
    let commands = match setting {
        settings::Clipboard::Osc52 => Vec::new(),
        settings::Clipboard::Native => system_command().into_iter().collect(),
        settings::Clipboard::Command(words) => {
            let (program, arguments) =
                words.split_first().map_or(("", &[][..]), |(program, rest)| (program, rest));
            let program = PathBuf::from(program);
            vec![CopyCommand { program, arguments: arguments.to_vec(), target: CopyTarget::System }]
        }
        settings::Clipboard::Auto => {
            let local = if is_remote { None } else { system_command() };
            let tmux = || command("tmux", &["load-buffer", "-w", "-"], CopyTarget::Tmux);
            local.into_iter().chain(if has_variable("TMUX") { tmux() } else { None }).collect()
        }
    };
    Clipboard { commands }
}

/// Returns the path of a program on the `PATH`. Relative folders of the `PATH` are skipped: a workspace from somebody
/// else must not bring its own clipboard program.
pub(super) fn find_program(path: &OsStr, name: &str) -> Option<PathBuf> {
    let is_executable = |file: &Path| {
        file.metadata().is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
    };
    std::env::split_paths(path)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(name))
        .find(|file| is_executable(file))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(setting: &settings::Clipboard, variables: &[&str], installed: &[&str], expected: &[&str]) {
        let find = |name: &str| installed.contains(&name).then(|| Path::new("/bin").join(name));
        let chosen = choose(setting, |name| variables.contains(&name), find);
        let shown: Vec<String> = chosen
            .commands
            .iter()
            .map(|command| format!("{} {}", command.program.display(), command.arguments.join(" ")))
            .collect();
        let shown: Vec<&str> = shown.iter().map(|command| command.trim_end()).collect();
        assert_eq!(shown, expected, "{variables:?} {installed:?}");
    }

    const LINUX: [&str; 4] = ["wl-copy", "xclip", "xsel", "tmux"];
    const WAYLAND: &str = "/bin/wl-copy";
    const XCLIP: &str = "/bin/xclip -selection clipboard";
    const TMUX: &str = "/bin/tmux load-buffer -w -";

    #[test]
    fn auto_uses_the_systems_program_then_tmux_then_the_terminal() {
        let check = |variables: &[&str], installed: &[&str], expected: &[&str]| {
            check(&settings::Clipboard::Auto, variables, installed, expected);
        };
        check(&["WAYLAND_DISPLAY", "DISPLAY"], &LINUX, &[WAYLAND]);
        check(&["WAYLAND_DISPLAY", "DISPLAY"], &["xclip"], &[XCLIP]);
        check(&["DISPLAY"], &LINUX, &[XCLIP]);
        check(&["DISPLAY"], &["xsel"], &["/bin/xsel --clipboard --input"]);
        check(&["DISPLAY"], &[], &[]);
        check(&[], &LINUX, &[]);
        check(&[], &["pbcopy", "xclip"], &["/bin/pbcopy"]);
        check(&["DISPLAY"], &["pbcopy", "xclip"], &["/bin/pbcopy"]);
        check(&["WSL_DISTRO_NAME"], &["clip.exe"], &["/bin/clip.exe"]);
        check(&["DISPLAY", "TMUX"], &LINUX, &[XCLIP, TMUX]);
        check(&["TMUX"], &LINUX, &[TMUX]);
        check(&["TMUX"], &["xclip"], &[]);
    }

    #[test]
    fn auto_uses_no_program_of_the_remote_machine_over_ssh() {
        for variable in ["SSH_CONNECTION", "SSH_TTY"] {
            let variables = ["DISPLAY", "WAYLAND_DISPLAY", variable];
            check(&settings::Clipboard::Auto, &variables, &LINUX, &[]);
            check(&settings::Clipboard::Auto, &["DISPLAY", "TMUX", variable], &LINUX, &[TMUX]);
        }
    }

    #[test]
    fn other_settings_do_as_they_say() {
        let variables = ["DISPLAY", "TMUX", "SSH_TTY"];
        check(&settings::Clipboard::Osc52, &variables, &LINUX, &[]);
        check(&settings::Clipboard::Native, &variables, &LINUX, &[XCLIP]);
        check(&settings::Clipboard::Native, &[], &LINUX, &[]);
        let command = settings::Clipboard::Command(vec!["my-copy".into(), "--now".into()]);
        check(&command, &variables, &LINUX, &["my-copy --now"]);
    }

    #[test]
    fn only_executable_files_in_absolute_folders_are_found() {
        let folder = tempfile::tempdir().unwrap();
        let (plain, good) = (folder.path().join("plain"), folder.path().join("good"));
        for (path, mode) in [(&plain, 0o644), (&good, 0o755)] {
            std::fs::create_dir(path).unwrap();
            std::fs::write(path.join("xclip"), "").unwrap();
            std::fs::set_permissions(path.join("xclip"), std::fs::Permissions::from_mode(mode)).unwrap();
        }
        let path = std::env::join_paths([Path::new("."), Path::new("/no/such"), &plain, &good]).unwrap();
        assert_eq!(find_program(&path, "xclip"), Some(good.join("xclip")));
        assert_eq!(find_program(&path, "Cargo.toml"), None);
    }
}
