//! This machine: the checkout, its files, programs, ports, and the progress that a task prints.

pub mod cpu;
pub mod files;
pub mod port;
pub mod process;
pub mod scratch;
pub mod steps;
pub mod version;
pub mod workspace;
