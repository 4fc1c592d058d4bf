//! The panel's own memory: window, theme, layout. Losing it costs little, so it is read leniently, but never silently
//! thrown away.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use ron::ser::PrettyConfig;
use serde::{Deserialize, Serialize};

use super::consoles::ConsoleSettings;
use super::logs::LogSettings;
use super::{atomic, place};
use crate::model::{ConsoleLook, ConsolePlan, Together};

/// The file in the configuration folder.
pub const FILE_NAME: &str = "settings.ron";

/// What the panel remembers. A field that is missing in the file has its default, and one that is not known is ignored:
/// add fields freely.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    pub version: u32,
    /// `None` until the window was closed once.
    pub window: Option<Window>,
    pub theme: Theme,
    /// 1.0 is the system's own size.
    pub zoom: f32,
    /// The preset list's width in points.
    pub side_width: f32,
    /// The editor's height in points; `None` until somebody chose one.
    pub editor_height: Option<f32>,
    /// The job list's width in points.
    pub jobs_width: f32,
    /// File name of the preset that is open.
    pub selected: Option<String>,
    pub collapsed_groups: Vec<String>,
    /// How the consoles lie.
    pub console_plan: ConsolePlan,
    /// Where consoles stand, or stood, that have windows of their own.
    pub console_windows: Vec<ConsoleWindow>,
    /// Jobs whose lines are shown in one console.
    pub together: Vec<TogetherView>,
    /// How consoles look, by the name of the preset.
    pub looks: BTreeMap<String, ConsoleLook>,
    /// How much is kept of what jobs write.
    pub logs: LogSettings,
    pub consoles: ConsoleSettings,
    pub orders: OrderSettings,
    /// Nothing is launched at its time or by a file's change.
    pub schedules_paused: bool,
}

/// Whether orders are heard from outside, where, and from whom. As it was typed: what is wrong with it is said by who
/// opens the port.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct OrderSettings {
    pub on: bool,
    /// 1 to 65535; wider than a port so that a wrong one can be shown and mended.
    pub port: u32,
    /// To other machines too: those in `allow`.
    pub open: bool,
    /// Addresses and networks, parted by commas or spaces.
    pub allow: String,
}

impl Default for OrderSettings {
    fn default() -> Self {
        Self { on: false, port: 7010, open: false, allow: String::new() }
    }
}

/// Place and size of the window in points.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Window {
    pub x: f32,
    pub y: f32,
    pub width: f32,
    pub height: f32,
    pub maximized: bool,
}

/// The window of a console.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ConsoleWindow {
    /// By what the console's place is remembered.
    pub place: String,
    pub window: Window,
    /// It opens again when its job is launched.
    pub is_open: bool,
}

/// A console of several jobs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TogetherView {
    /// Tells it from the others, and its place from theirs.
    pub number: u32,
    pub of: Together,
}

/// Which colours the panel wears.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Theme {
    #[default]
    System,
    Dark,
    Light,
}

impl Default for Window {
    fn default() -> Self {
        Self { x: 0.0, y: 0.0, width: 1100.0, height: 720.0, maximized: false }
    }
}

impl Window {
    fn clamped(self) -> Self {
        let default = Self::default();
        Self {
            // Windows parks a minimised window at -32000.
            x: within(self.x, default.x, -16_000.0..=16_000.0),
            y: within(self.y, default.y, -16_000.0..=16_000.0),
            width: within(self.width, default.width, 320.0..=16_000.0),
            height: within(self.height, default.height, 180.0..=16_000.0),
            maximized: self.maximized,
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            version: 1,
            window: None,
            theme: Theme::System,
            zoom: 1.0,
            side_width: 248.0,
            editor_height: None,
            jobs_width: 372.0,
            selected: None,
            collapsed_groups: Vec::new(),
            console_plan: ConsolePlan::default(),
            console_windows: Vec::new(),
            together: Vec::new(),
            looks: BTreeMap::new(),
            logs: LogSettings::default(),
            consoles: ConsoleSettings::default(),
            orders: OrderSettings::default(),
            schedules_paused: false,
        }
    }
}

impl Settings {
    /// The same with every number within what a person can work with, whatever the file said.
    #[must_use]
    pub fn clamped(mut self) -> Self {
        let default = Self::default();
        self.zoom = within(self.zoom, default.zoom, 0.5..=4.0);
        self.side_width = within(self.side_width, default.side_width, 120.0..=800.0);
        self.jobs_width = within(self.jobs_width, default.jobs_width, 120.0..=2000.0);
        self.editor_height =
            self.editor_height.filter(|height| height.is_finite()).map(|height| height.clamp(80.0, 4000.0));
        self.logs = self.logs.clamped();
        self.console_plan = self.console_plan.clamped();
        self.consoles = self.consoles.clamped();
        self.window = self.window.map(Window::clamped);
        for console in &mut self.console_windows {
            console.window = console.window.clamped();
        }
        self
    }
}

pub(super) fn within(value: f32, default: f32, allowed: std::ops::RangeInclusive<f32>) -> f32 {
    if value.is_finite() { value.clamp(*allowed.start(), *allowed.end()) } else { default }
}

/// Settings, and what to tell the user about their file.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded {
    pub settings: Settings,
    /// A sentence; the file could not be used.
    pub notice: Option<String>,
}

/// Reads the settings of this user, for whom writes them: a file that can't be read is set aside, for the next save would
/// replace it. Never fails: what can't be read has its default, and a notice says so.
#[must_use]
pub fn load() -> Loaded {
    let nowhere = || format!("This user has no folder for settings; name one with {}.", place::CONFIG_DIR_VARIABLE);
    place::config_dir()
        .map_or_else(|| Loaded { settings: Settings::default(), notice: Some(nowhere()) }, |dir| load_from(&dir))
}

/// As [`load`], from a given folder.
#[must_use]
pub fn load_from(dir: &Path) -> Loaded {
    parse(dir, |path| match keep_aside(path) {
        Ok(kept) => format!("so Sidestage starts with its own. It is kept as {}.", kept.display()),
        Err(error) => format!("so Sidestage starts with its own. It could not be set aside: {error}."),
    })
}

/// Reads the settings of this user and leaves the file as it is, for whom only goes by them: somebody may be editing it.
/// What can't be read has its default, and a notice says so.
#[must_use]
pub fn look() -> Loaded {
    let nothing = || Loaded { settings: Settings::default(), notice: None };
    place::config_dir().map_or_else(nothing, |dir| look_in(&dir))
}

/// As [`look`], in a given folder.
#[must_use]
pub fn look_in(dir: &Path) -> Loaded {
    parse(dir, |_| "so what stands there doesn't count until the file is mended.".to_owned())
}

/// Reads the file in this folder. What is done about one that is broken answers with the rest of the sentence.
fn parse(dir: &Path, mend: impl FnOnce(&Path) -> String) -> Loaded {
    let path = dir.join(FILE_NAME);
    let lost = |notice| Loaded { settings: Settings::default(), notice: Some(notice) };
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Loaded { settings: Settings::default(), notice: None };
        }
        Err(error) => return lost(format!("Could not read the settings in {}: {error}.", path.display())),
    };
    match ron::de::from_bytes::<Settings>(&bytes) {
        Ok(settings) => Loaded { settings: settings.clamped(), notice: None },
        Err(error) => {
            let end = error.span.end;
            let (place, rest) = (format!("line {}, column {}", end.line, end.col), mend(&path));
            lost(format!("The settings in {} could not be read ({place}), {rest}", path.display()))
        }
    }
}

/// Writes settings into a folder, which is created if it is missing.
///
/// # Errors
/// A sentence: the system refuses. The old file is intact.
pub fn save_to(dir: &Path, settings: &Settings) -> Result<(), String> {
    let path = dir.join(FILE_NAME);
    let failed = |why: String| format!("Could not save the settings to {}: {why}.", path.display());
    let settings = settings.clone().clamped();
    let text = ron::ser::to_string_pretty(&settings, PrettyConfig::new().new_line("\n"))
        .map_err(|error| failed(error.to_string()))?
        + "\n";
    if std::fs::read(&path).is_ok_and(|old| old == text.as_bytes()) {
        return Ok(());
    }
    std::fs::create_dir_all(dir)
        .and_then(|()| atomic::replace(&path, text.as_bytes()))
        .map_err(|error| failed(atomic::why(&error)))
}

fn keep_aside(path: &Path) -> io::Result<PathBuf> {
    let mut broken = path.with_added_extension("broken");
    for number in 2_u32.. {
        if broken.symlink_metadata().is_err() {
            break;
        }
        broken = path.with_added_extension(format!("broken-{number}"));
    }
    std::fs::rename(path, &broken)?;
    Ok(broken)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> Loaded {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(FILE_NAME), text).unwrap();
        load_from(dir.path())
    }

    #[test]
    fn what_is_saved_comes_back() {
        let dir = tempfile::tempdir().unwrap();
        let config = dir.path().join("not/there/yet");
        let settings = Settings {
            window: Some(Window { x: -5.5, y: 7.0, width: 900.0, height: 600.0, maximized: true }),
            theme: Theme::Light,
            zoom: 1.25,
            selected: Some("2-b.ron".to_owned()),
            collapsed_groups: vec!["Tonight \"late\"".to_owned()],
            ..Settings::default()
        };
        save_to(&config, &settings).unwrap();
        assert_eq!(load_from(&config), Loaded { settings, notice: None });
        assert_eq!(std::fs::read_dir(&config).unwrap().count(), 1);
    }

    #[test]
    fn no_file_means_defaults_and_no_notice() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(load_from(dir.path()), Loaded { settings: Settings::default(), notice: None });
    }

    #[test]
    fn fields_of_another_version_do_no_harm() {
        let loaded = check("(theme: Dark, from_the_future: [1, 2])");
        assert_eq!(loaded, Loaded { settings: Settings { theme: Theme::Dark, ..Settings::default() }, notice: None });
    }

    #[test]
    fn absurd_numbers_are_brought_within_reach() {
        let settings = check("(zoom: NaN, side_width: -3, window: Some((x: -32000, width: 1, height: inf)))").settings;
        assert_eq!((settings.zoom, settings.side_width), (1.0, 120.0));
        let window = settings.window.unwrap();
        assert_eq!((window.x, window.width, window.height), (-16_000.0, 320.0, 720.0));
    }

    #[test]
    fn a_broken_file_is_kept_aside_each_time() {
        let dir = tempfile::tempdir().unwrap();
        for (broken, name) in [("(zoom: oops)", "settings.ron.broken"), ("\u{1}", "settings.ron.broken-2")] {
            std::fs::write(dir.path().join(FILE_NAME), broken).unwrap();
            let loaded = load_from(dir.path());
            assert_eq!(loaded.settings, Settings::default());
            assert!(loaded.notice.unwrap().contains(name));
            assert_eq!(std::fs::read_to_string(dir.path().join(name)).unwrap(), broken);
            assert!(!dir.path().join(FILE_NAME).exists());
        }
    }

    #[test]
    fn whoever_only_looks_leaves_a_broken_file_where_it_is() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(FILE_NAME), "(zoom: oops)").unwrap();
        let loaded = look_in(dir.path());
        assert_eq!(loaded.settings, Settings::default());
        assert!(loaded.notice.unwrap().contains("could not be read (line 1, column "));
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
        assert_eq!(std::fs::read_to_string(dir.path().join(FILE_NAME)).unwrap(), "(zoom: oops)");
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_a_sentence() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("file"), "").unwrap();
        let why = save_to(&dir.path().join("file/below"), &Settings::default()).unwrap_err();
        assert!(why.starts_with("Could not save the settings to "), "{why}");
    }
}
