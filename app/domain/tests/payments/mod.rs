//! Payments and refunds: whatever fails, money moves once, and the book says so.

mod notices;
mod pay;
mod refunds;
mod sweep;
mod unknown;
