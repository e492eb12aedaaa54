//! Making, changing and removing webhooks.

use frontdesk_model::{
    Cursor, Fault, Page, Permission, Secret, Webhook, WebhookId,
    audit::Action,
    forms::{CreateWebhook, Form, OneWebhook, UpdateWebhook},
    page::Key,
    query::WebhooksQuery,
    webhook::{self, EventTypes, MAX_WEBHOOKS, OVERLAP_HOURS},
};
use uuid::Uuid;

use super::{ClearDeliveries, Error, sign, store};
use crate::{
    Domain,
    actor::Actor,
    audit::{self, Entry},
    jobs::{self, Job},
};

/// A new webhook, and its secret, which nobody is shown again.
#[derive(Clone, Debug)]
pub struct Created {
    pub webhook: Webhook,
    pub secret: Secret,
}

/// Makes a webhook. It is on, and told of what happens from now on.
///
/// # Errors
/// [`Error::Denied`] without `webhooks:manage`; [`Error::Invalid`]; [`Error::Address`];
/// [`Error::Limit`].
#[tracing::instrument(name = "webhooks.create", skip_all)]
pub async fn create(domain: &Domain, actor: &Actor, form: CreateWebhook) -> Result<Created, Error> {
    actor.require(Permission::WebhooksManage)?;
    form.check().map_err(Error::Invalid)?;
    let url = form.url.trim().to_owned();
    domain.courier.check(&url)?;
    let secret = sign::new_secret()?;
    let at = domain.clock.now();
    let webhook = Webhook {
        id: WebhookId(domain.clock.id_at(at)),
        url,
        description: form.description.trim().to_owned(),
        events: form.events,
        enabled: true,
        disabled_reason: String::new(),
        failing_since: None,
        old_secret_until: None,
        version: 1,
        created_at: at,
    };
    let mut tx = domain.begin(actor).await?;
    // Two at once take turns, so that the count is true until the commit.
    store::take_turn(&mut tx).await?;
    if store::count(&mut tx, MAX_WEBHOOKS).await? >= MAX_WEBHOOKS {
        return Err(Error::Limit);
    }
    store::insert(&mut tx, &webhook, secret.clone()).await?;
    let entry = Entry::new(Action::WebhookCreated)
        .on(webhook.id, webhook.label())
        .changed("host", None, Some(webhook::host(&webhook.url)))
        .changed("events", None, Some(&webhook.events.to_string()));
    audit::append(&mut tx, &domain.clock, actor, entry).await?;
    tx.commit().await?;
    Ok(Created { webhook, secret: sign::text(&secret) })
}

/// What became of an edit.
#[derive(Clone, Debug)]
pub struct Updated {
    /// As it is now.
    pub webhook: Webhook,
    /// Whether anything was different.
    pub changed: bool,
}

/// Changes what the form has of a webhook. What is on its way goes to the new address.
///
/// # Errors
/// [`Error::Denied`] without `webhooks:manage`; [`Error::NoSuchWebhook`]; [`Error::Changed`] with
/// the fields that differ if somebody else was faster; [`Error::Invalid`]; [`Error::Address`].
#[tracing::instrument(name = "webhooks.update", skip_all)]
pub async fn update(domain: &Domain, actor: &Actor, form: UpdateWebhook) -> Result<Updated, Error> {
    actor.require(Permission::WebhooksManage)?;
    form.check().map_err(Error::Invalid)?;
    let at = domain.clock.now();
    let mut tx = domain.begin(actor).await?;
    let now = store::by_id_now(&mut tx, form.id, at).await?.ok_or(Error::NoSuchWebhook)?;
    let after = edited(&now, &form);
    if after == now {
        return Ok(Updated { webhook: now, changed: false });
    }
    if form.version != now.version {
        return Err(Error::Changed(differences(&now, &after)));
    }
    // An address that was let through before is not asked about again: it may be the one thing that
    // is not to be changed, by whoever turns the webhook off.
    if after.url != now.url {
        domain.courier.check(&after.url)?;
    }
    if !store::update(&mut tx, &after).await? {
        return Err(Error::Changed(Vec::new()));
    }
    audit::append(&mut tx, &domain.clock, actor, change(&now, &after)).await?;
    tx.commit().await?;
    Ok(Updated { webhook: Webhook { version: now.version + 1, ..after }, changed: true })
}

fn edited(now: &Webhook, form: &UpdateWebhook) -> Webhook {
    let mut after = now.clone();
    if let Some(url) = &form.url {
        url.trim().clone_into(&mut after.url);
    }
    if let Some(description) = &form.description {
        description.trim().clone_into(&mut after.description);
    }
    if let Some(events) = &form.events {
        after.events = events.clone();
    }
    if let Some(enabled) = form.enabled
        && enabled != now.enabled
    {
        after.enabled = enabled;
        after.disabled_reason.clear();
        // It starts afresh.
        after.failing_since = None;
    }
    after
}

fn change(before: &Webhook, after: &Webhook) -> Entry {
    let word = |webhook: &Webhook| if webhook.enabled { "on" } else { "off" };
    let (from, to) = (webhook::host(&before.url), webhook::host(&after.url));
    // The rest of an address may be a secret between the receiver and its users.
    let to = if from == to && before.url != after.url { format!("{to}, elsewhere") } else { to.to_owned() };
    Entry::new(Action::WebhookUpdated)
        .on(after.id, after.label())
        .changed("host", Some(from), Some(&to))
        .changed("description", Some(&before.description), Some(&after.description))
        .changed("events", Some(&before.events.to_string()), Some(&after.events.to_string()))
        .changed("state", Some(word(before)), Some(word(after)))
}

/// What is there now where it is not what was asked for.
fn differences(now: &Webhook, asked: &Webhook) -> Vec<Fault> {
    let events = |events: &EventTypes| events.to_string();
    [
        ("url", now.url.clone(), asked.url.clone()),
        ("description", now.description.clone(), asked.description.clone()),
        ("events", events(&now.events), events(&asked.events)),
        ("enabled", now.enabled.to_string(), asked.enabled.to_string()),
    ]
    .into_iter()
    .filter(|(_, now, asked)| now != asked)
    .map(|(field, now, _)| Fault {
        field: field.to_owned(),
        code: "changed".to_owned(),
        message: format!("it is now “{now}”"),
    })
    .collect()
}

/// Gives a webhook a new secret, which is returned and nobody is shown again. The one before signs,
/// too, for [`OVERLAP_HOURS`], so that the receiver can change over without losing anything.
///
/// # Errors
/// [`Error::Denied`] without `webhooks:manage`; [`Error::NoSuchWebhook`].
#[tracing::instrument(name = "webhooks.rotate_secret", skip_all)]
pub async fn rotate_secret(domain: &Domain, actor: &Actor, form: OneWebhook) -> Result<Created, Error> {
    actor.require(Permission::WebhooksManage)?;
    let secret = sign::new_secret()?;
    let at = domain.clock.now();
    let until = at.plus_seconds(OVERLAP_HOURS * 3_600);
    let mut tx = domain.begin(actor).await?;
    let webhook =
        store::rotate(&mut tx, form.id, secret.clone(), until, at).await?.ok_or(Error::NoSuchWebhook)?;
    let entry = Entry::new(Action::WebhookSecretRotated).on(form.id, webhook.label());
    audit::append(&mut tx, &domain.clock, actor, entry).await?;
    tx.commit().await?;
    Ok(Created { webhook, secret: sign::text(&secret) })
}

/// Removes a webhook for good, with its secret and its deliveries. What is on its way stops.
///
/// # Errors
/// [`Error::Denied`] without `webhooks:manage`; [`Error::NoSuchWebhook`].
#[tracing::instrument(name = "webhooks.remove", skip_all)]
pub async fn remove(domain: &Domain, actor: &Actor, form: OneWebhook) -> Result<(), Error> {
    actor.require(Permission::WebhooksManage)?;
    let mut tx = domain.begin(actor).await?;
    let at = domain.clock.now();
    let webhook = store::remove(&mut tx, form.id, at).await?.ok_or(Error::NoSuchWebhook)?;
    let entry = Entry::new(Action::WebhookRemoved)
        .on(form.id, webhook.label())
        .changed("host", Some(webhook::host(&webhook.url)), None)
        .changed("events", Some(&webhook.events.to_string()), None);
    audit::append(&mut tx, &domain.clock, actor, entry).await?;
    let clear = Job::new(&ClearDeliveries { webhook: form.id }).caused_by(actor);
    jobs::enqueue(&mut tx, &domain.clock, clear).await?;
    Ok(tx.commit().await?)
}

/// One webhook.
///
/// # Errors
/// [`Error::Denied`] without `webhooks:read`; [`Error::NoSuchWebhook`].
#[tracing::instrument(name = "webhooks.get", skip_all)]
pub async fn get(domain: &Domain, actor: &Actor, id: WebhookId) -> Result<Webhook, Error> {
    actor.require(Permission::WebhooksRead)?;
    store::by_id(&domain.db, id, domain.clock.now()).await?.ok_or(Error::NoSuchWebhook)
}

/// A page of webhooks, newest first.
///
/// # Errors
/// [`Error::Denied`] without `webhooks:read`; [`Error::ForeignCursor`].
#[tracing::instrument(name = "webhooks.list", skip_all)]
pub async fn list(domain: &Domain, actor: &Actor, query: &WebhooksQuery) -> Result<Page<Webhook>, Error> {
    const LIST: &str = "webhooks";
    actor.require(Permission::WebhooksRead)?;
    let cursor = query.cursor.as_deref().map(|text| Cursor::decode(text, LIST)).transpose()?;
    let backwards = cursor.as_ref().is_some_and(|cursor| cursor.backwards);
    let from = cursor.as_ref().map_or(Uuid::max(), |cursor| cursor.id);
    let limit = query.limit.unwrap_or_default();
    let webhooks = store::page(&domain.db, from, limit.probe(), backwards, domain.clock.now()).await?;
    Ok(Page::of_probe(webhooks, limit, LIST, cursor.as_ref(), |webhook| (Key::Number(0), webhook.id.0)))
}
