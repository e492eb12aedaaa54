//! The arrows inside the domain, read from its sources: a feature imports only the features before it,
//! and a table is written by one folder.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use frontdesk_domain::{FEATURES, background_jobs};
use frontdesk_model::{Permission, audit::Action, jobs::JobKind};

/// The platform's modules in dependency order.
const PLATFORM: [&str; 13] = [
    "clock",
    "db",
    "list",
    "advisory_lock",
    "readiness",
    "idempotency",
    "actor",
    "problem",
    "passwords",
    "rate_limit",
    "context",
    "audit",
    "jobs",
];

/// Tables that a second folder writes on purpose, with the reason.
const SHARED_TABLES: [(&str, &str); 3] = [
    // Sample data is written in bulk, past the use cases.
    ("sample_data", "audit_events"),
    ("sample_data", "users"),
    ("sample_data", "user_roles"),
];

/// Files that name actions without recording them through a use case.
const READERS: [&str; 3] = ["orders/history.rs", "overview/", "sample_data/"];

/// Actions that a second folder records on purpose, with the reason.
const SHARED_ACTIONS: [(&str, &str); 1] = [
    // Setting up creates the first owner.
    ("invitations", "USER_CREATED"),
];

/// The features' folders, in dependency order.
fn features() -> [&'static str; FEATURES.len()] {
    FEATURES.map(|feature| feature.name)
}

struct File {
    /// The part of the path below `src`: `users/list.rs`.
    path: String,
    /// Without comments.
    text: String,
}

impl File {
    /// The feature or module that the file belongs to; empty for the root of the crate.
    fn folder(&self) -> &str {
        self.path.split_once('/').map_or("", |(folder, _)| folder)
    }
}

fn files(of: &str) -> Vec<File> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(of).join("src");
    let (mut files, mut folders) = (Vec::new(), vec![src.clone()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                let code = text.lines().map(|line| line.split("//").next().unwrap_or_default());
                let text = code.collect::<Vec<_>>().join("\n");
                let path = path.strip_prefix(&src).unwrap().to_str().unwrap().replace('\\', "/");
                files.push(File { path, text });
            }
        }
    }
    files
}

/// Names that follow `crate::` and `super::`, each name of a list in braces on its own.
fn names(text: &str) -> Vec<String> {
    ["crate::", "super::"]
        .into_iter()
        .flat_map(|root| text.split(root).skip(1))
        .flat_map(|rest| rest.strip_prefix('{').map_or_else(|| vec![first_name(rest)], in_braces))
        .collect()
}

fn first_name(text: &str) -> String {
    text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

fn in_braces(list: &str) -> Vec<String> {
    let (mut depth, mut items) = (0, vec![String::new()]);
    for c in list.chars() {
        match c {
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            '{' => depth += 1,
            ',' if depth == 0 => items.push(String::new()),
            _ => items.last_mut().unwrap().push(c),
        }
    }
    items.iter().map(|item| first_name(item)).filter(|name| !name.is_empty()).collect()
}

#[test]
fn names_are_found_however_they_are_imported() {
    let text = "use crate::{\n    Domain,\n    db::{self, Sql},\n    audit::Entry,\n};\nfn f(x: crate::clock::Clock) {}";
    assert_eq!(names(text), ["Domain", "db", "audit", "clock"]);
    assert_eq!(names("use super::sessions::load;"), ["sessions"]);
}

#[test]
fn every_feature_has_its_place_in_the_order() {
    let root = files("domain").into_iter().find(|file| file.path == "lib.rs").unwrap();
    let mut declared: Vec<&str> =
        root.text.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    declared.retain(|name| *name != "feature");
    let mut features = features();
    declared.sort_unstable();
    features.sort_unstable();
    assert_eq!(declared, features);
}

#[test]
fn no_feature_imports_one_that_comes_after_it() {
    assert_eq!(backward_imports("domain", &features()), [""; 0]);
}

#[test]
fn no_module_of_the_platform_imports_one_that_comes_after_it() {
    assert_eq!(backward_imports("platform", &PLATFORM), [""; 0]);
}

fn backward_imports(of: &str, order: &[&str]) -> Vec<String> {
    let place = |name: &str| order.iter().position(|one| *one == name);
    let (mut backward, mut arrows) = (Vec::new(), 0);
    for file in files(of) {
        let folder = file.path.split('/').next().unwrap().trim_end_matches(".rs");
        let Some(from) = place(folder) else { continue };
        for name in names(&file.text) {
            let Some(imported) = place(&name) else { continue };
            arrows += 1;
            if imported > from {
                backward.push(format!("{} imports {name}", file.path));
            }
        }
    }
    assert!(arrows > 20, "only {arrows} imports were found");
    backward
}

#[test]
fn a_table_is_written_by_one_folder() {
    let mut writers: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for of in ["platform", "domain"] {
        for file in files(of) {
            let folder = if of == "platform" { file.path.as_str() } else { file.folder() };
            let folder = folder.split('/').next().unwrap().trim_end_matches(".rs");
            for table in written_tables(&file.text) {
                if SHARED_TABLES.contains(&(folder, table.as_str())) {
                    continue;
                }
                let folders = writers.entry(table).or_default();
                if !folders.iter().any(|known| known == folder) {
                    folders.push(folder.to_owned());
                }
            }
        }
    }
    assert!(writers.len() > 15, "only these tables were found: {writers:?}");
    writers.retain(|_, folders| folders.len() > 1);
    assert_eq!(writers, BTreeMap::new());
}

/// Tables that the statements of a source file insert into, update or delete from.
fn written_tables(text: &str) -> Vec<String> {
    let text = text.replace("\\\n", " ");
    let words: Vec<&str> =
        text.split(|c: char| c.is_whitespace() || c == '"').filter(|word| !word.is_empty()).collect();
    let table =
        |at: usize| words.get(at).map(|word| word.trim_matches(|c: char| !c.is_alphanumeric() && c != '_'));
    let mut tables = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let found = match (*word, words.get(at + 1).copied()) {
            ("INSERT", Some("INTO")) | ("DELETE", Some("FROM")) => table(at + 2),
            ("UPDATE", Some(next)) if next != "SET" && words.get(at + 2) == Some(&"SET") => table(at + 1),
            _ => None,
        };
        tables.extend(
            found.filter(|name| name.chars().all(|c| c.is_lowercase() || c == '_')).map(ToOwned::to_owned),
        );
    }
    tables
}

#[test]
fn written_tables_are_found() {
    let text = r#"A = "INSERT INTO users (id) VALUES ($1) ON CONFLICT DO UPDATE SET a = 1"; B = "UPDATE \
        turns SET taken = 1"; C = "DELETE FROM sessions WHERE id = $1""#;
    assert_eq!(written_tables(text), ["users", "turns", "sessions"]);
}

/// Functions that begin a transaction and have no variant for a caller's transaction: they commit the
/// record of a failure, and fail, or the record of something that no transaction spans.
const SINGLE: [&str; 5] = [
    "credentials/change_password.rs change_password",
    "orders/export.rs record",
    "processing/gateway_event.rs gateway_event",
    "tokens/authenticate.rs refuse",
    "tokens/create.rs create_in_person",
];

#[test]
fn a_use_case_that_begins_a_transaction_also_runs_in_that_of_its_caller() {
    let files: Vec<File> = files("domain").into_iter().chain(files("platform")).collect();
    let functions = files.iter().flat_map(|file| {
        file.text.split("fn ").skip(1).map(|function| (&file.path, first_name(function), function))
    });
    let begins = functions.filter(|(_, _, function)| function.contains("ctx.begin()"));
    let (mut pairs, mut others) = (0, Vec::new());
    for (path, name, function) in begins {
        // A job commits its work with its attempt.
        if function.contains("attempt.finish(tx)") {
            continue;
        }
        if function.contains(&format!("{name}_in(")) {
            pairs += 1;
        } else {
            others.push(format!("{path} {name}"));
        }
    }
    others.sort_unstable();
    assert_eq!(others, SINGLE);
    assert!(pairs > 30, "only {pairs} use cases were found");
}

#[test]
fn only_the_platform_depends_on_sqlx() {
    for package in ["model", "domain", "web"] {
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(package).join("Cargo.toml");
        let manifest = fs::read_to_string(manifest).unwrap();
        let dependencies = manifest.split("[dev-dependencies]").next().unwrap();
        assert!(!dependencies.lines().any(|line| line.starts_with("sqlx")), "{package} depends on sqlx");
    }
}

/// The constants of `macro_name` that the features of `app/model` declare.
fn declared(macro_name: &str) -> Vec<String> {
    let opening = format!("{macro_name}! {{");
    let blocks = files("model").into_iter().flat_map(|file| {
        let blocks = file.text.split(&opening).skip(1).map(ToOwned::to_owned);
        blocks.collect::<Vec<_>>()
    });
    let lines = blocks.flat_map(|block| {
        let lines = block.lines().skip(1).take_while(|line| *line != "}").map(ToOwned::to_owned);
        lines.collect::<Vec<_>>()
    });
    lines.filter_map(|line| Some(line.split_once(" = ")?.0.trim().to_owned())).collect()
}

/// Folders of the platform and the domain that name a constant, without those files.
fn users_of(constant: &str, without: &[&str]) -> Vec<String> {
    let is_named = |text: &str| {
        text.split(constant).skip(1).any(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
    };
    let files = ["platform", "domain"].into_iter().flat_map(files);
    let users = files.filter(|file| !without.iter().any(|path| file.path.starts_with(path)));
    let mut folders: Vec<String> =
        users.filter(|file| is_named(&file.text)).map(|file| file.folder().to_owned()).collect();
    folders.sort_unstable();
    folders.dedup();
    folders
}

#[test]
fn every_permission_is_required_by_a_use_case() {
    let declared = declared("permissions");
    assert_eq!(declared.len(), Permission::ALL.len());
    let is_missing = |name: &&String| users_of(&format!("Permission::{name}"), &[]).is_empty();
    let missing: Vec<&String> = declared.iter().filter(is_missing).collect();
    // Admins lack it, so that only an owner can act on an owner.
    assert_eq!(missing, ["OWNERS_MANAGE"]);
}

#[test]
fn every_action_is_recorded_by_one_folder() {
    let declared = declared("actions");
    assert_eq!(declared.len(), Action::ALL.len());
    for name in declared {
        let mut folders = users_of(&format!("Action::{name}"), &READERS);
        folders.retain(|folder| !SHARED_ACTIONS.contains(&(folder.as_str(), name.as_str())));
        assert_eq!(folders.len(), 1, "{name} is recorded by {folders:?}");
    }
}

#[test]
fn every_job_has_a_name_of_its_own_by_which_lists_are_filtered() {
    let mut jobs: Vec<&str> = background_jobs().iter().map(|job| job.name).collect();
    let count = jobs.len();
    jobs.sort_unstable();
    jobs.dedup();
    assert_eq!(jobs.len(), count, "two jobs have the same name");
    assert!(
        jobs.iter().all(|name| JobKind::parse(name).is_some()),
        "lists cannot be filtered by one of {jobs:?}"
    );
}
