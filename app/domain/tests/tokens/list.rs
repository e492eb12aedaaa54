//! The lists of tokens: filtered, in their order, page by page.

use frontdesk_domain::{
    actor::Denied,
    tokens::{self, Error},
};
use frontdesk_model::{
    Cursor, Limit, Page, Role, Token, TokenId,
    page::Key,
    tokens::{CreateToken, RevokeToken, TokenKind, TokenLife, TokenState, TokensQuery},
};
use uuid::Uuid;

use crate::support::{By, Someone, TestDomain, make_token, person, service_token, token_form};

both! {
    every_filter_finds_what_it_says_in_its_order,
    pages_lead_through_all_tokens_and_back,
    a_page_is_one_statement,
    people_list_their_own_tokens_and_staff_all,
    a_cursor_leads_on_only_in_its_own_list,
}

const DAY: i64 = 24 * 3_600;

async fn list(domain: &TestDomain, query: &TokensQuery) -> Page<Token> {
    tokens::list(&domain.system(), query).await.unwrap()
}

async fn all(domain: &TestDomain) -> Vec<Token> {
    list(domain, &TokensQuery { limit: Limit::new(100), ..TokensQuery::default() }).await.items
}

/// Tokens of two people and of the business: some live, some expired, some revoked.
async fn shelf(domain: &TestDomain) -> [Someone; 2] {
    let people = [person(domain, "Ada", &[Role::Admin]).await, person(domain, "Ann", &[]).await];
    for days in [3, 1, 200, 90, 2, 90] {
        for someone in &people {
            domain.clock.advance(1);
            let form = CreateToken { expires: format!("{days}d"), ..token_form("ci", &[]) };
            let created = make_token(domain, &someone.actor, form).await.unwrap();
            if days == 200 {
                tokens::revoke(&domain.system(), RevokeToken { id: created.token.id }).await.unwrap();
            }
        }
        service_token(domain, &[]).await;
    }
    domain.clock.advance(2 * DAY);
    people
}

fn queries(people: &[Someone; 2]) -> Vec<TokensQuery> {
    let owners = [None, Some(people[0].id), Some(people[1].id)];
    let kinds = [None, Some(TokenKind::Personal), Some(TokenKind::Service)];
    let lives = [None, Some(TokenLife::Live), Some(TokenLife::Ended)];
    let mut queries = Vec::new();
    for owner in owners {
        for kind in kinds {
            queries.extend(lives.map(|life| TokensQuery { owner, kind, life, ..TokensQuery::default() }));
        }
    }
    queries
}

/// What a list must show, from the definition.
fn expected(shelf: &[Token], query: &TokensQuery) -> Vec<TokenId> {
    let ended = |token: &Token| matches!(token.state, TokenState::Expired | TokenState::Revoked);
    let mut tokens: Vec<&Token> = shelf
        .iter()
        .filter(|token| query.kind.is_none_or(|kind| token.kind == kind))
        .filter(|token| query.owner.is_none() || token.owner.as_ref().map(|owner| owner.id) == query.owner)
        .filter(|token| query.life.is_none_or(|life| ended(token) == (life == TokenLife::Ended)))
        .collect();
    let end = |token: &Token| token.ends_at().map_or(i64::MAX, |at| at.micros());
    tokens.sort_by_key(|token| match query.life {
        None => (0, token.id),
        Some(_) => (end(token), token.id),
    });
    if query.life != Some(TokenLife::Live) {
        tokens.reverse();
    }
    tokens.into_iter().map(|token| token.id).collect()
}

fn ids(page: &Page<Token>) -> Vec<TokenId> {
    page.items.iter().map(|token| token.id).collect()
}

async fn every_filter_finds_what_it_says_in_its_order(domain: TestDomain) {
    let people = shelf(&domain).await;
    let shelf = all(&domain).await;
    assert_eq!(shelf.len(), 18);
    let states: Vec<_> = shelf.iter().map(|token| token.state).collect();
    for state in [TokenState::Live, TokenState::Expired, TokenState::Revoked] {
        assert!(states.contains(&state));
    }
    for query in queries(&people) {
        let query = TokensQuery { limit: Limit::new(100), ..query };
        assert_eq!(ids(&list(&domain, &query).await), expected(&shelf, &query), "{query:?}");
    }
}

async fn pages_lead_through_all_tokens_and_back(domain: TestDomain) {
    let people = shelf(&domain).await;
    let shelf = all(&domain).await;
    for query in queries(&people) {
        let expected = expected(&shelf, &query);
        let mut query = TokensQuery { limit: Limit::new(4), ..query };
        let mut pages: Vec<Page<Token>> = Vec::new();
        loop {
            let page = list(&domain, &query).await;
            assert_eq!(page.prev.is_some(), !pages.is_empty());
            query.cursor.clone_from(&page.next);
            pages.push(page);
            if query.cursor.is_none() {
                break;
            }
        }
        assert_eq!(pages.iter().flat_map(ids).collect::<Vec<_>>(), expected, "{query:?}");
        while let Some(page) = pages.pop() {
            let Some(prev) = page.prev else { break };
            query.cursor = Some(prev);
            assert_eq!(ids(&list(&domain, &query).await), ids(pages.last().unwrap()), "{query:?}");
        }
    }
}

async fn a_page_is_one_statement(domain: TestDomain) {
    let people = shelf(&domain).await;
    for query in queries(&people) {
        let before = domain.db.statements();
        list(&domain, &query).await;
        let none = query.owner.is_some() && query.kind == Some(TokenKind::Service);
        assert_eq!(domain.db.statements() - before, u64::from(!none), "{query:?}");
    }
}

async fn people_list_their_own_tokens_and_staff_all(domain: TestDomain) {
    let [ada, ann] = shelf(&domain).await;
    // Whoever the query names.
    for owner in [None, Some(ann.id), Some(ada.id)] {
        let query = TokensQuery { owner, ..TokensQuery::default() };
        let mine = tokens::list_mine(&domain.by(&ann.actor), &query).await.unwrap().items;
        assert_eq!(mine.len(), 6);
        assert!(mine.iter().all(|token| token.owner.as_ref().is_some_and(|owner| owner.id == ann.id)));
    }
    let answer = tokens::list(&domain.by(&ann.actor), &TokensQuery::default()).await;
    assert!(matches!(answer, Err(Error::Denied(Denied::Lacks(_)))), "{answer:?}");
    tokens::list(&domain.by(&ada.actor), &TokensQuery::default()).await.unwrap();
}

async fn a_cursor_leads_on_only_in_its_own_list(domain: TestDomain) {
    let [ada, ann] = shelf(&domain).await;
    let tokens = all(&domain).await;
    let queries = queries(&[ada, ann.clone()]);
    for from in &queries {
        let first = list(&domain, &TokensQuery { limit: Limit::new(1), ..from.clone() }).await;
        let is_longer = expected(&tokens, from).len() > 1;
        assert_eq!(first.next.is_some(), is_longer, "{from:?}");
        let Some(next) = first.next else { continue };
        for to in &queries {
            let query = TokensQuery { cursor: Some(next.clone()), ..to.clone() };
            let answer = tokens::list(&domain.system(), &query).await;
            assert_eq!(answer.is_ok(), from == to, "{from:?} {to:?}");
        }
    }
    let query = TokensQuery { life: Some(TokenLife::Live), ..TokensQuery::default() };
    let list = format!("tokens:{}", serde_json::to_string(&query).unwrap());
    for key in [Key::Text("x".to_owned()), Key::Number(i64::MIN), Key::Number(i64::MAX), Key::Number(0)] {
        for backwards in [false, true] {
            let cursor = Cursor { list: list.clone(), key: key.clone(), id: Uuid::max(), backwards };
            let query = TokensQuery { cursor: Some(cursor.encode()), ..query.clone() };
            match tokens::list(&domain.system(), &query).await {
                // However it is forged, it stays among the live.
                Ok(page) => assert!(page.items.iter().all(|token| token.state == TokenState::Live)),
                Err(error) => {
                    assert!(matches!((&error, &key), (Error::ForeignCursor(_), Key::Text(_))), "{error:?}")
                }
            }
        }
    }
}
