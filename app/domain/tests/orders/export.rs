//! The right to an export, which is asked for with every batch.

use frontdesk_domain::{actor::Denied, orders, tokens};
use frontdesk_model::{Permission, orders::OrdersQuery, tokens::RevokeToken};

use crate::support::{
    By, TestDomain, bearer, make_token, person, place, service_form, service_token, system,
};

both! { a_token_exports_as_long_as_it_is_valid }

async fn a_token_exports_as_long_as_it_is_valid(domain: TestDomain) {
    let customer = person(&domain, "Ann", &[]).await.id;
    for _ in 0..120 {
        place(&domain, customer, 1_250).await;
    }
    let reads = [Permission::ORDERS_READ];
    let lasting = service_token(&domain, &reads).await;
    let revoked = service_token(&domain, &reads).await;
    let expiring = make_token(&domain, &system(), service_form(&reads, "1d")).await.unwrap();
    domain.clock.advance(24 * 3_600 - 60);
    let export = async |created| {
        let ctx = domain.by(&bearer(&domain, created).await.unwrap());
        let mut export = orders::export(&ctx, &OrdersQuery::default()).await.unwrap();
        assert_eq!(export.next().await.unwrap().unwrap().len(), 100);
        export
    };
    let mut exports = [export(&lasting).await, export(&revoked).await, export(&expiring).await];
    tokens::revoke(&domain.system(), RevokeToken { id: revoked.token.id }).await.unwrap();
    domain.clock.advance(120);
    assert_eq!(exports[0].next().await.unwrap().unwrap().len(), 20);
    assert!(exports[0].next().await.unwrap().is_none());
    for export in &mut exports[1..] {
        assert!(matches!(export.next().await, Err(orders::Error::Denied(Denied::Anonymous))));
        assert!(export.next().await.unwrap().is_none(), "nothing follows");
    }
}
