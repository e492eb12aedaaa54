mod room;
mod tls;

use std::sync::Arc;

use axum::{
    Router,
    extract::{ConnectInfo, Extension},
    routing::{get, post},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    sync::Notify,
    task::JoinHandle,
    time::{sleep, timeout},
};

use super::{serve::HEADER_BYTES, *};
use crate::shutdown::Shutdown;

/// More than systems buffer on the way, in bytes.
const LARGE: usize = 32 * 1024 * 1024;

/// A server on a port of its own, with a page that waits until it is released.
struct Server {
    address: SocketAddr,
    shutdown: Shutdown,
    reached: Arc<Notify>,
    release: Arc<Notify>,
    running: JoinHandle<io::Result<()>>,
}

impl Server {
    async fn start(settings: Settings) -> Self {
        Self::behind(Listener::plain, settings).await
    }

    async fn with_spare(spare: Option<Router>, settings: Settings) -> Self {
        Self::assemble(Listener::plain, spare, settings).await
    }

    async fn behind(
        listen: impl FnOnce(TcpListener) -> Listener + Send + 'static,
        settings: Settings,
    ) -> Self {
        Self::assemble(listen, None, settings).await
    }

    async fn assemble(
        listen: impl FnOnce(TcpListener) -> Listener + Send + 'static,
        spare: Option<Router>,
        settings: Settings,
    ) -> Self {
        let (reached, release) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let slow = {
            let (reached, release) = (reached.clone(), release.clone());
            async move || {
                reached.notify_one();
                release.notified().await;
                "finished"
            }
        };
        let whose = async |Extension(ConnectInfo(peer)): Extension<ConnectInfo<SocketAddr>>| peer.to_string();
        let large = async || vec![b'a'; LARGE];
        let router =
            Router::new().route("/slow", get(slow)).route("/peer", get(whose)).route("/large", get(large));
        let router = router.route("/body", post(async |body: String| body));
        let service = Service { spare, ..Service::plain(router) };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shutdown = Shutdown::default();
        let running = tokio::spawn({
            let shutdown = shutdown.clone();
            async move { serve(listen(listener), service, &settings, shutdown).await }
        });
        Self { address, shutdown, reached, release, running }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Connects from another address of this machine, which is another client.
    async fn connect_from(&self, address: [u8; 4]) -> TcpStream {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(SocketAddr::from((address, 0))).unwrap();
        socket.connect(self.address).await.unwrap()
    }
}

async fn ask(stream: &mut (impl AsyncWrite + Unpin), path: &str) {
    let request = format!("GET {path} HTTP/1.1\r\nHost: desk\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
}

async fn answer(mut stream: impl AsyncRead + Unpin) -> String {
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    text
}

#[tokio::test]
async fn a_request_has_the_address_of_its_peer() {
    let server = Server::start(Settings::default()).await;
    let mut stream = server.connect().await;
    let own = stream.local_addr().unwrap();
    ask(&mut stream, "/peer").await;
    assert!(answer(stream).await.ends_with(&own.to_string()));
}

#[tokio::test]
async fn a_request_in_flight_is_finished_and_a_new_connection_refused() {
    let server = Server::start(Settings::default()).await;
    let mut in_flight = server.connect().await;
    ask(&mut in_flight, "/slow").await;
    server.reached.notified().await;
    let unused = server.connect().await;
    server.shutdown.begin();
    assert_eq!(answer(unused).await, "", "a connection without a request is closed at once");
    let refused = TcpStream::connect(server.address).await.unwrap_err();
    assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);
    assert!(!server.running.is_finished());
    server.release.notify_one();
    assert!(answer(in_flight).await.ends_with("finished"));
    server.running.await.unwrap().unwrap();
}

#[tokio::test]
async fn requests_beyond_the_deadline_are_closed() {
    let settings = Settings { shutdown_deadline: Duration::from_millis(20), ..Settings::default() };
    let server = Server::start(settings).await;
    let mut in_flight = server.connect().await;
    ask(&mut in_flight, "/slow").await;
    server.reached.notified().await;
    server.shutdown.begin();
    server.running.await.unwrap().unwrap();
}

#[tokio::test]
async fn requests_are_taken_during_the_delay() {
    let settings = Settings { shutdown_delay: Some(Duration::from_secs(60)), ..Settings::default() };
    let server = Server::start(settings).await;
    server.shutdown.begin();
    let mut stream = server.connect().await;
    ask(&mut stream, "/peer").await;
    assert!(answer(stream).await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn a_header_that_is_too_large_is_answered_with_431() {
    let server = Server::start(Settings::default()).await;
    let mut stream = server.connect().await;
    let request = format!("GET /peer HTTP/1.1\r\nHost: desk\r\nX-Long: {}\r\n\r\n", "a".repeat(HEADER_BYTES));
    stream.write_all(request.as_bytes()).await.unwrap();
    assert!(answer(stream).await.starts_with("HTTP/1.1 431"));
}

#[tokio::test]
async fn a_header_that_does_not_arrive_in_time_closes_the_connection() {
    let settings = Settings { header: Duration::from_millis(20), ..Settings::default() };
    let server = Server::start(settings).await;
    for begun in ["", "GET", "GET /peer HTTP/1.1\r\nHost:"] {
        let mut stream = server.connect().await;
        stream.write_all(begun.as_bytes()).await.unwrap();
        assert_eq!(answer(stream).await, "", "{begun}");
    }
}

/// Sends a request on a kept connection, and reads the whole response.
async fn ask_and_stay(stream: &mut TcpStream) {
    stream.write_all(b"GET /peer HTTP/1.1\r\nHost: desk\r\n\r\n").await.unwrap();
    let mut seen = Vec::new();
    // The response ends with its body, the client's own address.
    let own = stream.local_addr().unwrap().to_string();
    while !seen.ends_with(own.as_bytes()) {
        let mut bytes = [0; 1_024];
        let count = stream.read(&mut bytes).await.unwrap();
        assert_ne!(count, 0, "it was closed after {}", String::from_utf8_lossy(&seen));
        seen.extend_from_slice(&bytes[..count]);
    }
}

#[tokio::test]
async fn a_connection_is_kept_between_requests_for_longer_than_a_header_may_take() {
    let settings = Settings { header: Duration::from_millis(50), ..Settings::default() };
    let server = Server::start(settings).await;
    let mut stream = server.connect().await;
    for _ in 0..3 {
        ask_and_stay(&mut stream).await;
        sleep(Duration::from_millis(120)).await;
    }
    // The next header has its own time limit, however slowly it arrives.
    let late = timeout(Duration::from_secs(10), async {
        while stream.write_all(b"G").await.is_ok() {
            let mut byte = [0];
            let silence = timeout(Duration::from_millis(10), stream.read(&mut byte)).await;
            if matches!(silence, Ok(Ok(0) | Err(_))) {
                break;
            }
        }
    });
    late.await.expect("a slow header is cut off");
}

#[tokio::test]
async fn an_answer_may_take_longer_than_a_header() {
    let settings = Settings { header: Duration::from_millis(20), ..Settings::default() };
    let server = Server::start(settings).await;
    let mut stream = server.connect().await;
    ask(&mut stream, "/slow").await;
    server.reached.notified().await;
    sleep(Duration::from_millis(60)).await;
    server.release.notify_one();
    assert!(answer(stream).await.ends_with("finished"));
}

#[tokio::test]
async fn an_idle_connection_is_closed() {
    let (idle, header) = (Duration::from_millis(40), Duration::from_millis(20));
    let server = Server::start(Settings { idle, header, ..Settings::default() }).await;
    let mut stream = server.connect().await;
    ask_and_stay(&mut stream).await;
    assert_eq!(answer(stream).await, "");
}

#[tokio::test]
async fn a_connection_beyond_the_last_slot_waits_for_one() {
    let server = Server::start(Settings { connections: 1, ..Settings::default() }).await;
    let mut first = server.connect().await;
    ask(&mut first, "/slow").await;
    server.reached.notified().await;
    let mut second = server.connect().await;
    ask(&mut second, "/peer").await;
    let early = timeout(Duration::from_millis(20), second.readable()).await;
    assert!(early.is_err(), "it is not served yet");
    server.release.notify_one();
    answer(first).await;
    assert!(answer(second).await.starts_with("HTTP/1.1 200"));
}
