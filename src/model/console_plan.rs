//! How the open consoles are to lie: in which arrangement, in which order, and what somebody made by hand. It outlives
//! the jobs, so that consoles of the same presets come back to where they were.

use serde::{Deserialize, Serialize};

use super::tiling::{Arrangement, MOST_PLACES, Tiling, reordered};

/// Which jobs are shown together in one console.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Together {
    /// All jobs of a group's presets.
    Group(String),
    /// These, by their outside names.
    Jobs(Vec<String>),
}

/// What is remembered of how consoles lie.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ConsolePlan {
    pub arrangement: Arrangement,
    /// All places, empty ones too, in the order in which they are laid out.
    pub order: Vec<String>,
    /// What somebody made by hand, as long as that is the arrangement.
    pub own: Option<Tiling>,
}

impl ConsolePlan {
    /// Gives a place to those of the taken ones that have none yet, in an area of this width and height.
    pub fn make_room(&mut self, taken: &[String], area: (f32, f32)) {
        for place in taken {
            if !self.order.contains(place) {
                self.order.push(place.clone());
            }
        }
        while self.order.len() > MOST_PLACES {
            let Some(empty) = self.order.iter().position(|place| !taken.contains(place)) else { break };
            let gone = self.order.remove(empty);
            self.own = self.own.take().and_then(|own| own.keeping(&|place| place != gone));
        }
        if self.arrangement == Arrangement::Own {
            self.make_room_by_hand(taken, area);
        }
    }

    fn make_room_by_hand(&mut self, taken: &[String], area: (f32, f32)) {
        for place in taken {
            let Some(own) = &mut self.own else {
                self.own = Some(Tiling::Console(place.clone()));
                continue;
            };
            let known: Vec<String> = own.places().into_iter().map(str::to_owned).collect();
            if !known.contains(place) {
                own.add(place.clone(), area, &|other| known.iter().any(|known| known == other) && is_in(taken, other));
            }
        }
    }

    /// How the taken places lie; a grid has so many columns. What was made by hand has its empty places too.
    #[must_use]
    pub fn tiling(&self, taken: &[String], columns: usize) -> Option<Tiling> {
        match (self.arrangement, &self.own) {
            (Arrangement::Own, Some(own)) => Some(own.clone()),
            (arrangement, _) => Tiling::of(arrangement, &self.in_order(taken), columns),
        }
    }

    /// The taken places in the order in which they are laid out.
    #[must_use]
    pub fn in_order(&self, taken: &[String]) -> Vec<String> {
        self.order.iter().filter(|place| taken.contains(place)).cloned().collect()
    }

    /// Takes over what somebody made by hand.
    pub fn take(&mut self, tiling: Tiling, taken: &[String]) {
        let is_taken = |place: &str| is_in(taken, place);
        let places = tiling.places();
        let seen: Vec<_> = places.iter().copied().filter(|place| is_taken(place)).collect();
        self.order = reordered(&self.order, &seen);
        // Empty places keep what was made by hand, even where what can be seen of it is nothing special.
        let is_whole = places.len() == seen.len();
        self.arrangement = if is_whole { tiling.recognised(&is_taken) } else { Arrangement::Own };
        self.own = (self.arrangement == Arrangement::Own).then_some(tiling);
    }

    /// Lays all out in this arrangement.
    pub fn arrange(&mut self, arrangement: Arrangement) {
        self.arrangement = arrangement;
        if arrangement != Arrangement::Own {
            self.own = None;
        }
    }

    /// The same within what can be drawn, whatever a file said.
    #[must_use]
    pub fn clamped(mut self) -> Self {
        self.own = self.own.and_then(Tiling::clamped).filter(|_| self.arrangement == Arrangement::Own);
        if self.own.is_none() && self.arrangement == Arrangement::Own {
            self.arrangement = Arrangement::Grid;
        }
        let mut seen = std::collections::HashSet::new();
        self.order.retain(|place| !place.is_empty() && seen.insert(place.clone()));
        self.order.truncate(MOST_PLACES);
        self
    }
}

fn is_in(taken: &[String], place: &str) -> bool {
    taken.iter().any(|taken| taken == place)
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

    const AREA: (f32, f32) = (1600.0, 900.0);

    #[test]
    fn the_same_presets_come_back_to_where_they_were() {
        let mut plan = ConsolePlan::default();
        plan.make_room(&names("a b c"), AREA);
        plan.take(Tiling::row(vec![console("c"), Tiling::column(vec![console("a"), console("b")])]), &names("a b c"));
        assert_eq!(plan.arrangement, Arrangement::Own);
        let kept = plan.clone().clamped();
        assert_eq!(kept, plan);
        let mut later = kept;
        later.make_room(&names("b"), AREA);
        later.make_room(&names("b c"), AREA);
        assert_eq!(later, plan, "none of them needs a new place");
        later.make_room(&names("b c d"), AREA);
        assert_eq!(later.tiling(&names("b c d"), 2).unwrap().places(), ["c", "a", "b", "d"]);
    }

    #[test]
    fn an_order_made_by_hand_outlives_the_next_arrangement() {
        let mut plan = ConsolePlan::default();
        plan.make_room(&names("a b c"), AREA);
        plan.take(Tiling::row(["c", "a", "b"].map(console).to_vec()), &names("a b c"));
        assert_eq!((plan.arrangement, &plan.own), (Arrangement::SideBySide, &None));
        plan.arrange(Arrangement::Tabs);
        assert_eq!(plan.tiling(&names("a b c"), 2).unwrap().places(), ["c", "a", "b"]);
        plan.arrange(Arrangement::Grid);
        assert_eq!(plan.tiling(&names("a b"), 2).unwrap().places(), ["a", "b"]);
    }

    #[test]
    fn what_is_made_while_some_are_closed_keeps_their_places() {
        let mut plan = ConsolePlan { arrangement: Arrangement::Own, ..ConsolePlan::default() };
        let own = Tiling::row(vec![console("a"), console("b"), console("closed")]);
        plan.make_room(&names("a b closed"), AREA);
        plan.take(own.clone(), &names("a b"));
        assert_eq!((plan.arrangement, &plan.own), (Arrangement::Own, &Some(own)));
    }

    #[test]
    fn places_of_long_ago_are_let_go() {
        let mut plan = ConsolePlan::default();
        for number in 0..MOST_PLACES + 10 {
            plan.make_room(&[format!("{number}")], AREA);
        }
        assert_eq!((plan.order.len(), plan.order[0].as_str()), (MOST_PLACES, "10"));
    }

    #[test]
    fn a_damaged_plan_becomes_a_grid() {
        let damaged = ConsolePlan { arrangement: Arrangement::Own, order: names("a a b"), own: None };
        let plan = damaged.clamped();
        assert_eq!((plan.arrangement, plan.order), (Arrangement::Grid, names("a b")));
    }
}
