//! Walking through the list of users, page by page.

use std::collections::HashSet;

use frontdesk_domain::{params, users};
use frontdesk_model::{
    Limit, Page, UserId,
    search::Search,
    users::{Status, UserSort, UserSummary, UsersQuery},
};

use crate::support::{
    Random, TestDomain,
    crowd::{self, Face, expected, expected_by_word},
};

both! {
    every_sort_filter_and_search_is_walked_in_order_and_back,
    a_search_with_many_matches_is_walked_in_order_and_back,
    a_search_stays_what_it_was_while_its_matches_become_many,
    who_stays_throughout_is_seen_once_while_others_come_and_go,
}

const STATUSES: [Option<Status>; 4] =
    [None, Some(Status::Active), Some(Status::Suspended), Some(Status::Removed)];

fn query(sort: UserSort, status: Option<Status>, q: &str, limit: u32) -> UsersQuery {
    UsersQuery {
        q: (!q.is_empty()).then(|| Search::parse(q).unwrap()),
        status: status.into(),
        sort: Some(sort),
        limit: Limit::new(limit),
        ..UsersQuery::default()
    }
}

/// A page, and whether it is in the order of the words that match.
async fn page(domain: &TestDomain, query: &UsersQuery) -> (Page<UserSummary>, bool) {
    let list = users::list(&domain.system(), query).await.unwrap();
    (list.page, list.sort.is_none())
}

fn ids(page: &Page<UserSummary>) -> Vec<UserId> {
    page.items.iter().map(|user| user.id).collect()
}

/// Follows `next` to the last page, then `prev` back to the first, which must be the same way.
async fn walk(domain: &TestDomain, query: &UsersQuery) -> Vec<UserId> {
    let limit = query.limit.unwrap().rows();
    let mut query = query.clone();
    let mut pages: Vec<Vec<UserId>> = Vec::new();
    let mut back = loop {
        let (page, _) = page(domain, &query).await;
        assert_eq!(page.prev.is_some(), !pages.is_empty(), "{query:?}");
        assert!(
            page.items.len() == limit || page.next.is_none(),
            "{query:?}: a short page that is not the last"
        );
        pages.push(ids(&page));
        match page.next {
            Some(next) => query.cursor = Some(next),
            None => break page.prev,
        }
    };
    for n in (0..pages.len() - 1).rev() {
        query.cursor = Some(back.unwrap());
        let (page, _) = page(domain, &query).await;
        assert_eq!(ids(&page), pages[n], "{query:?}: page {n} on the way back");
        assert!(page.next.is_some());
        back = page.prev;
    }
    assert_eq!(back, None, "{query:?}: something before the first page");
    pages.concat()
}

async fn every_sort_filter_and_search_is_walked_in_order_and_back(domain: TestDomain) {
    let crowd = crowd::mixed(&domain, 130);
    crowd::insert(&domain, &crowd).await;
    let searches = ["", "ann", " ÄNN ", "anna.lee1", "bob_", "é", "李", "用", "nobody", "😀"];
    for (n, search) in searches.iter().enumerate() {
        for (sort, status) in UserSort::all().flat_map(|sort| STATUSES.map(|status| (sort, status))) {
            // Pages that end with the list, and pages that do not.
            let query = query(sort, status, search, [7, 1, 10, 3][n % 4]);
            assert_eq!(walk(&domain, &query).await, expected(&crowd, &query, sort), "{query:?}");
        }
    }
}

/// More than are looked for in both columns; most under one e-mail and one name prefix.
async fn many(domain: &TestDomain) -> Vec<Face> {
    let mut crowd = crowd::mixed(domain, 3_200);
    for (n, face) in crowd.iter_mut().enumerate() {
        if n % 40 != 0 {
            face.email = format!("Crowd.{:02}.{n}@example.com", n % 100);
        }
        if n % 30 != 0 {
            face.name = format!("Crówd Nr {}", n % 800);
        }
    }
    crowd::insert(domain, &crowd).await;
    crowd
}

async fn a_search_with_many_matches_is_walked_in_order_and_back(domain: TestDomain) {
    let crowd = many(&domain).await;
    for (sort, status) in UserSort::all().flat_map(|sort| STATUSES.map(|status| (sort, status))) {
        let query = query(sort, status, "crowd", 100);
        // There are not so many of the suspended and the removed.
        let is_many = !matches!(status, Some(Status::Suspended | Status::Removed));
        let list = users::list(&domain.system(), &query).await.unwrap();
        assert_eq!(list.sort, (!is_many).then_some(sort), "{query:?}");
        let expected =
            if is_many { expected_by_word(&crowd, &query) } else { expected(&crowd, &query, sort) };
        assert_eq!(walk(&domain, &query).await, expected, "{query:?}");
    }
}

async fn a_search_stays_what_it_was_while_its_matches_become_many(domain: TestDomain) {
    let before = crowd::mixed(&domain, 60);
    crowd::insert(&domain, &before).await;
    let mut query = query(UserSort::default(), None, "ann", 5);
    let all = expected(&before, &query, UserSort::default());
    let (first, is_many) = page(&domain, &query).await;
    assert!(!is_many);
    let mut seen = ids(&first);
    // All of them join later, and so stand before what is still to be read.
    let mut more: Vec<Face> = crowd::mixed(&domain, 2_660).split_off(60);
    for face in &mut more {
        (face.name, face.joined_at) = ("Ann".to_owned(), face.joined_at + 1_000_000);
    }
    crowd::insert(&domain, &more).await;
    query.cursor = first.next;
    while query.cursor.is_some() {
        let (page, is_many) = page(&domain, &query).await;
        assert!(!is_many);
        seen.extend(ids(&page));
        query.cursor = page.next;
    }
    assert_eq!(seen, all);
    assert!(page(&domain, &query).await.1, "a new search has many matches");
}

async fn who_stays_throughout_is_seen_once_while_others_come_and_go(domain: TestDomain) {
    let mut crowd = crowd::mixed(&domain, 3_000);
    for face in &mut crowd {
        face.status = Status::Active;
    }
    let staying = crowd.split_off(2_940);
    crowd::insert(&domain, &staying).await;
    domain.meddle("UPDATE users SET version = 2", params![]).await.unwrap();
    let mut passers = Passers { coming: crowd, going: Vec::new(), random: Random::new(1) };
    let stayed: HashSet<UserId> = staying.iter().map(|face| face.id).collect();
    for (sort, search) in UserSort::all().flat_map(|sort| ["", "a"].map(|search| (sort, search))) {
        for _ in 0..8 {
            passers.pass(&domain).await;
        }
        let query = query(sort, None, search, 7);
        let [down, last, up] = walk_among(&domain, &query, &mut passers).await;
        let expected = expected(&staying, &query, sort);
        // The way back leads to all that stands before the last page.
        for (way, seen) in [("down", down), ("up", [up, last].concat())] {
            let met: Vec<UserId> = seen.iter().copied().filter(|id| stayed.contains(id)).collect();
            assert_eq!(met, expected, "{query:?}, on the way {way}");
        }
        for text in [
            "DELETE FROM users WHERE version = 1",
            "DELETE FROM user_words WHERE user_id NOT IN (SELECT id FROM users)",
        ] {
            domain.meddle(text, params![]).await.unwrap();
        }
        passers.going.clear();
    }
}

/// Those who come and go between two pages, anywhere in the list.
struct Passers {
    coming: Vec<Face>,
    going: Vec<Face>,
    random: Random,
}

impl Passers {
    async fn pass(&mut self, domain: &TestDomain) {
        let coming = self.coming.split_off(self.coming.len() - 3);
        crowd::insert(domain, &coming).await;
        for _ in 0..3.min(self.going.len()) {
            let gone = self.going.swap_remove(self.random.below(self.going.len()));
            let remove = "UPDATE users SET status = 'removed', removed_at = 1 WHERE id = $1";
            domain.meddle(remove, params![gone.id]).await.unwrap();
        }
        self.going.extend(coming);
    }
}

/// Who is seen on the way down, on its last page, and on the way from there up. None of it twice.
async fn walk_among(domain: &TestDomain, query: &UsersQuery, passers: &mut Passers) -> [Vec<UserId>; 3] {
    let (mut down, mut up) = (Vec::new(), Vec::new());
    let mut query = query.clone();
    let last = loop {
        let (page, _) = page(domain, &query).await;
        passers.pass(domain).await;
        down.extend(ids(&page));
        query.cursor = page.next.clone();
        if query.cursor.is_none() {
            break page;
        }
    };
    query.cursor = last.prev.clone();
    while query.cursor.is_some() {
        let (page, _) = page(domain, &query).await;
        passers.pass(domain).await;
        up.splice(0..0, ids(&page));
        query.cursor = page.prev;
    }
    for seen in [&down, &up] {
        assert_eq!(
            seen.iter().collect::<HashSet<_>>().len(),
            seen.len(),
            "{query:?}: somebody is seen twice"
        );
    }
    [down, ids(&last), up]
}
