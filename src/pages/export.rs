//! `/admin/orders.csv`: the filtered orders as a file for spreadsheets. It is streamed as it is read, a page
//! at a time: a slow client holds up no other, and a client that disconnects ends it.

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Request, State},
    response::{IntoResponse, Response},
    routing::get,
};
use frontdesk_domain::{
    Context,
    orders::{self, Export},
};
use frontdesk_http::{
    problem::Refusal,
    request::{
        accept::names_html,
        input::{pairs, with},
    },
};
use frontdesk_model::{
    Code, Permission, Problem,
    orders::{OrderSummary, OrdersQuery},
    urls,
};
use frontdesk_web::{pages::orders::list::asked, parts::layout::page::sign_in_url};
use futures::{StreamExt, TryStreamExt, stream};
use http::{
    Method, StatusCode,
    header::{CONTENT_DISPOSITION, CONTENT_TYPE, LOCATION},
    request::Parts,
};

use super::{
    actor,
    csv::{BYTE_ORDER_MARK, Cell, row},
};
use crate::AppState;

/// The header line.
const COLUMNS: &str = "reference,state,customer,customer_id,total,refunded,currency,placed_at,id\r\n";

pub fn routes() -> Router<AppState> {
    Router::new().route(urls::ORDERS_CSV.path(), get(orders_csv))
}

async fn orders_csv(State(state): State<AppState>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    match begin(&state, &parts).await {
        Ok(body) => {
            let day: String = state.domain.clock.now().rfc3339().chars().take(10).collect();
            let name = format!("attachment; filename=\"orders-{day}.csv\"");
            let headers =
                [(CONTENT_TYPE, "text/csv; charset=utf-8; header=present"), (CONTENT_DISPOSITION, &name)];
            (headers, body).into_response()
        }
        Err(problem) if problem.error == Code::SignInRequired && names_html(&parts.headers) => {
            let here = parts.uri.path_and_query().map_or("/", |here| here.as_str());
            (StatusCode::SEE_OTHER, [(LOCATION, sign_in_url(here))]).into_response()
        }
        Err(problem) => Refusal(problem).into_response(),
    }
}

/// The body, after its first rows have been read: a fault of the filter is reported before anything is sent.
async fn begin(state: &AppState, parts: &Parts) -> Result<Body, Problem> {
    let ctx = state.domain.context(actor::of(parts));
    // The permission comes before the query, because its faults are not for everyone.
    ctx.actor.require(Permission::ORDERS_READ)?;
    let query = with(parts.uri.query().unwrap_or_default(), &[("cursor", ""), ("limit", "")]);
    let query = asked(&ctx, &pairs(query.as_bytes())?).await?;
    if parts.method == Method::HEAD { headers_only(&ctx, &query).await } else { file(&ctx, &query).await }
}

/// Checks the filter, without an export.
async fn headers_only(ctx: &Context, query: &OrdersQuery) -> Result<Body, Problem> {
    orders::list(ctx, query).await?;
    Ok(Body::empty())
}

async fn file(ctx: &Context, query: &OrdersQuery) -> Result<Body, Problem> {
    let mut export = orders::export(ctx, query).await?;
    let mut first = format!("{BYTE_ORDER_MARK}{COLUMNS}");
    append(&mut first, &export.next().await?.unwrap_or_default());
    Ok(body(export, first))
}

/// The body. A failure on the way breaks the connection, so that a partial file is not taken for a
/// complete one.
fn body(export: Export, first: String) -> Body {
    let rest = stream::try_unfold(export, async |mut export| {
        let rows = export.next().await?;
        let piece = rows.map(|rows| {
            let mut piece = String::new();
            append(&mut piece, &rows);
            piece
        });
        Ok::<_, orders::Error>(piece.map(|piece| (Bytes::from(piece), export)))
    });
    let rest = rest.inspect_err(|broken| {
        tracing::error!(error = broken as &dyn std::error::Error, "an export broke off");
    });
    Body::from_stream(stream::once(async { Ok(Bytes::from(first)) }).chain(rest))
}

fn append(file: &mut String, orders: &[OrderSummary]) {
    for order in orders {
        row(
            file,
            &[
                Cell::Text(&order.reference),
                Cell::Text(order.state.as_str()),
                Cell::Text(&order.customer.name),
                Cell::Text(&order.customer.id.to_string()),
                Cell::Number(order.total.decimal()),
                Cell::Number(order.refunded.decimal()),
                Cell::Text(order.total.currency.code()),
                Cell::Text(&order.placed_at.rfc3339()),
                Cell::Text(&order.id.to_string()),
            ],
        );
    }
}
