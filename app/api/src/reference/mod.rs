//! The API reference, made from the declarations of the operations.

mod curl;
mod words;

use frontdesk_http::{
    rate_limit::{Limit, Rates},
    reference::{Answer, Group, Operation as Entry, Parameter, ProblemType, Reference, Refusal, Section},
};
use frontdesk_model::Code;
use http::StatusCode;
use utoipa::openapi::{RefOr, Required, path::ParameterIn, schema::Schema};

use super::{
    openapi::{body_shape, example_problem, headers, noun, parameters},
    operation::{Access, Operation, Route, status},
    shape::Shape,
};

/// Builds the reference. `origin` is that of the base URL, `rates` are the limits of the server.
pub(super) fn make(routes: &[Route], origin: &str, rates: Rates) -> Reference {
    let all: Vec<&Operation> = routes.iter().map(|route| &*route.operation).collect();
    let base = format!("{origin}/api/v1");
    let shared = shared(&all);
    let section = |it: &&Operation| Section::new(entry(it, &base, rates, &shared));
    let groups = all.chunk_by(|before, after| noun(before) == noun(after));
    let groups = groups.map(|of| Group {
        noun: of.first().map_or("", |first| noun(first)),
        sections: of.iter().map(section).collect(),
    });
    Reference {
        groups: groups.collect(),
        problems: Code::ALL.iter().map(|code| problem_type(*code, &all, origin)).collect(),
        reads: rates.of(Limit::ApiRead),
        writes: rates.of(Limit::ApiWrite),
        base,
    }
}

/// Returns the problems that all operations with a token share.
fn shared(all: &[&Operation]) -> Vec<Code> {
    let mut with_token = all.iter().filter(|it| it.access != Access::Anyone).map(|it| it.problems());
    let first = with_token.next().unwrap_or_default();
    with_token.fold(first, |mut shared, codes| {
        shared.retain(|code| codes.contains(code));
        shared
    })
}

fn entry(it: &Operation, base: &str, rates: Rates, shared: &[Code]) -> Entry {
    let refusals = it.problems().into_iter().map(|code| Refusal { status: status(code), code });
    let (refuses_as_all, refuses) = refusals.partition(|refusal| shared.contains(&refusal.code));
    let reason = StatusCode::from_u16(it.status).ok().and_then(|status| status.canonical_reason());
    Entry {
        id: it.id,
        method: it.method.to_string(),
        path: it.path,
        summary: it.summary,
        about: it.about,
        permission: match it.access {
            Access::Needs(permission) => Some(permission.as_str()),
            Access::Anyone | Access::Token => None,
        },
        parameters: inputs(it),
        curl: curl::command(it, base),
        answer: Answer {
            status: it.status,
            reason: reason.unwrap_or("Done"),
            headers: headers(it).into_iter().map(|(name, _)| name).collect(),
            body: it.example().map(|example| format!("{example:#}")),
        },
        guarantees: words::guarantees(it, rates),
        refuses,
        refuses_as_all,
        notes: words::security(it),
    }
}

/// Returns the parameters of the path, the query and the headers, and the members of the body.
fn inputs(it: &Operation) -> Vec<Parameter> {
    const PLACES: [&str; 4] = ["path", "query", "header", "body"];
    let mut all: Vec<Parameter> = parameters(it)
        .into_iter()
        .map(|parameter| Parameter {
            name: parameter.name,
            place: match parameter.parameter_in {
                ParameterIn::Path => "path",
                ParameterIn::Header | ParameterIn::Cookie => "header",
                ParameterIn::Query | ParameterIn::QueryString => "query",
            },
            is_required: parameter.required == Required::True,
            kind: parameter.schema.map(|schema| words::kind(&it.input, &schema)).unwrap_or_default(),
            about: parameter.description.unwrap_or_default(),
        })
        .collect();
    let body = body_shape(it);
    if let Some(object) = body.object() {
        all.extend(object.properties.iter().map(|(name, schema)| Parameter {
            name: name.clone(),
            place: "body",
            is_required: object.required.contains(name),
            kind: words::kind(&body, schema),
            about: description(&body, schema),
        }));
    }
    all.sort_by_key(|parameter| PLACES.iter().position(|place| *place == parameter.place));
    all
}

/// Returns the description of a member: its own, or that of its type.
fn description(shape: &Shape, schema: &RefOr<Schema>) -> String {
    let own = match schema {
        RefOr::Ref(reference) => Some(reference.description.clone()),
        RefOr::T(Schema::OneOf(one)) => one.description.clone(),
        RefOr::T(_) => None,
    };
    let of_type = || match shape.follow(schema) {
        Schema::Object(object) => object.description.clone(),
        Schema::Array(array) => array.description.clone(),
        _ => None,
    };
    own.filter(|text| !text.is_empty()).or_else(of_type).unwrap_or_default()
}

fn problem_type(code: Code, all: &[&Operation], origin: &str) -> ProblemType {
    let answering = all.iter().filter(|it| it.problems().contains(&code));
    ProblemType {
        refusal: Refusal { status: status(code), code },
        example: serde_json::to_string_pretty(&example_problem(code, origin)).unwrap_or_default(),
        operations: answering.map(|it| (it.id, it.summary)).collect(),
    }
}
