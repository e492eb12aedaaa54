//! A program that calls the API with a token.

use axum::body::Body;
use frontdesk_domain::{tokens, users};
use frontdesk_model::{
    Permission, UserId,
    tokens::{CreateToken, TokenKind},
};
use http::{
    Method, Request,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE},
    request::Builder,
};
use serde_json::Value;

use super::{Answer, Client, Desk};

/// A program: a token, and JSON.
pub struct Program {
    client: Client,
    pub token: String,
}

impl Desk {
    /// A program of the business with these permissions.
    pub async fn program(&self, permissions: &[Permission]) -> Program {
        let form = CreateToken {
            kind: TokenKind::Service,
            name: "a test".to_owned(),
            permissions: permissions.iter().copied().collect(),
            ..CreateToken::default()
        };
        let made = tokens::create(&self.domain.system(), form).await.unwrap();
        self.program_with(made.text.expose())
    }

    /// A program of a user, with all of their permissions.
    pub async fn program_of(&self, owner: UserId) -> Program {
        let roles = users::get(&self.domain.system(), owner).await.unwrap().roles;
        let form = CreateToken {
            name: "a test".to_owned(),
            permissions: roles.permissions(),
            ..CreateToken::default()
        };
        let made = tokens::create_for(&self.domain.system(), owner, form).await.unwrap();
        self.program_with(made.text.expose())
    }

    /// A program with any text as its token.
    pub fn program_with(&self, token: &str) -> Program {
        Program { client: self.visitor(), token: token.to_owned() }
    }
}

impl Program {
    /// From another address.
    pub fn from(self, address: &str) -> Self {
        Self { client: self.client.from(address), ..self }
    }

    /// The same program, at another instance.
    pub fn at(&self, desk: &Desk) -> Self {
        desk.program_with(&self.token)
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path), Body::empty()).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.json(self.request(Method::POST, path), body).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, path), Body::empty()).await
    }

    pub async fn json(&self, request: Builder, body: &Value) -> Answer {
        self.send(request.header(CONTENT_TYPE, "application/json"), body.to_string().into()).await
    }

    /// A request with the token, to be extended.
    pub fn request(&self, method: Method, path: &str) -> Builder {
        let request = Request::builder().method(method).uri(format!("/api/v1{path}"));
        if self.token.is_empty() {
            request
        } else {
            request.header(AUTHORIZATION, format!("Bearer {}", self.token))
        }
    }

    /// Sends it as programs do: without a browser's headers.
    pub async fn send(&self, request: Builder, body: Body) -> Answer {
        self.client.send_bare(request.header(ACCEPT, "application/json"), body).await
    }

    /// Sends a request without additions.
    pub async fn send_as_it_is(&self, request: Builder) -> Answer {
        self.client.send_bare(request, Body::empty()).await
    }
}
