//! Every page that can be reached by links.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use frontdesk_domain::sample_data::{self, users::Seeding};
use frontdesk_model::{Code, Role};
use leptos::server_fn::axum::server_fn_paths;

use crate::support::{Client, Desk};

both! {
    no_link_and_no_form_leads_its_reader_nowhere,
    a_page_without_islands_brings_no_script,
}

/// Number of tried URLs of one shape: a list links to many users with similar pages.
const ALIKE: usize = 2;

async fn no_link_and_no_form_leads_its_reader_nowhere(desk: Desk) {
    sample_data::users::seed(&desk.domain, &Seeding { users: 60, seed: 7, password_hash: None }, |_| ())
        .await
        .unwrap();
    sample_data::orders::seed(&desk.domain, 40, 7, |_| ()).await.unwrap();
    let (_, id) = desk.somebody(&[Role::Auditor]).await;
    desk.suspend(id).await;
    desk.enqueue().await;
    desk.delivery().await;
    let mut reached = BTreeMap::new();
    reached.insert("anonymous", crawl(&desk.visitor()).await);
    for role in Role::ALL {
        reached.insert(role.as_str(), crawl(&desk.arrive(*role).await).await);
    }
    // Pages that each role can reach by links.
    let everybody = ["/", "/docs", "/docs/api", "/docs/problems", "/docs/problems/{code}"];
    let own = ["/account", "/account/orders", "/account/password", "/account/security"];
    let with = |more: &[&'static str]| [&own[..], more].concat();
    let admin = with(&[
        "/admin",
        "/admin/audit",
        "/admin/jobs",
        "/admin/jobs/{id}",
        "/admin/orders",
        "/admin/orders/new",
        "/admin/orders/{id}",
        "/admin/payments",
        "/admin/payments/{id}",
        "/admin/refunds",
        "/admin/refunds/{id}",
        "/admin/tokens",
        "/admin/users",
        "/admin/users/new",
        "/admin/users/{id}",
        "/admin/webhooks",
        "/admin/webhooks/deliveries/{id}",
        "/admin/webhooks/{id}",
    ]);
    let support = [
        "/admin",
        "/admin/orders",
        "/admin/orders/new",
        "/admin/orders/{id}",
        "/admin/payments",
        "/admin/payments/{id}",
        "/admin/refunds",
        "/admin/refunds/{id}",
        "/admin/users",
        "/admin/users/{id}",
    ];
    let auditor = with(&[
        "/admin",
        "/admin/audit",
        "/admin/jobs",
        "/admin/jobs/{id}",
        "/admin/orders",
        "/admin/orders/{id}",
        "/admin/payments",
        "/admin/payments/{id}",
        "/admin/refunds",
        "/admin/refunds/{id}",
        "/admin/tokens",
        "/admin/users",
        "/admin/users/{id}",
        "/admin/webhooks",
        "/admin/webhooks/deliveries/{id}",
        "/admin/webhooks/{id}",
    ]);
    let expected: BTreeMap<&str, Vec<&str>> = [
        ("anonymous", vec!["/login", "/signup"]),
        ("member", with(&[])),
        ("support", with(&support)),
        ("auditor", auditor),
        ("admin", admin.clone()),
        ("owner", admin),
    ]
    .into();
    for (who, pages) in expected {
        let pages: BTreeSet<String> = everybody.into_iter().chain(pages).map(str::to_owned).collect();
        assert_eq!(reached[who], pages, "{who}");
    }
}

/// Follows every link from the start page. Each page must exist, and each form must post to an existing
/// route.
async fn crawl(person: &Client) -> BTreeSet<String> {
    let mut waiting = VecDeque::from(["/".to_owned()]);
    let mut tried: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    while let Some(path) = waiting.pop_front() {
        let alike = tried.entry(shape(&path)).or_default();
        if alike.len() >= ALIKE || !alike.insert(path.clone()) {
            continue;
        }
        let answer = person.get(&path).await.is(200);
        // Not a page.
        if path.starts_with("/api/") || path.starts_with("/admin/orders.csv") {
            tried.remove(&shape(&path));
            continue;
        }
        let page = answer.page();
        for form in page.all("form") {
            let action = form.get("action").unwrap();
            match form.get("method") {
                Some("post") => {
                    assert!(server_fn_paths().any(|(there, _)| there == action), "{path} posts to {action}")
                }
                _ => waiting.push_back(action.to_owned()),
            }
        }
        let own = path.split('?').next().unwrap();
        for link in page.links().filter(|link| !link.starts_with('#')) {
            let link = link.split('#').next().unwrap();
            waiting.push_back(if link.starts_with('?') { format!("{own}{link}") } else { link.to_owned() });
        }
    }
    tried.into_keys().map(|shape| shape.split('?').next().unwrap().to_owned()).collect()
}

/// The URL without the parts that differ between similar pages.
fn shape(path: &str) -> String {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let path: Vec<&str> = path
        .split('/')
        .map(|part| match part {
            _ if part.parse::<uuid::Uuid>().is_ok() => "{id}",
            _ if Code::parse(part).is_some() => "{code}",
            _ => part,
        })
        .collect();
    let names: BTreeSet<&str> = query.split('&').filter_map(|pair| pair.split('=').next()).collect();
    format!("{}?{}", path.join("/"), names.into_iter().collect::<Vec<_>>().join("&"))
}

async fn a_page_without_islands_brings_no_script(desk: Desk) {
    let (owner, visitor) = (desk.arrive(Role::Owner).await, desk.visitor());
    let (_, id) = desk.somebody(&[]).await;
    let person = format!("/admin/users/{id}");
    // Without a bundle there is no hydration, and no page has a script.
    let has_bundle = frontdesk::assets::site().bundle.is_some();
    let mut awake = Vec::new();
    for (who, path) in [
        (&visitor, "/"),
        (&visitor, "/login"),
        (&visitor, "/signup"),
        (&visitor, "/nothing"),
        (&visitor, "/setup"),
        (&owner, "/account"),
        (&owner, "/account/password"),
        (&owner, "/admin"),
        (&owner, "/admin/users"),
        (&owner, "/admin/users/new"),
        (&owner, &*person),
        (&owner, "/admin/audit"),
    ] {
        let page = who.get(path).await.page();
        let has_islands = page.all("leptos-island").next().is_some();
        let preloads =
            page.all("link").any(|link| matches!(link.get("rel"), Some("preload" | "modulepreload")));
        assert_eq!(page.all("script").next().is_some(), has_islands && has_bundle, "{path}");
        assert_eq!(preloads, has_islands && has_bundle, "{path}");
        if has_islands {
            awake.push(path);
        }
    }
    assert_eq!(awake, ["/login", "/signup", "/account/password", "/admin/users", "/admin/users/new"]);
}
