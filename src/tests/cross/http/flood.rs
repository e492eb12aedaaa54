//! A hash costs milliseconds and megabytes, and anonymous requests can cause one: surplus requests are
//! refused with `Retry-After`.

use frontdesk_domain::passwords;
use futures::future::join_all;

use crate::support::{Desk, PASSWORD};

both! {
    a_flood_of_sign_ins_is_answered_at_once_and_never_with_a_failure,
    a_flood_of_sign_ups_makes_whole_accounts_or_none,
}

/// A server that hashes one password at a time, with a queue of two.
async fn narrow(desk: &Desk) -> Desk {
    let passwords =
        passwords::Options { memory_kib: 16 * 1024, threads: 1, queue: 2, ..passwords::Options::default() };
    desk.beside(|options| options.passwords = passwords).await
}

async fn a_flood_of_sign_ins_is_answered_at_once_and_never_with_a_failure(desk: Desk) {
    let desk = narrow(&desk).await;
    let visitor = desk.visitor();
    // Fifty addresses: the attack is not on one account.
    let sign_in = async |number: usize| {
        let email = format!("ann.{number}@example.com");
        visitor.post("/fn/sign_in", &[("page", "/login"), ("email", &email), ("password", PASSWORD)]).await
    };
    let answers = join_all((0..50).map(sign_in)).await;
    let count = |status| answers.iter().filter(|answer| answer.status == status).count();
    assert_eq!(count(422) + count(503), 50);
    assert!(
        (1..50).contains(&count(422)) && count(503) >= 10,
        "{} served, {} refused",
        count(422),
        count(503)
    );
    for refused in answers.iter().filter(|answer| answer.status == 503) {
        assert_eq!(refused.header("retry-after"), Some("1"));
        assert_eq!(refused.page().heading(), "Too busy to answer right now");
    }
    // It ends with the flood, and pages are not affected.
    desk.visitor().get("/login").await.is(200);
    sign_in(51).await.is(422);
    desk.domain.db.close().await;
}

async fn a_flood_of_sign_ups_makes_whole_accounts_or_none(desk: Desk) {
    let desk = narrow(&desk).await;
    let sign_up = async |number: usize| {
        let email = format!("ann.{number}@example.com");
        let visitor = desk.visitor();
        let typed = [("page", "/signup"), ("name", "Ann"), ("email", &*email), ("password", PASSWORD)];
        (visitor.post("/fn/sign_up", &typed).await.status, visitor.session().is_some())
    };
    let answers = join_all((0..50).map(sign_up)).await;
    let made = answers.iter().filter(|answer| **answer == (303, true)).count();
    let refused = answers.iter().filter(|answer| **answer == (503, false)).count();
    assert_eq!(made + refused, 50, "{answers:?}");
    assert!((1..50).contains(&made), "{made} accounts were made");
    let (written, made) = (desk.written().await, i64::try_from(made).unwrap());
    assert_eq!((written.users, written.sessions, written.events), (made, made, 2 * made));
    desk.domain.db.close().await;
}
