//! Reading the audit trail: newest first, by actor, action, target and time, page by page.

use frontdesk_domain::{
    audit::{self, Error},
    params, users,
};
use frontdesk_model::{
    Limit, Page, Role, Timestamp, UserId,
    audit::{Action, AuditQuery, Event, TargetId},
};

use crate::support::{By, TestDomain, one, person, register, suspension};

both! {
    every_filter_finds_what_it_says_and_nothing_else,
    a_range_of_time_begins_with_its_first_moment_and_ends_before_its_last,
    pages_lead_through_all_events_and_back_while_more_come_in,
    a_page_is_one_statement_whatever_is_on_it,
    an_event_that_only_a_newer_version_knows_is_shown_as_unknown,
    a_cursor_leads_on_only_in_its_own_list,
}

/// A few days of events by a few people. Returns all events, newest first.
async fn history(domain: &TestDomain) -> Vec<Event> {
    let staff = [person(domain, "Ada", &[Role::Admin]).await, person(domain, "Sam", &[Role::Support]).await];
    for name in ["Ann", "Ben", "Cay"] {
        let id = register(domain, name).await;
        for someone in &staff {
            // Some events happen at the same time, others hours apart.
            domain.clock.advance(5 * 3600);
            users::suspend(&domain.by(&someone.actor), suspension(id)).await.unwrap();
            users::reinstate(&domain.by(&someone.actor), one(id)).await.unwrap();
        }
        users::remove(&domain.by(&staff[0].actor), one(id)).await.unwrap();
    }
    let all = walk(domain, &AuditQuery::default(), 100).await.concat();
    assert_eq!(i64::try_from(all.len()).unwrap(), domain.events().await);
    assert!(all.is_sorted_by(|newer, older| newer.id > older.id && newer.at >= older.at));
    all
}

async fn page(domain: &TestDomain, query: &AuditQuery) -> Page<Event> {
    audit::list(&domain.system(), query).await.unwrap()
}

/// All pages, by following `next`.
async fn walk(domain: &TestDomain, query: &AuditQuery, limit: u32) -> Vec<Vec<Event>> {
    let mut query = AuditQuery { limit: Limit::new(limit), ..query.clone() };
    let mut pages = Vec::new();
    loop {
        let page = page(domain, &query).await;
        assert_eq!(page.prev.is_some(), !pages.is_empty());
        pages.push(page.items);
        query.cursor = page.next;
        if query.cursor.is_none() {
            return pages;
        }
    }
}

async fn every_filter_finds_what_it_says_and_nothing_else(domain: TestDomain) {
    let all = history(&domain).await;
    let nobody = UserId(domain.clock.id());
    let mut parties: Vec<UserId> =
        all.iter().filter_map(|event| event.target.as_ref()?.id.map(|id| UserId(id.uuid()))).collect();
    parties.sort_unstable();
    parties.dedup();
    let people: Vec<Option<UserId>> = parties.into_iter().chain([nobody]).map(Some).chain([None]).collect();
    let actions =
        [None, Some(Action::USER_SUSPENDED), Some(Action::LOGIN_SUCCESS), Some(Action::INVITE_ACCEPTED)];
    let mut found = 0;
    for (actor, target) in people.iter().flat_map(|actor| people.iter().map(move |target| (*actor, *target)))
    {
        for action in actions {
            let query = AuditQuery {
                actor,
                action: action.into(),
                target: target.map(|id| id.0),
                ..AuditQuery::default()
            };
            let expected = all.iter().filter(|event| {
                actor.is_none_or(|id| event.actor.id == Some(id.0))
                    && action.is_none_or(|action| event.action == action)
                    && target.is_none_or(|id| {
                        event.target.as_ref().and_then(|target| target.id).map(TargetId::uuid) == Some(id.0)
                    })
            });
            let expected: Vec<&Event> = expected.collect();
            let got = walk(&domain, &query, 2).await.concat();
            assert_eq!(got.iter().collect::<Vec<_>>(), expected, "{query:?}");
            found += got.len();
        }
    }
    assert!(found > all.len());
}

async fn a_range_of_time_begins_with_its_first_moment_and_ends_before_its_last(domain: TestDomain) {
    let all = history(&domain).await;
    let mut moments: Vec<Timestamp> = all.iter().map(|event| event.at).collect();
    moments.dedup();
    let moments = moments.into_iter().flat_map(|at| [at.plus_seconds(-1), at, at.plus_seconds(1)]);
    let moments: Vec<Option<Timestamp>> = moments.map(Some).chain([None]).collect();
    for (since, until) in moments.iter().flat_map(|since| moments.iter().map(move |until| (*since, *until))) {
        let query =
            AuditQuery { since, until, action: Some(Action::USER_SUSPENDED).into(), ..AuditQuery::default() };
        let expected = all.iter().filter(|event| {
            event.action == Action::USER_SUSPENDED
                && since.is_none_or(|since| event.at >= since)
                && until.is_none_or(|until| event.at < until)
        });
        let expected: Vec<&Event> = expected.collect();
        assert_eq!(page(&domain, &query).await.items.iter().collect::<Vec<_>>(), expected, "{query:?}");
    }
}

async fn pages_lead_through_all_events_and_back_while_more_come_in(domain: TestDomain) {
    let all = history(&domain).await;
    let mut query = AuditQuery { limit: Limit::new(4), ..AuditQuery::default() };
    let (mut down, mut n) = (Vec::new(), 0);
    let last = loop {
        let page = page(&domain, &query).await;
        down.extend(page.items);
        n += 1;
        // New events come before all that are read here, and change no page.
        register(&domain, &format!("Newcomer {n}")).await;
        match page.next {
            Some(next) => query.cursor = Some(next),
            None => break page.prev,
        }
    };
    assert_eq!(down, all);
    let mut up = Vec::new();
    query.cursor = last;
    while query.cursor.is_some() {
        let page = page(&domain, &query).await;
        assert!(page.next.is_some());
        up.splice(0..0, page.items);
        query.cursor = page.prev;
    }
    // At the start are the new events, then all earlier ones.
    let (newcomers, before) = up.split_at(n);
    let label = |event: &Event| event.target.as_ref().map(|target| target.label.clone()).unwrap_or_default();
    assert!(newcomers.iter().map(label).eq((1..=n).rev().map(|n| format!("Newcomer {n}"))));
    assert!(all.starts_with(before) && before.len() >= all.len() - 4, "{} of {}", before.len(), all.len());
}

async fn a_page_is_one_statement_whatever_is_on_it(domain: TestDomain) {
    let all = history(&domain).await;
    let some = all.iter().find(|event| event.action == Action::USER_SUSPENDED).unwrap();
    for query in [
        AuditQuery::default(),
        AuditQuery { limit: Limit::new(100), ..AuditQuery::default() },
        AuditQuery {
            actor: some.actor.id.map(UserId),
            action: Some(some.action).into(),
            ..AuditQuery::default()
        },
        AuditQuery { target: Some(domain.clock.id()), ..AuditQuery::default() },
    ] {
        let before = domain.db.statements();
        page(&domain, &query).await;
        assert_eq!(domain.db.statements() - before, 1, "{query:?}");
    }
}

async fn an_event_that_only_a_newer_version_knows_is_shown_as_unknown(domain: TestDomain) {
    let all = history(&domain).await;
    // Right after the newest, so that it is the last of its page, and not.
    let (newest, second) = (&all[0], &all[1]);
    let between = uuid::Uuid::from_u128(newest.id.0.as_u128() - 1);
    assert!(between > second.id.0);
    let insert = "INSERT INTO audit_events (id, at, actor_label, action, target_label, ip, user_agent, request_id, \
                  reason, changes) VALUES ($1, $2, 'Ann', 'order.shipped', '', '', '', '', '', '[]')";
    domain.meddle(insert, params![between, newest.at]).await.unwrap();
    for limit in 1..4 {
        let mut seen = walk(&domain, &AuditQuery::default(), limit).await.concat();
        let unknown = seen.remove(1);
        assert_eq!((unknown.action, unknown.actor.label.as_str()), (Action::UNKNOWN, "Ann"));
        assert!(seen == all, "with {limit} on a page, not all the others are there");
    }
}

async fn a_cursor_leads_on_only_in_its_own_list(domain: TestDomain) {
    let all = history(&domain).await;
    let query = AuditQuery {
        action: Some(Action::USER_SUSPENDED).into(),
        limit: Limit::new(1),
        ..AuditQuery::default()
    };
    let cursor = page(&domain, &query).await.next;
    assert!(cursor.is_some());
    // A different number of rows per page is the same list.
    let wider = AuditQuery { cursor: cursor.clone(), limit: Limit::new(2), ..query.clone() };
    assert_eq!(page(&domain, &wider).await.items.len(), 2);
    for other in [
        AuditQuery { action: None.into(), ..query.clone() },
        AuditQuery { action: Some(Action::USER_REMOVED).into(), ..query.clone() },
        AuditQuery { actor: all[0].actor.id.map(UserId), ..query.clone() },
        AuditQuery { since: Some(all[0].at), ..query.clone() },
    ] {
        let answer = audit::list(&domain.system(), &AuditQuery { cursor: cursor.clone(), ..other }).await;
        assert!(matches!(answer, Err(Error::ForeignCursor(_))), "{answer:?}");
    }
    for forged in ["", "x", "AAAA"] {
        let query = AuditQuery { cursor: Some(forged.to_owned()), ..query.clone() };
        assert!(
            matches!(audit::list(&domain.system(), &query).await, Err(Error::ForeignCursor(_))),
            "{forged}"
        );
    }
}
