//! Rules of every page and form.

mod addresses;
mod bad_input;
mod declarations;
mod filters;
mod form_addresses;
mod lists;
mod markup;
mod permissions;
mod refused_forms;
mod statements;
mod twice;
