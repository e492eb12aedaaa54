//! `/account`: what Frontdesk knows of you, and where you are signed in.

use frontdesk_domain::{actor::Denied, sessions};
use frontdesk_model::{Flash, Limit, SessionId, forms, page::MAX_LIMIT, query::SessionsQuery, user::Session};
use leptos::prelude::*;

use crate::{
    parts::{
        form::{Form, Hidden},
        layout::Width,
        page::page,
        words::{Moment, device},
    },
    post::{Done, HtmlForm, Posted, Refusal},
    visit::visit,
};

const END_SESSION: &str = "/fn/end_session";

#[component]
pub fn Account() -> impl IntoView {
    page("Your account", Width::Wide, async {
        let visit = visit();
        let query = SessionsQuery { limit: Limit::new(MAX_LIMIT), cursor: None };
        let devices = sessions::list_mine(&visit.domain, &visit.actor, &query).await?.items;
        let me = visit.actor.person().ok_or(Denied::Anonymous)?.clone();
        let here = me.session;
        Ok(view! {
            <h1>"Your account"</h1>
            <div class="beside">
                <section class="card" aria-labelledby="facts">
                    <h2 id="facts">"About you"</h2>
                    <dl class="facts">
                        <div><dt>"Name"</dt><dd>{me.name}</dd></div>
                        <div><dt>"E-mail"</dt><dd>{me.email}</dd></div>
                        <div><dt>"Roles"</dt><dd>{me.roles.to_string()}</dd></div>
                        <div><dt>"Joined"</dt><dd><Moment at=me.joined_at/></dd></div>
                    </dl>
                </section>
                <section class="card" aria-labelledby="devices">
                    <h2 id="devices">"Where you are signed in"</h2>
                    <ul class="rows">{devices.into_iter().map(|one| device_row(one, here)).collect::<Vec<_>>()}</ul>
                    <Form action="/logout" class=""><button>"Sign out here"</button></Form>
                </section>
            </div>
        })
    })
}

fn device_row(session: Session, here: SessionId) -> impl IntoView {
    let name = device(&session.user_agent);
    let this = session.id == here;
    view! {
        <li>
            <div>
                <p>{name.clone()}{this.then(|| view! { " "<span class="pill good">"This device"</span> })}</p>
                <p class="small">
                    {session.ip}" · signed in "<Moment at=session.created_at/>" · last seen "<Moment at=session.last_seen_at/>
                </p>
            </div>
            {(!this).then(|| view! {
                <Form action=END_SESSION class="">
                    <Hidden name="id" value=session.id.to_string()/>
                    <button>"Sign out"<span class="sr">{format!(" {name}")}</span></button>
                </Form>
            })}
        </li>
    }
}

#[server(name = PostEndSession, endpoint = "end_session", input = HtmlForm, custom = Posted, input_derive = (serde::Deserialize,))]
pub async fn end_session(form: forms::EndSession) -> Result<Done, Refusal> {
    let visit = visit();
    sessions::end(&visit.domain, &visit.actor, form).await?;
    Ok(Done::to("/account").saying(Flash::SessionEnded))
}
