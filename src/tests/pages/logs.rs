//! What the log says, and what it never does.

use std::{
    io,
    sync::{Arc, Mutex},
};

use frontdesk_model::Role;
use tracing::Level;

use crate::support::{Desk, Engine, PASSWORD, run};

// One thread, so that all that a request does is seen by the subscriber of its test.
#[tokio::test]
async fn no_secret_is_logged_on_sqlite() {
    run(Engine::Sqlite, no_secret_is_logged).await;
}

#[tokio::test]
async fn no_secret_is_logged_on_postgres() {
    run(Engine::Postgres, no_secret_is_logged).await;
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

async fn no_secret_is_logged(desk: Desk) {
    let log = Log::default();
    let writer = log.clone();
    // All that there is, also what only developers see.
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(Level::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone());
    let guard = tracing::subscriber::set_default(subscriber.finish());

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
    admin.post("/logout", &crate::support::NOTHING).await.is(303);
    drop(guard);

    let log = log.text();
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
