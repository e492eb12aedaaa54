//! The program's commands, as an operator uses them.

use std::{
    path::Path,
    process::{Command, Output},
};

use frontdesk_model::TokenText;

/// Runs a command with its own data directory.
fn frontdesk(data: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_frontdesk"))
        .args(arguments)
        .env_clear()
        .env("FRONTDESK_DATA_DIR", data)
        .output()
        .unwrap()
}

#[track_caller]
fn succeeds(output: &Output) -> (String, String) {
    let [told, answer] =
        [&output.stderr, &output.stdout].map(|text| String::from_utf8(text.clone()).unwrap());
    assert!(output.status.success(), "{told}");
    (answer, told)
}

#[track_caller]
fn fails(output: &Output, why: &str) {
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(output.stdout.is_empty() && told.contains(why), "{told}");
}

#[test]
fn a_token_alone_is_printed_where_scripts_read_it() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| frontdesk(folder.path(), arguments);
    let create = [
        "token",
        "create",
        "--name=backup",
        "--permission=users:read",
        "--permission=audit:read",
        "--expires=never",
    ];
    let (answer, told) = succeeds(&run(&create));
    let text = answer.strip_suffix('\n').unwrap();
    let hint = TokenText::parse(text).unwrap().hint().to_owned();
    assert!(told.contains("acts for the business, may: users:read audit:read, ends: never"), "{told}");
    assert!(!told.contains(&text[10..]));

    let (list, _) = succeeds(&run(&["token", "list"]));
    let lines: Vec<Vec<&str>> = list.lines().map(|line| line.split('\t').collect()).collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(
        lines[1][1..],
        ["live", "service", "-", "backup", &hint, "never", "never", "users:read audit:read"]
    );
    let id = lines[1][0];
    assert!(told.contains(&format!("frontdesk token revoke {id}")), "{told}");

    succeeds(&run(&["token", "revoke", id]));
    assert!(succeeds(&run(&["token", "list"])).0.contains("\trevoked\t"));
    fails(&run(&["token", "revoke", id]), "the token has ended already");
    fails(&run(&["token", "create", "--name= ", "--all"]), "Enter a name");
    let never = ["token", "create", "--name=ci", "--all", "--email=ann@example.com"];
    fails(&run(&never), "there is no such user");
}
