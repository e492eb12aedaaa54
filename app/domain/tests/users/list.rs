//! The list of users, except paging: its cost, and its cursors.

use frontdesk_domain::{
    overview,
    users::{self, Error},
};
use frontdesk_model::{
    Cursor, Limit, Problem, Role,
    filter::TimeRange,
    page::Key,
    search::Search,
    users::{Status, User, UserField, UserSort, UserSummary, UsersQuery},
};
use uuid::Uuid;

use crate::support::{TestDomain, crowd, grant, one, register, suspension, user};

both! {
    a_page_is_a_fixed_number_of_statements_whatever_is_on_it,
    a_page_shows_all_of_a_persons_roles_and_one_row_for_each_person,
    users_are_filtered_by_roles_statuses_and_time,
    a_range_of_changes_has_every_user_by_their_last_change,
    filters_without_an_index_are_refused,
    a_cursor_leads_on_only_in_its_own_list,
    a_forged_cursor_is_refused_or_leads_somewhere_and_is_never_a_database_error,
    an_overview_is_a_fixed_number_of_statements_and_counts_what_is_there,
}

async fn a_page_is_a_fixed_number_of_statements_whatever_is_on_it(domain: TestDomain) {
    let cost = async |query: &UsersQuery| {
        let before = domain.db.statements();
        let list = users::list(&domain.system(), query).await.unwrap();
        (list.page.items.len(), domain.db.statements() - before, list.page.next)
    };
    let all = UsersQuery { limit: Limit::new(100), ..UsersQuery::default() };
    let found = UsersQuery { q: Search::parse("a").ok(), ..all.clone() };
    assert_eq!((cost(&all).await.1, cost(&found).await.1), (1, 2));
    crowd::insert(&domain, &crowd::mixed(&domain, 150)).await;
    let list = users::list(&domain.system(), &all).await.unwrap();
    for user in list.page.items.iter().take(40) {
        for role in Role::ASSIGNABLE {
            grant(&domain, user.id, *role).await;
        }
    }
    let (rows, statements, next) = cost(&all).await;
    assert_eq!((rows, statements), (100, 1));
    assert_eq!(cost(&UsersQuery { cursor: next, ..all }).await.1, 1);
    // A search counts its matches first; its later pages have the result in their cursor.
    let (rows, statements, next) = cost(&UsersQuery { limit: Limit::new(30), ..found.clone() }).await;
    assert_eq!((rows, statements), (30, 2));
    assert_eq!(cost(&UsersQuery { cursor: next, ..found }).await.1, 1);
}

async fn a_page_shows_all_of_a_persons_roles_and_one_row_for_each_person(domain: TestDomain) {
    crowd::insert(&domain, &crowd::mixed(&domain, 30)).await;
    let ann = register(&domain, "Ann").await;
    for role in Role::ASSIGNABLE {
        grant(&domain, ann, *role).await;
    }
    for sort in UserSort::all() {
        let query = UsersQuery { sort: Some(sort), q: Search::parse("ann@").ok(), ..UsersQuery::default() };
        let list = users::list(&domain.system(), &query).await.unwrap();
        let User { id, name, email, status, roles, joined_at, updated_at, last_seen_at, .. } =
            user(&domain, ann).await;
        let listed = UserSummary { id, name, email, status, roles, joined_at, updated_at, last_seen_at };
        assert_eq!(list.page.items, [listed]);
        assert_eq!(list.page.items[0].roles.iter().count(), Role::ASSIGNABLE.len());
    }
    let query = UsersQuery { limit: Limit::new(100), ..UsersQuery::default() };
    let items = users::list(&domain.system(), &query).await.unwrap().page.items;
    let mut distinct: Vec<_> = items.iter().map(|user| user.id).collect();
    distinct.sort_unstable();
    distinct.dedup();
    assert_eq!(distinct.len(), items.len());
}

async fn users_are_filtered_by_roles_statuses_and_time(domain: TestDomain) {
    let mut people = Vec::new();
    for name in ["Ann", "Bo", "Cy", "Di"] {
        domain.clock.advance(60);
        people.push(register(&domain, name).await);
    }
    let [ann, bo, cy, di] = people[..] else { panic!() };
    for (id, role) in [(ann, Role::Admin), (ann, Role::Support), (bo, Role::Support), (cy, Role::Admin)] {
        grant(&domain, id, role).await;
    }
    users::suspend(&domain.system(), suspension(cy)).await.unwrap();
    users::remove(&domain.system(), one(di)).await.unwrap();
    let found = async |query: UsersQuery| {
        let (mut query, mut ids) = (UsersQuery { limit: Limit::new(1), ..query }, Vec::new());
        loop {
            let page = users::list(&domain.system(), &query).await.unwrap().page;
            ids.extend(page.items.into_iter().map(|user| user.id));
            match page.next {
                Some(next) => query.cursor = Some(next),
                None => return ids,
            }
        }
    };
    let of = |roles: &[Role], statuses: &[Status]| UsersQuery {
        role: roles.iter().copied().collect(),
        status: statuses.iter().copied().collect(),
        ..UsersQuery::default()
    };
    let (active, suspended, removed) = (Status::Active, Status::Suspended, Status::Removed);
    for (roles, statuses, expected) in [
        (&[Role::Admin][..], &[][..], vec![cy, ann]),
        (&[Role::Admin, Role::Support], &[], vec![cy, bo, ann]),
        (&[Role::Admin], &[suspended], vec![cy]),
        (&[Role::Auditor], &[], vec![]),
        (&[], &[active, suspended], vec![cy, bo, ann]),
        (&[], &[suspended, removed], vec![di, cy]),
        (&[], &[active, removed], vec![di, bo, ann]),
        (&[], &[active, suspended, removed], vec![di, cy, bo, ann]),
    ] {
        assert_eq!(found(of(roles, statuses)).await, expected, "{roles:?} {statuses:?}");
    }
    let second = user(&domain, bo).await.joined_at;
    for (created, expected) in [
        (TimeRange { gte: Some(second), ..TimeRange::default() }, vec![cy, bo]),
        (TimeRange { gt: Some(second), ..TimeRange::default() }, vec![cy]),
        (TimeRange { lte: Some(second), ..TimeRange::default() }, vec![bo, ann]),
        (TimeRange { lt: Some(second), ..TimeRange::default() }, vec![ann]),
    ] {
        assert_eq!(found(UsersQuery { created, ..UsersQuery::default() }).await, expected, "{created:?}");
        let admins = UsersQuery { created, ..of(&[Role::Admin], &[]) };
        let expected: Vec<_> = expected.into_iter().filter(|id| *id != bo).collect();
        assert_eq!(found(admins).await, expected, "{created:?}");
    }
}

async fn a_range_of_changes_has_every_user_by_their_last_change(domain: TestDomain) {
    let mut people = Vec::new();
    for name in ["Ann", "Bo", "Cy", "Di"] {
        people.push(register(&domain, name).await);
        domain.clock.advance(60);
    }
    let [ann, bo, cy, di] = people[..] else { panic!() };
    let synced = domain.clock.now();
    users::suspend(&domain.system(), suspension(cy)).await.unwrap();
    domain.clock.advance(60);
    grant(&domain, ann, Role::Admin).await;
    domain.clock.advance(60);
    users::remove(&domain.system(), one(bo)).await.unwrap();
    let changed = async |updated: TimeRange| {
        let mut query = UsersQuery { updated, limit: Limit::new(1), ..UsersQuery::default() };
        let mut users = Vec::new();
        loop {
            let page = users::list(&domain.system(), &query).await.unwrap().page;
            users.extend(page.items);
            match page.next {
                Some(next) => query.cursor = Some(next),
                None => return users,
            }
        }
    };
    let since = changed(TimeRange { gte: Some(synced), ..TimeRange::default() }).await;
    assert_eq!(since.iter().map(|user| user.id).collect::<Vec<_>>(), [cy, ann, bo]);
    assert_eq!(since[2].status, Status::Removed);
    let last = since[1].updated_at;
    let ids = async |updated| changed(updated).await.into_iter().map(|user| user.id).collect::<Vec<_>>();
    assert_eq!(ids(TimeRange { gt: Some(last), ..TimeRange::default() }).await, [bo]);
    assert_eq!(
        ids(TimeRange { gte: Some(last), lt: Some(since[2].updated_at), ..TimeRange::default() }).await,
        [ann]
    );
    assert_eq!(ids(TimeRange { lte: Some(last), ..TimeRange::default() }).await, [di, cy, ann]);
    let updated = TimeRange { gte: Some(synced), ..TimeRange::default() };
    for query in [
        UsersQuery { q: Search::parse("ann").ok(), updated, ..UsersQuery::default() },
        UsersQuery { sort: UserSort::parse("name"), updated, ..UsersQuery::default() },
        UsersQuery { status: Some(Status::Active).into(), updated, ..UsersQuery::default() },
        UsersQuery { created: updated, updated, ..UsersQuery::default() },
    ] {
        let problem = Problem::from(users::list(&domain.system(), &query).await.unwrap_err());
        assert_eq!(
            (problem.details[0].field.as_str(), problem.details[0].code.as_str()),
            ("updated", "mixed")
        );
    }
}

async fn filters_without_an_index_are_refused(domain: TestDomain) {
    let q = || Search::parse("ann").ok();
    let created = TimeRange { gte: Some(domain.clock.now()), ..TimeRange::default() };
    let statuses = [Status::Active, Status::Removed];
    for (query, field, code) in [
        (UsersQuery { q: q(), created, ..UsersQuery::default() }, "created", "mixed"),
        (UsersQuery { sort: UserSort::parse("name"), created, ..UsersQuery::default() }, "created", "mixed"),
        (UsersQuery { q: q(), role: Some(Role::Admin).into(), ..UsersQuery::default() }, "role", "mixed"),
        (
            UsersQuery { q: q(), status: statuses.iter().copied().collect(), ..UsersQuery::default() },
            "status",
            "mixed",
        ),
        (UsersQuery { role: Some(Role::Member).into(), ..UsersQuery::default() }, "role", "refused"),
    ] {
        let problem = Problem::from(users::list(&domain.system(), &query).await.unwrap_err());
        let fault = &problem.details[0];
        assert_eq!((fault.field.as_str(), fault.code.as_str()), (field, code), "{query:?}");
    }
}

async fn a_cursor_leads_on_only_in_its_own_list(domain: TestDomain) {
    crowd::insert(&domain, &crowd::mixed(&domain, 60)).await;
    let search = |text: &str| Some(Search::parse(text).unwrap());
    let sort = |text: &str| Some(UserSort::parse(text).unwrap());
    let two = UsersQuery { limit: Limit::new(2), ..UsersQuery::default() };
    let lists = [
        two.clone(),
        UsersQuery { sort: sort("joined"), ..two.clone() },
        UsersQuery { sort: sort("-name"), ..two.clone() },
        UsersQuery { sort: sort("-last_seen"), ..two.clone() },
        UsersQuery { status: Some(Status::Active).into(), ..two.clone() },
        UsersQuery { status: Some(Status::Removed).into(), ..two.clone() },
        UsersQuery { q: search("ann"), ..two.clone() },
        UsersQuery { q: search("an"), ..two.clone() },
        UsersQuery { q: search("ann"), status: Some(Status::Active).into(), ..two.clone() },
    ];
    for from in &lists {
        let page = users::list(&domain.system(), from).await.unwrap().page;
        assert!(page.next.is_some(), "{from:?}");
        for to in &lists {
            let query = UsersQuery { cursor: page.next.clone(), ..to.clone() };
            let answer = users::list(&domain.system(), &query).await;
            match answer {
                Ok(_) => assert_eq!(from, to),
                Err(Error::ForeignCursor(_)) => assert_ne!(from, to),
                Err(error) => panic!("{from:?} → {to:?}: {error:?}"),
            }
        }
    }
    // The default sort is the same list; so is another number of rows.
    let page = users::list(&domain.system(), &two).await.unwrap().page;
    let same = UsersQuery {
        sort: sort("-joined"),
        limit: Limit::new(50),
        cursor: page.next,
        ..UsersQuery::default()
    };
    users::list(&domain.system(), &same).await.unwrap();
}

async fn a_forged_cursor_is_refused_or_leads_somewhere_and_is_never_a_database_error(domain: TestDomain) {
    crowd::insert(&domain, &crowd::mixed(&domain, 30)).await;
    let keys = [
        Key::Number(0),
        Key::Number(i64::MIN),
        Key::Number(i64::MAX),
        Key::Text(String::new()),
        Key::Text("ann".to_owned()),
        Key::Text("\u{10FFFF}".to_owned()),
        Key::Text("%_'\";--\\".to_owned()),
        Key::Text("\0".to_owned()),
        Key::Text("é".repeat(500)),
        Key::Text("x".repeat(5_000)),
    ];
    for (sort, search) in UserSort::all().flat_map(|sort| ["", "an"].map(|search| (sort, search))) {
        for reach in ["all", "few", "many", "none"] {
            let list = format!("users:{sort}:present:{reach}:{search}");
            let known = (reach == "all") == search.is_empty() && reach != "none";
            let is_number = matches!(sort.field, UserField::Joined | UserField::LastSeen) && reach != "many";
            for (key, id, backwards) in keys.iter().flat_map(|key| {
                [(Uuid::nil(), false), (Uuid::max(), true)].map(|(id, backwards)| (key, id, backwards))
            }) {
                let cursor = Cursor { list: list.clone(), key: key.clone(), id, backwards };
                let query = UsersQuery {
                    sort: Some(sort),
                    q: Search::parse(search).ok(),
                    cursor: Some(cursor.encode()),
                    ..UsersQuery::default()
                };
                let answer = users::list(&domain.system(), &query).await;
                let fits = match key {
                    Key::Number(_) => is_number,
                    Key::Text(text) => !is_number && !text.contains('\0') && text.len() < 5_000,
                };
                match answer {
                    Ok(_) => assert!(known && fits, "{cursor:?} was taken"),
                    Err(Error::ForeignCursor(_)) => assert!(!known || !fits, "{cursor:?} was refused"),
                    Err(error) => panic!("{cursor:?}: {error:?}"),
                }
            }
        }
    }
    for text in ["", "x", "%%%", "AAAA", "e30", "bnVsbA", "W10"] {
        let query = UsersQuery { cursor: Some(text.to_owned()), ..UsersQuery::default() };
        let answer = users::list(&domain.system(), &query).await;
        assert!(matches!(answer, Err(Error::ForeignCursor(_))), "{text}");
    }
}

async fn an_overview_is_a_fixed_number_of_statements_and_counts_what_is_there(domain: TestDomain) {
    let cost = async || {
        let before = domain.db.statements();
        let overview = overview::overview(&domain.system()).await.unwrap();
        (overview, domain.db.statements() - before)
    };
    let (empty, statements) = cost().await;
    assert_eq!((empty.joined, empty.suspended_count, empty.removed_count), (0, 0, 0));
    let faces = crowd::mixed(&domain, 1_500);
    crowd::insert(&domain, &faces).await;
    register(&domain, "Ann").await;
    let count =
        |status: Status| i64::try_from(faces.iter().filter(|face| face.status == status).count()).unwrap();
    let (full, again) = cost().await;
    assert_eq!(again, statements);
    assert_eq!(full.joined, 1_001, "counting stops");
    assert_eq!(
        (full.suspended_count, full.removed_count),
        (count(Status::Suspended), count(Status::Removed))
    );
    assert_eq!((full.suspended.len(), full.events.unwrap().len()), (5, 1));
    // A day later no user is new.
    domain.clock.advance(24 * 3600 + 1);
    assert_eq!(cost().await.0.joined, 0);
}
