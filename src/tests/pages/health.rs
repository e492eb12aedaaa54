//! Health checks.

use crate::support::Desk;

both! {
    it_lives_and_is_ready,
    it_lives_without_its_database_but_is_not_ready,
    it_lives_while_it_shuts_down_but_is_not_ready,
    health_is_told_however_busy_the_server_is,
}

async fn it_lives_and_is_ready(desk: Desk) {
    for path in ["/health/live", "/health/ready"] {
        let answer = desk.visitor().get(path).await.is(200);
        assert_eq!(
            (answer.header("content-type"), answer.text()),
            (Some("application/json"), r#"{"status":"ok"}"#)
        );
        assert_eq!(answer.header("set-cookie"), None);
        desk.visitor().head(path).await.is(200);
    }
    desk.visitor().get("/health").await.is(404);
    desk.visitor().get("/health/nothing").await.is(404);
}

async fn it_lives_without_its_database_but_is_not_ready(desk: Desk) {
    desk.domain.db.close().await;
    let program = desk.visitor().program();
    program.get("/health/live").await.is(200);
    let problem = program.get("/health/ready").await.is(503).problem();
    assert_eq!(problem.detail.as_deref(), Some("The database cannot be used."));
}

async fn it_lives_while_it_shuts_down_but_is_not_ready(desk: Desk) {
    desk.state.shutdown.begin();
    let program = desk.visitor().program();
    program.get("/health/live").await.is(200);
    let problem = program.get("/health/ready").await.is(503).problem();
    assert_eq!(problem.detail.as_deref(), Some("Shutting down."));
    // Connected clients are served to the end.
    desk.visitor().get("/").await.is(200);
}

async fn health_is_told_however_busy_the_server_is(desk: Desk) {
    let full = desk
        .with(|settings| (settings.in_flight, settings.rates.page) = (0, 1))
        .visitor()
        .from("203.0.113.9");
    full.get("/").await.is(503);
    full.get("/").await.is(429);
    for _ in 0..3 {
        full.get("/health/live").await.is(200);
        full.get("/health/ready").await.is(200);
    }
}
