//! The parts of the pages that each feature declares in its own folder, to be collected in
//! [`crate::pages::FEATURES`].

use frontdesk_model::{Permission, urls::Url};

use crate::{flash::Flash, form::FormRoute};

/// A feature's pages, with everything that the rest of the site has to know of them.
#[derive(Debug)]
pub struct Feature {
    /// The name of its folder.
    pub name: &'static str,
    /// The paths of its pages, with parameters between braces.
    pub pages: &'static [&'static str],
    pub forms: &'static [&'static FormRoute],
    pub navigation: &'static [NavigationEntry],
    pub flashes: &'static [Flash],
}

/// A link of the main navigation.
#[derive(Debug)]
pub struct NavigationEntry {
    pub url: Url,
    pub label: &'static str,
    /// Permission to see it; `None` is everyone who is signed in.
    pub permission: Option<Permission>,
}
