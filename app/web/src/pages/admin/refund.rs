//! `/admin/refunds/{id}`: one refund, and the decision about it if there is one to be made.

use frontdesk_domain::payments;
use frontdesk_model::{
    Code, Flash, Permission, Problem, RefundId, forms,
    refund::{Refund as Facts, RefundState},
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::{
    parts::{
        form::{Form, Hidden, TextArea},
        layout::Width,
        page::titled_page,
        payment::RefundPill,
        words::Moment,
    },
    post::{Done, HtmlForm, Posted, Refusal},
    visit::{Visit, visit},
};

const APPROVE: &str = "/fn/approve_refund";
const REJECT: &str = "/fn/reject_refund";

#[component]
pub fn Refund() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")).unwrap_or_default();
    titled_page(Width::Wide, async move {
        let visit = visit();
        visit.actor.require(Permission::OrdersRead)?;
        let id: RefundId = id.parse().map_err(|_| Problem::new(Code::NotFound))?;
        let refund = payments::get_refund(&visit.domain, &visit.actor, id).await?;
        let title = format!("Refund of {}", refund.order.reference);
        let content = view! {
            <nav class="crumbs" aria-label="Breadcrumb"><ol>
                <li><a href="/admin/payments">"Payments"</a></li>
                <li><a href="/admin/refunds">"Refunds"</a></li>
                <li aria-current="page">{title.clone()}</li>
            </ol></nav>
            <div class="head"><h1>{title.clone()}</h1><RefundPill state=refund.state/></div>
            {facts(&refund)}
            {decision(&visit, &refund)}
        };
        Ok((title, content))
    })
}

fn facts(refund: &Facts) -> impl IntoView + use<> {
    let Facts { order, amount, reason, requested_by, decided_by, failure, state, .. } = refund.clone();
    let decided = if state == RefundState::Rejected { "Rejected by" } else { "Approved by" };
    view! {
        <dl class="facts">
            <div><dt>"Order"</dt><dd><a href=format!("/admin/orders/{}", order.id)>{order.reference}</a></dd></div>
            <div><dt>"Payment"</dt><dd><a href=format!("/admin/payments/{}", refund.payment_id)>"The payment that it is of"</a></dd></div>
            <div><dt>"Amount"</dt><dd>{amount.to_string()}</dd></div>
            <div><dt>"Reason"</dt><dd>{reason}</dd></div>
            <div><dt>"Asked for by"</dt><dd>{requested_by}</dd></div>
            {decided_by.map(|who| view! { <div><dt>{decided}</dt><dd>{who}</dd></div> })}
            {failure.map(|failure| view! { <div><dt>"What the gateway says"</dt><dd>{failure}</dd></div> })}
            {refund.gateway_reference.clone().map(|reference| view! {
                <div><dt>"What it is called there"</dt><dd><code>{reference}</code></dd></div>
            })}
            <div><dt>"Asked for"</dt><dd><Moment at=refund.created_at/></dd></div>
            <div><dt>"Last changed"</dt><dd><Moment at=refund.updated_at/></dd></div>
            <div><dt>"Id"</dt><dd><code>{refund.id.to_string()}</code></dd></div>
        </dl>
    }
}

/// Whether it was this person who asked for it: others approve it.
fn is_own(visit: &Visit, refund: &Facts) -> bool {
    refund.requested_by_id.is_some() && refund.requested_by_id == visit.actor.user()
}

/// The button that approves it, for those who may.
pub(super) fn approve(visit: &Visit, refund: &Facts) -> Option<impl IntoView + use<>> {
    let waits = refund.state == RefundState::AwaitingApproval;
    let may = visit.may(Permission::RefundsApprove) && !is_own(visit, refund);
    let (id, amount) = (refund.id, refund.amount);
    (waits && may).then(|| {
        view! {
            <Form action=APPROVE class="">
                <Hidden name="id" value=id.to_string()/>
                <button class="primary">"Approve"<span class="sr">{format!(" {amount}")}</span></button>
            </Form>
        }
    })
}

fn decision(visit: &Visit, refund: &Facts) -> Option<AnyView> {
    if refund.state != RefundState::AwaitingApproval {
        return None;
    }
    let (id, is_own) = (refund.id, is_own(visit, refund));
    let approves = visit.may(Permission::RefundsApprove);
    if !approves && !is_own {
        return Some(view! { <p>"Somebody who may approve refunds has to decide."</p> }.into_any());
    }
    let came_back = visit.refused_at(REJECT).is_some();
    let (fold, button) =
        if is_own { ("Take it back…", "Take the refund back") } else { ("Reject…", "Reject refund") };
    let approve = approve(visit, refund);
    Some(view! {
        <section class="card" aria-labelledby="decision">
            <h2 id="decision">"Decision"</h2>
            {is_own.then(|| view! { <p>"You have asked for it, so somebody else has to approve it."</p> })}
            {approve}
            <details open=came_back>
                <summary>{fold}</summary>
                <Form action=REJECT>
                    <Hidden name="id" value=id.to_string()/>
                    <TextArea action=REJECT name="reason" label="Reason"
                        hint="The audit trail keeps it. At most 500 characters."/>
                    <div class="buttons"><button class="danger">{button}</button></div>
                </Form>
            </details>
        </section>
    }
    .into_any())
}

#[server(name = PostApproveRefund, endpoint = "approve_refund", input = HtmlForm, custom = Posted, input_derive = (serde::Deserialize,))]
pub async fn approve_refund(form: forms::OneRefund) -> Result<Done, Refusal> {
    let visit = visit();
    let refund = payments::approve(&visit.domain, &visit.actor, form).await?;
    // It is approved by now. How it ends is on the page, also if it cannot be waited for.
    let refund = payments::wait_for_refund(&visit.domain, &visit.actor, refund.id).await.unwrap_or(refund);
    Ok(match refund.state {
        RefundState::Succeeded => Done::back().saying(Flash::Refunded),
        RefundState::Failed => Done::back().saying(Flash::RefundFailed),
        _ => Done::back().saying(Flash::RefundApproved),
    })
}

#[server(name = PostRejectRefund, endpoint = "reject_refund", input = HtmlForm, custom = Posted, input_derive = (serde::Deserialize,))]
pub async fn reject_refund(form: forms::RejectRefund) -> Result<Done, Refusal> {
    let visit = visit();
    payments::reject(&visit.domain, &visit.actor, form).await?;
    Ok(Done::back().saying(Flash::RefundRejected))
}
