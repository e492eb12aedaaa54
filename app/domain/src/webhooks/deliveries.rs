//! What was and is to be delivered, and having it sent again.

use frontdesk_model::{
    Cursor, DeliveryId, Page, Permission, Webhook, WebhookId,
    audit::Action,
    forms::{OneDelivery, OneWebhook},
    page::Key,
    query::DeliveriesQuery,
    webhook::{Delivery, DeliverySummary, EventType},
};
use uuid::Uuid;

use super::{
    Deliver, Error, manage, outbox,
    publish::{dispatch, job},
    store,
};
use crate::{
    Domain,
    actor::Actor,
    audit::{self, Entry},
    jobs,
};

/// A page of what one webhook was told, newest first.
///
/// # Errors
/// [`Error::Denied`] without `webhooks:read`; [`Error::NoSuchWebhook`]; [`Error::ForeignCursor`].
#[tracing::instrument(name = "webhooks.deliveries", skip_all)]
pub async fn deliveries(
    domain: &Domain,
    actor: &Actor,
    webhook: WebhookId,
    query: &DeliveriesQuery,
) -> Result<Page<DeliverySummary>, Error> {
    manage::get(domain, actor, webhook).await?;
    let list = list_name(webhook, query);
    let cursor = query.cursor.as_deref().map(|text| Cursor::decode(text, &list)).transpose()?;
    let backwards = cursor.as_ref().is_some_and(|cursor| cursor.backwards);
    let from = cursor.as_ref().map_or(Uuid::max(), |cursor| cursor.id);
    let limit = query.limit.unwrap_or_default();
    let range = outbox::Range { webhook, state: query.state, from, limit: limit.probe(), backwards };
    let rows = outbox::deliveries(&domain.db, range).await?;
    Ok(Page::of_probe(rows, limit, &list, cursor.as_ref(), |one| (Key::Number(0), one.id.0)))
}

/// One delivery, with what is sent and its latest attempts.
///
/// # Errors
/// [`Error::Denied`] without `webhooks:read`; [`Error::NoSuchDelivery`], also once its webhook is
/// removed.
#[tracing::instrument(name = "webhooks.delivery", skip_all)]
pub async fn delivery(domain: &Domain, actor: &Actor, id: DeliveryId) -> Result<Delivery, Error> {
    actor.require(Permission::WebhooksRead)?;
    let (summary, body) = outbox::delivery(&domain.db, id).await?.ok_or(Error::NoSuchDelivery)?;
    let tries = outbox::tries(&domain.db, id).await?;
    Ok(Delivery { summary, body, tries })
}

/// Sends an event again, at once and then by the whole schedule: one that was given up, one that
/// waits for its next attempt, and one that has arrived and was lost there. Its id is the same.
///
/// # Errors
/// [`Error::Denied`] without `webhooks:manage`; [`Error::NoSuchDelivery`]; [`Error::WrongState`] if
/// it is on its way, or its webhook is off.
#[tracing::instrument(name = "webhooks.resend", skip_all)]
pub async fn resend(domain: &Domain, actor: &Actor, form: OneDelivery) -> Result<(), Error> {
    actor.require(Permission::WebhooksManage)?;
    let now = domain.clock.now();
    let mut tx = domain.begin(actor).await?;
    let (delivery, turn) = outbox::delivery_now(&mut tx, form.id).await?.ok_or(Error::NoSuchDelivery)?;
    let webhook = store::by_id_now(&mut tx, delivery.webhook, now).await?.ok_or(Error::NoSuchDelivery)?;
    must_be_on(&webhook)?;
    if delivery.next_attempt_at.is_some_and(|at| at <= now) {
        return Err(Error::WrongState("It is on its way already."));
    }
    let Some(turn) = outbox::restart(&mut tx, form.id, turn, now).await? else {
        return Err(Error::WrongState("It has just changed. Look at it again."));
    };
    let job = job(Deliver { delivery: form.id, turn }, webhook.id, &delivery.kind).caused_by(actor);
    jobs::enqueue(&mut tx, &domain.clock, job).await?;
    let entry = Entry::new(Action::WebhookResent).on(webhook.id, webhook.label()).changed(
        "event",
        None,
        Some(&format!("{} {}", delivery.kind, delivery.event)),
    );
    audit::append(&mut tx, &domain.clock, actor, entry).await?;
    Ok(tx.commit().await?)
}

/// Sends an event of the type `webhook.test` to one webhook, whatever it asked for. It goes the way
/// of all events.
///
/// # Errors
/// [`Error::Denied`] without `webhooks:manage`; [`Error::NoSuchWebhook`]; [`Error::WrongState`] if
/// it is off.
#[tracing::instrument(name = "webhooks.send_test", skip_all)]
pub async fn send_test(domain: &Domain, actor: &Actor, form: OneWebhook) -> Result<DeliveryId, Error> {
    actor.require(Permission::WebhooksManage)?;
    let mut tx = domain.begin(actor).await?;
    let webhook =
        store::by_id_now(&mut tx, form.id, domain.clock.now()).await?.ok_or(Error::NoSuchWebhook)?;
    must_be_on(&webhook)?;
    let entry = Entry::new(Action::WebhookTest).on(webhook.id, webhook.label());
    let event = audit::append(&mut tx, &domain.clock, actor, entry).await?;
    let id = dispatch(&mut tx, domain, actor, webhook.id, EventType::TEST, &event).await?;
    tx.commit().await?;
    Ok(id)
}

fn must_be_on(webhook: &Webhook) -> Result<(), Error> {
    if webhook.enabled { Ok(()) } else { Err(Error::WrongState("This webhook is off. Turn it on first.")) }
}

/// Names the list by its filters, so that a cursor leads on only where it came from.
fn list_name(webhook: WebhookId, query: &DeliveriesQuery) -> String {
    format!("deliveries:{webhook}:{}", query.state.map_or("", |state| state.as_str()))
}
