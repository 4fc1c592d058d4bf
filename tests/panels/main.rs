//! Drives the panels without a window, by the labels that a screen reader finds, and looks at the actions they push.

mod arguments;
mod consoles;
mod costs;
mod editor;
mod highlights;
mod hostile;
mod layout;
mod lines;
mod lives;
mod machines;
mod monitor;
mod searches;
mod settings;
mod stage;
mod touch_code;

use eframe::egui::{Key, Modifiers, Role};
use egui_kittest::Node;
use egui_kittest::kittest::{NodeT, Queryable};
use sidestage::model::Preset;
use sidestage::ui::action::{Action, JobId, PresetKey};
use sidestage::ui::dialogs::Dialog;
use sidestage::ui::editor::Tab;
use sidestage::ui::presets_panel::PresetRow;
use sidestage::ui::widgets::Severity;
use stage::{harness, press, turn_wheel, type_into, world};

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
        ("Browse for the value of argument 2", Action::BrowseValue(1, 0)),
        ("Stop all", Action::StopAll),
        ("Stop: Noisy", Action::StopJob(JobId(1))),
        ("Launch again: Run a script", Action::LaunchAgain(JobId(2))),
        ("Remove: Run a script", Action::RemoveJob(JobId(2))),
        ("Show console: Run a script", Action::ShowConsole(JobId(2))),
        ("Clear ended", Action::RemoveEnded),
        ("Hide console: Noisy", Action::HideConsole(JobId(1))),
        ("Close console: Noisy", Action::HideConsole(JobId(1))),
    ] {
        assert_eq!(press(&mut harness, label), [action], "{label}");
    }
    press(&mut harness, "More: Noisy");
    assert_eq!(press(&mut harness, "Clear: Noisy"), [Action::ClearConsole(JobId(1))]);
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
fn a_presets_menu_stays_when_its_row_is_scrolled_out_of_sight() {
    let mut world = world();
    let like = world.presets.rows[0].clone();
    world.presets.rows = (1..=80)
        .map(|number| PresetRow {
            key: PresetKey(number),
            preset: Preset::new(&format!("Number {number:02}")).into(),
            ..like.clone()
        })
        .collect();
    let mut harness = harness(world);
    harness.get_by_label("Number 03").click_secondary();
    harness.run();
    turn_wheel(&mut harness, "Number 20", -30.0);
    assert!(harness.get_by_label("Number 03").rect().bottom() < 0.0, "it is far above the window");
    harness.get_by_label_contains("Move preset up").click();
    harness.run();
    assert_eq!(harness.state().actions, [Action::SelectPreset(PresetKey(3)), Action::MovePresetUp]);
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
fn questions_are_answered_or_let_be() {
    let mut harness = harness(world());
    let quit = || {
        Some(Dialog::Quit {
            stopped: vec!["One".to_owned(), "Two".to_owned()],
            kept: vec!["Server".to_owned()],
            unsaved: vec!["Noisy".to_owned()],
        })
    };
    for (label, expected) in [
        ("Stop, discard and quit", vec![Action::QuitConfirmed]),
        ("Save all and quit", vec![Action::SaveAllAndQuit]),
        ("Cancel", vec![]),
    ] {
        harness.state_mut().state.dialog = quit();
        harness.run();
        for said in ["“One” and “Two” run, and are stopped first.", "“Server” is kept running; "] {
            assert!(harness.query_by_label_contains(said).is_some(), "{said}");
        }
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
    harness.state_mut().state.dialog =
        Some(Dialog::Quit { stopped: vec!["One".to_owned()], kept: Vec::new(), unsaved: Vec::new() });
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
    type_into(&mut harness, "New name", "noisy two");
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
    for tab in [Tab::Command, Tab::Environment, Tab::Echo, Tab::Lifecycle, Tab::Runs, Tab::Details] {
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
