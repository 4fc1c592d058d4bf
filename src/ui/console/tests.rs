//! What a console does in a frame that nothing changed before, and what its scroll bar shows.

use std::cell::Cell;

use eframe::egui::epaint::RectShape;
use eframe::egui::{Shape, Ui, vec2};
use egui_kittest::Harness;
use jiff::Timestamp;

use super::*;
use crate::model::Times;
use crate::ui::console_names::JobName;
use crate::ui::console_scroll::Anchor;
use crate::ui::job_state::JobState;

/// So many rows that all say this.
struct Rows(u64, String);

impl RowSource for Rows {
    fn first_row(&self) -> u64 {
        0
    }

    fn end_row(&self) -> u64 {
        self.0
    }

    fn dropped_rows(&self) -> u64 {
        0
    }

    fn copy_rows(&self, rows: Range<u64>, out: &mut Vec<ConsoleLine>) {
        let line = |number| {
            let (text, at) = (self.1.clone(), Timestamp::UNIX_EPOCH);
            ConsoleLine { number, text, stream: Stream::Stdout, at, part: 0 }
        };
        out.extend(rows.map(line));
    }
}

struct Stage {
    rows: Rows,
    state: ConsoleState,
    wraps: bool,
}

fn view(rows: &dyn RowSource, look: ConsoleLook) -> ConsoleView<'_> {
    ConsoleView {
        job: JobId(1),
        title: "Noisy".to_owned(),
        state: JobState::Running,
        progress: None,
        rows,
        takes_input: false,
        log: None,
        dir: None,
        search: None,
        highlights: &[],
        look,
    }
}

fn frame(ui: &mut Ui, stage: &mut Stage) {
    let look = ConsoleLook { wraps: stage.wraps, ..ConsoleLook::default() };
    console_ui(ui, &view(&stage.rows, look), &mut stage.state, &mut Vec::new());
}

fn harness(rows: Rows, wraps: bool) -> Harness<'static, Stage> {
    let stage = Stage { rows, state: ConsoleState::default(), wraps };
    let mut harness = Harness::builder()
        .with_size(vec2(600.0, 400.0))
        .with_context_setup(theme::install)
        .build_ui_state(frame, stage);
    harness.run();
    harness
}

/// Where what was read of each row lies: a row that is read again lies elsewhere.
fn read(harness: &Harness<'_, Stage>) -> Vec<(u64, *const char)> {
    harness.state().state.texts.iter().map(|text| (text.line.number, text.row.columns.as_ptr())).collect()
}

#[test]
fn a_row_that_did_not_change_is_not_read_again() {
    for wraps in [false, true] {
        let mut harness = harness(Rows(1000, "\u{1b}[31mred\u{1b}[m ".repeat(40)), wraps);
        for top in [None, Some(Anchor { row: 500, line: 0.0 }), Some(Anchor { row: 500, line: 0.5 })] {
            if let Some(top) = top {
                harness.state_mut().state.scroll.to(top);
            }
            harness.run();
            let before = read(&harness);
            let in_sight = harness.state().state.scroll.top.row;
            assert!(before.iter().any(|(row, _)| *row == in_sight), "row {in_sight} is at hand");
            harness.step();
            assert_eq!(read(&harness), before, "at {top:?}");
        }
    }
}

/// Where the handle of the scroll bar at the right edge begins and ends.
fn handle(harness: &Harness<'_, Stage>) -> (f32, f32) {
    let colors = theme::DARK;
    let is_handle =
        |shape: &RectShape| shape.fill == colors.line_strong && shape.rect.width() < 10.0 && shape.rect.right() > 580.0;
    let shapes = harness.output().shapes.iter();
    let mut handles = shapes.filter_map(|shape| match &shape.shape {
        Shape::Rect(shape) if is_handle(shape) => Some(shape.rect),
        _ => None,
    });
    let rect = handles.next().unwrap();
    (rect.top(), rect.bottom())
}

#[test]
fn the_bar_stands_within_a_row_that_is_higher_than_the_window() {
    let mut harness = harness(Rows(200, "0123456789".repeat(4000)), true);
    let mut handle_at = |line| {
        harness.state_mut().state.scroll.to(Anchor { row: 150, line });
        harness.run();
        handle(&harness)
    };
    let ((top, _), (further, end)) = (handle_at(1.0), handle_at(300.0));
    assert!(top < further && end < 350.0, "it stands in the 151st of 200 rows: {top} {further} {end}");
}

/// Rows that tell when their runs began, all at once only.
struct Timed(Rows, Cell<u32>);

impl RowSource for Timed {
    fn first_row(&self) -> u64 {
        0
    }

    fn end_row(&self) -> u64 {
        self.0.end_row()
    }

    fn dropped_rows(&self) -> u64 {
        0
    }

    fn copy_rows(&self, rows: Range<u64>, out: &mut Vec<ConsoleLine>) {
        self.0.copy_rows(rows, out);
    }

    fn run_started(&self, _row: u64) -> Option<Timestamp> {
        panic!("a row was asked for by itself");
    }

    fn runs_started(&self, rows: &[u64]) -> Vec<Option<Timestamp>> {
        self.1.set(self.1.get() + 1);
        rows.iter().map(|_| Some(Timestamp::UNIX_EPOCH)).collect()
    }
}

#[test]
fn when_runs_began_is_asked_once_in_a_frame() {
    let rows = Timed(Rows(1000, "x".to_owned()), Cell::new(0));
    let mut state = ConsoleState::default();
    let look = ConsoleLook { times: Times::SinceStart, ..ConsoleLook::default() };
    let frame = |ui: &mut Ui| console_ui(ui, &view(&rows, look), &mut state, &mut Vec::new());
    let mut harness =
        Harness::builder().with_size(vec2(600.0, 400.0)).with_context_setup(theme::install).build_ui(frame);
    harness.run();
    rows.1.set(0);
    harness.step();
    assert_eq!(rows.1.get(), 1);
}

/// Rows of several jobs, of which those from 10 to 20 are of one that was removed.
struct Gapped(Rows, [JobName; 1]);

impl RowSource for Gapped {
    fn first_row(&self) -> u64 {
        0
    }

    fn end_row(&self) -> u64 {
        self.0.end_row()
    }

    fn dropped_rows(&self) -> u64 {
        0
    }

    fn copy_rows(&self, rows: Range<u64>, out: &mut Vec<ConsoleLine>) {
        self.0.copy_rows(rows, out);
        out.retain(|line| !(10..20).contains(&line.number));
    }

    fn names(&self) -> &[JobName] {
        &self.1
    }

    fn place_of(&self, row: u64, _streams: Streams) -> u64 {
        row - row.saturating_sub(10).min(10)
    }
}

#[test]
fn what_is_selected_goes_with_the_lines_of_a_removed_job_and_stays_while_one_is_left() {
    let name = JobName { text: "Alpha".to_owned(), color: 0, dir: "/".into() };
    let rows = Gapped(Rows(100, "x".to_owned()), [name]);
    let point = |row, character| Point { row, character };
    for (from, to, stays) in [
        (point(10, 0), point(19, 1), false),
        (point(12, 1), point(20, 0), false),
        (point(12, 0), point(20, 1), true),
        (point(9, 0), point(15, 1), true),
        (point(30, 0), point(31, 1), true),
        // It may yet be taken further.
        (point(15, 0), point(15, 0), true),
    ] {
        let begun = Selection::of((from, from));
        let mut state = ConsoleState { selection: Some(begun.to((to, to))), ..ConsoleState::default() };
        let look = ConsoleLook::default();
        let frame = |ui: &mut Ui| console_ui(ui, &view(&rows, look), &mut state, &mut Vec::new());
        Harness::builder().with_context_setup(theme::install).build_ui(frame).run();
        assert_eq!(state.selection.is_some(), stays, "{from:?} {to:?}");
    }
}
