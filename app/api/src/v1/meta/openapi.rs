//! `GET /api/v1/openapi.json`.

use std::borrow::Cow;

use frontdesk_model::Problem;
use serde::Deserialize;
use serde_json::json;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, schema::Schema},
};

use crate::{
    answer::{Answer, Kept, Reply},
    call::Call,
    operation::Route,
    shape::Shape,
};

pub(super) fn route() -> Route {
    Route::get("meta.openapi", "/openapi.json", openapi)
        .about(
            "The OpenAPI document",
            "This API, described for programs, in OpenAPI 3.1. With `webhooks=false` it has no `webhooks`, for \
             generators that take events for operations.",
        )
        .for_anyone()
}

/// The parts of the document.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Parts {
    /// `false` leaves out the events that webhooks receive.
    #[serde(default)]
    #[schema(default = "true")]
    webhooks: Included,
}

/// Inclusion of a part.
#[derive(Clone, Copy, Default, PartialEq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Included {
    #[default]
    True,
    False,
}

/// The document; its own schema is OpenAPI's.
struct Document(Kept);

impl Reply for Document {
    const STATUS: u16 = 200;

    fn shape() -> Option<Shape> {
        Some(Shape::of::<Self>())
    }

    fn answer(self) -> Answer {
        Answer { kept: Some(self.0), ..Answer::new(Self::STATUS) }
    }
}

impl PartialSchema for Document {
    fn schema() -> RefOr<Schema> {
        let begins = json!({ "openapi": "3.1.0", "info": { "title": "Frontdesk", "version": "1.0.0" } });
        ObjectBuilder::new().description(Some("An OpenAPI 3.1 document.")).examples([begins]).into()
    }
}

impl ToSchema for Document {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("OpenApiDocument")
    }
}

async fn openapi(call: Call, parts: Parts) -> Result<Document, Problem> {
    let all = call.description();
    Ok(Document(if parts.webhooks == Included::True { all.whole } else { all.without_webhooks }))
}
