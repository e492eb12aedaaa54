//! What only shows on a real connection.

use frontdesk::listener::{self, Listener};
use frontdesk_testing::in_time;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use crate::support::Desk;

both! {
    a_gigabyte_that_is_announced_is_refused_before_it_is_sent,
    an_answer_to_head_has_the_length_and_not_the_body,
    what_is_not_a_path_is_refused_for_people_and_programs,
}

/// Serves the desk on a port of its own, sends these bytes, and reads until the server closes.
async fn exchange(desk: &Desk, request: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (router, shutdown) = (desk.router(), desk.state.shutdown.clone());
    let server = tokio::spawn(async move {
        listener::serve(
            Listener::plain(listener),
            listener::Service::plain(router),
            &listener::Settings::default(),
            shutdown,
        )
        .await
    });
    let talk = async {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        // A reset is an end, too, once there is an answer.
        let _ended = stream.read_to_end(&mut answer).await;
        String::from_utf8(answer).unwrap()
    };
    let answer = in_time(talk).await;
    server.abort();
    answer
}

async fn a_gigabyte_that_is_announced_is_refused_before_it_is_sent(desk: Desk) {
    let announced = "POST /fn/sign_up HTTP/1.1\r\nhost: desk.example\r\naccept: text/html\r\nexpect: 100-continue\r\n\
                     content-type: application/x-www-form-urlencoded\r\ncontent-length: 1073741824\r\n\
                     connection: close\r\n\r\n";
    let answer = exchange(&desk, announced).await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer:.300}");
    assert!(!answer.contains("100 Continue"), "nobody is asked to go on: {answer:.300}");
    assert!(answer.to_ascii_lowercase().contains("content-security-policy:"), "{answer:.300}");
}

async fn an_answer_to_head_has_the_length_and_not_the_body(desk: Desk) {
    let page = desk.visitor().get("/login").await.page();
    let style = page.with("rel", "stylesheet").unwrap().get("href").unwrap().to_owned();
    for path in ["/login", &style, "/health/live"] {
        let request = format!(
            "HEAD {path} HTTP/1.1\r\nhost: desk.example\r\naccept: text/html\r\nconnection: close\r\n\r\n"
        );
        let answer = exchange(&desk, &request).await;
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 200 "), "{path}: {head}");
        assert_eq!(body, "", "{path}");
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
        assert!(length.parse::<usize>().unwrap() > 0, "{path}: {head}");
    }
}

async fn what_is_not_a_path_is_refused_for_people_and_programs(desk: Desk) {
    let lines =
        ["GET x", "GET localhost:443", "CONNECT desk.example:443", "OPTIONS *", "POST fn", "HEAD api"];
    for line in lines {
        for (accepted, kind) in [("text/html", "text/html"), ("*/*", "application/problem+json")] {
            let request = format!(
                "{line} HTTP/1.1\r\nhost: desk.example\r\naccept: {accepted}\r\nconnection: close\r\n\r\n"
            );
            let answer = exchange(&desk, &request).await;
            assert!(answer.starts_with("HTTP/1.1 400 "), "{line}: {answer:.300}");
            assert!(answer.contains(&format!("content-type: {kind}")), "{line}: {answer:.900}");
        }
    }
}
