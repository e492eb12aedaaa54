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
