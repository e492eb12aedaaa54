//! The protocol between a submission and its server function, inside the process.

use std::{future::Future, sync::Arc};

use axum::{body::Body, response::IntoResponse};
use frontdesk_domain::{actor::Actor, problem::internal_error};
use frontdesk_model::{Code, Problem};
use http::{Method, Request, Response};
use leptos::{
    prelude::provide_context,
    server_fn::{Protocol, client::Client, server::Server},
};
use leptos_axum::handle_server_fns_with_context;
use serde::de::DeserializeOwned;

use super::{FormResult, Refusal, Submission};

/// Protocol of the server functions that forms post to: `#[server(protocol = FormProtocol, …)]`. The request
/// carries a `Call` and the response an `Outcome`, both as extensions and neither with a body.
pub struct FormProtocol;

/// The argument of a server function, as an extension of its request.
#[derive(Clone)]
struct Call {
    submission: Arc<Submission>,
    actor: Actor,
}

impl Call {
    /// The form as the server function takes it, if this actor may post it at all.
    fn input<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        let input = self.submission.read()?;
        self.submission.form.access.check(&self.actor)?;
        Ok(input)
    }
}

/// The outcome of a server function, as an extension of its response.
#[derive(Clone)]
struct Outcome(Result<FormResult, Problem>);

impl<Input, C, S> Protocol<Input, FormResult, C, S, Refusal> for FormProtocol
where
    Input: DeserializeOwned + Send,
    C: Client<Refusal>,
    S: Server<Refusal, Request = Request<Body>, Response = Response<Body>>,
{
    const METHOD: Method = Method::POST;

    async fn run_server<F, Fut>(request: Request<Body>, server_fn: F) -> Result<Response<Body>, Refusal>
    where
        F: Fn(Input) -> Fut + Send,
        Fut: Future<Output = Result<FormResult, Refusal>> + Send,
    {
        let outcome = match request.extensions().get::<Call>().cloned() {
            Some(call) => match call.input() {
                Ok(input) => server_fn(input).await.map_err(|Refusal(problem)| problem),
                Err(problem) => Err(problem),
            },
            None => Err(Problem::new(Code::UnsupportedMediaType)),
        };
        let mut response = Response::new(Body::empty());
        response.extensions_mut().insert(Outcome(outcome));
        Ok(response)
    }

    /// Browsers send the forms; no code of this project does.
    async fn run_client(_path: &str, _input: Input) -> Result<FormResult, Refusal> {
        Err(Problem::new(Code::UnsupportedMediaType).into())
    }
}

/// Runs the server function of a form. `context` is what it asks Leptos for.
///
/// # Errors
/// Those of the submission, of the form's access and of its use case.
pub async fn run<C>(submission: Arc<Submission>, actor: Actor, context: C) -> Result<FormResult, Problem>
where
    C: Clone + Send + Sync + 'static,
{
    let path = submission.form.url.path();
    let request = Request::post(path).extension(Call { submission, actor }).body(Body::empty());
    let request = request.map_err(|error| internal_error(&error))?;
    let response = handle_server_fns_with_context(move || provide_context(context.clone()), request).await;
    match response.into_response().extensions_mut().remove::<Outcome>() {
        Some(Outcome(outcome)) => outcome,
        None => Err(Problem::new(Code::Internal)),
    }
}
