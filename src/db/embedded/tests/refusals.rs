//! Starts that must be refused, each with its own error that names what is wrong.
//! The texts themselves are in `messages`.

use super::{
    super::{
        Binaries, Cluster, EmbeddedError, Mode, account::Account, binaries, directory,
        directory::make_private, initdb, server::Server, server_log::ServerLog, site::Site, socket,
    },
    support::{Scratch, set_mode},
};
use nix::unistd::geteuid;
use std::{fs, os::unix::fs::symlink, path::Path};

fn refused(root: &Path) -> EmbeddedError {
    let error = Cluster::start(root, Mode::Durable).unwrap_err();
    println!("{error}");
    assert!(!error.to_string().contains('\n'), "{error}");
    error
}

#[test]
fn a_parent_that_may_not_be_entered() {
    let scratch = Scratch::new();
    let parent = scratch.join("closed");
    fs::create_dir(&parent).unwrap();
    set_mode(&parent, if geteuid().is_root() { 0o700 } else { 0o000 });
    let error = refused(&parent.join("below/pg"));
    set_mode(&parent, 0o700); // Else it could not be removed.
    assert!(error.to_string().contains(parent.to_str().unwrap()), "{error}");
    match error {
        EmbeddedError::Unreachable { blocked, .. } if geteuid().is_root() => assert_eq!(blocked, parent),
        EmbeddedError::ParentNotUsable { parent: named, .. } if !geteuid().is_root() => {
            assert_eq!(named, parent);
        }
        other => panic!("{other}"),
    }
}

#[test]
fn a_parent_reached_through_a_link_or_dots_is_checked_too() {
    if !geteuid().is_root() {
        return;
    }
    let scratch = Scratch::new();
    let closed = scratch.join("closed");
    fs::create_dir(&closed).unwrap();
    set_mode(&closed, 0o700);
    let link = scratch.join("link");
    symlink(&closed, &link).unwrap();
    for (root, named) in [(link.join("pg"), &link), (scratch.join("link/../closed/pg"), &link)] {
        let error = refused(&root);
        assert!(matches!(&error, EmbeddedError::Unreachable { blocked, .. } if blocked == named), "{error}");
    }
    let inside = scratch.join("to-inside");
    fs::create_dir(closed.join("pg")).unwrap();
    symlink(closed.join("pg"), &inside).unwrap();
    let error = refused(&inside);
    assert!(matches!(&error, EmbeddedError::Unreachable { blocked, .. } if *blocked == closed), "{error}");
}

#[test]
fn an_unwritable_parent() {
    if geteuid().is_root() {
        return; // Root may write everywhere.
    }
    let scratch = Scratch::new();
    let parent = scratch.join("readonly");
    fs::create_dir(&parent).unwrap();
    set_mode(&parent, 0o555);
    let error = refused(&parent.join("pg"));
    assert!(
        matches!(&error, EmbeddedError::ParentNotUsable { parent: named, .. } if *named == parent),
        "{error}"
    );
}

#[test]
fn a_directory_that_is_open_to_others_or_somebody_elses() {
    let scratch = Scratch::new();
    let root = scratch.join("pg");
    let account = Account::of_this_process().unwrap();
    make_private(&root, &account).unwrap();
    set_mode(&root, 0o755);
    let error = refused(&root);
    assert!(matches!(error, EmbeddedError::NotPrivate { found_mode: 0o755, .. }), "{error}");
    let error = make_private(Path::new("/usr"), &account).unwrap_err();
    assert!(matches!(error, EmbeddedError::NotPrivate { found_uid: 0, .. }), "{error}");
}

#[test]
fn a_directory_left_by_root_killed_before_handing_it_over_is_taken() {
    if !geteuid().is_root() {
        return;
    }
    let scratch = Scratch::new();
    let root = scratch.join("pg");
    fs::create_dir(&root).unwrap();
    set_mode(&root, 0o700);
    make_private(&root, &Account::of_this_process().unwrap()).unwrap();
}

#[test]
fn a_file_in_the_way() {
    let scratch = Scratch::new();
    let file = scratch.join("file");
    fs::write(&file, "").unwrap();
    for root in [file.clone(), file.join("below/pg")] {
        let error = refused(&root);
        assert!(
            matches!(&error, EmbeddedError::NotADirectory { directory } if *directory == file),
            "{error}"
        );
    }
    let error = refused(&scratch.join("line\nbreak"));
    assert!(matches!(error, EmbeddedError::LineBreakInPath { .. }), "{error}");
}

#[test]
fn data_of_another_version_or_of_something_else() {
    let scratch = Scratch::new();
    let account = Account::of_this_process().unwrap();
    let write_version = |name: &str, version: &str| {
        let root = directory::prepare_root(&scratch.join(name), &account).unwrap();
        fs::create_dir(root.join("data")).unwrap();
        fs::write(root.join("data/PG_VERSION"), version).unwrap();
        refused(&root)
    };
    let error = write_version("future", "98\n");
    assert!(
        matches!(&error, EmbeddedError::WrongMajor { wanted: 98, found } if !found.is_empty()),
        "{error}"
    );
    let error = write_version("past", "9.6\n");
    assert!(matches!(error, EmbeddedError::DataTooOld { wanted: 9, .. }), "{error}");
    let error = write_version("junk", "junk");
    assert!(matches!(error, EmbeddedError::NotACluster { .. }), "{error}");
}

#[test]
fn no_programs_where_pg_bin_dir_points() {
    let scratch = Scratch::new();
    let empty = scratch.join("empty");
    fs::create_dir(&empty).unwrap();
    let places = binaries::Places { pg_bin_dir: Some(empty.clone().into()), path: None };
    let error = binaries::find_in(&places, None).unwrap_err();
    assert!(
        matches!(&error, EmbeddedError::NoBinariesInPgBinDir { directory } if *directory == empty),
        "{error}"
    );
}

#[test]
fn programs_that_fail_or_cannot_be_run() {
    let scratch = Scratch::new();
    let account = Account::of_this_process().unwrap();
    let root = directory::prepare_root(&scratch.join("pg"), &account).unwrap();
    let directory = scratch.join("bin");
    fs::create_dir(&directory).unwrap();
    // Links to programs that are there: a program just written can be "busy" while another test forks.
    symlink("/bin/false", directory.join("initdb")).unwrap();
    symlink("/bin/echo", directory.join("postgres")).unwrap();
    let site = Site {
        sockets: socket::prepare(&root, Path::new("/tmp"), &account).unwrap(),
        root,
        account,
        binaries: Binaries { directory: directory.clone(), major: 15 },
    };
    let log = ServerLog::open(&site.root, &site.account).unwrap();
    let error = initdb::create(&site, Mode::Durable, &log).unwrap_err();
    assert!(matches!(error, EmbeddedError::InitdbFailed { .. }), "{error}");
    let error = Server::start(&site, Mode::Durable, &log).unwrap_err();
    assert!(matches!(error, EmbeddedError::EndedAtStart { .. }), "{error}");
    assert!(error.to_string().contains("listen_addresses="), "the line echoed: {error}");
    fs::remove_file(directory.join("initdb")).unwrap();
    fs::write(directory.join("initdb"), "not executable").unwrap();
    let error = initdb::create(&site, Mode::Durable, &log).unwrap_err();
    assert!(matches!(error, EmbeddedError::CannotRun { .. }), "{error}");
}

#[test]
fn a_socket_path_that_is_too_long_even_in_the_short_place() {
    let scratch = Scratch::new();
    let account = Account::of_this_process().unwrap();
    let long = scratch.join(&"x".repeat(100));
    let error = socket::prepare(&long, &long, &account).unwrap_err();
    assert!(matches!(error, EmbeddedError::SocketPathTooLong { .. }), "{error}");
}
