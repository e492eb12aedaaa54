//! Responses.

use axum::body::Bytes;
use frontdesk_model::Problem;
use http::{HeaderMap, header::LOCATION};

use super::Page;

/// A response, read whole.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    /// Asserts the status.
    #[track_caller]
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.shown());
        self
    }

    /// Asserts a redirect: 303, to exactly this place.
    #[track_caller]
    pub fn leads_to(self, place: &str) -> Self {
        let answer = self.is(303);
        assert_eq!(answer.location(), place);
        answer
    }

    /// The header, which occurs once or not at all.
    #[track_caller]
    pub fn header(&self, name: &str) -> Option<&str> {
        let all = self.all(name);
        assert!(all.len() <= 1, "{name} is there more than once: {all:?}");
        all.first().copied()
    }

    pub fn all(&self, name: &str) -> Vec<&str> {
        self.headers.get_all(name).iter().map(|value| value.to_str().unwrap()).collect()
    }

    #[track_caller]
    pub fn location(&self) -> &str {
        self.header(LOCATION.as_str()).expect("it leads nowhere")
    }

    /// Attributes of the cookie that is set, its value first.
    pub fn cookie(&self, name: &str) -> Option<Vec<&str>> {
        let lines = self.all("set-cookie");
        let of_name = |line: &&str| line.split_once('=').is_some_and(|(named, _)| named == name);
        let line = lines.into_iter().find(of_name)?;
        let mut parts: Vec<&str> = line.split(';').map(str::trim).collect();
        parts[0] = &parts[0][name.len() + 1..];
        Some(parts)
    }

    pub fn is_html(&self) -> bool {
        self.header("content-type").is_some_and(|kind| kind.starts_with("text/html"))
    }

    #[track_caller]
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("it is no text")
    }

    #[track_caller]
    pub fn page(&self) -> Page {
        assert!(self.is_html(), "this is no page: {}", self.shown());
        Page::parse(self.text())
    }

    /// The body of an API response.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        assert_eq!(self.header("content-type"), Some("application/json"), "{}", self.shown());
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The problem, as programs get it.
    #[track_caller]
    pub fn problem(&self) -> Problem {
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{}", self.shown());
        let problem: Problem = serde_json::from_slice(&self.body).unwrap();
        assert_eq!(problem.status, self.status);
        problem
    }

    /// Its beginning, for failure messages.
    pub fn shown(&self) -> String {
        let body: String = String::from_utf8_lossy(&self.body).chars().take(3_000).collect();
        format!("{} {:#?}\n{body}", self.status, self.headers)
    }
}
