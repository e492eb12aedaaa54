//! A worker that dies anywhere between the intent to move money and the record of it: the next one
//! continues, and the money moves once.
//!
//! Dying means being dropped: at the first `await`, at the second, and so on until a run completes. An
//! uncommitted transaction is rolled back, as after `kill -9`, and requests to the gateway have been
//! carried out.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
    time::Duration,
};

use frontdesk_domain::{
    Domain,
    jobs::{self, Attempt, BackgroundJob},
    payments::{self, ProcessPayment},
    refunds::{self, ProcessRefund},
};
use frontdesk_model::{orders::OrderState, payments::PaymentState, refunds::RefundState};

use crate::support::{
    KINDS, TestDomain, at_sandbox, book_is_sound, eventually, later, order_now, pay, pay_form, payment_now,
    person, place, refund_form, refund_now, work,
};

both! {
    a_payment_survives_death_at_every_step,
    a_refund_survives_death_at_every_step,
}

/// Polls it for a number of steps, then drops it. Returns true if it completed.
async fn die_after(steps: usize, run: impl Future) -> bool {
    let mut run = pin!(run);
    let mut left = steps;
    poll_fn(|context| match run.as_mut().poll(context) {
        Poll::Ready(_) => Poll::Ready(true),
        Poll::Pending if left == 0 => Poll::Ready(false),
        Poll::Pending => {
            left -= 1;
            Poll::Pending
        }
    })
    .await
}

/// Leases the due job and polls it for a number of steps. Returns true if it completed.
async fn work_and_die<K: BackgroundJob<Context = Domain>>(domain: &TestDomain, steps: usize) -> bool {
    let free = jobs::FreeSlots::new(K::QUEUE, &[K::NAME], 1);
    let claimed = jobs::claim(domain, &[free], Duration::from_secs(30)).await.unwrap().remove(0);
    let kind: K = serde_json::from_str(&claimed.payload).unwrap();
    die_after(steps, kind.run(domain, Attempt::of(domain, &claimed))).await
}

/// The lease of the dead worker expires, and another one continues: at its first try, or at a later one if the
/// database has not noticed yet that the transaction of the dead one is over.
async fn continue_later(domain: &TestDomain) {
    later(domain, 40).await;
}

async fn a_payment_survives_death_at_every_step(domain: TestDomain) {
    let customer = person(&domain, "Ann", &[]).await.id;
    let mut orders = 0;
    for steps in 0.. {
        let order = place(&domain, customer, 1_250).await.summary.id;
        let payment = payments::start(&domain.system(), pay_form(order, "pm_card_ok")).await.unwrap();
        let through = work_and_die::<ProcessPayment>(&domain, steps).await;
        orders += 1;
        eventually(async || {
            continue_later(&domain).await;
            let payment = payment_now(&domain, payment.summary.id).await;
            if payment.summary.state == PaymentState::Succeeded {
                Ok(())
            } else {
                Err((steps, payment.attempts))
            }
        })
        .await;
        assert_eq!(order_now(&domain, order).await.summary.state, OrderState::Paid);
        if through {
            assert!(steps > 3, "it has more steps than that");
            break;
        }
    }
    assert_eq!(domain.count("SELECT count(*) FROM sandbox_charges").await, orders);
    assert_eq!((book_is_sound(&domain).await, at_sandbox(&domain).await), (orders * 1_250, orders * 1_250));
}

async fn a_refund_survives_death_at_every_step(domain: TestDomain) {
    let customer = person(&domain, "Ann", &[]).await.id;
    let mut left = 0;
    for steps in 0.. {
        let order = place(&domain, customer, 1_250).await.summary.id;
        let payment = pay(&domain, order, "pm_card_ok").await.summary.id;
        let refund = refunds::request(&domain.system(), refund_form(payment, Some(250))).await.unwrap();
        let through = work_and_die::<ProcessRefund>(&domain, steps).await;
        left += 1_000;
        eventually(async || {
            continue_later(&domain).await;
            let state = refund_now(&domain, refund.id).await.state;
            if state == RefundState::Succeeded { Ok(()) } else { Err((steps, state)) }
        })
        .await;
        assert_eq!(order_now(&domain, order).await.summary.state, OrderState::PartlyRefunded);
        if through {
            assert!(steps > 3, "it has more steps than that");
            break;
        }
    }
    assert_eq!((book_is_sound(&domain).await, at_sandbox(&domain).await), (left, left));
    work(&domain, &KINDS).await;
}
