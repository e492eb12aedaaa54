//! One account for each e-mail address, however it is typed; and accounts of before that turn out to
//! have one address.

use frontdesk_domain::{
    authentication,
    credentials::Credentials,
    params,
    users::{self, SharedAddress},
};
use frontdesk_model::{
    Code, Limit, Problem, UserId,
    email_lookup::Lookup,
    search::Search,
    users::{UpdateUser, User, UserSort, UsersQuery},
};

use crate::support::{By, PASSWORD, TestDomain, anybody, create_form, prove, register, sign_up_form, user};

both! {
    an_address_is_one_account_however_it_is_typed,
    invisible_characters_are_refused_inside_and_trimmed_outside,
    failures_are_counted_for_an_address_however_it_is_typed,
    an_address_is_searched_in_each_of_its_forms,
    accounts_of_before_with_one_address_both_go_on_working,
    a_shared_address_goes_to_the_other_account_when_the_first_gives_it_up,
    a_shared_address_is_one_account_again_when_the_other_gets_its_own,
    accounts_that_share_an_address_are_edited_as_others_are,
    a_success_with_one_account_clears_no_failures_with_the_other_that_shares_its_address,
    an_account_of_before_with_an_invisible_character_has_the_address_that_people_see,
    an_earlier_version_may_run_beside,
    many_accounts_of_before_are_filled_in_once,
    a_cursor_with_the_longest_address_is_taken,
}

async fn sign_up(domain: &TestDomain, name: &str, email: &str) -> Result<Credentials, users::Error> {
    authentication::sign_up(&domain.by(&anybody()), sign_up_form(name, email)).await
}

async fn by_email(domain: &TestDomain, text: &str) -> Result<User, users::Error> {
    users::by_email(&domain.system(), &Lookup::of(text)).await
}

async fn signed_in(domain: &TestDomain, email: &str) -> UserId {
    prove(domain, email, PASSWORD).await.unwrap_or_else(|error| panic!("{email}: {error}")).user
}

async fn move_to(domain: &TestDomain, id: UserId, email: &str) -> Result<User, users::Error> {
    let version = user(domain, id).await.version;
    let form = UpdateUser { id, version: version.into(), name: None, email: Some(email.to_owned()) };
    users::update(&domain.system(), form).await.map(|updated| updated.user)
}

async fn rename(domain: &TestDomain, id: UserId, name: &str) -> Result<User, users::Error> {
    let version = user(domain, id).await.version;
    let form = UpdateUser { id, version: version.into(), name: Some(name.to_owned()), email: None };
    users::update(&domain.system(), form).await.map(|updated| updated.user)
}

/// Gives a user this address as the first version would have.
async fn store_as_before(domain: &TestDomain, id: UserId, email: &str) {
    let update = "UPDATE users SET email = $2, email_key = $3, version = version + 1 WHERE id = $1";
    domain.meddle(update, params![id, email, email.to_lowercase()]).await.unwrap();
}

/// Two accounts that the first version took for different ones.
async fn two_of_before(domain: &TestDomain, first: &str, other: &str) -> (UserId, UserId) {
    let (ann, bob) = (register(domain, "Ann").await, register(domain, "Bob").await);
    store_as_before(domain, ann, first).await;
    store_as_before(domain, bob, other).await;
    users::fill(&domain.db).await.unwrap();
    (ann, bob)
}

async fn shared(domain: &TestDomain) -> Vec<(UserId, UserId)> {
    let all: Vec<SharedAddress> = users::shared_addresses(&domain.db, 100).await.unwrap();
    all.into_iter().map(|pair| (pair.first.id, pair.other.id)).collect()
}

fn code_of(error: users::Error) -> String {
    let problem = Problem::from(error);
    assert_eq!(problem.error, Code::ValidationError);
    problem.details[0].code.clone()
}

async fn an_address_is_one_account_however_it_is_typed(domain: TestDomain) {
    for (n, (first, again)) in [
        ("ΣΑΣ@example.com", "σασ@example.com"),
        ("σελας@example.com", "ΣΕΛΑΣ@example.com"),
        ("İpek@example.com", "ipek@example.com"),
        ("i\u{307}rem@example.com", "İREM@example.com"),
        ("jürgen@example.com", "ju\u{308}rgen@example.com"),
        ("strasse@example.com", "Straße@example.com"),
        ("info@bücher.example", "info@xn--bcher-kva.example"),
        ("shop@xn--bcher-kva.example", "Shop@BÜCHER.example"),
        ("ｆｕｌｌ@example.com", "full@example.com"),
        ("ann@ｅｘａｍｐｌｅ。ｃｏｍ", "ann@example.com"),
    ]
    .into_iter()
    .enumerate()
    {
        let id = sign_up(&domain, "Ann", first).await.unwrap().user;
        let second = sign_up(&domain, "Bob", again).await;
        assert!(matches!(second, Err(users::Error::EmailTaken)), "{again}: {second:?}");
        let invited = users::create(&domain.system(), create_form("Bob", again)).await;
        assert!(matches!(invited, Err(users::Error::EmailTaken)), "{again}: {invited:?}");
        let other = register(&domain, &format!("Other {n}")).await;
        let moved = move_to(&domain, other, again).await;
        assert!(matches!(moved, Err(users::Error::EmailTaken)), "{again}: {moved:?}");
        let found = by_email(&domain, again).await.unwrap();
        assert_eq!((found.id, found.email.as_str()), (id, first), "what was typed is kept");
        assert_eq!((signed_in(&domain, first).await, signed_in(&domain, again).await), (id, id), "{first}");
        // One's own address in another spelling is not taken.
        assert_eq!(move_to(&domain, id, again).await.unwrap().email, again);
        assert_eq!(signed_in(&domain, first).await, id);
    }
}

async fn invisible_characters_are_refused_inside_and_trimmed_outside(domain: TestDomain) {
    let ann = sign_up(&domain, "Ann", "\u{FEFF}ann@example.com\u{200B}").await.unwrap().user;
    assert_eq!(user(&domain, ann).await.email, "ann@example.com");
    assert_eq!(signed_in(&domain, "\u{202A}ann@example.com\u{202C}").await, ann);
    for typed in [
        "ann\u{200B}@example.com",
        "ann@exam\u{AD}ple.com",
        "a\u{202E}nn@example.com",
        "ann\u{FE0F}@example.com",
        "ann\u{3164}@example.com",
        "ann\u{10FFFF}@example.com",
        "ann\u{E000}@example.com",
        "ann@\u{200D}example.com",
    ] {
        let name = typed.escape_unicode();
        assert_eq!(code_of(sign_up(&domain, "Bob", typed).await.unwrap_err()), "characters", "{name}");
        let invited = users::create(&domain.system(), create_form("Bob", typed)).await;
        assert_eq!(code_of(invited.unwrap_err()), "characters", "{name}");
        assert_eq!(code_of(move_to(&domain, ann, typed).await.unwrap_err()), "characters", "{name}");
        assert_eq!(code_of(prove(&domain, typed, PASSWORD).await.unwrap_err()), "characters", "{name}");
    }
    assert_eq!(domain.users().await, 1);
}

async fn failures_are_counted_for_an_address_however_it_is_typed(domain: TestDomain) {
    sign_up(&domain, "Ipek", "ipek@bücher.example").await.unwrap();
    let spellings = ["İpek@bücher.example", "ｉpek@xn--bcher-kva.example", "IPEK@BÜCHER.example"];
    let mut results = Vec::new();
    for n in 0..30 {
        results.push(prove(&domain, spellings[n % 3], "not the password").await.unwrap_err());
    }
    assert!(matches!(results.last(), Some(users::Error::Throttled { .. })), "{results:?}");
    let right = prove(&domain, "ipek@bücher.example", PASSWORD).await;
    assert!(matches!(right, Err(users::Error::Throttled { .. })), "{right:?}");
}

async fn an_address_is_searched_in_each_of_its_forms(domain: TestDomain) {
    sign_up(&domain, "Ann", "info@xn--bcher-kva.example").await.unwrap();
    sign_up(&domain, "Bob", "ΣΑΣ@bücher.example").await.unwrap();
    for (q, count) in [
        ("bücher", 2),
        ("bucher.example", 2),
        ("xn--bcher-kva.example", 2),
        ("info@bücher.example", 1),
        ("info@xn--bcher-kva.example", 1),
        ("σας@XN--bcher-kva.example", 1),
    ] {
        let query = UsersQuery { q: Search::parse(q).ok(), ..UsersQuery::default() };
        let found = users::list(&domain.system(), &query).await.unwrap().page.items;
        assert_eq!(found.len(), count, "{q}");
    }
}

async fn accounts_of_before_with_one_address_both_go_on_working(domain: TestDomain) {
    for (first, other, third) in [
        ("jürgen@example.com", "ju\u{308}rgen@example.com", "JÜRGEN@example.com"),
        ("info@bücher.example", "info@xn--bcher-kva.example", "info@Bu\u{308}cher.example"),
        ("ann@example.com", "an\u{200B}n@example.com", "ANN@example.com"),
        ("σασ@example.com", "σας@example.com", "Σασ@example.com"),
        ("ipek@example.com", "i\u{307}pek@example.com", "IPEK@example.com"),
    ] {
        let (ann, bob) = two_of_before(&domain, first, other).await;
        assert_eq!(shared(&domain).await, [(ann, bob)], "{first}");
        assert_eq!((signed_in(&domain, first).await, signed_in(&domain, other).await), (ann, bob));
        assert_eq!(signed_in(&domain, third).await, ann, "{third}");
        assert_eq!(by_email(&domain, other).await.unwrap().id, bob);
        // From then on it is unique.
        for typed in [first, third] {
            let again = sign_up(&domain, "Cid", typed).await;
            assert!(matches!(again, Err(users::Error::EmailTaken)), "{typed}: {again:?}");
        }
        assert_eq!(users::fill(&domain.db).await.unwrap(), 0);
        // Staff decide.
        move_to(&domain, bob, &format!("bob-{bob}@example.com")).await.unwrap();
        move_to(&domain, ann, &format!("ann-{ann}@example.com")).await.unwrap();
        assert_eq!(shared(&domain).await, []);
    }
}

async fn a_shared_address_goes_to_the_other_account_when_the_first_gives_it_up(domain: TestDomain) {
    let (ann, bob) = two_of_before(&domain, "info@bücher.example", "info@xn--bcher-kva.example").await;
    move_to(&domain, ann, "ann@bücher.example").await.unwrap();
    assert_eq!(shared(&domain).await, []);
    for typed in ["info@bücher.example", "info@xn--bcher-kva.example", "INFO@BÜCHER.example"] {
        assert_eq!(signed_in(&domain, typed).await, bob, "{typed}");
    }
    assert!(matches!(move_to(&domain, ann, "info@Bücher.example").await, Err(users::Error::EmailTaken)));
}

async fn a_shared_address_is_one_account_again_when_the_other_gets_its_own(domain: TestDomain) {
    let (ann, bob) = two_of_before(&domain, "info@bücher.example", "info@xn--bcher-kva.example").await;
    let still = move_to(&domain, bob, "Info@Bücher.example").await;
    assert!(matches!(still, Err(users::Error::EmailTaken)), "{still:?}");
    move_to(&domain, bob, "bob@bücher.example").await.unwrap();
    assert_eq!(shared(&domain).await, []);
    assert_eq!(signed_in(&domain, "info@xn--bcher-kva.example").await, ann);
    assert_eq!(signed_in(&domain, "bob@xn--bcher-kva.example").await, bob);
}

async fn accounts_that_share_an_address_are_edited_as_others_are(domain: TestDomain) {
    let (ann, bob) = two_of_before(&domain, "info@bücher.example", "info@xn--bcher-kva.example").await;
    for id in [ann, bob] {
        let now = user(&domain, id).await;
        // As the form of the page sends it.
        let form = UpdateUser {
            id,
            version: now.version.into(),
            name: Some("New".to_owned()),
            email: Some(now.email),
        };
        assert_eq!(users::update(&domain.system(), form).await.unwrap().user.name, "New");
    }
    assert_eq!(shared(&domain).await, [(ann, bob)]);
    assert_eq!(signed_in(&domain, "info@xn--bcher-kva.example").await, bob);
}

/// Otherwise the owner of one could guess at the password of the other, and sign in now and then.
async fn a_success_with_one_account_clears_no_failures_with_the_other_that_shares_its_address(
    domain: TestDomain,
) {
    two_of_before(&domain, "info@bücher.example", "info@xn--bcher-kva.example").await;
    let mut last = None;
    for n in 0..11 {
        last = prove(&domain, "info@xn--bcher-kva.example", "not the password").await.err();
        assert_eq!(prove(&domain, "info@bücher.example", PASSWORD).await.is_ok(), n < 9);
    }
    assert!(matches!(last, Some(users::Error::Throttled { .. })), "{last:?}");
}

async fn an_account_of_before_with_an_invisible_character_has_the_address_that_people_see(
    domain: TestDomain,
) {
    let ann = register(&domain, "Ann").await;
    store_as_before(&domain, ann, "an\u{200B}n@exam\u{AD}ple.com").await;
    users::fill(&domain.db).await.unwrap();
    assert_eq!(shared(&domain).await, []);
    for typed in ["an\u{200B}n@exam\u{AD}ple.com", "ann@example.com", "ANN@example.com"] {
        assert_eq!(signed_in(&domain, typed).await, ann, "{}", typed.escape_unicode());
    }
    let again = sign_up(&domain, "Bob", "ann@example.com").await;
    assert!(matches!(again, Err(users::Error::EmailTaken)), "{again:?}");
    // Today's rule for addresses is no obstacle to another name, by the API or by the form of the page.
    assert_eq!(rename(&domain, ann, "Anna").await.unwrap().name, "Anna");
    let now = user(&domain, ann).await;
    let name = Some("Anne".to_owned());
    let form = UpdateUser { id: ann, version: now.version.into(), name, email: Some(now.email) };
    assert_eq!(users::update(&domain.system(), form).await.unwrap().user.name, "Anne");
    assert_eq!(move_to(&domain, ann, "ann@example.com").await.unwrap().email, "ann@example.com");
}

async fn an_earlier_version_may_run_beside(domain: TestDomain) {
    let ann = register(&domain, "Ann").await;
    store_as_before(&domain, ann, "JU\u{308}RGEN@example.com").await;
    // At once by its spelling, after the recurring job by every one; by the former address no more.
    assert_eq!(signed_in(&domain, "ju\u{308}rgen@example.com").await, ann);
    assert!(by_email(&domain, "ann@example.com").await.is_err());
    assert!(sign_up(&domain, "Bob", "ann@example.com").await.is_ok());
    assert_eq!(users::fill(&domain.db).await.unwrap(), 2, "the address and the words");
    assert_eq!(signed_in(&domain, "jürgen@example.com").await, ann);
    // It finds by its own key whom this version has written.
    let key = frontdesk_domain::db::Sql::new("test.key", "SELECT id FROM users WHERE email_key = $1");
    let cid = sign_up(&domain, "Cid", "Cid@Example.com").await.unwrap().user;
    let (found,): (frontdesk_domain::db::Id,) = domain.db.one(key, params!["cid@example.com"]).await.unwrap();
    assert_eq!(found, cid.0);
}

async fn many_accounts_of_before_are_filled_in_once(domain: TestDomain) {
    for n in 0..30 {
        let email = if n % 3 == 0 { format!("ü{n}@example.com") } else { format!("u{n}@example.com") };
        sign_up(&domain, "Ann", &email).await.unwrap();
    }
    domain.meddle("UPDATE users SET email_canonical = NULL", params![]).await.unwrap();
    // Two instances start at the same time.
    let (one, other) = tokio::join!(users::fill(&domain.db), users::fill(&domain.db));
    one.unwrap();
    other.unwrap();
    assert_eq!(domain.count("SELECT count(*) FROM users WHERE email_canonical IS NULL").await, 0);
    assert_eq!(domain.count("SELECT count(DISTINCT email_canonical) FROM users").await, 30);
    assert_eq!(users::fill(&domain.db).await.unwrap(), 0);
    assert_eq!(shared(&domain).await, []);
}

async fn a_cursor_with_the_longest_address_is_taken(domain: TestDomain) {
    // Each letter before the `@` becomes four, and each behind it takes one digit in Punycode.
    let domain_name = format!("{0}.{0}.{0}.co", "𠀀".repeat(50));
    for n in 0..3 {
        sign_up(&domain, "Ann", &format!("{}{n}@{domain_name}", "㌀".repeat(21))).await.unwrap();
    }
    for sort in ["email", "-email"] {
        let sort = UserSort::parse(sort);
        let mut query = UsersQuery { sort, limit: Limit::new(1), ..UsersQuery::default() };
        for page in 1..=3 {
            let next = users::list(&domain.system(), &query).await.unwrap().page.next;
            assert_eq!(next.is_some(), page < 3);
            assert!(next.as_ref().is_none_or(|next| next.len() <= 2_048), "{next:?}");
            query.cursor = next;
        }
    }
}
