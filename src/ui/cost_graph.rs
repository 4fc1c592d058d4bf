//! What a job costs, in its row: a small graph of the processor's last minute, two figures, and a sentence for tooltips
//! and screen readers. It also notes whose cost was on the window, for nobody else's is measured.

use std::sync::Arc;
use std::time::{Duration, Instant};

use eframe::egui::epaint::Mesh;
use eframe::egui::{Align2, Context, Id, Pos2, Rect, Role, Sense, Shape, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::action::JobId;
use super::theme::{self, colors};
use crate::engine::{COST_GAP, Cost, CostSample, MOST_COST_SAMPLES};

/// Widths in points; figures stand at the right of their columns, so that those of several rows can be compared.
const MEMORY_WIDTH: f32 = 50.0;
const CPU_WIDTH: f32 = 44.0;
const GRAPH_WIDTH: f32 = 44.0;
const GRAPH_HEIGHT: f32 = 14.0;
const GAP: f32 = 12.0;
/// What the rest of a row's line always gets; where there is less, the figures give way.
const REST_WIDTH: f32 = 130.0;

/// How long a still pointer in a window without the focus counts as somebody who looks.
const STILL_POINTER_SECS: f32 = 10.0;

/// Whether somebody looks at the window: it has the focus, or the pointer moves in it. A pointer that was left lying
/// there is nobody.
#[must_use]
pub fn is_looked_at(ctx: &Context) -> bool {
    ctx.input(|input| {
        let pointer = &input.pointer;
        input.focused || (pointer.has_pointer() && pointer.time_since_last_movement() < STILL_POINTER_SECS)
    })
}

/// The jobs whose cost had a place on the window since this was last asked.
#[must_use]
pub fn take_shown(ctx: &Context) -> Vec<JobId> {
    ctx.data_mut(|data| std::mem::take(data.get_temp_mut_or_default::<Vec<JobId>>(shown_id())))
}

fn shown_id() -> Id {
    Id::unique("jobs whose cost is shown")
}

/// Draws a job's cost at the right end of a line, and answers how much of the line is left for the rest. Where that would
/// be less than `wanted_width` the graph gives way.
pub fn cost_ui(
    ui: &mut Ui,
    line: Rect,
    wanted_width: f32,
    (job, title): (JobId, &str),
    cost: Option<&Arc<Cost>>,
) -> Rect {
    ui.data_mut(|data| data.get_temp_mut_or_default::<Vec<JobId>>(shown_id()).push(job));
    let Some((cost, last)) = cost.and_then(|cost| Some((cost, cost.samples.last()?))) else { return line };
    let figures_width = CPU_WIDTH + MEMORY_WIDTH;
    if line.width() < REST_WIDTH + GAP + figures_width {
        return line;
    }
    let has_graph = line.width() >= REST_WIDTH.max(wanted_width) + GAP + figures_width + GRAPH_WIDTH;
    let width = figures_width + if has_graph { GRAPH_WIDTH } else { 0.0 };
    let rect = Rect::from_min_max(pos2(line.right() - width, line.top()), line.max);
    let response = ui.interact(rect, ui.scope_id().with("cost"), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("Cost of {title}: {}", brief(last))));
    let color = colors(ui).text_weak;
    let figure = |right: f32, text: String| {
        ui.painter().text(pos2(right, rect.center().y), Align2::RIGHT_CENTER, text, theme::small(), color);
    };
    figure(rect.right(), memory_text(last.memory_bytes));
    if let Some(percent) = last.cpu_percent {
        figure(rect.right() - MEMORY_WIDTH, format!("{percent} %"));
    }
    if has_graph {
        let size = vec2(GRAPH_WIDTH, GRAPH_HEIGHT);
        let center = pos2(rect.left() + GRAPH_WIDTH / 2.0, rect.center().y);
        paint_graph(ui, Rect::from_center_size(center, size), cost);
    }
    Rect::from_min_max(line.min, pos2(rect.left() - GAP, line.bottom()))
}

/// The figures as a tooltip says them.
#[must_use]
pub fn cost_text(cost: &Cost) -> Option<String> {
    let last = cost.samples.last()?;
    let (memory, peak_memory) = (memory_text(last.memory_bytes), memory_text(cost.peak_memory_bytes));
    let processes = processes_text(last.processes);
    let cpu = last.cpu_percent.map_or_else(String::new, |percent| {
        format!("Processor {percent} % of one core (highest seen: {} %).\n", cost.peak_cpu_percent)
    });
    Some(format!("{cpu}Memory {memory} (highest seen: {peak_memory}), in {processes}."))
}

fn brief(last: &CostSample) -> String {
    let cpu = last.cpu_percent.map_or_else(String::new, |percent| format!("{percent} % of one core, "));
    format!("{cpu}{}, {}", memory_text(last.memory_bytes), processes_text(last.processes))
}

fn processes_text(processes: u32) -> String {
    if processes == 1 { "1 process".to_owned() } else { format!("{processes} processes") }
}

/// As the systems' own task managers count: 1 MB is 1024 times 1024 bytes. Three digits at most, or a decimal.
pub(super) fn memory_text(bytes: u64) -> String {
    const MEGA: u64 = 1024 * 1024;
    let tenths_of = |unit: u64| (bytes.saturating_mul(10) + unit / 2) / unit;
    let (tenths, unit) = if tenths_of(MEGA) < 9995 { (tenths_of(MEGA), "MB") } else { (tenths_of(1024 * MEGA), "GB") };
    if tenths < 100 {
        format!("{}.{} {unit}", tenths / 10, tenths % 10)
    } else {
        format!("{} {unit}", (tenths + 5) / 10)
    }
}

/// The last minute, newest at the right. A place where nothing was measured stays empty.
fn paint_graph(ui: &Ui, rect: Rect, cost: &Cost) {
    let colors = colors(ui);
    let painter = ui.painter();
    painter.hline(rect.x_range(), rect.bottom(), Stroke::new(1.0, colors.line_strong));
    let Some(newest) = cost.samples.last() else { return };
    let top_percent = top_percent(&cost.samples);
    let point = |sample: &CostSample, percent: u32| {
        let age = age_share(newest.at.saturating_duration_since(sample.at));
        pos2(rect.right() - age * rect.width(), rect.bottom() - share(percent, top_percent) * rect.height())
    };
    for run in runs(&cost.samples) {
        let points: Vec<Pos2> = run.iter().map(|(sample, percent)| point(sample, *percent)).collect();
        let mut under = Mesh::default();
        for pair in points.windows(2) {
            let first = u32::try_from(under.vertices.len()).unwrap_or(u32::MAX);
            for at in pair {
                under.colored_vertex(*at, colors.text_weak.gamma_multiply(0.25));
                under.colored_vertex(pos2(at.x, rect.bottom()), colors.text_weak.gamma_multiply(0.25));
            }
            under.add_triangle(first, first + 1, first + 2);
            under.add_triangle(first + 1, first + 2, first + 3);
        }
        painter.add(Shape::mesh(under));
        painter.add(Shape::line(points, Stroke::new(1.0, colors.text_weak)));
    }
}

/// A whole number of cores, so that little work looks like little.
fn top_percent(samples: &[CostSample]) -> u32 {
    let highest = samples.iter().filter_map(|sample| sample.cpu_percent).max().unwrap_or(0);
    // A little over is still a core: the clock and the count of the processor's time aren't read at the same moment.
    highest.saturating_sub(5).div_ceil(100).max(1) * 100
}

#[expect(clippy::cast_precision_loss, reason = "percents")]
fn share(percent: u32, top_percent: u32) -> f32 {
    (percent as f32 / top_percent as f32).min(1.0)
}

#[expect(clippy::cast_precision_loss, reason = "a minute")]
fn age_share(age: Duration) -> f32 {
    (age.as_secs_f32() / MOST_COST_SAMPLES as f32).min(1.0)
}

/// Samples that follow each other, where each says something of the processor, with what it says.
fn runs(samples: &[CostSample]) -> Vec<Vec<(&CostSample, u32)>> {
    let mut runs: Vec<Vec<(&CostSample, u32)>> = Vec::new();
    let mut before: Option<Instant> = None;
    for sample in samples {
        let goes_on = before.is_some_and(|before| sample.at.saturating_duration_since(before) <= COST_GAP);
        before = sample.cpu_percent.map(|_| sample.at);
        if let Some(percent) = sample.cpu_percent {
            match runs.last_mut().filter(|_| goes_on) {
                Some(run) => run.push((sample, percent)),
                None => runs.push(vec![(sample, percent)]),
            }
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(of: &[(u64, Option<u32>)]) -> Vec<CostSample> {
        let start = Instant::now();
        let sample = |(secs, cpu_percent): &(u64, Option<u32>)| CostSample {
            at: start + Duration::from_secs(*secs),
            cpu_percent: *cpu_percent,
            memory_bytes: 0,
            processes: 1,
        };
        of.iter().map(sample).collect()
    }

    #[test]
    fn memory_reads_well() {
        const MEGA: u64 = 1024 * 1024;
        for (bytes, text) in [
            (0, "0.0 MB"),
            (MEGA / 2, "0.5 MB"),
            (340 * MEGA, "340 MB"),
            (999 * MEGA, "999 MB"),
            (1000 * MEGA, "1.0 GB"),
            (1536 * MEGA, "1.5 GB"),
            (200 * 1024 * MEGA, "200 GB"),
        ] {
            assert_eq!(memory_text(bytes), text, "{bytes}");
        }
    }

    #[test]
    fn the_graph_breaks_where_nothing_was_measured() {
        let samples = samples(&[(0, None), (1, Some(5)), (2, Some(7)), (60, None), (61, Some(9)), (90, Some(1))]);
        let percents: Vec<Vec<u32>> =
            runs(&samples).iter().map(|run| run.iter().map(|(_, percent)| *percent).collect()).collect();
        assert_eq!(percents, [vec![5, 7], vec![9], vec![1]]);
    }

    #[test]
    fn little_work_looks_like_little() {
        for (highest, top) in [(0, 100), (3, 100), (100, 100), (104, 100), (190, 200), (340, 400)] {
            assert_eq!(top_percent(&samples(&[(0, None), (1, Some(highest))])), top);
        }
    }

    #[test]
    fn the_figures_in_words() {
        let mut cost = Cost { samples: samples(&[(0, None)]), peak_cpu_percent: 87, peak_memory_bytes: 1 << 30 };
        assert_eq!(cost_text(&cost).unwrap(), "Memory 0.0 MB (highest seen: 1.0 GB), in 1 process.");
        cost.samples[0].cpu_percent = Some(12);
        assert!(cost_text(&cost).unwrap().starts_with("Processor 12 % of one core (highest seen: 87 %).\n"));
        assert_eq!(cost_text(&Cost::default()), None);
    }
}
