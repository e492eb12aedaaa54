//! The arrows inside the domain: a room knows only those before it, and only one knows `sqlx`.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// In dependency order, as the crate's documentation says it.
const ROOMS: [&str; 18] = [
    "clock",
    "db",
    "idempotency",
    "actor",
    "problem",
    "passwords",
    "breaches",
    "throttle",
    "audit",
    "jobs",
    "webhooks",
    "events",
    "accounts",
    "sessions",
    "tokens",
    "orders",
    "ledger",
    "payments",
];

struct File {
    /// The part of the path below `src`: `accounts/list.rs`.
    path: String,
    /// Without comments.
    text: String,
}

impl File {
    /// Where it stands in [`ROOMS`]; the root of the crate, which knows all, is in none.
    fn room(&self) -> Option<usize> {
        let name = self.path.split('/').next().unwrap().trim_end_matches(".rs");
        ROOMS.iter().position(|room| *room == name)
    }
}

fn files() -> Vec<File> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
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

/// What stands right behind `crate::` and `super::`, each name of a list in braces on its own.
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
fn every_room_has_its_place_in_the_order() {
    let root = files().into_iter().find(|file| file.path == "lib.rs").unwrap();
    let mut declared: Vec<&str> =
        root.text.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    let mut rooms = ROOMS;
    declared.sort_unstable();
    rooms.sort_unstable();
    assert_eq!(declared, rooms);
}

#[test]
fn no_room_imports_one_that_comes_after_it() {
    let mut backwards = Vec::new();
    let mut arrows = 0;
    for file in files() {
        let Some(room) = file.room() else { continue };
        for name in names(&file.text) {
            let Some(imported) = ROOMS.iter().position(|room| *room == name) else { continue };
            arrows += 1;
            if imported > room {
                backwards.push(format!("{} imports {name}", file.path));
            }
        }
    }
    assert!(arrows > 20, "only {arrows} imports were found");
    assert_eq!(backwards, [""; 0]);
}

#[test]
fn only_db_knows_sqlx() {
    let (files, mut elsewhere) = (files(), Vec::new());
    for file in files.iter().filter(|file| file.path != "db.rs" && !file.path.starts_with("db/")) {
        let lines = file.text.lines().filter(|line| line.contains("sqlx"));
        // How a row is read is said beside the row.
        let of_a_row = |line: &str| ["#[derive(sqlx::FromRow)]", "#[sqlx(flatten)]"].contains(&line.trim());
        elsewhere.extend(lines.filter(|line| !of_a_row(line)));
    }
    assert_eq!(elsewhere, [""; 0]);
    assert!(files.iter().any(|file| file.path == "db.rs" && file.text.contains("use sqlx")));
}
