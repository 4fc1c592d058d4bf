//! The monitor: a window over the panel that shows what comes to a UDP port, as a UDP In DAT there would have it. It draws
//! what it is given; who listens is the app's business.

mod detail;
mod list;
mod tools;

use std::ops::Range;

use eframe::egui::{
    Align, Color32, Context, CornerRadius, Frame, Id, Layout, Margin, Rect, RichText, Sense, Ui, UiBuilder, Vec2,
    Window, vec2,
};

use super::action::Action;
use super::icons;
use super::job_state::count_text;
use super::theme::{self, RADIUS_LARGE, colors, space};
use super::widgets::{empty_state, icon_button, sentence};
use crate::monitor::{Counts, Format, JobSequence, Listen, Look, Row, Standing};
use crate::ui::widgets::Severity;
use list::ListState;

/// Whatever holds the rows that came.
pub trait DatagramRows {
    /// The rows that can be looked at: of this format, or of those the ones that are filtered for.
    fn held(&self, format: Format) -> Range<u64>;
    /// Appends copies of those of the range that are still there.
    fn copy_rows(&self, format: Format, rows: Range<u64>, out: &mut Vec<Row>);
}

/// What one frame shows of it.
pub struct MonitorData<'a> {
    /// None where nobody has asked to listen, or asked to stop.
    pub standing: Option<Standing>,
    pub rows: &'a dyn DatagramRows,
    pub counts: Counts,
    /// The jobs of whose echo lines are missing.
    pub lossy_jobs: &'a [JobSequence],
    /// Which listening it is: row numbers begin anew with each.
    pub generation: u64,
}

/// What the window remembers.
#[derive(Clone, Debug, Default)]
pub struct MonitorState {
    pub is_open: bool,
    /// What is typed of where to listen.
    pub place: String,
    pub group: String,
    pub share: bool,
    pub format: Format,
    pub look: Look,
    pub filter: String,
    pub is_paused: bool,
    /// The text that was last asked for, in which format.
    asked: Option<(Format, String)>,
    list: ListState,
}

impl MonitorState {
    /// Shows the window, with this as what is listened on.
    pub fn show(&mut self, listen: &Listen) {
        self.is_open = true;
        self.is_paused = false;
        self.place = listen.to_string();
        self.group = listen.group.map(|group| group.to_string()).unwrap_or_default();
        self.share = listen.share;
    }

    /// Where to listen, as it is typed.
    fn listen(&self) -> Result<Listen, String> {
        let listen = Listen::parse(&self.place)?;
        Ok(Listen { group: Listen::parse_group(&self.group)?, share: self.share, ..listen })
    }
}

/// In points.
const SIZE: Vec2 = vec2(860.0, 470.0);
const MOST_SIZE: Vec2 = vec2(1200.0, 760.0);
const LEAST_SIZE: Vec2 = vec2(560.0, 260.0);
const HEAD_HEIGHT: f32 = 38.0;
const FOOT_HEIGHT: f32 = 30.0;

/// The window, if it is open.
pub fn monitor_ui(ctx: &Context, data: &MonitorData<'_>, state: &mut MonitorState, actions: &mut Vec<Action>) {
    if !state.is_open {
        return;
    }
    let room = ctx.content_rect();
    let size = SIZE.max(room.size() * 0.5).min(MOST_SIZE).min(room.size() - Vec2::splat(48.0)).max(LEAST_SIZE);
    let window = Window::new("Monitor")
        .id(Id::unique("monitor"))
        .title_bar(false)
        .frame(Frame::window(&ctx.global_style()).inner_margin(Margin::ZERO))
        .default_rect(Rect::from_min_size(room.max - size - Vec2::splat(space::XL), size))
        .min_size(LEAST_SIZE)
        .resizable(true);
    window.show(ctx, |ui| {
        let rect = ui.available_rect_before_wrap();
        ui.allocate_rect(rect, Sense::hover());
        let (head, below) = rect.split_top_bottom_at_y(rect.top() + HEAD_HEIGHT);
        let (tools, below) = below.split_top_bottom_at_y(below.top() + tools::HEIGHT);
        let (body, foot) = below.split_top_bottom_at_y(below.bottom() - FOOT_HEIGHT);
        ui.painter().rect_filled(body, 0.0, colors(ui).ground);
        within(ui, head.shrink2(vec2(space::M, 0.0)), Layout::left_to_right(Align::Center), |ui| {
            head_ui(ui, data, actions);
        });
        within(ui, tools, Layout::top_down(Align::Min), |ui| tools::tools_ui(ui, data, state, actions));
        for y in [tools.bottom(), foot.top()] {
            ui.painter().hline(rect.x_range(), y, (1.0, colors(ui).line));
        }
        body_ui(ui, body, data, state, actions);
        let corners = CornerRadius { sw: RADIUS_LARGE, se: RADIUS_LARGE, ..CornerRadius::ZERO };
        ui.painter().rect_filled(foot.with_min_y(foot.top() + 1.0), corners, colors(ui).raised);
        within(ui, foot.shrink2(vec2(space::M, 0.0)), Layout::left_to_right(Align::Center), |ui| {
            foot_ui(ui, data, state);
        });
    });
    let wanted = (!state.filter.trim().is_empty()).then(|| (state.format, state.filter.trim().to_owned()));
    if wanted != state.asked {
        state.asked.clone_from(&wanted);
        state.list.forget();
        actions.push(Action::MonitorFilter(wanted));
    }
}

fn within<R>(ui: &mut Ui, rect: Rect, layout: Layout, contents: impl FnOnce(&mut Ui) -> R) -> R {
    ui.scope_builder(UiBuilder::new().max_rect(rect).layout(layout), |ui| {
        ui.set_clip_rect(rect.intersect(ui.clip_rect()));
        contents(ui)
    })
    .inner
}

fn head_ui(ui: &mut Ui, data: &MonitorData<'_>, actions: &mut Vec<Action>) {
    ui.spacing_mut().item_spacing.x = space::S;
    super::widgets::decoration(ui, icons::BROADCAST, 17.0, colors(ui).accent_text);
    ui.label(RichText::new("Monitor").font(theme::strong(14.0)).color(colors(ui).text_strong));
    let (color, words) = standing_words(ui, data.standing.as_ref());
    let dot = ui.allocate_exact_size(vec2(8.0, 8.0), Sense::hover()).0;
    ui.painter().circle_filled(dot.center(), 3.5, color);
    ui.label(RichText::new(words).color(colors(ui).text_weak));
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        let close = Action::CloseMonitor;
        if icon_button(ui, icons::X, close.descriptor().label, close.descriptor().tooltip).clicked() {
            actions.push(close);
        }
    });
}

fn standing_words(ui: &Ui, standing: Option<&Standing>) -> (Color32, String) {
    let colors = colors(ui);
    match standing {
        None | Some(Standing::Closed) => (colors.text_faint, "Not listening".to_owned()),
        Some(Standing::Opening) => (colors.warn, "Opening the port…".to_owned()),
        Some(Standing::Listening(local)) if local.ip().is_unspecified() => {
            (colors.good, format!("Listening on port {}", local.port()))
        }
        Some(Standing::Listening(local)) => (colors.good, format!("Listening on {local}")),
        Some(Standing::Failed(_)) => (colors.bad, "Can't listen".to_owned()),
    }
}

/// The rows; or why there are none, and what to do.
fn body_ui(ui: &mut Ui, rect: Rect, data: &MonitorData<'_>, state: &mut MonitorState, actions: &mut Vec<Action>) {
    let is_empty = data.rows.held(state.format).is_empty();
    let middle = Rect::from_center_size(rect.center(), vec2((rect.width() - 48.0).min(460.0), 130.0));
    let empty = |ui: &mut Ui, title: &str, text: &str| {
        within(ui, middle, Layout::top_down(Align::Center), |ui| empty_state(ui, icons::BROADCAST, title, text));
    };
    match &data.standing {
        Some(Standing::Failed(trouble)) if is_empty => {
            within(ui, middle, Layout::top_down(Align::Min), |ui| {
                ui.spacing_mut().item_spacing.y = space::M;
                sentence(ui, Severity::Error, &trouble.to_string());
                if let Some(advice) = trouble.advice() {
                    sentence(ui, Severity::Info, advice);
                }
                tools::again_ui(ui, state, actions);
            });
        }
        None | Some(Standing::Closed) if is_empty => {
            let text = "Type the port of a UDP In DAT, or of anything else that listens, and see what it would receive. \
                        Only one program at a time can have a port open.";
            empty(ui, "See what comes to a port", text);
        }
        Some(_) | None if is_empty && !state.filter.trim().is_empty() => {
            empty(
                ui,
                "Nothing matches",
                "No row that came holds this text, and nobody whose address holds it sent one.",
            );
        }
        Some(Standing::Opening) if is_empty => {}
        Some(Standing::Listening(local)) if is_empty => {
            let port = local.port();
            let text =
                format!("Have a preset's echo go to port {port} of this machine and launch it, or send from Touch.");
            empty(ui, "Nothing has come yet", &text);
        }
        Some(_) | None => rows_ui(ui, rect, data, state),
    }
}

/// The rows, and below them the bytes of the one that was picked.
fn rows_ui(ui: &mut Ui, rect: Rect, data: &MonitorData<'_>, state: &mut MonitorState) {
    let Some(picked) = state.list.picked.clone() else { return list::list_ui(ui, rect, data, state) };
    let height = (rect.height() * 0.45).clamp(90.0, 240.0);
    let (rows, bytes) = rect.split_top_bottom_at_y(rect.bottom() - height);
    list::list_ui(ui, rows, data, state);
    if detail::detail_ui(ui, bytes, &picked) {
        state.list.let_go();
    }
}

/// What was counted, and what is missing.
fn foot_ui(ui: &mut Ui, data: &MonitorData<'_>, state: &mut MonitorState) {
    let counts = data.counts;
    ui.spacing_mut().item_spacing.x = space::L;
    let quiet = |ui: &mut Ui, text: String| {
        ui.label(RichText::new(text).font(theme::small()).color(colors(ui).text_weak));
    };
    let what = if counts.datagrams == 1 { "datagram" } else { "datagrams" };
    quiet(ui, format!("{} {what}", count_text(counts.datagrams)));
    quiet(ui, bytes_text(counts.bytes));
    quiet(ui, format!("{}/s  ·  {}/s", count_text(counts.per_second), bytes_text(counts.bytes_per_second)));
    if counts.dropped > 0 {
        let words = format!("{} older ones dropped", count_text(counts.dropped));
        ui.label(RichText::new(words).font(theme::small()).color(colors(ui).text_weak))
            .on_hover_text("Only the latest are kept, so that a flood can't fill the memory. All are counted.");
    }
    if counts.missing > 0 {
        missing_ui(ui, data);
    }
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        list::follow_ui(ui, data, state);
        if state.is_paused {
            let words = match counts.passed_over {
                0 => "Paused".to_owned(),
                passed => format!("Paused  ·  {} passed by", count_text(passed)),
            };
            ui.label(RichText::new(words).font(theme::small()).color(colors(ui).warn));
        }
    });
}

fn missing_ui(ui: &mut Ui, data: &MonitorData<'_>) {
    let color = colors(ui).warn;
    let lines = if data.counts.missing == 1 { "line" } else { "lines" };
    let words = format!("{}  {} {lines} missing", icons::WARNING_FILLED, count_text(data.counts.missing));
    ui.label(RichText::new(words).font(theme::small()).color(color)).on_hover_ui(|ui| {
        ui.label("By the numbers in the echo, these were skipped for its pace or lost on the way:");
        for job in data.lossy_jobs.iter().take(12) {
            let words = format!(
                "{}  ·  {} missing, {} came  ·  from {}",
                job.job,
                count_text(job.missing),
                count_text(job.received),
                job.from
            );
            ui.label(RichText::new(words).font(theme::mono()));
        }
        ui.label("If they were lost, have the echo send slower, or its lines joined.");
    });
}

/// As a person reads sizes: `812 B`, `14 KB`, `3.2 MB`.
#[must_use]
pub fn bytes_text(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KB", "MB", "GB", "TB"];
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    #[expect(clippy::cast_precision_loss, reason = "for a person to read")]
    let (mut size, mut unit) = (bytes as f64 / 1000.0, 0);
    while size >= 999.5 && unit + 1 < UNITS.len() {
        size /= 1000.0;
        unit += 1;
    }
    if size < 9.95 { format!("{size:.1} {}", UNITS[unit]) } else { format!("{size:.0} {}", UNITS[unit]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_short() {
        for (bytes, text) in [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "1.0 KB"),
            (9_960, "10 KB"),
            (999_499, "999 KB"),
            (999_600, "1.0 MB"),
            (64_000_000, "64 MB"),
            (u64::MAX, "18446744 TB"),
        ] {
            assert_eq!(bytes_text(bytes), text);
        }
    }
}
