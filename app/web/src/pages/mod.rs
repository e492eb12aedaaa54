//! Pages, a folder for each feature. A file holds one page: its component, and the declarations and server functions of
//! its forms. [`FEATURES`] collects what the rest of the site has to know of them.

pub mod account;
pub mod audit;
pub mod authentication;
pub mod credentials;
pub mod docs;
pub mod home;
pub mod invitations;
pub mod jobs;
pub mod orders;
pub mod overview;
pub mod payments;
pub mod problem;
pub mod refunds;
pub mod roles;
pub mod sessions;
pub mod tokens;
pub mod users;
pub mod webhooks;

use std::{collections::HashMap, sync::LazyLock};

use crate::{
    feature::{Feature, NavigationEntry},
    flash::{Flash, NOTHING_CHANGED, SECRET_WAS_SHOWN},
    form::FormRoute,
};

/// Every feature, in the order of the main navigation.
pub const FEATURES: &[&Feature] = &[
    &home::FEATURE,
    &authentication::FEATURE,
    &invitations::FEATURE,
    &credentials::FEATURE,
    &sessions::FEATURE,
    &overview::FEATURE,
    &users::FEATURE,
    &roles::FEATURE,
    &orders::FEATURE,
    &payments::FEATURE,
    &refunds::FEATURE,
    &tokens::FEATURE,
    &audit::FEATURE,
    &jobs::FEATURE,
    &webhooks::FEATURE,
    &docs::FEATURE,
    &account::FEATURE,
];

static FORMS: LazyLock<HashMap<&str, &FormRoute>> =
    LazyLock::new(|| forms().map(|form| (form.url.path(), form)).collect());

static NAVIGATION: LazyLock<Vec<&NavigationEntry>> =
    LazyLock::new(|| FEATURES.iter().flat_map(|feature| feature.navigation).collect());

/// Every form.
pub fn forms() -> impl Iterator<Item = &'static FormRoute> {
    FEATURES.iter().flat_map(|feature| feature.forms).copied()
}

/// The form that posts to this path.
pub fn form_at(path: &str) -> Option<&'static FormRoute> {
    FORMS.get(path).copied()
}

/// The main navigation.
pub fn navigation() -> &'static [&'static NavigationEntry] {
    &NAVIGATION
}

/// Every message that can be shown after a redirect.
pub fn flashes() -> impl Iterator<Item = Flash> {
    FEATURES.iter().flat_map(|feature| feature.flashes).copied().chain([NOTHING_CHANGED, SECRET_WAS_SHOWN])
}

/// The message with this code.
pub fn flash(code: &str) -> Option<Flash> {
    flashes().find(|flash| flash.code == code)
}
