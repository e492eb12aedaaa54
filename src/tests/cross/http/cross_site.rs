//! Cross-site requests of a visitor's browser.

use axum::body::Body;
use frontdesk_model::{Code, Role};
use http::{Method, Request, header::CONTENT_TYPE};

use crate::support::Desk;

both! {
    a_form_that_another_site_sends_is_refused_and_does_nothing,
    a_page_may_be_linked_from_anywhere,
    a_refused_form_is_explained_to_people_and_programs,
}

/// Submits the sign-out form with these headers and the cookies of a signed-in user.
fn post(site: Option<&str>, origin: Option<&str>) -> http::request::Builder {
    let mut request = Request::post("/logout").header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    for (name, value) in [("sec-fetch-site", site), ("origin", origin)] {
        // An empty one is the same as none, and keeps the client from adding its own.
        request = request.header(name, value.unwrap_or_default());
    }
    request
}

async fn a_form_that_another_site_sends_is_refused_and_does_nothing(desk: Desk) {
    let ann = desk.arrive(Role::Member).await;
    let (own, evil) = ("https://desk.example", "https://evil.example");
    let before = desk.written().await;
    let refused = [
        (Some("cross-site"), Some(evil)),
        (Some("cross-site"), Some("null")),
        // A page cannot change its browser's Sec-Fetch headers, whatever else it sends.
        (Some("cross-site"), Some(own)),
        (Some("same-site"), Some("https://other.desk.example")),
        (Some("same-site"), Some(own)),
        (Some("what-comes-next"), Some(own)),
    ];
    for (site, origin) in refused {
        ann.send(post(site, origin), Body::empty()).await.is(403);
    }
    for method in [Method::PUT, Method::PATCH, Method::DELETE] {
        let request =
            Request::builder().method(method).uri("/account").header("sec-fetch-site", "cross-site");
        ann.send(request, Body::empty()).await.is(403);
    }
    assert_eq!(desk.written().await, before);
    ann.get("/account").await.is(200);
    // From our own page it is intended.
    ann.send(post(Some("same-origin"), Some(own)), Body::empty()).await.is(303);
    ann.get("/account").await.is(303);
}

async fn a_page_may_be_linked_from_anywhere(desk: Desk) {
    let ann = desk.arrive(Role::Member).await;
    for site in ["cross-site", "same-site", "same-origin", "none"] {
        ann.send(Request::get("/account").header("sec-fetch-site", site), Body::empty()).await.is(200);
        ann.send(Request::head("/account").header("sec-fetch-site", site), Body::empty()).await.is(200);
    }
}

async fn a_refused_form_is_explained_to_people_and_programs(desk: Desk) {
    let ann = desk.arrive(Role::Member).await;
    let evil = || post(Some("cross-site"), Some("https://evil.example"));
    let answer = ann.send(evil(), Body::empty()).await.is(403);
    assert_eq!(answer.page().heading(), "This request came from another site");
    assert!(answer.all("vary").iter().any(|vary| vary.contains("sec-fetch-site") && vary.contains("origin")));
    let problem = ann.program().send(evil(), Body::empty()).await.is(403).problem();
    assert_eq!(problem.error, Code::CrossSite);
}
