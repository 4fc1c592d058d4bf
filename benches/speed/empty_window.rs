//! The yardstick of the window: what eframe costs that shows nothing. It can draw in both ways that we can; by OpenGL, unless
//! it is told otherwise.

struct Empty;

impl eframe::App for Empty {
    fn ui(&mut self, _ui: &mut eframe::egui::Ui, _frame: &mut eframe::Frame) {}
}

fn main() -> eframe::Result {
    let renderer = match std::env::args().nth(1).as_deref() {
        Some("wgpu") => eframe::Renderer::Wgpu,
        Some(_) | None => eframe::Renderer::Glow,
    };
    let options = eframe::NativeOptions { renderer, ..Default::default() };
    eframe::run_native("Empty", options, Box::new(|_| Ok(Box::new(Empty))))
}
