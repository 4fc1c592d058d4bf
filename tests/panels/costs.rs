//! What a job costs, in its row.

use std::sync::Arc;
use std::time::{Duration, Instant};

use egui_kittest::kittest::Queryable;
use sidestage::engine::{Cost, CostSample};
use sidestage::ui::action::{Action, JobId};
use sidestage::ui::cost_graph;
use sidestage::ui::job_state::JobState;

use crate::stage::{World, harness, world};

const LABEL: &str = "Cost of Noisy: 12 % of one core, 340 MB, 3 processes";

fn costly(mut world: World) -> World {
    let start = Instant::now();
    let sample = |second: u32| CostSample {
        at: start + Duration::from_secs(u64::from(second)),
        cpu_percent: (second > 0).then_some(if second == 30 { 12 } else { second * 3 }),
        memory_bytes: 340 * 1024 * 1024,
        processes: 3,
    };
    let cost = Cost { samples: (0..=30).map(sample).collect(), peak_cpu_percent: 87, peak_memory_bytes: 400 << 20 };
    world.jobs[0].cost = Some(Arc::new(cost));
    world.jobs[1].pid = None;
    world
}

#[test]
fn a_job_says_what_it_costs_and_the_rest_stays_readable() {
    let mut harness = harness(costly(world()));
    let cost = harness.get_by_label(LABEL).rect();
    let row = harness.get_by_label("Job Noisy, running  ·  1:01  ·  pid 4711");
    assert!(row.rect().contains_rect(cost), "the process id stays in the row's name, if not on it");
    assert!(harness.query_by_label_contains("Cost of Run a script").is_none(), "what has ended costs nothing");
    harness.hover_at(cost.center());
    harness.run();
    let figures =
        "Processor 12 % of one core (highest seen: 87 %).\nMemory 340 MB (highest seen: 400 MB), in 3 processes.";
    harness.get_by_label(figures);
}

#[test]
fn a_press_on_the_cost_selects_the_job() {
    let mut harness = harness(costly(world()));
    harness.get_by_label(LABEL).click();
    harness.run();
    assert_eq!(harness.state().actions, [Action::SelectJob(JobId(1))]);
}

#[test]
fn in_a_narrow_list_the_state_comes_first() {
    let mut world = costly(world());
    world.state.layout.jobs_width = 240.0;
    let harness = harness(world);
    assert!(harness.query_by_label_contains("Cost of").is_none());
    harness.get_by_label("Job Noisy, running  ·  1:01  ·  pid 4711");
}

#[test]
fn only_what_is_on_the_window_is_asked_for() {
    let mut world = world();
    let job = world.jobs[0].clone();
    world.jobs = (1..=300).map(|id| sidestage::ui::jobs_panel::JobRow { id: JobId(id), ..job.clone() }).collect();
    world.jobs[1].state = JobState::Starting;
    world.jobs[1].pid = None;
    let mut harness = harness(world);
    let _ = cost_graph::take_shown(&harness.ctx);
    harness.run_steps(1);
    let shown = cost_graph::take_shown(&harness.ctx);
    assert!(shown.contains(&JobId(1)) && !shown.contains(&JobId(2)) && shown.len() < 30, "{shown:?}");
    assert!(cost_graph::take_shown(&harness.ctx).is_empty(), "each frame says it anew");
}
