//! What a page costs the database: a fixed number of statements, however much there is to show.

use frontdesk_domain::{
    actor::Actor,
    sample_data::{self, users::Seeding},
};
use frontdesk_model::Role;
use uuid::Uuid;

use crate::support::{Client, Desk};

both! {
    every_page_costs_a_fixed_number_of_statements,
    a_list_costs_the_same_with_any_number_of_rows,
    who_is_refused_early_costs_nothing,
}

/// The status of a page, and the number of its statements.
async fn cost(desk: &Desk, person: &Client, path: &str) -> (u16, u64) {
    let before = desk.domain.db.statements();
    let status = person.get(path).await.status;
    (status, desk.domain.db.statements() - before)
}

async fn every_page_costs_a_fixed_number_of_statements(desk: Desk) {
    // The first pages look for an owner until there is one.
    desk.register("Olga", &[Role::Owner]).await;
    desk.visitor().get("/").await.is(200);
    let (visitor, member) = (desk.visitor(), desk.arrive(Role::Member).await);
    let admin = desk.arrive(Role::Admin).await;
    let (_, id) = desk.somebody(&[]).await;
    let invite = format!("/invite?token={}", desk.invite(id).await);
    let person = format!("/admin/users/{id}");
    let job = format!("/admin/jobs/{}", desk.enqueue().await);
    let delivery = desk.delivery().await;
    let (webhook,): (Uuid,) = desk.find("SELECT id FROM webhooks", Vec::new()).await;
    let webhook = format!("/admin/webhooks/{webhook}");
    let delivery = format!("/admin/webhooks/deliveries/{delivery}");
    desk.register("Ada Lovelace", &[]).await;
    let (name, me) = desk.somebody(&[]).await;
    let customer = desk.sign_in(&name).await;
    let order = format!("/account/orders/{}", desk.coffees(me).await);
    let (paid, payment) = desk.paid_order(me).await;
    let refund = desk.refund_of(&Actor::system(), payment, Some(100)).await;
    let to_staff = format!("/admin/orders/{paid}");
    let (payment, refund) = (format!("/admin/payments/{payment}"), format!("/admin/refunds/{refund}"));
    let by_address = format!("/admin/orders?customer={}", crate::support::address(&name).replace('@', "%40"));
    let for_one = format!("/admin/orders/new?customer={me}");
    let (paid, receipt) = (format!("/account/orders/{paid}"), format!("/account/orders/{paid}/receipt"));
    let of_customer = [("/account/orders", 2), (&*order, 7), (&*paid, 7), (&*receipt, 4)];
    let of_visitor =
        [("/", 0), ("/login", 0), ("/signup", 0), ("/admin/users", 0), ("/nothing", 0), (&*invite, 1)];
    // One for the session and the person in it, with their roles.
    let of_member = [
        ("/", 1),
        ("/login", 1),
        ("/account", 1),
        ("/account/security", 3),
        ("/admin/users", 1),
        ("/nothing", 1),
    ];
    let of_admin = [
        ("/", 1),
        ("/account", 1),
        ("/admin", 16),
        ("/admin/users", 3),
        ("/admin/users?q=ada", 4),
        ("/admin/users/new", 1),
        (&*person, 5),
        ("/admin/orders", 2),
        ("/admin/orders?currency=EUR&min=1", 2),
        (&*by_address, 3),
        // The last two are its beginning and its end in the audit trail.
        ("/admin/orders.csv", 4),
        ("/admin/orders/new", 1),
        (&*for_one, 2),
        (&*to_staff, 8),
        ("/admin/payments", 2),
        (&*payment, 3),
        ("/admin/refunds", 2),
        (&*refund, 2),
        ("/admin/tokens", 2),
        ("/admin/tokens?life=live&kind=service", 2),
        ("/admin/audit", 2),
        ("/admin/jobs", 2),
        (&*job, 3),
        ("/admin/webhooks", 2),
        (&*webhook, 4),
        (&*delivery, 5),
    ];
    // The statuses other than 200.
    let not_for_visitors = [("/admin/users", 303), ("/nothing", 404)];
    let not_for_members = [("/login", 303), ("/admin/users", 404), ("/nothing", 404)];
    for (person, costs, others) in [
        (&visitor, &of_visitor[..], &not_for_visitors[..]),
        (&member, &of_member, &not_for_members),
        (&customer, &of_customer, &[]),
        (&admin, &of_admin, &[]),
    ] {
        for (path, expected) in costs {
            let other = others.iter().find(|(other, _)| other == path);
            let status = other.map_or(200, |(_, status)| *status);
            assert_eq!(cost(&desk, person, path).await, (status, *expected), "{path}");
        }
    }
}

async fn a_list_costs_the_same_with_any_number_of_rows(desk: Desk) {
    let admin = desk.arrive(Role::Admin).await;
    sample_data::users::seed(&desk.domain, &Seeding { users: 150, seed: 7, password_hash: None }, |_| ())
        .await
        .unwrap();
    for _ in 0..5 {
        desk.somebody(&[Role::Support, Role::Auditor]).await;
    }
    sample_data::orders::seed(&desk.domain, 150, 7, |_| ()).await.unwrap();
    for (list, cost_of_it) in [
        ("/admin/users", 3),
        ("/admin/users?sort=name", 3),
        ("/admin/audit", 2),
        ("/admin/jobs", 2),
        ("/admin/orders", 2),
        ("/admin/payments", 2),
        ("/admin/refunds", 2),
    ] {
        let sign = if list.contains('?') { '&' } else { '?' };
        let few = cost(&desk, &admin, &format!("{list}{sign}limit=20")).await;
        let many = cost(&desk, &admin, &format!("{list}{sign}limit=100")).await;
        assert_eq!((few, many), ((200, cost_of_it), (200, cost_of_it)), "{list}");
    }
    let page = admin.get("/admin/users?limit=100").await.page();
    assert_eq!(page.all("tbody").count(), 1);
    assert_eq!(page.all("tr").count(), 101, "a header and a hundred rows");
    // The overview counts, and shows the latest few.
    assert_eq!(cost(&desk, &admin, "/admin").await, (200, 16));
}

async fn who_is_refused_early_costs_nothing(desk: Desk) {
    let person = desk.arrive(Role::Member).await;
    let before = desk.domain.db.statements();
    person.post("/fn/sign_up", &[("name", "x".repeat(70_000))]).await.is(413);
    let cross_site = http::Request::post("/logout").header("sec-fetch-site", "cross-site");
    person.send(cross_site, axum::body::Body::empty()).await.is(403);
    person.get(&format!("/?{}", "a".repeat(9_000))).await.is(400);
    assert_eq!(desk.domain.db.statements(), before);
}
