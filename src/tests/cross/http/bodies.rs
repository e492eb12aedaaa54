//! Bodies that are not forms: too large, too slow, of another type, without a type.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use axum::body::{Body, Bytes};
use frontdesk_model::Code;
use futures::{StreamExt as _, stream};
use http::{Request, header::CONTENT_TYPE};
use hyper::body::{Frame, SizeHint};

use crate::support::{Desk, NOTHING, PASSWORD};

both! {
    a_gigabyte_is_refused_without_being_taken_in,
    a_form_may_have_64_kib,
    a_body_that_is_slow_or_breaks_off_is_refused,
    what_is_no_form_is_refused,
    what_is_no_utf_8_is_refused,
    a_form_that_there_is_not_is_not_found,
}

const GIGABYTE: u64 = 1 << 30;
const FORM: &str = "application/x-www-form-urlencoded";

/// A gigabyte, generated on demand. It counts how much was read.
struct Gigabyte {
    /// Declares its length, as a request with `Content-Length` does.
    says_so: bool,
    taken: Arc<AtomicU64>,
}

impl hyper::body::Body for Gigabyte {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        const PIECE: &[u8] = &[b'a'; 16 * 1024];
        let taken = self.taken.fetch_add(PIECE.len() as u64, Ordering::Relaxed);
        Poll::Ready((taken < GIGABYTE).then(|| Ok(Frame::data(Bytes::from_static(PIECE)))))
    }

    fn size_hint(&self) -> SizeHint {
        if self.says_so { SizeHint::with_exact(GIGABYTE) } else { SizeHint::default() }
    }
}

async fn a_gigabyte_is_refused_without_being_taken_in(desk: Desk) {
    let visitor = desk.visitor();
    for says_so in [true, false] {
        let taken = Arc::new(AtomicU64::new(0));
        let body = Body::new(Gigabyte { says_so, taken: taken.clone() });
        let request = Request::post("/fn/sign_up").header(CONTENT_TYPE, FORM);
        let answer = visitor.send(request, body).await.is(413);
        assert_eq!(answer.page().heading(), "This is larger than what is taken here");
        // Some is discarded, so that a browser reads the response instead of reporting a broken
        // connection.
        let taken = taken.load(Ordering::Relaxed);
        assert!(taken <= 1_200 * 1024, "{taken} bytes were taken in, having been told: {says_so}");
    }
    assert_eq!(
        visitor.program().post("/fn/sign_up", &[("name", "x".repeat(70_000))]).await.problem().error,
        Code::TooLarge
    );
    assert_eq!(desk.written().await.events, 0);
}

async fn a_form_may_have_64_kib(desk: Desk) {
    let visitor = desk.visitor();
    let most = 64 * 1024;
    let sign_up = async |length: usize| {
        let name = "x".repeat(length - "page=%2Fsignup&name=".len());
        visitor.post("/fn/sign_up", &[("page", "/signup"), ("name", &name)]).await
    };
    sign_up(most).await.is(422);
    sign_up(most + 1).await.is(413);
    // The same is true of pages, which need no body.
    visitor.send(Request::get("/login"), Body::from("x".repeat(most + 1))).await.is(413);
}

async fn a_body_that_is_slow_or_breaks_off_is_refused(desk: Desk) {
    let desk = desk.with(|settings| settings.request_timeout = Duration::from_millis(50));
    let begun = || stream::once(async { Ok::<_, io::Error>("name=Ann&email=") });
    let slow = Body::from_stream(begun().chain(stream::pending()));
    let broken = Body::from_stream(begun().chain(stream::once(async { Err(io::Error::other("gone")) })));
    let request = || Request::post("/fn/sign_up").header(CONTENT_TYPE, FORM);
    desk.visitor().send(request(), slow).await.is(408);
    desk.visitor().send(request(), broken).await.is(400);
    assert_eq!(desk.written().await.events, 0);
}

async fn what_is_no_form_is_refused(desk: Desk) {
    let before = desk.written().await;
    let json = format!(r#"{{"name":"Ann","email":"ann@example.com","password":"{PASSWORD}"}}"#);
    let form = format!("name=Ann&email=ann%40example.com&password={}", PASSWORD.replace(' ', "+"));
    let cases = [
        (Some("application/json"), json.as_str()),
        (Some("text/plain"), &form),
        (
            Some("multipart/form-data; boundary=x"),
            "--x\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nAnn\r\n--x--",
        ),
        (Some("application/x-www-form-urlencoded2"), &form),
        (Some(""), &form),
        (None, &form),
    ];
    for (kind, body) in cases {
        for client in [desk.visitor(), desk.visitor().program()] {
            let mut request = Request::post("/fn/sign_up");
            if let Some(kind) = kind {
                request = request.header(CONTENT_TYPE, kind);
            }
            let answer = client.send(request, Body::from(body.to_owned())).await;
            assert_eq!(answer.status, 415, "{kind:?}");
        }
        assert_eq!(desk.written().await, before, "{kind:?}");
    }
    let request =
        Request::post("/fn/sign_up").header(CONTENT_TYPE, "application/x-www-form-urlencoded; charset=utf-8");
    desk.visitor().send(request, Body::from(form)).await.leads_to("/account");
}

async fn what_is_no_utf_8_is_refused(desk: Desk) {
    let before = desk.written().await;
    let bodies: [&[u8]; 4] = [
        b"name=%FF%FE&email=ann%40example.com&password=correct+horse+battery+staple",
        b"name=\xFF\xFE&email=ann%40example.com&password=correct+horse+battery+staple",
        // A surrogate, and an overlong zero.
        b"name=%ED%A0%80&email=ann%40example.com&password=correct+horse+battery+staple",
        b"name=%C0%80&email=ann%40example.com&password=correct+horse+battery+staple",
    ];
    for body in bodies {
        for action in ["/fn/sign_up", "/fn/sign_in", "/fn/create_user", "/logout"] {
            let request = || Request::post(action).header(CONTENT_TYPE, FORM);
            let problem = desk.visitor().program().send(request(), Body::from(body)).await.is(400).problem();
            assert_eq!(
                (problem.error, problem.detail.as_deref()),
                (Code::MalformedRequest, Some("This is not UTF-8."))
            );
            let page = desk.visitor().send(request(), Body::from(body)).await.is(400).page();
            assert!(page.alert().unwrap().text.contains("This is not UTF-8."));
        }
    }
    assert_eq!(desk.written().await, before);
}

async fn a_form_that_there_is_not_is_not_found(desk: Desk) {
    for action in ["/fn/nothing", "/fn/", "/fn/sign_up/again", "/fn/..%2Flogout"] {
        desk.visitor().post(action, &NOTHING).await.is(404);
        let problem = desk.visitor().program().post(action, &NOTHING).await.is(404).problem();
        assert_eq!(problem.error, Code::NotFound, "{action}");
    }
}
