//! The webhook sender, and receivers that misbehave.

use std::time::Instant;

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, StatusCode, Uri},
    response::{IntoResponse, Redirect},
    routing::post,
};
use futures::stream;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
    sync::mpsc,
};

use super::*;

mod tls;

/// Requests that the receiver got.
type Heard = mpsc::UnboundedReceiver<(Uri, HeaderMap, String)>;

/// A server on this machine that answers according to the path.
async fn peer() -> (SocketAddr, Heard) {
    let (routes, heard) = routes();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, routes).await });
    (address, heard)
}

fn routes() -> (Router, Heard) {
    let (tell, heard) = mpsc::unbounded_channel();
    let elsewhere = tell.clone();
    let routes = Router::new()
        .route(
            "/hooks",
            post(async move |uri: Uri, headers: HeaderMap, body: String| {
                tell.send((uri, headers, body)).unwrap();
                (StatusCode::ACCEPTED, "thank you")
            }),
        )
        .route(
            "/elsewhere",
            post(async move |uri: Uri, headers: HeaderMap, body: String| {
                elsewhere.send((uri, headers, body)).unwrap();
            }),
        )
        .route("/redirect", post(async || Redirect::temporary("/elsewhere")))
        .route(
            "/huge",
            post(async || {
                Body::from_stream(stream::repeat_with(|| Ok::<_, std::io::Error>("x".repeat(999))))
            }),
        )
        .route(
            "/stalls",
            post(async || Body::from_stream(stream::pending::<Result<String, std::io::Error>>())),
        )
        .route("/slow", post(async || tokio::time::sleep(Duration::from_secs(60)).await))
        .route(
            "/busy",
            post(async || (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "120")]).into_response()),
        )
        .route(
            "/until",
            post(async || {
                (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, "Sun, 22 Nov 2026 09:30:00 GMT")])
            }),
        );
    (routes, heard)
}

/// A server that answers every request with these bytes.
async fn raw(answer: &'static [u8]) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 4_096]).await;
            let _ = stream.write_all(answer).await;
        }
    });
    address
}

fn parcel(url: String) -> OutgoingWebhook {
    let headers = vec![("webhook-id", "one".to_owned()), ("content-type", "application/json".to_owned())];
    OutgoingWebhook { url, headers, body: r#"{"type":"user.created"}"#.to_owned() }
}

fn open() -> HttpWebhookSender {
    HttpWebhookSender::new(true).with_timeout(Duration::from_millis(500))
}

async fn to(url: String) -> Result<Reply, SendError> {
    open().post(parcel(url)).await
}

#[tokio::test]
async fn a_parcel_arrives_as_it_was_given() {
    let (address, mut heard) = peer().await;
    let reply = to(format!("http://{address}/hooks?key=a%20b")).await.unwrap();
    assert_eq!((reply.status, reply.answer.as_slice(), reply.retry_after), (202, &b"thank you"[..], None));
    let (uri, headers, body) = heard.recv().await.unwrap();
    assert_eq!((uri.to_string().as_str(), body.as_str()), ("/hooks?key=a%20b", r#"{"type":"user.created"}"#));
    assert_eq!(headers["host"], address.to_string());
    assert_eq!(
        (&headers["webhook-id"], &headers["content-type"]),
        (&"one".parse().unwrap(), &"application/json".parse().unwrap())
    );
    assert_eq!(
        (&headers["content-length"], &headers["connection"]),
        (&"23".parse().unwrap(), &"close".parse().unwrap())
    );
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_not_followed() {
    let (address, mut heard) = peer().await;
    assert_eq!(to(format!("http://{address}/redirect")).await.unwrap().status, 307);
    assert!(heard.try_recv().is_err());
}

#[tokio::test]
async fn of_a_huge_answer_the_beginning_is_read() {
    let (address, _) = peer().await;
    assert_eq!(to(format!("http://{address}/huge")).await.unwrap().answer.len(), MAX_ANSWER);
}

#[tokio::test]
async fn an_answer_whose_body_does_not_come_counts_by_its_status() {
    let (address, _) = peer().await;
    let began = Instant::now();
    let reply = to(format!("http://{address}/stalls")).await.unwrap();
    assert_eq!((reply.status, reply.answer.len()), (200, 0));
    assert!(began.elapsed() < BODY_TIMEOUT * 3, "{:?}", began.elapsed());
}

#[tokio::test]
async fn who_is_too_slow_is_left() {
    let (address, _) = peer().await;
    let patience = Duration::from_millis(500);
    assert_eq!(to(format!("http://{address}/slow")).await, Err(SendError::TooSlow(patience)));
    // Accepts, and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", silent.local_addr().unwrap());
    assert_eq!(to(url).await, Err(SendError::TooSlow(patience)));
    let secure = format!("https://{}/", silent.local_addr().unwrap());
    assert_eq!(to(secure).await, Err(SendError::TooSlow(patience)));
}

#[tokio::test]
async fn when_to_come_back_is_read_as_a_time_and_as_a_date() {
    let (address, _) = peer().await;
    let busy = to(format!("http://{address}/busy")).await.unwrap();
    assert_eq!((busy.status, busy.retry_after), (503, Some(RetryAfter::In(Duration::from_secs(120)))));
    let until = to(format!("http://{address}/until")).await.unwrap();
    let date = Timestamp::parse("2026-11-22T09:30:00Z").unwrap();
    assert_eq!(until.retry_after, Some(RetryAfter::At(date)));
    for nonsense in ["", "-1", "soon", "1.5", "99999999999999999999", "Thu, 01 Jan 1969 00:00:00 GMT"] {
        let headers = HeaderMap::from_iter([(header::RETRY_AFTER, nonsense.parse().unwrap())]);
        assert_eq!(retry_after(&headers), None, "{nonsense}");
    }
}

#[tokio::test]
async fn what_is_not_http_is_no_answer() {
    let ssh = raw(b"SSH-2.0-OpenSSH_9.2\r\n").await;
    assert_eq!(to(format!("http://{ssh}/")).await, Err(SendError::Broken));
    let hangs_up = raw(b"").await;
    assert_eq!(to(format!("http://{hangs_up}/")).await, Err(SendError::Broken));
    let plain = raw(b"HTTP/1.1 200 OK\r\n\r\n").await;
    assert!(matches!(to(format!("https://{plain}/")).await, Err(SendError::Insecure(_))));
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    assert_eq!(to(format!("http://{gone}/")).await, Err(SendError::Unreachable));
}

#[tokio::test]
async fn nothing_goes_into_a_private_network_however_its_address_is_written() {
    let (address, mut heard) = peer().await;
    let sender = HttpWebhookSender::new(false);
    let port = address.port();
    for host in [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "0",
        "10.0.0.1",
        "169.254.169.254",
        "192.168.1.1",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[fd00:ec2::254]",
        "[fe80::1]",
        "[64:ff9b::7f00:1]",
        "127.0.0.1.",
        "%31%32%37.0.0.1",
        "\u{ff11}27.0.0.1",
    ] {
        let url = format!("https://{host}:{port}/hooks");
        assert_eq!(sender.check(&url), Err(SendError::Private), "{host}");
        assert_eq!(sender.post(parcel(url)).await, Err(SendError::Private), "{host}");
    }
    // A name passes until it is resolved, which happens with every request.
    for name in ["localhost", "LOCALHOST"] {
        let url = format!("https://{name}:{port}/hooks");
        assert_eq!(sender.check(&url), Ok(()), "{name}");
        assert_eq!(sender.post(parcel(url)).await, Err(SendError::Private), "{name}");
    }
    assert!(heard.try_recv().is_err());
}

#[tokio::test]
async fn without_the_flag_only_https_is_spoken() {
    let sender = HttpWebhookSender::new(false);
    assert_eq!(sender.check("https://shop.example/hooks"), Ok(()));
    assert_eq!(sender.check("https://1.1.1.1/hooks"), Ok(()));
    assert_eq!(sender.check("http://shop.example/hooks"), Err(SendError::NotHttps));
    for wrong in [
        "",
        "shop.example",
        "ftp://shop.example/",
        "file:///etc/passwd",
        "https://",
        "https://ann:pw@shop.example/",
    ] {
        assert_eq!(sender.check(wrong), Err(SendError::NotAnAddress), "{wrong}");
    }
    assert_eq!(sender.post(parcel("https://nothing.invalid/".to_owned())).await, Err(SendError::UnknownHost));
}
