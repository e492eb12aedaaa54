//! OpenAPI 3.1 schemas of the plain types that no feature owns. Those of a feature are beside their type.

use serde_json::{Value, json};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, OneOfBuilder, SchemaFormat, SchemaType, Type};

use crate::{
    Amount, Code, Currency, DeliveryId, EventId, JobId, Limit, LinkId, OrderId, PaymentId, RefundId, Secret,
    SessionId, Timestamp, TokenId, TypedAmount, UserId, WebhookId, money::MAX_MINOR, page::MAX_LIMIT,
};

/// Id in examples.
pub const EXAMPLE_ID: &str = "019ab0c4-9d1e-7c3a-8f55-2b6d1e0f4a77";
/// Time in examples.
pub const EXAMPLE_TIME: &str = "2026-11-22T09:30:00Z";

pub(crate) fn text(example: Value) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::Type(Type::String)).examples([example])
}

pub(crate) fn one_of<'a>(values: impl IntoIterator<Item = &'a str>, example: &str) -> ObjectBuilder {
    text(json!(example)).enum_values(Some(values))
}

/// The keyword for the known values of a text that later versions may add to.
pub const EXTENSIBLE: &str = "x-extensible-enum";

/// A text with these known values. It is no `enum`, with which a generated client fails on a value of a later
/// version.
pub(crate) fn open<'a>(values: impl IntoIterator<Item = &'a str>, example: &str) -> ObjectBuilder {
    let known: Vec<&str> = values.into_iter().collect();
    text(json!(example)).extensions(Some([(EXTENSIBLE, json!(known))].into_iter().collect()))
}

/// Declares the schema of each type, and its name in the document, if that is another.
macro_rules! schemas {
    ($($name:ty $(as $public:literal)? = $schema:expr;)*) => {$(
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                $schema.into()
            }
        }
        impl utoipa::ToSchema for $name {
            $(fn name() -> std::borrow::Cow<'static, str> {
                std::borrow::Cow::Borrowed($public)
            })?
        }
    )*};
}
pub(crate) use schemas;

fn id() -> ObjectBuilder {
    text(json!(EXAMPLE_ID)).format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)))
}

schemas! {
    UserId = id().description(Some("A user's id (UUIDv7)."));
    EventId = id().description(Some("An audit event's id (UUIDv7); ids grow with time."));
    SessionId = id().description(Some("A session's id (UUIDv7). Not the secret in the cookie."));
    JobId = id().description(Some("A job's id (UUIDv7), the same over all its attempts."));
    LinkId = id().description(Some("A one-time link's id (UUIDv7)."));
    TokenId = id().description(Some("A token's id (UUIDv7). Not its text."));
    WebhookId = id().description(Some("A webhook's id (UUIDv7)."));
    OrderId = id().description(Some("An order's id (UUIDv7)."));
    PaymentId = id().description(Some("A payment's id (UUIDv7): its idempotency key at the gateway."));
    RefundId = id().description(Some("A refund's id (UUIDv7): its idempotency key at the gateway."));
    Currency = text(json!("EUR"))
        .pattern(Some("^[A-Z]{3}$"))
        .description(Some("A currency of ISO 4217."));
    Amount = OneOfBuilder::new()
        .item(ObjectBuilder::new()
            .schema_type(SchemaType::Type(Type::Integer))
            .minimum(Some(-MAX_MINOR))
            .maximum(Some(MAX_MINOR))
            .examples([json!(625)]))
        .item(text(json!("6.25")).max_length(Some(20)).pattern(Some("^[0-9]+([.][0-9]+)?$")))
        .description(Some("A whole number is minor units (1250). A text is major units, with a decimal point and all decimals of the \
             currency (\"12.50\"; \"1250\" only in a currency without decimals, such as JPY)."));
    TypedAmount = text(json!("12.50"))
        .max_length(Some(20))
        .pattern(Some("^[0-9]+([.][0-9]+)?$"))
        .description(Some("An amount in major units of the currency, such as `12.50`."));
    DeliveryId = id().description(Some("A delivery's id (UUIDv7), the same over all its attempts."));
    Timestamp = text(json!(EXAMPLE_TIME))
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
        .description(Some("A moment in UTC, RFC 3339."));
    Secret = text(json!("correct horse battery staple"))
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Password)))
        .write_only(true);
    Code as "ProblemCode" = open(Code::ALL.iter().map(|one| one.as_str()), "VALIDATION_ERROR")
        .description(Some("The stable name of a problem: match on this, not on words."));
    Limit = ObjectBuilder::new()
        .schema_type(SchemaType::Type(Type::Integer))
        .minimum(Some(1))
        .maximum(Some(MAX_LIMIT))
        .default(Some(json!(Limit::default().rows())))
        .examples([json!(20)])
        .description(Some("Rows on a page."));
}
