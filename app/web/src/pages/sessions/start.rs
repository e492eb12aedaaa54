//! Starting a session where the account or the password exists already.

use frontdesk_domain::credentials::Credentials;
use frontdesk_model::urls;

use super::{ACCOUNT_READY, PASSWORD_READY};
use crate::{context::RequestContext, form::FormResult};

/// Starts the first session of an account, or after a link. The account is committed by now, and the same form would
/// be refused if it was sent again: if there is no session, the user signs in.
pub async fn start_first_session(
    context: &RequestContext,
    proof: Credentials,
    result: FormResult,
) -> FormResult {
    match context.start_session(proof).await {
        Ok(()) => result,
        Err(_) => FormResult::to(urls::LOGIN).with_flash(ACCOUNT_READY),
    }
}

/// Starts the session after a change of password. The password is changed by now: if there is no session, the user
/// signs in with it.
pub async fn start_with_new_password(
    context: &RequestContext,
    proof: Credentials,
    result: FormResult,
) -> FormResult {
    match context.replace_session(proof).await {
        Ok(()) => result,
        Err(_) => FormResult::to(urls::LOGIN).with_flash(PASSWORD_READY),
    }
}
