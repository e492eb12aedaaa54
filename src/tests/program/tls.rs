//! HTTPS, spoken by the program itself.

use std::{
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Output, Stdio},
};

use frontdesk::{
    listener::{self, Listener},
    tls::{certificate, client, renewal::Certificate},
};
use frontdesk_testing::eventually;
use http::header::{LOCATION, SET_COOKIE, STRICT_TRANSPORT_SECURITY};
use reqwest::{Client, redirect::Policy};
use rustix::process::{Pid, Signal, kill_process};
use tokio::net::TcpListener;

use crate::support::{Desk, PASSWORD};
use sample::{NAME, Sample};

// Beside the tests of what is read from files.
#[path = "../../tls/sample.rs"]
mod sample;

both! { a_page_has_hsts_and_who_signs_up_gets_a_secure_cookie }

/// A browser that trusts this certificate alone, and finds its server there.
fn browser(trusted: &Sample, server: SocketAddr) -> Client {
    Client::builder()
        .no_proxy()
        .tls_backend_preconfigured(trusted.client())
        .redirect(Policy::none())
        .resolve(NAME, server)
        .build()
        .unwrap()
}

async fn a_page_has_hsts_and_who_signs_up_gets_a_secure_cookie(desk: Desk) {
    let sample = Sample::new();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let origin = format!("https://{NAME}:{}", address.port());
    let desk = desk.with(|settings| settings.base_url = origin.parse().unwrap());
    let listener =
        Listener::secured(listener, Certificate::load(sample.files.clone()).unwrap().acceptor().unwrap());
    let (router, shutdown) = (desk.router(), desk.state.shutdown.clone());
    let server = tokio::spawn(async move {
        listener::serve(listener, listener::Service::plain(router), &listener::Settings::default(), shutdown)
            .await
    });

    let browser = browser(&sample, address);
    let page = browser.get(format!("{origin}/signup")).header("accept", "text/html").send().await.unwrap();
    assert_eq!(page.status(), 200);
    assert_eq!(page.headers()[STRICT_TRANSPORT_SECURITY], "max-age=63072000; includeSubDomains");
    let policy = page.headers()["content-security-policy"].to_str().unwrap();
    assert!(policy.ends_with("; upgrade-insecure-requests"), "{policy}");

    let form = form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("name", "Ann"), ("email", "ann@example.com"), ("password", PASSWORD)])
        .finish();
    let signed_up = browser
        .post(format!("{origin}/fn/sign_up"))
        .header("accept", "text/html")
        .header("origin", &origin)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form)
        .send()
        .await
        .unwrap();
    assert_eq!(
        (signed_up.status().as_u16(), &signed_up.headers()[LOCATION]),
        (303, &"/account".parse().unwrap())
    );
    let cookies = signed_up.headers().get_all(SET_COOKIE).iter().map(|line| line.to_str().unwrap());
    let session = cookies.into_iter().find(|line| line.starts_with("__Host-session-")).unwrap();
    for attribute in ["; Secure", "; HttpOnly", "; Path=/", "; SameSite=Lax"] {
        assert!(session.contains(attribute), "{session}");
    }
    assert!(!session.contains("Domain"), "{session}");
    desk.state.shutdown.begin();
    server.await.unwrap().unwrap();
}

/// `frontdesk serve` with its data in a folder of its own.
fn serve(data: &Path, listen: SocketAddr, arguments: &[&str], [certificate, key]: [&Path; 2]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_frontdesk"));
    command
        .args(["serve", "--listen", &listen.to_string()])
        .args(arguments)
        .env_clear()
        .env("FRONTDESK_DATA_DIR", data)
        .env("FRONTDESK_TLS_CERTIFICATE", certificate)
        .env("FRONTDESK_TLS_KEY", key)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

fn free_address() -> SocketAddr {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        // It may have ended by itself, which the test has noticed by now.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Killed {
    fn send(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.0), signal).unwrap();
    }
}

/// Asks until there is an answer.
async fn get(client: &Client, url: &str) -> reqwest::Response {
    eventually(async || client.get(url).header("host", "evil.example").send().await).await
}

#[tokio::test]
async fn the_program_serves_https_redirects_to_it_and_renews_its_certificate() {
    let (old, new, data) = (Sample::new(), Sample::new(), tempfile::tempdir().unwrap());
    let (pages, redirects) = (free_address(), free_address());
    let files = [old.files.certificate.as_path(), &old.files.key];
    let origin = format!("https://{NAME}:{}", pages.port());
    let arguments = ["--redirect-listen", &redirects.to_string(), "--base-url", &origin, "--no-jobs"];
    let mut server = Killed(serve(data.path(), pages, &arguments, files).spawn().unwrap());
    let health = format!("{origin}/health/ready");
    let trusting_old = browser(&old, pages);
    assert_eq!(get(&trusting_old, &health).await.status(), 200);

    // What the client says that it has asked for does not matter.
    let redirect = get(&trusting_old, &format!("http://{redirects}/orders?a=1%2F2&b")).await;
    assert_eq!(redirect.status(), 308);
    assert_eq!(redirect.headers()[LOCATION], format!("{origin}/orders?a=1%2F2&b"));
    assert!(!redirect.headers().contains_key(STRICT_TRANSPORT_SECURITY));

    let trusting_new = browser(&new, pages);
    trusting_new.get(&health).send().await.unwrap_err();
    old.replace_by(&new);
    server.send(Signal::HUP);
    assert_eq!(get(&trusting_new, &health).await.status(), 200);

    server.send(Signal::TERM);
    assert_eq!(server.0.wait().unwrap().code(), Some(0));
}

#[test]
fn a_pair_that_does_not_fit_ends_the_start() {
    let (one, other, data) = (Sample::new(), Sample::new(), tempfile::tempdir().unwrap());
    let run = |arguments: &[&str], files| -> (Option<i32>, String) {
        let mut command = serve(&data.path().join("data"), free_address(), arguments, files);
        let Output { status, stderr, .. } = command.stderr(Stdio::piped()).output().unwrap();
        (status.code(), String::from_utf8(stderr).unwrap())
    };
    let (code, told) = run(&[], [&one.files.certificate, &other.files.key]);
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("is not that of the first certificate in"), "{told}");
    let pair = [one.files.certificate.as_path(), &one.files.key];
    let (code, told) = run(&["--base-url", "http://desk.example"], pair);
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains("must begin with https://"), "{told}");
    assert!(!data.path().join("data").exists(), "nothing was begun");
}
