//! The open consoles as tiles: rows, columns and tabs that can be dragged about and resized. How they are to lie is a
//! plan by value (`model::ConsolePlan`); this draws it, and reads back what a person made of it.

use std::collections::{HashMap, HashSet};

use eframe::egui::{
    Color32, CursorIcon, Frame, Id, Margin, Painter, Rect, Response, RichText, Sense, Stroke, StrokeKind, Style, Ui,
    UiBuilder, Visuals, WidgetText,
};
use egui_tiles::{
    Behavior, Container, EditAction, Linear, LinearDir, ResizeState, SimplificationOptions, TabState, Tabs, Tile,
    TileId, Tiles, Tree, UiResponse,
};

use super::action::{Action, JobId};
use super::console::{Company, ConsoleState, ConsoleView, HEADER_HEIGHT, console_ui};
use super::console_tabs::{TAB_HEIGHT, Tab, tab_ui};
use super::theme::{self, colors, colors_of};
use crate::model::Tiling;

/// The line between tiles, in points.
const GAP: f32 = 1.0;

/// The tiles as they are drawn, for as long as the same consoles are open.
pub(super) struct ConsoleTiles {
    tree: Tree<String>,
    /// Each place's tile keeps its number, so that what egui remembers of it stays true.
    ids: HashMap<String, TileId>,
}

impl Default for ConsoleTiles {
    fn default() -> Self {
        Self { tree: Tree::empty(Id::unique("console tiles")), ids: HashMap::new() }
    }
}

impl ConsoleTiles {
    /// Lays everything out anew; the places for which `is_taken` is false stay, and take no room.
    pub(super) fn lay_out(&mut self, tiling: Option<&Tiling>, is_taken: &impl Fn(&str) -> bool) {
        let mut tiles = Tiles::default();
        let known: HashSet<&str> = tiling.iter().flat_map(|tiling| tiling.places()).collect();
        self.ids.retain(|place, _| known.contains(place.as_str()));
        // Containers are numbered below the places.
        let first = 1 << 32;
        let mut next = self.ids.values().map(|id| id.0 + 1).max().unwrap_or(first);
        for place in &known {
            self.ids.entry((*place).to_owned()).or_insert_with(|| {
                next += 1;
                TileId::from_u64(next - 1)
            });
        }
        let root = tiling.map(|tiling| self.insert(&mut tiles, tiling));
        let hidden: Vec<_> = self.ids.iter().filter(|(place, _)| !is_taken(place)).map(|(_, id)| *id).collect();
        for id in hidden {
            tiles.set_visible(id, false);
        }
        let id = self.tree.id();
        self.tree = root.map_or_else(|| Tree::empty(id), |root| Tree::new(id, root, tiles));
    }

    fn insert(&self, tiles: &mut Tiles<String>, tiling: &Tiling) -> TileId {
        let insert_all = |tiles: &mut Tiles<String>, all: &[Tiling]| -> Vec<TileId> {
            all.iter().map(|tile| self.insert(tiles, tile)).collect()
        };
        let container = match tiling {
            Tiling::Console(place) => {
                let id = self.ids.get(place).copied().unwrap_or(TileId::from_u64(0));
                tiles.insert(id, Tile::Pane(place.clone()));
                return id;
            }
            Tiling::Tabs { open, tiles: all } => {
                let children = insert_all(tiles, all);
                let active = children.get(*open).copied();
                Container::Tabs(Tabs { children, active })
            }
            Tiling::Row { shares, tiles: all } => linear(LinearDir::Horizontal, insert_all(tiles, all), shares),
            Tiling::Column { shares, tiles: all } => linear(LinearDir::Vertical, insert_all(tiles, all), shares),
        };
        tiles.insert_container(container)
    }

    /// What is drawn, by value.
    pub(super) fn read(&self) -> Option<Tiling> {
        self.read_tile(self.tree.root?)
    }

    fn read_tile(&self, id: TileId) -> Option<Tiling> {
        let container = match self.tree.tiles.get(id)? {
            Tile::Pane(place) => return Some(Tiling::Console(place.clone())),
            Tile::Container(container) => container,
        };
        let tiles = |children: &[TileId]| children.iter().filter_map(|child| self.read_tile(*child)).collect();
        match container {
            Container::Tabs(tabs) => {
                let open = tabs.children.iter().position(|child| tabs.is_active(*child)).unwrap_or(0);
                Some(Tiling::Tabs { open, tiles: tiles(&tabs.children) })
            }
            Container::Linear(linear) => {
                let shares = linear.children.iter().map(|child| linear.shares[*child]).collect();
                let tiles = tiles(&linear.children);
                Some(match linear.dir {
                    LinearDir::Horizontal => Tiling::Row { shares, tiles },
                    LinearDir::Vertical => Tiling::Column { shares, tiles },
                })
            }
            // None is ever made: a grid is a column of rows.
            Container::Grid(grid) => {
                Some(Tiling::row(grid.children().filter_map(|child| self.read_tile(*child)).collect()))
            }
        }
    }

    /// The places that are the open ones of their tabs, or in none.
    pub(super) fn open_places(&self) -> HashSet<&str> {
        let active = self.tree.active_tiles();
        active.iter().filter_map(|id| self.tree.tiles.get_pane(id)).map(String::as_str).collect()
    }

    /// Makes a place the open one of the tabs that it lies in.
    pub(super) fn open(&mut self, place: &str) {
        self.tree.make_active(|_, tile| matches!(tile, Tile::Pane(here) if here == place));
    }

    /// Where a place was drawn.
    pub(super) fn rect(&self, place: &str) -> Option<Rect> {
        self.tree.tiles.rect(*self.ids.get(place)?)
    }

    /// Draws all tiles, filling `ui` or what of it `size` says.
    pub(super) fn ui(&mut self, ui: &mut Ui, size: Option<eframe::egui::Vec2>, hand: &mut Hand<'_>) {
        self.tree.set_width(size.map_or(f32::INFINITY, |size| size.x));
        self.tree.set_height(size.map_or(f32::INFINITY, |size| size.y));
        hand.in_tabs = self.tabbed();
        self.tree.ui(hand, ui);
    }

    fn tabbed(&self) -> HashSet<TileId> {
        let tabs = self.tree.tiles.tiles().filter_map(|tile| match tile {
            Tile::Container(Container::Tabs(tabs)) => Some(&tabs.children),
            Tile::Container(Container::Linear(_) | Container::Grid(_)) | Tile::Pane(_) => None,
        });
        tabs.flatten().copied().collect()
    }
}

fn linear(dir: LinearDir, children: Vec<TileId>, shares: &[f32]) -> Container {
    let mut linear = Linear::new(dir, children);
    for (child, share) in linear.children.iter().zip(shares) {
        linear.shares.set_share(*child, *share);
    }
    Container::Linear(linear)
}

/// What a person can do with tiles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Edit {
    /// One was dropped elsewhere, or a line between two dragged.
    Moved,
    TabPicked,
}

/// What drawing the tiles needs, and what comes of it.
pub(super) struct Hand<'a> {
    /// The consoles by their places.
    pub views: HashMap<&'a str, &'a ConsoleView<'a>>,
    pub consoles: &'a mut HashMap<JobId, ConsoleState>,
    /// Those with output that nobody has seen.
    pub unseen: &'a HashSet<JobId>,
    /// Nothing is drawn or pressed outside.
    pub clip: Rect,
    /// Tiles can be resized.
    pub is_resizable: bool,
    pub actions: &'a mut Vec<Action>,
    /// The consoles that were drawn.
    pub in_sight: HashSet<JobId>,
    /// What a person did with the tiles.
    pub edit: Option<Edit>,
    in_tabs: HashSet<TileId>,
}

impl<'a> Hand<'a> {
    pub(super) fn new(
        views: HashMap<&'a str, &'a ConsoleView<'a>>,
        consoles: &'a mut HashMap<JobId, ConsoleState>,
        unseen: &'a HashSet<JobId>,
        (clip, is_resizable): (Rect, bool),
        actions: &'a mut Vec<Action>,
    ) -> Self {
        Self {
            views,
            consoles,
            unseen,
            clip,
            is_resizable,
            actions,
            in_sight: HashSet::new(),
            edit: None,
            in_tabs: HashSet::new(),
        }
    }

    /// The consoles of a tile, as one reads them.
    fn views_of(&self, tiles: &Tiles<String>, id: TileId) -> Vec<&'a ConsoleView<'a>> {
        match tiles.get(id) {
            Some(Tile::Pane(place)) => self.views.get(place.as_str()).copied().into_iter().collect(),
            Some(Tile::Container(container)) => {
                container.children().flat_map(|child| self.views_of(tiles, *child)).collect()
            }
            None => Vec::new(),
        }
    }
}

/// A console in its place, with its header as the handle; whether it is being dragged.
pub(super) fn console_pane_ui(
    ui: &mut Ui,
    (rect, clip): (Rect, Rect),
    view: &ConsoleView<'_>,
    console: &mut ConsoleState,
    actions: &mut Vec<Action>,
) -> bool {
    // By the console and not by where it lies, so that it keeps the keys when it is moved.
    let id = Id::unique(("console pane", view.job));
    let mut pane = ui.new_child(UiBuilder::new().scope_id(id).max_rect(rect));
    pane.set_clip_rect(clip);
    let header = rect.with_max_y(rect.top() + HEADER_HEIGHT);
    let handle = pane.interact(header, id.with("handle"), Sense::click_and_drag());
    if handle.double_clicked() && console.company != Company::None {
        console.is_alone = !console.is_alone;
    }
    let can_be_moved = console.company != Company::None && !console.is_alone;
    console_ui(&mut pane, view, console, actions);
    handle.on_hover_cursor(if can_be_moved { CursorIcon::Grab } else { CursorIcon::Default }).drag_started()
        && can_be_moved
}

impl Behavior<String> for Hand<'_> {
    fn pane_ui(&mut self, ui: &mut Ui, tile_id: TileId, place: &mut String) -> UiResponse {
        let rect = ui.max_rect();
        let clip = rect.intersect(self.clip);
        let Some(view) = self.views.get(place.as_str()).copied().filter(|_| clip.is_positive()) else {
            return UiResponse::None;
        };
        self.in_sight.insert(view.job);
        let console = self.consoles.entry(view.job).or_default();
        if self.in_tabs.contains(&tile_id) {
            console.company = Company::Tabs;
        }
        if console_pane_ui(ui, (rect, clip), view, console, self.actions) {
            UiResponse::DragStarted
        } else {
            UiResponse::None
        }
    }

    fn tab_title_for_pane(&mut self, place: &String) -> WidgetText {
        self.views.get(place.as_str()).map_or("", |view| view.title.as_str()).into()
    }

    fn tab_ui(
        &mut self,
        tiles: &mut Tiles<String>,
        ui: &mut Ui,
        id: Id,
        tile_id: TileId,
        state: &TabState,
    ) -> Response {
        let views = self.views_of(tiles, tile_id);
        let is_unseen = |view: &&ConsoleView<'_>| self.unseen.contains(&view.job);
        let tab = Tab { has_news: !state.active && views.iter().any(is_unseen), views: &views, state };
        let (response, closes) = tab_ui(ui, id, &tab);
        if closes {
            self.actions.extend(views.iter().map(|view| Action::HideConsole(view.job)));
        }
        response
    }

    fn drag_ui(&mut self, tiles: &Tiles<String>, ui: &mut Ui, tile_id: TileId) {
        let colors = colors(ui);
        let title = super::console_tabs::title_of(&self.views_of(tiles, tile_id));
        let frame =
            Frame::new().fill(colors.raised).stroke(Stroke::new(1.0, colors.accent_text)).corner_radius(theme::RADIUS);
        frame.inner_margin(Margin::symmetric(10, 6)).show(ui, |ui| {
            ui.label(RichText::new(title).font(theme::strong(theme::BODY_SIZE)).color(colors.text_strong));
        });
    }

    fn tab_bar_height(&self, _style: &Style) -> f32 {
        TAB_HEIGHT
    }

    fn gap_width(&self, _style: &Style) -> f32 {
        GAP
    }

    fn min_size(&self) -> f32 {
        HEADER_HEIGHT * 2.0
    }

    fn tab_bar_color(&self, visuals: &Visuals) -> Color32 {
        colors_of(visuals.dark_mode).raised
    }

    fn dragged_overlay_color(&self, visuals: &Visuals) -> Color32 {
        colors_of(visuals.dark_mode).surface.gamma_multiply(0.7)
    }

    fn resize_stroke(&self, style: &Style, resize_state: ResizeState) -> Stroke {
        let colors = colors_of(style.visuals.dark_mode);
        match resize_state {
            // What lies behind shows through the gap.
            ResizeState::Idle => Stroke::NONE,
            ResizeState::Hovering => Stroke::new(2.0, colors.line_strong),
            ResizeState::Dragging => Stroke::new(2.0, colors.accent_text),
        }
    }

    fn paint_drag_preview(&self, visuals: &Visuals, painter: &Painter, _parent: Option<Rect>, preview: Rect) {
        let color = colors_of(visuals.dark_mode).accent_text;
        let stroke = Stroke::new(1.5, color);
        painter.rect(preview.shrink(2.0), theme::RADIUS, color.gamma_multiply(0.16), stroke, StrokeKind::Inside);
    }

    fn is_container_resizable(&self, _tiles: &Tiles<String>, _tile_id: TileId) -> bool {
        self.is_resizable
    }

    fn simplification_options(&self) -> SimplificationOptions {
        SimplificationOptions { flatten_tabs_in_tabs: true, ..SimplificationOptions::default() }
    }

    fn on_edit(&mut self, edit_action: EditAction) {
        match edit_action {
            EditAction::TileDropped | EditAction::TileResized => self.edit = Some(Edit::Moved),
            EditAction::TabSelected => self.edit = self.edit.or(Some(Edit::TabPicked)),
            EditAction::TileDragged => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn console(place: &str) -> Tiling {
        Tiling::Console(place.to_owned())
    }

    #[test]
    fn what_is_laid_out_is_what_is_read() {
        let tabs = Tiling::Tabs { open: 1, tiles: vec![console("c"), console("d")] };
        let tiling =
            Tiling::Row { shares: vec![1.5, 0.5], tiles: vec![Tiling::column(vec![console("a"), console("b")]), tabs] };
        let mut tiles = ConsoleTiles::default();
        tiles.lay_out(Some(&tiling), &|place| place != "b");
        assert_eq!(tiles.read().as_ref(), Some(&tiling));
        assert_eq!(tiles.open_places(), HashSet::from(["a", "d"]));
        let before = tiles.ids.clone();
        tiles.lay_out(Some(&Tiling::row(vec![console("d"), console("a"), console("new")])), &|_| true);
        assert_eq!((before["a"], before["d"]), (tiles.ids["a"], tiles.ids["d"]), "a tile keeps its number");
        tiles.lay_out(None, &|_| true);
        assert_eq!(tiles.read(), None);
    }
}
