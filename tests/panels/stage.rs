//! What the panels are given here in the place of the app, and the hands that press their buttons.

use eframe::egui;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use jiff::Timestamp;
use sidestage::engine::Alerts;
use sidestage::model::{Argument, ConsoleLook, Highlights, Interpreter, Invocation, Preset, Problem, ShowEcho, fixes};
use sidestage::store::settings::Settings;
use sidestage::ui::action::{Action, JobId, PresetKey};
use sidestage::ui::console::{ConsoleLine, ConsoleView, RowSource, Stream};
use sidestage::ui::console_search::Hits;
use sidestage::ui::editor::{Draft, EditorData, InterpreterChoice, InterpretersData, RunRow, ScriptData};
use sidestage::ui::job_state::{EndKind, JobState};
use sidestage::ui::jobs_panel::{EchoRow, JobRow};
use sidestage::ui::missing_panel::{HuntView, MissingData, MissingRow};
use sidestage::ui::presets_panel::{PresetRow, PresetsData};
use sidestage::ui::settings_panel::{Folders, MachineData, OrdersData, SettingsData};
use sidestage::ui::shell::{FrameData, ShellState, shell_ui};
use sidestage::ui::theme;
use sidestage::ui::top_bar::TopBarData;
use std::ops::Range;
use std::path::Path;

/// Rows made up on demand; counts how many were ever asked for.
#[derive(Default)]
pub struct Rows {
    pub held: Range<u64>,
    /// What stands in all of them; empty: their number.
    pub text: String,
    pub copied: std::cell::Cell<u64>,
}

impl RowSource for Rows {
    fn first_row(&self) -> u64 {
        self.held.start
    }

    fn end_row(&self) -> u64 {
        self.held.end
    }

    fn dropped_rows(&self) -> u64 {
        self.held.start
    }

    fn copy_rows(&self, rows: Range<u64>, out: &mut Vec<ConsoleLine>) {
        self.copied.set(self.copied.get() + rows.end - rows.start);
        for number in rows {
            let is_counted = self.text.is_empty();
            let stream = if is_counted && number % 5 == 1 { Stream::Stderr } else { Stream::Stdout };
            let text = if is_counted { format!("line {number}") } else { self.text.clone() };
            let at = Timestamp::from_second(1_000_000 + i64::try_from(number).unwrap_or_default()).unwrap_or_default();
            out.push(ConsoleLine { number, text, stream, at });
        }
    }
}

/// Every tenth row, found in the place of a search.
pub struct Tenths {
    pub held: Range<u64>,
}

impl Hits for Tenths {
    fn hits(&self) -> Range<u64> {
        self.held.start.div_ceil(10)..self.held.end.div_ceil(10)
    }

    fn is_cut(&self) -> bool {
        false
    }

    fn row_of(&self, hit: u64) -> Option<u64> {
        self.hits().contains(&hit).then_some(hit * 10)
    }

    fn hit_from(&self, row: u64) -> u64 {
        row.clamp(self.held.start, self.held.end).div_ceil(10)
    }

    fn is_under_way(&self) -> bool {
        false
    }

    fn marks(&self, rows: Range<u64>, slots: u32) -> Vec<u32> {
        let here = self.held.start..self.held.end;
        if rows == here { vec![0, slots / 2] } else { Vec::new() }
    }

    fn places(&self, text: &str) -> Vec<Range<usize>> {
        text.match_indices('0').map(|(at, zero)| at..at + zero.len()).collect()
    }
}

/// What the app would hold.
#[derive(Default)]
pub struct World {
    pub presets: PresetsData,
    pub draft: Option<Draft>,
    pub problems: Vec<Problem>,
    pub invocation: Option<Invocation>,
    pub interpreters: InterpretersData,
    pub script: ScriptData<'static>,
    pub jobs: Vec<JobRow>,
    pub rows: Rows,
    /// Of every console.
    pub takes_input: bool,
    /// Of every console.
    pub highlights: Highlights,
    /// Of every console, when it is opened.
    pub look: ConsoleLook,
    /// What was found in every console.
    pub found: Option<Result<Tenths, String>>,
    pub runs: Vec<RunRow>,
    pub settings: Settings,
    pub show: ShowEcho,
    pub orders: OrdersData,
    pub machine: MachineData,
    pub missing: Vec<MissingRow>,
    pub hunts: Vec<HuntView>,
    pub state: ShellState,
    pub actions: Vec<Action>,
}

impl World {
    pub fn edited(&self) -> &Preset {
        match &self.draft {
            Some(draft) => &draft.edited,
            None => panic!("no preset is open"),
        }
    }
}

pub fn row(flag: &str, value: &str) -> Argument {
    Argument::new(flag, value)
}

pub fn world() -> World {
    let names = [("Workshop", "Run a script"), ("Workshop", "Pass arguments"), ("Tonight", "Noisy")];
    let rows = names.iter().zip(1..).map(|((group, name), key)| PresetRow {
        key: PresetKey(key),
        preset: Preset { group: (*group).to_owned(), ..Preset::new(name) }.into(),
        is_unsaved: key == 3,
        running: u32::from(key == 2),
        next: None,
        problem: None,
    });
    let preset = Preset {
        script: "scripts/pass_arguments.py".to_owned(),
        arguments: vec![row("--in", "Hello"), row("--count", "3"), row("-v", "")],
        ..Preset::new("Pass arguments")
    };
    let job = |id, name: &str, state| JobRow {
        id: JobId(id),
        name: name.into(),
        run: 1,
        state,
        pid: Some(4711),
        elapsed_secs: 61,
        since: None,
        note: String::new(),
        echo: vec![EchoRow { target: "127.0.0.1:7000".to_owned(), sent: 12, bytes: 960, dropped: 0, failed: 0 }],
        cost: None,
        progress: None,
        console_open: id == 1,
        is_kept: false,
        alerts: Alerts::default(),
    };
    World {
        presets: PresetsData { rows: rows.collect(), selected: Some(PresetKey(2)), ..PresetsData::default() },
        draft: Some(Draft { key: PresetKey(2), path: None, saved: Some(preset.clone().into()), edited: preset.into() }),
        invocation: Some(Invocation {
            program: "/usr/bin/python3".into(),
            args: vec!["scripts/pass arguments.py".to_owned()],
            dir: "/".into(),
            env: Vec::new(),
            secrets: Vec::new(),
        }),
        interpreters: InterpretersData {
            named: vec![InterpreterChoice::named("style-transfer", "/opt/style/bin/python")],
            choices: vec![InterpreterChoice {
                interpreter: Interpreter::Name("node".to_owned()),
                label: "node 20.1.0".to_owned(),
                what: "x86_64".to_owned(),
                place: "found on PATH".to_owned(),
                program: "/usr/bin/node".to_owned(),
                trouble: None,
            }],
            ..InterpretersData::default()
        },
        jobs: vec![job(1, "Noisy", JobState::Running), job(2, "Run a script", JobState::Ended(EndKind::Failed))],
        rows: Rows { held: 0..100, ..Rows::default() },
        ..World::default()
    }
}

pub fn frame(ui: &mut egui::Ui, world: &mut World) {
    let fixes = fixes(true, None, &[]);
    let open = world.jobs.iter().filter(|job| job.console_open);
    let consoles: Vec<_> = open
        .map(|job| ConsoleView {
            job: job.id,
            title: job.title(),
            state: job.state,
            progress: job.progress,
            rows: &world.rows,
            takes_input: world.takes_input,
            log: None,
            dir: Some(std::path::Path::new("/show")),
            search: world.found.as_ref().map(|found| match found {
                Ok(found) => Ok(found as &dyn Hits),
                Err(why) => Err(why.as_str()),
            }),
            highlights: std::slice::from_ref(&world.highlights),
            look: world.look,
        })
        .collect();
    let alerts = world.jobs.iter().find(|row| row.alerts.count > 0).map(|row| (row.alerts.count, row.id));
    let data = FrameData {
        presets: &world.presets,
        editor: EditorData {
            undo: None,
            is_in_conflict: false,
            problems: &world.problems,
            invocation: world.invocation.as_ref(),
            is_checking: false,
            fixes: &fixes,
            interpreters: &world.interpreters,
            script: world.script,
            running: 0,
            runs: Some(&world.runs),
            log_folder: None,
            show_target: Some(&world.show.target),
            ..EditorData::default()
        },
        jobs: &world.jobs,
        selected_job: None,
        consoles: &consoles,
        top_bar: TopBarData { running: 1, failed: 1, alerts, missing: world.missing.len(), ..TopBarData::default() },
        settings: SettingsData {
            settings: &world.settings,
            folders: Folders {
                presets: Some(Path::new("/shows/presets")),
                logs: Some(Path::new("/logs")),
                settings: None,
            },
            show: &world.show,
            orders: &world.orders,
            machine: &world.machine,
        },
        missing: MissingData { rows: &world.missing, hunts: &world.hunts },
    };
    shell_ui(ui, &data, world.draft.as_mut(), &mut world.state, &mut world.actions);
    // The app makes it so, and the next frame shows it.
    for action in &world.actions {
        if let Action::ChangeSettings(settings) = action {
            world.settings = (**settings).clone();
        }
        if let Action::ChangeShow(show) = action {
            world.show = (**show).clone();
        }
    }
}

pub fn harness(world: World) -> Harness<'static, World> {
    let builder = Harness::builder().with_size([1280.0, 900.0]).with_context_setup(theme::install);
    let mut harness = builder.build_ui_state(frame, world);
    harness.run();
    harness
}

/// Presses what is called `label`, and gives back what that asked for.
pub fn press(harness: &mut Harness<'_, World>, label: &str) -> Vec<Action> {
    harness.state_mut().actions.clear();
    harness.get_by_label(label).click();
    harness.run();
    std::mem::take(&mut harness.state_mut().actions)
}

/// What is painted as text now, labels or not.
pub fn painted(harness: &Harness<'_, World>) -> Vec<String> {
    fn texts(shape: &egui::Shape, found: &mut Vec<String>) {
        match shape {
            egui::Shape::Text(text) => found.push(text.galley.text().to_owned()),
            egui::Shape::Vec(shapes) => shapes.iter().for_each(|shape| texts(shape, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    harness.output().shapes.iter().for_each(|clipped| texts(&clipped.shape, &mut found));
    found
}

/// Turns the wheel over what is called `label`; upwards by so many lines.
pub fn turn_wheel(harness: &mut Harness<'_, World>, label: &str, lines: f32) {
    let over = harness.get_by_label(label).rect().center();
    harness.hover_at(over);
    harness.event(egui::Event::MouseWheel {
        unit: egui::MouseWheelUnit::Line,
        delta: egui::vec2(0.0, lines),
        phase: egui::TouchPhase::Move,
        source: egui::MouseWheelSource::Wheel,
        modifiers: egui::Modifiers::NONE,
    });
    // A turn takes effect little by little.
    harness.run_steps(30);
}

pub fn type_into(harness: &mut Harness<'_, World>, label: &str, text: &str) {
    harness.get_by_label(label).focus();
    harness.run();
    harness.get_by_label(label).type_text(text);
    harness.run();
}
