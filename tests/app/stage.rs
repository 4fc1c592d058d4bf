//! The whole app on a folder of its own, without a window: what it is given, and the hands that press and read it.

use std::path::Path;

use eframe::egui::{Context, Key, Modifiers, RawInput, ViewportCommand, ViewportEvent, ViewportId};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use sidestage::model::{Argument, Interpreter, Preset};
use sidestage::store::presets::{self, Expect};
use sidestage::store::settings;
use sidestage::ui::app::{App, Start};
use tempfile::TempDir;

use crate::support::{probe, sidestage, wait_for};

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
        arguments: args
            .iter()
            .map(|arg| Argument { on: true, flag: String::new(), value: (*arg).to_owned() })
            .collect(),
        ..Preset::new(name)
    }
}

pub fn start(harness_of: &Path, settings_dir: &Path) -> Harness<'static, Option<App>> {
    start_with(harness_of, settings_dir, true)
}

pub fn start_with(harness_of: &Path, settings_dir: &Path, autostart: bool) -> Harness<'static, Option<App>> {
    let start = Start {
        presets_dir: harness_of.to_owned(),
        settings: settings::load_from(settings_dir).settings,
        settings_dir: Some(settings_dir.to_owned()),
        logs_dir: Some(settings_dir.join("logs")),
        notices: Vec::new(),
        autostart,
        running_dir: None,
        helper: Some(sidestage()),
    };
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

    /// On how many things that is so.
    pub fn count(&self, text: &str) -> usize {
        let has_text = |said: Option<String>| said.is_some_and(|said| said.contains(text));
        let nodes = self.harness.root().children_recursive();
        nodes.filter(|node| has_text(node.accesskit_node().label()) || has_text(node.accesskit_node().value())).count()
    }

    /// Draws frames until that is so.
    #[track_caller]
    pub fn wait(&mut self, what: &str, mut is_so: impl FnMut(&Self) -> bool) {
        wait_for(what, || {
            self.harness.step();
            is_so(self).then_some(())
        });
    }

    #[track_caller]
    pub fn wait_to_show(&mut self, text: &str) {
        self.wait(text, |stage| stage.shows(text));
    }

    #[track_caller]
    pub fn press(&mut self, label: &str) {
        self.wait(label, |stage| stage.harness.query_by_label(label).is_some());
        self.harness.get_by_label(label).click();
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
