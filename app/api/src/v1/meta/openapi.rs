//! `GET /api/v1/openapi.json`.

use frontdesk_http::reference::Lazily;
use frontdesk_model::Problem;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, schema::Schema},
};

use crate::{answer::Item, call::Call, operation::Route, v1::Nothing};

pub(super) fn route() -> Route {
    Route::get("meta.openapi", "/openapi.json", openapi)
        .about("The OpenAPI document", "This API, described for programs, in OpenAPI 3.1.")
        .for_anyone()
}

/// The document; its own schema is OpenAPI's.
struct Document(Lazily<Value>);

impl Serialize for Document {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(to)
    }
}

impl PartialSchema for Document {
    fn schema() -> RefOr<Schema> {
        let begins = json!({ "openapi": "3.1.0", "info": { "title": "Frontdesk", "version": "1.0.0" } });
        ObjectBuilder::new().description(Some("An OpenAPI 3.1 document.")).examples([begins]).into()
    }
}

impl ToSchema for Document {}

async fn openapi(call: Call, _: Nothing) -> Result<Item<Document>, Problem> {
    Ok(Item(Document(call.description())))
}
