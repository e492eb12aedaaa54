//! Tokens: made, listed, and proved at each request.

mod list;
mod making;
mod proving;
