//! The whole app on a folder of its own, without a window: what it is given, and the hands that press and read it.

use std::path::{Path, PathBuf};

use eframe::egui::{Context, Key, Modifiers, RawInput, ViewportCommand, ViewportEvent, ViewportId};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use sidestage::model::{Argument, Interpreter, Preset};
use sidestage::store::presets::{self, Expect};
use sidestage::store::settings;
use sidestage::ui::app::{App, Start};
use sidestage::vault::Vault;
use tempfile::TempDir;

use crate::support::{probe, sidestage, wait_at_most};

#[derive(Debug)]
struct Dropped(PathBuf);

impl eframe::egui::DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|error| error.to_string())
    }
}

/// A panel over a folder of its own.
pub struct Stage {
    pub harness: Harness<'static, Option<App>>,
    pub dir: TempDir,
    pub settings_dir: TempDir,
}

/// A preset that runs the probe.
pub fn probing(name: &str, args: &[&str]) -> Preset {
    Preset {
        interpreter: Interpreter::None,
        script: probe().to_string_lossy().into_owned(),
        arguments: args.iter().map(|arg| Argument::new("", arg)).collect(),
        ..Preset::new(name)
    }
}

pub fn start(harness_of: &Path, settings_dir: &Path) -> Harness<'static, Option<App>> {
    start_with(harness_of, settings_dir, true)
}

pub fn start_with(harness_of: &Path, settings_dir: &Path, autostart: bool) -> Harness<'static, Option<App>> {
    let vault = Vault::of_system();
    run(Start { autostart, ..start_over_all(harness_of, settings_dir, vault) })
}

/// With a keyring of the test's own.
pub fn start_over(vault: Vault, harness_of: &Path, settings_dir: &Path) -> Harness<'static, Option<App>> {
    run(start_over_all(harness_of, settings_dir, vault))
}

fn start_over_all(harness_of: &Path, settings_dir: &Path, vault: Vault) -> Start {
    Start {
        presets_dir: harness_of.to_owned(),
        settings: settings::load_from(settings_dir).settings,
        settings_dir: Some(settings_dir.to_owned()),
        logs_dir: Some(settings_dir.join("logs")),
        notices: Vec::new(),
        autostart: true,
        running_dir: Some(settings_dir.join("running")),
        interpreters_file: Some(settings_dir.join("interpreters.json")),
        helper: Some(sidestage()),
        vault,
    }
}

fn run(start: Start) -> Harness<'static, Option<App>> {
    let mut start = Some(start);
    let app = move |ui: &mut eframe::egui::Ui, app: &mut Option<App>| {
        let app = app.get_or_insert_with(|| App::new(ui.ctx(), start.take().unwrap()).unwrap());
        app.show(ui, None);
    };
    let context = |ctx: &Context| sidestage::ui::theme::install(ctx);
    Harness::builder().with_size([1280.0, 900.0]).with_context_setup(context).build_ui_state(app, None)
}

impl Stage {
    pub fn new(presets: &[Preset]) -> Self {
        let (dir, settings_dir) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        for preset in presets {
            presets::write(&dir.path().join(format!("{}.ron", preset.name)), preset, Expect::New).unwrap();
        }
        let harness = start(dir.path(), settings_dir.path());
        Self { harness, dir, settings_dir }
    }

    /// Whether something is on the window whose name or text contains `text`.
    pub fn shows(&self, text: &str) -> bool {
        let all = self.harness.root().children_recursive();
        all.into_iter().any(|node| {
            let node = node.accesskit_node();
            node.label().is_some_and(|label| label.contains(text))
                || node.value().is_some_and(|value| value.contains(text))
        })
    }

    /// The names and texts that contain `text`, to be told when a test fails.
    pub fn texts(&self, text: &str) -> Vec<String> {
        let nodes = self.harness.root().children_recursive();
        let said = nodes.flat_map(|node| [node.accesskit_node().label(), node.accesskit_node().value()]);
        said.flatten().filter(|said| said.contains(text)).collect()
    }

    /// On how many things that is so.
    pub fn count(&self, text: &str) -> usize {
        let has_text = |said: Option<String>| said.is_some_and(|said| said.contains(text));
        let nodes = self.harness.root().children_recursive();
        nodes.filter(|node| has_text(node.accesskit_node().label()) || has_text(node.accesskit_node().value())).count()
    }

    /// Draws frames until that is so.
    #[track_caller]
    pub fn wait(&mut self, what: &str, mut is_so: impl FnMut(&Self) -> bool) {
        let happened = wait_at_most(|| {
            self.harness.step();
            is_so(self).then_some(())
        });
        assert!(happened.is_some(), "never happened: {what}; the window shows {:#?}", self.texts(""));
    }

    #[track_caller]
    pub fn wait_to_show(&mut self, text: &str) {
        self.wait(text, |stage| stage.shows(text));
    }

    /// Presses what is called so, once it stands still: as a person does.
    #[track_caller]
    pub fn press(&mut self, label: &str) {
        let mut at = None;
        self.wait(label, |stage| {
            let before = at;
            at = stage.harness.query_by_label(label).map(|node| node.rect());
            at.is_some() && at == before
        });
        self.harness.get_by_label(label).click();
        self.harness.step();
        self.harness.step();
    }

    /// Presses the only thing whose label holds this; for labels that also say what may change.
    #[track_caller]
    pub fn press_containing(&mut self, label: &str) {
        let mut at = None;
        self.wait(label, |stage| {
            let before = at;
            at = stage.harness.query_by_label_contains(label).map(|node| node.rect());
            at.is_some() && at == before
        });
        self.harness.get_by_label_contains(label).click();
        self.harness.step();
        self.harness.step();
    }

    pub fn type_into(&mut self, label: &str, text: &str) {
        self.harness.get_by_label(label).focus();
        self.harness.step();
        self.harness.get_by_label(label).type_text(text);
        self.harness.step();
    }

    pub fn keys(&mut self, modifiers: Modifiers, key: Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.harness.step();
    }

    pub fn file(&self, name: &str) -> std::path::PathBuf {
        self.dir.path().join(name)
    }

    /// A file is dropped onto the window.
    pub fn drop(&mut self, path: &Path) {
        self.harness.input_mut().dropped_files.push(std::sync::Arc::new(Dropped(path.to_owned())));
    }

    /// The window comes back to the front.
    pub fn come_back(&mut self) {
        self.harness.input_mut().focused = false;
        self.harness.step();
        self.harness.input_mut().focused = true;
        self.harness.step();
    }

    /// What pressing the window's cross does.
    pub fn close(&mut self) {
        let input: &mut RawInput = self.harness.input_mut();
        input.viewports.entry(ViewportId::ROOT).or_default().events.push(ViewportEvent::Close);
        self.harness.step();
        self.harness.input_mut().viewports.entry(ViewportId::ROOT).or_default().events.clear();
        self.harness.step();
    }

    /// Whether the last frame told the window to do this.
    pub fn was_told(&self, command: &ViewportCommand) -> bool {
        let output = self.harness.output();
        output.viewport_output.get(&ViewportId::ROOT).is_some_and(|root| root.commands.contains(command))
    }
}
