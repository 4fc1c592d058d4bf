//! Measures whole programs against their yardstick: `cargo bench`, or a part of it with `cargo bench -- WORD…`.
//!
//! One program plays every part: the driver, which is what `cargo bench` starts, and by a first argument the jobs, the
//! yardstick's relay, and a process with an engine in it. `benches/README.md` says how to read what it prints.
#![allow(clippy::unwrap_used, reason = "a measurement that can't go on fails")]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it is a program for a terminal")]

#[cfg(target_os = "linux")]
mod child;
#[cfg(target_os = "linux")]
mod ours;
#[cfg(target_os = "linux")]
mod panel;
#[cfg(target_os = "linux")]
mod rows;
#[cfg(target_os = "linux")]
mod rows_panel;
#[cfg(target_os = "linux")]
mod rows_search;
#[cfg(target_os = "linux")]
mod rows_window;
#[cfg(target_os = "linux")]
mod runner;
#[cfg(target_os = "linux")]
mod work;
#[cfg(target_os = "linux")]
mod yardstick;

#[cfg(target_os = "linux")]
fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let rest = args.get(1..).unwrap_or_default();
    match args.first().map(String::as_str) {
        Some("child") => child::act(rest),
        Some("yardstick") => yardstick::relay(&work::Work::from_args(rest)),
        Some("ours") => ours::relay(&work::Work::from_args(rest)),
        Some("yardstick-launch") => yardstick::launch(rest),
        Some("ours-launch") => ours::launch(rest),
        Some("ours-frames") => rows_panel::draw_frames(rest),
        Some("ours-panel") => rows_panel::keep_in_panel(rest),
        Some("ours-rest") => rows_panel::rest(rest),
        Some("ours-search") => rows_search::find(rest),
        _ => rows::measure(&args),
    }
}

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("Speed is measured on Linux only: what a process has cost is read from its /proc.");
}
