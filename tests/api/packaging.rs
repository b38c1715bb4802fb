//! The files that install and check the service agree with its code and with each other.
//!
//! A setting is added in `config.rs`; these tests say where else it belongs: `.env.example`,
//! `docker-compose.yml`, `Dockerfile`. They read files of the repository and start nothing.
//! Read next: `docs/operations.md`.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use yaml_rust2::{Yaml, YamlLoader};

/// Settings that clap does not know: the level of the log, and where PostgreSQL's programs are.
const NOT_OF_CLAP: [&str; 2] = ["RUST_LOG", "PG_BIN_DIR"];

/// What stands before the test command in the README, for `.ci/run`.
const MARKER: &str = "<!-- ci:test -->";

/// A variable with its value or default.
type Setting = (String, Option<String>);

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn text(name: &str) -> String {
    let read = fs::read_to_string(path(name));
    assert!(read.is_ok(), "{name} cannot be read: put it back");
    read.unwrap_or_default()
}

fn is_of_name(c: char) -> bool {
    c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_'
}

/// A line of `.env.example`, set or shown as a comment.
fn setting(line: &str) -> Option<Setting> {
    let line = line.strip_prefix('#').unwrap_or(line);
    let (name, value) = line.split_once('=')?;
    let value = value.trim_matches('"').to_owned();
    name.chars().all(is_of_name).then(|| (name.to_owned(), Some(value)))
}

fn example() -> Vec<Setting> {
    text(".env.example").lines().filter_map(setting).collect()
}

/// Adds the variables of a command and of its subcommands, each time that one stands there.
fn add_clap_settings(command: &clap::Command, found: &mut Vec<Setting>) {
    for argument in command.get_arguments() {
        if let Some(name) = argument.get_env() {
            let default = argument.get_default_values().first();
            let default = default.map(|value| value.to_string_lossy().into_owned());
            found.push((name.to_string_lossy().into_owned(), default));
        }
    }
    for subcommand in command.get_subcommands() {
        add_clap_settings(subcommand, found);
    }
}

fn clap_settings() -> Vec<Setting> {
    let mut found = vec![];
    add_clap_settings(&congkhai::cli::definition(), &mut found);
    found
}

fn assert_in_example(name: &str, example: &[Setting]) {
    let known = example.iter().any(|(shown, _)| shown == name);
    assert!(known, "add {name} to .env.example, with a line that explains it");
}

/// `docker-compose.yml`, parsed.
fn compose() -> Yaml {
    let parsed = YamlLoader::load_from_str(&text("docker-compose.yml"));
    assert!(parsed.is_ok(), "mend docker-compose.yml: {parsed:?}");
    parsed.unwrap_or_default().pop().unwrap_or(Yaml::BadValue)
}

/// The services of `docker-compose.yml` by name.
fn services() -> Vec<(String, Yaml)> {
    let services = compose()["services"].clone().into_hash().unwrap_or_default();
    assert!(!services.is_empty(), "give docker-compose.yml services");
    let named = |(name, service): (Yaml, Yaml)| Some((name.into_string()?, service));
    services.into_iter().filter_map(named).collect()
}

/// The variables that Compose replaces, and those it sets for a service.
fn compose_names() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for rest in text("docker-compose.yml").split("${").skip(1) {
        names.insert(rest.chars().take_while(|c| is_of_name(*c)).collect());
    }
    for (service, content) in services() {
        let environment = content["environment"].clone().into_hash();
        assert!(environment.is_some(), "write environment of {service} as a map");
        let set = environment.unwrap_or_default().into_iter();
        names.extend(set.filter_map(|(name, _)| name.into_string()));
    }
    names
}

/// The instructions of the Dockerfile: keyword and the rest, continued lines joined.
fn instructions() -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = vec![];
    let mut continued = false;
    for line in text("Dockerfile").lines().map(str::trim) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let words = line.trim_end_matches('\\').trim();
        if let Some((_, rest)) = found.last_mut().filter(|_| continued) {
            *rest = format!("{rest} {words}");
        } else {
            let (keyword, rest) = words.split_once(' ').unwrap_or((words, ""));
            found.push((keyword.to_uppercase(), rest.to_owned()));
        }
        continued = line.ends_with('\\');
    }
    found
}

/// What the Dockerfile copies from the repository.
fn copied() -> BTreeSet<String> {
    let mut sources = BTreeSet::new();
    for (keyword, rest) in instructions() {
        if matches!(keyword.as_str(), "COPY" | "ADD") && !rest.contains("--from=") {
            let mut words: Vec<&str> = rest.split_whitespace().collect();
            words.pop();
            words.retain(|word| !word.starts_with("--"));
            sources.extend(words.into_iter().map(str::to_owned));
        }
    }
    sources
}

/// The text of all Rust files below a directory.
fn sources(directory: &Path) -> String {
    let mut all = String::new();
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            all += &sources(&path);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            all += &fs::read_to_string(&path).unwrap_or_default();
        }
    }
    all
}

#[test]
fn the_example_names_every_setting_with_its_default() {
    let example = example();
    for name in NOT_OF_CLAP {
        assert_in_example(name, &example);
    }
    for (name, default) in clap_settings() {
        assert_in_example(&name, &example);
        if default.is_some() {
            let shown = example.contains(&(name.clone(), default.clone()));
            assert!(shown, "show the default of {name} in .env.example: {default:?}");
        }
    }
}

#[test]
fn the_example_names_nothing_else() {
    let of_compose = compose_names();
    let of_clap = clap_settings();
    for (name, _) in example() {
        let known = NOT_OF_CLAP.contains(&name.as_str())
            || of_compose.contains(&name)
            || of_clap.iter().any(|(known, _)| *known == name);
        assert!(known, "nothing reads {name}: take it out of .env.example");
    }
}

#[test]
fn the_example_explains_each_setting_and_sets_none() {
    let example = text(".env.example");
    let lines: Vec<&str> = example.lines().collect();
    for pair in lines.windows(2) {
        let Some((name, Some(value))) = setting(pair[1]) else {
            continue;
        };
        let is_explained = pair[0].starts_with("# ");
        assert!(is_explained, "explain {name} in the line above it in .env.example");
        let is_set = !pair[1].starts_with('#') && !value.is_empty();
        assert!(!is_set, "{name} is set in .env.example: begin its line with #");
    }
}

#[test]
fn the_example_names_every_variable_of_compose() {
    let example = example();
    for name in compose_names() {
        assert_in_example(&name, &example);
    }
}

#[test]
fn every_service_of_compose_is_watched() {
    for (name, service) in services() {
        let is_watched = !service["healthcheck"]["test"].is_badvalue();
        let runs_once = name == "migrate";
        assert!(is_watched || runs_once, "give {name} a healthcheck with a test");
    }
}

#[test]
fn compose_waits_longer_than_the_service_drains() {
    let compose = compose();
    let api = &compose["services"]["api"];
    let drain = api["environment"]["CONGKHAI_SHUTDOWN_SECONDS"].as_i64();
    let drain = drain.expect("give api CONGKHAI_SHUTDOWN_SECONDS as a number");
    let wait = api["stop_grace_period"].as_str();
    let wait = wait.and_then(|text| text.strip_suffix('s')?.parse::<i64>().ok());
    let wait = wait.expect("give api a stop_grace_period in seconds, such as 45s");
    assert!(wait > drain, "raise stop_grace_period of api above {drain} s");
}

#[test]
fn the_dockerfile_copies_what_is_there() {
    let sent = text(".dockerignore");
    for source in copied() {
        let is_there = path(&source).exists();
        assert!(is_there, "Dockerfile: {source} is not in the repository");
        let line = format!("!{source}");
        let is_sent = sent.lines().any(|found| found == line);
        assert!(is_sent, "add the line {line} to .dockerignore: it is copied");
    }
}

#[test]
fn the_dockerfile_copies_what_the_compiler_reads() {
    let mut read = BTreeSet::from(["Cargo.toml", "Cargo.lock", "src", "build.rs"].map(str::to_owned));
    let sources = sources(&path("src"));
    for call in ["include_str!(\"", "include_bytes!(\"", "embed_migrations!(\""] {
        for rest in sources.split(call).skip(1) {
            let top = rest.trim_start_matches("../").split(['/', '"']).next();
            read.insert(top.unwrap_or_default().to_owned());
        }
    }
    let copied = copied();
    for name in read.iter().filter(|name| path(name).exists()) {
        assert!(copied.contains(name), "COPY {name} in the Dockerfile: the compiler reads it");
    }
}

#[test]
fn the_image_runs_as_an_ordinary_user_and_is_watched() {
    let all = instructions();
    let stage = all.iter().rposition(|(keyword, _)| keyword == "FROM");
    let stage = &all[stage.expect("begin the Dockerfile with FROM")..];
    let last = |wanted: &str| stage.iter().rfind(|(keyword, _)| keyword == wanted);
    let user = last("USER").and_then(|(_, user)| user.split(':').next());
    let is_root = matches!(user, None | Some("root" | "0"));
    assert!(!is_root, "end the Dockerfile with a USER that is not root");
    let is_watched = last("HEALTHCHECK").is_some_and(|(_, check)| check.contains("CMD"));
    assert!(is_watched, "give the last stage of the Dockerfile a HEALTHCHECK");
}

#[test]
fn the_checks_of_the_api_document_are_run_and_left_whole() {
    for name in [".ci/contract", ".ci/export", ".ci/clients", ".ci/deny", ".ci/fuzz"] {
        let mode = fs::metadata(path(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o111, 0o111, "make it executable: chmod +x {name}");
        let is_run = text(".ci/run")
            .lines()
            .any(|line| line.starts_with("run ") && line.contains(&format!(" {name}")));
        assert!(is_run, "let .ci/run run {name}");
    }
    let settings = text(".ci/schemathesis/schemathesis.toml") + &text(".ci/contract");
    for weaker in ["enabled = false", "expected-statuses", "exclude", "--include", "--phases"] {
        assert!(!settings.contains(weaker), "{weaker}: every check and phase runs on every operation");
    }
}

#[test]
fn the_tools_of_the_checks_are_pinned_and_come_from_no_mirror() {
    for line in text(".ci/requirements.txt").lines().filter(|line| !line.starts_with('#')) {
        assert!(line.contains("=="), "pin {line} in .ci/requirements.txt");
    }
    let package: serde_json::Value = serde_json::from_str(&text("tests/clients/package.json")).unwrap();
    for (name, version) in package["devDependencies"].as_object().unwrap() {
        let is_exact = version.as_str().unwrap().starts_with(|c: char| c.is_ascii_digit());
        assert!(is_exact, "pin {name} in tests/clients/package.json");
    }
    let lock: serde_json::Value = serde_json::from_str(&text("tests/clients/package-lock.json")).unwrap();
    for (name, found) in lock["packages"].as_object().unwrap() {
        let from = found["resolved"].as_str().unwrap_or("https://registry.npmjs.org/");
        assert!(from.starts_with("https://registry.npmjs.org/"), "{name} comes from {from}");
        let is_whole = name.is_empty() || found["integrity"].is_string();
        assert!(is_whole, "{name} has no integrity in package-lock.json");
    }
}

#[test]
fn the_checks_run_the_test_command_of_the_readme() {
    let script = text(".ci/run");
    let mode = fs::metadata(path(".ci/run")).unwrap().permissions().mode();
    assert_eq!(mode & 0o111, 0o111, "make it executable: chmod +x .ci/run");
    let reads_it = script.contains(MARKER) && script.contains("README.md");
    assert!(reads_it, "let .ci/run read the test command from README.md");
    let repeats = script.lines().any(|line| line.trim_start().starts_with("cargo test"));
    assert!(!repeats, "let .ci/run run what README.md says, not a command of its own");
    let readme = text("README.md");
    let rest = readme.split_once(MARKER).map(|(_, rest)| rest);
    let block = rest.and_then(|rest| rest.split("```").nth(1)).unwrap_or_default();
    let is_there = block.lines().any(|line| line.starts_with("cargo test"));
    assert!(is_there, "README.md: after a line {MARKER}, write `cargo test` in a fenced block");
}
