//! Changes a webhook endpoint.

use frontdesk_model::{
    Fault, Permission, Webhook,
    audit::Action,
    form::Form,
    webhooks::{EventTypes, UpdateWebhook},
};

use super::sql;
use crate::{
    Context,
    audit::{self, Entry},
    db::Tx,
    webhooks::Error,
};

/// Result of an edit.
#[derive(Clone, Debug)]
pub struct Updated {
    /// The webhook after the change.
    pub webhook: Webhook,
    /// False if nothing was different.
    pub changed: bool,
}

/// Changes the fields that the form contains. Pending deliveries go to the new URL.
///
/// # Errors
/// [`Error::Denied`] without `webhooks:manage`; [`Error::NoSuchWebhook`]; [`Error::Changed`] with the
/// differing fields if it was edited meanwhile; [`Error::Invalid`]; [`Error::Address`].
#[tracing::instrument(name = "webhooks.update", skip_all)]
pub async fn update(ctx: &Context, form: UpdateWebhook) -> Result<Updated, Error> {
    let mut tx = ctx.begin();
    let updated = update_in(ctx, &mut tx, form).await?;
    tx.commit().await?;
    Ok(updated)
}

/// As [`update()`], in the caller's transaction.
///
/// # Errors
/// As [`update()`].
pub async fn update_in(ctx: &Context, tx: &mut Tx, form: UpdateWebhook) -> Result<Updated, Error> {
    ctx.actor.require(Permission::WEBHOOKS_MANAGE)?;
    form.check().map_err(Error::Invalid)?;
    let at = ctx.clock.now();
    let now = sql::by_id(&mut *tx, form.id, at).await?.ok_or(Error::NoSuchWebhook)?;
    let after = edited(&now, &form);
    if after == now {
        return Ok(Updated { webhook: now, changed: false });
    }
    if !form.version.has(now.version) {
        return Err(Error::Changed(differences(&now, &after)));
    }
    // An unchanged URL is not checked again: an actor who only disables the webhook must not be refused
    // for it.
    if after.url != now.url {
        ctx.webhook_sender.check(&after.url)?;
    }
    if !sql::update(tx, &after).await? {
        return Err(Error::Changed(Vec::new()));
    }
    audit::append(ctx, tx, change(&now, &after)).await?;
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
    if let Some(version) = form.payload_version {
        after.payload_version = version;
    }
    if let Some(enabled) = form.enabled
        && enabled != now.enabled
    {
        after.enabled = enabled;
        after.disabled_reason.clear();
        // Enabling it resets the failure period.
        after.failing_since = None;
    }
    after
}

fn change(before: &Webhook, after: &Webhook) -> Entry {
    let word = |webhook: &Webhook| if webhook.enabled { "on" } else { "off" };
    let (from, to) =
        (frontdesk_model::webhooks::host(&before.url), frontdesk_model::webhooks::host(&after.url));
    // The path of a URL may be a secret between the receiver and its users.
    let to = if from == to && before.url != after.url { format!("{to}, elsewhere") } else { to.to_owned() };
    Entry::new(Action::WEBHOOK_UPDATED)
        .on(after.id, after.label())
        .changed("host", Some(from), Some(&to))
        .changed("description", Some(&before.description), Some(&after.description))
        .changed("events", Some(&before.events.to_string()), Some(&after.events.to_string()))
        .changed(
            "payload version",
            Some(before.payload_version.as_str()),
            Some(after.payload_version.as_str()),
        )
        .changed("state", Some(word(before)), Some(word(after)))
}

/// Current values that differ from the submitted ones.
fn differences(now: &Webhook, asked: &Webhook) -> Vec<Fault> {
    let events = |events: &EventTypes| events.to_string();
    [
        ("url", now.url.clone(), asked.url.clone()),
        ("description", now.description.clone(), asked.description.clone()),
        ("events", events(&now.events), events(&asked.events)),
        (
            "payload_version",
            now.payload_version.as_str().to_owned(),
            asked.payload_version.as_str().to_owned(),
        ),
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
