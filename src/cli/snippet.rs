//! `sidestage snippet`: a preset as code for TouchDesigner.

use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::run::show_of;
use super::{find_preset, say};
use crate::model::problems_in_words;
use crate::snippet::{Kind, Orders, Wish, snippet};
use crate::store;

#[derive(Debug, clap::Args)]
pub struct Snippet {
    /// A preset's name, or the path of its file
    preset: String,
    /// What the code does
    #[arg(long, value_name = "KIND", default_value = "launch")]
    kind: KindName,
    /// The folder of the TouchDesigner project, which paths then start from. Without it: the nearest folder with a .toe
    /// from the preset's upwards
    #[arg(long, value_name = "DIR")]
    project: Option<PathBuf>,
}

/// The kinds as one writes them here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum KindName {
    /// Launches the preset without Sidestage
    Launch,
    /// The callbacks of a UDP In DAT or OSC In DAT, which read the echo
    Callbacks,
    /// Orders Sidestage to launch the preset
    Order,
}

pub(super) fn show(wanted: &Snippet, presets: Option<&Path>) -> Result<i32, String> {
    let (path, preset) = find_preset(&wanted.preset, presets)?;
    let dir = path.parent().unwrap_or(Path::new(""));
    let preset = preset.in_show(&show_of(dir)?.target);
    if let Some(project) = &wanted.project
        && !project.is_dir()
    {
        return Err(format!("{} is no folder; --project takes the folder that the .toe lies in.", project.display()));
    }
    let kind = match wanted.kind {
        KindName::Launch => Kind::Launch,
        KindName::Callbacks => Kind::Callbacks,
        KindName::Order => Kind::Order,
    };
    // Where this user's Sidestage listens, whether it does just now or not.
    let orders = Orders::here(super::settings().orders.port);
    let wish = Wish::of(&preset, &path, wanted.project.as_deref(), (&orders, &store::machine::load()));
    let made = snippet(kind, &wish.request())
        .map_err(|problems| format!("{}: {}", preset.name, problems_in_words(&preset, &problems)))?;
    say(made.code.trim_end())?;
    Ok(0)
}
