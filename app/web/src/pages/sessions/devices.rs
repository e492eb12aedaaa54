//! The active sessions of a user, by device.

use frontdesk_domain::sessions;
use frontdesk_model::{
    SessionId,
    sessions::{EndSession, Session},
    urls,
};
use leptos::prelude::*;

use super::SESSION_ENDED;
use crate::{
    context::context,
    form::{Access, FormProtocol, FormResult, FormRoute, Refusal},
    parts::{
        forms::{Form, Hidden},
        words::{Moment, device},
    },
};

/// Ends the session of one device.
pub const END_SESSION: &FormRoute =
    &FormRoute::of::<PostEndSession>(urls::forms::END_SESSION, urls::ACCOUNT_SECURITY, Access::SignedIn);

/// A row for each session, with a button for those that may be ended. `here` is the present one.
pub fn devices(sessions: Vec<Session>, here: Option<SessionId>, may_end: bool) -> impl IntoView {
    let rows: Vec<_> = sessions.into_iter().map(|session| row(session, here, may_end)).collect();
    view! { <ul class="rows">{rows}</ul> }
}

fn row(session: Session, here: Option<SessionId>, may_end: bool) -> impl IntoView {
    let name = device(&session.user_agent);
    let this = here == Some(session.id);
    view! {
        <li>
            <div>
                <p>{name.clone()}{this.then(|| view! { " "<span class="pill good">"This device"</span> })}</p>
                <p class="small">
                    {session.ip}" · signed in "<Moment at=session.created_at/>" · last seen "<Moment at=session.last_seen_at/>
                </p>
            </div>
            {(may_end && !this).then(|| view! {
                <Form form=END_SESSION class="">
                    <Hidden name="id" value=session.id.to_string()/>
                    <button>"Sign out"<span class="sr">{format!(" {name}")}</span></button>
                </Form>
            })}
        </li>
    }
}

#[server(name = PostEndSession, endpoint = "end_session", protocol = FormProtocol, input_derive = (serde::Deserialize,))]
pub async fn end_session(form: EndSession) -> Result<FormResult, Refusal> {
    let context = context();
    sessions::end(&context, form).await?;
    Ok(FormResult::back().with_flash(SESSION_ENDED))
}
