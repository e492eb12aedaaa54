//! The data of the API reference: made once from the declarations of the operations, rendered by the
//! pages below `/docs`.

use std::sync::{Arc, LazyLock, OnceLock};

use frontdesk_model::{Code, urls};

/// A value that is computed on first use and kept.
pub type Lazily<T> = Arc<LazyLock<T, Box<dyn FnOnce() -> T + Send>>>;

/// Returns a [`Lazily`] computed value.
pub fn lazily<T>(make: impl FnOnce() -> T + Send + 'static) -> Lazily<T> {
    Arc::new(LazyLock::new(Box::new(make)))
}

/// The whole API.
#[derive(Debug)]
pub struct Reference {
    /// The base URL of the operations: `https://desk.example/api/v1`.
    pub base: String,
    pub groups: Vec<Group>,
    /// Every type of problem.
    pub problems: Vec<ProblemType>,
    /// Read requests per minute; 0 is no limit.
    pub reads: u32,
    /// Write requests per minute; 0 is no limit.
    pub writes: u32,
}

/// The operations of one noun.
#[derive(Debug)]
pub struct Group {
    /// Its anchor on the page, and its name: `users`.
    pub noun: &'static str,
    pub sections: Vec<Section>,
}

/// An operation, with its search text and its rendered HTML.
#[derive(Debug)]
pub struct Section {
    pub operation: Operation,
    /// The text that a search matches, in lower case.
    words: String,
    html: OnceLock<String>,
}

/// An operation in words, with code between backticks.
#[derive(Debug)]
pub struct Operation {
    /// `users.create`: also its anchor on the page.
    pub id: &'static str,
    pub method: String,
    /// Below [`Reference::base`].
    pub path: &'static str,
    pub summary: &'static str,
    /// Its purpose.
    pub about: &'static str,
    /// The required permission, if any.
    pub permission: Option<&'static str>,
    pub parameters: Vec<Parameter>,
    /// A command that calls it.
    pub curl: String,
    pub answer: Answer,
    pub guarantees: Vec<String>,
    /// The problems of this operation.
    pub refuses: Vec<Refusal>,
    /// The problems that all operations share.
    pub refuses_as_all: Vec<Refusal>,
    pub notes: Vec<String>,
}

/// A parameter of the path, the query or a header, or a member of the body.
#[derive(Debug)]
pub struct Parameter {
    pub name: String,
    /// `path`, `query`, `header`, `body`.
    pub place: &'static str,
    pub is_required: bool,
    /// The type of its values, in words.
    pub kind: String,
    pub about: String,
}

/// The response of a successful call.
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

/// A type of problem, and the operations that answer with it.
#[derive(Debug)]
pub struct ProblemType {
    pub refusal: Refusal,
    /// An example, as JSON.
    pub example: String,
    /// Those operations: their ids and summaries.
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

    /// Returns true if every word of a search is in its name, its description or its parameters.
    pub fn matches(&self, search: &str) -> bool {
        search.to_lowercase().split_whitespace().all(|word| self.words.contains(word))
    }

    /// Its HTML, which is the same for every reader and rendered once.
    pub fn html(&self, make: impl FnOnce(&Operation) -> String) -> &str {
        self.html.get_or_init(|| make(&self.operation))
    }
}

impl Reference {
    pub fn sections(&self) -> impl Iterator<Item = &Section> {
        self.groups.iter().flat_map(|group| &group.sections)
    }

    /// The URL of the section about an operation or a type of problem.
    pub fn address(&self, name: &str) -> Option<String> {
        if self.sections().any(|section| section.operation.id == name) {
            return Some(urls::DOCS_API.fragment(name));
        }
        Code::parse(name).map(|code| urls::DOCS_PROBLEM.of(code))
    }
}
