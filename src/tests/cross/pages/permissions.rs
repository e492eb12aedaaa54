//! Access to every page and every form, for each role. The result is one table, in `snapshots/`. A page
//! or a form without a row fails the test.

use std::{collections::BTreeSet, fmt::Write as _};

use frontdesk_domain::{actor::Actor, payments::ApprovalAbove};
use frontdesk_model::{Role, UserId};
use frontdesk_web::app::App;
use leptos::server_fn::axum::server_fn_paths;
use leptos_axum::generate_route_list;
use uuid::Uuid;

use crate::support::{Answer, Client, Desk, PASSWORD};

both! { everybody_may_do_what_the_table_says }

/// The actors, in the order of the columns.
const PEOPLE: [Option<Role>; 6] = [
    None,
    Some(Role::Member),
    Some(Role::Auditor),
    Some(Role::Support),
    Some(Role::Admin),
    Some(Role::Owner),
];

/// The target. Each cell has its own.
#[derive(Clone, Copy, PartialEq, Eq)]
enum To {
    Nobody,
    Oneself,
    Member,
    Support,
    Owner,
    Suspended,
    Removed,
    /// A job, without a user.
    Job,
    /// A webhook.
    Hook,
    /// A successful delivery.
    Delivery,
    /// One's own orders: unpaid, paid, and with a payment to confirm; without a session another user's.
    OwnOrder,
    OwnPaidOrder,
    OwnPayment,
    /// The same of another user.
    Order,
    PaidOrder,
    Payment,
    PaidPayment,
    /// A refund that waits for approval.
    Refund,
}

struct Row {
    ask: &'static str,
    about: &'static str,
    to: To,
    fields: &'static [(&'static str, &'static str)],
}

const fn get(path: &'static str, about: &'static str, to: To) -> Row {
    Row { ask: path, about, to, fields: &[] }
}

const fn post(
    action: &'static str,
    about: &'static str,
    to: To,
    fields: &'static [(&'static str, &'static str)],
) -> Row {
    Row { ask: action, about, to, fields }
}

const ID: (&str, &str) = ("id", "{id}");
const EUR: (&str, &str) = ("currency", "EUR");
const TEA: (&str, &str) = ("lines[0].description", "Tea");
const PRICE: (&str, &str) = ("lines[0].unit_price", "3.20");
const PAYS: &[(&str, &str)] = &[("order_id", "{id}"), ("method", "pm_card_ok")];
const SERVICE: (&str, &str) = ("kind", "service");
const WHY: (&str, &str) = ("reason", "Sent spam");
const EDIT: &[(&str, &str)] =
    &[ID, ("version", "{version}"), ("name", "Zoe"), ("email", "{new}@example.com")];

/// Braces contain the parts that differ from cell to cell.
const PAGES: &[Row] = &[
    get("/", "", To::Nobody),
    get("/signup", "", To::Nobody),
    get("/login", "", To::Nobody),
    get("/setup", "there is an owner", To::Nobody),
    get("/invite", "no token", To::Nobody),
    get("/invite?token={token}", "", To::Member),
    get("/account", "", To::Nobody),
    get("/admin", "", To::Nobody),
    get("/admin/users", "", To::Nobody),
    get("/admin/users?limit=0", "not readable", To::Nobody),
    get("/admin/users/new", "", To::Nobody),
    get("/admin/users/{id}", "a member", To::Member),
    get("/admin/users/{id}", "an owner", To::Owner),
    get("/admin/users/{id}", "a removed one", To::Removed),
    get("/admin/users/{nobody}", "nobody", To::Nobody),
    get("/admin/users/7", "no id", To::Nobody),
    get("/account/password", "", To::Nobody),
    get("/account/security", "", To::Nobody),
    get("/account/orders", "", To::Nobody),
    get("/account/orders?limit=0", "not readable", To::Nobody),
    get("/account/orders/{id}", "one’s own", To::OwnOrder),
    get("/account/orders/{id}", "somebody’s", To::Order),
    get("/account/orders/{nobody}", "no order", To::Nobody),
    get("/account/orders/{id}/receipt", "one’s own, to be paid", To::OwnOrder),
    get("/account/orders/{id}/receipt", "one’s own, paid", To::OwnPaidOrder),
    get("/account/orders/{id}/receipt", "somebody’s", To::PaidOrder),
    get("/admin/orders", "", To::Nobody),
    get("/admin/orders?min=5", "not readable", To::Nobody),
    get("/admin/orders.csv", "", To::Nobody),
    get("/admin/orders/new", "", To::Nobody),
    get("/admin/orders/new?customer={id}", "for a member", To::Member),
    get("/admin/orders/new?customer={nobody}", "for nobody", To::Nobody),
    get("/admin/orders/{id}", "", To::Order),
    get("/admin/orders/{id}", "paid", To::PaidOrder),
    get("/admin/orders/{nobody}", "no order", To::Nobody),
    get("/admin/payments", "", To::Nobody),
    get("/admin/payments/{id}", "", To::Payment),
    get("/admin/payments/{nobody}", "no payment", To::Nobody),
    get("/admin/refunds", "", To::Nobody),
    get("/admin/refunds/{id}", "", To::Refund),
    get("/admin/refunds/{nobody}", "no refund", To::Nobody),
    get("/sandbox/payments/{id}", "one’s own", To::OwnPayment),
    get("/sandbox/payments/{id}", "somebody’s", To::Payment),
    get("/sandbox/payments/{nobody}", "no payment", To::Nobody),
    get("/admin/tokens", "", To::Nobody),
    get("/admin/tokens?life=dead", "not readable", To::Nobody),
    get("/admin/audit", "", To::Nobody),
    get("/admin/jobs", "", To::Nobody),
    get("/admin/jobs/{id}", "", To::Job),
    get("/admin/jobs/{nobody}", "no job", To::Nobody),
    get("/admin/webhooks", "", To::Nobody),
    get("/admin/webhooks/{id}", "", To::Hook),
    get("/admin/webhooks/{nobody}", "no webhook", To::Nobody),
    get("/admin/webhooks/deliveries/{id}", "", To::Delivery),
    get("/admin/webhooks/deliveries/{nobody}", "no delivery", To::Nobody),
    get("/admin/nothing", "no page", To::Nobody),
    get("/docs", "", To::Nobody),
    get("/docs/api", "", To::Nobody),
    get("/docs/api?q=roles", "searched", To::Nobody),
    get("/docs/problems", "", To::Nobody),
    get("/docs/problems/{code}", "", To::Nobody),
    get("/docs/problems/{nobody}", "no problem", To::Nobody),
];

const FORMS: &[Row] = &[
    post(
        "/fn/sign_up",
        "",
        To::Nobody,
        &[("name", "Zoe"), ("email", "{new}@example.com"), ("password", PASSWORD)],
    ),
    post("/fn/sign_in", "", To::Member, &[("email", "{email}"), ("password", PASSWORD)]),
    post("/fn/sign_in", "a suspended one", To::Suspended, &[("email", "{email}"), ("password", PASSWORD)]),
    post("/logout", "", To::Nobody, &[]),
    post("/fn/end_session", "one's own", To::Oneself, &[("id", "{session}")]),
    post("/fn/end_session", "a member's", To::Member, &[("id", "{session}")]),
    post("/fn/end_session", "an owner's", To::Owner, &[("id", "{session}")]),
    post("/fn/end_other_sessions", "", To::Nobody, &[]),
    post("/fn/create_token", "one's own", To::Nobody, &[("name", "ci"), ("current", PASSWORD)]),
    post(
        "/fn/create_token",
        "that reads users",
        To::Nobody,
        &[("name", "ci"), ("current", PASSWORD), ("permissions", "users:read")],
    ),
    post(
        "/fn/create_token",
        "that never ends",
        To::Nobody,
        &[("name", "ci"), ("current", PASSWORD), ("expires", "never")],
    ),
    post(
        "/fn/create_token",
        "of the business",
        To::Nobody,
        &[("name", "ci"), ("current", PASSWORD), SERVICE],
    ),
    post(
        "/fn/create_token",
        "of the business, for owners",
        To::Nobody,
        &[("name", "ci"), ("current", PASSWORD), SERVICE, ("permissions", "owners:manage")],
    ),
    post("/fn/revoke_token", "one's own", To::Oneself, &[("id", "{made}")]),
    post("/fn/revoke_token", "a member's", To::Member, &[("id", "{made}")]),
    post("/fn/revoke_token", "an owner's", To::Owner, &[("id", "{made}")]),
    post("/fn/revoke_token", "nobody's", To::Nobody, &[("id", "{nobody}")]),
    post("/fn/set_up", "there is an owner", To::Nobody, &[("token", "{nobody}")]),
    post("/fn/accept_invite", "no token", To::Nobody, &[("password", PASSWORD)]),
    post("/fn/accept_invite", "", To::Member, &[("token", "{token}"), ("password", PASSWORD)]),
    post(
        "/fn/change_password",
        "",
        To::Oneself,
        &[("current", PASSWORD), ("password", "seven blue herons at dusk")],
    ),
    post(
        "/fn/change_password",
        "a wrong one",
        To::Oneself,
        &[("current", "not that one"), ("password", "seven blue herons at dusk")],
    ),
    post("/fn/create_user", "", To::Nobody, &[("name", "Zoe"), ("email", "{new}@example.com")]),
    post("/fn/create_user", "address taken", To::Member, &[("name", "Zoe"), ("email", "{email}")]),
    post("/fn/create_user", "nothing filled in", To::Nobody, &[]),
    post("/fn/update_user", "a member", To::Member, EDIT),
    post("/fn/update_user", "an owner", To::Owner, EDIT),
    post("/fn/update_user", "oneself", To::Oneself, EDIT),
    post("/fn/update_user", "a removed one", To::Removed, EDIT),
    post("/fn/update_user", "nobody", To::Nobody, EDIT),
    post("/fn/suspend_user", "a member", To::Member, &[ID, WHY]),
    post("/fn/suspend_user", "without a reason", To::Member, &[ID]),
    post("/fn/suspend_user", "an owner", To::Owner, &[ID, WHY]),
    post("/fn/suspend_user", "oneself", To::Oneself, &[ID, WHY]),
    post("/fn/suspend_user", "a suspended one", To::Suspended, &[ID, WHY]),
    post("/fn/reinstate_user", "a suspended one", To::Suspended, &[ID]),
    post("/fn/reinstate_user", "a member", To::Member, &[ID]),
    post("/fn/remove_user", "a member", To::Member, &[ID]),
    post("/fn/remove_user", "an owner", To::Owner, &[ID]),
    post("/fn/remove_user", "oneself", To::Oneself, &[ID]),
    post("/fn/remove_user", "a removed one", To::Removed, &[ID]),
    post("/fn/restore_user", "a removed one", To::Removed, &[ID]),
    post("/fn/restore_user", "a member", To::Member, &[ID]),
    post("/fn/grant_role", "support, to a member", To::Member, &[ID, ("role", "support")]),
    post("/fn/grant_role", "admin, to a member", To::Member, &[ID, ("role", "admin")]),
    post("/fn/grant_role", "owner, to a member", To::Member, &[ID, ("role", "owner")]),
    post("/fn/grant_role", "owner, to oneself", To::Oneself, &[ID, ("role", "owner")]),
    post("/fn/grant_role", "support, to an owner", To::Owner, &[ID, ("role", "support")]),
    post("/fn/grant_role", "member", To::Member, &[ID, ("role", "member")]),
    post("/fn/revoke_role", "support", To::Support, &[ID, ("role", "support")]),
    post("/fn/revoke_role", "owner", To::Owner, &[ID, ("role", "owner")]),
    post("/fn/revoke_role", "not held", To::Member, &[ID, ("role", "support")]),
    post("/fn/invite_user", "a member", To::Member, &[ID]),
    post("/fn/invite_user", "an owner", To::Owner, &[ID]),
    post("/fn/invite_user", "a suspended one", To::Suspended, &[ID]),
    post("/fn/rerun_job", "", To::Job, &[ID]),
    post("/fn/rerun_job", "no job", To::Nobody, &[ID]),
    post("/fn/cancel_job", "", To::Job, &[ID]),
    post("/fn/cancel_job", "no job", To::Nobody, &[ID]),
    post(
        "/fn/create_webhook",
        "",
        To::Nobody,
        &[("url", "https://shop.example"), ("events", "user.created"), ("events", "role.granted")],
    ),
    post("/fn/create_webhook", "nothing filled in", To::Nobody, &[]),
    post("/fn/update_webhook", "", To::Hook, &[ID, ("version", "1"), ("description", "Another")]),
    post("/fn/update_webhook", "off", To::Hook, &[ID, ("version", "1"), ("enabled", "false")]),
    post("/fn/update_webhook", "told nothing", To::Hook, &[ID, ("version", "1"), ("events", "")]),
    post("/fn/update_webhook", "no webhook", To::Nobody, &[ID, ("version", "1")]),
    post("/fn/rotate_webhook_secret", "", To::Hook, &[ID]),
    post("/fn/test_webhook", "", To::Hook, &[ID]),
    post("/fn/remove_webhook", "", To::Hook, &[ID]),
    post("/fn/replay_webhook", "", To::Hook, &[ID, ("failed_only", "true")]),
    post("/fn/replay_webhook", "no webhook", To::Nobody, &[ID, ("failed_only", "true")]),
    post("/fn/resend_delivery", "", To::Delivery, &[ID]),
    post("/fn/resend_delivery", "no delivery", To::Nobody, &[ID]),
    post("/fn/place_order", "by address", To::Member, &[("email", "{email}"), EUR, TEA, PRICE]),
    post("/fn/place_order", "by id", To::Member, &[("customer_id", "{id}"), EUR, TEA, PRICE]),
    post("/fn/place_order", "for a suspended one", To::Suspended, &[("email", "{email}"), EUR, TEA, PRICE]),
    post("/fn/place_order", "nothing filled in", To::Nobody, &[]),
    post("/fn/cancel_order", "", To::Order, &[ID, WHY]),
    post("/fn/cancel_order", "paid", To::PaidOrder, &[ID, WHY]),
    post("/fn/cancel_order", "no order", To::Nobody, &[ID, WHY]),
    post("/fn/request_refund", "", To::PaidPayment, &[("payment_id", "{id}"), ("amount", "5"), WHY]),
    post("/fn/request_refund", "more than ten", To::PaidPayment, &[("payment_id", "{id}"), WHY]),
    post("/fn/request_refund", "no payment", To::Nobody, &[("payment_id", "{id}"), WHY]),
    post("/fn/approve_refund", "", To::Refund, &[ID]),
    post("/fn/approve_refund", "no refund", To::Nobody, &[ID]),
    post("/fn/reject_refund", "", To::Refund, &[ID, WHY]),
    post("/fn/reject_refund", "no refund", To::Nobody, &[ID, WHY]),
    post("/fn/pay_order", "one’s own", To::OwnOrder, PAYS),
    post("/fn/pay_order", "one’s own, paid", To::OwnPaidOrder, PAYS),
    post("/fn/pay_order", "somebody’s", To::Order, PAYS),
    post("/fn/pay_order", "no order", To::Nobody, PAYS),
    post("/fn/cancel_payment", "one’s own", To::OwnPayment, &[ID]),
    post("/fn/cancel_payment", "somebody’s", To::Payment, &[ID]),
    post("/fn/cancel_payment", "no payment", To::Nobody, &[ID]),
    post("/fn/confirm_sandbox", "one’s own", To::OwnPayment, &[ID, ("answer", "yes")]),
    post("/fn/confirm_sandbox", "somebody’s", To::Payment, &[ID, ("answer", "yes")]),
    post("/fn/confirm_sandbox", "no payment", To::Nobody, &[ID, ("answer", "no")]),
];

#[test]
fn every_page_has_a_row() {
    let there: BTreeSet<String> =
        generate_route_list(App).iter().map(|route| route.path().to_owned()).collect();
    let asked = |path: &str| PAGES.iter().any(|row| row.ask.split('?').next() == Some(path));
    assert!(there.len() >= 13, "{there:?}");
    for path in there {
        assert!(asked(&path), "GET {path} has no row in the table of who may do what");
    }
}

#[test]
fn every_form_has_a_row() {
    let there: BTreeSet<&str> = server_fn_paths().map(|(path, _)| path).collect();
    let asked: BTreeSet<&str> = FORMS.iter().map(|row| row.ask).collect();
    assert_eq!(there, asked, "the forms that there are, and those in the table of who may do what");
    assert!(server_fn_paths().all(|(_, method)| method == http::Method::POST));
}

async fn everybody_may_do_what_the_table_says(desk: Desk) {
    // Refunds above ten need approval.
    let desk = desk.beside(|options| options.approval_above = ApprovalAbove(Some(10))).await;
    let _cashier = desk.cashier();
    // An owner who remains, whoever is suspended or demoted.
    desk.somebody(&[Role::Owner]).await;
    let mut table = vec![header()];
    for (method, rows) in [("GET", PAGES), ("POST", FORMS)] {
        for row in rows {
            let mut cells = vec![format!("{method} {}", row.ask), row.about.to_owned()];
            for role in PEOPLE {
                cells.push(cell(&desk, method, row, role).await);
            }
            table.push(cells);
        }
    }
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("who_may_do_what", written(&table));
    });
}

async fn cell(desk: &Desk, method: &str, row: &Row, role: Option<Role>) -> String {
    let (asker, own_name, own_id) = asker(desk, role).await;
    let (name, id) = match row.to {
        To::Oneself | To::OwnOrder | To::OwnPaidOrder | To::OwnPayment if role.is_some() => {
            (own_name, own_id)
        }
        To::Support => desk.somebody(&[Role::Support]).await,
        To::Owner => desk.somebody(&[Role::Owner]).await,
        _ => desk.somebody(&[]).await,
    };
    let needs =
        |what: &str| row.ask.contains(what) || row.fields.iter().any(|(_, value)| value.contains(what));
    let token = if needs("{token}") { desk.invite(id).await } else { String::new() };
    let session = if needs("{session}") { another_session(desk, &name, id).await } else { String::new() };
    let made = if needs("{made}") { desk.token(id).await } else { String::new() };
    match row.to {
        To::Suspended => desk.suspend(id).await,
        To::Removed => desk.remove(id).await,
        _ => {}
    }
    let (version,): (i64,) = desk.find("SELECT version FROM users WHERE id = $1", vec![id.into()]).await;
    // No account has this id.
    let nobody = desk.domain.clock.id().to_string();
    let target = match row.to {
        To::Nobody => nobody.clone(),
        To::Job => desk.enqueue().await.to_string(),
        To::Hook => desk.webhook().await.to_string(),
        To::Delivery => desk.delivery().await.to_string(),
        To::OwnOrder | To::Order => desk.coffees(id).await.to_string(),
        To::OwnPaidOrder | To::PaidOrder => desk.paid_order(id).await.0.to_string(),
        To::PaidPayment => desk.paid_order(id).await.1.to_string(),
        To::Refund => {
            let (_, payment) = desk.paid_order(id).await;
            desk.refund_of(&Actor::system(), payment, None).await.to_string()
        }
        To::OwnPayment | To::Payment => {
            let order = desk.coffees(id).await;
            desk.pay(order, "pm_card_confirm").await.to_string()
        }
        _ => id.to_string(),
    };
    let email = crate::support::address(&name);
    let fill = |text: &str| {
        let values = [
            ("{id}", &*target),
            ("{nobody}", &*nobody),
            ("{new}", &*nobody),
            ("{email}", &*email),
            ("{token}", &*token),
            ("{session}", &*session),
            ("{made}", &*made),
            ("{version}", &*version.to_string()),
            ("{code}", "NOT_FOUND"),
        ];
        values.iter().fold(text.to_owned(), |text, (placeholder, value)| text.replace(placeholder, value))
    };
    let answer = if method == "GET" {
        asker.get(&fill(row.ask)).await
    } else {
        let page = [("page".to_owned(), fill(page_of(row.ask)))];
        let fields = row.fields.iter().map(|(name, value)| ((*name).to_owned(), fill(value)));
        let fields: Vec<(String, String)> = page.into_iter().chain(fields).collect();
        asker.post(row.ask, &fields).await
    };
    in_short(&answer, &target, &token)
}

/// The page of the form.
fn page_of(action: &str) -> &'static str {
    match action {
        "/fn/sign_up" => "/signup",
        "/fn/sign_in" => "/login",
        "/fn/set_up" => "/setup",
        "/fn/accept_invite" => "/invite?token={token}",
        "/logout" => "/account",
        "/fn/change_password" => "/account/password",
        "/fn/end_session" | "/fn/end_other_sessions" | "/fn/create_token" | "/fn/revoke_token" => {
            "/account/security"
        }
        "/fn/create_user" => "/admin/users/new",
        "/fn/rerun_job" | "/fn/cancel_job" => "/admin/jobs/{id}",
        "/fn/create_webhook" => "/admin/webhooks",
        "/fn/place_order" => "/admin/orders/new",
        "/fn/cancel_order" => "/admin/orders/{id}",
        "/fn/request_refund" => "/admin/orders",
        "/fn/approve_refund" | "/fn/reject_refund" => "/admin/refunds/{id}",
        "/fn/pay_order" => "/account/orders/{id}",
        "/fn/cancel_payment" | "/fn/confirm_sandbox" => "/account/orders",
        "/fn/resend_delivery" => "/admin/webhooks/deliveries/{id}",
        action if action.ends_with("_webhook") || action.contains("_webhook_") => "/admin/webhooks/{id}",
        _ => "/admin/users/{id}",
    }
}

/// A person with the role, on their own device.
async fn asker(desk: &Desk, role: Option<Role>) -> (Client, String, UserId) {
    match role {
        None => (desk.visitor(), String::new(), UserId(Uuid::nil())),
        Some(role) => {
            let (name, id) = desk.somebody(&[role]).await;
            (desk.sign_in(&name).await, name, id)
        }
    }
}

/// A new session of the user.
async fn another_session(desk: &Desk, name: &str, id: UserId) -> String {
    desk.sign_in(name).await;
    let newest = "SELECT id FROM sessions WHERE user_id = $1 ORDER BY id DESC LIMIT 1";
    desk.find::<(Uuid,)>(newest, vec![id.into()]).await.0.to_string()
}

fn in_short(answer: &Answer, id: &str, token: &str) -> String {
    let mut text = answer.status.to_string();
    if answer.status == 303 {
        // A payment redirects to its order.
        let place = answer.location().replace(id, "{id}");
        let place = match place.split_once("/orders/") {
            Some((place, order)) if order.parse::<Uuid>().is_ok() => format!("{place}/orders/{{id}}"),
            _ => place,
        };
        let place = if token.is_empty() { place } else { place.replace(token, "{token}") };
        write!(text, " {place}").unwrap();
    }
    text
}

fn header() -> Vec<String> {
    let people = PEOPLE.iter().map(|role| role.map_or("anonymous".to_owned(), |role| role.to_string()));
    ["".to_owned(), String::new()].into_iter().chain(people).collect()
}

/// Columns as wide as their contents.
fn written(table: &[Vec<String>]) -> String {
    let widths: Vec<usize> = (0..table[0].len())
        .map(|at| table.iter().map(|row| row[at].chars().count()).max().unwrap())
        .collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    table.iter().map(line).collect::<Vec<_>>().join("\n")
}
