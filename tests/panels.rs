//! Drives the panels without a window, by the labels that a screen reader finds, and looks at the actions they push.

use std::ops::Range;

use eframe::egui::{self, Key, Modifiers, Role};
use egui_kittest::kittest::{NodeT, Queryable};
use egui_kittest::{Harness, Node};
use sidestage::model::{Argument, Interpreter, Invocation, Place, Preset, Problem, fixes};
use sidestage::ui::action::{Action, JobId, PresetKey};
use sidestage::ui::console::{ConsoleLine, ConsoleView, RowSource, Stream};
use sidestage::ui::dialogs::Dialog;
use sidestage::ui::editor::{Draft, EditorData, InterpreterChoice, Tab};
use sidestage::ui::job_state::{EndKind, JobState};
use sidestage::ui::jobs_panel::{EchoRow, JobRow};
use sidestage::ui::presets_panel::{PresetRow, PresetsData};
use sidestage::ui::shell::{FrameData, ShellState, shell_ui};
use sidestage::ui::theme;
use sidestage::ui::top_bar::TopBarData;
use sidestage::ui::widgets::Severity;

/// Rows made up on demand; counts how many were ever asked for.
#[derive(Default)]
struct Rows {
    held: Range<u64>,
    copied: std::cell::Cell<u64>,
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
            let stream = if number % 5 == 0 { Stream::Stderr } else { Stream::Stdout };
            out.push(ConsoleLine { number, text: format!("line {number}"), stream, time: "12:00:00".to_owned() });
        }
    }
}

/// What the app would hold.
#[derive(Default)]
struct World {
    presets: PresetsData,
    draft: Option<Draft>,
    problems: Vec<Problem>,
    invocation: Option<Invocation>,
    interpreters: Vec<InterpreterChoice>,
    jobs: Vec<JobRow>,
    rows: Rows,
    state: ShellState,
    actions: Vec<Action>,
}

impl World {
    fn edited(&self) -> &Preset {
        match &self.draft {
            Some(draft) => &draft.edited,
            None => panic!("no preset is open"),
        }
    }
}

fn row(flag: &str, value: &str) -> Argument {
    Argument { on: true, flag: flag.to_owned(), value: value.to_owned() }
}

fn world() -> World {
    let names = [("Workshop", "Run a script"), ("Workshop", "Pass arguments"), ("Tonight", "Noisy")];
    let rows = names.iter().zip(1..).map(|((group, name), key)| PresetRow {
        key: PresetKey(key),
        name: (*name).to_owned(),
        group: (*group).to_owned(),
        is_unsaved: key == 3,
        running: u32::from(key == 2),
        problem: None,
    });
    let preset = Preset {
        script: "scripts/pass_arguments.py".to_owned(),
        arguments: vec![row("--in", "Hello"), row("--count", "3"), row("-v", "")],
        ..Preset::new("Pass arguments")
    };
    let job = |id, name: &str, state| JobRow {
        id: JobId(id),
        name: name.to_owned(),
        run: 1,
        state,
        pid: Some(4711),
        elapsed_secs: 61,
        since: None,
        exit: String::new(),
        echo: Some(EchoRow { target: "127.0.0.1:7000".to_owned(), sent: 12, failed: 0 }),
        console_open: id == 1,
    };
    World {
        presets: PresetsData { rows: rows.collect(), selected: Some(PresetKey(2)), ..PresetsData::default() },
        draft: Some(Draft { key: PresetKey(2), path: None, saved: Some(preset.clone()), edited: preset }),
        invocation: Some(Invocation {
            program: "/usr/bin/python3".into(),
            args: vec!["scripts/pass arguments.py".to_owned()],
            dir: "/".into(),
            env: Vec::new(),
        }),
        interpreters: vec![InterpreterChoice {
            interpreter: Interpreter::Name("node".to_owned()),
            label: "node 20".to_owned(),
            why: "on PATH".to_owned(),
        }],
        jobs: vec![job(1, "Noisy", JobState::Running), job(2, "Run a script", JobState::Ended(EndKind::Failed))],
        rows: Rows { held: 0..100, ..Rows::default() },
        ..World::default()
    }
}

fn frame(ui: &mut egui::Ui, world: &mut World) {
    let fixes = fixes(true, &[]);
    let open = world.jobs.iter().filter(|job| job.console_open);
    let consoles: Vec<_> =
        open.map(|job| ConsoleView { job: job.id, title: job.title(), state: job.state, rows: &world.rows }).collect();
    let data = FrameData {
        presets: &world.presets,
        editor: EditorData {
            problems: &world.problems,
            invocation: world.invocation.as_ref(),
            is_checking: false,
            fixes: &fixes,
            interpreters: &world.interpreters,
            running: 0,
        },
        jobs: &world.jobs,
        selected_job: None,
        consoles: &consoles,
        top_bar: TopBarData { running: 1, failed: 1, ..TopBarData::default() },
    };
    shell_ui(ui, &data, world.draft.as_mut(), &mut world.state, &mut world.actions);
}

fn harness(world: World) -> Harness<'static, World> {
    let builder = Harness::builder().with_size([1280.0, 900.0]).with_context_setup(theme::install);
    let mut harness = builder.build_ui_state(frame, world);
    harness.run();
    harness
}

/// Presses what is called `label`, and gives back what that asked for.
fn press(harness: &mut Harness<'_, World>, label: &str) -> Vec<Action> {
    harness.state_mut().actions.clear();
    harness.get_by_label(label).click();
    harness.run();
    std::mem::take(&mut harness.state_mut().actions)
}

fn type_into(harness: &mut Harness<'_, World>, label: &str, text: &str) {
    harness.get_by_label(label).focus();
    harness.run();
    harness.get_by_label(label).type_text(text);
    harness.run();
}

#[test]
fn every_button_pushes_its_action() {
    let mut harness = harness(world());
    for (label, action) in [
        ("Launch", Action::LaunchSelected),
        ("Launch: Noisy", Action::LaunchPreset(PresetKey(3))),
        ("Run a script", Action::SelectPreset(PresetKey(1))),
        ("Noisy, unsaved", Action::SelectPreset(PresetKey(3))),
        ("Pass arguments, 1 running", Action::SelectPreset(PresetKey(2))),
        ("New preset", Action::NewPreset),
        ("Open the presets folder", Action::OpenPresetsFolder),
        ("Duplicate preset", Action::DuplicatePreset),
        ("Save as…", Action::SavePresetAs),
        ("Delete preset…", Action::DeletePreset),
        ("Choose a script…", Action::BrowseScript),
        ("Browse for an interpreter…", Action::BrowseInterpreter),
        ("Browse for the value of argument 2", Action::BrowseValue(1)),
        ("Stop all", Action::StopAll),
        ("Stop: Noisy", Action::StopJob(JobId(1))),
        ("Launch again: Run a script", Action::LaunchAgain(JobId(2))),
        ("Remove: Run a script", Action::RemoveJob(JobId(2))),
        ("Show console: Run a script", Action::ShowConsole(JobId(2))),
        ("Clear ended", Action::RemoveEnded),
        ("Clear: Noisy", Action::ClearConsole(JobId(1))),
        ("Copy all: Noisy", Action::CopyConsole(JobId(1))),
        ("Hide console: Noisy", Action::HideConsole(JobId(1))),
        ("Close console: Noisy", Action::HideConsole(JobId(1))),
    ] {
        assert_eq!(press(&mut harness, label), [action], "{label}");
    }
}

#[test]
fn save_and_revert_wait_for_a_change() {
    let mut harness = harness(world());
    assert!(press(&mut harness, "Save").is_empty());
    assert!(press(&mut harness, "Revert").is_empty());
    type_into(&mut harness, "Argument 1 value", "!");
    assert_eq!(press(&mut harness, "Save"), [Action::SavePreset]);
    assert_eq!(press(&mut harness, "Revert"), [Action::RevertPreset]);
}

#[test]
fn keys_do_what_their_buttons_do() {
    let mut harness = harness(world());
    for (modifiers, key, action) in [
        (Modifiers::NONE, Key::F5, Action::LaunchSelected),
        (Modifiers::COMMAND, Key::Enter, Action::LaunchSelected),
        (Modifiers::SHIFT, Key::F5, Action::StopSelectedJob),
        (Modifiers::COMMAND, Key::S, Action::SavePreset),
        (Modifiers::COMMAND | Modifiers::SHIFT, Key::S, Action::SavePresetAs),
        (Modifiers::COMMAND, Key::K, Action::TogglePalette),
    ] {
        harness.key_press_modifiers(modifiers, key);
        harness.run();
        assert_eq!(std::mem::take(&mut harness.state_mut().actions), [action], "{modifiers:?} {key:?}");
    }
}

#[test]
fn a_fresh_row_switches_itself_on_when_it_is_typed_into() {
    let mut harness = harness(world());
    press(&mut harness, "Add a row");
    assert_eq!(harness.state().edited().arguments.last(), Some(&Argument::default()));
    assert!(harness.get_by_label("Argument 4 flag").is_focused(), "the new row has the text cursor");
    type_into(&mut harness, "Argument 4 flag", "--new");
    assert_eq!(harness.state().edited().arguments.last(), Some(&row("--new", "")));
}

#[test]
fn enter_in_the_last_row_adds_one() {
    let mut harness = harness(world());
    harness.get_by_label("Argument 3 value").focus();
    harness.run();
    harness.key_press(Key::Enter);
    harness.run();
    assert_eq!(harness.state().edited().arguments.len(), 4);
    harness.get_by_label("Argument 1 value").focus();
    harness.run();
    harness.key_press(Key::Enter);
    harness.run();
    assert_eq!(harness.state().edited().arguments.len(), 4, "only the last one does");
}

#[test]
fn rows_are_switched_duplicated_and_removed() {
    let mut harness = harness(world());
    press(&mut harness, "Argument 2 on");
    press(&mut harness, "Duplicate argument 1");
    press(&mut harness, "Remove argument 4");
    let off = Argument { on: false, ..row("--count", "3") };
    assert_eq!(harness.state().edited().arguments, [row("--in", "Hello"), row("--in", "Hello"), off]);
}

#[test]
fn a_row_is_dragged_to_its_place() {
    let mut harness = harness(world());
    let from = harness.get_by_label("Move argument 1").rect().center();
    let to = harness.get_by_label("Move argument 3").rect().center() + egui::vec2(0.0, 14.0);
    harness.hover_at(from);
    harness.run();
    harness.drag_at(from);
    harness.run_steps(2);
    for step in 1_u8..=12 {
        harness.hover_at(from.lerp(to, f32::from(step) / 12.0));
        harness.run_steps(2);
    }
    harness.drop_at(to);
    harness.run_steps(30);
    let flags: Vec<_> = harness.state().edited().arguments.iter().map(|row| row.flag.as_str()).collect();
    assert_eq!(flags, ["--count", "-v", "--in"]);
}

#[test]
fn alt_and_an_arrow_move_the_row_with_the_text_cursor() {
    let mut harness = harness(world());
    harness.get_by_label("Argument 3 flag").focus();
    harness.run();
    for _ in 0..3 {
        harness.key_press_modifiers(Modifiers::ALT, Key::ArrowUp);
        harness.run();
    }
    harness.key_press_modifiers(Modifiers::ALT, Key::ArrowDown);
    harness.run();
    let flags: Vec<_> = harness.state().edited().arguments.iter().map(|row| row.flag.as_str()).collect();
    assert_eq!(flags, ["--in", "-v", "--count"]);
    assert!(harness.get_by_label("Argument 2 flag").is_focused(), "the text cursor goes along");
}

#[test]
fn the_interpreter_is_picked_from_what_was_found_or_named() {
    let mut harness = harness(world());
    press(&mut harness, "Interpreter");
    press(&mut harness, "node 20 on PATH");
    assert_eq!(harness.state().edited().interpreter, Interpreter::Name("node".to_owned()));
    press(&mut harness, "Interpreter");
    press(&mut harness, "None: it is a program the script runs by itself");
    assert_eq!(harness.state().edited().interpreter, Interpreter::None);
    assert!(harness.query_by_label("Program").is_some(), "the script's field says what it is now");
}

#[test]
fn what_is_wrong_stands_beside_its_row_and_nothing_launches() {
    let mut world = world();
    let problem = |place, what: &str| Problem { place, what: what.to_owned() };
    world.problems = vec![
        problem(Place::Argument(1), "There is no placeholder {x}."),
        problem(Place::EchoPort, "The echo's port is 70000."),
    ];
    world.invocation = None;
    let mut harness = harness(world);
    let below =
        harness.get_by_label("Argument 2 value").rect().bottom()..harness.get_by_label("Argument 3 value").rect().top();
    let sentence = harness.get_by_label("There is no placeholder {x}.").rect().center().y;
    assert!(below.contains(&sentence), "{sentence} is not within {below:?}");
    assert!(press(&mut harness, "Launch").is_empty());
    press(&mut harness, "Echo, 1 problem");
    assert!(harness.query_by_label("The echo's port is 70000.").is_some());
}

#[test]
fn the_command_is_shown_as_it_will_run() {
    let harness = harness(world());
    assert!(harness.query_by_label("/usr/bin/python3 \"scripts/pass arguments.py\"").is_some());
}

#[test]
fn a_fix_can_be_left_alone_and_made_again() {
    let mut harness = harness(world());
    press(&mut harness, "Environment");
    press(&mut harness, "Set PYTHONUTF8");
    assert_eq!(harness.state().edited().leave_environment, ["PYTHONUTF8"]);
    press(&mut harness, "Set PYTHONUTF8");
    assert!(harness.state().edited().leave_environment.is_empty());
}

#[test]
fn the_echo_is_edited() {
    let mut harness = harness(world());
    press(&mut harness, "Echo");
    press(&mut harness, "Echo on");
    type_into(&mut harness, "Echo port", "x1");
    let echo = &harness.state().edited().echo;
    assert!(echo.on);
    assert_eq!(echo.port, 70_001, "letters are no part of a port");
}

#[test]
fn presets_are_found_and_groups_fold() {
    let mut harness = harness(world());
    press(&mut harness, "Group Workshop, open");
    assert!(harness.query_by_label("Run a script").is_none());
    type_into(&mut harness, "Find a preset", "run wor");
    assert!(harness.query_by_label("Run a script").is_some(), "a search looks into folded groups");
    assert!(harness.query_by_label("Noisy, unsaved").is_none());
    harness.key_press(Key::Escape);
    harness.run();
    assert!(harness.query_by_label("Noisy, unsaved").is_some(), "Escape ends the search");
}

#[test]
fn files_that_do_not_load_are_named() {
    let mut world = world();
    world.presets.broken = vec!["bad.ron:3:5: there is no field “scirpt”".to_owned()];
    world.presets.warnings = vec!["Two presets are called “Noisy”.".to_owned()];
    let harness = harness(world);
    assert!(harness.query_by_label("bad.ron:3:5: there is no field “scirpt”").is_some());
    assert!(harness.query_by_label("Two presets are called “Noisy”.").is_some());
}

#[test]
fn a_console_follows_lets_go_and_follows_again() {
    let mut harness = harness(world());
    assert!(harness.query_by_label("line 99").is_some() && harness.query_by_label("line 0").is_none());
    let middle = harness.get_by_label("Console of Noisy").rect().center();
    harness.get_by_label("Console of Noisy").click();
    harness.run();
    harness.key_press(Key::Home);
    harness.state_mut().rows.held = 0..200;
    harness.run();
    assert!(harness.query_by_label("line 0").is_some(), "what is read stays while more comes");
    assert!(harness.query_by_label("line 199").is_none());
    press(&mut harness, "Follow: Noisy");
    assert!(harness.query_by_label("line 199").is_some());
    harness.hover_at(middle);
    harness.event(egui::Event::MouseWheel {
        unit: egui::MouseWheelUnit::Line,
        delta: egui::vec2(0.0, 10.0),
        phase: egui::TouchPhase::Move,
        source: egui::MouseWheelSource::Wheel,
        modifiers: Modifiers::NONE,
    });
    harness.run();
    assert!(harness.query_by_label("Follow: Noisy").is_some(), "the wheel lets go");
}

#[test]
fn a_console_is_shown_alone_and_beside_others_again() {
    let mut world = world();
    world.jobs[1].console_open = true;
    let mut harness = harness(world);
    let half = harness.get_by_label("Console of Noisy").rect().area();
    press(&mut harness, "Show alone: Noisy");
    assert!(harness.query_by_label("Console of Run a script").is_none());
    assert!(harness.get_by_label("Console of Noisy").rect().area() > half * 1.8);
    press(&mut harness, "Show all consoles: Noisy");
    assert!(harness.query_by_label("Console of Run a script").is_some());
    press(&mut harness, "Show alone: Noisy");
    harness.state_mut().jobs[1].id = JobId(3);
    harness.run();
    assert!(harness.query_by_label("Console of Run a script").is_some(), "one that was just opened is seen");
}

#[test]
fn a_frame_copies_no_more_rows_at_ten_million_than_fit() {
    let mut world = world();
    world.rows.held = 9_900_000..10_000_000;
    let mut harness = harness(world);
    harness.state().rows.copied.set(0);
    harness.step();
    let copied = harness.state().rows.copied.get();
    assert!((1..100).contains(&copied), "{copied}");
    assert!(harness.query_by_label("line 9999999").is_some());
}

#[test]
fn selected_lines_are_copied() {
    let mut harness = harness(world());
    harness.get_by_label("line 97").hover();
    harness.run();
    let from = harness.get_by_label("line 97").rect().center();
    let to = harness.get_by_label("line 99").rect().center();
    harness.drag_at(from);
    harness.run();
    harness.hover_at(to);
    harness.run();
    harness.drop_at(to);
    harness.run();
    harness.event(egui::Event::Copy);
    harness.step();
    let copied = harness.output().platform_output.commands.iter().find_map(|command| match command {
        egui::OutputCommand::CopyText(text) => Some(text.clone()),
        _ => None,
    });
    assert_eq!(copied.as_deref(), Some("line 97\nline 98\nline 99"));
}

#[test]
fn questions_are_answered_or_let_be() {
    let mut harness = harness(world());
    let quit = || Some(Dialog::Quit { running: 2, unsaved: vec!["Noisy".to_owned()] });
    for (label, expected) in [
        ("Stop, discard and quit", vec![Action::QuitConfirmed]),
        ("Save all and quit", vec![Action::SaveAllAndQuit]),
        ("Cancel", vec![]),
    ] {
        harness.state_mut().state.dialog = quit();
        harness.run();
        assert_eq!(press(&mut harness, label), expected, "{label}");
        assert_eq!(harness.state().state.dialog, None, "{label}");
    }
    harness.state_mut().state.dialog = Some(Dialog::DeletePreset { name: "Noisy".to_owned(), file: None, running: 0 });
    harness.run();
    assert_eq!(press(&mut harness, "Delete"), [Action::DeletePresetConfirmed]);
}

#[test]
fn keys_reach_nothing_behind_a_question() {
    let mut harness = harness(world());
    harness.state_mut().state.dialog = Some(Dialog::Quit { running: 1, unsaved: Vec::new() });
    harness.run();
    harness.key_press(Key::F5);
    harness.run();
    assert!(harness.state().actions.is_empty());
    harness.key_press(Key::Escape);
    harness.run();
    assert_eq!(harness.state().state.dialog, None);
}

#[test]
fn a_taken_name_is_refused() {
    let mut harness = harness(world());
    harness.state_mut().state.dialog =
        Some(Dialog::SaveAs { name: "noisy".to_owned(), taken: vec!["Noisy".to_owned()] });
    harness.run();
    let sentence = "There is a preset called “noisy” already; choose another name.";
    assert!(harness.query_by_label(sentence).is_some());
    type_into(&mut harness, "New name", " two");
    harness.key_press(Key::Enter);
    harness.run();
    assert_eq!(harness.state().actions, [Action::SavePresetAsName("noisy two".to_owned())]);
}

#[test]
fn the_palette_launches_what_is_typed() {
    let mut harness = harness(world());
    harness.state_mut().state.palette.is_open = true;
    harness.run();
    harness.get_by_label("Search presets and commands").type_text("noi");
    harness.run();
    harness.key_press(Key::Enter);
    harness.run();
    assert_eq!(harness.state().actions, [Action::LaunchPreset(PresetKey(3))]);
    assert!(!harness.state().state.palette.is_open);
}

#[test]
fn errors_stay_until_they_are_dismissed() {
    let mut harness = harness(world());
    let ctx = harness.ctx.clone();
    let toasts = &mut harness.state_mut().state.toasts;
    toasts.add(&ctx, Severity::Error, "The folder is read-only.");
    toasts.add(&ctx, Severity::Info, "Saved.");
    harness.run_steps(2);
    assert!(harness.query_by_label("Saved.").is_some());
    harness.input_mut().time = Some(3600.0);
    harness.run_steps(2);
    assert!(harness.query_by_label("Saved.").is_none());
    assert!(harness.query_by_label("The folder is read-only.").is_some());
    press(&mut harness, "Dismiss this notice");
    assert!(harness.query_by_label("The folder is read-only.").is_none());
}

/// Whether a node is something that a person operates.
fn is_control(node: &Node<'_>) -> bool {
    matches!(
        node.accesskit_node().role(),
        Role::Button | Role::CheckBox | Role::TextInput | Role::MultilineTextInput | Role::ComboBox | Role::Tab
    )
}

#[test]
fn every_control_has_a_name_of_words() {
    let mut harness = harness(world());
    for tab in [Tab::Command, Tab::Environment, Tab::Echo, Tab::Details] {
        harness.state_mut().state.editor.tab = tab;
        harness.run();
        let controls: Vec<_> = harness.root().children_recursive().filter(is_control).collect();
        assert!(controls.len() > 25, "{tab:?} shows only {} controls", controls.len());
        for node in controls {
            let label = node.accesskit_node().label().unwrap_or_default();
            assert!(label.chars().any(char::is_alphanumeric), "{tab:?}: {node:?} has no name");
        }
        for node in harness.root().children_recursive() {
            let label = node.accesskit_node().label().unwrap_or_default();
            assert!(!label.chars().any(|c| ('\u{e000}'..'\u{f900}').contains(&c)), "{tab:?}: an icon in {label:?}");
        }
    }
}

#[test]
fn a_quiet_panel_asks_for_no_more_frames() {
    let mut harness = harness(world());
    harness.run_steps(3);
    let delay = harness.output().viewport_output.values().map(|output| output.repaint_delay).min();
    assert_eq!(delay, Some(std::time::Duration::MAX));
}
