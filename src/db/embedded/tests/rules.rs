//! The small rules that need no server: versions, users, addresses, log lines.

use super::super::{
    Binaries, EmbeddedError,
    account::Account,
    binaries::{self, Places},
    server_log::telling_line_of,
    socket,
};
use nix::unistd::{Gid, Uid, User};
use std::{path::Path, path::PathBuf};

fn installed(majors: &[u32]) -> Vec<Binaries> {
    majors.iter().map(|major| Binaries { directory: format!("/pg/{major}").into(), major: *major }).collect()
}

#[test]
fn versions_are_read_from_what_postgres_prints() {
    assert_eq!(binaries::parse_major("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"), Some(15));
    assert_eq!(binaries::parse_major("postgres (PostgreSQL) 18beta1"), Some(18));
    assert_eq!(binaries::parse_major("bash: not found"), None);
}

#[test]
fn the_wanted_version_else_the_newest_is_chosen() {
    let choose = |found: &[u32], wanted| binaries::choose(installed(found), wanted, None);
    assert_eq!(choose(&[15, 17, 14], None).unwrap().major, 17);
    assert_eq!(choose(&[15, 17, 14], Some(15)).unwrap().major, 15);
    assert!(matches!(choose(&[], None), Err(EmbeddedError::NoBinaries)));
    assert!(matches!(choose(&[13, 14], None), Err(EmbeddedError::BinariesTooOld { .. })));
    assert!(matches!(choose(&[16], Some(15)), Err(EmbeddedError::WrongMajor { .. })));
    assert!(matches!(choose(&[], Some(15)), Err(EmbeddedError::WrongMajor { .. })));
    assert!(matches!(choose(&[14], Some(14)), Err(EmbeddedError::DataTooOld { .. })));
}

#[test]
fn pg_bin_dir_wins_and_an_empty_one_does_not_count() {
    let real = binaries::find_binaries(None).unwrap();
    let named = Places { pg_bin_dir: Some(real.directory.clone().into()), path: None };
    assert_eq!(binaries::find_in(&named, None).unwrap(), real);
    let empty = Places { pg_bin_dir: Some("".into()), path: Some(real.directory.clone().into()) };
    assert_eq!(binaries::find_in(&empty, Some(real.major)).unwrap(), real);
}

fn user(name: &str, uid: u32) -> User {
    User {
        name: name.into(),
        passwd: c"".into(),
        uid: Uid::from_raw(uid),
        gid: Gid::from_raw(uid),
        gecos: c"".into(),
        dir: PathBuf::new(),
        shell: PathBuf::new(),
    }
}

#[test]
fn root_gives_the_work_to_postgres_else_nobody() {
    let root = |names: &'static [&str]| {
        let known = move |name: &str| names.contains(&name).then(|| user(name, 77));
        Account::choose(Uid::from_raw(0), Gid::from_raw(0), known)
    };
    let account = root(&["nobody", "postgres"]).unwrap();
    assert!(account.switched && account.name == "postgres" && account.uid.as_raw() == 77);
    assert_eq!(root(&["nobody"]).unwrap().name, "nobody");
    assert!(matches!(root(&[]), Err(EmbeddedError::NoAccount)));
    let ordinary = Account::choose(Uid::from_raw(4_000_123), Gid::from_raw(5), |_| None).unwrap();
    assert!(!ordinary.switched && ordinary.name == "4000123");
}

#[test]
fn the_first_set_of_bits_that_applies_decides() {
    let account =
        Account { uid: Uid::from_raw(7), gid: Gid::from_raw(8), name: String::new(), switched: true };
    assert!(account.may_enter(7, 0, 0o100) && !account.may_enter(7, 8, 0o011));
    assert!(account.may_enter(0, 8, 0o010) && !account.may_enter(0, 8, 0o101));
    assert!(account.may_enter(0, 0, 0o001) && !account.may_enter(0, 0, 0o110));
}

#[test]
fn addresses_are_percent_encoded() {
    assert_eq!(
        socket::url(Path::new("/var/lib/congkhai/s"), "congkhai"),
        "postgresql://congkhai@/congkhai?host=/var/lib/congkhai/s&port=5432"
    );
    assert_eq!(
        socket::url(Path::new("/a b/ữ&=?#@%"), "a/b@c"),
        "postgresql://congkhai@/a%2Fb%40c?host=/a%20b/%E1%BB%AF%26%3D%3F%23%40%25&port=5432"
    );
}

#[test]
fn the_most_telling_line_of_a_log() {
    let crash = "2026 LOG:  starting PostgreSQL\n2026 FATAL:  the database system is starting up\n\
        2026 PANIC:  could not locate a valid checkpoint record\n2026 LOG:  database system is shut down\n";
    assert_eq!(telling_line_of(crash), "PANIC:  could not locate a valid checkpoint record");
    let initdb = "creating directory\ninitdb: error: could not create directory \"/x\": Permission denied\n";
    assert_eq!(telling_line_of(initdb), "error: could not create directory \"/x\": Permission denied");
    assert_eq!(telling_line_of("first\n\tlast\u{7}one\n\n"), "last one");
    assert_eq!(telling_line_of(""), "it gave no reason");
    assert_eq!(telling_line_of(&"ữ".repeat(1000)).chars().count(), 300);
}
