use axum::{extract::Extension, routing::get};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    sync::Notify,
    task::JoinHandle,
};

use super::*;

/// A server on a port of its own, with a page that waits until it is let go.
struct Server {
    address: SocketAddr,
    shutdown: Shutdown,
    reached: Arc<Notify>,
    let_go: Arc<Notify>,
    running: JoinHandle<io::Result<()>>,
}

impl Server {
    async fn start(settings: Settings) -> Self {
        let (reached, let_go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let slow = {
            let (reached, let_go) = (reached.clone(), let_go.clone());
            async move || {
                reached.notify_one();
                let_go.notified().await;
                "finished"
            }
        };
        let whose = async |Extension(ConnectInfo(peer)): Extension<ConnectInfo<SocketAddr>>| peer.to_string();
        let router = Router::new().route("/slow", get(slow)).route("/peer", get(whose));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shutdown = Shutdown::default();
        let running = tokio::spawn({
            let shutdown = shutdown.clone();
            async move { serve(listener, router, &settings, shutdown).await }
        });
        Self { address, shutdown, reached, let_go, running }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }
}

async fn ask(stream: &mut TcpStream, path: &str) {
    let request = format!("GET {path} HTTP/1.1\r\nHost: desk\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
}

async fn answer(mut stream: TcpStream) -> String {
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    text
}

#[tokio::test]
async fn a_request_knows_its_peer() {
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
    server.let_go.notify_one();
    assert!(answer(in_flight).await.ends_with("finished"));
    server.running.await.unwrap().unwrap();
}

#[tokio::test]
async fn nobody_is_waited_for_beyond_the_deadline() {
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
    let settings = Settings { shutdown_delay: Duration::from_secs(60), ..Settings::default() };
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
    let settings = Settings { idle: Duration::from_millis(20), ..Settings::default() };
    let server = Server::start(settings).await;
    let mut stream = server.connect().await;
    stream.write_all(b"GET /peer HTTP/1.1\r\nHost:").await.unwrap();
    answer(stream).await;
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
    server.let_go.notify_one();
    answer(first).await;
    assert!(answer(second).await.starts_with("HTTP/1.1 200"));
}
