//! `kill -9` of the server, of its owner, of both, and of the owner during the first start.
//! In every case the next start must work, and what was committed must be there.

use super::{
    super::{Cluster, Mode},
    owner::Owner,
    support::{Scratch, pid_of, query, runs, wait_until},
};
use nix::sys::signal::{Signal, kill};
use std::{fs, thread, time::Duration};

#[test]
fn a_killed_server_is_noticed_and_recovers() {
    let scratch = Scratch::new();
    let root = scratch.join("pg");
    let cluster = Cluster::start(&root, Mode::Durable).unwrap();
    query(&cluster, "create table kept (n int); insert into kept values (1)");
    let liveness = cluster.liveness();
    kill(pid_of(&cluster), Signal::SIGKILL).unwrap();
    wait_until("the handle notices", || !liveness.is_alive());
    assert!(!cluster.is_alive() && cluster.pid().is_none());
    drop(cluster);
    let cluster = Cluster::start(&root, Mode::Durable).unwrap();
    assert_eq!(query(&cluster, "select n from kept"), "1");
}

#[test]
fn the_server_of_a_killed_owner_is_stopped_and_its_data_kept() {
    let scratch = Scratch::new();
    let root = scratch.join("pg");
    let mut owner = Owner::start(&root, Mode::Durable);
    let orphan = owner.wait_ready();
    owner.kill_and_wait();
    assert!(runs(orphan));
    let cluster = Cluster::start(&root, Mode::Durable).unwrap();
    assert_eq!(query(&cluster, "select n from kept"), "1");
    assert!(!runs(orphan));
}

#[test]
fn both_killed_and_started_at_once() {
    let scratch = Scratch::new();
    let root = scratch.join("pg");
    let mut owner = Owner::start(&root, Mode::Durable);
    let server = owner.wait_ready();
    owner.kill();
    kill(server, Signal::SIGKILL).unwrap();
    let cluster = Cluster::start(&root, Mode::Durable).unwrap();
    assert_eq!(query(&cluster, "select n from kept"), "1");
}

#[test]
fn owner_killed_early_in_its_first_start() {
    owner_killed_after([0, 5, 20, 60, 120, 200]);
}

#[test]
fn owner_killed_late_in_its_first_start() {
    owner_killed_after([280, 360, 450, 560, 750, 1000]);
}

/// The moments, in milliseconds, fall into making the directory, initdb, its rename, and the start of postgres.
fn owner_killed_after(moments: [u64; 6]) {
    for moment in moments {
        let scratch = Scratch::new();
        let root = scratch.join("pg");
        let mut owner = Owner::start(&root, Mode::Durable);
        thread::sleep(Duration::from_millis(moment));
        owner.kill();
        let cluster =
            Cluster::start(&root, Mode::Durable).unwrap_or_else(|error| panic!("{moment} ms: {error}"));
        assert_eq!(query(&cluster, "select 1"), "1", "{moment} ms");
        let names = fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().file_name());
        let unfinished = names.filter(|name| name.to_string_lossy().starts_with("new-")).count();
        assert_eq!(unfinished, 0, "{moment} ms");
    }
}
