//! Payments and refunds: after any failure, money moves once, and the ledger agrees.

mod notices;
mod off;
mod pay;
mod refunds;
mod sweep;
mod unknown;
