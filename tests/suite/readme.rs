//! Runs the README's commands as written, and checks its links.

use std::path::PathBuf;

use crate::support::Home;

#[test]
fn the_tour_commands_do_what_their_comments_say() {
    let readme = include_str!("../../README.md");
    let block = readme.split("```sh\n").find(|block| block.starts_with("telecast init")).unwrap();
    let home = Home::new();
    let mut folder = PathBuf::new();
    let mut n_run = 0;
    for line in block.split("```").next().unwrap().lines() {
        let (commands, comment) = line.split_once('#').unwrap_or((line, ""));
        for command in commands.split("&&").map(str::trim) {
            if let Some(into) = command.strip_prefix("cd ") {
                folder.push(into);
                continue;
            }
            let args = command.strip_prefix("telecast ").unwrap_or_else(|| panic!("{command:?}"));
            let mut run = home.command(args.split_whitespace());
            let answer = run.current_dir(home.path().join(&folder)).output().unwrap();
            let code = comment.split("exit code ").nth(1).map_or(0, |code| code[..1].parse().unwrap());
            assert_eq!(answer.status.code(), Some(code), "{command}: {answer:?}");
            assert!(!answer.stdout.is_empty(), "{command}");
            n_run += 1;
        }
    }
    assert_eq!(n_run, 5);
}

#[test]
fn links_to_files_have_a_target() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let readme = include_str!("../../README.md");
    for (at, _) in readme.match_indices("](") {
        let target = readme[at + 2..].split(')').next().unwrap();
        let is_file = !target.contains("://") && !target.starts_with('#');
        assert!(!is_file || root.join(target).exists(), "{target}");
    }
}
