//! How consoles lie side by side: a tree of rows, columns and tabs, by the names of their places. Pure arithmetic and
//! shuffling; how it is drawn is the panel's business, and where it is kept the store's.
//!
//! A place is what a console is remembered by from one start to the next; it may be empty for now. What is asked of a
//! tiling is therefore always asked with a test for which places are taken.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

/// How consoles lie: in one of the ways that there is a button for, or as somebody dragged them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Arrangement {
    /// As square as it goes, all alike.
    #[default]
    Grid,
    Tabs,
    SideBySide,
    Stacked,
    /// As somebody made it.
    Own,
}

/// A tile: one console, or several in some order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Tiling {
    Console(String),
    /// One at a time; `open` is its index.
    Tabs {
        open: usize,
        tiles: Vec<Tiling>,
    },
    /// Side by side; each takes its share of the width.
    Row {
        shares: Vec<f32>,
        tiles: Vec<Tiling>,
    },
    /// One above the other; each takes its share of the height.
    Column {
        shares: Vec<f32>,
        tiles: Vec<Tiling>,
    },
}

/// More places than this are not remembered; empty ones are let go first.
pub const MOST_PLACES: usize = 256;
/// Deeper than this no person nests tiles; only a damaged file does.
const MOST_DEPTH: usize = 12;
/// No tile becomes so small beside its neighbours that it can't be found again.
const SMALLEST_SHARE: f32 = 0.02;

impl Tiling {
    /// These places in an arrangement; a grid has so many columns. `None` of no places.
    #[must_use]
    pub fn of(arrangement: Arrangement, places: &[String], columns: usize) -> Option<Self> {
        let tiles: Vec<_> = places.iter().cloned().map(Self::Console).collect();
        if tiles.len() < 2 {
            return tiles.into_iter().next();
        }
        Some(match arrangement {
            Arrangement::Tabs => Self::Tabs { open: 0, tiles },
            Arrangement::SideBySide => Self::row(tiles),
            Arrangement::Stacked => Self::column(tiles),
            Arrangement::Grid | Arrangement::Own => {
                let rows = tiles.chunks(columns.max(1)).map(|row| Self::row(row.to_vec())).collect();
                Self::column(rows)
            }
        })
    }

    /// Tiles side by side, equally wide.
    #[must_use]
    pub fn row(tiles: Vec<Self>) -> Self {
        if let [only] = &tiles[..] {
            return only.clone();
        }
        Self::Row { shares: vec![1.0; tiles.len()], tiles }
    }

    /// Tiles one above the other, equally high.
    #[must_use]
    pub fn column(tiles: Vec<Self>) -> Self {
        if let [only] = &tiles[..] {
            return only.clone();
        }
        Self::Column { shares: vec![1.0; tiles.len()], tiles }
    }

    fn tiles(&self) -> &[Self] {
        match self {
            Self::Console(_) => &[],
            Self::Tabs { tiles, .. } | Self::Row { tiles, .. } | Self::Column { tiles, .. } => tiles,
        }
    }

    fn tiles_mut(&mut self) -> &mut [Self] {
        match self {
            Self::Console(_) => &mut [],
            Self::Tabs { tiles, .. } | Self::Row { tiles, .. } | Self::Column { tiles, .. } => tiles,
        }
    }

    /// All places, as one reads them.
    #[must_use]
    pub fn places(&self) -> Vec<&str> {
        match self {
            Self::Console(place) => vec![place],
            Self::Tabs { .. } | Self::Row { .. } | Self::Column { .. } => {
                self.tiles().iter().flat_map(Self::places).collect()
            }
        }
    }

    /// Whether any of its places is taken.
    fn is_seen(&self, is_taken: &impl Fn(&str) -> bool) -> bool {
        self.places().into_iter().any(is_taken)
    }

    /// Which arrangement this is, looking at the taken places only; one whose sizes somebody changed is their own. A grid is
    /// never recognised: by hand it is made of rows of any length.
    #[must_use]
    pub fn recognised(&self, is_taken: &impl Fn(&str) -> bool) -> Arrangement {
        let seen: Vec<_> = self.tiles().iter().filter(|tile| tile.is_seen(is_taken)).collect();
        if let [only] = &seen[..] {
            return only.recognised(is_taken);
        }
        let is_flat = self.tiles().iter().all(|tile| matches!(tile, Self::Console(_)));
        match self {
            Self::Tabs { .. } if is_flat => Arrangement::Tabs,
            Self::Row { shares, .. } if is_flat && are_equal(shares) => Arrangement::SideBySide,
            Self::Column { shares, .. } if is_flat && are_equal(shares) => Arrangement::Stacked,
            Self::Console(_) | Self::Tabs { .. } | Self::Row { .. } | Self::Column { .. } => Arrangement::Own,
        }
    }

    /// Adds a place where there is most room, in an area of this width and height: beside the largest tile, or under it
    /// where that is high. In an area of tabs it becomes the open one.
    pub fn add(&mut self, place: String, area: (f32, f32), is_taken: &impl Fn(&str) -> bool) {
        if let Self::Tabs { open, tiles } = self {
            *open = tiles.len();
            tiles.push(Self::Console(place));
            return;
        }
        let (path, (width, height)) = self.largest(area, is_taken).unwrap_or_default();
        let mut tile = self;
        for index in path {
            tile = &mut tile.tiles_mut()[index];
        }
        let before = std::mem::replace(tile, Self::Console(String::new()));
        let both = vec![before, Self::Console(place)];
        *tile = if width > height * 1.2 { Self::row(both) } else { Self::column(both) };
    }

    /// The way to the largest tile that has a taken place, and its size.
    fn largest(&self, (width, height): (f32, f32), is_taken: &impl Fn(&str) -> bool) -> Option<Largest> {
        let (shares, is_row) = match self {
            Self::Console(_) | Self::Tabs { .. } => {
                return self.is_seen(is_taken).then(|| (Vec::new(), (width, height)));
            }
            Self::Row { shares, .. } => (shares, true),
            Self::Column { shares, .. } => (shares, false),
        };
        let seen: Vec<_> =
            (0..).zip(self.tiles()).zip(shares).filter(|((_, tile), _)| tile.is_seen(is_taken)).collect();
        let all: f32 = seen.iter().map(|(_, share)| **share).sum();
        let candidates = seen.into_iter().filter_map(|((index, tile), share)| {
            let part = share / all;
            let size = if is_row { (width * part, height) } else { (width, height * part) };
            let (mut path, size) = tile.largest(size, is_taken)?;
            path.insert(0, index);
            Some((path, size))
        });
        // Of tiles that are alike the last is divided, so that the first stay as they are.
        candidates.max_by(|(_, one), (_, other)| (one.0 * one.1).total_cmp(&(other.0 * other.1)))
    }

    /// Makes a place the open one wherever it lies in tabs; `false` if there is no such place.
    pub fn open(&mut self, place: &str) -> bool {
        if let Self::Console(here) = self {
            return here == place;
        }
        let found = self.tiles_mut().iter_mut().position(|tile| tile.open(place));
        if let (Some(index), Self::Tabs { open, .. }) = (found, &mut *self) {
            *open = index;
        }
        found.is_some()
    }

    /// Without the places that aren't to be kept; `None` if nothing is left.
    #[must_use]
    pub fn keeping(self, keep: &impl Fn(&str) -> bool) -> Option<Self> {
        let kept = |tiles: Vec<Self>| tiles.into_iter().map(|tile| tile.keeping(keep)).collect::<Vec<_>>();
        let with_shares = |shares: Vec<f32>, tiles: Vec<Self>| -> (Vec<f32>, Vec<Self>) {
            shares.into_iter().zip(kept(tiles)).filter_map(|(share, tile)| Some((share, tile?))).unzip()
        };
        let left = match self {
            Self::Console(place) => return keep(&place).then_some(Self::Console(place)),
            Self::Tabs { open, tiles } => {
                let tiles = kept(tiles);
                let before = tiles.iter().take(open).flatten().count();
                let tiles: Vec<_> = tiles.into_iter().flatten().collect();
                Self::Tabs { open: before.min(tiles.len().saturating_sub(1)), tiles }
            }
            Self::Row { shares, tiles } => {
                let (shares, tiles) = with_shares(shares, tiles);
                Self::Row { shares, tiles }
            }
            Self::Column { shares, tiles } => {
                let (shares, tiles) = with_shares(shares, tiles);
                Self::Column { shares, tiles }
            }
        };
        match left.tiles() {
            [] => None,
            [only] => Some(only.clone()),
            _ => Some(left),
        }
    }

    /// The same with everything within what can be drawn, whatever a file said: each place once, shares that are
    /// numbers, not too deep.
    #[must_use]
    pub fn clamped(self) -> Option<Self> {
        let mut seen = HashSet::new();
        self.clamped_within(MOST_DEPTH, &mut seen)
    }

    fn clamped_within(self, depth: usize, seen: &mut HashSet<String>) -> Option<Self> {
        let mut clamp = |tiles: Vec<Self>| -> Vec<Option<Self>> {
            let deeper = depth.saturating_sub(1);
            tiles.into_iter().map(|tile| if depth == 0 { None } else { tile.clamped_within(deeper, seen) }).collect()
        };
        let mut linear = |shares: Vec<f32>, tiles: Vec<Self>| -> (Vec<f32>, Vec<Self>) {
            let sound = |share: f32| if share.is_finite() { share.clamp(SMALLEST_SHARE, 100.0) } else { 1.0 };
            let shares = shares.into_iter().map(sound).chain(std::iter::repeat(1.0));
            clamp(tiles).into_iter().zip(shares).filter_map(|(tile, share)| Some((share, tile?))).unzip()
        };
        let whole = match self {
            Self::Console(place) => {
                let is_new = !place.is_empty() && seen.len() < MOST_PLACES && seen.insert(place.clone());
                return is_new.then_some(Self::Console(place));
            }
            Self::Tabs { open, tiles } => {
                let tiles: Vec<_> = clamp(tiles).into_iter().flatten().collect();
                Self::Tabs { open: open.min(tiles.len().saturating_sub(1)), tiles }
            }
            Self::Row { shares, tiles } => {
                let (shares, tiles) = linear(shares, tiles);
                Self::Row { shares, tiles }
            }
            Self::Column { shares, tiles } => {
                let (shares, tiles) = linear(shares, tiles);
                Self::Column { shares, tiles }
            }
        };
        // Something that holds one thing is that thing.
        whole.keeping(&|_| true)
    }
}

fn are_equal(shares: &[f32]) -> bool {
    shares.iter().all(|share| (share - shares[0]).abs() <= shares[0].abs() * 1e-3)
}

/// The indices that lead to a tile, and its width and height.
type Largest = (Vec<usize>, (f32, f32));

/// The order in which places are remembered, after those that are taken were put into a new one: empty places stay
/// where they were among them.
#[must_use]
pub fn reordered(order: &[String], taken: &[&str]) -> Vec<String> {
    let mut next = taken.iter();
    let mut result: Vec<String> = Vec::new();
    for place in order {
        if taken.contains(&place.as_str()) {
            result.extend(next.next().map(|place| (*place).to_owned()));
        } else {
            result.push(place.clone());
        }
    }
    result.extend(next.map(|place| (*place).to_owned()));
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &str) -> Vec<String> {
        names.split_whitespace().map(str::to_owned).collect()
    }

    fn console(place: &str) -> Tiling {
        Tiling::Console(place.to_owned())
    }

    /// As one line: `[a b]` beside each other, `{a b}` above each other, `<a *b>` as tabs with b open.
    fn line(tiling: &Tiling) -> String {
        let all = |tiles: &[Tiling]| tiles.iter().map(line).collect::<Vec<_>>();
        match tiling {
            Tiling::Console(place) => place.clone(),
            Tiling::Tabs { open, tiles } => {
                let mut tiles = all(tiles);
                tiles[*open].insert(0, '*');
                format!("<{}>", tiles.join(" "))
            }
            Tiling::Row { tiles, .. } => format!("[{}]", all(tiles).join(" ")),
            Tiling::Column { tiles, .. } => format!("{{{}}}", all(tiles).join(" ")),
        }
    }

    const ALL: fn(&str) -> bool = |_| true;

    #[test]
    fn each_arrangement_lays_out_what_there_is() {
        let of = |arrangement, places| Tiling::of(arrangement, &names(places), 2).map(|tiling| line(&tiling));
        assert_eq!(of(Arrangement::Grid, "a b c").as_deref(), Some("{[a b] c}"));
        assert_eq!(of(Arrangement::Grid, "a b c d").as_deref(), Some("{[a b] [c d]}"));
        assert_eq!(of(Arrangement::Tabs, "a b").as_deref(), Some("<*a b>"));
        assert_eq!(of(Arrangement::SideBySide, "a b c").as_deref(), Some("[a b c]"));
        assert_eq!(of(Arrangement::Stacked, "a b c").as_deref(), Some("{a b c}"));
        assert_eq!(of(Arrangement::Tabs, "a").as_deref(), Some("a"), "one alone needs no tabs");
        assert_eq!(of(Arrangement::Grid, ""), None);
    }

    #[test]
    fn what_was_dragged_into_a_known_arrangement_is_that() {
        for arrangement in [Arrangement::Tabs, Arrangement::SideBySide, Arrangement::Stacked] {
            let tiling = Tiling::of(arrangement, &names("a b c"), 2).unwrap();
            assert_eq!(tiling.recognised(&ALL), arrangement);
        }
        let resized = Tiling::Row { shares: vec![1.2, 0.8], tiles: vec![console("a"), console("b")] };
        assert_eq!(resized.recognised(&ALL), Arrangement::Own);
        let grid = Tiling::of(Arrangement::Grid, &names("a b c"), 2).unwrap();
        assert_eq!(grid.recognised(&ALL), Arrangement::Own);
        let not_b = |place: &str| place != "b";
        assert_eq!(grid.recognised(&not_b), Arrangement::Own, "b may come back to its row");
    }

    #[test]
    fn a_new_place_divides_the_largest_tile_along_its_longer_side() {
        let mut tiling = console("a");
        for place in ["b", "c", "d"] {
            tiling.add(place.to_owned(), (1600.0, 900.0), &ALL);
        }
        assert_eq!(line(&tiling), "[{a d} {b c}]");
        let mut beside_empty = Tiling::row(vec![console("gone"), console("a")]);
        beside_empty.add("b".to_owned(), (1600.0, 900.0), &|place| place == "a");
        assert_eq!(line(&beside_empty), "[gone [a b]]", "an empty place takes no room");
        let mut tabs = Tiling::of(Arrangement::Tabs, &names("a b"), 2).unwrap();
        tabs.add("c".to_owned(), (1600.0, 900.0), &ALL);
        assert_eq!(line(&tabs), "<a b *c>");
        let mut empty = Tiling::row(vec![console("gone"), console("too")]);
        empty.add("a".to_owned(), (1600.0, 900.0), &|_| false);
        assert_eq!(empty.places(), ["gone", "too", "a"]);
    }

    #[test]
    fn a_place_is_opened_through_all_tabs_that_it_lies_in() {
        let inner = Tiling::of(Arrangement::Tabs, &names("b c"), 2).unwrap();
        let mut tiling = Tiling::Tabs { open: 0, tiles: vec![console("a"), Tiling::row(vec![inner, console("d")])] };
        assert!(tiling.open("c"));
        assert_eq!(line(&tiling), "<a *[<b *c> d]>");
        assert!(!tiling.open("nobody"));
    }

    #[test]
    fn what_is_let_go_leaves_no_empty_containers() {
        let tiling = Tiling::row(vec![
            Tiling::of(Arrangement::Tabs, &names("a b c"), 2).unwrap(),
            Tiling::column(vec![console("d"), console("e")]),
        ]);
        let mut open_c = tiling.clone();
        open_c.open("c");
        assert_eq!(
            open_c.keeping(&|place| place != "a" && place != "d").as_ref().map(line).as_deref(),
            Some("[<b *c> e]")
        );
        assert_eq!(tiling.clone().keeping(&|place| place == "e").as_ref().map(line).as_deref(), Some("e"));
        assert_eq!(tiling.keeping(&|_| false), None);
    }

    #[test]
    fn a_damaged_file_gives_something_that_can_be_drawn() {
        let damaged = Tiling::Row {
            shares: vec![f32::NAN, -3.0],
            tiles: vec![
                console("a"),
                Tiling::Tabs { open: 99, tiles: vec![console("b"), console("a"), console("c")] },
                Tiling::Column { shares: Vec::new(), tiles: Vec::new() },
                Tiling::Column { shares: Vec::new(), tiles: vec![console("d")] },
            ],
        };
        let Some(Tiling::Row { shares, tiles }) = damaged.clamped() else { panic!("it is a row") };
        assert_eq!(shares, [1.0, SMALLEST_SHARE, 1.0]);
        assert_eq!(tiles.iter().map(line).collect::<Vec<_>>(), ["a", "<b *c>", "d"]);
        let mut deep = console("z");
        for number in 0..2000 {
            deep = Tiling::row(vec![deep, console(&format!("{number}"))]);
        }
        assert!(deep.clamped().unwrap().places().len() <= MOST_DEPTH + 1);
    }

    #[test]
    fn empty_places_keep_their_place_among_those_that_were_moved() {
        assert_eq!(reordered(&names("a x b c"), &["c", "a", "b"]), names("c x a b"));
        assert_eq!(reordered(&names("a x"), &["a", "new"]), names("a x new"));
    }
}
