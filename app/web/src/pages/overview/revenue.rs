//! Revenue and refunds per day, as a chart and as its table.

use frontdesk_model::{
    Money, Timestamp,
    ledger::{DAYS, Revenue, RevenueDay},
};
use leptos::prelude::*;

use crate::parts::words::escaped;

/// The chart's own units: the width of a day and the height of the whole.
const DAY: f64 = 10.0;
const HEIGHT: f64 = 80.0;
/// The width of a bar.
const BAR: f64 = 7.0;

/// A chart for each currency, the largest revenue first.
pub fn revenue(all: Vec<Revenue>) -> impl IntoView {
    let drawings: Vec<_> = all.into_iter().map(drawing).collect();
    let none = drawings.is_empty().then(|| view! { <p class="muted">"Nothing was paid yet."</p> });
    view! {
        <section class="card" aria-labelledby="revenue">
            <h2 id="revenue">{format!("What came in, in the last {DAYS} days")}</h2>
            {none}
            {drawings}
        </section>
    }
}

fn drawing(revenue: Revenue) -> impl IntoView {
    let Revenue { currency, days } = revenue;
    let money = |minor: i64| Money::new(minor, currency).to_string();
    let sum = |of: fn(&RevenueDay) -> i64| days.iter().map(of).sum::<i64>();
    let (payments, refunds) = (sum(|day| day.captures), sum(|day| day.refunds));
    let (came, went) = (money(sum(|day| day.captured_minor)), money(sum(|day| day.refunded_minor)));
    let in_words = format!(
        "{came} came in by {payments} {}, {went} went back by {refunds} {}.",
        if payments == 1 { "payment" } else { "payments" },
        if refunds == 1 { "refund" } else { "refunds" },
    );
    let title = format!("{currency}: what came in, a day at a time");
    let (title_id, desc_id) = (format!("revenue-{currency}"), format!("revenue-{currency}-about"));
    let labelled_by = format!("{title_id} {desc_id}");
    let scale = Scale::of(&days);
    let bars: Vec<_> = days.iter().enumerate().map(|(n, day)| bars(n, day, scale, &money)).collect();
    // Newest first, like all lists.
    let rows: Vec<_> = days
        .iter()
        .rev()
        .filter(|day| day.captures + day.refunds > 0)
        .map(|day| {
            view! {
                <tr>
                    <th scope="row"><time datetime=machine_date(day.day)>{date(day.day)}</time></th>
                    <td class="num" data-label="Payments">{day.captures}</td>
                    <td class="num" data-label="Came in">{money(day.captured_minor)}</td>
                    <td class="num" data-label="Refunds">{day.refunds}</td>
                    <td class="num" data-label="Went back">{money(day.refunded_minor)}</td>
                </tr>
            }
        })
        .collect();
    let (first, last) = (days.first().map(|day| date(day.day)), days.last().map(|day| date(day.day)));
    let view_box = format!("0 0 {} {HEIGHT}", DAY * days.len() as f64);
    let axis = format!("{:.1}", scale.axis - 0.3);
    view! {
        <div class="stack revenue">
            <p>{in_words.clone()}</p>
            <svg class="bars" viewBox=view_box preserveAspectRatio="none" role="img" aria-labelledby=labelled_by>
                <title id=title_id>{escaped(&title)}</title>
                <desc id=desc_id>{escaped(&in_words)}</desc>
                {bars}
                <rect class="axis" x="0" y=axis width="100%" height="0.6"></rect>
            </svg>
            <p class="small span"><span>{first}</span><span>{last}</span></p>
            <details>
                <summary>{format!("Day by day, in {currency}…")}</summary>
                <table class="list">
                    <caption class="sr">{format!("Days on which something came in or went back, in {currency}")}</caption>
                    <thead><tr>
                        <th scope="col">"Day (UTC)"</th>
                        <th scope="col" class="num">"Payments"</th>
                        <th scope="col" class="num">"Came in"</th>
                        <th scope="col" class="num">"Refunds"</th>
                        <th scope="col" class="num">"Went back"</th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </details>
        </div>
    }
}

/// The height of a minor unit, and the position of the axis: revenue stands on it, refunds hang from it.
#[derive(Clone, Copy)]
struct Scale {
    unit: f64,
    axis: f64,
}

impl Scale {
    fn of(days: &[RevenueDay]) -> Self {
        let most = |of: fn(&RevenueDay) -> i64| days.iter().map(of).max().unwrap_or(0) as f64;
        let (up, down) = (most(|day| day.captured_minor), most(|day| day.refunded_minor));
        let unit = HEIGHT / (up + down).max(1.0);
        Self { unit, axis: up * unit }
    }
}

/// The two bars of a day; none for a sum of zero.
fn bars(n: usize, day: &RevenueDay, scale: Scale, money: &dyn Fn(i64) -> String) -> impl IntoView + use<> {
    let x = format!("{:.1}", DAY * n as f64 + (DAY - BAR) / 2.0);
    let bar = |minor: i64, class: &'static str, is_up: bool, word: &str| {
        // The smallest sum is still visible.
        let height = (minor as f64 * scale.unit).max(0.8);
        let y = format!("{:.1}", if is_up { scale.axis - height } else { scale.axis });
        let about = escaped(&format!("{}: {} {word}", date(day.day), money(minor)));
        (minor > 0).then(|| {
            view! {
                <rect class=class x=x.clone() y=y width=BAR.to_string() height=format!("{height:.1}")>
                    <title>{about}</title>
                </rect>
            }
        })
    };
    (bar(day.captured_minor, "in", true, "came in"), bar(day.refunded_minor, "back", false, "went back"))
}

/// `14 Mar 2026`.
fn date(at: Timestamp) -> String {
    at.exact().split(',').next().unwrap_or_default().to_owned()
}

/// `2026-03-14`.
fn machine_date(at: Timestamp) -> String {
    at.rfc3339().chars().take(10).collect()
}
