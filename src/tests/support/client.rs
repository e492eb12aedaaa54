//! Somebody who asks: a browser with its cookies, or a program.

use std::{collections::BTreeMap, io::Read as _, net::SocketAddr, sync::Mutex};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::ConnectInfo,
};
use frontdesk_http::BaseUrl;
use frontdesk_testing::LIMIT;
use http::{
    HeaderName, HeaderValue, Method, Request,
    header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE, COOKIE, HOST, ORIGIN, USER_AGENT},
    request::Builder,
};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

use super::{Answer, PASSWORD, address, promises};

/// What browsers accept.
pub const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
/// What programs accept.
pub const PROGRAM: &str = "application/json";
/// A form in which nothing is filled in.
pub const NOTHING: [(&str, &str); 0] = [];

const FORM: &str = "application/x-www-form-urlencoded";
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Keeps cookies as a browser does, and holds every answer to what every answer promises.
pub struct Client {
    router: Router,
    base_url: BaseUrl,
    accept: &'static str,
    /// Where the client sits; nowhere for those on this machine.
    address: Option<SocketAddr>,
    cookies: Mutex<BTreeMap<String, String>>,
}

impl Client {
    pub(super) fn new(router: Router, base_url: BaseUrl) -> Self {
        Self { router, base_url, accept: BROWSER, address: None, cookies: Mutex::default() }
    }

    /// The same person, with the cookies that they have now.
    pub fn copy(&self) -> Self {
        Self {
            router: self.router.clone(),
            base_url: self.base_url.clone(),
            accept: self.accept,
            address: self.address,
            cookies: Mutex::new(self.cookies()),
        }
    }

    /// The same person, by a program that reads JSON.
    pub fn program(&self) -> Self {
        Self { accept: PROGRAM, ..self.copy() }
    }

    /// From another address.
    pub fn from(mut self, address: &str) -> Self {
        self.address = Some(SocketAddr::new(address.parse().unwrap(), 4_711));
        self
    }

    pub fn cookies(&self) -> BTreeMap<String, String> {
        self.cookies.lock().unwrap().clone()
    }

    /// What is in the session's cookie.
    pub fn session(&self) -> Option<String> {
        self.cookies().remove("__Host-session")
    }

    /// Puts a cookie where the browser keeps its own.
    pub fn set_cookie(&self, name: &str, value: &str) {
        self.cookies.lock().unwrap().insert(name.to_owned(), value.to_owned());
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path), Body::empty()).await
    }

    pub async fn head(&self, path: &str) -> Answer {
        self.send(Request::head(path), Body::empty()).await
    }

    /// Sends a form as it stands: hidden fields must be named.
    pub async fn post<K: AsRef<str>, V: AsRef<str>>(&self, action: &str, fields: &[(K, V)]) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.send(Request::post(action).header(CONTENT_TYPE, FORM), body.into()).await
    }

    /// Opens `page`, fills in the form on it that posts to `action`, and sends it, as a browser
    /// does: hidden fields go along.
    pub async fn submit(&self, page: &str, action: &str, typed: &[(&str, &str)]) -> Answer {
        let shown = self.get(page).await.is(200).page();
        self.post(action, &shown.filled(action, typed)).await
    }

    pub async fn sign_in(&self, name: &str) -> Answer {
        let typed = [("page", "/login"), ("email", &*address(name)), ("password", PASSWORD)];
        self.post("/fn/sign_in", &typed).await
    }

    /// Goes where the answer leads.
    pub async fn follow(&self, answer: &Answer) -> Answer {
        self.get(answer.location()).await
    }

    /// Sends any request, with what browsers add to it where it does not say otherwise.
    pub async fn send(&self, request: Builder, body: Body) -> Answer {
        let mut request = request.body(body).unwrap();
        let own = self.base_url.origin();
        let host = own.split("://").nth(1).unwrap_or_default();
        let is_get = *request.method() == Method::GET || *request.method() == Method::HEAD;
        let site = if is_get { "none" } else { "same-origin" };
        let headers = request.headers_mut();
        let mut add = |name: HeaderName, value: &str| {
            headers.entry(name).or_insert(HeaderValue::from_str(value).unwrap());
        };
        add(HOST, host);
        add(ACCEPT, self.accept);
        add(USER_AGENT, "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0");
        add(SEC_FETCH_SITE, site);
        if !is_get {
            add(ORIGIN, own);
        }
        let jar: Vec<String> = self.cookies().iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !jar.is_empty() {
            add(COOKIE, &jar.join("; "));
        }
        self.deliver(request).await
    }

    /// Sends a request as it stands, to this host.
    pub async fn send_bare(&self, request: Builder, body: Body) -> Answer {
        let mut request = request.body(body).unwrap();
        let host = self.base_url.origin().split("://").nth(1).unwrap_or_default();
        request.headers_mut().insert(HOST, HeaderValue::from_str(host).unwrap());
        self.deliver(request).await
    }

    async fn deliver(&self, mut request: Request<Body>) -> Answer {
        if let Some(address) = self.address {
            request.extensions_mut().insert(ConnectInfo(address));
        }
        let (method, path) = (request.method().clone(), request.uri().to_string());
        let asked = format!("{method} {}", path.chars().take(200).collect::<String>());
        let response = tokio::time::timeout(LIMIT, self.router.clone().oneshot(request)).await;
        let response = response.unwrap_or_else(|_| panic!("{asked} hangs")).unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let is_gzip = parts.headers.get(CONTENT_ENCODING).is_some_and(|coding| coding == "gzip");
        let body = if is_gzip && !body.is_empty() { decompressed(&body) } else { body };
        let answer = Answer { status: parts.status.as_u16(), headers: parts.headers, body };
        promises::hold(&asked, &answer, &self.base_url);
        self.keep_cookies(&answer);
        answer
    }

    /// As browsers do it (RFC 6265bis): a cookie whose name begins with `__Host-` is taken only if
    /// it is for this very host, and that goes for taking it away, too.
    fn keep_cookies(&self, answer: &Answer) {
        let mut cookies = self.cookies.lock().unwrap();
        for line in answer.all("set-cookie") {
            let mut parts = line.split(';').map(str::trim);
            let (name, value) = parts.next().unwrap().split_once('=').unwrap();
            let has =
                |attribute: &str| line.split(';').any(|part| part.trim().eq_ignore_ascii_case(attribute));
            if name.starts_with("__Host-") && !(has("Secure") && has("Path=/")) {
                continue;
            }
            if has("Max-Age=0") {
                cookies.remove(name);
            } else {
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

/// The body as browsers see it.
fn decompressed(body: &[u8]) -> Bytes {
    let mut plain = Vec::new();
    flate2::read::GzDecoder::new(body).read_to_end(&mut plain).unwrap();
    plain.into()
}
