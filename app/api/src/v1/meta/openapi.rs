//! `GET /api/v1/openapi.json`.

use frontdesk_model::Problem;
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
    v1::Nothing,
};

pub(super) fn route() -> Route {
    Route::get("meta.openapi", "/openapi.json", openapi)
        .about("The OpenAPI document", "This API, described for programs, in OpenAPI 3.1.")
        .for_anyone()
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

impl ToSchema for Document {}

async fn openapi(call: Call, _: Nothing) -> Result<Document, Problem> {
    Ok(Document(call.description()))
}
