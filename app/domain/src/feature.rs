//! The declaration of a feature: its name and the lists that it brings. Each feature declares its own in
//! its folder; [`crate::FEATURES`] collects them, and a test proves that they are unique and complete.

use crate::{Domain, db::Sql, jobs::Handler, list::List};

/// One feature and its lists.
#[derive(Clone, Copy)]
pub struct Feature {
    /// The name of its folder.
    pub name: &'static str,
    /// Its statements, which a test prepares on both databases.
    pub statements: fn() -> Vec<Sql>,
    /// Its lists; a test looks at the plan of each of their statements on both databases.
    pub lists: fn() -> Vec<&'static List>,
    /// Its background jobs.
    pub jobs: &'static [Handler<Domain>],
}

impl Feature {
    /// A feature without lists of its own.
    pub const fn new(name: &'static str) -> Self {
        Self { name, statements: Vec::new, lists: Vec::new, jobs: &[] }
    }
}
