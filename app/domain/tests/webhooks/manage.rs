//! Creating, editing and removing webhooks.

use frontdesk_domain::{
    audit,
    webhooks::{self, Error},
};
use frontdesk_model::{
    Limit, Problem, Webhook,
    audit::{Action, AuditQuery},
    webhooks::{
        CreateWebhook, DeliveriesQuery, DeliveryState, EventTypes, MAX_WEBHOOKS, UpdateWebhook, WebhooksQuery,
    },
};

use super::{ALL, deliveries, form, send, this, webhook};
use crate::support::{TestDomain, create};

both! {
    a_webhook_is_made_with_a_secret_that_is_shown_once,
    a_form_that_is_not_right_makes_nothing,
    there_are_no_more_webhooks_than_there_may_be,
    a_change_is_written_down_without_the_rest_of_the_address,
    two_who_edit_at_once_do_not_overwrite_each_other,
    turned_on_again_it_starts_afresh,
    what_is_removed_is_gone_with_its_deliveries,
    lists_are_walked_from_end_to_end,
}

fn nothing(hook: &Webhook) -> UpdateWebhook {
    UpdateWebhook {
        id: hook.id,
        version: hook.version.into(),
        url: None,
        description: None,
        events: None,
        payload_version: None,
        enabled: None,
    }
}

async fn last_event(domain: &TestDomain) -> frontdesk_model::audit::Event {
    audit::list(&domain.system(), &AuditQuery::default()).await.unwrap().items.remove(0)
}

async fn a_webhook_is_made_with_a_secret_that_is_shown_once(domain: TestDomain) {
    let made = webhook(&domain, "user.created role.granted").await;
    let there = webhooks::get(&domain.system(), made.webhook.id).await.unwrap();
    assert_eq!(there, made.webhook);
    assert!(there.enabled && there.label() == "The shop");
    let secret = made.secret.expose();
    assert!(secret.starts_with("whsec_") && secret.len() == 50, "{}", secret.len());
    let event = last_event(&domain).await;
    assert_eq!(event.action, Action::WEBHOOK_CREATED);
    let written = serde_json::to_string(&event).unwrap();
    assert!(written.contains("shop.example"), "{written}");
    assert!(!written.contains("key=1") && !written.contains("whsec_"), "{written}");
    assert!(!serde_json::to_string(&there).unwrap().contains("whsec_"));
}

async fn a_form_that_is_not_right_makes_nothing(domain: TestDomain) {
    let faulty = |change: fn(&mut CreateWebhook)| {
        let mut form = form(ALL);
        change(&mut form);
        form
    };
    for (form, field) in [
        (faulty(|form| form.url.clear()), "url"),
        (faulty(|form| form.url = "ftp://shop.example".to_owned()), "url"),
        (faulty(|form| form.url = "https://10.0.0.1/".to_owned()), "url"),
        (faulty(|form| form.events = EventTypes::default()), "events"),
        (faulty(|form| form.description = "x".repeat(201)), "description"),
    ] {
        let problem = Problem::from(webhooks::create(&domain.system(), form).await.unwrap_err());
        assert_eq!((problem.status, problem.details[0].field.as_str()), (422, field), "{problem}");
    }
    assert_eq!(domain.count("SELECT count(*) FROM webhooks").await, 0);
    let hook = webhook(&domain, ALL).await.webhook;
    let inside = UpdateWebhook { url: Some("https://10.0.0.1/".to_owned()), ..nothing(&hook) };
    assert!(matches!(webhooks::update(&domain.system(), inside).await, Err(Error::Address(_))));
}

async fn there_are_no_more_webhooks_than_there_may_be(domain: TestDomain) {
    for _ in 1..MAX_WEBHOOKS {
        webhook(&domain, ALL).await;
    }
    let ctx = domain.system();
    let tries = futures::future::join_all((0..4).map(|_| webhooks::create(&ctx, form(ALL)))).await;
    assert_eq!(tries.iter().filter(|made| made.is_ok()).count(), 1);
    assert!(tries.iter().any(|made| matches!(made, Err(Error::Limit))));
    assert_eq!(domain.count("SELECT count(*) FROM webhooks").await, MAX_WEBHOOKS);
}

async fn a_change_is_written_down_without_the_rest_of_the_address(domain: TestDomain) {
    let hook = webhook(&domain, ALL).await.webhook;
    let change = UpdateWebhook {
        url: Some("https://shop.example/hooks?key=2".to_owned()),
        events: Some(EventTypes::parse("user.created")),
        ..nothing(&hook)
    };
    let after = webhooks::update(&domain.system(), change).await.unwrap();
    assert!(after.changed && after.webhook.url.ends_with("key=2") && after.webhook.version == 2);
    assert_eq!(webhooks::get(&domain.system(), hook.id).await.unwrap(), after.webhook);
    let event = last_event(&domain).await;
    let fields: Vec<_> = event.changes.iter().map(|change| change.field.as_str()).collect();
    assert_eq!((event.action, fields), (Action::WEBHOOK_UPDATED, vec!["host", "events"]));
    assert!(!serde_json::to_string(&event).unwrap().contains("key="));
    let before = domain.events().await;
    let same = webhooks::update(&domain.system(), nothing(&after.webhook)).await.unwrap();
    assert_eq!((same.changed, domain.events().await), (false, before));
}

async fn two_who_edit_at_once_do_not_overwrite_each_other(domain: TestDomain) {
    let hook = webhook(&domain, ALL).await.webhook;
    let one = UpdateWebhook { description: Some("One".to_owned()), ..nothing(&hook) };
    let other = UpdateWebhook { description: Some("Other".to_owned()), ..nothing(&hook) };
    webhooks::update(&domain.system(), one).await.unwrap();
    let Err(Error::Changed(faults)) = webhooks::update(&domain.system(), other).await else {
        panic!("the second was not told");
    };
    assert_eq!((faults[0].field.as_str(), faults[0].message.as_str()), ("description", "it is now “One”"));
}

async fn turned_on_again_it_starts_afresh(domain: TestDomain) {
    let hook = webhook(&domain, ALL).await.webhook;
    domain.webhook_sender.will([crate::support::answer(410)]);
    create(&domain, "Ann").await;
    send(&domain).await;
    let off = webhooks::get(&domain.system(), hook.id).await.unwrap();
    assert!(!off.enabled);
    let on = UpdateWebhook { enabled: Some(true), ..nothing(&off) };
    let on = webhooks::update(&domain.system(), on).await.unwrap().webhook;
    assert_eq!((on.enabled, on.disabled_reason.as_str(), on.failing_since), (true, "", None));
    create(&domain, "Ben").await;
    assert_eq!(send(&domain).await.len(), 1);
}

async fn what_is_removed_is_gone_with_its_deliveries(domain: TestDomain) {
    let hook = webhook(&domain, ALL).await.webhook;
    create(&domain, "Ann").await;
    webhooks::remove(&domain.system(), this(hook.id)).await.unwrap();
    assert_eq!(last_event(&domain).await.action, Action::WEBHOOK_REMOVED);
    assert!(matches!(webhooks::get(&domain.system(), hook.id).await, Err(Error::NoSuchWebhook)));
    let twice = webhooks::remove(&domain.system(), this(hook.id)).await;
    assert!(matches!(twice, Err(Error::NoSuchWebhook)));
    assert_eq!(send(&domain).await, []);
    assert_eq!(domain.count("SELECT count(*) FROM webhook_deliveries").await, 0);
}

async fn lists_are_walked_from_end_to_end(domain: TestDomain) {
    let (one, other) = (webhook(&domain, ALL).await.webhook, webhook(&domain, ALL).await.webhook);
    let limit = Limit::new(1);
    let first =
        webhooks::list(&domain.system(), &WebhooksQuery { limit, ..WebhooksQuery::default() }).await.unwrap();
    assert_eq!((first.items[0].id, first.prev.clone()), (other.id, None));
    let query = WebhooksQuery { limit, cursor: first.next, ..WebhooksQuery::default() };
    let second = webhooks::list(&domain.system(), &query).await.unwrap();
    assert_eq!((second.items[0].id, second.next.clone()), (one.id, None));
    let back = WebhooksQuery { limit, cursor: second.prev, ..WebhooksQuery::default() };
    assert_eq!(webhooks::list(&domain.system(), &back).await.unwrap().items, first.items);

    domain.webhook_sender.will([crate::support::answer(410)]);
    for name in ["Ann", "Ben", "Cleo"] {
        create(&domain, name).await;
    }
    let all: Vec<_> = deliveries(&domain, one.id).await.into_iter().map(|one| one.id).collect();
    let mut query =
        DeliveriesQuery { state: Some(DeliveryState::Pending).into(), limit, ..DeliveriesQuery::default() };
    let mut walked = Vec::new();
    loop {
        let page = webhooks::deliveries(&domain.system(), one.id, &query).await.unwrap();
        walked.extend(page.items.iter().map(|one| one.id));
        query.cursor = page.next;
        if query.cursor.is_none() {
            query.cursor = page.prev;
            break;
        }
    }
    assert_eq!((walked.len(), walked), (3, all.clone()));
    let back = webhooks::deliveries(&domain.system(), one.id, &query).await.unwrap();
    assert_eq!(back.items[0].id, all[1]);
    let elsewhere = webhooks::deliveries(&domain.system(), other.id, &query).await;
    assert!(matches!(elsewhere, Err(Error::ForeignCursor(_))));
}
