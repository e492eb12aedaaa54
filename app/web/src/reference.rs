//! The REST API as the pages below `/docs` show it: plain data that the server makes once, from the
//! declarations of its operations.

use std::sync::{Arc, LazyLock, OnceLock};

use frontdesk_model::Code;

/// What is made when it is first asked for, and kept: a server that nobody asks needs no memory for it.
pub type Lazily<T> = Arc<LazyLock<T, Box<dyn FnOnce() -> T + Send>>>;

/// Makes it, but later.
pub fn lazily<T>(make: impl FnOnce() -> T + Send + 'static) -> Lazily<T> {
    Arc::new(LazyLock::new(Box::new(make)))
}

/// The whole API.
#[derive(Debug)]
pub struct Reference {
    /// What the paths of the operations are below: `https://desk.example/api/v1`.
    pub base: String,
    pub groups: Vec<Group>,
    /// Every type of problem there is.
    pub problems: Vec<ProblemType>,
    /// Requests a minute that read, and that change something; 0 is no limit.
    pub reads: u32,
    pub writes: u32,
}

/// The operations of one noun.
#[derive(Debug)]
pub struct Group {
    /// Its address on the page, and its name: `users`.
    pub noun: &'static str,
    pub sections: Vec<Section>,
}

/// An operation, and what is made of it once.
#[derive(Debug)]
pub struct Section {
    pub operation: Operation,
    /// What a search looks through.
    words: String,
    html: OnceLock<String>,
}

/// An operation in words. Between backticks stands what is code.
#[derive(Debug)]
pub struct Operation {
    /// `users.create`: also its address on the page.
    pub id: &'static str,
    pub method: String,
    /// Below [`Reference::base`].
    pub path: &'static str,
    pub summary: &'static str,
    /// What it is for.
    pub about: &'static str,
    /// The permission that it needs, if any.
    pub permission: Option<&'static str>,
    pub parameters: Vec<Parameter>,
    /// A command that calls it.
    pub curl: String,
    pub answer: Answer,
    pub guarantees: Vec<String>,
    /// Its own problems.
    pub refuses: Vec<Refusal>,
    /// Those that it shares with all others.
    pub refuses_as_all: Vec<Refusal>,
    pub notes: Vec<String>,
}

/// Something that is sent.
#[derive(Debug)]
pub struct Parameter {
    pub name: String,
    /// `path`, `query`, `header`, `body`.
    pub place: &'static str,
    pub is_required: bool,
    /// What its values are, in words.
    pub kind: String,
    pub about: String,
}

/// What an operation answers when it does what it is asked.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    /// The status in words: `Created`.
    pub reason: &'static str,
    pub headers: Vec<&'static str>,
    /// An example, as JSON; `None` for an empty answer.
    pub body: Option<String>,
}

/// A problem, with the status that the API gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub status: u16,
    pub code: Code,
}

/// A type of problem, and who answers it.
#[derive(Debug)]
pub struct ProblemType {
    pub refusal: Refusal,
    /// An example, as JSON.
    pub example: String,
    /// The operations that may answer it: their ids and what they do.
    pub operations: Vec<(&'static str, &'static str)>,
}

impl Section {
    pub fn new(operation: Operation) -> Self {
        let Operation { id, method, path, summary, about, permission, parameters, refuses, .. } = &operation;
        let parameters = parameters.iter().map(|parameter| parameter.name.as_str());
        let codes = refuses.iter().map(|refusal| refusal.code.as_str());
        let own = [*id, method, path, summary, about, permission.unwrap_or_default()];
        let words: Vec<&str> = own.into_iter().chain(parameters).chain(codes).collect();
        let words = words.join("\n").to_lowercase();
        Self { operation, words, html: OnceLock::new() }
    }

    /// Whether every word of what somebody searches for is in what it is called, does or takes.
    pub fn matches(&self, search: &str) -> bool {
        search.to_lowercase().split_whitespace().all(|word| self.words.contains(word))
    }

    /// Its HTML, which is the same for everybody: made for the first who asks.
    pub fn html(&self, make: impl FnOnce(&Operation) -> String) -> &str {
        self.html.get_or_init(|| make(&self.operation))
    }
}

impl Reference {
    pub fn sections(&self) -> impl Iterator<Item = &Section> {
        self.groups.iter().flat_map(|group| &group.sections)
    }

    /// Where what is called this is explained: an operation or a type of problem.
    pub fn address(&self, name: &str) -> Option<String> {
        if self.sections().any(|section| section.operation.id == name) {
            return Some(format!("/docs/api#{name}"));
        }
        Code::parse(name).map(|code| format!("/docs/problems/{}", code.as_str()))
    }
}
