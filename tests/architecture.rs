//! The house rules of the source: who may import whom, how long a file may be, what every file says first.
//!
//! Reads the `use` lines of `src/` and fails naming the rule and where it is written: `docs/architecture.md`.

// A test says what failed by panicking; its helpers are no #[test] functions, so the lints must be told.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};

/// A rule: files whose path fits must not mention any of these.
struct Rule {
    name: &'static str,
    applies: fn(&str) -> bool,
    never: &'static [&'static str],
}

const RULES: &[Rule] = &[
    Rule {
        name: "domain is pure: no IO, no clock, no database, no HTTP",
        applies: |path| path.starts_with("domain/"),
        never: &[
            "diesel",
            "actix",
            "tokio",
            "crate::clock",
            "crate::db",
            "crate::http",
            "crate::features",
            "std::fs",
            "std::net",
            "std::env",
        ],
    },
    Rule {
        name: "db knows nothing of HTTP and features",
        applies: |path| path.starts_with("db/"),
        never: &["actix", "crate::http", "crate::features", "crate::clock"],
    },
    Rule {
        name: "http is a kit: no features, no tables",
        applies: |path| path.starts_with("http/"),
        never: &["crate::features", "crate::db::schema", "diesel"],
    },
    Rule {
        name: "queries know nothing of HTTP and bodies",
        applies: |path| in_layer(path, "queries"),
        never: &["actix", "utoipa", "json::", "crate::http", "::actions", "crate::clock"],
    },
    Rule {
        name: "actions take `now` as an argument and leave SQL to queries",
        applies: |path| in_layer(path, "actions"),
        never: &[
            "actix",
            "::json::{",
            "json::Post",
            "crate::clock",
            "crate::http",
            "diesel",
            "crate::db::schema",
        ],
    },
    Rule {
        name: "bodies know nothing of the database",
        applies: |path| in_layer(path, "json"),
        never: &["diesel", "actix", "crate::clock", "crate::db::"],
    },
    Rule {
        name: "handlers leave SQL to queries",
        applies: |path| in_layer(path, "http"),
        never: &["diesel", "crate::db::schema"],
    },
];

fn in_layer(path: &str, layer: &str) -> bool {
    path.starts_with("features/")
        && (path.contains(&format!("/{layer}/")) || path.ends_with(&format!("/{layer}.rs")))
}

/// Every Rust file below `folder`, relative to it, with its text.
fn files(folder: &Path) -> Vec<(String, String)> {
    let mut found = vec![];
    let mut left = vec![folder.to_path_buf()];
    while let Some(directory) = left.pop() {
        for entry in fs::read_dir(directory).unwrap().map(|e| e.unwrap().path()) {
            if entry.is_dir() {
                left.push(entry);
            } else if entry.extension().is_some_and(|e| e == "rs") {
                let name = entry.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
                found.push((name, fs::read_to_string(&entry).unwrap()));
            }
        }
    }
    found.sort();
    found
}

fn source() -> Vec<(String, String)> {
    let all = files(&root().join("src"));
    assert!(all.len() > 60, "the source was found");
    all
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn is_test(name: &str) -> bool {
    name.ends_with("tests.rs") || name.contains("/tests/")
}

/// The paths that a file imports: its `use` statements, joined when they span lines.
fn imports(text: &str) -> Vec<String> {
    let production = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or(text);
    let mut found = vec![];
    let mut open: Option<String> = None;
    for line in production.lines().map(str::trim) {
        let starts =
            line.starts_with("use ") || line.starts_with("pub use ") || line.starts_with("pub(crate) use ");
        let statement = match open.take() {
            Some(begun) => format!("{begun} {line}"),
            None if starts => line.to_owned(),
            None => continue,
        };
        if statement.ends_with(';') { found.push(statement) } else { open = Some(statement) }
    }
    found
}

#[test]
fn floors_import_downwards_only() {
    let mut broken = vec![];
    for (name, text) in source().iter().filter(|(name, _)| !is_test(name)) {
        for rule in RULES.iter().filter(|rule| (rule.applies)(name)) {
            for import in imports(text) {
                if let Some(bad) = rule.never.iter().find(|never| import.contains(**never)) {
                    broken.push(format!("src/{name}: {} (has `{bad}` in `{import}`)", rule.name));
                }
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn a_feature_uses_no_other_features_handlers() {
    for (name, text) in source() {
        let Some(own) = name.strip_prefix("features/").and_then(|rest| rest.split('/').next()) else {
            continue;
        };
        for import in imports(&text) {
            for other in import.split("crate::features::").skip(1).filter(|_| name != "features/mod.rs") {
                let feature = other.split([':', ';', '{', ',']).next().unwrap_or("");
                let layer = other.trim_start_matches(feature).trim_start_matches("::");
                let bodies = layer.starts_with("json") && own != "public";
                assert!(
                    feature == own || !(layer.starts_with("http") || bodies),
                    "src/{name}: handlers and bodies of `{feature}` are its own (`{import}`)"
                );
            }
        }
    }
}

#[test]
fn only_the_clock_reads_the_time() {
    // The embedded cluster, the replica, the envelope and what waits for clients measure how long something takes; the log stamps its lines.
    let measuring =
        ["db/replica.rs", "http/envelope.rs", "http/patience.rs", "http/connection/watch.rs", "telemetry.rs"];
    let measures = |name: &str| name.starts_with("db/embedded/") || measuring.contains(&name);
    for (name, text) in
        source().iter().filter(|(name, _)| name != "clock.rs" && !measures(name) && !is_test(name))
    {
        for read in ["Utc::now", "Local::now", "SystemTime::now", "Instant::now()"] {
            assert!(!text.contains(read), "src/{name} reads the time with {read}: take `now` as an argument");
        }
    }
}

#[test]
fn files_stay_small_and_say_what_they_are_for() {
    let tests = files(&root().join("tests"));
    let limits = source().into_iter().map(|(n, t)| (format!("src/{n}"), t, 300));
    let limits = limits.chain(tests.into_iter().map(|(n, t)| (format!("tests/{n}"), t, 400)));
    for (name, text, most) in limits.filter(|(name, _, _)| name != "src/db/schema.rs") {
        let lines = text.lines().count();
        assert!(lines <= most, "{name} has {lines} lines, at most {most}: split it by what it does");
        let is_unit_test = name.ends_with("tests.rs") && name.starts_with("src/");
        assert!(is_unit_test || text.starts_with("//!"), "{name} does not say what it is for");
        assert!(!name.ends_with("utils.rs") && !name.ends_with("helpers.rs"), "{name}: a name or a home");
    }
}

#[test]
fn nothing_is_re_exported_wholesale_or_left_to_do() {
    for (name, text) in source() {
        for (number, line) in text.lines().enumerate() {
            let at = format!("src/{name}:{}", number + 1);
            assert!(!(line.contains("pub use") && line.contains("::*")), "{at}: name what is re-exported");
            for left in ["todo!(", "unimplemented!(", "dbg!(", "#[ignore"] {
                assert!(!line.contains(left), "{at}: {left}");
            }
        }
    }
}
