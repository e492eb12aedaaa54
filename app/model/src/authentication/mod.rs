//! Signing up, in and out.

mod forms;

pub use forms::{SignIn, SignOut, SignUp, next_path};

use crate::audit::actions;

actions! {
    LOGIN_SUCCESS = "login.success", "signed in", User;
    LOGIN_FAILED = "login.failed", "failed to sign in", User;
    LOGIN_THROTTLED = "login.throttled", "was held back after failed sign-ins", User;
}
