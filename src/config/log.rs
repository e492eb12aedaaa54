//! Log options.

use clap::Args;

use crate::telemetry::LogFormat;

const LOG: &str = "Log";

/// Log options.
#[derive(Args, Clone, Debug)]
pub struct Log {
    /// What is logged: a level, and others for parts of the program
    #[arg(long, env = "FRONTDESK_LOG", value_name = "FILTER", default_value = "info,sqlx=warn")]
    #[arg(global = true, help_heading = LOG)]
    pub log: String,

    /// How the log is written
    #[arg(long, env = "FRONTDESK_LOG_FORMAT", value_name = "FORMAT", value_enum, default_value_t)]
    #[arg(global = true, help_heading = LOG)]
    pub log_format: LogFormat,
}
