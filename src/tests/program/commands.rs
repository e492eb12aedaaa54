//! The program's commands, as an operator uses them.

use std::{
    io::{BufRead as _, BufReader},
    net::TcpListener,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Child, Command, Output, Stdio},
};

use frontdesk_model::{Role, TokenText};

use crate::support::{Desk, log};

both! {
    an_owner_without_a_password_gets_a_link_from_the_command_line,
    a_migration_names_the_accounts_that_have_one_address,
}

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

/// A server that is killed at the end of its test.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts a server and returns it with its greeting: the lines between the two frames.
fn serve(data: &Path, options: &[&str]) -> (Server, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_frontdesk"))
        .arg("serve")
        .args(options)
        .env_clear()
        .env("FRONTDESK_DATA_DIR", data)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let server = Server(child);
    let mut framed = lines.skip_while(|line| !line.starts_with("────"));
    framed.next().unwrap();
    let greeting: Vec<String> = framed.take_while(|line| !line.starts_with("────")).collect();
    (server, greeting.join("\n"))
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[test]
fn every_start_says_where_the_server_is_and_the_first_how_to_become_its_owner() {
    let folder = tempfile::tempdir().unwrap();
    let port = free_port();
    let listen = format!("--listen=127.0.0.1:{port}");
    let (server, greeting) = serve(folder.path(), &[&listen]);
    let (address, rest) = greeting.split_once("\n\n").unwrap();
    assert_eq!(address, format!("Frontdesk is ready at http://localhost:{port}"));
    assert!(rest.contains(&format!("\n    http://localhost:{port}/setup?token=")), "{rest}");
    drop(server);
    let (_server, greeting) = serve(folder.path(), &[&listen]);
    assert!(greeting.starts_with(address) && greeting.contains("printed before works until"), "{greeting}");
}

#[test]
fn a_start_says_when_other_machines_can_connect_but_not_sign_in() {
    let folder = tempfile::tempdir().unwrap();
    let listen = format!("--listen=0.0.0.0:{}", free_port());
    let (server, greeting) = serve(folder.path(), &[&listen]);
    assert!(greeting.contains("works on this machine only") && greeting.contains("--base-url"), "{greeting}");
    drop(server);
    let (_server, greeting) = serve(folder.path(), &[&listen, "--base-url=http://desk.lan:3000"]);
    assert!(!greeting.contains("this machine only"), "{greeting}");
}

#[test]
fn behind_https_a_start_without_a_gateway_says_that_payments_are_off() {
    let folder = tempfile::tempdir().unwrap();
    let listen = format!("--listen=127.0.0.1:{}", free_port());
    let start = |more: &[&str]| serve(folder.path(), &[&[&*listen], more].concat()).1;
    const HTTPS: &str = "--base-url=https://desk.example";
    let greeting = start(&[HTTPS]);
    assert!(greeting.contains("Payments are off") && greeting.contains("--stripe-key-file"), "{greeting}");
    let greeting = start(&[HTTPS, "--sandbox"]);
    assert!(greeting.contains("no money moves") && !greeting.contains("are off"), "{greeting}");
    for quiet in [&[][..], &["--sandbox"], &[HTTPS, "--stripe-key=sk_test_1"]] {
        let greeting = start(quiet);
        assert!(!greeting.contains("money") && !greeting.contains("Payments"), "{greeting}");
    }
}

#[test]
fn a_link_for_an_assumed_address_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let told = |arguments: &[&str]| {
        succeeds(&frontdesk(folder.path(), &[&["admin", "setup-link"], arguments].concat()))
    };
    let (link, note) = told(&[]);
    assert!(link.contains("http://localhost:3000/setup?token="), "{link}");
    assert!(note.contains("http://localhost:3000") && note.contains("--base-url"), "{note}");
    let (link, note) = told(&["--base-url=https://desk.example"]);
    assert!(
        link.contains("https://desk.example/setup?token=") && !note.contains("--base-url"),
        "{link} {note}"
    );
}

async fn an_owner_without_a_password_gets_a_link_from_the_command_line(desk: Desk) {
    desk.register("Ann", &[Role::Owner]).await;
    let run = |address: &str| {
        Command::new(env!("CARGO_BIN_EXE_frontdesk"))
            .args(["admin", "password-link", "--email", address])
            .env_clear()
            .env("FRONTDESK_DATABASE_URL", desk.database_url())
            .env("FRONTDESK_BASE_URL", "https://desk.example")
            .current_dir(std::env::temp_dir())
            .output()
            .unwrap()
    };
    let (link, told) = succeeds(&run("ann@example.com"));
    let path = link.trim_end().strip_prefix("https://desk.example").unwrap();
    assert!(
        path.starts_with("/invite?token=") && told.contains("Ann") && !told.contains("token="),
        "{link} {told}"
    );
    assert!(!told.contains("--base-url"), "{told}");
    desk.visitor().get(path).await.is(200);
    for address in ["nobody@example.com", "nobody"] {
        fails(&run(address), "there is no such user");
    }
}

#[test]
fn a_backup_brings_back_what_was_there() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| frontdesk(folder.path(), arguments);
    let copy = folder.path().join("copy.db");
    let copy = copy.to_str().unwrap();
    let create = |name: &str| succeeds(&run(&["token", "create", "--all", &format!("--name={name}")]));
    create("before");
    succeeds(&run(&["backup", copy]));
    create("after");
    fails(&run(&["backup", copy]), "exists already");
    succeeds(&run(&["restore", copy]));
    let (list, _) = succeeds(&run(&["token", "list"]));
    assert!(list.contains("\tbefore\t") && !list.contains("\tafter\t"), "{list}");
    fails(&run(&["restore", "/none"]), "is not a backup of Frontdesk: there is no such file");
    let postgres = "--database-url=postgres://127.0.0.1/desk";
    fails(&run(&["backup", "other.db", postgres]), "for PostgreSQL use its own tools");
}

/// The mode of everything in a folder, with its name.
fn modes(folder: &Path) -> Vec<(String, u32)> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let mode = |entry: std::fs::DirEntry| {
        let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
        (entry.file_name().into_string().unwrap(), mode)
    };
    entries.map(mode).collect()
}

#[test]
fn everything_it_creates_is_its_owners_alone_with_any_umask() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let program = env!("CARGO_BIN_EXE_frontdesk");
    let listen = format!("--listen=127.0.0.1:{}", free_port());
    let script = format!(
        "umask 000; '{program}' migrate && '{program}' backup copy.db && '{program}' restore copy.db && exec '{program}' serve {listen}"
    );
    let child = Command::new("sh")
        .args(["-c", &script])
        .env_clear()
        .env("FRONTDESK_DATA_DIR", &data)
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut server = Server(child);
    let lines = BufReader::new(server.0.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert!(lines.into_iter().any(|line| line.starts_with("Frontdesk is ready")));
    let all = [modes(folder.path()), modes(&data)].concat();
    for name in [
        "data",
        "copy.db",
        "frontdesk.db",
        "frontdesk.db-wal",
        "frontdesk.db.replaced",
        "frontdesk.migrating",
    ] {
        assert!(all.iter().any(|(found, _)| found == name), "{name} in {all:?}");
    }
    assert!(all.iter().all(|(_, mode)| mode & 0o077 == 0), "{all:?}");
}

async fn a_migration_names_the_accounts_that_have_one_address(desk: Desk) {
    let (ann, bob) = (desk.register("Ann", &[]).await, desk.register("Bob", &[]).await);
    let folder = tempfile::tempdir().unwrap();
    let migrate = || {
        let url = format!("--database-url={}", desk.database_url());
        succeeds(&frontdesk(folder.path(), &["migrate", &url])).0
    };
    assert!(!migrate().contains("same e-mail address"));

    desk.change("UPDATE users SET email = 'info@bücher.example' WHERE name = 'Ann'").await;
    desk.change("UPDATE users SET email = 'info@xn--bcher-kva.example' WHERE name = 'Bob'").await;
    desk.change("UPDATE users SET email_key = email").await;
    let printed = migrate();
    let pair = format!("info@bücher.example ({ann}) and info@xn--bcher-kva.example ({bob})");
    assert!(printed.contains("same e-mail address") && printed.contains(&pair), "{printed}");

    // Every start says it again, without the addresses.
    log::listen();
    desk.beside(|_| {}).await;
    let heard = log::heard();
    let warning = format!("two accounts have the same e-mail address user={bob} same_as={ann}");
    assert!(heard.contains(&warning) && !heard.contains("info@"), "{heard}");
}
