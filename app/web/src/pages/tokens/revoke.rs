//! Revoking a token, in its row.

use frontdesk_domain::tokens;
use frontdesk_model::{
    Token,
    tokens::{RevokeToken, TokenState},
    urls,
};
use leptos::prelude::*;

use super::TOKEN_REVOKED;
use crate::{
    context::context,
    form::{Access, FormProtocol, FormResult, FormRoute, Refusal},
    parts::forms::{Form, Hidden},
};

pub const REVOKE_TOKEN: &FormRoute =
    &FormRoute::of::<PostRevokeToken>(urls::forms::REVOKE_TOKEN, urls::ACCOUNT_SECURITY, Access::SignedIn);

/// The form, for a token that has not ended.
pub(super) fn revoke(token: &Token) -> impl IntoView + use<> {
    let live = matches!(token.state, TokenState::Live | TokenState::Paused);
    let (id, name) = (token.id.to_string(), token.name.clone());
    live.then(|| {
        view! {
            <details>
                <summary>"Revoke…"<span class="sr">{format!(" {name}")}</span></summary>
                <Form form=REVOKE_TOKEN>
                    <Hidden name="id" value=id/>
                    <p>"What uses it stops working at once, for good."</p>
                    <div class="buttons"><button class="danger">"Revoke token"<span class="sr">{format!(" {name}")}</span></button></div>
                </Form>
            </details>
        }
    })
}

#[server(name = PostRevokeToken, endpoint = "revoke_token", protocol = FormProtocol, input_derive = (serde::Deserialize,))]
pub async fn revoke_token(form: RevokeToken) -> Result<FormResult, Refusal> {
    let context = context();
    tokens::revoke(&context, form).await?;
    Ok(FormResult::back().with_flash(TOKEN_REVOKED))
}
