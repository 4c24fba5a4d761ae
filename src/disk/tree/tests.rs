//! Tests a tree with links and paths of every kind that lead out of it.

use std::os::unix::fs::symlink;

use super::*;
use crate::diagnostic::Code;
use crate::disk::FileCondition;

struct TreeFixture {
    folder: tempfile::TempDir,
    tree: Tree,
}

/// A workspace `w` beside the file `secret` and the folder `out` with the file `out/a`.
fn fixture() -> TreeFixture {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("w/in")).unwrap();
    fs::create_dir(folder.path().join("out")).unwrap();
    fs::write(folder.path().join("secret"), "secret").unwrap();
    fs::write(folder.path().join("out/a"), "out").unwrap();
    fs::write(folder.path().join("w/in/a"), "in").unwrap();
    let tree = Tree::new(&folder.path().join("w"));
    TreeFixture { folder, tree }
}

impl TreeFixture {
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
fn links_out_of_the_tree_are_neither_read_nor_written() {
    let fixture = fixture();
    fixture.link("../secret", "x");
    fixture.link("x", "twice");
    fixture.link("/proc/self/environ", "environ");
    fixture.link("../out", "folder");
    fixture.link("..", "up");
    for path in ["x", "twice", "environ", "folder/a", "up/secret"] {
        fixture.check_unread(path, Code::OutsideWorkspace);
        fixture.check_unwritten(path);
    }
    fixture.check_unwritten("folder/new");
    fixture.check_unwritten("folder/new/deeper");
    for folder in ["folder", "up"] {
        assert!(fixture.tree.list(folder).is_err() && !fixture.tree.has_folder(folder), "{folder}");
    }
    assert!(fixture.tree.make_folder("folder/new", Access::Usual).is_err());
    assert!(fixture.tree.remove("folder/a").is_err());
    assert!(fixture.tree.remove_folder("up/out").is_err());
    fixture.check_outside();
}

#[test]
fn a_link_inside_the_tree_is_read_but_not_overwritten() {
    let fixture = fixture();
    fixture.link("in/a", "a");
    fixture.link("in", "folder");
    assert_eq!(fixture.tree.read("a").text, "in");
    assert_eq!(fixture.tree.read("folder/a").text, "in");
    assert_eq!(fixture.tree.list("folder").unwrap(), ["a"]);
    fixture.check_unwritten("a");
    fixture.tree.replace("folder/b", b"new", Access::Usual).unwrap();
    assert_eq!(fixture.tree.read("in/b").text, "new");
}

#[test]
fn hidden_files_are_not_reached_through_links() {
    let fixture = fixture();
    fs::create_dir(fixture.tree.root().join(".git")).unwrap();
    fs::write(fixture.tree.root().join(".git/config"), "password").unwrap();
    fixture.link(".git/config", "x");
    fixture.link(".git", "folder");
    for path in ["x", "folder/config"] {
        fixture.check_unread(path, Code::OutsideWorkspace);
        fixture.check_unwritten(path);
    }
    assert_eq!(fixture.tree.read(".git/config").text, "password");
}

#[test]
fn dangling_and_circular_links_are_rejected_and_create_no_file() {
    let fixture = fixture();
    fixture.link("../new", "nothing");
    fixture.link("itself", "itself");
    for path in ["nothing", "itself"] {
        fixture.check_unread(path, Code::NotAFile);
        fixture.check_unwritten(path);
    }
}

#[test]
fn only_plain_relative_paths_are_accepted() {
    let fixture = fixture();
    let absolute = fixture.folder.path().join("secret").display().to_string();
    for path in ["../secret", "in/../../secret", "in/../in/a", "./in/a", "in//a", "", "in/", &absolute, "a\0"]
    {
        fixture.check_unread(path, Code::OutsideWorkspace);
        fixture.check_unwritten(path);
        assert!(!fixture.tree.is_taken(path), "{path}");
    }
}

#[test]
fn pipes_sockets_and_folders_are_rejected_without_blocking() {
    let fixture = fixture();
    let pipe = fixture.tree.root().join("pipe");
    rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(fixture.tree.root().join("socket")).unwrap();
    for (path, kind) in [("pipe", "named pipe"), ("socket", "socket"), ("in", "folder")] {
        fixture.check_unread(path, Code::NotAFile);
        assert!(fixture.tree.read(path).problems[0].message.contains(kind), "{path}");
        fixture.check_unwritten(path);
    }
    fixture.link("/dev/zero", "zero");
    fixture.check_unread("zero", Code::OutsideWorkspace);
}

#[test]
fn moving_and_removing_act_on_the_link_itself() {
    let fixture = fixture();
    fixture.link("../secret", "x");
    fixture.tree.rename("x", "trash/y").unwrap();
    assert!(fixture.tree.root().join("trash/y").is_symlink());
    fixture.tree.remove_folder("trash").unwrap();
    fixture.link("../secret", "x");
    fixture.tree.remove("x").unwrap();
    fixture.tree.remove("x").unwrap();
    fixture.check_outside();
}
