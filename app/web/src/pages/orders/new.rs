//! `/admin/orders/new`: staff place an order for a customer.

use std::collections::BTreeMap;

use frontdesk_domain::{orders, users};
use frontdesk_model::{
    Amount, Code, Currency, Fault, OrderId, Permission, Problem, UserId, email_lookup::Lookup,
    form::Form as _, orders::NewLine, urls, users::User,
};
use leptos::prelude::*;
use serde::Deserialize;

use super::ORDER_PLACED;
use crate::{
    context::{RequestContext, context},
    form::{Access, FormProtocol, FormResult, FormRoute, Refusal},
    parts::{
        forms::{
            Form, Hidden,
            entry::{Entry, fault_view},
            field::{Field, TextArea},
        },
        layout::{Width, page::page},
        words::StatusPill,
    },
};

pub const PLACE_ORDER: &FormRoute = &FormRoute::of::<PostPlaceOrder>(
    urls::forms::PLACE_ORDER,
    urls::NEW_ORDER,
    Access::Permission(Permission::ORDERS_CREATE),
);
/// Number of lines that the form has. The API takes more.
const ROWS: usize = 8;

#[component]
pub fn NewOrder() -> impl IntoView {
    page("Place an order", Width::Wide, async {
        let context = context();
        context.actor.require(Permission::ORDERS_CREATE)?;
        let customer = match context.parameter("customer") {
            none if none.is_empty() => None,
            id => {
                let id: UserId = id.parse().map_err(|_| Problem::new(Code::NotFound))?;
                Some(users::get(&context, id).await?)
            }
        };
        let rows: Vec<_> = (0..ROWS).map(row).collect();
        let lines = Entry::of(PLACE_ORDER, "lines", "").fault;
        Ok(view! {
            <nav class="crumbs" aria-label="Breadcrumb"><ol>
                <li><a href=urls::ORDERS.path()>"Orders"</a></li>
                <li aria-current="page">"Place an order"</li>
            </ol></nav>
            <h1>"Place an order"</h1>
            <Form form=PLACE_ORDER class="stack sheet">
                {for_whom(customer)}
                <fieldset class="lines" aria-describedby="lines-hint">
                    <legend>"What is ordered"</legend>
                    <p class="hint" id="lines-hint">
                        "Rows that are left empty are skipped, and a quantity that is left empty is 1. Prices are \
                         such as 12.50, 12,50 or 1,250.00. The order can \
                         be paid once, all of it, and its lines stay as they are."
                    </p>
                    {fault_view("lines", lines.as_deref())}
                    {rows}
                </fieldset>
                <Field form=PLACE_ORDER name="currency" label="Currency" autocomplete="off" value=Currency::EUR.code()
                    hint="The three letters of ISO 4217. All prices are in it."/>
                <Field form=PLACE_ORDER name="reference" label="Reference" autocomplete="off"
                    hint="What you call the order, such as your shop’s number. Made up if it is left empty."/>
                <TextArea form=PLACE_ORDER name="note" label="Note" hint="For staff: the customer does not see it."/>
                <div class="buttons"><button class="primary">"Place order"</button><a href=urls::ORDERS.path()>"Cancel"</a></div>
            </Form>
        })
    })
}

fn for_whom(customer: Option<User>) -> AnyView {
    match customer {
        Some(customer) => view! {
            <Hidden name="customer_id" value=customer.id.to_string()/>
            <p id="customer_id" tabindex="-1">
                "For "<a href=urls::USER.of(customer.id)>{customer.name}</a>", "{customer.email}" "
                <StatusPill status=customer.status/>
            </p>
            {fault_view("customer_id", Entry::of(PLACE_ORDER, "customer_id", "").fault.as_deref())}
        }
        .into_any(),
        None => view! {
            <Field form=PLACE_ORDER name="email" label="Customer’s e-mail address" kind="email" autocomplete="off"
                hint="They have an account. It need not have a password yet."/>
        }
        .into_any(),
    }
}

fn row(row: usize) -> impl IntoView {
    let field = |name: &'static str, label: &'static str, inputmode: Option<&'static str>| {
        let id = field_name(row, name);
        let entry = Entry::of(PLACE_ORDER, &id, "");
        let described_by = entry.fault.as_ref().map(|_| format!("{id}-fault"));
        view! {
            <div class="field">
                <label for=id.clone()>{label}<span class="sr">{format!(", row {}", row + 1)}</span></label>
                {fault_view(&id, entry.fault.as_deref())}
                <input id=id.clone() name=id autocomplete="off" inputmode=inputmode value=entry.value
                    aria-invalid=entry.fault.is_some().then_some("true") aria-describedby=described_by/>
            </div>
        }
    };
    view! {
        <div class="line">
            {field("description", "Description", None)}
            {field("quantity", "Quantity", Some("numeric"))}
            {field("unit_price", "Price of one", Some("decimal"))}
        </div>
    }
}

/// The name of a field of a row, as in the API.
fn field_name(row: usize, field: &str) -> String {
    format!("lines[{row}].{field}")
}

/// The form as browsers send it: text, with a field for each cell of its rows.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "BTreeMap<String, String>")]
pub struct PlaceOrder {
    fields: BTreeMap<String, String>,
}

impl TryFrom<BTreeMap<String, String>> for PlaceOrder {
    type Error = String;

    /// Rejects unknown fields, as other forms do.
    fn try_from(fields: BTreeMap<String, String>) -> Result<Self, String> {
        const OWN: [&str; 5] = ["customer_id", "email", "currency", "reference", "note"];
        const CELLS: [&str; 3] = ["description", "quantity", "unit_price"];
        let cell = |name: &str| (0..ROWS).any(|row| CELLS.iter().any(|cell| field_name(row, cell) == name));
        match fields.keys().find(|name| !OWN.contains(&name.as_str()) && !cell(name)) {
            Some(unknown) => Err(format!("unknown field `{unknown}`")),
            None => Ok(Self { fields }),
        }
    }
}

impl PlaceOrder {
    fn get(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", |value| value.trim())
    }

    /// The rows that are not empty, each with its position in the form.
    fn rows(&self) -> Vec<(usize, NewLine)> {
        let row = |row: usize| {
            let cell = |name| self.get(&field_name(row, name));
            let (description, quantity, price) = (cell("description"), cell("quantity"), cell("unit_price"));
            let is_empty = description.is_empty() && price.is_empty() && matches!(quantity, "" | "1");
            (!is_empty).then(|| {
                // Text that is no number becomes a quantity that no order can have.
                let quantity = if quantity.is_empty() { 1 } else { quantity.parse().unwrap_or(0) };
                let unit_price = Amount::Typed(price.to_owned());
                (row, NewLine { description: description.to_owned(), quantity, unit_price })
            })
        };
        (0..ROWS).filter_map(row).collect()
    }

    /// Places the order. Faults have the names of this form's fields.
    async fn place(&self, context: &RequestContext) -> Result<OrderId, Problem> {
        let (rows, currency) = (self.rows(), Currency::parse(self.get("currency")));
        let places: Vec<usize> = rows.iter().map(|(row, _)| *row).collect();
        let (customer, mut faults) = match self.customer(context).await {
            Ok(customer) => (Some(customer), Vec::new()),
            Err(problem) if problem.error == Code::ValidationError => (None, problem.details),
            Err(problem) => return Err(problem),
        };
        let form = frontdesk_model::orders::PlaceOrder {
            // Without a customer the form is only checked.
            customer_id: customer.unwrap_or(UserId(Default::default())),
            currency: currency.unwrap_or(Currency::EUR),
            reference: self.get("reference").to_owned(),
            note: self.get("note").to_owned(),
            lines: rows.into_iter().map(|(_, line)| line).collect(),
        };
        if customer.is_some() && currency.is_some() {
            let placed = orders::place(context, form).await;
            return placed
                .map(|order| order.summary.id)
                .map_err(|error| self.at_fields(error.into(), &places));
        }
        if currency.is_none() {
            faults
                .extend(invalid("currency", "currency", "Enter a currency of ISO 4217, such as EUR").details);
        }
        // All faults at once. Without a currency, prices cannot be checked.
        faults.extend(form.check().err().map(|problem| problem.details).unwrap_or_default());
        let is_known = |fault: &Fault| currency.is_some() || !matches!(&*fault.code, "amount" | "ambiguous");
        faults.extend(form.line_faults().into_iter().filter(is_known));
        Err(self.at_fields(Problem { details: faults, ..Problem::new(Code::ValidationError) }, &places))
    }

    /// The customer of the order.
    async fn customer(&self, context: &RequestContext) -> Result<UserId, Problem> {
        let id = self.get("customer_id");
        if !id.is_empty() {
            return id.parse().map_err(|_| invalid("customer_id", "unknown", "There is no such user"));
        }
        let e_mail = Lookup::of(self.get("email"));
        match users::by_email(context, &e_mail).await {
            Ok(user) => Ok(user.id),
            Err(users::Error::NoSuchUser) => Err(match e_mail.fault() {
                Some(_) => invalid("email", "email", "Enter an e-mail address like name@example.com"),
                None => invalid("email", "unknown", "Nobody has an account with this e-mail address"),
            }),
            Err(error) => Err(error.into()),
        }
    }

    /// Renames faults after the fields of this form: empty rows are no lines of the order, and
    /// the customer may be given by e-mail address.
    fn at_fields(&self, mut problem: Problem, places: &[usize]) -> Problem {
        for fault in &mut problem.details {
            let line = fault.field.strip_prefix("lines[").and_then(|rest| rest.split_once("]."));
            let line = line.and_then(|(line, field)| Some((places.get(line.parse::<usize>().ok()?)?, field)));
            if let Some((row, field)) = line {
                fault.field = field_name(*row, field);
            } else if fault.field == "customer_id" && self.get("customer_id").is_empty() {
                fault.field = "email".to_owned();
            }
        }
        problem
    }
}

fn invalid(field: &str, code: &str, message: &str) -> Problem {
    Problem::new(Code::ValidationError).fault(field, code, message)
}

#[server(name = PostPlaceOrder, endpoint = "place_order", protocol = FormProtocol, input_derive = (serde::Deserialize,))]
pub async fn place_order(form: PlaceOrder) -> Result<FormResult, Refusal> {
    let context = context();
    // Before a customer is looked up.
    context.actor.require(Permission::ORDERS_CREATE)?;
    let id = form.place(&context).await?;
    Ok(FormResult::to(urls::ORDER.of(id)).with_flash(ORDER_PLACED))
}
