//! Starts the window or a subcommand; nothing else.
#![expect(clippy::print_stderr, reason = "without a window there is only the terminal to say why")]

use clap::Parser;
use sidestage::cli::{self, Cli};
use sidestage::ui::window;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::prelude::*;

fn main() {
    let Cli { presets, renderer, no_autostart, command } = Cli::parse();
    log_own_warnings();
    let status = match command {
        Some(command) => cli::carry_out(command, presets.as_deref()),
        None => match window::open(presets.as_deref(), renderer.map(drawn_by), !no_autostart) {
            Ok(()) => 0,
            Err(why) => {
                eprintln!("sidestage: {why}");
                1
            }
        },
    };
    std::process::exit(status);
}

fn drawn_by(renderer: cli::Renderer) -> window::Renderer {
    match renderer {
        cli::Renderer::Wgpu => window::Renderer::Wgpu,
        cli::Renderer::Glow => window::Renderer::Glow,
    }
}

/// Our own warnings go to stderr. What libraries have to say of a window's birth is of no use to who started it.
fn log_own_warnings() {
    let ours = Targets::new().with_target("sidestage", LevelFilter::WARN).with_target("rfd", LevelFilter::ERROR);
    let to_stderr = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    tracing_subscriber::registry().with(to_stderr.with_filter(ours)).init();
}
