//! The sentences of the reference. Each is enforced by the checks before the handler (`../entry.rs`) or
//! by the type of the output, for every operation that is declared this way.

use frontdesk_domain::idempotency;
use frontdesk_http::rate_limit::Rates;
use frontdesk_model::{Limit as Rows, page::MAX_LIMIT, schema::EXTENSIBLE};
use http::Method;
use serde_json::Value;
use utoipa::openapi::{
    RefOr,
    schema::{ArrayItems, Schema},
};

use crate::{
    operation::{Access, Key, Operation},
    shape::Shape,
};

/// Returns the guarantees of an operation.
pub(super) fn guarantees(it: &Operation, rates: Rates) -> Vec<String> {
    let mut all = vec![access(it), strictness(it).to_owned()];
    all.extend(repetition(it));
    if it.versioned {
        let required = if it.conditional { "" } else { ", if it is sent" };
        all.push(format!(
            "It changes a version that `If-Match` names{required} and no other, so no change is overwritten unseen."
        ));
    }
    if !it.audits.is_empty() {
        let names: Vec<String> = it.audits.iter().map(|action| format!("`{}`", action.as_str())).collect();
        all.push(format!(
            "What it does is in the audit trail as {}, written in the same transaction: neither is there without \
             the other. When it is answered, both are on the disk.",
            names.join(" or ")
        ));
    }
    if it.is_list {
        all.push(format!(
            "A page has 1 to {MAX_LIMIT} rows, {} if not said, and the last costs what the first does. What is added \
             or taken away meanwhile makes no other row appear twice or not at all.",
            Rows::default().rows()
        ));
    }
    all.push(answer(it));
    all.push(limit(it, rates));
    all
}

fn access(it: &Operation) -> String {
    match it.access {
        Access::Anyone => "Everybody may call it, without a token.".to_owned(),
        Access::Token => "Every token that is accepted may call it.".to_owned(),
        Access::Needs(permission) => {
            let maker = it.maker.map(|maker| format!(" With `{maker}` alone it may for what it made."));
            format!(
                "Only a token with the permission `{permission}` may call it (“{}”).{}",
                permission.about(),
                maker.unwrap_or_default()
            )
        }
    }
}

fn strictness(it: &Operation) -> &'static str {
    if it.input.members().next().is_some() {
        "What is sent is read strictly: what is unknown, there twice or of another kind is refused by its name, and \
         then nothing has been done."
    } else {
        "It takes nothing but what every operation takes: whatever else is sent is refused by its name."
    }
}

fn repetition(it: &Operation) -> Vec<String> {
    let mut all = Vec::new();
    let hours = idempotency::KEPT / 3_600;
    let once = format!(
        "The same request with the same `Idempotency-Key` is carried out once, also if both come at the same time; for \
         {hours} hours it is answered as the first one was, with `Idempotency-Replayed: true`."
    );
    match it.key {
        Key::Safe => all.push("It changes nothing, and can be repeated at any time.".to_owned()),
        Key::Optional => all.push(once),
        Key::Required => all.extend([once, "Without `Idempotency-Key` it is refused.".to_owned()]),
    }
    if it.method == Method::GET && it.output.is_some() {
        all.push("With the `ETag` of an earlier answer in `If-None-Match`, it answers 304 if nothing is different.".to_owned());
    }
    all
}

fn answer(it: &Operation) -> String {
    match (&it.output, it.fields.is_empty()) {
        (None, _) => "The answer is empty.".to_owned(),
        (Some(_), true) => "The answer is always whole.".to_owned(),
        (Some(_), false) => {
            "The answer has no members but those below; `fields` leaves out what you do not need.".to_owned()
        }
    }
}

fn limit(it: &Operation, rates: Rates) -> String {
    let caller = match it.access {
        Access::Anyone => "each address",
        Access::Token | Access::Needs(_) => "each address, each token and each person",
    };
    match rates.of(it.limit) {
        0 => "There is no limit on how often it is called.".to_owned(),
        requests => format!(
            "It counts against the limit `{}`: {requests} requests a minute for {caller}.",
            it.limit.name()
        ),
    }
}

/// Returns the security notes of an operation: its own, and those that follow from its declaration.
pub(super) fn security(it: &Operation) -> Vec<String> {
    let mut all: Vec<String> = it.notes.iter().map(|note| (*note).to_owned()).collect();
    all.push(match it.access {
        Access::Anyone => "It looks at no token and no cookie, so it cannot tell who asks.".to_owned(),
        Access::Token => {
            "A token that has expired or been revoked, or whose owner is suspended or removed, is not \
                          accepted from that moment on."
                .to_owned()
        }
        Access::Needs(permission) => format!(
            "A personal token needs an owner who holds `{permission}`, too, at the moment of the call."
        ),
    });
    if it.takes_body() {
        all.push(
            "The body must say that it is `application/json`, which a form on another site cannot."
                .to_owned(),
        );
    }
    all
}

/// Describes the values of a type.
pub(super) fn kind(shape: &Shape, schema: &RefOr<Schema>) -> String {
    match shape.follow(schema) {
        Schema::Array(array) => match &array.items {
            ArrayItems::RefOrSchema(item) => format!("list; each {}", kind(shape, item)),
            ArrayItems::False => "empty list".to_owned(),
        },
        Schema::OneOf(one) => {
            let kinds = one.items.iter().map(|item| kind(shape, item)).filter(|kind| kind != "null");
            kinds.collect::<Vec<_>>().join(", or ")
        }
        // Serialized, since the keywords of all other schemas are the same there.
        other => kind_of_plain(&serde_json::to_value(other).unwrap_or_default()),
    }
}

fn kind_of_plain(schema: &Value) -> String {
    if let Some(values) = schema["enum"].as_array().or(schema[EXTENSIBLE].as_array()) {
        let values: Vec<String> =
            values.iter().filter_map(|value| Some(format!("`{}`", value.as_str()?))).collect();
        return format!("one of {}", values.join(", "));
    }
    let types = &schema["type"];
    let is =
        |name: &str| types == name || types.as_array().is_some_and(|all| all.iter().any(|one| one == name));
    let (kind, least, most) = if is("string") {
        (text(schema["format"].as_str()), &schema["minLength"], &schema["maxLength"])
    } else if is("integer") || is("number") {
        ("number", &schema["minimum"], &schema["maximum"])
    } else if is("boolean") {
        ("`true` or `false`", &Value::Null, &Value::Null)
    } else if is("null") {
        ("null", &Value::Null, &Value::Null)
    } else {
        ("object", &Value::Null, &Value::Null)
    };
    let unit = if is("string") { " characters" } else { "" };
    let range = match (least.is_null(), most.is_null()) {
        (true, true) => String::new(),
        (false, true) => format!(", at least {least}{unit}"),
        (true, false) => format!(", at most {most}{unit}"),
        (false, false) => format!(", {least} to {most}{unit}"),
    };
    let default = match &schema["default"] {
        Value::Null => String::new(),
        Value::String(value) => format!("; `{value}` if not sent"),
        value => format!("; `{value}` if not sent"),
    };
    format!("{kind}{range}{default}")
}

fn text(format: Option<&str>) -> &'static str {
    match format {
        Some("uuid") => "UUID",
        Some("date-time") => "moment, as RFC 3339 has it",
        Some("email") => "e-mail address",
        Some("uri") => "URL",
        _ => "text",
    }
}
