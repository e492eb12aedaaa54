//! The first part of the reference: rules that all operations share.

use frontdesk_model::Code as Name;
use leptos::prelude::*;

use super::prose::{Code, prose};
use crate::reference::Reference;

/// One subject, with its address on the page.
pub struct Subject {
    pub id: &'static str,
    pub title: &'static str,
    /// Paragraphs, with code between backticks.
    text: Vec<String>,
    example: Option<String>,
}

impl Subject {
    fn new(id: &'static str, title: &'static str, text: &[&str]) -> Self {
        Self { id, title, text: text.iter().map(|text| (*text).to_owned()).collect(), example: None }
    }

    fn showing(self, example: impl Into<String>) -> Self {
        Self { example: Some(example.into()), ..self }
    }

    pub fn view(self, reference: &Reference) -> impl IntoView + use<> {
        let text: Vec<_> = self.text.iter().map(|text| view! { <p>{prose(reference, text)}</p> }).collect();
        view! {
            <section class="subject" id=self.id>
                <h3><a href=format!("#{}", self.id)>{self.title}</a></h3>
                {text}
                {self.example.map(|text| view! { <Code text/> })}
            </section>
        }
    }
}

/// All subjects, in the order in which they are needed.
pub fn subjects(reference: &Reference) -> Vec<Subject> {
    let base = &reference.base;
    let faults = reference.problems.iter().find(|problem| problem.refusal.code == Name::ValidationError);
    let faults = faults.map(|problem| problem.example.clone()).unwrap_or_default();
    vec![
        Subject::new(
            "address",
            "Address and format",
            &[
                &format!("Every operation is below `{base}`. What is sent and what is answered is JSON in UTF-8."),
                "Moments are in UTC, as RFC 3339 has them. Ids are UUIDs; take them as they are. `null` is sent where \
                 there is no value.",
            ],
        ),
        Subject::new(
            "authentication",
            "Authentication",
            &[
                "Send a token in the header `Authorization`. Cookies do not count, and a token in an address is \
                 refused, because addresses end up in logs: `TOKEN_IN_URL`.",
                "A personal token acts for a person, and may do what both it and they may do at that moment. A service \
                 token acts for the business. Whoever runs the server makes one with `frontdesk token create`; with \
                 a token that may, `tokens.create` makes another.",
                "The examples on this page take the token from a variable, so that they can be pasted as they are:",
            ],
        )
        .showing(format!("export FRONTDESK_TOKEN=fd_…\ncurl {base}/me \\\n  -H \"Authorization: Bearer $FRONTDESK_TOKEN\"")),
        Subject::new(
            "errors",
            "Errors",
            &[
                "Whatever is refused is answered as a problem (RFC 9457, `application/problem+json`). Look at `error`: \
                 its values stay, and each has a page, whose address is `type`. `title` and `detail` are for people; \
                 `details` has each field that is at fault; `instance` is the id of the request, for those who run \
                 the server.",
            ],
        )
        .showing(faults),
        Subject::new(
            "lists",
            "Lists",
            &[
                "A list is answered a page at a time, as `items`. To go on, follow the address in the header `Link` \
                 whose `rel` is `next`, or send `next` of the answer as `cursor`, with the same filters and order. \
                 On the last page there is no `next`.",
                "A cursor is a place between two rows, not a number of rows: it stays true while others write. With \
                 other filters or another order it is refused: `INVALID_CURSOR`. Rows are not counted.",
            ],
        ),
        Subject::new(
            "repetition",
            "Sending it again",
            &[
                "What reads can be sent again. For what changes something, send `Idempotency-Key` with a value of your \
                 own, such as a UUID, and the same one when you try again: then it is carried out once, whatever \
                 happens to the connection, and the answer is the first one. It has `Idempotency-Replayed: true` then.",
                "The key is bound to the token, the method, the address and the body: with another request it is \
                 refused as `IDEMPOTENCY_KEY_REUSED`. A request that was refused is not kept.",
            ],
        ),
        Subject::new(
            "conditions",
            "What others changed meanwhile",
            &[
                "`ETag` is the version of an answer. Sent with `If-None-Match`, a read answers 304 without a body if \
                 nothing is different. Where `If-Match` is required, send the `ETag` of what you saw: if it has \
                 changed since, the answer is `PRECONDITION_FAILED`, and nothing has been done. It may have several \
                 tags, or `*` for any version.",
                "Only the version in a tag decides, so a weak one (`W/\"3-…\"`), as proxies that compress make it, is as \
                 good. Other operations on something with a version compare `If-Match` if you send it; those with \
                 nothing to compare refuse it.",
            ],
        ),
        Subject::new("limits", "Limits", &[&limits(reference)]),
        Subject::new(
            "versions",
            "Versions",
            &[
                "Version 1 grows: operations, parameters that need not be sent, members of answers, types of \
                 problems and values of texts that the OpenAPI document lists with `x-extensible-enum` may be added. So \
                 leave alone what you do not know. Nothing is taken away or comes \
                 to mean something else; what would break a program that follows this page comes as `/api/v2`.",
            ],
        ),
        Subject::new(
            "origins",
            "Scripts of other sites",
            &[
                "A script in a browser can call the API only from this site, and from the origins that the operator has \
                 named (`FRONTDESK_API_ORIGINS`). To all others the answer is `CROSS_SITE_REQUEST`.",
            ],
        ),
    ]
}

fn limits(reference: &Reference) -> String {
    let of = |requests: u32| match requests {
        0 => "as many requests as you like".to_owned(),
        _ => format!("{requests} requests a minute"),
    };
    format!(
        "Reading takes {}, changing {}: counted for each address, each token and each person, and the one that is used \
         up first counts. `RateLimit-Policy` names the limit and `RateLimit` says what is left of it. Beyond it the \
         answer is `TOO_MANY_REQUESTS`, with the seconds to wait in `Retry-After`.",
        of(reference.reads),
        of(reference.writes)
    )
}
