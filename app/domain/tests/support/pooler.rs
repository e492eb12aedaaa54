//! A pooler of PostgreSQL in transaction mode, such as PgBouncer 1.18: each transaction runs on another
//! connection to the server, and startup parameters that it does not know are refused.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use frontdesk_domain::db::{DatabaseUrl, PostgresUrl};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

/// A client's request for TLS, instead of a version.
const SSL_REQUEST: u32 = 80_877_103;
/// Connections to the server for each client, which take turns.
const CONNECTIONS: usize = 3;

/// The point at which the pooler drops a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    Never,
    /// The commit never reaches the server.
    BeforeCommit,
    /// The commit is done, and its answer is lost.
    AfterCommit,
}

/// A pooler in front of a test's database.
pub struct Pooler {
    port: u16,
    url: PostgresUrl,
    /// The number of clients that are still to be dropped.
    cuts: Arc<AtomicUsize>,
}

type Message = (u8, Vec<u8>);

impl Pooler {
    pub async fn start(database: &DatabaseUrl, cut: Cut) -> Self {
        let DatabaseUrl::Postgres(url) = database else { panic!("a pooler is for PostgreSQL") };
        let server = (url.options.get_host().to_owned(), url.options.get_port());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let cuts = Arc::new(AtomicUsize::new(0));
        let left = cuts.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let session = Session { server: server.clone(), cut, cuts: left.clone() };
                tokio::spawn(session.run(client));
            }
        });
        Self { port, url: (**url).clone(), cuts }
    }

    /// The database through the pooler.
    pub fn url(&self, pgbouncer: bool) -> DatabaseUrl {
        let options = self.url.options.clone().host("127.0.0.1").port(self.port);
        DatabaseUrl::Postgres(Box::new(PostgresUrl { options, pgbouncer, client_key: None }))
    }

    /// Drops the next client that commits.
    pub fn cut_next(&self) {
        self.cuts.store(1, Ordering::SeqCst);
    }
}

struct Session {
    server: (String, u16),
    cut: Cut,
    cuts: Arc<AtomicUsize>,
}

impl Session {
    /// Serves one client. `None` once it, or a server, has gone.
    async fn run(self, mut client: TcpStream) -> Option<()> {
        let startup = read_startup(&mut client).await?;
        if let Some(unknown) = ["options", "extra_float_digits"].into_iter().find(|name| has(&startup, name))
        {
            let fields = format!("SFATAL\0C08P01\0Munsupported startup parameter: {unknown}\0\0");
            return write(&mut client, b'E', fields.as_bytes()).await;
        }
        let mut servers = Vec::new();
        for number in 0..CONNECTIONS {
            let (server, greeting) = self.connect(&startup).await?;
            servers.push(server);
            if number == 0 {
                for (kind, body) in greeting {
                    write(&mut client, kind, &body).await?;
                }
            }
        }
        let mut turn = 0;
        loop {
            let (kind, body) = read(&mut client).await?;
            let is_commit = kind == b'Q' && body.starts_with(b"COMMIT");
            let is_cut = is_commit
                && self.cut != Cut::Never
                && self
                    .cuts
                    .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1))
                    .is_ok();
            if is_cut && self.cut == Cut::BeforeCommit {
                return None;
            }
            let server = servers.get_mut(turn)?;
            write(server, kind, &body).await?;
            if !matches!(kind, b'Q' | b'S') {
                continue;
            }
            let mut answer = Vec::new();
            let status = loop {
                let (kind, body) = read(server).await?;
                answer.push((kind, body));
                if let Some((b'Z', status)) = answer.last() {
                    break status.first().copied();
                }
            };
            if is_cut {
                return None;
            }
            for (kind, body) in answer {
                write(&mut client, kind, &body).await?;
            }
            if status == Some(b'I') {
                turn = (turn + 1) % servers.len();
            }
        }
    }

    /// A connection to the server with what it said before it was ready.
    async fn connect(&self, startup: &[u8]) -> Option<(TcpStream, Vec<Message>)> {
        let mut server = TcpStream::connect(self.server.clone()).await.ok()?;
        server.write_all(startup).await.ok()?;
        let mut greeting = Vec::new();
        loop {
            let (kind, body) = read(&mut server).await?;
            assert!(kind != b'R' || body == [0; 4], "the tests' server must trust its clients");
            greeting.push((kind, body));
            if kind == b'Z' {
                return Some((server, greeting));
            }
        }
    }
}

/// The client's first message, which has no type. A request for TLS before it is declined.
async fn read_startup(client: &mut TcpStream) -> Option<Vec<u8>> {
    loop {
        let length = client.read_u32().await.ok()?;
        let mut rest = vec![0; length as usize - 4];
        client.read_exact(&mut rest).await.ok()?;
        if rest[..4] == SSL_REQUEST.to_be_bytes() {
            client.write_all(b"N").await.ok()?;
            continue;
        }
        return Some([&length.to_be_bytes(), rest.as_slice()].concat());
    }
}

/// Returns true if the startup message has a parameter of this name.
fn has(startup: &[u8], name: &str) -> bool {
    startup.split(|byte| *byte == 0).any(|word| word == name.as_bytes())
}

async fn read(from: &mut TcpStream) -> Option<Message> {
    let kind = from.read_u8().await.ok()?;
    let length = from.read_u32().await.ok()?;
    let mut body = vec![0; length as usize - 4];
    from.read_exact(&mut body).await.ok()?;
    Some((kind, body))
}

async fn write(to: &mut TcpStream, kind: u8, body: &[u8]) -> Option<()> {
    let length = u32::try_from(body.len() + 4).unwrap();
    let message = [&[kind], length.to_be_bytes().as_slice(), body].concat();
    to.write_all(&message).await.ok()
}
