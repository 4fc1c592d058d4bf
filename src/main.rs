//! Starts the window or a subcommand; nothing else.

use clap::Parser;
use sidestage::cli::{self, Cli};

fn main() {
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_max_level(tracing::Level::WARN).init();
    let Cli { presets, renderer: _, command } = Cli::parse();
    let status = match command {
        Some(command) => cli::carry_out(command, presets.as_deref()),
        None => 0,
    };
    std::process::exit(status);
}
