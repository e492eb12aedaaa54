//! Tokens: authentication, and all the ways of ending.

use frontdesk_domain::{
    actor::{Actor, Denied},
    audit, credentials,
    db::{Dialect, Sql},
    invitations,
    jobs::{Handler, Job},
    params, roles,
    tokens::{self, Created, Error},
    users,
};
use frontdesk_model::{
    Permission, Role, Secret,
    audit::{Action, AuditQuery, Event},
    credentials::ChangePassword,
    invitations::AcceptInvite,
    roles::ChangeRole,
    tokens::{CreateToken, KEPT_DAYS, RevokeToken, TokenState, TokensQuery},
};

use crate::support::{
    By, PASSWORD, TestDomain, anybody, bearer, enqueue, grant, make_token, one, origin, person, register,
    service_form, service_token, suspension, token, token_form, user, work,
};

both! {
    a_personal_token_acts_for_its_owner,
    a_service_token_acts_for_the_business,
    it_is_one_statement_to_know_a_token_and_none_to_know_a_wrong_one,
    a_token_never_may_more_than_its_owner,
    through_a_token_nobody_acts_on_those_whom_it_does_not_cover,
    a_token_stops_while_its_owner_is_suspended_or_removed,
    a_person_enters_their_password_to_make_a_token,
    a_reset_of_the_password_ends_the_tokens_of_the_person_alone,
    a_service_token_outlives_who_made_it,
    an_expired_token_is_refused,
    a_revoked_token_is_refused_at_once_and_for_good,
    people_revoke_their_own_tokens_and_no_others,
    a_token_without_permissions_only_reads,
    when_a_token_was_used_is_written_down_later,
    a_refusal_is_told_once_an_hour,
    what_happens_to_tokens_and_by_them_is_told,
    the_text_of_a_token_is_nowhere,
    what_ended_long_ago_is_forgotten,
}

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

fn revocation(created: &Created) -> RevokeToken {
    RevokeToken { id: created.token.id }
}

async fn trail(domain: &TestDomain, query: AuditQuery) -> Vec<Event> {
    audit::list(&domain.system(), &query).await.unwrap().items
}

async fn latest(domain: &TestDomain) -> Event {
    trail(domain, AuditQuery::default()).await.swap_remove(0)
}

fn lacks<T: std::fmt::Debug>(answer: &Result<T, Error>, permission: Permission) {
    let denied = matches!(answer, Err(Error::Denied(Denied::Lacks(lacked))) if *lacked == permission);
    assert!(denied, "{answer:?}");
}

async fn a_personal_token_acts_for_its_owner(domain: TestDomain) {
    let ada = person(&domain, "Ada", &[Role::Admin]).await;
    let created = token(&domain, &ada, &[Permission::USERS_READ, Permission::USERS_SUSPEND]).await;
    let actor = bearer(&domain, &created).await.unwrap();
    assert_eq!(actor.user(), Some(ada.id));
    assert!(actor.person().is_none(), "a token is no session");
    let shown = actor.token().unwrap();
    let owner = shown.owner.as_ref().unwrap();
    assert_eq!((owner.id, owner.name.as_str(), owner.email.as_str()), (ada.id, "Ada", "ada@example.com"));
    assert_eq!((shown.id, shown.name.as_str(), &shown.hint), (created.token.id, "ci", &created.token.hint));
    assert_eq!(actor.permissions(), created.token.permissions);
    let ann = register(&domain, "Ann").await;
    users::suspend(&domain.by(&actor), suspension(ann)).await.unwrap();
    // The protection against locking oneself out applies, too.
    let answer = users::suspend(&domain.by(&actor), suspension(ada.id)).await;
    assert!(matches!(answer, Err(users::Error::Denied(Denied::Outranked))), "{answer:?}");
    let all: Vec<_> = Role::Admin.permissions().iter().collect();
    let actor = bearer(&domain, &token(&domain, &ada, &all).await).await.unwrap();
    let answer = users::suspend(&domain.by(&actor), suspension(ada.id)).await;
    assert!(matches!(answer, Err(users::Error::WrongState(_))), "{answer:?}");
}

async fn a_service_token_acts_for_the_business(domain: TestDomain) {
    let created = service_token(&domain, &[Permission::USERS_READ]).await;
    let actor = bearer(&domain, &created).await.unwrap();
    assert_eq!((actor.user(), actor.permissions()), (None, created.token.permissions));
    let ann = register(&domain, "Ann").await;
    users::get(&domain.by(&actor), ann).await.unwrap();
    let answer = users::suspend(&domain.by(&actor), suspension(ann)).await;
    assert!(matches!(answer, Err(users::Error::Denied(Denied::Lacks(_)))), "{answer:?}");
    // It has no account, so nothing of its own.
    let answer = tokens::list_mine(&domain.by(&actor), &TokensQuery::default()).await;
    assert!(matches!(answer, Err(Error::Denied(Denied::NoAccount))), "{answer:?}");
    let answer = make_token(&domain, &actor, token_form("mine", &[])).await;
    assert!(matches!(answer, Err(Error::Denied(Denied::NoAccount))), "{answer:?}");
}

async fn it_is_one_statement_to_know_a_token_and_none_to_know_a_wrong_one(domain: TestDomain) {
    let ada = person(&domain, "Ada", &[Role::Admin, Role::Auditor]).await;
    let created = token(&domain, &ada, &[Permission::USERS_READ]).await;
    let before = domain.db.statements();
    assert!(bearer(&domain, &created).await.is_some());
    assert_eq!(domain.db.statements(), before + 1);
    let text = created.text.expose();
    let swapped = format!("{}{}", &text[..51], if text.ends_with('0') { '1' } else { '0' });
    for wrong in ["", "fd_", &swapped, &text[..51], &format!(" {text}"), &text.replace("fd_", "gh_")] {
        assert!(tokens::authenticate(&domain, wrong, origin()).await.unwrap().is_none(), "{wrong}");
    }
    assert_eq!(domain.db.statements(), before + 1);
    let unknown = frontdesk_model::TokenText::of([7; 32]);
    assert!(tokens::authenticate(&domain, unknown.expose(), origin()).await.unwrap().is_none());
    assert_eq!(domain.db.statements(), before + 2);
}

async fn a_token_never_may_more_than_its_owner(domain: TestDomain) {
    let ada = person(&domain, "Ada", &[Role::Admin]).await;
    let created = token(&domain, &ada, &[Permission::USERS_READ, Permission::AUDIT_READ]).await;
    let may = async |permission| bearer(&domain, &created).await.unwrap().may(permission);
    roles::revoke(&domain.system(), ChangeRole { id: ada.id, role: Role::Admin }).await.unwrap();
    assert!(!may(Permission::USERS_READ).await && !may(Permission::AUDIT_READ).await);
    grant(&domain, ada.id, Role::Support).await;
    assert!(may(Permission::USERS_READ).await && !may(Permission::AUDIT_READ).await);
    // Nor more than it was given.
    grant(&domain, ada.id, Role::Owner).await;
    assert!(may(Permission::AUDIT_READ).await && !may(Permission::USERS_SUSPEND).await);
}

async fn through_a_token_nobody_acts_on_those_whom_it_does_not_cover(domain: TestDomain) {
    let olga = person(&domain, "Olga", &[Role::Owner]).await;
    let auditor = person(&domain, "Aud", &[Role::Auditor]).await;
    let narrow = token(&domain, &olga, &[Permission::USERS_SUSPEND, Permission::ROLES_ASSIGN]).await;
    let actor = bearer(&domain, &narrow).await.unwrap();
    let answer = users::suspend(&domain.by(&actor), suspension(auditor.id)).await;
    assert!(matches!(answer, Err(users::Error::Denied(Denied::Outranked))), "{answer:?}");
    let ann = register(&domain, "Ann").await;
    let answer = roles::grant(&domain.by(&actor), ChangeRole { id: ann, role: Role::Auditor }).await;
    assert!(matches!(answer, Err(users::Error::Denied(Denied::Outranked))), "{answer:?}");
    users::suspend(&domain.by(&actor), suspension(ann)).await.unwrap();
}

async fn a_token_stops_while_its_owner_is_suspended_or_removed(domain: TestDomain) {
    let ann = person(&domain, "Ann", &[]).await;
    let created = token(&domain, &ann, &[]).await;
    let works = async || bearer(&domain, &created).await.is_some();
    let state = async || tokens::get(&domain.system(), created.token.id).await.unwrap().state;
    assert!(works().await);
    users::suspend(&domain.system(), suspension(ann.id)).await.unwrap();
    assert!(!works().await);
    assert_eq!(state().await, TokenState::Paused);
    users::reinstate(&domain.system(), one(ann.id)).await.unwrap();
    assert!(works().await);
    users::remove(&domain.system(), one(ann.id)).await.unwrap();
    assert!(!works().await);
    tokens::revoke(&domain.system(), revocation(&created)).await.unwrap();
    users::restore(&domain.system(), one(ann.id)).await.unwrap();
    assert!(!works().await);
    assert_eq!(state().await, TokenState::Revoked);
}

async fn a_reset_of_the_password_ends_the_tokens_of_the_person_alone(domain: TestDomain) {
    let [ann, bo] = [person(&domain, "Ann", &[]).await, person(&domain, "Bo", &[]).await];
    let (created, of_another) = (token(&domain, &ann, &[]).await, token(&domain, &bo, &[]).await);
    // A person who changes their own password keeps their tokens.
    let form =
        ChangePassword { current: Secret::new(PASSWORD), password: Secret::new("a lamp for the harbour 42") };
    credentials::change_password(&domain.by(&ann.actor), form).await.unwrap();
    assert!(bearer(&domain, &created).await.is_some());
    let link = invitations::create(&domain.system(), one(ann.id)).await.unwrap();
    let form = AcceptInvite { token: link, password: Secret::new(PASSWORD) };
    invitations::accept(&domain.by(&anybody()), form).await.unwrap();
    assert!(ann.load(&domain).await.is_none());
    assert!(bearer(&domain, &created).await.is_none());
    let now = tokens::get(&domain.system(), created.token.id).await.unwrap();
    assert_eq!(now.state, TokenState::Revoked);
    assert!(bearer(&domain, &of_another).await.is_some());
}

async fn a_person_enters_their_password_to_make_a_token(domain: TestDomain) {
    let ann = person(&domain, "Ann", &[]).await;
    let ctx = domain.by(&ann.actor);
    let refused = tokens::create(&ctx, token_form("ci", &[])).await;
    assert!(matches!(refused, Err(Error::Denied(Denied::PasswordNeeded))), "{refused:?}");
    let wrong = Secret::new("not the password of Ann");
    let refused = tokens::create_in_person(&ctx, token_form("ci", &[]), wrong).await;
    assert!(matches!(refused, Err(Error::Users(users::Error::WrongPassword))), "{refused:?}");
    assert_eq!(domain.count("SELECT count(*) FROM tokens").await, 0);
    assert_eq!(
        domain.count("SELECT count(*) FROM audit_events WHERE action = 'token.password_wrong'").await,
        1
    );
    tokens::create_in_person(&ctx, token_form("ci", &[]), Secret::new(PASSWORD)).await.unwrap();
}

async fn a_service_token_outlives_who_made_it(domain: TestDomain) {
    let ada = person(&domain, "Ada", &[Role::Admin]).await;
    let created =
        make_token(&domain, &ada.actor, service_form(&[Permission::USERS_READ], "never")).await.unwrap();
    assert_eq!(created.token.created_by.id, Some(ada.id.0));
    users::remove(&domain.system(), one(ada.id)).await.unwrap();
    domain.clock.advance(3 * 365 * DAY);
    assert!(bearer(&domain, &created).await.unwrap().may(Permission::USERS_READ));
}

async fn an_expired_token_is_refused(domain: TestDomain) {
    let ann = person(&domain, "Ann", &[]).await;
    let unsaid = token(&domain, &ann, &[]).await;
    let form = CreateToken { expires: "1d".to_owned(), ..token_form("ci", &[]) };
    let day = make_token(&domain, &ann.actor, form).await.unwrap();
    domain.clock.advance(DAY - 1);
    assert!(bearer(&domain, &day).await.is_some());
    domain.clock.advance(1);
    assert!(bearer(&domain, &day).await.is_none());
    assert_eq!(tokens::get(&domain.by(&ann.actor), day.token.id).await.unwrap().state, TokenState::Expired);
    let answer = tokens::revoke(&domain.by(&ann.actor), revocation(&day)).await;
    assert!(matches!(answer, Err(Error::Ended)), "{answer:?}");
    domain.clock.advance(89 * DAY - 1);
    assert!(bearer(&domain, &unsaid).await.is_some());
    domain.clock.advance(1);
    assert!(bearer(&domain, &unsaid).await.is_none());
}

async fn a_revoked_token_is_refused_at_once_and_for_good(domain: TestDomain) {
    let ann = person(&domain, "Ann", &[]).await;
    let (one, other) = (token(&domain, &ann, &[]).await, token(&domain, &ann, &[]).await);
    tokens::revoke(&domain.by(&ann.actor), revocation(&one)).await.unwrap();
    assert!(bearer(&domain, &one).await.is_none() && bearer(&domain, &other).await.is_some());
    let events = domain.events().await;
    let answer = tokens::revoke(&domain.by(&ann.actor), revocation(&one)).await;
    assert!(matches!(answer, Err(Error::Ended)), "{answer:?}");
    assert_eq!(domain.events().await, events);
}

async fn people_revoke_their_own_tokens_and_no_others(domain: TestDomain) {
    let ada = person(&domain, "Ada", &[Role::Admin]).await;
    let olga = person(&domain, "Olga", &[Role::Owner]).await;
    let (ann, ben) = (person(&domain, "Ann", &[]).await, person(&domain, "Ben", &[]).await);
    let (anns, olgas) = (token(&domain, &ann, &[]).await, token(&domain, &olga, &[]).await);
    let strong = service_token(&domain, &[Permission::OWNERS_MANAGE]).await;
    let weak = service_token(&domain, &[Permission::USERS_READ]).await;
    for created in [&anns, &olgas, &strong, &weak] {
        // As if they did not exist.
        let answer = tokens::revoke(&domain.by(&ben.actor), revocation(created)).await;
        assert!(matches!(answer, Err(Error::NoSuchToken)), "{answer:?}");
        let answer = tokens::get(&domain.by(&ben.actor), created.token.id).await;
        assert!(matches!(answer, Err(Error::NoSuchToken)), "{answer:?}");
        let answer = tokens::revoke(&domain.by(&anybody()), revocation(created)).await;
        assert!(matches!(answer, Err(Error::Denied(Denied::Anonymous))), "{answer:?}");
    }
    for created in [&olgas, &strong] {
        let answer = tokens::revoke(&domain.by(&ada.actor), revocation(created)).await;
        assert!(matches!(answer, Err(Error::Denied(Denied::Outranked))), "{answer:?}");
    }
    for (by, created) in [(&ada, &anns), (&ada, &weak), (&olga, &strong), (&olga, &olgas)] {
        tokens::revoke(&domain.by(&by.actor), revocation(created)).await.unwrap();
    }
}

async fn a_token_without_permissions_only_reads(domain: TestDomain) {
    let ada = person(&domain, "Ada", &[Role::Admin]).await;
    let (bare, other) = (token(&domain, &ada, &[]).await, token(&domain, &ada, &[]).await);
    let actor = bearer(&domain, &bare).await.unwrap();
    let mine = tokens::list_mine(&domain.by(&actor), &TokensQuery::default()).await.unwrap();
    assert_eq!(mine.items.len(), 2);
    tokens::get(&domain.by(&actor), other.token.id).await.unwrap();
    lacks(&make_token(&domain, &actor, token_form("ci", &[])).await, Permission::TOKENS_MANAGE);
    lacks(&make_token(&domain, &actor, service_form(&[], "1d")).await, Permission::TOKENS_MANAGE);
    lacks(&tokens::revoke(&domain.by(&actor), revocation(&other)).await, Permission::TOKENS_MANAGE);
    lacks(&tokens::list(&domain.by(&actor), &TokensQuery::default()).await, Permission::TOKENS_READ);
    assert!(users::get(&domain.by(&actor), ada.id).await.is_err());
    // But anyone who finds it can end it.
    tokens::revoke(&domain.by(&actor), revocation(&bare)).await.unwrap();
    assert!(bearer(&domain, &bare).await.is_none() && bearer(&domain, &other).await.is_some());
}

async fn when_a_token_was_used_is_written_down_later(domain: TestDomain) {
    let ann = person(&domain, "Ann", &[]).await;
    let created = token(&domain, &ann, &[]).await;
    let last_used =
        async || tokens::get(&domain.by(&ann.actor), created.token.id).await.unwrap().last_used_at;
    let seen = user(&domain, ann.id).await.last_seen_at;
    let (first, events) = (domain.clock.now(), domain.events().await);
    bearer(&domain, &created).await.unwrap();
    assert_eq!(last_used().await, None);
    domain.token_use.flush(&domain).await.unwrap();
    assert_eq!(last_used().await, Some(first));
    domain.clock.advance(59);
    bearer(&domain, &created).await.unwrap();
    let statements = domain.db.statements();
    domain.token_use.flush(&domain).await.unwrap();
    assert_eq!(domain.db.statements(), statements, "within a minute nothing is written anew");
    domain.clock.advance(1);
    bearer(&domain, &created).await.unwrap();
    domain.token_use.flush(&domain).await.unwrap();
    assert_eq!(last_used().await, Some(domain.clock.now()));
    // A program is not its owner: their last-seen time does not change.
    assert_eq!((user(&domain, ann.id).await.last_seen_at, domain.events().await), (seen, events));
}

async fn a_refusal_is_told_once_an_hour(domain: TestDomain) {
    let ann = person(&domain, "Ann", &[]).await;
    let (one, other) = (token(&domain, &ann, &[]).await, token(&domain, &ann, &[]).await);
    for created in [&one, &other] {
        tokens::revoke(&domain.by(&ann.actor), revocation(created)).await.unwrap();
    }
    domain.clock.advance(1);
    let events = domain.events().await;
    for _ in 0..5 {
        assert!(bearer(&domain, &one).await.is_none());
    }
    assert_eq!(domain.events().await, events + 1);
    let event = latest(&domain).await;
    assert_eq!((event.action, event.reason.as_str()), (Action::TOKEN_REFUSED, "revoked"));
    assert_eq!(event.target.unwrap().id, Some(one.token.id.into()));
    assert_eq!((event.actor.id, event.ip.as_str()), (None, "192.0.2.7"));
    bearer(&domain, &other).await;
    assert_eq!(domain.events().await, events + 2);
    domain.clock.advance(HOUR - 1);
    bearer(&domain, &one).await;
    assert_eq!(domain.events().await, events + 2);
    domain.clock.advance(1);
    bearer(&domain, &one).await;
    assert_eq!(domain.events().await, events + 3);
    // A token that never existed leaves no trace.
    tokens::authenticate(&domain, frontdesk_model::TokenText::of([7; 32]).expose(), origin()).await.unwrap();
    assert_eq!(domain.events().await, events + 3);
}

async fn what_happens_to_tokens_and_by_them_is_told(domain: TestDomain) {
    let ada = person(&domain, "Ada", &[Role::Admin]).await;
    let created = token(&domain, &ada, &[Permission::USERS_SUSPEND]).await;
    let event = latest(&domain).await;
    let label = format!("ci ({})", created.token.hint);
    assert_eq!((event.action, event.actor.id), (Action::TOKEN_CREATED, Some(ada.id.0)));
    let target = event.target.unwrap();
    assert_eq!((target.id, &target.label), (Some(created.token.id.into()), &label));
    let facts: Vec<_> =
        event.changes.iter().map(|fact| (fact.field.as_str(), fact.after.as_deref())).collect();
    assert_eq!(
        facts[..3],
        [("kind", Some("personal")), ("owner", Some("Ada")), ("permissions", Some("users:suspend"))]
    );
    assert_eq!(facts[3].0, "expires");

    // With a personal token: recorded under its owner, and distinguishable.
    let ann = register(&domain, "Ann").await;
    domain.clock.advance(1);
    let actor = bearer(&domain, &created).await.unwrap();
    users::suspend(&domain.by(&actor), suspension(ann)).await.unwrap();
    let by_ada = trail(&domain, AuditQuery { actor: Some(ada.id), ..AuditQuery::default() }).await;
    assert_eq!(by_ada[0].action, Action::USER_SUSPENDED);
    assert_eq!(by_ada[0].actor.label, format!("Ada via token {label}"));
    assert_eq!(by_ada[1].actor.label, "Ada");

    domain.clock.advance(1);
    tokens::revoke(&domain.system(), revocation(&created)).await.unwrap();
    let event = latest(&domain).await;
    assert_eq!((event.action, event.target.unwrap().label), (Action::TOKEN_REVOKED, label));

    // With a service token: under itself.
    let till = service_token(&domain, &[Permission::USERS_SUSPEND]).await;
    let actor: Actor = bearer(&domain, &till).await.unwrap();
    domain.clock.advance(1);
    users::reinstate(&domain.by(&actor), one(ann)).await.unwrap();
    let event = latest(&domain).await;
    assert_eq!(event.actor.id, Some(till.token.id.0));
    assert_eq!(event.actor.label, format!("service token till ({})", till.token.hint));
}

async fn the_text_of_a_token_is_nowhere(domain: TestDomain) {
    let ada = person(&domain, "Ada", &[Role::Admin]).await;
    let created = token(&domain, &ada, &[Permission::USERS_READ]).await;
    bearer(&domain, &created).await.unwrap();
    domain.token_use.flush(&domain).await.unwrap();
    tokens::revoke(&domain.by(&ada.actor), revocation(&created)).await.unwrap();
    bearer(&domain, &created).await;

    let columns = match domain.db.dialect() {
        Dialect::Sqlite => {
            "SELECT t.name, c.name FROM sqlite_schema t JOIN pragma_table_info(t.name) c WHERE t.type = 'table'"
        }
        Dialect::Postgres => {
            "SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT) FROM information_schema.columns \
             WHERE table_schema = 'public'"
        }
    };
    let columns: Vec<(String, String)> =
        domain.db.all(Sql::new("test.columns", columns), params![]).await.unwrap();
    assert!(columns.len() > 50);
    // The hint is stored; the rest is not, neither as text nor in PostgreSQL's format of bytes.
    let rest = &created.text.expose()[10..];
    let hex: String = rest.bytes().map(|byte| format!("{byte:02x}")).collect();
    let mut hints = 0;
    for (table, column) in columns {
        let found = async |text: &str| {
            let query = format!(
                "SELECT count(*) FROM \"{table}\" WHERE CAST(\"{column}\" AS TEXT) LIKE '%' || $1 || '%'"
            );
            let sql = Sql::new("test.search", query.leak());
            let (count,): (i64,) = domain.db.one(sql, params![text]).await.unwrap();
            count
        };
        hints += found(&created.token.hint).await;
        assert_eq!((found(rest).await, found(&hex).await), (0, 0), "{table}.{column}");
    }
    assert!(hints >= 4, "the search finds what there is");
}

async fn sweep(domain: &TestDomain) {
    enqueue(domain, Job::new(&tokens::SweepTokens {})).await;
    work(domain, &[Handler::of::<tokens::SweepTokens>()]).await;
}

async fn what_ended_long_ago_is_forgotten(domain: TestDomain) {
    let ann = person(&domain, "Ann", &[]).await;
    let (revoked, expires) = (token(&domain, &ann, &[]).await, token(&domain, &ann, &[]).await);
    let never = service_token(&domain, &[]).await;
    tokens::revoke(&domain.by(&ann.actor), revocation(&revoked)).await.unwrap();
    let left = async || domain.count("SELECT count(*) FROM tokens").await;
    domain.clock.advance(KEPT_DAYS * DAY - 1);
    sweep(&domain).await;
    assert_eq!(left().await, 3);
    domain.clock.advance(1);
    sweep(&domain).await;
    assert_eq!(left().await, 2);
    assert!(bearer(&domain, &expires).await.is_none());
    domain.clock.advance(KEPT_DAYS * DAY);
    sweep(&domain).await;
    assert_eq!(left().await, 1);
    assert!(bearer(&domain, &never).await.is_some());
}
