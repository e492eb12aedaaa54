//! Stored values that this version does not know are errors that name the row.

use frontdesk_domain::{
    db::{self, Json, Sql, Text, row},
    params,
};
use frontdesk_model::{Currency, Permissions, Roles, orders::OrderState, users::Status};
use uuid::Uuid;

use crate::support::TestDomain;

row! {
    #[derive(Debug)]
    struct OrderRow {
        id: Uuid,
        state: Text<OrderState>,
    }
}

row! {
    #[derive(Debug)]
    struct ValueRow {
        currency: Text<Currency>,
        status: Text<Status>,
        roles: Option<Text<Roles>>,
        permissions: Text<Permissions>,
        list: Json<Vec<i64>>,
    }
}

const ORDER: Sql = Sql::new("test.order", "SELECT CAST($1 AS TEXT) AS state, id FROM users LIMIT 1");

async fn an_unknown_state_is_an_error_that_names_the_row(domain: TestDomain) {
    let ann = crate::support::person(&domain, "Ann", &[]).await.id;
    let known: OrderRow = domain.db.one(ORDER, params!["partly_refunded"]).await.unwrap();
    assert_eq!((known.id, known.state.0), (ann.0, OrderState::PartlyRefunded));
    let error = domain.db.one::<OrderRow>(ORDER, params!["disputed"]).await.unwrap_err();
    let db::Error::Failed { statement, source } = error else { panic!("{error}") };
    assert_eq!(statement, "test.order");
    let text = source.to_string();
    assert!(text.contains(&format!("state of the row {}", ann.0)) && text.contains("\"disputed\""), "{text}");
}

async fn no_enumeration_has_a_default(domain: TestDomain) {
    let read = async |values: [&str; 5]| {
        const VALUES: Sql = Sql::new(
            "test.values",
            "SELECT CAST($1 AS TEXT) AS currency, CAST($2 AS TEXT) AS status, CAST($3 AS TEXT) AS roles, \
             CAST($4 AS TEXT) AS permissions, CAST($5 AS TEXT) AS list",
        );
        let [currency, status, roles, permissions, list] = values;
        domain.db.one::<ValueRow>(VALUES, params![currency, status, roles, permissions, list]).await
    };
    let valid = ["EUR", "active", "owner auditor", "users:read", "[1]"];
    assert!(read(valid).await.is_ok());
    for (at, wrong) in ["XQZ", "frozen", "owner emperor", "users:read moon:land", "{"].into_iter().enumerate()
    {
        let mut values = valid;
        values[at] = wrong;
        assert!(read(values).await.is_err(), "{wrong} was read");
    }
}

both! { an_unknown_state_is_an_error_that_names_the_row, no_enumeration_has_a_default }
