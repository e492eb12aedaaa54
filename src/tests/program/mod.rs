//! The program as it is operated: commands, start and stop, workers, TLS, and the guide that explains the API.

mod commands;
mod guide;
mod operation;
mod queues;
mod tls;
mod workers;
