//! Starts the window or a subcommand; nothing else.
#![expect(clippy::print_stderr, reason = "without a window there is only the terminal to say why")]

use clap::Parser;
use sidestage::cli::{self, Cli};
use sidestage::ui::window;

fn main() {
    let Cli { presets, renderer, command } = Cli::parse();
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_max_level(tracing::Level::WARN).init();
    let status = match command {
        Some(command) => cli::carry_out(command, presets.as_deref()),
        None => match window::open(presets.as_deref(), renderer) {
            Ok(()) => 0,
            Err(why) => {
                eprintln!("sidestage: {why}");
                1
            }
        },
    };
    std::process::exit(status);
}
