//! Opens the window: finds a renderer that works, and says in a sentence where none does.
#![expect(clippy::cast_precision_loss, reason = "pixels of a desktop are few enough for f32")]

use std::path::Path;
use std::sync::Arc;

use eframe::egui::{IconData, Pos2, Rect, Vec2, ViewportBuilder, ViewportCommand, vec2};
use eframe::egui_wgpu::{WgpuSetup, WgpuSetupCreateNew};

use super::app::{App, Start};
use crate::store::{logs, place, settings};
use crate::vault::Vault;

/// The smallest window in which everything can be reached, in points.
const MIN_SIZE: Vec2 = Vec2::new(760.0, 480.0);
const DEFAULT_SIZE: Vec2 = Vec2::new(1280.0, 800.0);

/// What draws the panel, where somebody says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Renderer {
    Wgpu,
    /// OpenGL.
    Glow,
}

/// One way to draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Attempt {
    /// wgpu on a graphics adapter.
    Hardware,
    Glow,
    /// wgpu on whatever there is, a processor that draws included.
    Anything,
}

/// Opens the panel, with `autostart` launches what is to run from the start, and answers with the exit status when it is closed.
///
/// # Errors
/// A sentence: the presets folder is none, or no window can be opened.
pub fn open(presets: Option<&Path>, renderer: Option<Renderer>, autostart: bool) -> Result<(), String> {
    let had_own_console = super::own_console::leave();
    open_somehow(presets, renderer, autostart).inspect_err(|why| {
        if had_own_console {
            // Whoever started it by a double click has no terminal to read this on.
            let dialog = rfd::MessageDialog::new().set_level(rfd::MessageLevel::Error);
            dialog.set_title("Sidestage").set_description(why).show();
        }
    })
}

fn open_somehow(presets: Option<&Path>, renderer: Option<Renderer>, autostart: bool) -> Result<(), String> {
    let place = place::presets_dir(presets)?;
    let attempts: &[Attempt] = match renderer {
        // A processor that draws is worse than OpenGL, and better than nothing.
        None if may_have_adapter() => &[Attempt::Hardware, Attempt::Glow, Attempt::Anything],
        None => &[Attempt::Glow, Attempt::Anything],
        Some(Renderer::Wgpu) => &[Attempt::Anything],
        Some(Renderer::Glow) => &[Attempt::Glow],
    };
    let mut reasons = Vec::new();
    for attempt in attempts {
        let loaded = settings::load();
        let start = Start {
            presets_dir: place.dir.clone(),
            settings: loaded.settings,
            settings_dir: place::config_dir(),
            logs_dir: logs::logs_dir(),
            notices: loaded.notice.into_iter().collect(),
            autostart,
            running_dir: place::running_dir(),
            interpreters_file: place::interpreters_file(),
            helper: std::env::current_exe().ok(),
            vault: Vault::of_system(),
        };
        match run(*attempt, start) {
            Ok(()) => return Ok(()),
            // Without a display no renderer can help.
            Err(eframe::Error::Winit(_) | eframe::Error::WinitEventLoop(_)) => {
                reasons = vec!["there is no display, or it doesn't answer".to_owned()];
                break;
            }
            Err(error) => {
                tracing::debug!("{attempt:?}: {error}");
                reasons.push(error.to_string());
            }
        }
    }
    Err(format!(
        "No window can be opened here ({}). Without one, `sidestage run PRESET` launches a preset.",
        reasons.join("; ")
    ))
}

/// Whether there can be a graphics adapter at all. To ask wgpu for one takes two tenths of a second where there is none,
/// for that loads the drivers that draw by the processor; a machine without any such device is told at a glance.
fn may_have_adapter() -> bool {
    let devices = ["/dev/dri", "/dev/nvidiactl", "/dev/dxg", "/dev/kgsl-3d0", "/dev/mali0"];
    !cfg!(target_os = "linux") || devices.iter().any(|device| Path::new(device).exists())
}

fn run(attempt: Attempt, start: Start) -> eframe::Result {
    let mut viewport = ViewportBuilder::default()
        .with_title("Sidestage")
        .with_app_id("sidestage")
        .with_min_inner_size(MIN_SIZE)
        .with_inner_size(DEFAULT_SIZE)
        .with_drag_and_drop(true)
        .with_icon(icon());
    if let Some(window) = &start.settings.window {
        viewport = viewport
            .with_inner_size([window.width, window.height])
            .with_position(Pos2::new(window.x, window.y))
            .with_maximized(window.maximized);
    }
    let mut options = eframe::NativeOptions { viewport, persist_window: false, ..Default::default() };
    options.renderer = match attempt {
        Attempt::Hardware | Attempt::Anything => eframe::Renderer::Wgpu,
        Attempt::Glow => eframe::Renderer::Glow,
    };
    if let WgpuSetup::CreateNew(setup) = &mut options.wgpu_options.wgpu_setup {
        choose_adapter(setup, attempt);
    }
    let open = |cc: &eframe::CreationContext<'_>| {
        bring_into_reach(cc);
        Ok(Box::new(App::new(&cc.egui_ctx, start)?) as Box<dyn eframe::App>)
    };
    eframe::run_native("Sidestage", options, Box::new(open))
}

/// What every window of ours wears.
pub(super) fn icon() -> Arc<IconData> {
    let icon = eframe::icon_data::from_png_bytes(include_bytes!("../../assets/icon.png"));
    Arc::new(icon.unwrap_or_else(|error| {
        tracing::warn!("the window's icon can't be read: {error}");
        IconData::default()
    }))
}

/// A window that would open where a monitor has been unplugged since opens on one that is there.
fn bring_into_reach(cc: &eframe::CreationContext<'_>) {
    let Some(window) = cc.winit_window() else { return };
    let Ok(at) = window.outer_position() else { return };
    let title_bar = Rect::from_min_size(pos(at.x, at.y), vec2(window.outer_size().width as f32, TITLE_BAR_PIXELS));
    let monitors: Vec<_> = window
        .available_monitors()
        .map(|monitor| {
            let (at, size) = (monitor.position(), monitor.size());
            Rect::from_min_size(pos(at.x, at.y), vec2(size.width as f32, size.height as f32))
        })
        .collect();
    if !is_in_reach(title_bar, &monitors) {
        cc.egui_ctx.send_viewport_cmd(ViewportCommand::OuterPosition(Pos2::new(64.0, 64.0)));
    }
}

fn pos(x: i32, y: i32) -> Pos2 {
    Pos2::new(x as f32, y as f32)
}

/// How high a title bar is at least, in pixels.
const TITLE_BAR_PIXELS: f32 = 24.0;
/// How much of it must be seen to be grabbed, in pixels.
const GRIP_PIXELS: f32 = 64.0;

pub(super) fn is_in_reach(title_bar: Rect, monitors: &[Rect]) -> bool {
    // A system that names no monitors places windows by itself.
    let is_seen = |monitor: &Rect| {
        let seen = monitor.intersect(title_bar);
        seen.width() >= GRIP_PIXELS && seen.height() > 0.0
    };
    monitors.is_empty() || monitors.iter().any(is_seen)
}

/// TouchDesigner owns the strong adapter; the panel takes the one that costs least.
fn choose_adapter(setup: &mut WgpuSetupCreateNew, attempt: Attempt) {
    setup.power_preference = wgpu::PowerPreference::LowPower;
    setup.native_adapter_selector = Some(Arc::new(move |adapters, surface| {
        let cost = |adapter: &wgpu::Adapter| match adapter.get_info().device_type {
            wgpu::DeviceType::IntegratedGpu => Some(0),
            wgpu::DeviceType::DiscreteGpu => Some(1),
            wgpu::DeviceType::VirtualGpu => Some(2),
            wgpu::DeviceType::Other => Some(3),
            wgpu::DeviceType::Cpu => (attempt == Attempt::Anything).then_some(4),
        };
        adapters
            .iter()
            .filter(|adapter| surface.is_none_or(|surface| adapter.is_surface_supported(surface)))
            .filter_map(|adapter| Some((cost(adapter)?, adapter)))
            .min_by_key(|(cost, _)| *cost)
            .map(|(_, adapter)| adapter.clone())
            .ok_or_else(|| "no usable graphics adapter".to_owned())
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_on_a_monitor_that_is_gone_is_brought_back() {
        let bar = |x, y| Rect::from_min_size(pos(x, y), vec2(1280.0, TITLE_BAR_PIXELS));
        let one = [Rect::from_min_size(pos(0, 0), vec2(1920.0, 1080.0))];
        let two = [one[0], Rect::from_min_size(pos(-2560, -200), vec2(2560.0, 1440.0))];
        assert!(is_in_reach(bar(100, 100), &one) && is_in_reach(bar(-1900, 0), &two) && is_in_reach(bar(0, 0), &[]));
        for gone in [bar(-1900, 0), bar(1900, 0), bar(100, 1080), bar(100, -500)] {
            assert!(!is_in_reach(gone, &one), "{gone:?}");
        }
    }
}
