//! Documentation for developers, public.

pub mod api;
mod basics;
mod operation;
pub mod problems;
mod prose;
pub mod start;

use frontdesk_model::urls;

use crate::feature::Feature;

/// The contribution of this feature to the site.
pub const FEATURE: Feature = Feature {
    name: "docs",
    pages: &[
        urls::DOCS.path(),
        urls::DOCS_API.path(),
        urls::DOCS_PROBLEMS.path(),
        urls::DOCS_PROBLEM.template(),
    ],
    forms: &[],
    navigation: &[],
    flashes: &[],
};
