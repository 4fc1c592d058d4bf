//! What goes into an archive before it is exported, and what is in one before it is imported.

use std::path::{Path, PathBuf};

use eframe::egui::{
    Align, Context, CornerRadius, Frame, Id, Label, Layout, Margin, Modal, RichText, ScrollArea, Stroke, Ui, Vec2, vec2,
};

use super::action::Action;
use super::icons;
use super::theme::{self, CONTROL_HEIGHT, colors, space};
use super::widgets::{Severity, primary_button, sentence, tick_box};
use crate::model::{Interpreter, Preset};
use crate::store::archive::{Export, Inside, Packed, Why};

/// An archive that a person looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ArchiveDialog {
    Export(Box<Export>),
    Import { path: PathBuf, inside: Box<Inside> },
}

/// In points; it is only as high as it needs to be.
const MOST_SIZE: Vec2 = vec2(640.0, 480.0);
/// What is left of the panel around it.
const AROUND: f32 = 44.0;
const FOOT_HEIGHT: f32 = 36.0;
const SIZE_WIDTH: f32 = 84.0;
/// More rows than anybody reads; how many more there are is said.
const MOST_ROWS: usize = 500;

/// The window, if it is open. Closes itself when it was answered.
pub fn archive_ui(ctx: &Context, open: &mut Option<ArchiveDialog>, actions: &mut Vec<Action>) {
    let Some(dialog) = open else { return };
    let frame = Frame::popup(&ctx.global_style()).inner_margin(Margin::same(20));
    let modal = Modal::new(Id::unique("archive")).frame(frame).backdrop_color(theme::BACKDROP);
    let shown = modal.show(ctx, |ui| {
        let most = ctx.content_rect().size() - Vec2::splat(2.0 * AROUND);
        let size = MOST_SIZE.min(most).max(vec2(400.0, 240.0));
        ui.set_width(size.x);
        ui.set_max_height(size.y);
        match dialog {
            ArchiveDialog::Export(export) => export_ui(ui, export, actions),
            ArchiveDialog::Import { path, inside } => import_ui(ui, path, inside, actions),
        }
    });
    if shown.inner || shown.should_close() {
        *open = None;
        ctx.request_repaint();
    }
}

fn title_ui(ui: &mut Ui, title: &str, about: &str) {
    let title = RichText::new(title).font(theme::strong(15.0)).color(colors(ui).text_strong);
    ui.add(Label::new(title).wrap());
    ui.add(Label::new(RichText::new(about).color(colors(ui).text_weak)).wrap());
    ui.add_space(space::XS);
}

/// Whether it is answered.
fn export_ui(ui: &mut Ui, export: &mut Export, actions: &mut Vec<Action>) -> bool {
    let about = "The preset goes into one file with its script and what it names near it, to be imported on another \
                 machine.";
    title_ui(ui, &format!("Export “{}”", export.preset.name), about);
    list_ui(ui, "files to export", |ui| {
        file_ui(ui, &format!("{}.ron", export.stem), "the preset", None);
        for packed in export.files.iter_mut().take(MOST_ROWS) {
            packed_ui(ui, &export.stem, packed);
        }
        more_ui(ui, export.files.len());
        for what in &export.left_out {
            ui.add_space(space::XS);
            sentence(ui, Severity::Info, what);
        }
    });
    let bytes: u64 = export.files.iter().filter(|file| file.is_on).map(|file| file.bytes).sum();
    foot_ui(ui, &format!("{} before it is packed", size_text(bytes)), |ui| {
        let tooltip = "Choose where the archive is written";
        let clicked = primary_button(ui, icons::ARROW_SQUARE_OUT, "Export…", tooltip).clicked();
        if clicked {
            actions.push(Action::ExportTo(Box::new(export.clone())));
        }
        clicked
    })
}

/// Whether it is answered.
fn import_ui(ui: &mut Ui, path: &Path, inside: &Inside, actions: &mut Vec<Action>) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let about = format!("{name} is unpacked into the presets folder. Nothing that is there is overwritten.");
    title_ui(ui, &format!("Import “{}”?", inside.preset.name), &about);
    list_ui(ui, "files to import", |ui| {
        let text = "A preset runs what it names, as you. Launch one only if you trust whom it comes from.";
        sentence(ui, Severity::Warning, text);
        ui.add_space(space::XS);
        let runs = RichText::new(runs(&inside.preset)).font(theme::mono()).color(colors(ui).text_strong);
        ui.horizontal(|ui| {
            ui.label(RichText::new("It runs").color(colors(ui).text_weak));
            ui.add(Label::new(runs).truncate().selectable(true));
        });
        ui.add_space(space::XS);
        for (name, bytes) in inside.files.iter().take(MOST_ROWS) {
            file_ui(ui, name, "", Some(*bytes));
        }
        more_ui(ui, inside.files.len());
    });
    let bytes: u64 = inside.files.iter().map(|(_, bytes)| bytes).sum();
    foot_ui(ui, &size_text(bytes), |ui| {
        let clicked =
            primary_button(ui, icons::ARROW_SQUARE_IN, "Import", "Unpack it into the presets folder").clicked();
        if clicked {
            actions.push(Action::ImportFrom(path.to_path_buf()));
        }
        clicked
    })
}

/// What is launched by it, as it says itself.
fn runs(preset: &Preset) -> String {
    match &preset.interpreter {
        Interpreter::Name(interpreter) | Interpreter::Path(interpreter) => format!("{interpreter} {}", preset.script),
        Interpreter::None => preset.script.clone(),
    }
}

/// Down to the foot.
fn list_ui(ui: &mut Ui, salt: &str, contents: impl FnOnce(&mut Ui)) {
    let colors = colors(ui);
    let height = (ui.available_height() - FOOT_HEIGHT - 22.0).max(40.0);
    Frame::new()
        .fill(colors.surface)
        .stroke(Stroke::new(1.0, colors.line))
        .corner_radius(CornerRadius::same(theme::RADIUS))
        .inner_margin(Margin { left: 10, right: 4, top: 6, bottom: 6 })
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ScrollArea::vertical().id_salt(salt).auto_shrink([false, true]).max_height(height).show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 2.0;
                contents(ui);
            });
        });
}

fn packed_ui(ui: &mut Ui, stem: &str, packed: &mut Packed) {
    let name = format!("{stem}/{}", packed.to);
    let why = match packed.why {
        Why::Script => "the script",
        Why::Module => "imported by the script",
        Why::Row => "named by a row",
    };
    if packed.why == Why::Script {
        file_ui(ui, &name, why, Some(packed.bytes));
        return;
    }
    file_row_ui(ui, (why, Some(packed.bytes)), |ui| {
        let text = RichText::new(&name).font(theme::mono());
        tick_box(ui, &mut packed.is_on, text, &format!("Export {name}"));
    });
}

fn file_ui(ui: &mut Ui, name: &str, why: &str, bytes: Option<u64>) {
    file_row_ui(ui, (why, bytes), |ui| {
        let text = RichText::new(name).font(theme::mono()).color(colors(ui).text);
        ui.add(Label::new(text).truncate()).on_hover_text(name);
    });
}

/// A row with what is said of it at its right.
fn file_row_ui(ui: &mut Ui, (why, bytes): (&str, Option<u64>), contents: impl FnOnce(&mut Ui)) {
    ui.horizontal(|ui| {
        ui.set_min_height(CONTROL_HEIGHT - 4.0);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let weak = |text: String| RichText::new(text).font(theme::small()).color(colors(ui).text_weak);
            let size = Label::new(weak(bytes.map(size_text).unwrap_or_default())).halign(Align::Max);
            let why = weak(why.to_owned());
            ui.add_sized([SIZE_WIDTH, CONTROL_HEIGHT - 4.0], size);
            ui.label(why);
            ui.with_layout(Layout::left_to_right(Align::Center), contents);
        });
    });
}

fn more_ui(ui: &mut Ui, count: usize) {
    if count > MOST_ROWS {
        let text = format!("and {} more", count - MOST_ROWS);
        ui.label(RichText::new(text).color(colors(ui).text_weak));
    }
}

/// The buttons, from the right edge inwards, and what is said at the left; whether it is answered.
fn foot_ui(ui: &mut Ui, said: &str, contents: impl FnOnce(&mut Ui) -> bool) -> bool {
    ui.add_space(space::S);
    let size = vec2(ui.available_width(), CONTROL_HEIGHT);
    ui.allocate_ui_with_layout(size, Layout::right_to_left(Align::Center), |ui| {
        let is_answered = contents(ui);
        let is_cancelled = ui.button("Cancel").clicked();
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            ui.label(RichText::new(said).font(theme::small()).color(colors(ui).text_weak));
        });
        is_answered || is_cancelled
    })
    .inner
}

/// Bytes as a person reads them.
fn size_text(bytes: u64) -> String {
    const KIB: u64 = 1024;
    #[expect(clippy::cast_precision_loss, reason = "a decimal is shown")]
    let part = |unit: u64| bytes as f64 / unit as f64;
    match bytes {
        0..KIB => format!("{bytes} B"),
        KIB..1_048_576 => format!("{:.1} KB", part(KIB)),
        1_048_576..1_073_741_824 => format!("{:.1} MB", part(KIB * KIB)),
        _ => format!("{:.1} GB", part(KIB * KIB * KIB)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_short() {
        for (bytes, shown) in [(0, "0 B"), (1023, "1023 B"), (1536, "1.5 KB"), (5 << 20, "5.0 MB"), (3 << 30, "3.0 GB")]
        {
            assert_eq!(size_text(bytes), shown);
        }
    }
}
