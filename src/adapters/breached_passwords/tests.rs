//! Tests of the client with misbehaving servers.

use std::{net::SocketAddr, time::Instant};

use axum::{
    Router,
    body::Body,
    extract::Path,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use futures::stream;
use tokio::{io::AsyncWriteExt as _, net::TcpListener, sync::mpsc};

use super::*;

/// Its SHA-1 is `ABF7AAD6438836DBE526AA231ABDE2D0EEF74D42`.
const PASSWORD: &str = "correct horse battery staple";
const BEGIN: &str = "ABF7A";
const REST: &str = "AD6438836DBE526AA231ABDE2D0EEF74D42";
const OTHER: &str = "0018A45C4D1DEF81644B54AB7F969B88D65";

/// Answers every range with this response.
async fn server(answer: impl Fn() -> Response + Clone + Send + Sync + 'static) -> RangeServer {
    at(listen(Router::new().route("/range/{begin}", get(async move || answer()))).await)
}

async fn listen(routes: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, routes).await });
    address
}

fn at(address: SocketAddr) -> RangeServer {
    RangeServer::new(&format!("http://{address}").parse().unwrap())
}

async fn list(lines: &str) -> Result<bool, BreachedPasswordsError> {
    let lines = lines.to_owned();
    server(move || lines.clone().into_response()).await.contains(&Secret::new(PASSWORD)).await
}

#[test]
fn the_hash_is_the_one_that_the_protocol_has() {
    assert_eq!(hash(&Secret::new(PASSWORD)), format!("{BEGIN}{REST}"));
    assert_eq!(hash(&Secret::new("")), "DA39A3EE5E6B4B0D3255BFEF95601890AFD80709");
}

#[tokio::test]
async fn five_digits_are_told_and_padding_is_asked_for() {
    let (tell, mut heard) = mpsc::unbounded_channel();
    let routes = Router::new().route(
        "/range/{begin}",
        get(async move |Path(begin): Path<String>, headers: HeaderMap| {
            tell.send((begin, headers)).unwrap();
            format!("{OTHER}:3\r\n{REST}:42\r\n")
        }),
    );
    assert_eq!(at(listen(routes).await).contains(&Secret::new(PASSWORD)).await, Ok(true));
    let (begin, headers) = heard.recv().await.unwrap();
    assert_eq!((begin.as_str(), headers["add-padding"].to_str().unwrap()), (BEGIN, "true"));
    assert!(!format!("{headers:?}").contains(REST));
}

#[tokio::test]
async fn it_is_known_if_it_is_in_the_list_more_than_no_times() {
    assert_eq!(list(&format!("{OTHER}:3\r\n{REST}:1")).await, Ok(true));
    assert_eq!(list(&format!("{}:1\n", REST.to_lowercase())).await, Ok(true));
    assert_eq!(list(&format!("{OTHER}:3\r\n")).await, Ok(false));
    assert_eq!(list(&format!("{REST}:0\r\n{OTHER}:3\r\n")).await, Ok(false), "this is padding");
}

#[tokio::test]
async fn what_is_no_list_is_no_answer() {
    for page in ["", "\r\n", "<html>Sign in to this network</html>", "AD64:1", REST, &format!("{REST}:many")]
    {
        assert_eq!(list(page).await, Err(BreachedPasswordsError::Unreadable), "{page}");
    }
    let mixed = format!("{REST}:5\r\n<!-- served by a cache -->");
    assert_eq!(list(&mixed).await, Err(BreachedPasswordsError::Unreadable));
}

#[tokio::test]
async fn only_a_success_counts_and_nobody_else_is_asked() {
    for status in [StatusCode::NOT_FOUND, StatusCode::TOO_MANY_REQUESTS, StatusCode::INTERNAL_SERVER_ERROR] {
        let answer = server(move || (status, format!("{REST}:5")).into_response()).await;
        let answer = answer.contains(&Secret::new(PASSWORD)).await;
        assert_eq!(answer, Err(BreachedPasswordsError::Status(status.as_u16())));
    }
    let elsewhere = server(|| Redirect::temporary("https://elsewhere.example/range").into_response()).await;
    assert_eq!(elsewhere.contains(&Secret::new(PASSWORD)).await, Err(BreachedPasswordsError::Status(307)));
}

#[tokio::test]
async fn who_is_slow_is_not_waited_for() {
    const TIMEOUT: Duration = Duration::from_millis(200);
    let stalls = || Body::from_stream(stream::pending::<Result<String, std::io::Error>>()).into_response();
    let silent = Router::new().route("/range/{begin}", get(std::future::pending::<&str>));
    for server in [server(stalls).await, at(listen(silent).await)] {
        let server = server.with_timeout(TIMEOUT);
        let began = Instant::now();
        assert_eq!(
            server.contains(&Secret::new(PASSWORD)).await,
            Err(BreachedPasswordsError::TooSlow(TIMEOUT))
        );
        assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    }
}

#[tokio::test]
async fn of_an_answer_without_end_only_so_much_is_read() {
    let endless = || {
        let lines = stream::repeat_with(|| Ok::<_, std::io::Error>(format!("{OTHER}:3\r\n").repeat(100)));
        Body::from_stream(lines).into_response()
    };
    let answer = server(endless).await.with_timeout(Duration::from_secs(30));
    assert_eq!(
        answer.contains(&Secret::new(PASSWORD)).await,
        Err(BreachedPasswordsError::TooLong(MAX_RESPONSE))
    );
}

#[tokio::test]
async fn a_connection_that_breaks_is_told_without_a_part_of_the_hash() {
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let gone = nobody.local_addr().unwrap();
    drop(nobody);
    let rude = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let garbage = rude.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = rude.accept().await {
            let _ = stream.write_all(b"220 this is not HTTP\r\n\r\n").await;
        }
    });
    for address in [gone, garbage] {
        let error = at(address).contains(&Secret::new(PASSWORD)).await.unwrap_err();
        assert!(matches!(error, BreachedPasswordsError::Broken(_)), "{error:?}");
        assert!(!error.to_string().contains(BEGIN), "{error}");
    }
}
