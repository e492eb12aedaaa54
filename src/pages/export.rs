//! `/admin/orders.csv`: the filtered orders as a file for spreadsheets. It is streamed as it is read, a page
//! at a time: a slow client holds up no other, and a client that disconnects ends it.

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Request, State},
    response::{IntoResponse, Response},
    routing::get,
};
use frontdesk_domain::orders::{self, Export};
use frontdesk_http::{
    problem::Refusal,
    request::{
        accept::names_html,
        input::{pairs, with},
    },
};
use frontdesk_model::{Code, Permission, Problem, orders::OrderSummary, urls};
use frontdesk_web::{pages::orders::list::asked, parts::layout::page::sign_in_url};
use futures::{StreamExt, TryStreamExt, stream};
use http::{
    StatusCode,
    header::{CONTENT_DISPOSITION, CONTENT_TYPE, LOCATION},
    request::Parts,
};

use super::actor;
use crate::AppState;

/// The header line.
const COLUMNS: [&str; 9] =
    ["reference", "state", "customer", "customer_id", "total", "refunded", "currency", "placed_at", "id"];

pub fn routes() -> Router<AppState> {
    Router::new().route(urls::ORDERS_CSV.path(), get(orders_csv))
}

async fn orders_csv(State(state): State<AppState>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    match begin(&state, &parts).await {
        Ok((export, first)) => {
            let day: String = state.domain.clock.now().rfc3339().chars().take(10).collect();
            let name = format!("attachment; filename=\"orders-{day}.csv\"");
            let headers =
                [(CONTENT_TYPE, "text/csv; charset=utf-8; header=present"), (CONTENT_DISPOSITION, &name)];
            (headers, body(export, first)).into_response()
        }
        Err(problem) if problem.error == Code::SignInRequired && names_html(&parts.headers) => {
            let here = parts.uri.path_and_query().map_or("/", |here| here.as_str());
            (StatusCode::SEE_OTHER, [(LOCATION, sign_in_url(here))]).into_response()
        }
        Err(problem) => Refusal(problem).into_response(),
    }
}

/// The export with its first rows: a fault of the filter is reported before anything is sent.
async fn begin(state: &AppState, parts: &Parts) -> Result<(Export, Bytes), Problem> {
    let ctx = state.domain.context(actor::of(parts));
    // The permission comes before the query, because its faults are not for everyone.
    ctx.actor.require(Permission::ORDERS_READ)?;
    let query = with(parts.uri.query().unwrap_or_default(), &[("cursor", ""), ("limit", "")]);
    let query = asked(&ctx, &pairs(query.as_bytes())?).await?;
    let mut export = orders::export(&ctx, &query)?;
    let rows = export.next().await?.unwrap_or_default();
    let first =
        file(Some(COLUMNS), &rows).map_err(|error| frontdesk_domain::problem::internal_error(&error))?;
    Ok((export, first))
}

/// The body. A failure on the way breaks the connection, so that a partial file is not taken for a
/// complete one.
fn body(export: Export, first: Bytes) -> Body {
    let rest = stream::try_unfold(export, async |mut export| {
        let rows = export.next().await?;
        let piece = rows.map(|rows| file(None, &rows)).transpose()?;
        Ok::<_, Broken>(piece.map(|piece| (piece, export)))
    });
    let rest = rest.inspect_err(|broken| {
        tracing::error!(error = broken as &dyn std::error::Error, "an export broke off");
    });
    Body::from_stream(stream::once(async { Ok(first) }).chain(rest))
}

/// The reason for which an export broke off.
#[derive(Debug, thiserror::Error)]
enum Broken {
    #[error("its next rows could not be read")]
    Orders(#[from] orders::Error),
    #[error("its next rows could not be written")]
    Csv(#[from] csv::Error),
}

fn file(header: Option<[&str; 9]>, rows: &[OrderSummary]) -> Result<Bytes, csv::Error> {
    let mut csv = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    if let Some(header) = header {
        csv.write_record(header)?;
    }
    for order in rows {
        csv.write_record([
            harmless(&order.reference),
            order.state.as_str().to_owned(),
            harmless(&order.customer.name),
            order.customer.id.to_string(),
            order.total.decimal(),
            order.refunded.decimal(),
            order.total.currency.code().to_owned(),
            order.placed_at.rfc3339(),
            order.id.to_string(),
        ])?;
    }
    csv.into_inner().map(Bytes::from).map_err(|error| csv::Error::from(error.into_error()))
}

/// Escapes user input, so that no spreadsheet runs it as a formula.
fn harmless(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if is_formula { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_as_a_formula_is_text() {
        for (text, cell) in [
            ("=1+1", "'=1+1"),
            ("+49 30 1", "'+49 30 1"),
            ("-2", "'-2"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t=1"),
            ("\r=1", "'\r=1"),
            ("Ann = Bob", "Ann = Bob"),
            ("", ""),
        ] {
            assert_eq!(harmless(text), cell);
        }
    }
}
