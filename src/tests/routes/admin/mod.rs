//! Pages and forms of staff, under `/admin`.

mod jobs;
mod orders;
mod orders_csv;
mod tokens;
mod users;
mod webhooks;
