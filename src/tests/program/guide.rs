//! `docs/api-guide.md`, followed to the letter: its commands, in a shell, against the program itself.

use std::{
    env,
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
};

use frontdesk_testing::eventually;
use tokio::net::TcpStream;

const GUIDE: &str = include_str!("../../../docs/api-guide.md");
const PROGRAM: &str = env!("CARGO_BIN_EXE_frontdesk");
/// Where the guide's server is found.
const ADDRESS: &str = "localhost:3000";

/// What the commands print, in this order.
const PRINTED: [&str; 19] = [
    "\"token_name\":\"guide\"",
    "HTTP/1.1 201 Created",
    "location: http://localhost:",
    "\"name\":\"Ann Lee\"",
    "idempotency-replayed: true",
    "\"name\":\"Bob Stone\"",
    "\"name\":\"Ann Lee\"}],",
    "\"name\":\"Bob Stone\"}],",
    "\"name\":\"Ann Miller\"",
    "PRECONDITION_FAILED",
    "VALIDATION_ERROR",
    "\"field\":\"email\"",
    "EMAIL_EXISTS",
    "ratelimit-policy: \"api-read\"",
    "ratelimit: \"api-read\";r=",
    "\"state\":\"succeeded\"",
    "\"amount\":{\"currency\":\"EUR\",\"minor\":625}",
    "\"reason\":\"Arrived broken\"",
    "HTTP/1.1 204 No Content",
];

/// The program, until the test ends.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself, which the test has noticed by now.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A command that knows nothing of what this machine is set up with, but where programs are.
fn clean(program: &str, data: &Path) -> Command {
    let folder = Path::new(PROGRAM).parent().unwrap().to_path_buf();
    let path = env::var_os("PATH").unwrap_or_default();
    let path = env::join_paths([folder].into_iter().chain(env::split_paths(&path))).unwrap();
    let mut command = Command::new(program);
    command.env_clear().env("PATH", path).env("FRONTDESK_DATA_DIR", data).current_dir(data);
    command
}

async fn serve(data: &Path) -> (Server, u16) {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let listen = format!("127.0.0.1:{port}");
    let child = clean(PROGRAM, data)
        .args(["serve", "--listen", &listen])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let server = Server(child);
    eventually(async || TcpStream::connect(&*listen).await).await;
    (server, port)
}

/// The commands of the guide, one after the other.
fn commands() -> String {
    let blocks = GUIDE.split("```sh\n").skip(1);
    blocks.map(|rest| rest.split("```").next().unwrap()).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn the_commands_of_the_guide_do_what_it_says() {
    let data = tempfile::tempdir().unwrap();
    let (_server, port) = serve(data.path()).await;
    let script = commands().replace(ADDRESS, &format!("localhost:{port}"));
    let ran = clean("sh", data.path()).args(["-eu", "-c", &script]).output().unwrap();
    let (printed, told) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    assert!(ran.status.success(), "{printed}\n{told}");
    let mut rest = &*printed;
    for wanted in PRINTED {
        let at = rest
            .find(wanted)
            .unwrap_or_else(|| panic!("{wanted} is not in the rest of what was printed:\n{rest}"));
        rest = &rest[at + wanted.len()..];
    }
}
