//! Sample orders of the past, paid and unpaid. Their history is invented, but consistent: the ledger
//! verifies.

use frontdesk_model::{
    Currency, Money, OrderId, PaymentFailure, PaymentId, RefundId, Timestamp, UserId,
    audit::Action,
    orders::{Line, reference_of},
    payments::{DeclineReason, PaymentState},
    refunds::RefundState,
};
use futures::future::try_join_all;
use uuid::Uuid;

use super::random::Random;
use crate::{
    Context, Domain,
    audit::{self, Entry},
    clock::{Clock, first_id_at},
    db::{self, Tx, statements},
    gateway::{Charge, sandbox},
    ledger,
    orders::{self, NewOrder},
    params,
    payments::sql::{self, After, NewPayment},
    refunds::sql::{self as refund_store, After as RefundAfter, NewRefund},
};

statements! { "sample_data";
    SEED_FIRST = "SELECT id FROM users ORDER BY id LIMIT 1";
    // Customers are chosen from a random position on.
    SEED_CUSTOMERS = "SELECT id FROM users WHERE status = 'active' AND id >= $1 ORDER BY id LIMIT CAST($2 AS BIGINT)";
}

/// Number of orders written at the same time.
const AT_ONCE: u64 = 64;
/// Age of the oldest order, in seconds.
const PAST: u64 = 60 * 24 * 3_600;

const GOODS: &[(&str, i64)] = &[
    ("Coffee, house blend, 250 g", 890),
    ("Coffee, Ethiopia Guji, 250 g", 1_390),
    ("Coffee, decaffeinated, 250 g", 990),
    ("Tea, Assam, 100 g", 750),
    ("Tea, Sencha, 100 g", 1_180),
    ("Filter papers, 100 pieces", 420),
    ("Hand grinder, steel burrs", 7_900),
    ("Kettle with gooseneck, 1 l", 5_450),
    ("Dripper, porcelain", 2_400),
    ("Scale with timer", 3_900),
    ("Cup, stoneware", 1_650),
    ("Postage", 490),
];

/// The course of an order.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Story {
    Open,
    Declined,
    Paid,
    PartlyRefunded,
    Refunded,
}

/// Writes orders for existing users, and reports the number written to `progress`. Returns the number of
/// orders; zero without users.
///
/// # Errors
/// Those of the database.
#[tracing::instrument(name = "payments.seed", skip_all)]
pub async fn seed(
    domain: &Domain,
    orders: u64,
    seed: u64,
    mut progress: impl FnMut(u64),
) -> Result<u64, db::Error> {
    let mut dice = Random::new(seed, 0);
    let mut done = 0;
    let Some((first,)) = domain.db.optional::<(Uuid,)>(SEED_FIRST, params![]).await? else { return Ok(0) };
    while done < orders {
        // Ids start with their time of creation.
        let from = first_id_at(dice.between(joined(first), domain.clock.now()));
        let some = (orders - done).min(AT_ONCE);
        let mut customers = customers(domain, from, some).await?;
        if customers.is_empty() {
            customers = self::customers(domain, Uuid::nil(), some).await?;
        }
        if customers.is_empty() {
            break;
        }
        let written = (0..some).map(|i| {
            let customer = customers[i as usize % customers.len()];
            write(domain, customer, Random::new(seed, done + i + 1))
        });
        try_join_all(written.collect::<Vec<_>>()).await?;
        done += some;
        progress(done);
    }
    Ok(done)
}

async fn customers(domain: &Domain, from: Uuid, most: u64) -> Result<Vec<UserId>, db::Error> {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let rows: Vec<(Uuid,)> = domain.db.all(SEED_CUSTOMERS, params![from, most]).await?;
    Ok(rows.into_iter().map(|(id,)| UserId(id)).collect())
}

/// Writes one order with its course, at a time in the past.
async fn write(domain: &Domain, customer: UserId, mut dice: Random) -> Result<(), db::Error> {
    // Recent orders are more frequent, as in a growing business, and none is older than its customer.
    let here = domain.clock.now().seconds() - joined(customer.0).seconds();
    let past = PAST.min(u64::try_from(here).unwrap_or(0)).max(1);
    let back = dice.below(past).min(dice.below(past));
    let at = domain.clock.now().plus_seconds(-i64::try_from(back).unwrap_or(0));
    let mut past = domain.clone();
    past.parts_mut().clock = Clock::set_to(at);
    let past = past.system();
    let story = match dice.below(100) {
        0..3 => Story::Refunded,
        3..7 => Story::PartlyRefunded,
        7..11 => Story::Declined,
        // Unpaid orders are recent.
        11..16 if back < PAST / 6 => Story::Open,
        _ => Story::Paid,
    };
    let currency = if dice.below(8) == 0 { "USD" } else { "EUR" };
    let currency = Currency::parse(currency).unwrap_or(Currency::EUR);
    let lines = lines(&mut dice, currency);
    let total: i64 = lines.iter().map(|line| line.total.minor).sum();
    let total = Money::new(total, currency);
    let id = OrderId(past.clock.id_at(at));
    let reference = reference_of(id);
    let mut tx = domain.db.write();
    let new = NewOrder { id, reference: &reference, customer, total, note: "", at };
    if !orders::insert(&mut tx, new, &lines).await? {
        return Ok(());
    }
    let scene = Scene { past: &past, order: id, reference: &reference, total, at };
    scene.tell(&mut tx, Action::ORDER_PLACED, total).await?;
    if story != Story::Open {
        scene.pay(&mut tx, story).await?;
    }
    tx.commit().await
}

/// The time of creation of an id.
fn joined(id: Uuid) -> Timestamp {
    let (seconds, _) = id.get_timestamp().map_or((0, 0), |at| at.to_unix());
    Timestamp::from_seconds(i64::try_from(seconds).unwrap_or(0))
}

fn lines(dice: &mut Random, currency: Currency) -> Vec<Line> {
    let count = 1 + dice.below(3).min(dice.below(3));
    let line = |dice: &mut Random| {
        let (description, price) = dice.pick(GOODS);
        let quantity = 1 + i64::try_from(dice.below(4).min(dice.below(4))).unwrap_or(0);
        let unit_price = Money::new(price, currency);
        let total = Money::new(price * quantity, currency);
        Line { description: description.to_owned(), quantity, unit_price, total }
    };
    (0..count).map(|_| line(dice)).collect()
}

/// An order in the past.
struct Scene<'a> {
    past: &'a Context,
    order: OrderId,
    reference: &'a str,
    total: Money,
    at: Timestamp,
}

impl Scene<'_> {
    async fn tell(&self, tx: &mut Tx, action: Action, amount: Money) -> Result<(), db::Error> {
        let entry = Entry::new(action).on(self.order, self.reference).changed(
            "amount",
            None,
            Some(&orders::words(amount)),
        );
        audit::append(self.past, tx, entry).await.map(|_| ())
    }

    async fn pay(&self, tx: &mut Tx, story: Story) -> Result<(), db::Error> {
        let id = PaymentId(self.past.clock.id_at(self.at));
        let declined = story == Story::Declined;
        let method = if declined { "pm_card_declined" } else { "pm_card_ok" };
        // Whatever the configuration: these payments are at no other gateway.
        let gateway = sandbox::NAME;
        let new = NewPayment { id, order: self.order, amount: self.total, method, gateway, at: self.at };
        sql::insert(tx, new).await?;
        let Some(seen) = sql::by_id(&mut *tx, id).await? else { return Ok(()) };
        let failure = PaymentFailure::CardDeclined { reason: DeclineReason::Generic };
        let reference = format!("seed_{}", id.0.simple());
        let after = After {
            state: if declined { PaymentState::Failed } else { PaymentState::Succeeded },
            gateway_reference: Some(&reference),
            failure: declined.then_some(&failure),
            confirmation_url: None,
            is_surplus: false,
            settle_at: None,
        };
        sql::update(tx, &seen, after, self.at).await?;
        if declined {
            return self.tell(tx, Action::PAYMENT_DECLINED, self.total).await;
        }
        self.tell(tx, Action::PAYMENT_SUCCEEDED, self.total).await?;
        ledger::post(self.past, tx, gateway, ledger::Entry::Capture(id), self.total).await?;
        let back = match story {
            Story::Refunded => self.total.minor,
            Story::PartlyRefunded => self.total.minor / 2,
            _ => 0,
        };
        let charge = Charge {
            payment: id,
            amount: self.total,
            method: method.to_owned(),
            description: String::new(),
            return_url: String::new(),
        };
        sandbox::seed_charge(tx, &charge, Money::new(back, self.total.currency), self.at).await?;
        if back > 0 {
            self.refund(tx, id, Money::new(back, self.total.currency)).await?;
        }
        let back = Money::new(back, self.total.currency);
        // In allowed steps, since the database rejects others: first paid, then refunded.
        orders::set_money(tx, self.order, self.total, Money::zero(back.currency), self.at).await?;
        if back.is_positive() {
            orders::set_money(tx, self.order, self.total, back, self.at).await?;
        }
        Ok(())
    }

    async fn refund(&self, tx: &mut Tx, payment: PaymentId, amount: Money) -> Result<(), db::Error> {
        let id = RefundId(self.past.clock.id_at(self.at));
        sql::reserve(tx, payment, amount).await?;
        let new = NewRefund {
            id,
            payment,
            order: self.order,
            state: RefundState::Pending,
            amount,
            reason: "Arrived broken",
            actor: &self.past.actor,
            settle_at: Some(self.at),
            at: self.at,
        };
        refund_store::insert(tx, new).await?;
        let Some(seen) = refund_store::by_id(&mut *tx, id).await? else { return Ok(()) };
        let after = RefundAfter {
            state: RefundState::Succeeded,
            gateway_reference: None,
            failure: None,
            settle_at: None,
            anew: false,
        };
        refund_store::update(tx, &seen, after, self.at).await?;
        sql::add_refund(tx, payment, amount, self.at).await?;
        ledger::post(self.past, tx, sandbox::NAME, ledger::Entry::Refund(payment, id), amount).await?;
        self.tell(tx, Action::REFUND_SUCCEEDED, amount).await
    }
}
