//! Faults of the machine: full and read-only disks, interruptions, huge answers and endless files.

#![cfg(all(test, unix))]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use telecast::store::{SqliteStore, Store};

use crate::support::{CommandOutput, Home, Terminal, report_left_out};

fn sample() -> Home {
    let home = Home::new();
    home.run(["init", "shop", "--sample"]).ok();
    home
}

fn shop<'a>(home: &Home, args: impl IntoIterator<Item = &'a str>) -> CommandOutput {
    home.run(["--workspace", "shop"].into_iter().chain(args))
}

/// Starts a server on loopback that answers every request with status 400 and `body`. Returns its address.
fn server(body: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            read_request(&mut stream);
            let head = format!(
                "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                body.len()
            );
            // Ignored: the client may have hung up.
            let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes()));
        }
    });
    format!("http://{address}")
}

fn read_request(stream: &mut TcpStream) {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    for line in reader.by_ref().lines().map_while(Result::ok).take_while(|line| !line.is_empty()) {
        if let Some((_, value)) = line.to_ascii_lowercase().split_once("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    std::io::copy(&mut reader.take(length), &mut std::io::sink()).unwrap();
}

#[test]
fn a_huge_answer_is_truncated_in_the_history_and_the_output() {
    let home = sample();
    let padding = "x".repeat(1_000_000);
    let url = server(format!(r#"{{"ok":false,"error_code":400,"description":"Bad Request: {padding}"}}"#));
    let url = format!("{url}/bot${{BOT_TOKEN}}/sendMessage");
    home.write("shop/webhooks/bot.toml", format!("name = \"Bot\"\nurl = \"{url}\"\n"));
    shop(&home, ["trust", "--yes"]).ok();
    for _ in 0..3 {
        let answer = shop(&home, ["test", "spring-sale", "--to", "1001", "--json"]);
        assert_eq!(answer.code, Some(1), "{:.2000}", answer.err);
        let description = answer.json()["description"].as_str().unwrap().to_owned();
        assert!(description.starts_with("Bad Request: xxx") && description.len() < 3_000);
        assert!(answer.out.len() < 20_000, "{} bytes", answer.out.len());
    }
    let answer = shop(&home, ["test", "spring-sale", "--to", "1001"]);
    assert!(answer.out.len() + answer.err.len() < 20_000, "{} bytes", answer.out.len() + answer.err.len());
    let history = home.read("shop/.telecast/history.jsonl");
    assert_eq!(history.lines().count(), 4);
    assert!(history.len() < 40_000, "{} bytes", history.len());
    let checked = shop(&home, ["webhooks", "check", "bot"]);
    assert!(checked.out.len() + checked.err.len() < 20_000, "{:.2000}", checked.out);
}

#[test]
fn a_read_only_workspace_with_profiles_is_checked_and_rendered() {
    let home = sample();
    let root = home.path().join("shop");
    let set_modes = |folder: u32, file: u32| {
        for path in [&root, &root.join(".telecast"), &root.join("campaigns"), &root.join("webhooks")] {
            fs::set_permissions(path, fs::Permissions::from_mode(folder)).unwrap();
            for entry in fs::read_dir(path).unwrap().flatten().filter(|entry| entry.path().is_file()) {
                fs::set_permissions(entry.path(), fs::Permissions::from_mode(file)).unwrap();
            }
        }
    };
    fs::set_permissions(home.path(), fs::Permissions::from_mode(0o755)).unwrap();
    // The commands run as another user without any state, so they see the private folder as foreign.
    set_modes(0o555, 0o444);
    let run = |args: &[&str]| {
        let mut command = home.command(["--workspace", "shop"].iter().chain(args));
        command.env("XDG_STATE_HOME", home.path().join("elsewhere")).stdin(Stdio::null());
        // File permissions do not apply to root, so the commands run as nobody.
        if rustix::process::geteuid().is_root() {
            command.uid(65534);
        }
        command.output()
    };
    match run(&["check"]) {
        Ok(checked) => {
            let err = String::from_utf8_lossy(&checked.stderr).into_owned();
            assert_ne!(checked.status.code(), Some(3), "{checked:?}");
            assert!(err.contains("using the test profile anna"), "{checked:?}");
            for args in [&["render", "spring-sale"] as &[&str], &["profiles", "show", "anna"]] {
                let answer = run(args).unwrap();
                assert_eq!(answer.status.code(), Some(0), "{args:?}: {answer:?}");
            }
            let refused = run(&["profiles", "set", "anna", "city=Rome"]).unwrap();
            assert_eq!(refused.status.code(), Some(3), "{refused:?}");
        }
        Err(error) => report_left_out(&format!("the user nobody cannot run the program: {error}")),
    }
    set_modes(0o755, 0o644);
}

#[test]
fn a_read_only_store_can_be_read_and_rejects_writes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audience.db");
    let store = SqliteStore::open(&path).unwrap();
    store.set("anna", indexmap::IndexMap::new()).unwrap();
    // The files as a killed process leaves them: the last changes are only in the write-ahead log.
    let left = tempfile::tempdir().unwrap();
    for name in ["audience.db", "audience.db-wal"] {
        fs::copy(folder.path().join(name), left.path().join(name)).unwrap();
    }
    let read = SqliteStore::open_read_only(&path).unwrap();
    assert_eq!(read.count().unwrap(), 1, "while another store writes");
    store.set("ben", indexmap::IndexMap::new()).unwrap();
    assert_eq!(read.count().unwrap(), 2);
    drop(read);
    drop(store);
    let before: Vec<_> =
        fs::read_dir(folder.path()).unwrap().flatten().map(|entry| entry.file_name()).collect();
    assert_eq!(before, ["audience.db"]);
    let read = SqliteStore::open_read_only(&path).unwrap();
    assert_eq!(read.count().unwrap(), 2);
    let refused = read.set("cleo", indexmap::IndexMap::new()).unwrap_err().to_string();
    assert!(refused.starts_with("no permission to write the database"), "{refused}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    let read = SqliteStore::open_read_only(&left.path().join("audience.db")).unwrap();
    assert_eq!(read.count().unwrap(), 1);
    assert_eq!(fs::read_dir(left.path()).unwrap().count(), 2, "no other file is written");
}

/// Returns a command that runs `script` in its own mount namespace; `None` if this machine does not allow that.
fn mount_namespace(home: &Home, script: &str) -> Option<Command> {
    let tried = Command::new("unshare").args(["-m", "true"]).output();
    if !tried.is_ok_and(|tried| tried.status.success()) {
        report_left_out("this machine does not allow mount namespaces");
        return None;
    }
    let command = home.command([""; 0]);
    let mut unshare = Command::new("unshare");
    unshare.args(["-m", "sh", "-euc", script]).current_dir(home.path()).env_clear();
    unshare.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    unshare.env("TELECAST", command.get_program());
    Some(unshare)
}

/// Runs `script` in its own mount namespace.
fn run_in_mount_namespace(home: &Home, script: &str) -> Option<CommandOutput> {
    let output = mount_namespace(home, script)?.stdin(Stdio::null()).output().unwrap();
    Some(CommandOutput {
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
        code: output.status.code(),
    })
}

#[test]
fn the_console_opens_a_read_only_workspace() {
    let home = sample();
    let script = "mount --bind shop shop; mount -o remount,ro,bind shop; exec \"$TELECAST\" --workspace shop";
    let Some(command) = mount_namespace(&home, script) else { return };
    let mut terminal = Terminal::start(command, 120, 32);
    terminal.wait_for("│306: ");
    terminal.send("Zebra");
    terminal.wait_for("Zebra{");
    terminal.send("\x13");
    terminal.wait_for("the disk is read-only");
}

#[test]
fn a_workspace_on_a_read_only_mount_is_checked() {
    let home = sample();
    let script =
        "mount --bind shop shop; mount -o remount,ro,bind shop; \"$TELECAST\" --workspace shop check --json";
    let Some(answer) = run_in_mount_namespace(&home, script) else { return };
    assert_ne!(answer.code, Some(3), "{answer:?}");
    assert!(answer.err.contains("using the test profile anna"), "{answer:?}");
    let script = "mount --bind shop shop; mount -o remount,ro,bind shop; \"$TELECAST\" --workspace shop profiles set anna city=Rome";
    let Some(answer) = run_in_mount_namespace(&home, script) else { return };
    assert_eq!(answer.code, Some(3), "{answer:?}");
    assert!(answer.err.contains("no permission to write the database"), "{answer:?}");
}

#[test]
fn a_read_only_workspace_without_profiles_can_be_read() {
    let home = sample();
    fs::remove_dir_all(home.path().join("shop/.telecast")).unwrap();
    for (command, code) in
        [("check", 1), ("render spring-sale", 0), ("profiles list", 0), ("profiles set anna city=Rome", 3)]
    {
        let script = format!(
            "mount --bind shop shop; mount -o remount,ro,bind shop; \"$TELECAST\" --workspace shop {command}"
        );
        let Some(answer) = run_in_mount_namespace(&home, &script) else { return };
        assert_eq!(answer.code, Some(code), "{command}: {answer:?}");
    }
}

#[test]
fn every_writing_command_reports_a_full_disk() {
    let home = sample();
    let rows: String = (0..20_000).map(|n| format!("person{n},{}\n", "x".repeat(50))).collect();
    home.write("many.csv", format!("identity,note\n{rows}"));
    let check = "mount -t tmpfs -o size=1m,mode=700 tmpfs kept; cp -a shop/.telecast/. kept; mount --move kept shop/.telecast; \
                 dd if=/dev/zero of=shop/.telecast/ballast bs=1k 2>/dev/null || true; \"$TELECAST\" --workspace shop render spring-sale";
    fs::create_dir(home.path().join("kept")).unwrap();
    let Some(answer) = run_in_mount_namespace(&home, check) else { return };
    assert_eq!(answer.code, Some(0), "reading needs no disk space: {answer:?}");
    fs::remove_dir(home.path().join("kept")).unwrap();
    // The private folder, the campaigns, the webhooks and the user's configuration, each on a full disk.
    let on_full_disk = |folder: &str, kib: u32, command: &str| {
        format!(
            "mkdir -p {folder} kept; cp -a {folder}/. kept; mount -t tmpfs -o size={kib}k,mode=700 tmpfs {folder}; \
             cp -a kept/. {folder}; \
             dd if=/dev/zero of={folder}/ballast bs=1k 2>/dev/null || true; \"$TELECAST\" --workspace shop {command}"
        )
    };
    for (folder, kib, command) in [
        ("shop/.telecast", 1024, "profiles import many.csv"),
        ("shop/.telecast", 1024, "profiles set anna city=Rome"),
        ("shop/campaigns", 256, "campaigns new Fresh --webhook bot"),
        ("shop/webhooks", 256, "webhooks new other"),
        ("config", 256, "secrets set OTHER"),
    ] {
        let script = on_full_disk(folder, kib, command);
        let script =
            if command.starts_with("secrets") { format!("echo value | {{ {script}; }}") } else { script };
        let Some(answer) = run_in_mount_namespace(&home, &script) else { return };
        assert_eq!(answer.code, Some(3), "{command}: {answer:?}");
        assert!(answer.err.contains("no space left"), "{command}: {answer:?}");
        fs::remove_dir_all(home.path().join("kept")).unwrap();
    }
}

#[test]
fn an_interrupted_import_reports_its_rows_and_can_be_repeated() {
    let home = sample();
    let n_rows: u64 = 200_000;
    let rows: String = (0..n_rows).map(|n| format!("person{n:06},{n}\n")).collect();
    home.write("many.csv", format!("identity,number\n{rows}"));
    let mut command = home.command(["--workspace", "shop", "profiles", "import", "many.csv"]);
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let path = home.path().join("shop/.telecast/audience.db");
    let n_before = 306;
    for _ in 0..10_000 {
        if SqliteStore::open_read_only(&path).and_then(|store| store.count()).is_ok_and(|n| n_before < n) {
            break;
        }
        thread::sleep(Duration::from_millis(5));
    }
    kill_process(Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap(), Signal::INT).unwrap();
    let output = child.wait_with_output().unwrap();
    let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert_eq!(output.status.code(), Some(130), "{out}{err}");
    assert!(err.contains("interrupted") && err.contains("the same command"), "{err}");
    let n_kept: u64 = out.split_whitespace().next().unwrap().parse().unwrap();
    assert!(0 < n_kept && n_kept < n_rows, "{out}");
    assert_eq!(SqliteStore::open(&path).unwrap().count().unwrap(), n_before + n_kept);
    let again = shop(&home, ["profiles", "import", "many.csv"]).ok();
    assert!(again.contains(&format!("{} new, {n_kept} updated", n_rows - n_kept)), "{again}");
}

#[test]
fn private_files_have_mode_0600() {
    let home = sample();
    shop(&home, ["test", "spring-sale", "--to", "1001"]).ok();
    let private = home.path().join("shop/.telecast");
    for name in ["audience.db", "history.jsonl", "test-chats.toml"] {
        let mode = fs::metadata(private.join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    let loosen = |name: &str| {
        let path: &Path = &private.join(name);
        fs::set_permissions(path, fs::Permissions::from_mode(0o644)).unwrap();
    };
    loosen("audience.db");
    loosen("history.jsonl");
    shop(&home, ["test", "spring-sale", "--to", "1001"]).ok();
    for name in ["audience.db", "history.jsonl"] {
        let mode = fs::metadata(private.join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[test]
fn an_endless_input_file_is_refused() {
    let home = sample();
    for args in [
        &["render", "spring-sale", "--profile-json", "/dev/zero"] as &[&str],
        &["render", "spring-sale", "--event-json", "/dev/zero"],
        &["import", "clevertap", "/dev/zero"],
        &["campaigns", "new", "q", "--webhook", "bot", "--body", "/dev/zero"],
    ] {
        let answer = shop(&home, args.iter().copied());
        assert_eq!(answer.code, Some(1), "{args:?}: {answer:?}");
        assert!(answer.err.contains("/dev/zero is larger than 8 MB"), "{args:?}: {answer:?}");
    }
}
