//! API tokens.

pub mod create;
pub mod list;
pub mod revoke;
pub mod table;

use frontdesk_model::{Permission, urls};

use crate::{
    feature::{Feature, NavigationEntry},
    flash::Flash,
};

pub const TOKEN_CREATED: Flash = Flash::new("token-created", "Token made. Copy it now.");
pub const TOKEN_REVOKED: Flash =
    Flash::new("token-revoked", "Token revoked. What still uses it is refused from now on.");

/// The contribution of this feature to the site.
pub const FEATURE: Feature = Feature {
    name: "tokens",
    pages: &[urls::TOKENS.path()],
    forms: &[create::CREATE_TOKEN, revoke::REVOKE_TOKEN],
    navigation: &[NavigationEntry {
        url: urls::TOKENS,
        label: "Tokens",
        permission: Some(Permission::TOKENS_READ),
    }],
    flashes: &[TOKEN_CREATED, TOKEN_REVOKED],
};
