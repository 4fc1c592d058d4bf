use std::cell::RefCell;

use eframe::egui::epaint::Vertex;
use eframe::egui::{Context, RawInput, Ui};
use proptest::prelude::{ProptestConfig, prop_assert_eq, proptest};

use super::*;
use crate::ui::theme;

fn context(zoom: f32) -> Context {
    let ctx = Context::default();
    theme::install(&ctx);
    ctx.set_zoom_factor(zoom);
    frame(&ctx, |_| ());
    ctx
}

fn frame<R>(ctx: &Context, mut draw: impl FnMut(&Ui) -> R) -> R {
    let drawn = RefCell::new(None);
    let output = ctx.run_ui(RawInput::default(), |ui| *drawn.borrow_mut() = Some(draw(ui)));
    { output.textures_delta }.clear();
    drawn.into_inner().unwrap()
}

/// What is drawn of a line, by us and by egui.
fn both(ui: &Ui, text: &str, points: f32) -> (Vec<Vertex>, Vec<Vertex>) {
    let vertices = |galley: &Galley| galley.rows[0].visuals.mesh.vertices.clone();
    let characters: Vec<char> = text.chars().collect();
    let letters = Letters::of(ui.painter(), points).expect("the font has letters of one width");
    let ours = letters.set(std::iter::once((characters.as_slice(), Color32::WHITE))).expect("ASCII");
    let theirs = lay_out(ui.painter(), text.to_owned(), points);
    assert_eq!((ours.num_vertices, ours.num_indices), (theirs.num_vertices, theirs.num_indices), "{text:?}");
    assert!(ours.mesh_bounds.contains_rect(theirs.mesh_bounds), "{ours:?} is culled sooner than {theirs:?}");
    (vertices(&ours), vertices(&theirs))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn a_line_is_set_as_egui_lays_it_out(
        text in "[ -_a-~]{1,200}",
        points in 8_u8..24,
        zoom in proptest::sample::select(vec![1.0_f32, 1.25, 1.5, 1.75, 2.0, 3.0]),
    ) {
        let ctx = context(zoom);
        let (ours, theirs) = frame(&ctx, |ui| both(ui, &text, points.into()));
        prop_assert_eq!(ours, theirs);
    }
}

#[test]
fn letters_follow_an_atlas_that_egui_makes_anew() {
    let ctx = context(1.25);
    let letters = |ui: &Ui| Letters::of(ui.painter(), 13.0).unwrap();
    let first = frame(&ctx, letters);
    assert!(Arc::ptr_eq(&first, &frame(&ctx, letters)), "they are made once");
    ctx.all_styles_mut(|style| {
        let options = &mut style.visuals.text_options;
        options.font_hinting = !options.font_hinting;
    });
    // What lies in the new atlas first lies where other letters lay.
    frame(&ctx, |ui| lay_out(ui.painter(), "~}|{zyx".to_owned(), 31.0));
    let (ours, theirs) = frame(&ctx, |ui| both(ui, "The quick brown fox jumps over 0123456789 lazy dogs.", 13.0));
    assert_eq!(ours, theirs);
    assert!(!Arc::ptr_eq(&first, &frame(&ctx, letters)));
}

#[test]
fn letters_that_are_shown_no_more_are_let_go() {
    let ctx = context(1.0);
    let first = frame(&ctx, |ui| Letters::of(ui.painter(), 11.0).unwrap());
    assert_eq!(Arc::strong_count(&first), 2);
    for points in [12.0, 13.0, 14.0] {
        frame(&ctx, |ui| drop(Letters::of(ui.painter(), points)));
    }
    assert_eq!(Arc::strong_count(&first), 1, "nobody but the test holds them");
}

#[test]
fn what_there_are_no_letters_of_is_left_to_the_shaper() {
    let ctx = context(1.0);
    let letters = frame(&ctx, |ui| Letters::of(ui.painter(), 13.0).unwrap());
    let set = |text: &str| {
        let characters: Vec<char> = text.chars().collect();
        letters.set(std::iter::once((characters.as_slice(), Color32::WHITE))).is_some()
    };
    assert!(set("") && set(" ~") && set(&"x".repeat(MOST_COLUMNS)));
    assert!(!set("é") && !set("a\tb") && !set("A`") && !set("\u{7f}") && !set(&"x".repeat(MOST_COLUMNS + 1)));
}
/// Beside each other all letters are what they are beside a zero; what isn't goes by the shaper.
#[test]
fn no_letter_depends_on_its_neighbours() {
    let ctx = context(1.0);
    frame(&ctx, |ui| {
        for first in LETTERS.filter(|letter| !CHANGES.contains(letter)) {
            let text: String =
                LETTERS.filter(|letter| !CHANGES.contains(letter)).flat_map(|next| [first, next]).collect();
            let (ours, theirs) = both(ui, &text, 13.0);
            assert_eq!(ours, theirs, "{text:?}");
        }
    });
}
