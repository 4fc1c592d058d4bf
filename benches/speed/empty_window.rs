//! The yardstick of the window: what eframe costs that shows nothing, by OpenGL.

struct Empty;

impl eframe::App for Empty {
    fn ui(&mut self, _ui: &mut eframe::egui::Ui, _frame: &mut eframe::Frame) {}
}

fn main() -> eframe::Result {
    let options = eframe::NativeOptions { renderer: eframe::Renderer::Glow, ..Default::default() };
    eframe::run_native("Empty", options, Box::new(|_| Ok(Box::new(Empty))))
}
