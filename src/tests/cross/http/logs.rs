//! Contents of the log, and what it never contains.

use frontdesk_model::Role;

use crate::support::{Desk, Engine, NOTHING, PASSWORD, address, log, run};

// One thread, so that everything of a request is logged on that of its test.
#[tokio::test]
async fn no_secret_is_logged_on_sqlite() {
    run(Engine::Sqlite, no_secret_is_logged).await;
}

#[tokio::test]
async fn no_secret_is_logged_on_postgres() {
    run(Engine::Postgres, no_secret_is_logged).await;
}

async fn no_secret_is_logged(desk: Desk) {
    log::listen();
    let (_, id) = desk.somebody(&[]).await;
    let invite = desk.invite(id).await;
    let person = desk.visitor();
    let typed = [("password", "seven blue herons at dusk")];
    person.submit(&format!("/invite?token={invite}"), "/fn/accept_invite", &typed).await.is(303);
    let admin = desk.arrive(Role::Admin).await;
    let session = admin.session().unwrap();
    let typed = [("email", "ann@example.com"), ("password", "zanzibar-7-umbrella")];
    desk.visitor().submit("/login", "/fn/sign_in", &typed).await.is(422);
    desk.visitor()
        .post("/fn/sign_up", &[("password", "short-and-secret"), ("password", "short-and-secret")])
        .await
        .is(400);
    let created = admin
        .submit("/admin/users/new", "/fn/create_user", &[("name", "Zoe"), ("email", "zoe@example.com")])
        .await;
    let page = created.is(200).page();
    let shown = page.with("class", "secret").unwrap().text.split("token=").nth(1).unwrap().to_owned();
    admin.post("/logout", &NOTHING).await.is(303);

    let log = log::heard();
    assert!(
        log.contains("answered") && log.contains("path=\"/fn/sign_in\""),
        "nothing was heard:\n{log:.2000}"
    );
    let secrets = [
        PASSWORD,
        "correct+horse",
        "seven blue herons",
        "seven+blue",
        "zanzibar-7-umbrella",
        "short-and-secret",
        &invite,
        &shown,
        &session,
        "$argon2id$",
    ];
    for secret in secrets {
        let line = log.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "{secret} is in the log");
    }
}

// One thread, as above.
#[tokio::test]
async fn a_password_hash_that_cannot_be_used_is_logged_with_its_user() {
    run(Engine::Sqlite, async |desk: Desk| {
        log::listen();
        let ann = desk.register("Ann", &[]).await;
        desk.change("UPDATE users SET password_hash = replace(password_hash, 'm=', 'm=99999')").await;
        let typed = [("email", &*address("Ann")), ("password", PASSWORD)];
        desk.visitor().submit("/login", "/fn/sign_in", &typed).await.is(422);

        let log = log::heard();
        let line = log.lines().find(|line| line.contains("the stored password hash cannot be used")).unwrap();
        assert!(line.contains("ERROR") && line.contains(&format!("user={ann}")), "{line}");
        assert!(line.contains("parameters cost too much") && !line.contains('$'), "{line}");
    })
    .await;
}

// One thread, as above.
#[tokio::test]
async fn a_refusal_by_rank_or_permission_is_logged_with_ids_only() {
    run(Engine::Sqlite, async |desk: Desk| {
        let owner = desk.register("Olga", &[Role::Owner]).await.to_string();
        let support = desk.arrive(Role::Support).await;
        log::listen();
        support.post("/fn/suspend_user", &[("id", &*owner), ("reason", "None")]).await.is(403);
        support.get("/admin/jobs").await.is(404);

        let log = log::heard();
        let refused = |rule: &str| {
            let line = log.lines().find(|line| line.contains("access refused") && line.contains(rule));
            line.unwrap_or_else(|| panic!("{rule}:\n{log}")).to_owned()
        };
        let rank = refused("rule=\"rank\"");
        assert!(rank.contains(&format!("target_id=\"{owner}\"")), "{rank}");
        for line in [rank, refused("rule=\"jobs:read\"")] {
            assert!(line.contains("outcome=\"refused\"") && line.contains("actor_kind=\"person\""), "{line}");
            assert!(!line.contains("Olga") && !line.contains('@'), "{line}");
        }
    })
    .await;
}

// One thread, as above.
#[tokio::test]
async fn a_refusal_by_object_is_logged_with_ids_only() {
    run(Engine::Sqlite, async |desk: Desk| {
        let (owner, id) = desk.somebody(&[]).await;
        let (order, payment) = desk.paid_order(id).await;
        let (name, member) = desk.somebody(&[]).await;
        let person = desk.sign_in(&name).await;
        let program = desk.program_of(member).await;
        let reference = desk.order_now(order).await.summary.reference;
        log::listen();
        person.get(&format!("/account/orders/{order}")).await.is(404);
        program.get(&format!("/orders/{order}")).await.is(404);
        program.get(&format!("/payments/{payment}")).await.is(404);
        let unpaid = desk.order(id, 1_000).await;
        person
            .post("/fn/pay_order", &[("order_id", &*unpaid.to_string()), ("method", "pm_card_ok")])
            .await
            .is(404);

        let log = log::heard();
        for (kind, object) in [
            ("person", order.to_string()),
            ("token", order.to_string()),
            ("token", payment.to_string()),
            ("person", unpaid.to_string()),
        ] {
            let names = |line: &&str| {
                line.contains("access refused")
                    && line.contains(&format!("target_id=\"{object}\""))
                    && line.contains(&format!("actor_kind=\"{kind}\""))
            };
            let line = log.lines().find(names).unwrap_or_else(|| panic!("{kind} {object}:\n{log}"));
            assert!(line.contains("outcome=\"refused\""), "{line}");
            for words in [&*owner, &*name, &*reference, "@"] {
                assert!(!line.contains(words), "{words}: {line}");
            }
        }
    })
    .await;
}
