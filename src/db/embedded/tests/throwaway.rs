//! Throw-away clusters: quick settings, unusual paths, and that nothing of them stays.

use super::{
    super::{
        Cluster, Mode,
        account::Account,
        directory::make_private,
        lock::DirectoryLock,
        throwaway::{sweep_older_than, throwaway_base},
    },
    owner::Owner,
    support::{Scratch, pid_of, query, runs, wait_until},
};
use nix::sys::signal::{Signal, kill};
use std::{fs, time::Duration};

#[test]
fn stop_removes_everything() {
    let scratch = Scratch::for_throwaway();
    let root = scratch.join("pg");
    let mut cluster = Cluster::start(&root, Mode::Throwaway).unwrap();
    let pid = pid_of(&cluster);
    assert_eq!(query(&cluster, "show fsync"), "off");
    query(&cluster, "create database tpl");
    query(&cluster, "create database one template tpl strategy file_copy");
    cluster.stop().unwrap();
    assert!(!runs(pid) && !root.exists());
}

#[test]
fn a_killed_owner_takes_server_and_directory_with_it() {
    let scratch = Scratch::for_throwaway();
    let root = scratch.join("pg");
    let mut owner = Owner::start(&root, Mode::Throwaway);
    let server = owner.wait_ready();
    assert!(runs(server) && root.exists());
    owner.kill_and_wait();
    wait_until("postgres ends", || !runs(server));
    wait_until("the directory vanishes", || !root.exists());
}

#[test]
fn a_server_that_ends_takes_its_directory_with_it() {
    let scratch = Scratch::for_throwaway();
    let root = scratch.join("pg");
    let cluster = Cluster::start(&root, Mode::Throwaway).unwrap();
    // Not SIGKILL: without a next start, its shared memory would stay for ever.
    kill(pid_of(&cluster), Signal::SIGQUIT).unwrap();
    wait_until("the handle notices", || !cluster.is_alive());
    assert!(!root.exists());
}

#[test]
fn a_very_long_path_works_and_leaves_nothing_in_tmp() {
    let scratch = Scratch::for_throwaway();
    let root = scratch.join(&format!("{}/{}", "x".repeat(200), "y".repeat(200)));
    let mut cluster = Cluster::start(&root, Mode::Throwaway).unwrap();
    assert_eq!(query(&cluster, "select 1"), "1");
    let directory = query(&cluster, "show unix_socket_directories");
    assert!(directory.starts_with("/tmp/pg-") && fs::exists(&directory).unwrap(), "{directory}");
    cluster.stop().unwrap();
    assert!(!root.exists() && !fs::exists(&directory).unwrap());
}

#[test]
fn unusual_characters_in_the_path_work() {
    for name in ["dữ liệu 100% 'x' & y=z?#", "a,b \"c\""] {
        let scratch = Scratch::for_throwaway();
        let cluster = Cluster::start(&scratch.join(name), Mode::Throwaway).unwrap();
        assert_eq!(query(&cluster, "select 1"), "1", "{name}");
    }
}

#[test]
fn sweep_removes_only_what_nobody_uses() {
    let scratch = Scratch::for_throwaway();
    let account = Account::of_this_process().unwrap();
    let names = ["test-free", "test-held", "test-before-lock", "other-free"];
    for name in names {
        make_private(&scratch.join(name), &account).unwrap();
    }
    let take = |name: &str| DirectoryLock::take(&scratch.join(name), &account).unwrap();
    drop(take("test-free"));
    drop(take("other-free"));
    let _held = take("test-held");
    let left = || names.map(|name| scratch.join(name).exists());
    sweep_older_than(&scratch.join(""), "test-", Duration::from_mins(1));
    assert_eq!(left(), [true, true, true, true]);
    sweep_older_than(&scratch.join(""), "test-", Duration::ZERO);
    assert_eq!(left(), [false, true, false, true]);
}

#[test]
fn the_base_is_there() {
    assert!(throwaway_base().is_dir());
}
