//! The panel: what a person sees and presses.
//!
//! Every panel is a function of plain data and its own small state. It draws, and pushes [`action::Action`]s; it reads
//! no file, starts no process and opens no dialog. `app` owns the data, and carries the actions out.

pub mod action;
pub mod app;
pub mod console;
mod console_bar;
mod console_header;
mod console_hits;
mod console_input;
pub mod console_scroll;
pub mod console_search;
mod console_select;
mod console_styled;
pub mod console_text;
pub mod console_wall;
pub mod cost_graph;
pub mod dialogs;
mod drop_hint;
pub mod editor;
mod group_heading;
pub mod icons;
pub mod job_state;
pub mod jobs_panel;
pub mod own_console;
pub mod palette;
pub mod presets_panel;
pub mod shell;
mod terminal_colors;
pub mod theme;
pub mod toasts;
pub mod top_bar;
pub mod widgets;
pub mod window;
pub mod worker;
