//! Compression of pages and of the API: for whom, of what, and with which entity tags.

use axum::body::Body;
use frontdesk_model::Role;
use http::{
    Method, Request,
    header::{ACCEPT_ENCODING, IF_NONE_MATCH},
    request::Builder,
};

use crate::support::{Answer, Client, Desk};

both! {
    a_page_is_compressed_unless_another_site_caused_the_request,
    a_secret_is_never_compressed,
    a_compressed_list_of_the_api_is_recognised_by_its_tag,
    the_openapi_document_is_kept_compressed,
    the_reference_is_kept_compressed_for_visitors_without_cookies,
}

fn get(path: &str) -> Builder {
    Request::get(path).header(ACCEPT_ENCODING, "gzip")
}

async fn send(client: &Client, request: Builder) -> Answer {
    client.send(request, Body::empty()).await
}

async fn a_page_is_compressed_unless_another_site_caused_the_request(desk: Desk) {
    let admin = desk.arrive(Role::Admin).await;
    let plain = admin.get("/admin/users").await.is(200);
    assert_eq!((plain.header("content-encoding"), plain.header("vary")), (None, Some("accept-encoding")));
    let page = send(&admin, get("/admin/users")).await.is(200);
    assert_eq!(
        (page.header("content-encoding"), page.header("vary")),
        (Some("gzip"), Some("accept-encoding"))
    );
    assert_eq!(page.header("content-length"), None);
    let head = Request::head("/admin/users").header(ACCEPT_ENCODING, "gzip");
    assert_eq!(send(&admin, head).await.is(200).header("content-encoding"), Some("gzip"));
    for site in ["cross-site", "same-site"] {
        let page = send(&admin, get("/admin/users").header("sec-fetch-site", site)).await.is(200);
        assert_eq!(page.header("content-encoding"), None, "{site}");
    }
    // Without cookies there is nothing to guess.
    let page = send(&desk.visitor(), get("/login").header("sec-fetch-site", "cross-site")).await.is(200);
    assert_eq!(page.header("content-encoding"), Some("gzip"));
}

async fn a_secret_is_never_compressed(desk: Desk) {
    let admin = desk.arrive(Role::Admin).await;
    let (_, id) = desk.somebody(&[]).await;
    let form = Request::post("/fn/invite_user")
        .header("content-type", "application/x-www-form-urlencoded")
        .header(ACCEPT_ENCODING, "gzip");
    let shown = admin.send(form, Body::from(format!("id={id}"))).await.is(200);
    assert!(shown.page().with("class", "secret").is_some());
    assert_eq!(shown.header("content-encoding"), None);
}

async fn a_compressed_list_of_the_api_is_recognised_by_its_tag(desk: Desk) {
    let program = desk.program(&[frontdesk_model::Permission::USERS_READ]).await;
    let roles = || program.request(Method::GET, "/roles").header(ACCEPT_ENCODING, "gzip");
    let listed = program.send(roles(), Body::empty()).await.is(200);
    assert_eq!(listed.header("content-encoding"), Some("gzip"));
    let tag = listed.header("etag").unwrap();
    assert!(tag.ends_with("-gzip\""), "{tag}");
    let known = program.send(roles().header(IF_NONE_MATCH, tag), Body::empty()).await.is(304);
    assert_eq!((known.header("etag"), known.body.len()), (Some(tag), 0));
}

async fn the_openapi_document_is_kept_compressed(desk: Desk) {
    let (visitor, path) = (desk.visitor().program(), "/api/v1/openapi.json");
    let document = send(&visitor, get(path)).await.is(200);
    assert_eq!(document.header("content-encoding"), Some("gzip"));
    // `Vary` also has `Origin`, which the rules for other origins add.
    assert!(document.all("vary").contains(&"accept-encoding"));
    let plain = visitor.get(path).await.is(200);
    assert_eq!(plain.header("content-length"), Some(&*plain.body.len().to_string()));
    assert_eq!(document.json(), plain.json());
    for (answer, coding) in [(&document, "gzip"), (&plain, "identity")] {
        let tag = answer.header("etag").unwrap();
        let ask = Request::get(path).header(ACCEPT_ENCODING, coding).header(IF_NONE_MATCH, tag);
        let known = send(&visitor, ask).await.is(304);
        assert_eq!((known.header("etag"), known.body.len()), (Some(tag), 0));
    }
    assert_ne!(document.header("etag"), plain.header("etag"));
    // A parameter is refused as before.
    visitor.get("/api/v1/openapi.json?fields=info").await.is(400);
}

async fn the_reference_is_kept_compressed_for_visitors_without_cookies(desk: Desk) {
    let visitor = desk.visitor();
    let first = send(&visitor, get("/docs/api")).await.is(200);
    assert_eq!(first.header("content-encoding"), Some("gzip"));
    assert_eq!(first.header("cache-control"), Some("no-cache"));
    let again = send(&visitor, get("/docs/api")).await.is(200);
    assert!(again.body == first.body);
    let tag = first.header("etag").unwrap();
    let known = send(&visitor, get("/docs/api").header(IF_NONE_MATCH, tag)).await.is(304);
    // A nonce that is not new in each response protects from nothing: the page has no scripts and allows none.
    let policy = first.header("content-security-policy").unwrap();
    assert!(policy.contains("script-src 'none'") && !policy.contains("nonce"), "{policy}");
    let plain = visitor.get("/docs/api").await.is(200);
    let html = String::from_utf8(plain.body.to_vec()).unwrap();
    assert!(html.contains("<link rel=\"stylesheet\"") && !html.contains("nonce="), "the page has a nonce");
    assert_eq!(known.header("content-security-policy"), Some(policy));
    assert_eq!(known.header("etag"), Some(tag));
    // With a search or a session the page is made anew.
    for made in [
        send(&visitor, get("/docs/api?q=users")).await.is(200),
        send(&desk.arrive(Role::Admin).await, get("/docs/api")).await.is(200),
    ] {
        assert_eq!((made.header("etag"), made.header("cache-control")), (None, Some("no-store")));
        assert_ne!(made.header("content-security-policy"), first.header("content-security-policy"));
    }
}
