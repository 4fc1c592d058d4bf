//! The list of presets in the order that somebody gives it, and under the names that somebody gives them.

use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT, Queryable};
use sidestage::model::Preset;
use sidestage::store::presets::{self, Expect};

use crate::stage::{Stage, probing};

fn of_group(name: &str, group: &str) -> Preset {
    Preset { group: group.to_owned(), ..probing(name, &[]) }
}

/// The presets' names as the folder has them in order.
fn order(stage: &Stage) -> Vec<String> {
    presets::load_dir(stage.dir.path()).presets.into_iter().map(|entry| entry.preset.name).collect()
}

/// And as the window has them, from above.
fn shown(stage: &Stage) -> Vec<String> {
    let nodes = stage.harness.root().children_recursive();
    nodes.filter_map(|node| node.accesskit_node().label()?.strip_prefix("Launch: ").map(str::to_owned)).collect()
}

#[test]
fn keys_put_presets_in_order_and_undo_takes_it_back() {
    let mut stage = Stage::new(&[probing("A", &[]), probing("B", &[]), probing("C", &[])]);
    stage.wait_to_show("Launch: C");
    std::fs::write(stage.file("sidestage.groups"), "// Kim's\n(version: 1, groups: [])\n").unwrap();
    stage.harness.get_by_label("A").focus();
    stage.harness.step();
    stage.keys(Modifiers::ALT, Key::ArrowDown);
    stage.wait("B, A, C", |stage| shown(stage) == ["B", "A", "C"] && order(stage) == ["B", "A", "C"]);
    let text = std::fs::read_to_string(stage.file("sidestage.groups")).unwrap();
    assert!(text.starts_with("// Kim's\n(version: 2, groups: [], order: ["), "{text}");
    stage.keys(Modifiers::COMMAND, Key::Z);
    stage.wait("as it was", |stage| shown(stage) == ["A", "B", "C"] && order(stage) == ["A", "B", "C"]);
    stage.keys(Modifiers::COMMAND, Key::Y);
    stage.wait("again", |stage| order(stage) == ["B", "A", "C"]);
    assert!(!stage.shows("unsaved"));
    // What comes later comes behind, and what others say of the order holds.
    presets::write(&stage.file("1.ron"), &probing("New", &[]), Expect::New).unwrap();
    stage.wait("behind", |stage| shown(stage) == ["B", "A", "C", "New"]);
    std::fs::write(stage.file("sidestage.groups"), "(version: 2, groups: [], order: [\"1.ron\"])").unwrap();
    stage.wait("theirs", |stage| shown(stage) == ["New", "A", "B", "C"]);
}

#[test]
fn dragging_moves_a_preset_also_to_another_group() {
    let mut stage = Stage::new(&[of_group("A", "Day"), of_group("B", "Day"), of_group("C", "Night")]);
    stage.wait_to_show("Launch: C");
    let drag = |stage: &mut Stage, from: &str, to: &str, is_above: bool| {
        let from = stage.harness.get_by_label(from).rect().center();
        let target = stage.harness.get_by_label(to).rect();
        let to = target.center() + eframe::egui::vec2(0.0, target.height() * if is_above { -0.3 } else { 0.3 });
        stage.harness.drag_at(from);
        stage.harness.step();
        for step in 1..=4_u8 {
            stage.harness.hover_at(from + (to - from) * (f32::from(step) / 4.0));
            stage.harness.step();
        }
        stage.harness.drop_at(to);
        stage.harness.step();
        stage.harness.step();
    };
    drag(&mut stage, "B", "A", true);
    stage.wait("B before A", |stage| order(stage) == ["B", "A", "C"]);
    drag(&mut stage, "B", "C", false);
    stage.wait("B behind C", |stage| order(stage) == ["A", "C", "B"]);
    let group_of = |stage: &Stage, name: &str| presets::read(&stage.file(&format!("{name}.ron"))).unwrap().group;
    stage.wait("saved under the other heading", |stage| group_of(stage, "B") == "Night");
    drag(&mut stage, "C", "Group Day, open", false);
    stage.wait("onto a heading", |stage| group_of(stage, "C") == "Day" && order(stage) == ["A", "C", "B"]);
    stage.keys(Modifiers::COMMAND, Key::Z);
    stage.wait("taken back", |stage| group_of(stage, "C") == "Night" && !stage.shows("unsaved"));
}

#[test]
fn a_move_leaves_what_is_being_edited_unsaved() {
    let mut stage = Stage::new(&[of_group("A", "Day"), of_group("B", "Night")]);
    stage.press("A");
    stage.press("Add a row");
    stage.wait_to_show("A, unsaved");
    stage.harness.get_by_label("A, unsaved").click_secondary();
    stage.harness.step();
    stage.press("Move to Night");
    stage.wait("moved", |stage| shown(stage) == ["B", "A"]);
    assert!(stage.shows("A, unsaved"));
    assert_eq!(presets::read(&stage.file("A.ron")).unwrap().group, "Day");
}

#[test]
fn a_renamed_preset_takes_its_file_along_and_says_so() {
    let mut stage = Stage::new(&[probing("B", &[])]);
    presets::write(&stage.file("style.ron"), &probing("Style", &[]), Expect::New).unwrap();
    presets::write(&stage.file("1-own.ron"), &probing("Own", &[]), Expect::New).unwrap();
    std::fs::write(stage.file("sidestage.groups"), "(version: 2, groups: [], order: [\"style.ron\", \"B.ron\"])")
        .unwrap();
    stage.wait("in order", |stage| shown(stage) == ["Style", "B", "Own"]);
    let rename = |stage: &mut Stage, old: &str, new: &str| {
        stage.press(old);
        stage.harness.get_by_label("Preset name").focus();
        stage.harness.step();
        stage.keys(Modifiers::COMMAND, Key::A);
        stage.harness.get_by_label("Preset name").type_text(new);
        stage.harness.step();
        stage.keys(Modifiers::COMMAND, Key::S);
        stage.wait("saved", |stage| !stage.shows("unsaved"));
    };
    rename(&mut stage, "Style", "Look two");
    stage
        .wait_to_show("“Style” is “Look two” now. So is its file, look-two.ron; orders from outside call it look-two.");
    assert!(stage.file("look-two.ron").is_file() && !stage.file("style.ron").exists());
    stage.wait("its place is kept", |stage| order(stage) == ["Look two", "B", "Own"]);
    rename(&mut stage, "Own", "Other");
    stage.wait_to_show("“Own” is “Other” now.");
    assert!(stage.file("1-own.ron").is_file(), "a file that somebody named keeps its name");
    assert_eq!(shown(&stage), ["Look two", "B", "Other"]);
}
