//! The platform below the features: databases, lists and their plans, statements, text.

mod db;
mod list_plans;
mod opening;
mod paging;
mod plans;
mod pooler;
mod postgres_tls;
mod rows;
mod schema;
mod search;
mod statements;
mod units;
