//! Connections without room, and hyper's own responses.

use super::*;

/// Reads one response on a connection that stays open, up to the end of its header.
async fn head(stream: &mut TcpStream) -> String {
    let mut seen = Vec::new();
    while !seen.windows(4).any(|four| four == b"\r\n\r\n") {
        let mut bytes = [0; 1_024];
        let count = stream.read(&mut bytes).await.unwrap();
        assert_ne!(count, 0, "it was closed after {}", String::from_utf8_lossy(&seen));
        seen.extend_from_slice(&bytes[..count]);
    }
    String::from_utf8(seen).unwrap()
}

async fn is_closed(stream: &mut TcpStream) -> bool {
    let mut byte = [0];
    matches!(timeout(Duration::from_secs(10), stream.read(&mut byte)).await, Ok(Ok(0) | Err(_)))
}

#[tokio::test]
async fn silent_connections_give_way_however_many_they_are() {
    let server = Server::start(Settings { connections: 8, ..Settings::default() }).await;
    let mut silent = Vec::new();
    for _ in 0..40 {
        silent.push(server.connect().await);
        let mut visitor = server.connect().await;
        ask(&mut visitor, "/peer").await;
        let served = timeout(Duration::from_secs(5), answer(visitor)).await.unwrap();
        assert!(served.starts_with("HTTP/1.1 200"), "{served}");
    }
    assert!(is_closed(&mut silent[0]).await, "the longest-waiting one");
}

#[tokio::test]
async fn a_body_or_a_header_that_does_not_arrive_gives_way_and_a_request_in_flight_does_not() {
    let server = Server::start(Settings { connections: 4, ..Settings::default() }).await;
    let mut busy = server.connect().await;
    ask(&mut busy, "/slow").await;
    server.reached.notified().await;
    let mut body = server.connect().await;
    body.write_all(b"POST /body HTTP/1.1\r\nHost: desk\r\nContent-Length: 9\r\n\r\nhalf").await.unwrap();
    let mut header = server.connect().await;
    header.write_all(b"GET /peer HTTP/1.1\r\nHost:").await.unwrap();
    for _ in 0..6 {
        let mut visitor = server.connect().await;
        ask(&mut visitor, "/peer").await;
        assert!(answer(visitor).await.starts_with("HTTP/1.1 200"));
        // Kept, so that there is no room for the next.
        ask_and_stay(&mut server.connect().await).await;
    }
    let mut others = Vec::new();
    for _ in 0..4 {
        others.push(server.connect().await);
        ask_and_stay(others.last_mut().unwrap()).await;
    }
    assert!(is_closed(&mut body).await && is_closed(&mut header).await);
    server.release.notify_one();
    assert!(answer(busy).await.ends_with("finished"));
}

#[tokio::test]
async fn one_client_has_half_of_the_connections_at_most() {
    let server = Server::start(Settings { connections: 8, ..Settings::default() }).await;
    let mut own = Vec::new();
    for _ in 0..5 {
        own.push(server.connect().await);
        ask_and_stay(own.last_mut().unwrap()).await;
    }
    assert!(is_closed(&mut own[0]).await);
    for kept in &mut own[1..] {
        ask_and_stay(kept).await;
    }
}

#[tokio::test]
async fn a_connection_beyond_the_last_gets_health_checks_only() {
    let spare = Router::new().route("/peer", get(async || "spare")).fallback(async || "busy");
    let server = Server::with_spare(Some(spare), Settings { connections: 2, ..Settings::default() }).await;
    let mut busy = Vec::new();
    for _ in 0..2 {
        let mut stream = server.connect_from([127, 0, 0, 2 + busy.len() as u8]).await;
        ask(&mut stream, "/slow").await;
        server.reached.notified().await;
        busy.push(stream);
    }
    for (path, expected) in [("/peer", "spare"), ("/slow", "busy")] {
        let mut stream = server.connect().await;
        ask(&mut stream, path).await;
        assert!(answer(stream).await.ends_with(expected), "{path}");
    }
    server.release.notify_one();
    server.release.notify_one();
}

#[tokio::test]
async fn responses_of_the_http_library_have_the_security_headers_too() {
    let server = Server::start(Settings::default()).await;
    let too_large = format!("GET / HTTP/1.1\r\nHost: desk\r\nX: {}\r\n\r\n", "a".repeat(HEADER_BYTES));
    for (request, status) in [
        ("GET / HTTP/9.9\r\n\r\n", 400),
        ("G\0T / HTTP/1.1\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nbad header\r\n\r\n", 400),
        (&too_large, 431),
    ] {
        // As the first request, and after one that was answered.
        for after_another in [false, true] {
            let mut stream = server.connect().await;
            if after_another {
                ask_and_stay(&mut stream).await;
            }
            stream.write_all(request.as_bytes()).await.unwrap();
            let head = head(&mut stream).await.to_ascii_lowercase();
            assert!(head.starts_with(&format!("http/1.1 {status}")), "{head}");
            for name in
                ["x-content-type-options: nosniff", "content-security-policy: ", "cache-control: no-store"]
            {
                assert_eq!(head.matches(&format!("\r\n{name}")).count(), 1, "{name} in {head}");
            }
            assert!(!head.contains("strict-transport-security"), "{head}");
        }
    }
}
