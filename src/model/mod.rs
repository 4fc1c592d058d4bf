//! Pure data: what a preset says, and what it comes to on this machine.
//!
//! Nothing here reads a file, a clock, an environment or a socket, so everything here can be tested by value.

mod argument;
mod argument_check;
mod console_look;
mod console_plan;
pub mod declared;
mod echo;
mod echo_format;
mod echo_text;
mod environment;
mod expected;
mod group;
mod highlight;
mod invocation;
mod lifecycle;
mod local_names;
mod log_name;
mod merge;
mod outside;
mod placeholder;
mod powershell;
mod preset;
mod problem_words;
mod quote;
mod relative;
mod relink;
mod run_record;
mod schedule;
mod secret;
mod shared;
mod show_echo;
mod slug;
mod tiling;
mod words;

pub use argument::{Argument, Said, ValueKind, chosen_command, is_of_command};
pub use argument_check::{are_exclusive, bounds, color_of, number, range_text};
pub use console_look::{ConsoleLook, Streams, Times};
pub use console_plan::{ConsolePlan, Together};
pub use echo::{
    Echo, EchoFormat, EchoTarget, EchoText, LEAST_JOINED_BYTES, MOST_DATAGRAM_BYTES, Pace, USUAL_BURST,
    USUAL_JOINED_BYTES, USUAL_JOINED_MILLIS, USUAL_PER_SEC,
};
pub use echo_format::{
    EchoTemplate, Encoder, FORMATTED_DATAGRAM_BYTES, HEARTBEAT_ADDRESS, JSON_FIELDS, LineFacts, RAW_DATAGRAM_BYTES,
    Shape, TEMPLATE_PLACEHOLDERS, osc_line_address, osc_message, osc_state_address,
};
pub use echo_text::TextFilter;
pub use environment::{Activation, CONDA_PLACES, Cause, EnvChange, PYTHON_REMOVED, fixes, is_touch_path};
pub use group::GroupLaunch;
pub use highlight::{Highlight, HighlightColor, Highlights};
pub use invocation::{Invocation, Place, Problem, Site, join, resolve};
pub use lifecycle::{Hang, Lifecycle, OnHang, Priority, Ready, Restart, RestartWhen, StopSignal, pattern};
pub use local_names::{LocalNames, Mapped, NameKind, check_name, check_path, full_path, root_of};
pub use log_name::{LogName, log_folder_name};
pub use merge::{Merged, choose_command, merge};
pub use outside::{MAX_OUTSIDE_BYTES, set_from_outside};
pub use placeholder::{PLACEHOLDERS, Piece, Placeholder, Values, escaped, expand, pieces};
pub use powershell::before_script;
pub use preset::{Interpreter, Preset, Variable, Version};
pub use problem_words::problems_in_words;
pub use quote::{command_line, quote};
pub use relative::relative;
pub use relink::{
    SharedFolder, in_root, named_file, names_output, path_to, relink, roots_in, shared_folders, use_root, value_to,
};
pub use run_record::{HISTORY_FILE, LogLimits, LogPlan, OLD_HISTORY_FILE, RunEnd, RunRecord};
pub use schedule::{
    Day, DayTime, Due, Occasion, QuietSecs, counting, due_between, due_words, is_named, next_after, next_words,
};
pub use secret::{
    LEAST_MASKED_BYTES, MASK, RowSecret, Secret, SecretAt, SecretBy, SecretUse, check_secret_name, missing_secrets,
    variable_called,
};
pub use shared::Shared;
pub use show_echo::{ShowEcho, StateEcho};
pub use slug::{free_job_id, preset_id};
pub use tiling::{Arrangement, Tiling};
pub use words::{Word, words};
