use std::collections::HashMap;
use std::time::Duration;

use super::*;

fn secrets(root: &std::path::Path, variables: &[(&str, &str)]) -> Secrets {
    let variables: HashMap<String, String> =
        variables.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
    Secrets::new(&Paths::under(root), &SecretSource::File, Some(std::path::Path::new("/srv/w1")))
        .with_environment(Arc::new(move |name| variables.get(name).cloned()))
}

fn by_command(command: &[&str], limit: Duration) -> Secrets {
    let command = command.iter().map(|part| part.to_string()).collect();
    let source = SecretSource::Command { command, timeout: limit };
    Secrets::new(
        &Paths::under(std::path::Path::new("/nowhere")),
        &source,
        Some(std::path::Path::new("/srv/w1")),
    )
    .with_environment(Arc::new(|_| None))
}

fn find(secrets: &Secrets, name: &str) -> Result<Option<(String, SecretOrigin)>, SecretError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let found = runtime.block_on(secrets.find(name))?;
    Ok(found.map(|found| (found.secret.expose().to_owned(), found.origin)))
}

#[test]
fn the_environment_overrides_workspace_and_shared_secrets() {
    let dir = tempfile::tempdir().unwrap();
    let without_variables = secrets(dir.path(), &[]);
    without_variables.set("T", &Secret::new("shared"), SecretScope::Shared).unwrap();
    assert_eq!(find(&without_variables, "T").unwrap(), Some(("shared".into(), SecretOrigin::Shared)));
    without_variables.set("T", &Secret::new("own"), SecretScope::Workspace).unwrap();
    assert_eq!(find(&without_variables, "T").unwrap(), Some(("own".into(), SecretOrigin::Workspace)));
    let with_variables = secrets(dir.path(), &[("T", "outside"), ("EMPTY", "")]);
    assert_eq!(find(&with_variables, "T").unwrap(), Some(("outside".into(), SecretOrigin::Environment)));
    assert_eq!(find(&with_variables, "EMPTY").unwrap(), None);
    let listed = with_variables.list(&["U".into()]).unwrap();
    let origins = vec![SecretOrigin::Environment, SecretOrigin::Workspace, SecretOrigin::Shared];
    assert_eq!(
        listed,
        [ListedSecret { name: "T".into(), origins }, ListedSecret { name: "U".into(), origins: vec![] }]
            .into_iter()
            .collect::<Vec<_>>()
    );
}

#[test]
fn secrets_of_a_workspace_are_not_visible_in_others() {
    let dir = tempfile::tempdir().unwrap();
    secrets(dir.path(), &[]).set("T", &Secret::new("own"), SecretScope::Workspace).unwrap();
    let other =
        Secrets::new(&Paths::under(dir.path()), &SecretSource::File, Some(std::path::Path::new("/srv/w2")));
    assert_eq!(other.list(&[]).unwrap(), []);
}

#[test]
fn the_file_keeps_comments_and_is_private() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let secrets = secrets(dir.path(), &[]);
    let file = Paths::under(dir.path()).secrets_file();
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(&file, "# mine\n[shared]\nA = \"1\" # one\n").unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    assert!(secrets.tighten().unwrap().unwrap().contains("0600"));
    assert_eq!(secrets.tighten().unwrap(), None);
    secrets.set("B", &Secret::new("2"), SecretScope::Workspace).unwrap();
    assert_eq!(
        std::fs::read_to_string(&file).unwrap(),
        "# mine\n[shared]\nA = \"1\" # one\n\n[workspace.\"/srv/w1\"]\nB = \"2\"\n"
    );
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(secrets.remove("A", SecretScope::Shared).unwrap());
    assert!(!secrets.remove("A", SecretScope::Shared).unwrap());
    assert_eq!(find(&secrets, "A").unwrap(), None);
}

#[test]
fn a_pasted_token_gets_a_free_name_and_never_replaces_another() {
    let dir = tempfile::tempdir().unwrap();
    let secrets = secrets(dir.path(), &[("BOT_TOKEN_2", "outside")]);
    assert_eq!(secrets.adopt("BOT_TOKEN", &Secret::new("1:a")).unwrap(), "BOT_TOKEN");
    assert_eq!(secrets.adopt("BOT_TOKEN", &Secret::new("1:a")).unwrap(), "BOT_TOKEN");
    assert_eq!(secrets.adopt("BOT_TOKEN", &Secret::new("2:b")).unwrap(), "BOT_TOKEN_3");
    assert_eq!(find(&secrets, "BOT_TOKEN").unwrap().unwrap().0, "1:a");
}

#[test]
fn errors_never_contain_a_value() {
    let dir = tempfile::tempdir().unwrap();
    let secrets = secrets(dir.path(), &[]);
    let file = Paths::under(dir.path()).secrets_file();
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    for text in ["[shared]\nA = hidden", "[shared]\nA = \"hidden", "hidden", "[shared]\nA = \"\\hidden\""] {
        std::fs::write(&file, text).unwrap();
        let error = find(&secrets, "A").unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hidden"), "{error} {error:?}");
    }
    assert!(find(&secrets, "no name").is_err());
}

#[test]
fn the_first_line_of_command_output_is_the_secret() {
    let slow = Duration::from_secs(30);
    let echo = by_command(
        &["/bin/sh", "-c", "printf '%s-%s\\nnotes' \"$1\" \"$2\"", "sh", "{name}", "{workspace}"],
        slow,
    );
    assert_eq!(find(&echo, "T").unwrap(), Some(("T-w1".into(), SecretOrigin::Command)));
    assert_eq!(find(&by_command(&["/bin/false", "{name}"], slow), "T").unwrap(), None);
    let refusing = by_command(&["/bin/sh", "-c", "printf '\\n no such entry\\n' >&2; exit 1"], slow);
    assert_eq!(
        find(&refusing, "T").unwrap_err().to_string(),
        "`/bin/sh` gave no value for `T`: no such entry"
    );
    let missing = by_command(&["/nowhere/pass"], slow);
    assert!(find(&missing, "T").unwrap_err().to_string().contains("it does not exist"));
    assert!(matches!(
        echo.set("T", &Secret::new("x"), SecretScope::Shared),
        Err(SecretError::ReadOnly { .. })
    ));
}

#[test]
fn values_over_the_limit_are_rejected_and_not_cut() {
    let dir = tempfile::tempdir().unwrap();
    let secrets = secrets(dir.path(), &[]);
    let long = Secret::new("x".repeat(MAX_VALUE));
    secrets.set("A", &long, SecretScope::Shared).unwrap();
    assert_eq!(find(&secrets, "A").unwrap().unwrap().0, long.expose());
    let longer = Secret::new("x".repeat(MAX_VALUE + 1));
    for refused in
        [secrets.set("A", &longer, SecretScope::Shared).map(|()| String::new()), secrets.adopt("B", &longer)]
    {
        assert!(matches!(refused, Err(SecretError::TooLong { .. })), "{refused:?}");
    }
    assert_eq!(secrets.list(&[]).unwrap().len(), 1);
    let print = |n: usize, rest: &str| {
        let script = format!("head -c {n} /dev/zero | tr '\\0' x; {rest}");
        find(&by_command(&["/bin/sh", "-c", &script, "{name}"], Duration::from_secs(30)), "T")
    };
    assert_eq!(print(MAX_VALUE, "").unwrap().unwrap().0, long.expose());
    assert!(matches!(print(MAX_VALUE + 1, ""), Err(SecretError::TooLong { .. })));
    // Only the first line is limited. Notes below the secret may have any length.
    assert_eq!(print(5, "echo; head -c 300000 /dev/zero").unwrap().unwrap().0, "xxxxx");
}

#[test]
fn the_file_is_not_written_if_it_would_be_too_large() {
    let dir = tempfile::tempdir().unwrap();
    let secrets = secrets(dir.path(), &[]);
    let file = Paths::under(dir.path()).secrets_file();
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    let full = format!("#{}\n", "x".repeat(crate::disk::MAX_FILE as usize - 100));
    std::fs::write(&file, &full).unwrap();
    let error = secrets.set("A", &Secret::new("x".repeat(200)), SecretScope::Shared).unwrap_err();
    assert!(matches!(error, SecretError::Full { .. }), "{error}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), full);
}

#[test]
fn a_hanging_command_is_killed_with_its_children() {
    let dir = tempfile::tempdir().unwrap();
    let script = format!("sleep 60 & echo $! > {}/pid; wait", dir.path().display());
    let hanging = by_command(&["/bin/sh", "-c", &script], Duration::from_secs(1));
    assert!(matches!(find(&hanging, "T"), Err(SecretError::TooSlow { .. })));
    let pid = std::fs::read_to_string(dir.path().join("pid")).unwrap();
    let is_alive = || {
        let status = std::fs::read_to_string(format!("/proc/{}/stat", pid.trim())).unwrap_or_default();
        status.rsplit(')').next().is_some_and(|rest| !rest.trim().is_empty() && !rest.trim().starts_with('Z'))
    };
    let deadline = std::time::Instant::now() + Duration::from_secs(5);
    while is_alive() && std::time::Instant::now() < deadline {
        std::thread::yield_now();
    }
    assert!(!is_alive());
}
