//! Pages and forms under `/account`.

mod orders;
mod password;
mod security;
