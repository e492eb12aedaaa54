//! `/admin/refunds/{id}`: one refund, and its approval.

use frontdesk_domain::{gateway::payments_are_off, refunds};
use frontdesk_model::{
    Code, Permission, Problem, RefundId,
    refunds::{OneRefund, Refund as Facts, RefundState, RejectRefund},
    urls,
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::{REFUND_APPROVED, REFUND_FAILED, REFUND_REJECTED, REFUNDED, parts::RefundPill};
use crate::{
    context::{RequestContext, context},
    form::{Access, FormProtocol, FormResult, FormRoute, Refusal},
    parts::{
        forms::{Form, Hidden, field::TextArea},
        gateway_notice::gateway_notice,
        layout::{Width, page::titled_page},
        words::Moment,
    },
};

pub const APPROVE_REFUND: &FormRoute = &FormRoute::of::<PostApproveRefund>(
    urls::forms::APPROVE_REFUND,
    urls::REFUNDS,
    Access::Permission(Permission::REFUNDS_APPROVE),
);
pub const REJECT_REFUND: &FormRoute = &FormRoute::of::<PostRejectRefund>(
    urls::forms::REJECT_REFUND,
    urls::REFUNDS,
    Access::OneOf(&[Permission::REFUNDS_CREATE, Permission::REFUNDS_APPROVE]),
);

#[component]
pub fn Refund() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")).unwrap_or_default();
    titled_page(Width::Wide, async move {
        let context = context();
        context.actor.require(Permission::ORDERS_READ)?;
        let id: RefundId = id.parse().map_err(|_| Problem::new(Code::NotFound))?;
        let refund = refunds::get(&context, id).await?;
        let is_second = is_second_person(&context, &refund).await?;
        let title = format!("Refund of {}", refund.order.reference);
        let content = view! {
            <nav class="crumbs" aria-label="Breadcrumb"><ol>
                <li><a href=urls::PAYMENTS.path()>"Payments"</a></li>
                <li><a href=urls::REFUNDS.path()>"Refunds"</a></li>
                <li aria-current="page">{title.clone()}</li>
            </ol></nav>
            <div class="head"><h1>{title.clone()}</h1><RefundPill state=refund.state/></div>
            {gateway_notice(&context)}
            {facts(&refund)}
            {decision(&context, &refund, is_second)}
        };
        Ok((title, content))
    })
}

fn facts(refund: &Facts) -> impl IntoView + use<> {
    let Facts { order, amount, reason, requested_by, decided_by, failure, state, .. } = refund.clone();
    let decided = if state == RefundState::Rejected { "Rejected by" } else { "Approved by" };
    view! {
        <dl class="facts">
            <div><dt>"Order"</dt><dd><a href=urls::ORDER.of(order.id)>{order.reference}</a></dd></div>
            <div><dt>"Payment"</dt><dd><a href=urls::PAYMENT.of(refund.payment_id)>"The payment that it is of"</a></dd></div>
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

/// True if this actor requested the refund: another one must approve it.
fn is_own(context: &RequestContext, refund: &Facts) -> bool {
    refund.requested_by_id.is_some() && refund.requested_by_id == context.actor.user()
}

/// True if this actor would be a second person. Asked only where the page offers the approval.
async fn is_second_person(context: &RequestContext, refund: &Facts) -> Result<bool, Problem> {
    let waits = refund.state == RefundState::AwaitingApproval;
    if !waits || !context.may(Permission::REFUNDS_APPROVE) || is_own(context, refund) {
        return Ok(false);
    }
    Ok(refunds::is_second_person(context, refund).await?)
}

/// The button that approves the refund, for actors with the permission, unless payments are off.
pub fn approve(context: &RequestContext, refund: &Facts) -> Option<impl IntoView + use<>> {
    let waits = refund.state == RefundState::AwaitingApproval;
    let may = context.may(Permission::REFUNDS_APPROVE) && !is_own(context, refund);
    let may = may && !payments_are_off(context);
    let (id, amount) = (refund.id, refund.amount);
    (waits && may).then(|| {
        view! {
            <Form form=APPROVE_REFUND class="">
                <Hidden name="id" value=id.to_string()/>
                <button class="primary">"Approve"<span class="sr">{format!(" {amount}")}</span></button>
            </Form>
        }
    })
}

fn decision(context: &RequestContext, refund: &Facts, is_second: bool) -> Option<AnyView> {
    if refund.state != RefundState::AwaitingApproval {
        return None;
    }
    let (id, is_own) = (refund.id, is_own(context, refund));
    let approves = context.may(Permission::REFUNDS_APPROVE);
    if !approves && !is_own {
        return Some(view! { <p>"Somebody who may approve refunds has to decide."</p> }.into_any());
    }
    let came_back = context.refused_form(REJECT_REFUND).is_some();
    let (fold, button) =
        if is_own { ("Take it back…", "Take the refund back") } else { ("Reject…", "Reject refund") };
    let approve = is_second.then(|| approve(context, refund));
    let is_linked = approves && !is_own && !is_second;
    Some(view! {
        <section class="card" aria-labelledby="decision">
            <h2 id="decision">"Decision"</h2>
            {is_own.then(|| view! { <p>"You have asked for it, so somebody else has to approve it."</p> })}
            {is_linked.then(|| view! {
                <p>
                    "Your account and that of the person who asked for it may be in one hand: one of them created the \
                     other, gave it a role, or made the link for its password. Another person has to approve it."
                </p>
            })}
            {approve}
            <details open=came_back>
                <summary>{fold}</summary>
                <Form form=REJECT_REFUND>
                    <Hidden name="id" value=id.to_string()/>
                    <TextArea form=REJECT_REFUND name="reason" label="Reason"
                        hint="The audit trail keeps it. At most 500 characters."/>
                    <div class="buttons"><button class="danger">{button}</button></div>
                </Form>
            </details>
        </section>
    }
    .into_any())
}

#[server(name = PostApproveRefund, endpoint = "approve_refund", protocol = FormProtocol, input_derive = (serde::Deserialize,))]
pub async fn approve_refund(form: OneRefund) -> Result<FormResult, Refusal> {
    let context = context();
    let refund = refunds::approve(&context, form).await?;
    // The approval is committed by now. The page shows the outcome, also if waiting for it fails.
    let refund = refunds::wait(&context, refund.id).await.unwrap_or(refund);
    Ok(match refund.state {
        RefundState::Succeeded => FormResult::back().with_flash(REFUNDED),
        RefundState::Failed => FormResult::back().with_flash(REFUND_FAILED),
        _ => FormResult::back().with_flash(REFUND_APPROVED),
    })
}

#[server(name = PostRejectRefund, endpoint = "reject_refund", protocol = FormProtocol, input_derive = (serde::Deserialize,))]
pub async fn reject_refund(form: RejectRefund) -> Result<FormResult, Refusal> {
    let context = context();
    refunds::reject(&context, form).await?;
    Ok(FormResult::back().with_flash(REFUND_REJECTED))
}
