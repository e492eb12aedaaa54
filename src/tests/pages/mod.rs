//! The pages and their forms, one file a rule or a journey.

mod bad_input;
mod bodies;
mod cross_site;
mod docs;
mod filters;
mod flood;
mod form_addresses;
mod headers;
mod health;
mod jobs;
mod links;
mod lists;
mod logs;
mod markup;
mod permissions;
mod problems;
mod refused_forms;
mod sessions;
mod sign_in;
mod sign_up;
mod statements;
mod tokens;
mod twice;
mod users;
mod webhooks;
mod wire;
