//! A tree with every kind of name that leads out of it.

use std::os::unix::fs::symlink;

use super::*;
use crate::diagnostic::Code;
use crate::disk::FileCondition;

struct Ground {
    folder: tempfile::TempDir,
    tree: Tree,
}

/// A workspace `w` beside the file `secret` and the folder `out` with the file `out/a`.
fn ground() -> Ground {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("w/in")).unwrap();
    fs::create_dir(folder.path().join("out")).unwrap();
    fs::write(folder.path().join("secret"), "secret").unwrap();
    fs::write(folder.path().join("out/a"), "out").unwrap();
    fs::write(folder.path().join("w/in/a"), "in").unwrap();
    let tree = Tree::new(&folder.path().join("w"));
    Ground { folder, tree }
}

impl Ground {
    fn link(&self, to: &str, name: &str) {
        symlink(to, self.tree.root().join(name)).unwrap();
    }

    #[track_caller]
    fn check_unread(&self, path: &str, code: Code) {
        let source = self.tree.read(path);
        assert_eq!((source.text.as_str(), source.condition), ("", FileCondition::Unusable), "{path}");
        assert_eq!(source.problems[0].code, code, "{path}");
    }

    #[track_caller]
    fn check_unwritten(&self, path: &str) {
        let old = Fingerprint::of(b"secret");
        assert!(self.tree.save_text(path, "x", old).is_err(), "{path}");
        assert!(self.tree.save_text(path, "x", Fingerprint::Absent).is_err(), "{path}");
        assert!(self.tree.replace(path, b"x", Access::Private).is_err(), "{path}");
        assert!(self.tree.write_new(path, b"x").is_err(), "{path}");
        assert!(self.tree.open_log(path).is_err(), "{path}");
        assert!(self.tree.rename("in/a", path).is_err(), "{path}");
        self.check_outside();
    }

    #[track_caller]
    fn check_outside(&self) {
        let at = |path: &str| fs::read_to_string(self.folder.path().join(path)).unwrap();
        assert_eq!((at("secret"), at("out/a"), at("w/in/a")), ("secret".into(), "out".into(), "in".into()));
        assert_eq!(fs::read_dir(self.folder.path()).unwrap().count(), 3);
        assert_eq!(fs::read_dir(self.folder.path().join("out")).unwrap().count(), 1);
    }
}

#[test]
fn what_leads_out_is_neither_read_nor_written() {
    let ground = ground();
    ground.link("../secret", "x");
    ground.link("x", "twice");
    ground.link("/proc/self/environ", "environ");
    ground.link("../out", "folder");
    ground.link("..", "up");
    for path in ["x", "twice", "environ", "folder/a", "up/secret"] {
        ground.check_unread(path, Code::OutsideWorkspace);
        ground.check_unwritten(path);
    }
    ground.check_unwritten("folder/new");
    ground.check_unwritten("folder/new/deeper");
    for folder in ["folder", "up"] {
        assert!(ground.tree.list(folder).is_err() && !ground.tree.has_folder(folder), "{folder}");
    }
    assert!(ground.tree.make_folder("folder/new", Access::Usual).is_err());
    assert!(ground.tree.remove("folder/a").is_err());
    assert!(ground.tree.remove_folder("up/out").is_err());
    ground.check_outside();
}

#[test]
fn a_link_that_stays_inside_is_read_and_not_written_through() {
    let ground = ground();
    ground.link("in/a", "a");
    ground.link("in", "folder");
    assert_eq!(ground.tree.read("a").text, "in");
    assert_eq!(ground.tree.read("folder/a").text, "in");
    assert_eq!(ground.tree.list("folder").unwrap(), ["a"]);
    ground.check_unwritten("a");
    ground.tree.replace("folder/b", b"new", Access::Usual).unwrap();
    assert_eq!(ground.tree.read("in/b").text, "new");
}

#[test]
fn what_is_hidden_is_reached_by_its_own_name_only() {
    let ground = ground();
    fs::create_dir(ground.tree.root().join(".git")).unwrap();
    fs::write(ground.tree.root().join(".git/config"), "password").unwrap();
    ground.link(".git/config", "x");
    ground.link(".git", "folder");
    for path in ["x", "folder/config"] {
        ground.check_unread(path, Code::OutsideWorkspace);
        ground.check_unwritten(path);
    }
    assert_eq!(ground.tree.read(".git/config").text, "password");
}

#[test]
fn a_link_to_nothing_or_to_itself_is_no_file_and_makes_none() {
    let ground = ground();
    ground.link("../new", "nothing");
    ground.link("itself", "itself");
    for path in ["nothing", "itself"] {
        ground.check_unread(path, Code::NotAFile);
        ground.check_unwritten(path);
    }
}

#[test]
fn only_plain_names_are_names() {
    let ground = ground();
    let absolute = ground.folder.path().join("secret").display().to_string();
    for path in ["../secret", "in/../../secret", "in/../in/a", "./in/a", "in//a", "", "in/", &absolute, "a\0"]
    {
        ground.check_unread(path, Code::OutsideWorkspace);
        ground.check_unwritten(path);
        assert!(!ground.tree.is_taken(path), "{path}");
    }
}

#[test]
fn what_is_no_regular_file_is_not_waited_for() {
    let ground = ground();
    let pipe = ground.tree.root().join("pipe");
    rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(ground.tree.root().join("socket")).unwrap();
    for (path, words) in [("pipe", "named pipe"), ("socket", "socket"), ("in", "folder")] {
        ground.check_unread(path, Code::NotAFile);
        assert!(ground.tree.read(path).problems[0].message.contains(words), "{path}");
        ground.check_unwritten(path);
    }
    ground.link("/dev/zero", "zero");
    ground.check_unread("zero", Code::OutsideWorkspace);
}

#[test]
fn links_are_moved_and_removed_themselves() {
    let ground = ground();
    ground.link("../secret", "x");
    ground.tree.rename("x", "trash/y").unwrap();
    assert!(ground.tree.root().join("trash/y").is_symlink());
    ground.tree.remove_folder("trash").unwrap();
    ground.link("../secret", "x");
    ground.tree.remove("x").unwrap();
    ground.tree.remove("x").unwrap();
    ground.check_outside();
}
