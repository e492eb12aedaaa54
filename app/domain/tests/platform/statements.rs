//! All statements, on both databases.

use std::collections::HashSet;

use frontdesk_domain::{
    db::{Error, Sql},
    params, statements,
};

use crate::support::TestDomain;

both! {
    every_statement_is_prepared_and_takes_as_many_parameters_as_it_says,
    a_call_with_the_wrong_number_of_parameters_never_reaches_the_database,
}

#[test]
fn no_two_statements_have_the_same_name() {
    let mut names = HashSet::new();
    let twice: Vec<_> =
        statements().into_iter().map(|sql| sql.name).filter(|name| !names.insert(*name)).collect();
    assert_eq!(twice, [""; 0]);
    assert!(names.len() > 100, "the list of statements has only {}", names.len());
}

#[test]
fn no_statement_is_planned_anew_with_every_call_because_of_its_limit() {
    let bare: Vec<_> =
        statements().into_iter().filter(|sql| sql.text.contains("LIMIT $")).map(|sql| sql.name).collect();
    assert_eq!(bare, [""; 0], "write LIMIT CAST($n AS BIGINT)");
}

async fn every_statement_is_prepared_and_takes_as_many_parameters_as_it_says(domain: TestDomain) {
    let mut wrong = Vec::new();
    for sql in statements() {
        match domain.db.prepare(sql).await {
            // Fewer would mean that a number is missing, which SQLite reads as NULL.
            Ok(params) if params == sql.params => {}
            Ok(params) => wrong.push(format!("{} has {params} parameters and says {}", sql.name, sql.params)),
            Err(error) => wrong.push(format!("{error}: {:?}", std::error::Error::source(&error))),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

async fn a_call_with_the_wrong_number_of_parameters_never_reaches_the_database(domain: TestDomain) {
    const TWO: Sql = Sql::new("test.TWO", "SELECT id FROM users WHERE name = $1 AND email = $2");
    let before = domain.db.statements();
    for params in [params![], params!["Ann"], params!["Ann", "ann@example.com", 3]] {
        let given = params.len();
        let answer = domain.db.all::<(String,)>(TWO, params.clone()).await;
        let refused = |error: &Error| matches!(error, Error::Parameters { statement: "test.TWO", expected: 2, given: it } if *it == given);
        assert!(answer.as_ref().is_err_and(refused), "{answer:?}");
        let mut tx = domain.db.write();
        assert!(tx.execute(TWO, params.clone()).await.is_err_and(|error| refused(&error)));
        assert!(tx.all::<(String,)>(TWO, params.clone()).await.is_err_and(|error| refused(&error)));
        assert!(tx.optional::<(String,)>(TWO, params).await.is_err_and(|error| refused(&error)));
    }
    assert_eq!(domain.db.statements(), before);
}
