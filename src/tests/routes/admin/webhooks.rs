//! Webhooks, as staff make and follow them.

use std::time::Duration;

use axum::{Router, http::HeaderMap, routing::post};
use frontdesk_domain::jobs::{Settings, Worker};
use frontdesk_model::Role;
use frontdesk_testing::{eventually, in_time};
use tokio::{net::TcpListener, sync::mpsc, time::sleep};

use crate::support::{Answer, Client, Desk};

both! {
    a_webhook_is_made_and_its_secret_is_shown_once,
    a_refused_form_comes_back_with_what_was_ticked,
    a_webhook_is_edited_turned_off_and_on_and_removed,
    a_test_event_arrives_and_can_be_followed_and_sent_again,
    what_a_receiver_answers_is_shown_as_text,
    a_page_offers_only_what_its_reader_may_do,
    a_failing_webhook_is_found_from_the_overview_and_among_the_jobs,
}

const LIST: &str = "/admin/webhooks";
const CREATE: &str = "/fn/create_webhook";
const UPDATE: &str = "/fn/update_webhook";
const TEST: &str = "/fn/test_webhook";
const RESEND: &str = "/fn/resend_delivery";

/// The secret on the page.
fn shown(answer: &Answer) -> Option<String> {
    let text = answer.page().with("class", "secret")?.text.clone();
    text.starts_with("whsec_").then_some(text)
}

/// Makes a webhook, and returns its page's address and its secret.
async fn make(person: &Client, url: &str) -> (String, String) {
    let typed =
        [("url", url), ("description", "The shop"), ("events", "user.created"), ("events", "role.granted")];
    let answer = person.submit(LIST, CREATE, &typed).await.is(200);
    assert_eq!(answer.page().flash(), Some("Webhook made."));
    let page = person.get(LIST).await.is(200).page();
    (page.link("The shop").unwrap().to_owned(), shown(&answer).unwrap())
}

/// A receiver on this machine that answers with this status and these words, and says how it was asked.
async fn receiver(
    status: u16,
    words: &'static str,
) -> (String, mpsc::UnboundedReceiver<(HeaderMap, String)>) {
    let (tell, heard) = mpsc::unbounded_channel();
    let answer = async move |headers: HeaderMap, body: String| {
        tell.send((headers, body)).unwrap();
        (http::StatusCode::from_u16(status).unwrap(), words)
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hooks", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, Router::new().route("/hooks", post(answer))).await });
    (url, heard)
}

/// Has a worker do all that is due.
async fn work(desk: &Desk) {
    let worker = Worker::new(desk.domain.clone(), &frontdesk_domain::background_jobs(), Settings::default());
    let done = worker.run(async {
        sleep(Duration::from_millis(100)).await;
        eventually(async || {
            let due = "SELECT count(*) FROM webhook_deliveries WHERE next_at <= $1";
            match desk.find::<(i64,)>(due, vec![desk.domain.clock.now().into()]).await.0 {
                0 => Ok(()),
                due => Err(format!("{due} deliveries are due")),
            }
        })
        .await;
    });
    in_time(done).await;
}

async fn a_webhook_is_made_and_its_secret_is_shown_once(desk: Desk) {
    let admin = desk.arrive(Role::Admin).await;
    let (path, secret) = make(&admin, "https://shop.example/hooks").await;
    assert_eq!(desk.last_event().await, "webhook.created");
    let page = admin.get(&path).await.is(200);
    assert!(!page.text().contains(&secret[10..]));
    for part in ["https://shop.example/hooks", "user.created, role.granted", "On"] {
        assert!(page.page().text().contains(part), "{part}");
    }
    let rotated = admin.submit(&path, "/fn/rotate_webhook_secret", &[]).await.is(200);
    assert_ne!(shown(&rotated).unwrap(), secret);
    assert!(rotated.page().text().contains("Old secret ends"));
}

async fn a_refused_form_comes_back_with_what_was_ticked(desk: Desk) {
    let admin = desk.arrive(Role::Admin).await;
    let typed = [("url", "shop.example"), ("events", "user.created")];
    let page = admin.submit(LIST, CREATE, &typed).await.is(422).page();
    assert!(page.fault("url").unwrap().contains("Enter a whole address"));
    assert!(page.all("details").any(|details| details.get("open").is_some()));
    let form = page.forms(CREATE).remove(0);
    assert!(
        form.contains(&("url", "shop.example")) && form.contains(&("events", "user.created")),
        "{form:?}"
    );
    let page = admin.submit(LIST, CREATE, &[("url", "https://shop.example")]).await.is(422).page();
    assert_eq!(page.fault("events"), Some("Choose at least one type of event"));
    assert_eq!(page.link("Choose at least one type of event"), Some("#events"));
}

async fn a_webhook_is_edited_turned_off_and_on_and_removed(desk: Desk) {
    let admin = desk.arrive(Role::Admin).await;
    let (path, _) = make(&admin, "https://shop.example/hooks").await;
    let typed = [("description", "The new shop"), ("events", "user.removed")];
    let page = admin.submit(&path, UPDATE, &typed).await;
    let page = admin.follow(&page).await.page();
    assert_eq!((page.flash(), page.heading()), (Some("Webhook saved."), "The new shop"));
    assert!(page.text().contains("user.created, user.removed, role.granted"));
    let same = admin.submit(&path, UPDATE, &[]).await;
    assert_eq!(
        admin.follow(&same).await.page().flash(),
        Some("Nothing was different, so nothing was changed.")
    );
    for (enabled, flash) in [("false", "The webhook is off."), ("true", "The webhook is on.")] {
        let page = admin.get(&path).await.page();
        let form = page.forms(UPDATE).remove(1);
        assert!(form.contains(&("enabled", enabled)), "{form:?}");
        let answer = admin.post(UPDATE, &form).await.is(303);
        assert_eq!(admin.follow(&answer).await.page().flash(), Some(flash));
    }
    admin.submit(&path, "/fn/remove_webhook", &[]).await.leads_to(LIST);
    admin.get(&path).await.is(404);
    assert_eq!(desk.last_event().await, "webhook.removed");
}

async fn a_test_event_arrives_and_can_be_followed_and_sent_again(desk: Desk) {
    let admin = desk.arrive(Role::Admin).await;
    let (url, mut heard) = receiver(202, "noted").await;
    let (path, _) = make(&admin, &url).await;
    admin.submit(&path, TEST, &[]).await.leads_to(&path);
    work(&desk).await;
    let (headers, body) = heard.recv().await.unwrap();
    assert!(body.contains(r#""type":"webhook.test""#), "{body}");
    let page = admin.get(&path).await.page();
    assert!(page.text().contains("Arrived"));
    let delivery = page.link("webhook.test").unwrap().to_owned();
    let page = admin.get(&delivery).await.is(200).page();
    for part in ["Attempt 1", "It was answered with 202.", "noted", "webhook.test"] {
        assert!(page.text().contains(part), "{part}: {}", page.text());
    }
    admin.submit(&delivery, RESEND, &[]).await.leads_to(&delivery);
    work(&desk).await;
    let (again, _) = heard.recv().await.unwrap();
    assert_eq!(again["webhook-id"], headers["webhook-id"]);
    assert!(admin.get(&delivery).await.page().text().contains("Attempt 2"));
    assert_eq!(desk.last_event().await, "webhook.resent");
}

async fn what_a_receiver_answers_is_shown_as_text(desk: Desk) {
    let admin = desk.arrive(Role::Admin).await;
    let (url, _heard) = receiver(500, "<script>alert(1)</script>").await;
    let (path, _) = make(&admin, &url).await;
    admin.submit(&path, TEST, &[]).await.leads_to(&path);
    work(&desk).await;
    let page = admin.get(&path).await.page();
    assert!(page.text().contains("Pending") && page.text().contains("Failing"));
    let delivery = page.link("webhook.test").unwrap().to_owned();
    let answer = admin.get(&delivery).await.is(200);
    assert!(!answer.text().contains("<script>alert"));
    assert!(answer.page().text().contains("<script>alert(1)</script>"));
}

async fn a_page_offers_only_what_its_reader_may_do(desk: Desk) {
    let auditor = desk.arrive(Role::Auditor).await;
    let delivery = format!("/admin/webhooks/deliveries/{}", desk.delivery().await);
    let list = auditor.get(LIST).await.is(200).page();
    let path = list.link("The shop").unwrap();
    for (path, actions) in [(LIST, &[CREATE][..]), (path, &[UPDATE, TEST, RESEND]), (&delivery, &[RESEND])] {
        let page = auditor.get(path).await.is(200).page();
        for action in actions {
            assert!(page.forms(action).is_empty(), "{path} {action}");
        }
    }
    let support = desk.arrive(Role::Support).await;
    assert!(support.get("/admin").await.page().link("Webhooks").is_none());
}

async fn a_failing_webhook_is_found_from_the_overview_and_among_the_jobs(desk: Desk) {
    let admin = desk.arrive(Role::Admin).await;
    let (url, _heard) = receiver(500, "No.").await;
    make(&admin, &url).await;
    assert!(!admin.get("/admin").await.page().text().contains("failing"));
    desk.arrive(Role::Support).await;
    work(&desk).await;
    let overview = admin.get("/admin").await.is(200).page();
    assert!(overview.text().contains("webhook endpoint is failing"), "{}", overview.text());
    let list = admin.get(overview.link("View webhooks").unwrap()).await.is(200).page();
    assert!(list.link("The shop").is_some());
    let jobs = admin.get("/admin/jobs?kind=webhooks.deliver").await.is(200).page();
    assert!(jobs.text().contains("It was answered with 500."), "{}", jobs.text());
    assert!(!jobs.text().contains("Succeeded"), "{}", jobs.text());
    // Without the permission there is no tile.
    let support = desk.arrive(Role::Support).await;
    assert!(!support.get("/admin").await.page().text().contains("failing"));
}
