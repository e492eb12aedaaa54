//! The declarations of the pages' features: unique, complete, and the only place of their paths.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use frontdesk_web::{
    app::App,
    flash::Flash,
    pages::{self, FEATURES, form_at, forms, navigation},
};
use leptos::server_fn::axum::server_fn_paths;
use leptos_axum::generate_route_list;

/// Collects values that must be unique.
fn unique<'a>(about: &str, all: impl IntoIterator<Item = &'a str>) -> BTreeSet<&'a str> {
    let mut set = BTreeSet::new();
    for one in all {
        assert!(set.insert(one), "{about} {one} is declared twice");
    }
    set
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The Rust files below a folder, with the part of each path below the repository.
fn sources(below: &str) -> Vec<(String, String)> {
    let (mut files, mut folders) = (Vec::new(), vec![root().join(below)]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(root()).unwrap().to_str().unwrap().replace('\\', "/");
                files.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    assert!(!files.is_empty(), "{below}");
    files
}

/// The code of a file without its unit tests and comments.
fn production(text: &str) -> String {
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
    code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_folder_of_pages_is_a_feature() {
    let declared = unique("the feature", FEATURES.iter().map(|feature| feature.name));
    let files: Vec<_> = fs::read_dir(root().join("app/web/src/pages")).unwrap().collect();
    let names: BTreeSet<_> = files
        .iter()
        .map(|entry| entry.as_ref().unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
        .filter(|name| !["mod", "problem"].contains(&name.as_str()))
        .collect();
    assert_eq!(declared, names.iter().map(String::as_str).collect());
}

#[test]
fn every_page_is_declared_by_one_feature() {
    let declared = unique("the page", FEATURES.iter().flat_map(|feature| feature.pages.iter().copied()));
    let routes: Vec<String> = generate_route_list(App).iter().map(|route| route.path().to_owned()).collect();
    assert_eq!(declared, routes.iter().map(String::as_str).collect());
}

#[test]
fn every_server_function_is_declared_as_one_form() {
    let declared = unique("the form", forms().map(|form| form.url.path()));
    assert_eq!(declared, server_fn_paths().map(|(path, _)| path).collect());
    for form in forms() {
        assert_eq!(form_at(form.url.path()).unwrap().url, form.url);
        assert!(FEATURES.iter().any(|feature| feature.pages.contains(&form.page.path())), "{form:?}");
    }
    assert!(form_at("/fn/nothing").is_none());
}

#[test]
fn a_form_with_a_password_keeps_it_secret_and_waits_for_room_to_hash_it() {
    for form in forms() {
        let has_password = form.is_secret("password") || form.is_secret("current");
        assert_eq!(form.hashes_password, has_password, "{form:?}");
    }
    let hashing: BTreeSet<_> =
        forms().filter(|form| form.hashes_password).map(|form| form.url.path()).collect();
    let expected = [
        "/fn/accept_invite",
        "/fn/change_password",
        "/fn/create_token",
        "/fn/set_up",
        "/fn/sign_in",
        "/fn/sign_up",
    ];
    assert_eq!(hashing, expected.into());
}

#[test]
fn every_flash_is_declared_by_one_feature() {
    let codes = pages::flashes().map(|flash| flash.code);
    let declared = unique("the message", codes);
    for code in &declared {
        assert_eq!(pages::flash(code).map(|flash| flash.code), Some(*code));
        assert!(code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{code}");
    }
    assert_eq!(pages::flash("nothing-of-ours"), None::<Flash>);
    let constants: usize = ["app/web/src/pages", "app/web/src/flash.rs"]
        .iter()
        .flat_map(|place| {
            let path = root().join(place);
            if path.is_dir() {
                sources(place)
            } else {
                vec![((*place).to_owned(), fs::read_to_string(path).unwrap())]
            }
        })
        .map(|(_, text)| text.matches("Flash::new(").count())
        .sum();
    assert_eq!(constants, declared.len(), "a message that no feature lists is never shown");
}

#[test]
fn the_navigation_leads_to_declared_pages() {
    let urls = unique("the navigation entry", navigation().iter().map(|entry| entry.url.path()));
    for url in urls {
        assert!(FEATURES.iter().any(|feature| feature.pages.contains(&url)), "{url}");
    }
}

#[test]
fn paths_are_written_in_one_place() {
    const PREFIXES: [&str; 14] = [
        "admin", "account", "fn/", "login", "logout", "signup", "setup", "invite", "docs", "sandbox",
        "hooks", "health", "api", "metrics",
    ];
    let elsewhere = |path: &str| {
        path != "app/web/src/app.rs" && !path.contains("/tests/") && !path.ends_with("/tests.rs")
    };
    for (path, text) in ["app/web/src", "src"].iter().flat_map(|place| sources(place)) {
        let code = production(&text);
        for prefix in PREFIXES.iter().filter(|_| elsewhere(&path)) {
            let literal = format!("\"/{prefix}");
            assert!(!code.contains(&literal), "{path} has {literal}…: paths belong in app/model/src/urls.rs");
        }
    }
}
