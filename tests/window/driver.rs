//! Reads and presses a running window over eframe's inspection protocol, the way a person would: by what is written on
//! a widget. Knows nothing of Sidestage; what the widgets are called is the flows' business.

use std::fmt;
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use eframe::egui::accesskit::{Node, NodeId, Role, Toggled, TreeUpdate};
use eframe::egui::{Event, Key, Modifiers, PointerButton, Pos2, Rect, pos2};
use eframe::icon_data;
use egui_inspection::protocol::{Request, Response, read_handshake, read_message, write_message};

/// How long anything in the window may take before a test gives up on it. Generous: software OpenGL on two cores that
/// also compile. Nothing waits this long when all is well.
pub const PATIENCE: Duration = Duration::from_mins(1);

/// A connection to a window. Its methods panic with what was there instead, for that is what a test's log needs.
pub struct Window {
    connection: TcpStream,
}

/// A widget as a screen reader finds it.
#[derive(Clone, Debug)]
pub struct Widget {
    pub role: Role,
    /// What it is called, by itself or by the label that belongs to it.
    pub label: String,
    /// What it holds: the text of a field or of a plain label.
    pub value: String,
    pub on: Option<bool>,
    pub enabled: bool,
    /// In points, from the window's corner.
    pub bounds: Rect,
}

impl fmt::Display for Widget {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { role, label, value, on, enabled, bounds } = self;
        let centre = bounds.center();
        write!(out, "{role:?} {label:?} = {value:?}")?;
        if let Some(on) = on {
            write!(out, " {}", if *on { "on" } else { "off" })?;
        }
        if !enabled {
            write!(out, " disabled")?;
        }
        write!(out, " @ {:.0},{:.0}", centre.x, centre.y)
    }
}

impl Widget {
    fn is_called(&self, text: &str) -> bool {
        self.label == text || (self.label.is_empty() && self.value == text)
    }

    fn says(&self, text: &str) -> bool {
        self.label.contains(text) || self.value.contains(text)
    }
}

/// The widget that is called exactly `name`: a control sooner than the plain text beside it that names it.
fn called<'a>(widgets: &'a [Widget], name: &str) -> Option<&'a Widget> {
    let named = |widget: &&Widget| widget.is_called(name);
    widgets.iter().filter(|widget| widget.role != Role::Label).find(named).or_else(|| widgets.iter().find(named))
}

impl Window {
    /// Connects to the window that serves at `address`, or says why not yet.
    pub fn connect(address: SocketAddr) -> Result<Self, String> {
        let connection = TcpStream::connect_timeout(&address, Duration::from_secs(2)).map_err(|e| e.to_string())?;
        connection.set_read_timeout(Some(PATIENCE)).map_err(|e| e.to_string())?;
        read_handshake(&connection).map_err(|e| e.to_string())?;
        Ok(Self { connection })
    }

    fn call(&self, request: &Request) -> Response {
        let answer = write_message(&self.connection, request).and_then(|()| read_message(&self.connection));
        match answer {
            Ok(Response::Error { message }) => panic!("the window says to {request:?}: {message}"),
            Ok(response) => response,
            Err(error) => panic!("the window does not answer {request:?}: {error}"),
        }
    }

    fn send(&self, events: impl IntoIterator<Item = Event>) {
        self.call(&Request::ApplyEvents { events: events.into_iter().collect() });
    }

    /// Everything in the window that has something written on it, from top to bottom.
    pub fn widgets(&self) -> Vec<Widget> {
        let Response::Tree { accesskit: Some(tree), .. } = self.call(&Request::GetTree) else { return Vec::new() };
        let mut widgets: Vec<Widget> = tree.nodes.iter().filter_map(|(_, node)| widget(node, &tree)).collect();
        widgets.sort_by(|a, b| {
            a.bounds
                .center()
                .y
                .total_cmp(&b.bounds.center().y)
                .then(a.bounds.center().x.total_cmp(&b.bounds.center().x))
        });
        widgets
    }

    /// Waits until `wanted` holds for the widgets; `what` is for the message when it never does.
    #[track_caller]
    pub fn wait_until<T>(&self, what: &str, mut wanted: impl FnMut(&[Widget]) -> Option<T>) -> T {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let widgets = self.widgets();
            if let Some(found) = wanted(&widgets) {
                return found;
            }
            if Instant::now() > deadline {
                let there: Vec<String> = widgets.iter().map(ToString::to_string).collect();
                panic!("waited in vain for {what}; the window shows:\n{}", there.join("\n"));
            }
            thread::sleep(Duration::from_millis(30));
        }
    }

    /// Waits for a widget that is called exactly `name`.
    #[track_caller]
    pub fn wait_for(&self, name: &str) -> Widget {
        self.wait_until(&format!("{name:?}"), |all| called(all, name).cloned())
    }

    /// Waits for a widget with `text` somewhere on it.
    #[track_caller]
    pub fn wait_for_text(&self, text: &str) -> Widget {
        self.wait_until(&format!("{text:?}"), |all| all.iter().find(|widget| widget.says(text)).cloned())
    }

    /// Presses the widget that is called exactly `name`, once it is there, enabled and at rest.
    #[track_caller]
    pub fn click(&self, name: &str) {
        let mut last = None;
        let target = self.wait_until(&format!("{name:?} to press"), |all| {
            let found = called(all, name).filter(|widget| widget.enabled)?;
            // What still moves (a panel that opens) would be missed.
            let at_rest = last.replace(found.bounds.center()) == Some(found.bounds.center());
            at_rest.then_some(found.bounds.center())
        });
        self.click_at(target);
    }

    /// Presses a place in the window. The press and the release are frames of their own, as with a hand.
    pub fn click_at(&self, pos: Pos2) {
        let press =
            |pressed| Event::PointerButton { pos, button: PointerButton::Primary, pressed, modifiers: Modifiers::NONE };
        self.send([Event::PointerMoved(pos)]);
        self.send([press(true)]);
        self.send([press(false)]);
    }

    /// Types into whatever has the focus.
    pub fn type_text(&self, text: &str) {
        self.send([Event::Text(text.to_owned())]);
    }

    /// Puts `text` in place of what the field called `name` holds.
    #[track_caller]
    pub fn replace(&self, name: &str, text: &str) {
        self.click(name);
        self.key(Key::A, Modifiers::COMMAND);
        self.type_text(text);
        self.wait_until(&format!("{name:?} to hold {text:?}"), |all| {
            all.iter().any(|widget| widget.label == name && widget.value == text).then_some(())
        });
    }

    /// Presses and releases a key.
    pub fn key(&self, key: Key, modifiers: Modifiers) {
        // What a keyboard without a Command key reports: Ctrl is both.
        let modifiers = Modifiers { ctrl: modifiers.ctrl || modifiers.command, ..modifiers };
        let event = |pressed| Event::Key { key, physical_key: None, pressed, repeat: false, modifiers };
        self.send([event(true)]);
        self.send([event(false)]);
    }

    /// Waits until nothing moves any more; a window that never rests is not waited for.
    pub fn settle(&self) {
        self.call(&Request::Settle { max_steps: 120 });
    }

    /// Keeps a picture of the window.
    pub fn screenshot(&self, file: &Path) {
        std::fs::write(file, self.png()).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    }

    /// The colours of a part of the window, whose scale is 1, row by row.
    pub fn pixels(&self, part: Rect) -> Vec<u8> {
        let picture = icon_data::from_png_bytes(&self.png()).unwrap_or_else(|error| panic!("no picture: {error}"));
        let whole = |at: f32, end: u32| (0..end).take_while(|pixel| f64::from(*pixel) < f64::from(at)).count();
        let columns = whole(part.left(), picture.width)..whole(part.right(), picture.width);
        let rows = whole(part.top(), picture.height)..whole(part.bottom(), picture.height);
        let width = picture.width as usize;
        rows.flat_map(|row| &picture.rgba[4 * (row * width + columns.start)..4 * (row * width + columns.end)])
            .copied()
            .collect()
    }

    /// A picture of the window.
    fn png(&self) -> Vec<u8> {
        // Let an animation or a tooltip end first; a window that never rests is photographed all the same.
        self.settle();
        let Response::Screenshot(picture) = self.call(&Request::GetScreenshot { pixels_per_point: None }) else {
            panic!("the window gave no picture");
        };
        picture.bytes
    }
}

fn widget(node: &Node, tree: &TreeUpdate) -> Option<Widget> {
    let bounds = node.bounds()?;
    if node.role() == Role::TextRun {
        return None; // The pieces of a field's text, which the field holds as a whole.
    }
    let own = node.label().map(str::to_owned).filter(|label| !label.is_empty());
    let label = own.unwrap_or_else(|| node.labelled_by().iter().filter_map(|id| text_of(*id, tree)).collect());
    let value = node.value().or(node.placeholder()).unwrap_or_default().to_owned();
    if label.is_empty() && value.is_empty() {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "a window's coordinates fit well into f32")]
    let bounds = Rect::from_min_max(pos2(bounds.x0 as f32, bounds.y0 as f32), pos2(bounds.x1 as f32, bounds.y1 as f32));
    let on = node.toggled().map(|toggled| toggled == Toggled::True);
    Some(Widget { role: node.role(), label, value, on, enabled: !node.is_disabled(), bounds })
}

fn text_of(id: NodeId, tree: &TreeUpdate) -> Option<String> {
    let (_, node) = tree.nodes.iter().find(|(other, _)| *other == id)?;
    node.label().or(node.value()).map(str::to_owned)
}
