//! Several jobs in one console: what its lines have in their own consoles, they have there too.

use eframe::egui::epaint::{ClippedShape, TextShape};
use eframe::egui::{Event, Key, Modifiers, Shape};
use egui_kittest::Node;
use egui_kittest::kittest::{NodeT, Queryable};
use sidestage::model::{Highlight, HighlightColor, Preset};
use sidestage::ui::theme;

use crate::lines::copied;
use crate::stage::{Stage, probing};

fn in_group(preset: Preset) -> Preset {
    Preset { group: "Tonight".to_owned(), ..preset }
}

/// One that goes on: a group of which nothing runs is not shown.
fn running() -> Preset {
    in_group(probing("Beta", &["sleep"]))
}

/// Launches these, and shows them together in all the room that there is.
fn together(presets: &[Preset], ended: &[&str]) -> Stage {
    let mut stage = Stage::new(presets);
    for (preset, ended) in presets.iter().zip(ended) {
        stage.press(&format!("Launch: {}", preset.name));
        stage.wait_to_show(&format!("Job {}, {ended}", preset.name));
    }
    stage.press("Group menu: Tonight");
    stage.press("Show group together");
    stage.wait_to_show("Console of Group Tonight");
    for preset in presets {
        stage.press(&format!("Close console: {}", preset.name));
    }
    stage
}

/// What the last frame painted as text.
fn painted(stage: &Stage) -> Vec<TextShape> {
    fn add(shape: &Shape, texts: &mut Vec<TextShape>) {
        match shape {
            Shape::Text(text) => texts.push(text.clone()),
            Shape::Vec(shapes) => {
                for shape in shapes {
                    add(shape, texts);
                }
            }
            _ => {}
        }
    }
    let mut texts = Vec::new();
    let shapes: &[ClippedShape] = &stage.harness.output().shapes;
    for shape in shapes {
        add(&shape.shape, &mut texts);
    }
    texts
}

fn paints(stage: &Stage, text: &str) -> bool {
    painted(stage).iter().any(|shape| shape.galley.text() == text)
}

#[test]
fn lines_of_hidden_kinds_are_not_counted_among_the_new_ones() {
    let mut stage = together(&[in_group(probing("Alpha", &["both", "200"])), running()], &["finished", "running"]);
    stage.wait_to_show("Alpha: Ended: ");
    stage.press("More: Group Tonight");
    stage.press("Show output: Group Tonight");
    stage.harness.key_press(eframe::egui::Key::Escape);
    stage.wait("hidden", |stage| stage.shows("Alpha: err 199") && !stage.shows("Alpha: out 199"));
    stage.harness.get_by_label("Console of Group Tonight").click();
    stage.harness.step();
    stage.harness.key_press(eframe::egui::Key::Home);
    stage.wait("the first lines", |stage| stage.shows("Alpha: err 0") && !stage.shows("Alpha: err 199"));
    assert!(!stage.shows("Alpha: out 0"));
    stage.press("Launch again: Alpha");
    stage.wait_to_show("Job Alpha  #2, finished");
    // Of the run its start and its end are told, and where a test beside this one held its output, that too.
    let are_told = |stage: &Stage| ["202 new lines", "203 new lines"].iter().any(|text| paints(stage, text));
    stage.wait("200 errors, and what is said of the run", are_told);
}

#[test]
fn lines_have_the_time_since_their_own_jobs_start() {
    let mut stage = together(&[in_group(probing("Alpha", &["lines", "3"])), running()], &["finished", "running"]);
    stage.wait_to_show("Beta: ready");
    let times = |stage: &Stage| painted(stage).iter().filter(|shape| is_time(shape.galley.text())).count();
    assert_eq!(times(&stage), 0);
    stage.press("More: Group Tonight");
    stage.press("Time since the start: Group Tonight");
    let is_job = |text: &str| text.contains("Alpha: ") || text.contains("Beta: ");
    let is_row = |text: &&String| is_job(text) && !text.starts_with("Cost of ");
    let rows = |stage: &Stage| stage.texts(": ").iter().filter(is_row).count();
    stage.wait("a time for each line of both", |stage| times(stage) == rows(stage));
    assert!(rows(&stage) >= 7, "three lines, one, and what is said of the runs");
}

/// Two jobs that wrote 300 lines each at the same time, with the reader in the middle of them.
fn in_the_middle() -> Stage {
    let paced = |name: &str| in_group(probing(name, &["lines", "300", "1"]));
    let few = in_group(probing("Gamma", &["lines", "2"]));
    // A group of which nothing runs is not shown.
    let holds = in_group(probing("Delta", &["hold"]));
    let mut stage = Stage::new(&[paced("Alpha"), paced("Beta"), few, holds]);
    for name in ["Delta", "Alpha", "Beta"] {
        stage.press(&format!("Launch: {name}"));
        stage.press(&format!("Close console: {name}"));
        stage.wait("closed", |stage| !stage.shows(&format!("Console of {name}")));
    }
    stage.wait_to_show("Job Alpha, finished");
    stage.wait_to_show("Job Beta, finished");
    stage.press("Group menu: Tonight");
    stage.press("Show group together");
    stage.wait("the last lines", |stage| stage.shows("Alpha: Ended: ") || stage.shows("Beta: Ended: "));
    stage.harness.get_by_label("Console of Group Tonight").click();
    stage.harness.step();
    stage.keys(Modifiers::NONE, Key::Home);
    stage.wait("the first lines", |stage| stage.shows("Delta: Started"));
    for _page in 0..100 {
        if stage.shows("Alpha: line 150") {
            break;
        }
        stage.keys(Modifiers::NONE, Key::PageDown);
    }
    stage
}

/// The lines in sight of these jobs, from the top.
fn in_sight(stage: &Stage, jobs: &[&str]) -> Vec<String> {
    let is_theirs = |line: &str| jobs.iter().any(|job| line.starts_with(&format!("{job}: line ")));
    let nodes = stage.harness.root().children_recursive();
    let line_of = |node: Node<'_>| node.accesskit_node().value().filter(|line| is_theirs(line));
    let mut lines: Vec<_> = nodes.filter_map(|node| Some((line_of(node)?, node.rect().top()))).collect();
    lines.sort_by(|one, other| one.1.total_cmp(&other.1));
    lines.into_iter().map(|(line, _)| line).collect()
}

fn has_new_lines(stage: &Stage, count: usize) -> bool {
    // A test beside this one may have held a job's output, of which a line tells.
    [count, count + 1].iter().any(|count| paints(stage, &format!("{count} new lines")))
}

#[test]
fn whoever_reads_further_up_stays_there_while_jobs_join_and_leave() {
    let mut stage = in_the_middle();
    let before = in_sight(&stage, &["Alpha", "Beta"]);
    assert!(before.len() > 5, "{before:?}");
    stage.press("Launch: Gamma");
    stage.press("Close console: Gamma");
    stage.wait("what the new job wrote", |stage| has_new_lines(stage, 4));
    assert_eq!(in_sight(&stage, &["Alpha", "Beta"]), before);
    stage.press("Remove: Alpha");
    stage.wait("gone", |stage| in_sight(stage, &["Alpha"]).is_empty());
    let of_beta = |lines: &[String]| lines.iter().filter(|line| line.starts_with("Beta")).cloned().collect::<Vec<_>>();
    let (still, after) = (of_beta(&before), in_sight(&stage, &["Beta"]));
    assert!(after.starts_with(&still), "{after:?} after {before:?}");
    stage.wait("what left to be no news", |stage| has_new_lines(stage, 4));
}

#[test]
fn what_is_selected_and_the_match_that_is_read_outlive_a_job_that_joins() {
    let mut stage = in_the_middle();
    stage.press("Search: Group Tonight");
    stage.type_into("Find in Group Tonight", "line 150");
    stage.wait_to_show(" of 2");
    let found = stage.texts(" of 2");
    let lines = in_sight(&stage, &["Alpha", "Beta"]);
    let place = |stage: &Stage, line: usize| stage.harness.get_by_label(&lines[line]).rect().center();
    let (from, to) = (place(&stage, 3), place(&stage, 5));
    stage.harness.drag_at(from);
    stage.harness.step();
    stage.harness.hover_at(to);
    stage.harness.step();
    stage.harness.drop_at(to);
    stage.harness.step();
    let copies = |stage: &mut Stage| {
        stage.harness.event(Event::Copy);
        copied(stage)
    };
    let said = copies(&mut stage);
    assert!(said.contains(&lines[4]), "{said} of {lines:?}");
    stage.press("Launch: Gamma");
    stage.press("Close console: Gamma");
    stage.wait("what the new job wrote", |stage| has_new_lines(stage, 4));
    stage.wait("searched again", |stage| stage.texts(" of 2") == found);
    stage.harness.get_by_label("Console of Group Tonight").focus();
    stage.harness.step();
    assert_eq!(copies(&mut stage), said);
}

/// `0:00.012`.
fn is_time(text: &str) -> bool {
    let form: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    form == "0:00.000"
}

#[test]
fn rules_of_one_preset_colour_no_line_of_another() {
    let rule = |pattern: &str, color| Highlight { pattern: pattern.to_owned(), color, alert: false };
    let alpha =
        Preset { highlights: vec![rule("ready|line", HighlightColor::Red)], ..probing("Alpha", &["lines", "1"]) };
    let beta = Preset { highlights: vec![rule("ready", HighlightColor::Green)], ..running() };
    let stage = together(&[in_group(alpha), beta], &["finished", "running"]);
    let color = |text: &str| {
        let painted = painted(&stage);
        let shape = painted.iter().find(|shape| shape.galley.text() == text).unwrap();
        shape.galley.job.sections[0].format.color
    };
    let names = ["line 0", "ready"].map(color);
    assert_eq!(names, [theme::DARK.bad, theme::DARK.good]);
}
