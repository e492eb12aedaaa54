//! The devices that somebody is signed in on.

use frontdesk_model::{SessionId, user::Session};
use leptos::prelude::*;

use super::{
    form::{Form, Hidden},
    words::{Moment, device},
};

/// Signs one device out.
pub const END_SESSION: &str = "/fn/end_session";

/// A row for each, with a button for those that may be ended. `here` is the one in use.
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
                <Form action=END_SESSION class="">
                    <Hidden name="id" value=session.id.to_string()/>
                    <button>"Sign out"<span class="sr">{format!(" {name}")}</span></button>
                </Form>
            })}
        </li>
    }
}
