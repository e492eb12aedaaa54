//! Passwords.

mod forms;
pub mod password;

pub use forms::ChangePassword;

pub(crate) use forms::{for_password, password_rule};

use crate::audit::actions;

actions! {
    PASSWORD_CHANGED = "password.changed", "changed their password", User;
    PASSWORD_CHANGE_FAILED = "password.change_failed", "gave a wrong password to change it", User;
}
