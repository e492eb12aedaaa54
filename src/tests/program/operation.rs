//! The real program, as operators and strangers treat it.

use std::{
    fs::Permissions,
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    os::unix::fs::PermissionsExt as _,
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use frontdesk_domain::{
    db::{Dialect, Sql},
    params,
};
use frontdesk_testing::eventually;
use rustix::process::{Pid, Signal, kill_process};

use crate::support::Desk;

both! { it_stops_although_its_database_hangs }

/// Twice the time that a stop takes at most, for a machine that is busy.
const STOPPED: Duration = Duration::from_secs(18);

struct Program {
    child: Child,
    address: SocketAddr,
    _data: tempfile::TempDir,
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended by itself, which the test has noticed by now.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn command(address: SocketAddr, data: &std::path::Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_frontdesk"));
    command
        .args(["serve", "--listen", &address.to_string()])
        .args(arguments)
        .env_clear()
        .env("FRONTDESK_DATA_DIR", data)
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    command
}

fn free_address() -> SocketAddr {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

impl Program {
    async fn start(arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let (data, address) = (tempfile::tempdir().unwrap(), free_address());
        let mut command = command(address, data.path(), arguments);
        let child = command.envs(variables.iter().copied()).stderr(Stdio::piped()).spawn().unwrap();
        eventually(async || TcpStream::connect(address)).await;
        Self { child, address, _data: data }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        stream
    }

    fn ask(&self, request: &str) -> String {
        let mut stream = self.connect();
        stream.write_all(request.as_bytes()).unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        text
    }

    fn get(&self, path: &str, headers: &str) -> String {
        self.ask(&format!("GET {path} HTTP/1.1\r\nHost: desk\r\nConnection: close\r\n{headers}\r\n"))
    }

    /// Asks it to stop, and returns the time until it has, whether it succeeded, and its log.
    fn stop(mut self) -> (Duration, bool, String) {
        let began = Instant::now();
        kill_process(Pid::from_child(&self.child), Signal::TERM).unwrap();
        let status = self.child.wait().unwrap();
        let took = began.elapsed();
        let mut log = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
        (took, status.success(), log)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_stops_before_a_container_is_killed_whatever_is_half_sent() {
    let program = Program::start(&[], &[]).await;
    let mut half = program.connect();
    let request = "POST /fn/sign_in HTTP/1.1\r\nHost: desk\r\nContent-Length: 100\r\n\r\npage=";
    half.write_all(request.as_bytes()).unwrap();
    tokio::time::sleep(Duration::from_millis(300)).await;
    let (took, success, log) = program.stop();
    assert!(took < STOPPED, "{took:?}");
    assert!(success, "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_are_accepted_until_the_load_balancer_knows() {
    let program = Program::start(&[], &[]).await;
    let ready = || program.get("/health/ready", "");
    assert!(ready().starts_with("HTTP/1.1 200"));
    kill_process(Pid::from_child(&program.child), Signal::TERM).unwrap();
    eventually(async || if ready().starts_with("HTTP/1.1 503") { Ok(()) } else { Err("it is ready") }).await;
    assert!(program.get("/", "").starts_with("HTTP/1.1 200"), "requests on their way are answered");
    assert!(ready().starts_with("HTTP/1.1 503") && ready().starts_with("HTTP/1.1 503"));
    eventually(async || match TcpStream::connect(program.address) {
        Err(_) => Ok(()),
        Ok(_) => Err("it still accepts connections"),
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn empty_variables_are_as_if_not_set() {
    let all = {
        let output =
            Command::new(env!("CARGO_BIN_EXE_frontdesk")).args(["serve", "--help"]).output().unwrap();
        let help = String::from_utf8(output.stdout).unwrap();
        let names =
            help.split("[env: ").skip(1).map(|rest| rest.split(['=', ']']).next().unwrap().to_owned());
        names.filter(|name| name != "FRONTDESK_DATA_DIR").collect::<Vec<_>>()
    };
    assert!(all.len() > 30 && all.contains(&"FRONTDESK_STRIPE_KEY".to_owned()), "{all:?}");
    let variables: Vec<(&str, &str)> = all.iter().map(|name| (name.as_str(), "")).collect();
    // The address is a flag, the data folder a variable.
    let program = Program::start(&[], &variables).await;
    assert!(program.get("/health/ready", "").starts_with("HTTP/1.1 200"));
    let (_, success, log) = program.stop();
    assert!(success && log.contains("sandbox"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_small_limit_of_open_files_is_refused_or_shared() {
    let with_files = |files: u32, address: SocketAddr, data: &std::path::Path| {
        let serve = command(address, data, &[]);
        let mut shell = Command::new("sh");
        let line = format!("ulimit -n {files} && exec \"$0\" serve --listen {address}");
        shell.arg("-c").arg(line).arg(serve.get_program());
        shell.env_clear().env("FRONTDESK_DATA_DIR", data).stdin(Stdio::null()).stdout(Stdio::null());
        shell
    };
    let data = tempfile::tempdir().unwrap();
    let refused = with_files(64, free_address(), data.path()).output().unwrap();
    let message = String::from_utf8(refused.stderr).unwrap();
    assert!(!refused.status.success() && message.contains("64 open files"), "{message}");

    let address = free_address();
    let child = with_files(128, address, data.path()).stderr(Stdio::piped()).spawn().unwrap();
    let program = Program { child, address, _data: data };
    eventually(async || TcpStream::connect(address)).await;
    let silent: Vec<_> = (0..120).map(|_| program.connect()).collect();
    for _ in 0..5 {
        assert!(program.get("/", "").starts_with("HTTP/1.1 200"));
    }
    drop(silent);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_host_header_is_there_once_and_valid() {
    let program = Program::start(&[], &[]).await;
    for (headers, status) in
        [("Host: desk\r\n", 200), ("", 400), ("Host: desk\r\nHost: desk\r\n", 400), ("Host: a b/c\r\n", 400)]
    {
        for path in ["/", "/api/v1/openapi.json", "/health/live"] {
            let answer = program.ask(&format!("GET {path} HTTP/1.1\r\n{headers}Connection: close\r\n\r\n"));
            assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{path} {headers:?}: {answer:.60}");
        }
    }
    assert!(program.ask("GET / HTTP/1.0\r\n\r\n").starts_with("HTTP/1.0 200"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undeclared_proxy_is_warned_of_once_and_limited() {
    let program = Program::start(&["--limit-page", "3"], &[]).await;
    for _ in 0..5 {
        assert!(program.get("/", "").starts_with("HTTP/1.1 200"), "this machine is not limited");
    }
    let forwarded = || program.get("/", "X-Forwarded-For: 203.0.113.9\r\n");
    let limited = (0..5).map(|_| forwarded()).filter(|answer| answer.starts_with("HTTP/1.1 429")).count();
    assert!(limited >= 1);
    let (_, _, log) = program.stop();
    assert_eq!(log.matches("--trusted-proxy").count(), 1, "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_other_users_can_read_are_warned_of() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let set = |name: &str, mode| std::fs::set_permissions(path(name), Permissions::from_mode(mode)).unwrap();
    std::fs::create_dir(path("data")).unwrap();
    for name in ["key", "secret", "data/frontdesk.db"] {
        std::fs::write(path(name), if name == "key" { "sk_test_1" } else { "" }).unwrap();
    }
    std::fs::write(path("secret"), "whsec_1").unwrap();
    let (key, secret, data) = (path("key"), path("secret"), path("data"));
    let variables = [
        ("FRONTDESK_STRIPE_KEY_FILE", &*key),
        ("FRONTDESK_STRIPE_WEBHOOK_SECRET_FILE", &secret),
        ("FRONTDESK_DATA_DIR", &data),
    ];
    let warned = async || {
        let (_, _, log) = Program::start(&[], &variables).await.stop();
        let names = ["key", "secret", "data", "data/frontdesk.db"];
        let is_named = |name: &&str| {
            let path = path(name);
            log.lines().any(|line| line.contains("other users") && line.contains(&format!("{path}\"")))
        };
        (names.into_iter().filter(is_named).collect::<Vec<_>>(), log)
    };
    for (name, mode) in [("key", 0o644), ("secret", 0o640), ("data", 0o755), ("data/frontdesk.db", 0o604)] {
        set(name, mode);
    }
    let (names, log) = warned().await;
    assert_eq!(names, ["key", "secret", "data", "data/frontdesk.db"], "{log}");
    for (name, mode) in [("key", 0o400), ("secret", 0o600), ("data", 0o700), ("data/frontdesk.db", 0o600)] {
        set(name, mode);
    }
    let (names, log) = warned().await;
    assert!(names.is_empty() && !log.contains("other users"), "{log}");
}

/// Carries connections to an address until it is frozen. Returns its own address.
fn freezer(to: String) -> (SocketAddr, Arc<AtomicBool>) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let (address, frozen) = (listener.local_addr().unwrap(), Arc::new(AtomicBool::new(false)));
    let carry = |mut from: TcpStream, mut into: TcpStream, frozen: Arc<AtomicBool>| {
        std::thread::spawn(move || {
            let mut bytes = [0; 16 * 1_024];
            while let Ok(count @ 1..) = from.read(&mut bytes) {
                while frozen.load(Ordering::Relaxed) {
                    std::thread::park_timeout(Duration::from_millis(100));
                }
                if into.write_all(&bytes[..count]).is_err() {
                    break;
                }
            }
            let _ = into.shutdown(std::net::Shutdown::Both);
        });
    };
    let state = frozen.clone();
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let server = TcpStream::connect(&to).unwrap();
            carry(client.try_clone().unwrap(), server.try_clone().unwrap(), state.clone());
            carry(server, client, state.clone());
        }
    });
    (address, frozen)
}

async fn it_stops_although_its_database_hangs(desk: Desk) {
    let url = desk.database_url();
    let (url, frozen) = match desk.domain.db.dialect() {
        Dialect::Sqlite => (url, None),
        Dialect::Postgres => {
            let at = url.find('@').map_or("postgres://".len(), |at| at + 1);
            let end = at + url[at..].find('/').unwrap();
            let server = &url[at..end];
            let server = if server.contains(':') { server.to_owned() } else { format!("{server}:5432") };
            let (address, frozen) = freezer(server);
            (format!("{}{address}{}", &url[..at], &url[end..]), Some(frozen))
        }
    };
    let program = Program::start(&["--log", "info"], &[("FRONTDESK_DATABASE_URL", &*url)]).await;
    eventually(async || match program.get("/health/ready", "") {
        answer if answer.starts_with("HTTP/1.1 200") => Ok(()),
        answer => Err(answer),
    })
    .await;
    // On SQLite a write that does not end; on PostgreSQL a server that does not answer.
    let mut held = desk.domain.db.write();
    let hold = Sql::new("test.HOLD", "UPDATE users SET name = name WHERE false");
    held.execute(hold, params![]).await.unwrap();
    if let Some(frozen) = &frozen {
        frozen.store(true, Ordering::Relaxed);
    }
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    let (took, _, log) = program.stop();
    assert!(took < STOPPED, "{took:?}: {log}");
    if let Some(frozen) = frozen {
        frozen.store(false, Ordering::Relaxed);
    }
    drop(held);
}
