//! A durable cluster in ordinary life: started, stopped, started again, asked for twice.
//! Must not kill anything; that is `killed`.

use super::{
    super::{Cluster, EmbeddedError, Mode},
    support::{Scratch, pid_of, query, runs},
};
use std::{
    fs,
    process::Command,
    time::{Duration, Instant},
};

#[test]
fn keeps_data_from_run_to_run_and_is_durable_and_private() {
    let scratch = Scratch::new();
    let root = scratch.join("not/there/yet");
    let mut cluster = Cluster::start(&root, Mode::Durable).unwrap();
    let liveness = cluster.liveness();
    assert!(cluster.is_alive() && liveness.is_alive() && cluster.pid().is_some());
    for (setting, value) in [
        ("fsync", "on"),
        ("full_page_writes", "on"),
        ("synchronous_commit", "on"),
        ("data_checksums", "on"),
        ("listen_addresses", ""),
        ("unix_socket_permissions", "0700"),
        ("server_encoding", "UTF8"),
    ] {
        assert_eq!(query(&cluster, &format!("show {setting}")), value, "{setting}");
    }
    assert_eq!(
        query(&cluster, "select lower('Ä'), current_user, inet_server_addr() is null"),
        "ä|congkhai|t"
    );
    query(&cluster, "create table kept (n int); insert into kept values (7)");
    cluster.stop().unwrap();
    assert!(!cluster.is_alive() && !liveness.is_alive() && cluster.pid().is_none());
    cluster.stop().unwrap();

    // Somebody who looks around in the directory is neither stopped nor in the way. The first value is still there:
    // after `stop` the directory is free.
    let mut visitor = Command::new("sleep").arg("600").current_dir(&root).spawn().unwrap();
    let again = Cluster::start(&root, Mode::Durable).unwrap();
    assert_eq!(query(&again, "select n from kept"), "7");
    assert!(visitor.try_wait().unwrap().is_none());
    visitor.kill().unwrap();
    visitor.wait().unwrap();
}

#[test]
fn a_second_start_says_in_use_and_does_not_disturb_the_first() {
    let scratch = Scratch::new();
    let root = scratch.join("pg");
    let first = Cluster::start(&root, Mode::Durable).unwrap();
    let begin = Instant::now();
    let error = Cluster::start(&root, Mode::Durable).unwrap_err();
    assert!(matches!(error, EmbeddedError::InUse { .. }), "{error}");
    assert!(begin.elapsed() < Duration::from_secs(2));
    assert_eq!(query(&first, "select 1"), "1");
    let pid = pid_of(&first);
    drop(first);
    assert!(!runs(pid));
}

#[test]
fn a_server_that_ends_at_start_says_why() {
    let scratch = Scratch::new();
    let root = scratch.join("pg");
    drop(Cluster::start(&root, Mode::Durable).unwrap());
    let settings = root.join("data/postgresql.conf");
    let good = fs::read_to_string(&settings).unwrap();
    fs::write(&settings, format!("{good}\nnonsense = 1\n")).unwrap();
    let error = Cluster::start(&root, Mode::Durable).unwrap_err();
    assert!(matches!(error, EmbeddedError::EndedAtStart { .. }), "{error}");
    let text = error.to_string();
    assert!(text.contains("FATAL:  configuration file") && text.contains("postgres.log"), "{text}");
    assert!(!text.contains('\n'));

    fs::write(&settings, good).unwrap();
    let cluster = Cluster::start(&root, Mode::Durable).unwrap();
    assert_eq!(query(&cluster, "select 1"), "1");
}
