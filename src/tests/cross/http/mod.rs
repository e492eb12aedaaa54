//! Rules of every request and answer, whatever it asks for.

mod bodies;
mod compression;
mod cross_site;
mod flood;
mod headers;
mod logs;
mod problems;
mod wire;
